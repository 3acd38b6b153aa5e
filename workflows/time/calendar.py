"""Working days by the published holiday notices, make-up days included.

The State Council publishes one notice a year (国务院办公厅关于…部分节假日安排的通知). It names days off,
which may swallow ordinary working days, and make-up days (调休补班): weekend days that are worked.
A calendar is built from such years and answers in about a microsecond from two tables: how many
working days lie up to a given day, and which day is the n-th working day.

A year without a notice is counted as Monday to Friday less 1 January, and whatever leans on it is
provisional: :meth:`Calendar.is_published` says so and nobody may drop that word on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property
from itertools import accumulate

from workflows.errors import RuleBroken

FIRST_DAY = date(2010, 1, 1)
LAST_DAY = date(2100, 12, 31)
SATURDAY = 5


class DayKind(Enum):
    """Why a day is, or is not, a working day."""

    WORKDAY = "workday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    ASSUMED_HOLIDAY = "assumed_holiday"

    @property
    def works(self) -> bool:
        """Whether offices work on such a day."""
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True)
class Holiday:
    """One holiday period of a notice: every day from ``first`` to ``last`` is off, weekends inside it too."""

    name: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Each day of the period, in order."""
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


@dataclass(frozen=True)
class Notice:
    """The published notice that a year's days come from."""

    title: str
    number: str
    published_on: date
    url: str


@dataclass(frozen=True)
class CalendarYear:
    """One year as published: its holiday periods, its make-up days and the notices that say so."""

    year: int
    notice: Notice
    amendments: tuple[Notice, ...]
    holidays: tuple[Holiday, ...]
    make_up: frozenset[date]

    @cached_property
    def version(self) -> str:
        """A short fingerprint of the year's days: two equal years have equal versions."""
        days = [f"{h.name}:{h.first}:{h.last}" for h in self.holidays]
        text = "|".join([str(self.year), *days, *map(str, sorted(self.make_up))])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class Calendar:
    """Working days over all loaded years; immutable.

    :param years: published years; two of the same year are refused (``RuleBroken``).
    """

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self.years: dict[int, CalendarYear] = {}
        for year in years:
            if year.year in self.years:
                raise RuleBroken("calendar.twice", f"year {year.year} is given twice", field="year")
            self.years[year.year] = year
        self._holidays = {d: h for y in self.years.values() for h in y.holidays for d in h.days()}
        self._make_up = frozenset(d for y in self.years.values() for d in y.make_up)

    @cached_property
    def version(self) -> str:
        """Fingerprint of all loaded years; stored with every date that was counted with it."""
        text = "|".join(self.years[y].version for y in sorted(self.years))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def last_published(self) -> int | None:
        """The last year with a notice, or None when no year is loaded."""
        return max(self.years, default=None)

    def is_published(self, day: date) -> bool:
        """Whether the notice of the day's year is loaded."""
        return day.year in self.years

    def holiday(self, day: date) -> Holiday | None:
        """The published holiday period that the day lies in, if any."""
        return self._holidays.get(day)

    def kind(self, day: date) -> DayKind:
        """Why the day is, or is not, a working day."""
        if day in self._make_up:
            return DayKind.MAKE_UP
        if day in self._holidays:
            return DayKind.HOLIDAY
        if day.weekday() >= SATURDAY:
            return DayKind.WEEKEND
        if (day.month, day.day) == (1, 1) and not self.is_published(day):
            return DayKind.ASSUMED_HOLIDAY
        return DayKind.WORKDAY

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day (工作日)."""
        return self.kind(day).works

    @cached_property
    def _table(self) -> tuple[list[int], list[date]]:
        """Working days up to and including each day since FIRST_DAY, and the working days in order."""
        span = (LAST_DAY - FIRST_DAY).days + 1
        days = [FIRST_DAY + timedelta(days=i) for i in range(span)]
        works = [self.is_working(d) for d in days]
        return list(accumulate(works)), [d for d, w in zip(days, works, strict=True) if w]

    def working_days_until(self, day: date) -> int:
        """Number of working days from FIRST_DAY to ``day``, the day itself included."""
        counts, _ = self._table
        index = day.toordinal() - FIRST_DAY.toordinal()
        if not 0 <= index < len(counts):
            raise out_of_range(day)
        return counts[index]

    def add_working_days(self, start: date, amount: int) -> date:
        """The ``amount``-th working day after ``start``; the start day is not counted (Order 121 art. 45).

        :param amount: 1 or more, in working days.
        :raises RuleBroken: the answer, or the start, lies outside the years a calendar can hold.
        """
        if amount < 1:
            raise RuleBroken("term.amount", "a term has at least one day", field="amount")
        index = self.working_days_until(start) + amount - 1
        _, working = self._table
        if index >= len(working):
            raise out_of_range(LAST_DAY + timedelta(days=1))
        return working[index]

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        return self.working_days_until(end) - self.working_days_until(start)

    def with_year(self, year: CalendarYear) -> Calendar:
        """The same calendar with one year added or replaced."""
        return Calendar({**self.years, year.year: year}.values())


def out_of_range(day: date) -> RuleBroken:
    """The error for a day that no calendar of ours can hold."""
    return RuleBroken(
        "calendar.range",
        f"{day} is outside {FIRST_DAY.year}–{LAST_DAY.year}: give a date between them",
        field="date",
        first=FIRST_DAY.year,
        last=LAST_DAY.year,
    )
