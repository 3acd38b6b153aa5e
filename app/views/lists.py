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


def promises(kept: Iterable[Mapping[str, Any]]) -> list[tuple[PromiseTerms, int]]:
    """Every different promise, and how often it is made, most first."""
    return Counter(of_facts(facts) for facts in kept).most_common()
