"""``python -m app.bridges``: the stand-in as a process of the demo."""

from __future__ import annotations

from app import settings
from app.bridges import stand_in

if __name__ == "__main__":
    stand_in.run(settings.read(), port=0)
