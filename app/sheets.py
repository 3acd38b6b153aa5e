"""Reading a table that somebody made with a spreadsheet: CSV or XLSX, row by row, within limits told at once.

Headers are matched to the columns that the reader knows, in Chinese or English; every cell comes as plain text. A
number that the spreadsheet has already rounded (a credit code typed as a number) comes as it would be shown,
``9.13e+17``, so that whoever checks it can say so. Formulas are refused: a value made elsewhere may be an old one.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from workflows.errors import RuleBroken

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 600 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 60
MOST_CELL = 2_000
BLOCK = 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = (",", ";", "\t")
WHOLE = 10**15
"""Up to here a spreadsheet keeps every digit of a whole number."""

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
FORMULA = re.compile(rb'(?:r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>)?<(?:[a-z]+:)?f[ >/]')
OVERLAP = 200

Cells = list[Any]


@dataclass
class Sheet:
    """A table under way.

    :param rows: number of the row as a spreadsheet shows it, and its cells by column name.
    :param unknown: headers that mean nothing here; their cells are not read.
    """

    columns: dict[int, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    rows: Iterator[tuple[int, dict[str, str]]] = field(default_factory=lambda: iter(()))


@dataclass(frozen=True)
class Limits:
    """How much of a file is read.

    :param unpacked: bytes that an XLSX may come to when it is unpacked.
    """

    size: int = MOST_BYTES
    unpacked: int = MOST_UNPACKED
    rows: int = MOST_ROWS


def open_sheet(path: Path, names: Mapping[str, str], limits: Limits | None = None) -> Sheet:
    """Open a CSV or XLSX file; its rows are read as they are asked for.

    :param names: column name by header, each header as :func:`header` writes it.
    :param limits: how much is read; an operator's file may be larger than one that is uploaded.
    :raises RuleBroken: too big, not a table, no known header, or a formula in it.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    if size > limits.size:
        most = limits.size // 1024 // 1024
        raise bad("size", f"the file has {size // 1024 // 1024} MB; at most {most} MB are read", most=most)
    with path.open("rb") as file:
        start = file.read(4)
    if start == OLD_EXCEL:
        raise bad("format", "this is an old or a locked Excel file: save it as .xlsx without a password, or as CSV")
    found = _xlsx(path, limits) if start == ZIP else _csv(path)
    return _table(found, names, limits)


def bad(code: str, message: str, **values: Any) -> RuleBroken:
    """A file that cannot be read."""
    return RuleBroken(f"sheet.{code}", message, field="file", **values)


def header(text: str) -> str:
    """One spelling of a header: width, case, spaces, marks and what stands in brackets do not matter."""
    plain = re.sub(r"\(.*?\)", "", unicodedata.normalize("NFKC", text).lower())
    return "".join(c for c in plain if c.isalnum())


def _table(found: Iterator[tuple[int, Cells]], names: Mapping[str, str], limits: Limits) -> Sheet:
    first = next((row for row in found if any(map(plain, row[1]))), None)
    if first is None:
        raise bad("empty", "the file has no rows")
    sheet = Sheet()
    _check_width(*first)
    for place, title in enumerate(map(plain, first[1])):
        _head(sheet, place, title, names)
    if not sheet.columns:
        raise bad("headers", "the first row must have the columns' names; none of them is known")
    sheet.rows = _rows(found, sheet.columns, limits.rows)
    return sheet


def _head(sheet: Sheet, place: int, title: str, names: Mapping[str, str]) -> None:
    name = names.get(header(title))
    if name in sheet.columns.values():
        raise bad("header_twice", f"the column {title} is there twice", column=title)
    if name:
        sheet.columns[place] = name
    elif title:
        sheet.unknown.append("".join(c for c in title if c.isprintable())[:100])


def _rows(
    found: Iterator[tuple[int, Cells]], columns: Mapping[int, str], most: int
) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for number, cells in found:
        _check_width(number, cells)
        row = {name: plain(cells[place]) if place < len(cells) else "" for place, name in columns.items()}
        if not any(row.values()):
            continue
        count += 1
        if count > most:
            raise bad("rows", f"the file has more than {most} rows: split it", most=most)
        _check_cells(number, row)
        yield number, row


def _check_width(number: int, cells: Cells) -> None:
    if len(cells) > MOST_COLUMNS and any(map(plain, cells[MOST_COLUMNS:])):
        raise bad("columns", f"row {number} has {len(cells)} columns; at most {MOST_COLUMNS} are read", row=number)


def _check_cells(number: int, row: Mapping[str, str]) -> None:
    for name, value in row.items():
        if len(value) > MOST_CELL:
            message = f"row {number}, {name}: the cell has {len(value)} characters; at most {MOST_CELL} are read"
            raise bad("cell", message, row=number, column=name)


def plain(cell: Any) -> str:
    """A cell as text: no spaces around, whole numbers without a fraction, days as ``2026-07-20``."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < WHOLE else f"{cell:.9g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell) if isinstance(cell, int | timedelta) else ""


def _csv(path: Path) -> Iterator[tuple[int, Cells]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline(BLOCK)
        reader = csv.reader(chain([head], file), delimiter=max(DELIMITERS, key=head.count))
        try:
            yield from enumerate(reader, 1)
        except csv.Error as error:
            raise bad("csv", f"line {reader.line_num} cannot be read: {error}", line=reader.line_num) from None


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, else GB 18030 where it is that.

    :raises RuleBroken: neither.
    """
    return next((found for found in ENCODINGS if _decodes(path, found)), "") or _no_text()


def _no_text() -> str:
    raise bad("format", "the file is neither XLSX nor a text in UTF-8 or GB18030: save it as CSV (UTF-8) or .xlsx")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _xlsx(path: Path, limits: Limits) -> Iterator[tuple[int, Cells]]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, limits.unpacked)
        with CalamineWorkbook.from_path(path) as book:
            sheet = book.get_sheet_by_index(0)
            yield from enumerate(sheet.iter_rows(), 1)
    except (zipfile.BadZipFile, CalamineError, RuntimeError) as error:
        raise bad("format", f"the file cannot be read as XLSX: {error}") from None


def _check_archive(archive: zipfile.ZipFile, most: int) -> None:
    """The archive's own directory says how much would come out of it; formulas are looked for before any is trusted."""
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > most:
        raise bad("unpacked", f"unpacked the file would have {unpacked // 1024 // 1024} MB; that is too much")
    for entry in archive.infolist():
        _check_entry(archive, entry, formulas=entry.filename.startswith("xl/worksheets/"))


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, formulas: bool) -> None:
    """Every entry is unpacked once under the size that the directory gives: one that lies about it is broken."""
    tail = b""
    with archive.open(entry) as file:
        while block := file.read(BLOCK):
            if formulas and (found := FORMULA.search(tail + block)):
                cell = (found[1] or b"").decode()
                message = f"cell {cell or '?'} has a formula: paste the values in its place and save"
                raise bad("formula", message, cell=cell)
            tail = block[-OVERLAP:]
