"""The book of clocks: every statutory clock of every case, and the date computed from its events.

What is stored is a projection: ``due_on`` follows from the rule, the calendar and the events, and
:func:`faults` says where the two disagree. A new calendar shows first which open dates would move
(:func:`moves`); applying it moves them, each with an event in its case's journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case import calendars
from workflows.case.tables import CaseClock
from workflows.errors import NotFound
from workflows.time.calendar import Calendar
from workflows.time.deadline import ClockEvent, Deadline, deadline
from workflows.time.terms import Term, TermBook

CHUNK = 5000


def start(session: Session, case: Any, term: Term, on: date, received: date) -> CaseClock:
    """Start a clock of ``case`` on a day; it belongs to the caller's transaction."""
    found = deadline(term, calendars.current(session), on)
    clock = CaseClock(
        case_id=case.id, case_kind=case.case_kind, term=term.code, rule=term.version, start_on=on, received_on=received
    )
    clock.events = []
    _project(clock, found)
    session.add(clock)
    return clock


def of_case(session: Session, case_id: UUID) -> Sequence[CaseClock]:
    """Every clock of a case, in the order they were started."""
    return session.scalars(select(CaseClock).where(CaseClock.case_id == case_id).order_by(CaseClock.id)).all()


def running(clocks: Sequence[CaseClock], term: str) -> CaseClock:
    """The clock of ``term`` that runs.

    :raises NotFound: none does.
    """
    for clock in clocks:
        if clock.term == term and clock.stopped_on is None:
            return clock
    raise NotFound("clock.none", f"no {term} clock is running", term=term)


def happen(session: Session, clock: CaseClock, terms: TermBook, event: ClockEvent) -> None:
    """Let something happen to a running clock: a pause, its end, a restart, an extension.

    :raises RuleBroken: the term does not know such an event, or it is out of turn.
    """
    events = [*clock.events, {"kind": event.kind, "on": event.on.isoformat()}]
    found = _compute(clock, terms, calendars.current(session), events)
    clock.events = events
    _project(clock, found)


def stop(clock: CaseClock, on: date) -> None:
    """Stop a clock on a day; late is late, and never dated back."""
    clock.stopped_on = on
    clock.late = clock.due_on is not None and on > clock.due_on


def next_due(clocks: Sequence[CaseClock]) -> date | None:
    """The earliest date that the law will ask for, over the clocks that run."""
    return min((c.due_on for c in clocks if c.stopped_on is None and c.due_on is not None), default=None)


def recall(clock: CaseClock, terms: TermBook, calendar: Calendar) -> Deadline:
    """The clock's deadline computed anew, for explaining it and for checking it."""
    return _compute(clock, terms, calendar, clock.events)


def _compute(clock: CaseClock, terms: TermBook, calendar: Calendar, events: Sequence[Any]) -> Deadline:
    happened = [ClockEvent(e["kind"], date.fromisoformat(e["on"])) for e in events]
    return deadline(terms.by_version(clock.rule), calendar, clock.start_on, happened)


def _project(clock: CaseClock, found: Deadline) -> None:
    clock.due_on, clock.safe_on, clock.provisional = found.due_on, found.safe_on, found.provisional
    clock.paused_since, clock.calendar_version = found.paused_since, found.calendar_version


@dataclass(frozen=True)
class Move:
    """An open date that another calendar changes."""

    clock: CaseClock
    found: Deadline

    @property
    def visible(self) -> bool:
        """Whether a person would see a difference, and not only the calendar's version."""
        old = (self.clock.due_on, self.clock.safe_on, self.clock.provisional)
        return old != (self.found.due_on, self.found.safe_on, self.found.provisional)

    def facts(self) -> dict[str, Any]:
        """What the journal keeps of the move."""
        return {
            "term": self.clock.term,
            "due_on": [_text(self.clock.due_on), _text(self.found.due_on)],
            "calendar": [self.clock.calendar_version, self.found.calendar_version],
        }

    def apply(self) -> None:
        """Write the new date into the book."""
        _project(self.clock, self.found)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def moves(session: Session, terms: TermBook, calendar: Calendar) -> Iterator[Move]:
    """Every open clock that was computed with another calendar, with its date under this one."""
    last: UUID | None = None
    while chunk := _open_chunk(session, calendar.version, last):
        last = chunk[-1].id
        for clock in chunk:
            yield Move(clock, recall(clock, terms, calendar))


def _open_chunk(session: Session, version: str, after: UUID | None) -> Sequence[CaseClock]:
    query = select(CaseClock).where(CaseClock.stopped_on.is_(None), CaseClock.calendar_version != version)
    if after is not None:
        query = query.where(CaseClock.id > after)
    return session.scalars(query.order_by(CaseClock.id).limit(CHUNK)).all()


@dataclass(frozen=True)
class ClockFault:
    """A stored date that its own events do not give."""

    clock: UUID
    case: UUID
    stored: date | None
    computed: date | None

    def __str__(self) -> str:
        return f"case {self.case}, clock {self.clock}: stored {self.stored}, computed {self.computed}"


def faults(session: Session, terms: TermBook) -> Iterator[ClockFault]:
    """Every open clock whose stored date is not what its events give under the calendar in force."""
    calendar = calendars.current(session)
    query = select(CaseClock).where(CaseClock.stopped_on.is_(None)).execution_options(yield_per=CHUNK)
    for clock in session.scalars(query):
        found = recall(clock, terms, calendar)
        if (found.due_on, found.calendar_version) != (clock.due_on, clock.calendar_version):
            yield ClockFault(clock.id, clock.case_id, clock.due_on, found.due_on)
