"""Reading published holiday notices: the files that ship with Wuyou and those an operator loads.

A year is one JSON file: ``year``, the ``notice`` and its ``amendments``, ``holidays`` as periods with
a name, and ``make_up`` days. Every field is checked, because a typing slip here becomes a legal date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workflows.errors import RuleBroken
from workflows.time.calendar import FIRST_DAY, LAST_DAY, SATURDAY, Calendar, CalendarYear, Holiday, Notice

YEARS = Path(__file__).parent / "years"


def load_years(folder: Path = YEARS) -> Iterator[CalendarYear]:
    """Every published year of a folder of ``YEAR.json`` files, in order; an absent folder has none."""
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].json")):
        yield read_year(path.read_text("utf-8"), path.name)


def published(extra: Path | None = None) -> Calendar:
    """The calendar of the years that ship with Wuyou, with the operator's own years over them.

    :param extra: folder of years loaded on this installation (``WUYOU_DATA/years``).
    """
    years = {y.year: y for y in load_years()}
    if extra is not None:
        years |= {y.year: y for y in load_years(extra)}
    return Calendar(years.values())


def read_year(text: str, where: str = "year file") -> CalendarYear:
    """A published year from its JSON text.

    :raises RuleBroken: naming the field, what is wrong with it and what to do.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise _bad(where, "", f"is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise _bad(where, "", "must be an object with year, notice, holidays and make_up")
    return _Reader(where, data).year()


def _bad(where: str, field: str, problem: str) -> RuleBroken:
    name = f"{where}: {field}" if field else where
    return RuleBroken("calendar.file", f"{name} {problem}", field=field or "file", problem=problem)


class _Reader:
    """Checks one year file field by field, so that a typing slip never becomes a legal date."""

    def __init__(self, where: str, data: Mapping[str, Any]) -> None:
        self.where = where
        self.data = data

    def bad(self, field: str, problem: str) -> RuleBroken:
        return _bad(self.where, field, problem)

    def year(self) -> CalendarYear:
        known = {"year", "notice", "amendments", "holidays", "make_up"}
        if unknown := sorted(set(self.data) - known):
            raise self.bad(unknown[0], f"is not a known field; known are {', '.join(sorted(known))}")
        number = self.data.get("year")
        if type(number) is not int or not FIRST_DAY.year <= number <= LAST_DAY.year:
            raise self.bad("year", f"must be a number from {FIRST_DAY.year} to {LAST_DAY.year}")
        holidays = self.holidays(number)
        return CalendarYear(
            year=number,
            notice=self.notice(self.data.get("notice"), "notice"),
            amendments=tuple(self.notice(n, "amendments") for n in self.items("amendments")),
            holidays=holidays,
            make_up=self.make_up(number, holidays),
        )

    def items(self, field: str) -> list[Any]:
        value = self.data.get(field, [])
        if not isinstance(value, list):
            raise self.bad(field, "must be a list")
        return value

    def notice(self, value: Any, field: str) -> Notice:
        keys = {"title", "number", "published_on", "url"}
        if (
            not isinstance(value, dict)
            or set(value) != keys
            or not all(isinstance(v, str) and v for v in value.values())
        ):
            raise self.bad(field, f"must give {', '.join(sorted(keys))} of the published notice, each a text")
        return Notice(value["title"], value["number"], self.day(value["published_on"], field), value["url"])

    def day(self, value: Any, field: str) -> date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.bad(field, f"has {value!r}, which is not a date like 2026-10-01") from None

    def near(self, day: date, year: int, field: str) -> date:
        """A notice may reach into the last days of the year before; further away is a slip."""
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise self.bad(field, f"has {day}, which is not a day of {year}")
        return day

    def holidays(self, year: int) -> tuple[Holiday, ...]:
        if not (items := self.items("holidays")):
            raise self.bad("holidays", "is empty: a notice names at least one holiday")
        found = tuple(self.holiday(item, year) for item in items)
        days = [d for h in found for d in h.days()]
        if len(days) != len(set(days)):
            raise self.bad("holidays", "overlap: each day may be in one holiday only")
        return found

    def holiday(self, item: Any, year: int) -> Holiday:
        if not isinstance(item, dict) or set(item) != {"name", "from", "to"} or not isinstance(item["name"], str):
            raise self.bad("holidays", "must each give name, from and to")
        first, last = (self.near(self.day(item[k], "holidays"), year, "holidays") for k in ("from", "to"))
        if last < first:
            raise self.bad("holidays", f"{item['name']} ends before it begins")
        return Holiday(item["name"], first, last)

    def make_up(self, year: int, holidays: tuple[Holiday, ...]) -> frozenset[date]:
        off = {d for h in holidays for d in h.days()}
        found = [self.near(self.day(v, "make_up"), year, "make_up") for v in self.items("make_up")]
        for day in found:
            if day in off:
                raise self.bad("make_up", f"has {day}, which is also a day off")
            if day.weekday() < SATURDAY:
                raise self.bad("make_up", f"has {day}, which is an ordinary working day and needs no making up")
        return frozenset(found)
