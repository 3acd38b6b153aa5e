"""Record the history of a case into the corpus that the tests replay: ``tests/corpus/NAME.json``.

    PYTHONPATH=. .venv/bin/python tools/record_history.py CASE NAME

CASE is a number or an id of the installation that ``WUYOU_DATA`` names; record fictional cases only, as the demo has
them. A journal holds no personal text; ids and hashes in it are replaced by short names, the rest is kept as it was.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.commands.data import database
from app.commands.replay import found
from workflows.case.tables import CaseEvent
from workflows.store.session import Role

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
IDENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"S[HZ][A-Z]?\d{6}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
LEFT_OUT = ("commitments", "sealed")
"""Digests of what is not recorded."""


def history(bodies: Iterable[str]) -> list[dict[str, Any]]:
    """The events of a journal as the corpus keeps them: the same journal always gives the same."""
    text = json.dumps([plain(json.loads(body)) for body in bodies], ensure_ascii=False)
    for pattern, form in ((IDENT, "00000000-0000-4000-8000-{:012d}"), (NUMBER, "SZ000000-{:04d}")):
        for place, ident in enumerate(dict.fromkeys(pattern.findall(text)), 1):
            text = text.replace(ident, form.format(place))
    events: list[dict[str, Any]] = json.loads(text)
    return events


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """An event without what differs from one recording to the next and proves nothing here."""
    return {name: value for name, value in body.items() if name not in LEFT_OUT}


def written(events: list[dict[str, Any]]) -> str:
    """The file's text: one event a line, so that a change can be read."""
    lines = ",\n".join(json.dumps(event, ensure_ascii=False, sort_keys=True) for event in events)
    return f"[\n{lines}\n]\n"


def main() -> int:
    """Record one case."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    case, name = sys.argv[1:]
    with database() as db, db.transaction(Role.EXPORT) as session:
        ident, kind = found(session, case)
        query = select(CaseEvent.body).where(CaseEvent.case_id == ident).order_by(CaseEvent.seq)
        events = history(session.scalars(query))
    path = CORPUS / f"{kind}-{Path(name).name}.json"
    path.write_text(written(events), "utf-8")
    print(f"{path.name}: {len(events)} events")
    return 0


if __name__ == "__main__":
    sys.exit(main())
