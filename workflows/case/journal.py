"""The journal: an append-only, hash-chained account of every case.

Each case has a chain of its own. An event's hash covers the hash before it and the canonical JSON (RFC
8785) of the event, framed and with a domain, so that no other history gives the same head. Personal
text never enters: the event holds a salted commitment, and digests of sealed columns.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case.tables import CaseCommitment, CaseEvent
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.crypto import DIGEST_BYTES, HASH, commitment, digest
from workflows.store.session import keys_of

DOMAIN = "wuyou.journal.v1"
START = bytes(DIGEST_BYTES)
SALT_BYTES = 16
MOST_WORDS = 1000


@dataclass(frozen=True)
class Entry:
    """What happened, before it is chained.

    :param facts: what everybody who sees the case may know: ids, codes, dates, fen. No personal text.
    :param personal: personal texts by field, kept elsewhere; the journal keeps commitments to them.
    :param words: texts that belong to the event alone – a reason, a note; kept sealed beside their commitments.
    :param sealed: digests of sealed columns, by field.
    :param columns: what the event set in the case's row, as :mod:`workflows.case.recording` lets it in.
    :param clocks: the clocks that it touched, as they stand after it.
    """

    event: str
    actor: Actor
    at: datetime
    before: str | None
    after: str
    facts: Mapping[str, Any]
    personal: Mapping[str, str]
    words: Mapping[str, str]
    sealed: Mapping[str, str]
    columns: Mapping[str, Any]
    clocks: Sequence[Mapping[str, Any]]

    @property
    def committed(self) -> dict[str, str]:
        """Every text that the event commits to."""
        return {**self.personal, **self.words}


def append(session: Session, case: Any, entry: Entry) -> CaseEvent:
    """Chain one event to the journal of a case whose row this transaction has locked or just made."""
    seq = case.chain_seq + 1
    salts = {field: os.urandom(SALT_BYTES) for field in entry.committed}
    text = canonical(_body(case, seq, entry, salts)).decode()
    event = CaseEvent(
        case_id=case.id,
        seq=seq,
        kind=case.case_kind,
        event=entry.event,
        at=entry.at,
        body=text,
        prev=case.chain_hash,
        hash=link(case.chain_hash, text),
        alg=HASH,
    )
    session.add(event)
    session.add_all(_kept(session, case.id, seq, f, salt, entry.words.get(f)) for f, salt in salts.items())
    case.chain_seq, case.chain_hash = seq, event.hash
    return event


def _kept(session: Session, case: UUID, seq: int, field: str, salt: bytes, words: str | None) -> CaseCommitment:
    sealed = None if words is None else keys_of(session).seal(_place(case, seq, field), words)
    return CaseCommitment(case_id=case, seq=seq, field=field, salt=salt, words_sealed=sealed)


def _place(case: UUID, seq: int, field: str) -> str:
    return f"case_commitment|{field}|{case}|{seq}"


def words_of(session: Session, case: UUID) -> dict[int, dict[str, str]]:
    """The words kept with a case's events, by sequence and field; what was erased is missing."""
    query = select(CaseCommitment).where(CaseCommitment.case_id == case, CaseCommitment.words_sealed.is_not(None))
    found: dict[int, dict[str, str]] = {}
    for row in session.scalars(query.order_by(CaseCommitment.seq).limit(MOST_WORDS)):
        opened = keys_of(session).open(_place(case, row.seq, row.field), row.words_sealed or b"")
        found.setdefault(row.seq, {})[row.field] = opened
    return found


def kept(session: Session, case: UUID) -> list[dict[str, Any]]:
    """The words kept with a case's events and the salts of their commitments, in order: what proves them to others."""
    query = select(CaseCommitment).where(CaseCommitment.case_id == case, CaseCommitment.words_sealed.is_not(None))
    rows = session.scalars(query.order_by(CaseCommitment.seq, CaseCommitment.field).limit(MOST_WORDS))
    return [
        {
            "seq": row.seq,
            "field": row.field,
            "salt": row.salt.hex(),
            "words": keys_of(session).open(_place(case, row.seq, row.field), row.words_sealed or b""),
        }
        for row in rows
    ]


def said(session: Session, cases: Iterable[UUID], events: Iterable[str]) -> dict[UUID, dict[str, str]]:
    """The words of the latest of these events of each case, by field, in one statement."""
    kept = (CaseCommitment.case_id == CaseEvent.case_id) & (CaseCommitment.seq == CaseEvent.seq)
    query = select(CaseCommitment).join(CaseEvent, kept).where(CaseCommitment.words_sealed.is_not(None))
    query = query.where(CaseEvent.case_id.in_(list(cases)), CaseEvent.event.in_(list(events)))
    found: dict[UUID, dict[str, str]] = {}
    for row in session.scalars(query.order_by(CaseCommitment.seq.desc()).limit(MOST_WORDS)):
        place = _place(row.case_id, row.seq, row.field)
        found.setdefault(row.case_id, {}).setdefault(row.field, keys_of(session).open(place, row.words_sealed or b""))
    return found


def _body(case: Any, seq: int, entry: Entry, salts: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "case": str(case.id),
        "kind": case.case_kind,
        "seq": seq,
        "event": entry.event,
        "at": moment(entry.at),
        "actor": entry.actor.facts(),
        "from": entry.before,
        "to": entry.after,
        "facts": dict(entry.facts),
        "commitments": {f: commitment(salts[f], text).hex() for f, text in entry.committed.items()},
        "sealed": dict(entry.sealed),
        "set": dict(entry.columns),
        "clocks": [dict(touched) for touched in entry.clocks],
    }


def moment(at: datetime) -> str:
    """A moment as the journal writes it: UTC, always with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(prev: bytes, body: str) -> bytes:
    """The hash of an event after ``prev``."""
    return digest(DOMAIN, prev, body.encode())


@dataclass(frozen=True)
class Fault:
    """Something in a journal that is not as it was written."""

    case: UUID
    seq: int
    what: str

    def __str__(self) -> str:
        return f"case {self.case}, event {self.seq}: {self.what}"


def verify(case: UUID, events: Iterable[CaseEvent], head: tuple[int, bytes] | None) -> Iterator[Fault]:
    """Every fault of one case's chain, its events given in order.

    :param head: the sequence and hash that the case's own row names; None when that row is missing.
    """
    prev, seq = START, 0
    for event in events:
        seq += 1
        if event.seq != seq:
            yield Fault(case, seq, f"is missing; the next one found is {event.seq}")
            seq = event.seq
        elif event.prev != prev:
            yield Fault(case, seq, "does not follow the event before it")
        if link(event.prev, event.body) != event.hash:
            yield Fault(case, seq, "was altered")
        elif (differs := _columns_differ(event)) is not None:
            yield Fault(case, seq, f"its column {differs} does not say what was hashed")
        prev = event.hash
    if head is None:
        yield Fault(case, seq, "has a journal and no case")
    elif head != (seq, prev):
        yield Fault(case, seq, f"is the last one found, but the case's head is event {head[0]}")


def _columns_differ(event: CaseEvent) -> str | None:
    body = json.loads(event.body)
    columns = {
        "case_id": body["case"] == str(event.case_id),
        "seq": body["seq"] == event.seq,
        "kind": body["kind"] == event.kind,
        "event": body["event"] == event.event,
        "at": body["at"] == moment(event.at),
    }
    return next((name for name, same in columns.items() if not same), None)
