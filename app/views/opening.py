"""Opening hours as somebody types them: one line a day, ``10:00-12:00, 14:00-22:00``. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY = "every"
SPAN = re.compile(r"(\d{1,2}):(\d{2})[-~—–至到](\d{1,2}):(\d{2})")
BETWEEN = re.compile(r"[,;、，；]")


def typed(form: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """The hours that a form says: a day's own line, else the line for every day; days without either are left out.

    What cannot be read stays as it was typed, so that the rules of a store name it.
    """
    lines = {day: form.get(f"hours_{day}", "").strip() or form.get(f"hours_{EVERY}", "").strip() for day in DAYS}
    return {day: spans(line) for day, line in lines.items() if line}


def spans(line: str) -> list[list[str]]:
    """The spans of one line, each a pair of times with two digits; an unreadable one is a single text."""
    plain = "".join(unicodedata.normalize("NFKC", line[:100]).split())
    return [_span(part) for part in BETWEEN.split(plain) if part]


def _span(part: str) -> list[str]:
    found = SPAN.fullmatch(part)
    if found is None:
        return [part]
    start_hour, start, end_hour, end = found.groups()
    return [f"{int(start_hour):02d}:{start}", f"{int(end_hour):02d}:{end}"]


def shown(hours: Mapping[str, Any]) -> dict[str, str]:
    """What the form is filled with: one line for every day where all are the same, else a line a day."""
    lines = {day: ", ".join("-".join(span) for span in hours.get(day, [])) for day in DAYS}
    if len(set(lines.values())) == 1:
        return {f"hours_{EVERY}": lines[DAYS[0]]}
    return {f"hours_{day}": line for day, line in lines.items()}
