"""What a step does to the clocks of its case: starts, stops, and what happens to one that runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from workflows.case import clocks
from workflows.case.tables import CaseClock
from workflows.time.deadline import ClockEvent
from workflows.time.terms import Term, TermBook


@dataclass(frozen=True)
class ClockStart:
    """A clock that a step starts."""

    term: Term
    on: date
    received: date


@dataclass(frozen=True)
class ClockStop:
    """A clock that a step stops, if it runs."""

    term: str
    on: date


@dataclass(frozen=True)
class ClockHappens:
    """Something that a step lets happen to a running clock."""

    term: str
    event: ClockEvent


ClockChange = ClockStart | ClockStop | ClockHappens


def make(session: Session, case: Any, wanted: Sequence[ClockChange], terms: TermBook) -> list[CaseClock]:
    """Make the changes of a step in their order; the clocks that they touched, each once."""
    book, touched = list(clocks.of_case(session, case.id)), list[CaseClock]()
    for change in wanted:
        if isinstance(change, ClockStart):
            book.append(start(session, case, change))
            touched.append(book[-1])
        elif isinstance(change, ClockStop):
            touched += _stop(book, change)
        else:
            touched.append(clocks.running(book, change.term))
            clocks.happen(session, touched[-1], terms, change.event)
    case.next_due_on = clocks.next_due(book)
    return list(dict.fromkeys(touched))


def start(session: Session, case: Any, change: ClockStart) -> CaseClock:
    """Start a clock."""
    return clocks.start(session, case, change.term, change.on, change.received)


def _stop(book: Sequence[CaseClock], change: ClockStop) -> list[CaseClock]:
    """Stop the clock of a term, if it runs."""
    found = [clock for clock in book if clock.term == change.term and clock.stopped_on is None]
    for clock in found:
        clocks.stop(clock, change.on)
    return found
