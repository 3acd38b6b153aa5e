"""Opening hours as people read them: days with the same hours together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from app.catalogue import text

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME_LENGTH = 5


def lines(hours: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Days and their hours, ``周一至周五`` and ``10:00–22:00``; empty where a store said nothing.

    What is not written as hours is left out: it came from somebody's form.
    """
    open_days = {day: _spans(hours.get(day)) for day in WEEK}
    if not any(open_days.values()):
        return []
    groups = [(list(days), span) for span, days in groupby(range(len(WEEK)), lambda n: open_days[WEEK[n]])]
    return [(_days(days, lang), span or text("shop.closed", lang)) for days, span in groups]


def _spans(given: Any) -> str:
    pairs = [pair for pair in given if _is_span(pair)] if isinstance(given, list) else []
    return " ".join(f"{start}–{end}" for start, end in pairs)


def _is_span(pair: Any) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(time, str) and len(time) == TIME_LENGTH and time[2] == ":" for time in pair)
    )


def _days(days: list[int], lang: str) -> str:
    first, last = (text(f"weekday.{n}", lang) for n in (days[0], days[-1]))
    if first == last:
        return first
    return f"{first}{text('shop.to', lang)}{last}" if lang == "zh" else f"{first} {text('shop.to', lang)} {last}"
