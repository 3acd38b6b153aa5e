"""A due date, computed from what happened: never a stored timer.

The date is a pure function of the rule version, the calendar version and the events of the clock:
its start, typed pauses, a restart, an extension. Counting follows Order 121 art. 45: the start day is
not counted; a period in days whose last day lies inside a published holiday period ends on the first
day after it, while an ordinary weekend moves nothing. ``safe_on`` is the date without that move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflows.errors import RuleBroken
from workflows.time.calendar import Calendar, out_of_range
from workflows.time.terms import Term, Unit

PAUSES = {"testing": "tested"}
ENDS = {end: start for start, end in PAUSES.items()}
KINDS = (*PAUSES, *ENDS, "restart", "extend")


@dataclass(frozen=True)
class ClockEvent:
    """Something that moves a clock, on a day.

    ``testing`` stops it and ``tested`` lets it go on: the days after the first up to and including
    the second are not counted. ``restart`` counts afresh from its day; ``extend`` adds the term's own
    extension once.
    """

    kind: str
    on: date


@dataclass(frozen=True)
class Pause:
    """Days after ``after`` up to and including ``until`` are not counted; None while it lasts."""

    kind: str
    after: date
    until: date | None = None


@dataclass(frozen=True)
class Course:
    """What the events leave to count: from where, how much, without which days."""

    start: date
    amount: int
    pauses: tuple[Pause, ...] = ()
    extended_on: date | None = None

    @property
    def open_pause(self) -> Pause | None:
        """The pause that has not ended yet, if any; it can only be the last one."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None


@dataclass(frozen=True)
class Deadline:
    """A computed due date with everything it was computed from.

    ``due_on`` and ``safe_on`` are None while a pause lasts: nobody can know them yet.
    ``provisional`` is set when a day that matters lies in a year without a published notice.
    """

    term: Term
    start: date
    events: tuple[ClockEvent, ...]
    calendar_version: str
    course: Course
    due_on: date | None
    safe_on: date | None
    provisional: bool

    @property
    def paused_since(self) -> date | None:
        """The day a still lasting pause began, when it holds the date back."""
        pause = self.course.open_pause
        return pause.after if pause and self.due_on is None else None


def deadline(term: Term, calendar: Calendar, start: date, events: Iterable[ClockEvent] = ()) -> Deadline:
    """The due date of ``term`` for a clock that starts on ``start``.

    :param events: in the order they were recorded; same-day events keep that order.
    :raises RuleBroken: an event before the start, of a kind the term does not know, or out of turn.
    """
    ordered = tuple(sorted(events, key=lambda e: e.on))
    course = follow(term, start, ordered)
    last = _last_day(term.unit, calendar, course)
    due = _after_holiday(calendar, last) if last and term.unit is Unit.DAYS else last
    return Deadline(
        term=term,
        start=start,
        events=ordered,
        calendar_version=calendar.version,
        course=course,
        due_on=due,
        safe_on=last,
        provisional=_provisional(term.unit, calendar, course, last),
    )


def follow(term: Term, start: date, events: Sequence[ClockEvent]) -> Course:
    """Fold the events, in order, into what is left to count."""
    course = Course(start, term.amount)
    for event in events:
        if event.on < start:
            raise _bad(event, f"lies before the start, {start}")
        course = _apply(term, course, event)
    return course


def _apply(term: Term, course: Course, event: ClockEvent) -> Course:
    if event.kind == "restart":
        return Course(event.on, term.amount)
    if event.kind == "extend":
        return _extend(term, course, event)
    if event.kind in PAUSES:
        return _pause(term, course, event)
    if event.kind in ENDS:
        return _resume(course, event)
    raise _bad(event, f"is of an unknown kind; known are {', '.join(KINDS)}")


def _extend(term: Term, course: Course, event: ClockEvent) -> Course:
    if not term.extension:
        raise _bad(event, f"cannot be: {term.code} has no extension of its own")
    if course.extended_on:
        raise _bad(event, f"cannot be: {term.code} was extended on {course.extended_on} and is extended once only")
    return replace(course, amount=course.amount + term.extension, extended_on=event.on)


def _pause(term: Term, course: Course, event: ClockEvent) -> Course:
    if event.kind not in term.pauses:
        allowed = ", ".join(sorted(term.pauses)) or "none"
        raise _bad(event, f"does not stop {term.code}; what stops it: {allowed}")
    if course.open_pause:
        raise _bad(event, f"cannot begin: the pause of {course.open_pause.after} has not ended")
    return replace(course, pauses=(*course.pauses, Pause(event.kind, event.on)))


def _resume(course: Course, event: ClockEvent) -> Course:
    pause = course.open_pause
    if not pause or PAUSES[pause.kind] != event.kind:
        raise _bad(event, f"ends nothing: no {ENDS[event.kind]} is under way")
    return replace(course, pauses=(*course.pauses[:-1], replace(pause, until=event.on)))


def _bad(event: ClockEvent, problem: str) -> RuleBroken:
    return RuleBroken(
        "deadline.event", f"event {event.kind}@{event.on} {problem}", field="event", kind=event.kind, on=str(event.on)
    )


def _last_day(unit: Unit, calendar: Calendar, course: Course) -> date | None:
    """The last counted day, or None when an open pause holds it back."""
    last = _plus(unit, calendar, course.start, course.amount)
    for pause in course.pauses:
        after = max(pause.after, course.start)
        if last <= after:
            return last
        if pause.until is None:
            return None
        last = _plus(unit, calendar, last, _length(unit, calendar, after, pause.until))
    return last


def _plus(unit: Unit, calendar: Calendar, day: date, amount: int) -> date:
    if not amount:
        return day
    if unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(day, amount)
    try:
        return day + timedelta(days=amount)
    except OverflowError:
        raise out_of_range(day) from None


def _length(unit: Unit, calendar: Calendar, after: date, until: date) -> int:
    if unit is Unit.WORKING_DAYS:
        return calendar.working_days_between(after, until)
    return (until - after).days


def _after_holiday(calendar: Calendar, day: date) -> date:
    """The first day after the published holiday period the day lies in; the day itself outside one."""
    while holiday := calendar.holiday(day):
        day = holiday.last + timedelta(days=1)
    return day


def _provisional(unit: Unit, calendar: Calendar, course: Course, last: date | None) -> bool:
    """Working days lean on every year they cross; a period in days only on that of its last day."""
    if last is None:
        return False
    if unit is Unit.DAYS:
        return not calendar.is_published(last)
    first = course.start + timedelta(days=1)
    return any(year not in calendar.years for year in range(first.year, last.year + 1))
