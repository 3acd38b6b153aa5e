"""What goes in and out of complaints and reports, by subject."""
