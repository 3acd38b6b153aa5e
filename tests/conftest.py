"""What every test may ask for."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("push", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("night", max_examples=2000, deadline=None)
settings.load_profile("push")
