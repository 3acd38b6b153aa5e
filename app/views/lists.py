"""A list of stores in words: its faults by row and column, its promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.catalogue import has, text
from app.http import context
from merchants import columns
from merchants.promise import PromiseTerms, of_facts


@dataclass(frozen=True)
class Cell:
    """A fault as a page shows it."""

    row: int
    column: str
    words: str
    grave: bool


def faults(kept: Iterable[Mapping[str, Any]]) -> tuple[list[Cell], str]:
    """The faults in words, in the order of their rows, and the columns that were not read."""
    cells, unread = [], ""
    for fault in kept:
        if "unknown" in fault:
            unread = "、".join(fault["unknown"])
        else:
            cells.append(Cell(fault["row"], column(fault["column"]), words(fault), fault["grave"]))
    return sorted(cells, key=lambda cell: cell.row), unread


def column(name: str) -> str:
    """A column as its header says it."""
    return columns.COLUMNS[name][0] if name in columns.COLUMNS else name


def words(fault: Mapping[str, Any]) -> str:
    """What is wrong, in the reader's language."""
    own = f"import.fault.{fault['code']}"
    if has(own):
        return text(own, context.lang(), **fault["values"]) if fault["values"] else text(own, context.lang())
    return context.t_or(f"field_error.{fault['code']}", fault["message"])


def by_row(cells: Iterable[Cell]) -> dict[int, str]:
    """What is wrong with each row, a line per column."""
    found: dict[int, list[str]] = {}
    for cell in cells:
        found.setdefault(cell.row, []).append(f"{cell.column}: {cell.words}")
    return {row: "\n".join(lines) for row, lines in found.items()}


def promises(kept: Iterable[Mapping[str, Any]], lang: str) -> list[tuple[list[str], int]]:
    """Every different promise in words, and how often it is made, most first."""
    counted = Counter(of_facts(facts) for facts in kept)
    return [(promise(terms, lang), count) for terms, count in counted.most_common()]


def promise(terms: PromiseTerms, lang: str) -> list[str]:
    """A promise in short words, everything of it."""
    reach = {"store": terms.cross_store, "alliance": terms.alliance, "city": terms.cross_city}
    one = {"freight": terms.freight, "gifts": terms.gifts, "bundles": terms.bundles}
    return [
        text("import.promise.days", lang, days=terms.days),
        text("import.promise.covers", lang, what=_listed("category", terms.categories, lang)),
        *(
            [text("import.promise.not", lang, what=_listed("exclusion", terms.exclusions, lang))]
            if terms.exclusions
            else []
        ),
        text(f"condition.{terms.condition}", lang),
        text("import.promise.proofs", lang, what=_listed("proof", terms.proofs, lang)),
        _refund(terms, lang),
        *(text(f"import.promise.{name}", lang) for name, there in reach.items() if there),
        *(text(f"import.promise.{name}", lang, what=text(f"{name}.{code}", lang)) for name, code in one.items()),
    ]


def _refund(terms: PromiseTerms, lang: str) -> str:
    if terms.on_the_spot:
        return text("import.promise.at_once", lang)
    return text("import.promise.hours", lang, hours=terms.refund_hours)


def _listed(kind: str, codes: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(text(f"{kind}.{code}", lang) for code in codes)
