"""Files that other keepers send: credit classes, entries of lists, repair notices. Read and checked line by line. Pure.

A file is taken whole or not at all: every fault is named by its line and column first.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from stdnum.cn import uscc

from merchants import codes
from merchants.inspection import GRADES
from workflows.errors import FieldError, RuleBroken

Row = TypeVar("Row")

MOST_ROWS = 1_000_000
MOST_FAULTS = 100
MOST_TEXT = 100
MOST_EDITION = 40
MONTH_LENGTH = 7


@dataclass(frozen=True)
class CreditRow:
    """A firm's class of a month."""

    uscc: str
    month: date
    grade: str
    source: str


@dataclass(frozen=True)
class ListRow:
    """An entry of a list as its keeper publishes it."""

    kind: str
    uscc: str
    source: str
    number: str
    edition: str
    since: date
    until: date | None


@dataclass(frozen=True)
class RepairRow:
    """A repair notice: which entry, the notice's number, the day of the decision, and that of its arrival."""

    source: str
    number: str
    notice: str
    repaired_on: date
    received_on: date | None


def credit_rows(lines: Iterable[str]) -> list[CreditRow]:
    """The rows of a file ``uscc,month,class,source``, the month like ``2026-06``.

    :raises RuleBroken: every fault by line and column, up to a hundred.
    """
    columns = {"uscc": _uscc, "month": _month, "class": _one_of(GRADES), "source": _text(MOST_TEXT)}
    return [
        CreditRow(r["uscc"], r["month"], r["class"], r["source"])
        for r in _read(lines, columns, ("uscc", "month", "source"))
    ]


def list_rows(lines: Iterable[str]) -> list[ListRow]:
    """The rows of a file ``kind,uscc,source,number,edition,since,until``; ``until`` may be empty.

    :raises RuleBroken: every fault by line and column, up to a hundred.
    """
    columns = {
        "kind": _one_of(codes.LISTS),
        "uscc": _uscc,
        "source": _text(MOST_TEXT),
        "number": _text(MOST_TEXT),
        "edition": _text(MOST_EDITION),
        "since": _day,
        "until": _maybe(_day),
    }
    rows = [ListRow(**row) for row in _read(lines, columns, ("source", "number"))]
    if wrong := next((r for r in rows if r.until and r.until < r.since), None):
        raise _broken([FieldError(f"{wrong.number}: until", "mirror.span", "lies before since")])
    return rows


def repair_rows(lines: Iterable[str]) -> list[RepairRow]:
    """The rows of a file ``source,number,notice,repaired_on,received_on``; an empty last one is today.

    :raises RuleBroken: every fault by line and column, up to a hundred.
    """
    columns = {
        "source": _text(MOST_TEXT),
        "number": _text(MOST_TEXT),
        "notice": _text(MOST_TEXT),
        "repaired_on": _day,
        "received_on": _maybe(_day),
    }
    return [RepairRow(**row) for row in _read(lines, columns, ("source", "number"))]


def _read(lines: Iterable[str], columns: dict[str, Callable[[str], Any]], key: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every row by its columns, each read by its reader.

    :raises RuleBroken: another header, too many rows, or every fault.
    """
    table = csv.DictReader(lines)
    if list(table.fieldnames or ()) != list(columns):
        raise RuleBroken("mirror.header", f"the first line must be {','.join(columns)}", field="line 1")
    rows: list[dict[str, Any]] = []
    faults: list[FieldError] = []
    seen: dict[tuple[Any, ...], int] = {}
    for line, given in enumerate(table, 2):
        if line > MOST_ROWS + 1 or len(faults) >= MOST_FAULTS:
            faults.append(FieldError(f"line {line}", "mirror.most", "and what follows was not read"))
            break
        row: dict[str, Any] = {}
        faults += _row(line, given, columns, row)
        same = seen.setdefault(tuple(row[name] for name in key), line) if len(row) == len(columns) else line
        if same != line:
            faults.append(FieldError(f"line {line}", "mirror.twice", f"says the same as line {same}"))
        rows.append(row)
    if faults:
        raise _broken(faults)
    return rows


def _row(
    line: int, given: dict[Any, Any], columns: dict[str, Callable[[str], Any]], into: dict[str, Any]
) -> Iterator[FieldError]:
    if None in given or None in given.values():
        yield FieldError(f"line {line}", "mirror.columns", f"needs {len(columns)} columns")
        return
    for name, read in columns.items():
        try:
            into[name] = read(given[name].strip())
        except ValueError as error:
            yield FieldError(f"line {line}: {name}", "mirror.value", str(error))


def _broken(faults: list[FieldError]) -> RuleBroken:
    return RuleBroken("validation", f"the file has {len(faults)} faults and nothing of it was taken", errors=faults)


def _uscc(value: str) -> str:
    if not uscc.is_valid(value):
        raise ValueError("is not a valid unified social credit code")
    return uscc.compact(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day like 2026-06-30") from None


def _month(value: str) -> date:
    if len(value) != MONTH_LENGTH:
        raise ValueError("is not a month like 2026-06")
    return _day(f"{value}-01")


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return value

    return read


def _text(most: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not 1 <= len(value) <= most or not value.isprintable():
            raise ValueError(f"needs 1 to {most} printable characters")
        return value

    return read


def _maybe(inner: Callable[[str], Row]) -> Callable[[str], Row | None]:
    return lambda value: inner(value) if value else None
