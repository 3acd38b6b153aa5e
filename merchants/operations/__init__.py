"""The verbs of merchants: the only writers. Plain functions ``(session, …, *, actor, clock)``."""
