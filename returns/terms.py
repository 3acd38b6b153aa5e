"""The promised window of a no-reason return (无理由退货): counted as private periods are, and never below seven days.

A promise binds (IR 12). Its window runs from delivery, or from completed installation where the trader
installs (IR 18(1)); the day itself is not counted (Civil Code 201). A last day that is a rest day (法定休假日)
moves to the next day that is none (Civil Code 203): commonly read to include weekends, in the consumer's
favour where it is doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from merchants.promise import LEAST_DAYS, MOST_DAYS
from workflows.errors import RuleBroken
from workflows.time.calendar import Calendar

ARTICLES = ("IR 18(1)", "Civil Code 201", "Civil Code 203")


@dataclass(frozen=True)
class Window:
    """From when to when goods may go back.

    :param starts_on: delivery, or completed installation: the day that is not counted.
    :param last_on: the last day, after the move past rest days.
    :param unmoved_on: the last day as counted.
    :param provisional: a day that matters lies in a year without a published notice.
    """

    starts_on: date
    last_on: date
    unmoved_on: date
    provisional: bool

    def contains(self, day: date) -> bool:
        """Whether goods may go back on ``day``; the first day already belongs to it."""
        return self.starts_on <= day <= self.last_on


def window(days: int, delivered_on: date, installed_on: date | None, calendar: Calendar) -> Window:
    """The window of a promise of ``days`` days.

    :raises RuleBroken: a promise below the least, or an installation before the delivery.
    """
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise RuleBroken("promise.days", f"a promise has {LEAST_DAYS} to {MOST_DAYS} days", field="days")
    if installed_on is not None and installed_on < delivered_on:
        raise RuleBroken("installed_on", "the installation cannot lie before the delivery", field="installed_on")
    start = installed_on or delivered_on
    unmoved = last = start + timedelta(days=days)
    while not calendar.is_working(last):
        last += timedelta(days=1)
    published = calendar.is_published(unmoved) and calendar.is_published(last)
    return Window(start, last, unmoved, not published)
