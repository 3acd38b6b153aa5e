"""Dates as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.catalogue import text
from workflows.case.tables import CaseClock
from workflows.time.calendar import Calendar
from workflows.time.explain import DayLine

SOON = 2
"""Working days left from which on a date is marked as near."""


def weekday(day: date, lang: str) -> str:
    """``周五`` or ``Fri``."""
    return text(f"weekday.{day.weekday()}", lang)


def line_text(line: DayLine, lang: str) -> str:
    """One day of an explanation on one line."""
    number = f"{line.number:>3}" if line.number else "   "
    reason = text(line.reason, lang, detail=line.detail).strip()
    assumed = f" · {text('explain.assumed', lang)}" if line.assumed else ""
    verdict = text(f"verdict.{line.verdict.value}", lang)
    return f"{line.day} {weekday(line.day, lang)} {number} {verdict} · {reason}{assumed}"


def day_text(day: date, lang: str) -> str:
    """``2026年7月3日(周五)`` or ``Fri 3 July 2026``."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日({weekday(day, lang)})"
    return f"{weekday(day, lang)} {day.day} {day:%B} {day.year}"


@dataclass(frozen=True)
class Promise:
    """A clock as a page shows it.

    :param urgency: ``late``, ``soon``, ``done`` or empty: which colour; the words say the same.
    """

    title: str
    when: str
    left: str
    urgency: str
    article: str
    provisional: bool
    safe: str


def promise(clock: CaseClock, article: str, today: date, calendar: Calendar, lang: str) -> Promise:
    """What a clock promises, in words: the day, and how many working days are left."""
    title = text(f"term.{clock.term}", lang)
    safe = ""
    if clock.stopped_on is None and clock.safe_on and clock.safe_on != clock.due_on:
        safe = text("clock.safe", lang, day=day_text(clock.safe_on, lang))
    when, left, urgency = _when(clock, today, calendar, lang)
    return Promise(title, when, left, urgency, article, clock.provisional and clock.stopped_on is None, safe)


def _when(clock: CaseClock, today: date, calendar: Calendar, lang: str) -> tuple[str, str, str]:
    if clock.stopped_on is not None:
        key = "clock.met_late" if clock.late else "clock.met"
        return text(key, lang, day=day_text(clock.stopped_on, lang)), "", "late" if clock.late else "done"
    if clock.due_on is None:
        since = clock.paused_since or today
        return text("clock.paused", lang, day=day_text(since, lang)), "", ""
    left, urgency = remaining(clock.due_on, today, calendar, lang)
    return text("clock.by", lang, day=day_text(clock.due_on, lang)), left, urgency


def remaining(due: date, today: date, calendar: Calendar, lang: str) -> tuple[str, str]:
    """How far off a due date is, and its urgency."""
    if due == today:
        return text("clock.today", lang), "soon"
    if due < today:
        return text("clock.over", lang, n=calendar.working_days_between(due, today)), "late"
    left = calendar.working_days_between(today, due)
    return text("clock.left", lang, n=left), "soon" if left <= SOON else ""
