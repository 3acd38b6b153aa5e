"""What everything is kept in: tables, sessions by role, sealed columns, files."""
