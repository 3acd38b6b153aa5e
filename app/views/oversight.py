"""Supervision orders and talks in words: their whole history is both sides' to read."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case import journal
from workflows.case.tables import CaseEvent

MOST = 100


def history(session: Session, case: UUID) -> list[dict[str, Any]]:
    """Every event of an order or a talk, newest first, with its words by what they are."""
    query = select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq.desc()).limit(MOST)
    kept = journal.words_of(session, case)
    return [_event(event, kept.get(event.seq, {})) for event in session.scalars(query)]


def _event(event: CaseEvent, words: dict[str, str]) -> dict[str, Any]:
    body = json.loads(event.body)
    return {
        "at": event.at,
        "key": f"oversight.event.{event.kind}_{event.event}",
        "role": body["actor"]["role"],
        "facts": body["facts"],
        "words": [(f"oversight.said.{name}", said) for name, said in words.items()],
    }
