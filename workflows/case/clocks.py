"""The book of clocks: every statutory clock of every case, and the date computed from its events.

What is stored is a projection: ``due_on`` follows from the rule, the calendar and the events, and
:func:`faults` says where the two disagree. A new calendar shows first which open dates would move
(:func:`shifts`); applying it moves them, each that a person would see with an event in its case's journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from workflows.case import calendars
from workflows.case.tables import CaseClock
from workflows.errors import NotFound
from workflows.time.calendar import Calendar
from workflows.time.deadline import ClockEvent, Deadline, deadline
from workflows.time.terms import Term, TermBook

CHUNK = 5000
GROUPS = 2000
"""Groups of clocks that are looked for in one statement."""


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
    return _count(terms.by_version(clock.rule), calendar, clock.start_on, events)


def _count(term: Term, calendar: Calendar, start_on: date, events: Sequence[Any]) -> Deadline:
    happened = [ClockEvent(e["kind"], date.fromisoformat(e["on"])) for e in events]
    return deadline(term, calendar, start_on, happened)


def _project(clock: CaseClock, found: Deadline) -> None:
    clock.due_on, clock.safe_on, clock.provisional = found.due_on, found.safe_on, found.provisional
    clock.paused_since, clock.calendar_version = found.paused_since, found.calendar_version


@dataclass(frozen=True)
class Move:
    """An open date under another calendar."""

    clock: CaseClock
    found: Deadline

    @property
    def visible(self) -> bool:
        """Whether a person would see a difference, and not only the calendar's version."""
        return _told(self.clock) != _told(self.found)

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


def _told(of: Any) -> tuple[Any, Any, Any]:
    """What a person is told of a date."""
    return of.due_on, of.safe_on, of.provisional


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True)
class Shift:
    """What another calendar does to all open clocks that have rule, start, events and date in common.

    :param clocks: how many they are.
    """

    rule: str
    start_on: date
    events: Sequence[Any]
    found: Deadline
    clocks: int
    visible: bool


def shifts(session: Session, terms: TermBook, calendar: Calendar) -> list[Shift]:
    """Every open clock that was computed with another calendar, counted anew under this one.

    A date follows from rule, start and events alone, and many clocks share them: each such group is counted once, so
    a million clocks cost one read of the book and some thousand countings.
    """
    group = (CaseClock.rule, CaseClock.start_on, CaseClock.events, *_told(CaseClock))
    query = select(*group, func.count().label("clocks")).where(CaseClock.stopped_on.is_(None))
    rows = session.execute(query.where(CaseClock.calendar_version != calendar.version).group_by(*group))
    return [_shift(row, terms, calendar) for row in rows]


def _shift(row: Any, terms: TermBook, calendar: Calendar) -> Shift:
    found = _count(terms.by_version(row.rule), calendar, row.start_on, row.events)
    return Shift(row.rule, row.start_on, row.events, found, row.clocks, _told(row) != _told(found))


def moves(session: Session, terms: TermBook, calendar: Calendar, found: Sequence[Shift]) -> Iterator[Move]:
    """Every open clock whose date a person would see move, with its date under this calendar."""
    seen = [shift for shift in found if shift.visible]
    for first in range(0, len(seen), GROUPS):
        yield from _moves(session, terms, calendar, seen[first : first + GROUPS])


def _moves(session: Session, terms: TermBook, calendar: Calendar, seen: Sequence[Shift]) -> Iterator[Move]:
    last: UUID | None = None
    while chunk := _open_chunk(session, calendar.version, seen, last):
        last = chunk[-1].id
        for clock in chunk:
            move = Move(clock, recall(clock, terms, calendar))
            if move.visible:
                yield move


def _open_chunk(session: Session, version: str, seen: Sequence[Shift], after: UUID | None) -> Sequence[CaseClock]:
    key = tuple_(CaseClock.rule, CaseClock.start_on, CaseClock.events)
    query = select(CaseClock).where(CaseClock.stopped_on.is_(None), CaseClock.calendar_version != version)
    query = query.where(key.in_([(s.rule, s.start_on, s.events) for s in seen]))
    if after is not None:
        query = query.where(CaseClock.id > after)
    return session.scalars(query.order_by(CaseClock.id).limit(CHUNK)).all()


def settle(session: Session, calendar: Calendar) -> None:
    """Write the calendar's version to every open clock that no move has touched: its date stays what it was."""
    stays = update(CaseClock).where(CaseClock.stopped_on.is_(None), CaseClock.calendar_version != calendar.version)
    values = stays.values(calendar_version=calendar.version)
    session.execute(values, execution_options={"synchronize_session": False})


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
