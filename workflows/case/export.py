"""The journals as one file of JSON lines: all that the stand-alone verifier needs, and nothing it could misuse.

Per case: its head and the digests of its sealed columns as they stand now, then its events in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case.tables import CaseEvent
from workflows.store.sealed import digests

CHUNK = 1000


def journal_lines(session: Session, kinds: Iterable[Any]) -> Iterator[str]:
    """One line per case and one per event."""
    for kind in kinds:
        query = select(kind).order_by(kind.id).execution_options(yield_per=CHUNK)
        for case in session.scalars(query):
            yield from case_lines(session, case)
    yield from _orphans(session, list(kinds))


def case_lines(session: Session, case: Any) -> Iterator[str]:
    """The lines of one case: its head, then its events in order."""
    yield _line({"case": str(case.id), "kind": case.case_kind, **_head(case)})
    events = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    yield from (_line(_event(event)) for event in session.scalars(events))


def _orphans(session: Session, kinds: list[Any]) -> Iterator[str]:
    """Events whose case is gone: a verifier must see them, or a deleted case would leave no trace."""
    query = select(CaseEvent).order_by(CaseEvent.case_id, CaseEvent.seq)
    for kind in kinds:
        query = query.where(~select(kind.id).where(kind.id == CaseEvent.case_id).exists())
    for event in session.scalars(query.execution_options(yield_per=CHUNK)):
        yield _line(_event(event))


def _head(case: Any) -> dict[str, Any]:
    return {"seq": case.chain_seq, "hash": case.chain_hash.hex(), "sealed": digests(case, case.sealed_fields)}


def _event(event: CaseEvent) -> dict[str, Any]:
    return {
        "of": str(event.case_id),
        "seq": event.seq,
        "body": event.body,
        "prev": event.prev.hex(),
        "hash": event.hash.hex(),
        "alg": event.alg,
    }


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
