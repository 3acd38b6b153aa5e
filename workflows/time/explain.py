"""How a date was worked out: every day from the start to the due date, counted, skipped or paused, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from workflows.time.calendar import Calendar, DayKind
from workflows.time.deadline import Course, Deadline
from workflows.time.terms import Unit

OPEN_PAUSE_DAYS = 400
"""How many days of a pause that still lasts are listed at most."""


class Verdict(Enum):
    """What became of a day."""

    START = "start"
    COUNTED = "counted"
    SKIPPED = "skipped"
    PAUSED = "paused"
    MOVED = "moved"


@dataclass(frozen=True)
class DayLine:
    """One day of the account.

    :param number: which day of the period it is; None when it is not counted.
    :param reason: key of the reason in the message catalogue (``explain.weekend``).
    :param detail: what fills the reason: the holiday's name, the pause's kind, the notice's number.
    :param assumed: the day lies in a year without a published notice.
    """

    day: date
    verdict: Verdict
    reason: str
    number: int | None = None
    detail: str = ""
    assumed: bool = False


def explain(found: Deadline, calendar: Calendar, today: date | None = None) -> list[DayLine]:
    """List each day from the start of the last count to the due date.

    :param today: where to stop while a pause lasts; the pause's first day where it is not given.
    """
    return list(_lines(found, calendar, today))


def _lines(found: Deadline, calendar: Calendar, today: date | None) -> Iterator[DayLine]:
    course, unit = found.course, found.term.unit
    reason = "explain.start" if course.start == found.start else "explain.restart"
    yield DayLine(course.start, Verdict.START, reason)
    number = 0
    for day in _days(course.start, found.safe_on or _pause_end(course, today)):
        line = _line(day, course, unit, calendar, number)
        number = line.number or number
        yield line
    if found.due_on and found.safe_on:
        yield from _moved(found.safe_on, found.due_on, calendar)


def _pause_end(course: Course, today: date | None) -> date:
    pause = course.open_pause
    since = pause.after if pause else course.start
    return min(max(today or since, since), since + timedelta(days=OPEN_PAUSE_DAYS))


def _days(start: date, end: date) -> Iterator[date]:
    """The days after ``start`` up to and including ``end``."""
    for offset in range(1, (end - start).days + 1):
        yield start + timedelta(days=offset)


def _line(day: date, course: Course, unit: Unit, calendar: Calendar, number: int) -> DayLine:
    assumed = not calendar.is_published(day)
    if kind := _pausing(day, course):
        return DayLine(day, Verdict.PAUSED, f"explain.{kind}", assumed=assumed)
    if unit is Unit.DAYS:
        return DayLine(day, Verdict.COUNTED, "explain.day", number + 1, assumed=assumed)
    kind_of_day = calendar.kind(day)
    detail = _detail(day, kind_of_day, calendar)
    if not kind_of_day.works:
        return DayLine(day, Verdict.SKIPPED, f"explain.{kind_of_day.value}", None, detail, assumed)
    return DayLine(day, Verdict.COUNTED, f"explain.{kind_of_day.value}", number + 1, detail, assumed)


def _pausing(day: date, course: Course) -> str | None:
    for pause in course.pauses:
        if pause.after < day and (pause.until is None or day <= pause.until):
            return pause.kind
    return None


def _detail(day: date, kind: DayKind, calendar: Calendar) -> str:
    if holiday := calendar.holiday(day):
        return holiday.name
    if kind is DayKind.MAKE_UP and day.year in calendar.years:
        return calendar.years[day.year].notice.number
    return ""


def _moved(safe_on: date, due_on: date, calendar: Calendar) -> Iterator[DayLine]:
    """The last day lay in a holiday: it and the rest of the holiday, then the day the period ends on."""
    if due_on == safe_on:
        return
    holiday = calendar.holiday(safe_on)
    yield DayLine(safe_on, Verdict.MOVED, "explain.last_in_holiday", None, holiday.name if holiday else "")
    for day in _days(safe_on, due_on):
        if inside := calendar.holiday(day):
            yield DayLine(day, Verdict.SKIPPED, "explain.holiday", None, inside.name)
        else:
            yield DayLine(day, Verdict.MOVED, "explain.first_after_holiday")
