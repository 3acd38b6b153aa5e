"""A letter of a bureau: the one form that the statutory documents (文书) are set in.

Which words belong into which document, and when, is the domain's affair; here they only reach the paper. Every
letter carries a digest of its content and a code that leads to where both can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.catalogue import text
from app.documents import render
from app.documents.sheet import bounded, chinese_date
from workflows.errors import FieldError, RuleBroken
from workflows.store.canonical import canonical
from workflows.store.crypto import digest as framed_digest

TEMPLATE = "letter"
LONGEST = {"title": 60, "number": 60, "addressee": 200, "bureau": 60, "verify_url": 200}
LONGEST_TEXT = 2000
MOST = {"paragraphs": 40, "grounds": 40, "fields": 40, "closing": 40}


@dataclass(frozen=True)
class LetterSheet:
    """What one letter says, in this order; every text may be anything, none is ever read as a command.

    :param number: as the bureau writes it, ``…市监〔2026〕12号``.
    :param addressee: without the colon; empty where nobody is addressed.
    :param grounds: every ground the law knows, each with whether it is chosen.
    :param fields: a table of labels and values.
    :param signed_on: the date under the bureau's name, and the document's own.
    :param verify_url: where the letter can be checked; printed, and drawn as a code.
    :raises RuleBroken: a text is missing or too long, or there are too many.
    """

    title: str
    number: str
    addressee: str
    paragraphs: tuple[str, ...]
    bureau: str
    signed_on: date
    verify_url: str
    grounds: tuple[tuple[str, bool], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()
    check: str = ""
    """The words beside the code, where it leads elsewhere than to a check of the letter; no part of the content."""

    def __post_init__(self) -> None:
        if faults := [*bounded(self, LONGEST, optional="addressee"), *_uncounted(self)]:
            raise RuleBroken("validation", "the letter cannot be set", errors=faults)


def _uncounted(sheet: LetterSheet) -> Iterator[FieldError]:
    for name, most in MOST.items():
        values = list(getattr(sheet, name))
        if len(values) > most:
            yield FieldError(name, "too_many", f"has more than {most}")
        if any(len(each) > LONGEST_TEXT for each in render.texts(values)):
            yield FieldError(name, "too_long", f"has a text of more than {LONGEST_TEXT} characters")


def as_pdf(sheet: LetterSheet, *, own: Path | None = None) -> bytes:
    """The letter for keeping and sending.

    :param own: see :func:`app.documents.render.pdf`.
    """
    return render.pdf(TEMPLATE, data(sheet), own=own)


def data(sheet: LetterSheet) -> dict[str, Any]:
    """What the template is handed: the content, its digest and the fixed words."""
    words = {name: text(f"document.letter.{name}", "zh") for name in ("check", "digest", "page")}
    if sheet.check:
        words["check"] = sheet.check
    return {**content(sheet), "digest": digest(sheet), "words": words}


def content(sheet: LetterSheet) -> dict[str, Any]:
    """What the letter says, as JSON can hold it: this is what the digest is of."""
    return {
        "title": sheet.title,
        "number": sheet.number,
        "addressee": sheet.addressee,
        "paragraphs": list(sheet.paragraphs),
        "grounds": [list(ground) for ground in sheet.grounds],
        "fields": [list(field) for field in sheet.fields],
        "closing": list(sheet.closing),
        "bureau": sheet.bureau,
        "date": sheet.signed_on.isoformat(),
        "signed-on": chinese_date(sheet.signed_on),
        "url": sheet.verify_url,
    }


def digest(sheet: LetterSheet) -> str:
    """The SM3 digest of the content in canonical JSON: 64 hexadecimal digits, printed on the letter."""
    return framed_digest("wuyou.letter.v1", canonical(content(sheet))).hex()
