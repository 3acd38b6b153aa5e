"""How single cells of a spreadsheet are read and written: days, opening hours, yes and no, lists. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from datetime import date
from typing import Any

from merchants.rules import DAYS

YES = frozenset({"是", "有", "支持", "yes", "y", "true", "1", "√", "✓"})
NO = frozenset({"", "否", "无", "不支持", "no", "n", "false", "0", "×", "x"})
APART = re.compile(r"[;|\n]+")
SPLIT = re.compile(r"[,、/]+")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
NAMES = "一二三四五六日"
PART = re.compile(
    rf"(?:周|星期)?([{NAMES}天](?:[至到\-~、,周星期{NAMES}天])*)?\s*((?:\d\d?:\d\d\s*[-~至到]\s*\d\d?:\d\d[\s,、]*)+)"
)
SPAN = re.compile(r"(\d\d?):(\d\d)\s*[-~至到]\s*(\d\d?):(\d\d)")


def plain(said: str) -> str:
    """One width of what was written, without spaces around it."""
    return unicodedata.normalize("NFKC", said).strip()


def words(said: str, known: Container[str] = ()) -> list[str]:
    """The parts of a cell that lists several things; a known one that has a comma within stays whole."""
    parts = [part.strip() for part in APART.split(plain(said))]
    found = [[part] if part.lower() in known else SPLIT.split(part) for part in parts]
    return [word.strip() for each in found for word in each if word.strip()]


def day(said: str) -> date | None:
    """A day as people write it: ``2026-07-20``, ``2026/7/20``, ``2026年7月20日``."""
    parts = DAY.fullmatch(plain(said))
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def hours(said: str) -> dict[str, Any] | None:
    """Opening hours: ``10:00-22:00`` every day, or by days: ``周一至周五 10:00-21:00; 周六、周日 9:00-22:00``.

    None for what cannot be read so, or names a day twice.
    """
    found: dict[str, Any] = {}
    for part in filter(None, map(str.strip, APART.split(plain(said)))):
        match = PART.fullmatch(part)
        days = _days(match[1] or "一至日") if match else []
        if match is None or not days or set(days) & set(found):
            return None
        spans = [[f"{int(a):02}:{b}", f"{int(c):02}:{d}"] for a, b, c, d in SPAN.findall(match[2])]
        found |= dict.fromkeys(days, spans)
    return found


def _days(said: str) -> list[str]:
    """The days that ``一至五`` or ``六、日`` name; none where one comes twice or a span runs backwards."""
    known = re.sub(r"周|星期", "", said).replace("天", "日")
    found = [place for part in re.split(r"[、,]", known) for place in _span(re.split(r"[至到\-~]", part))]
    return [DAYS[place] for place in found] if len(set(found)) == len(found) else []


def _span(ends: list[str]) -> Iterator[int]:
    if all(len(end) == 1 for end in ends) and len(ends) <= 2:
        yield from range(NAMES.index(ends[0]), NAMES.index(ends[-1]) + 1)
    elif len(ends) == 1:
        yield from map(NAMES.index, ends[0])


def hours_text(open_: dict[str, Any]) -> str:
    """Opening hours as :func:`hours` reads them."""
    each = [f"周{NAMES[DAYS.index(d)]} " + "、".join("-".join(span) for span in open_[d]) for d in DAYS if open_.get(d)]
    return "; ".join(each)
