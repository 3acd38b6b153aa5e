"""Texts as cells of a spreadsheet: what a spreadsheet would take for a formula is kept from being one.

People's texts stand in exported files, and a cell that begins with ``=`` is run by whoever opens the file. Each line
of such a text gets an apostrophe before it, which spreadsheets show as text.
"""

from __future__ import annotations

import re

DANGEROUS = re.compile(r"^([\s\u00a0\ufeff\u200b]*[=+\-@|%\t\r＝＋－＠｜％])", re.MULTILINE)
ANY_LINE = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Whatever else a programme may take for the end of a line."""


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs; texts that are harmless stay as they are."""
    lines = ANY_LINE.sub("\n", text) if DANGEROUS.search(ANY_LINE.sub("\n", text)) else text
    return "\n".join(f"'{line}" if DANGEROUS.match(line) else line for line in lines.split("\n"))
