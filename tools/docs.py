"""Write the documents that are made from code, or check that they are fresh (``--check``)."""

from __future__ import annotations

import sys
from pathlib import Path

from app import lifecycles, settings
from app.wiring import MACHINES, SETTINGS

ROOT = Path(__file__).parent.parent


def documents() -> dict[Path, str]:
    """Every generated document by its path."""
    drawings = {ROOT / f"docs/lifecycle/{m.name}.md": lifecycles.page(m) for m in MACHINES}
    return {ROOT / "docs/settings.md": settings.table() + declared(), **drawings}


def declared() -> str:
    """The declared settings as a table."""
    rows = [
        f"| `{s.code}` | {s.default} {s.unit} | {s.least}–{s.most} | {s.says[1]} ({s.says[0]}) |"
        for s in SETTINGS.values()
    ]
    head = [
        "",
        "# Declared settings",
        "",
        "What no text gives a number for. `wuyou setting list` shows what holds today, `wuyou setting set` decides",
        "anew, by city and from a day on; people see where a date rests on one.",
        "",
        "| Setting | Default | Range | Meaning |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def main() -> int:
    """Write them all, or name those that are not fresh."""
    stale = [(path, text) for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" not in sys.argv:
        for path, text in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return 0
    for path, _ in stale:
        print(f"{path.relative_to(ROOT)} is not fresh: run `make docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
