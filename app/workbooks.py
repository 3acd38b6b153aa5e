"""Spreadsheets that we give out: the template of a list of stores, and a list with its faults written beside each row.

Every text is written as a text, so nothing of it can become a formula; what would look like one when the file is saved
as CSV gets an apostrophe before it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from merchants import codes, columns
from workflows.store.cells import safe

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ROWS = 1_000
WIDTH = 18
MANY = ("categories", "takes", "proofs", "exclusions")
YES_NO = ("confirmed", "cross_store", "alliance", "cross_city")
ORDER = tuple(name for name in columns.COLUMNS if name not in columns.OF_FIRM)
"""The columns of a firm's own list, as the template has them."""

Say = Callable[[str], str]
"""A text of the catalogue by its key, in the reader's language."""


def titles() -> dict[str, str]:
    """The Chinese header of each column, which is the first that it is found by."""
    return {name: columns.COLUMNS[name][0] for name in ORDER}


def template(say: Say, districts: Sequence[str]) -> bytes:
    """An empty list with the choices of each column to pick from, and a second sheet that explains every column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        head, needed = (
            book.add_format({"bold": True, "bg_color": "#E3F0F0"}),
            book.add_format({"bold": True, "bg_color": "#FBEFD9"}),
        )
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(say("import.sheet"))
        sheet.freeze_panes(1, 0)
        for place, (name, title) in enumerate(titles().items()):
            sheet.set_column(place, place, WIDTH, text)
            sheet.write_string(0, place, title, needed if name in columns.APPLIED else head)
            if choices := _choices(name, say, districts):
                rule = {"validate": "list", "source": choices, "error_type": "warning"}
                sheet.data_validation(1, place, ROWS, place, rule)
        _explain(book, say, head)
    return out.getvalue()


def _choices(name: str, say: Say, districts: Sequence[str]) -> list[str]:
    """What a cell may say, where it is one of a few; Excel takes 255 characters of them."""
    if name in YES_NO:
        return ["是", "否"]
    if name == "district":
        return list(districts)
    listed = [] if name in MANY or name not in columns.LISTS else codes.dictionary()[columns.LISTS[name]]
    return [say(f"{columns.LISTS[name]}.{code}") for code in listed]


def _explain(book: Any, say: Say, head: Any) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(say("import.explained"))
    sheet.set_column(0, 2, WIDTH)
    sheet.set_column(3, 3, 70)
    for place, key in enumerate(("column", "needed", "example", "about")):
        sheet.write_string(0, place, say(f"import.head.{key}"), head)
    for line, (name, title) in enumerate(titles().items(), 1):
        sheet.write_string(line, 0, title, wrap)
        sheet.write_string(line, 1, say("import.needed" if name in columns.APPLIED else "import.optional"), wrap)
        sheet.write_string(line, 2, say(f"import.such_as.{name}"), wrap)
        sheet.write_string(line, 3, _about(name, say), wrap)


def _about(name: str, say: Say) -> str:
    """What to write, and the words that are known where the column has its own."""
    listed = codes.dictionary()[columns.LISTS[name]] if name in MANY else ()
    known = ";".join(say(f"{columns.LISTS[name]}.{code}") for code in listed)
    return say(f"import.write.{name}") + (f"\n{known}" if known else "")


def filled(rows: Iterable[Mapping[str, str]], title: str) -> bytes:
    """A list with its rows filled in."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        _write(book.add_worksheet(title), [list(titles().values()), *([row.get(n, "") for n in ORDER] for row in rows)])
    return out.getvalue()


def marked(rows: Iterable[tuple[int, Mapping[str, str]]], faults: Mapping[int, str], title: str) -> bytes:
    """A list as it was given, on the same rows, with a first column that says what is wrong with each."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        sheet, bad = book.add_worksheet(title), book.add_format({"font_color": "#A3261F", "text_wrap": True})
        sheet.set_column(0, 0, 60)
        sheet.freeze_panes(1, 1)
        _write(sheet, [[title, *titles().values()]])
        for number, row in rows:
            sheet.write_string(number - 1, 0, safe(faults.get(number, "")), bad)
            for place, name in enumerate(ORDER, 1):
                sheet.write_string(number - 1, place, safe(row.get(name, "")))
    return out.getvalue()


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> bytes:
    """A plain table under its titles, every cell a text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, WIDTH)
        _write(sheet, [titles, *rows])
    return out.getvalue()


def _write(sheet: Any, lines: Iterable[Sequence[str]]) -> None:
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            sheet.write_string(number, place, safe(text))
