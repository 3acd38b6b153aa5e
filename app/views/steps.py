"""The history of an application or a standing in plain words."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case import journal
from workflows.case.tables import CaseEvent

MOST = 200
INTERNAL = ("check", "take_up")
"""Events of the bureau's own work: no word of them goes outward."""


def history(session: Session, case: Any, *, outward: bool) -> list[dict[str, Any]]:
    """Every event with its words, newest first.

    :param outward: for the firm: without the bureau's own work.
    """
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq.desc()).limit(MOST)
    kept = journal.words_of(session, case.id)
    events = [e for e in session.scalars(query) if not (outward and e.event in INTERNAL)]
    return [_event(event, kept.get(event.seq, {})) for event in events]


def _event(event: CaseEvent, words: dict[str, str]) -> dict[str, Any]:
    body = json.loads(event.body)
    return {
        "at": event.at,
        "key": f"{event.kind}.event.{event.event}",
        "role": body["actor"]["role"],
        "facts": body["facts"],
        "words": list(words.values()),
    }
