"""A list as a file: CSV and XLSX, one row a case, gathered page by page, capped, and never a formula.

A file holds what its list shows to whoever asks, in the same order and under the same filters and rights. Texts go
through :func:`workflows.store.cells.safe`; amounts and days are written as numbers and days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any, TypeVar

import xlsxwriter

from workflows.errors import RuleBroken
from workflows.store.cells import safe

KINDS = ("csv", "xlsx")
MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 10_000
PAGE = 100
WIDTH = 16

Cell = str | int | Decimal | date | None
Row = TypeVar("Row")
Place = TypeVar("Place")


@dataclass(frozen=True)
class Column:
    """One column: the key of its title in the catalogue, and its value in a row."""

    title: str
    of: Callable[[Any], Cell]


def gathered(fetch: Callable[[Place | None], Sequence[Row]], place: Callable[[Row], Place]) -> Iterator[Sequence[Row]]:
    """The pages of a list, each begun where the one before ended, until it ends.

    :param fetch: the page after a place, at most :data:`PAGE` rows.
    :raises RuleBroken: the list is longer than a file may be.
    """
    rows, after = 0, None
    while page := fetch(after):
        rows += len(page)
        if rows > MOST_ROWS:
            raise too_many()
        yield page
        if len(page) < PAGE:
            return
        after = place(page[-1])


def too_many() -> RuleBroken:
    """The error of a list that is longer than a file may be."""
    message = f"the list has more than {MOST_ROWS} rows: narrow it by filters and take it in parts"
    return RuleBroken("export.many", message, most=MOST_ROWS)


def written(kind: str, titles: Sequence[str], rows: Iterator[Sequence[Cell]]) -> IO[bytes]:
    """The file, open at its beginning; what it may hold is bounded, a few megabytes, and lies in memory."""
    out = io.BytesIO()
    (_csv if kind == "csv" else _xlsx)(out, titles, rows)
    out.seek(0)
    return out


def _csv(out: IO[bytes], titles: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
    """With a byte order mark, by which Excel knows the encoding."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow([safe(title) for title in titles])
    lines.writerows([said(cell) for cell in row] for row in rows)
    text.detach()


def said(cell: Cell) -> str:
    """A cell as CSV has it."""
    if isinstance(cell, str):
        return safe(cell)
    return "" if cell is None else str(cell)


def _xlsx(out: IO[bytes], titles: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, head = book.add_worksheet(), book.add_format({"bold": True, "bg_color": "#E3F0F0"})
        day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, WIDTH)
        for place, title in enumerate(titles):
            sheet.write_string(0, place, safe(title), head)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                _cell(sheet, number, place, cell, day, money)


def _cell(sheet: Any, number: int, place: int, cell: Cell, day: Any, money: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(number, place, safe(cell))
    elif isinstance(cell, date):
        sheet.write_datetime(number, place, cell, day)
    elif isinstance(cell, Decimal):
        sheet.write_number(number, place, float(cell), money)
    elif cell is not None:
        sheet.write_number(number, place, cell)
