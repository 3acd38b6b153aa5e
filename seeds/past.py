"""One case of the past: its row, its journal, its clocks, as the product itself would have left them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from complaints.terms import TERMS
from workflows.case import journal
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.crypto import HASH, Keys, commitment, digest
from workflows.time.calendar import Calendar
from workflows.time.deadline import Deadline, deadline
from workflows.time.terms import Term


@dataclass(frozen=True)
class Shop:
    """What a past case needs to know of a store."""

    id: UUID
    enterprise: UUID
    name: str
    enterprise_name: str
    address: str
    city: str
    district: str
    category: str
    bureau: UUID


@dataclass
class Past:
    """One case of the past, growing by events; afterwards its rows are streamed."""

    id: UUID
    keys: Keys
    row: dict[str, Any]
    kind: str = "complaint"
    sealed: tuple[str, ...] = ("name", "phone", "address")
    events: list[tuple[Any, ...]] = field(default_factory=list)
    salts: list[tuple[Any, ...]] = field(default_factory=list)
    clocks: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[tuple[Any, ...]] = field(default_factory=list)
    head: bytes = journal.START

    def record(
        self, event: str, at: datetime, actor: Actor, facts: dict[str, Any], personal: dict[str, str] | None = None
    ) -> None:
        """Chain one event, as the engine would have."""
        before = self.row["state"] if self.events else None
        self.row["state"] = facts.pop("_to", self.row["state"])
        seq = len(self.events) + 1
        salts = {
            name: digest("wuyou.demo.salt", self.id.bytes, f"{seq}{name}".encode())[:16] for name in personal or {}
        }
        body = canonical(
            {
                "case": str(self.id),
                "kind": self.kind,
                "seq": seq,
                "event": event,
                "at": journal.moment(at),
                "actor": actor.facts(),
                "from": before,
                "to": self.row["state"],
                "facts": facts,
                "commitments": {n: commitment(salts[n], t).hex() for n, t in (personal or {}).items()},
                "sealed": self.sealed_digests(),
            }
        ).decode()
        previous, self.head = self.head, journal.link(self.head, body)
        self.events.append((self.id, seq, self.kind, event, at, body, previous, self.head, HASH))
        self.salts += [(self.id, seq, name, salt) for name, salt in salts.items()]

    def sealed_digests(self) -> dict[str, str]:
        """Digests of the sealed columns, as the journal vouches for them."""
        return {f: digest("wuyou.sealed.v1", self.row[f"{f}_sealed"]).hex() for f in self.sealed}

    def start(self, calendar: Calendar, term: str, on: date, received: date) -> None:
        """Start a complaint's clock."""
        rule = TERMS.find(term, on, received)
        self.run(rule, deadline(rule, calendar, on), on, received)

    def run(self, rule: Term, found: Deadline, on: date, received: date) -> None:
        """Start a clock whose date has been found."""
        self.clocks.append(
            {
                "term": rule.code,
                "rule": rule.version,
                "start_on": on,
                "received_on": received,
                "due_on": found.due_on,
                "safe_on": found.safe_on,
                "provisional": found.provisional,
                "calendar_version": found.calendar_version,
                "stopped_on": None,
                "late": None,
            }
        )

    def stop(self, term: str, on: date) -> None:
        """Stop the running clock of a term."""
        for clock in self.clocks:
            if clock["term"] == term and clock["stopped_on"] is None:
                clock["stopped_on"], clock["late"] = on, on > clock["due_on"]

    def next_due(self) -> date | None:
        """The earliest open date."""
        return min((c["due_on"] for c in self.clocks if c["stopped_on"] is None), default=None)
