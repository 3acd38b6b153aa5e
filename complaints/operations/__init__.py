"""The verbs of complaints and reports: the only writers. Plain functions ``(session, …, *, actor, clock)``."""
