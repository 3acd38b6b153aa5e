"""``python -m app.bridges``: the stand-in as a process of the demo."""

from __future__ import annotations

from app.commands.bridges import stand_in_command

if __name__ == "__main__":
    stand_in_command()
