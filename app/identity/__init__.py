"""Who is signed in: passwords, one-time codes, sessions, throttling. In short transactions of its own."""
