"""Dates as people read them."""

from __future__ import annotations

from datetime import date

from app.catalogue import text
from workflows.time.explain import DayLine


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
