"""One case of the past: its row, its journal, its clocks, as the product itself would have left them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from complaints.models import Complaint
from complaints.terms import TERMS
from merchants.models import Enrolment, Standing
from workflows.case import journal, recording
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.crypto import HASH, Keys, commitment, digest
from workflows.time.calendar import Calendar
from workflows.time.deadline import Deadline, deadline
from workflows.time.terms import Term

BEGINS = {kind.case_kind: kind.begins_with for kind in (Complaint, Enrolment, Standing)}
ENGINES = ("id", "state", "created_at")
"""Columns that every event tells in its own way."""


def _clock(clock: dict[str, Any]) -> dict[str, Any]:
    """A clock as the journal keeps it."""
    return {"id": clock["id"]} | {name: recording.said(clock.get(name)) for name in recording.CLOCK}


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
    told: list[dict[str, Any]] = field(default_factory=list)
    """What each event says; the next one, or the end, adds what the row and the clocks became by it."""

    salts: list[tuple[Any, ...]] = field(default_factory=list)
    clocks: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[tuple[Any, ...]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    known_clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    chained: list[tuple[Any, ...]] = field(default_factory=list)

    def record(
        self, event: str, at: datetime, actor: Actor, facts: dict[str, Any], personal: dict[str, str] | None = None
    ) -> None:
        """Tell of one event, as the engine would have."""
        self._settle()
        before = self.row["state"] if self.told else None
        self.row["state"] = facts.pop("_to", self.row["state"])
        seq = len(self.told) + 1
        salts = {
            name: digest("wuyou.demo.salt", self.id.bytes, f"{seq}{name}".encode())[:16] for name in personal or {}
        }
        self.told.append(
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
        )
        self.salts += [(self.id, seq, name, salt) for name, salt in salts.items()]
        if before is None:
            self.known = self._open_values()
            first = {name: self.known[name] for name in BEGINS.get(self.kind, ()) if self.known.get(name) is not None}
            self.told[0] |= {"set": first}

    def _settle(self) -> None:
        """Add to the last event what the row and the clocks have become since: it was its doing."""
        if not self.told:
            return
        values = self._open_values()
        changed = {name: value for name, value in values.items() if self.known.get(name) != value}
        book = {clock["id"]: _clock(clock) for clock in self.clocks}
        touched = [clock for ident, clock in book.items() if self.known_clocks.get(ident) != clock]
        last = self.told[-1]
        last |= {"set": last.get("set", {}) | changed, "clocks": last.get("clocks", []) + touched}
        self.known, self.known_clocks = values, book

    def _open_values(self) -> dict[str, Any]:
        """The columns of the row that a journal may keep."""
        plain = {name: value for name, value in self.row.items() if name not in ENGINES and recording.is_open(value)}
        return {name: recording.said(value) for name, value in plain.items()}

    @property
    def events(self) -> list[tuple[Any, ...]]:
        """The journal's rows, chained as the engine would have; the case is whole by now."""
        if self.chained:
            return self.chained
        self._settle()
        rows, head = list[tuple[Any, ...]](), journal.START
        for body in self.told:
            text = canonical(body).decode()
            previous, head = head, journal.link(head, text)
            at = datetime.fromisoformat(body["at"])
            rows.append((self.id, body["seq"], self.kind, body["event"], at, text, previous, head, HASH))
        self.chained = rows
        return rows

    def engine(self) -> dict[str, Any]:
        """What the engine keeps in the case's row."""
        count, head = len(self.told), self.events[-1][7]
        return {"version": count, "chain_seq": count, "chain_hash": head, "next_due_on": self.next_due()}

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
                "id": str(uuid5(self.id, f"clock{len(self.clocks)}")),
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
