"""What leaves: messages, notices, webhooks, jobs. A fact lives in PostgreSQL or it does not exist."""
