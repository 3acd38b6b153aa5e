"""The plaque of a promising store (承诺单位标牌), which hangs where people see it before they buy.

The words on it are those of the published practice (无理由退货承诺单位); that it carries a code leading to the
store's live status is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.catalogue import text
from app.documents import render
from app.documents.sheet import bounded, chinese_date
from workflows.errors import FieldError, RuleBroken

TEMPLATE = "plaque"
LONGEST = {"store": 200, "enterprise": 200, "brand": 60, "number": 40, "bureau": 60, "city": 20, "verify_url": 200}
MOST_LINES = 6
LONGEST_LINE = 40


class Size(StrEnum):
    """What a plaque is printed on."""

    PORTRAIT = "portrait"
    """A4 upright, 210 × 297 mm: any office printer."""
    LANDSCAPE = "landscape"
    """300 × 200 mm: the metal or acrylic sign a workshop makes."""


@dataclass(frozen=True)
class PlaqueSheet:
    """What one plaque says. Every text may be anything; none is ever read as a command.

    :param promise: the promise in force in up to six short lines, in words already.
    :param issued_on: also the document's own date, so that the same sheet gives the same bytes.
    :param verify_url: ends in the number; what comes before is the page where it can be typed.
    :raises RuleBroken: a text is missing or too long, or the address does not end in the number.
    """

    store: str
    enterprise: str
    brand: str
    number: str
    promise: tuple[str, ...]
    bureau: str
    city: str
    issued_on: date
    valid_until: date
    verify_url: str

    def __post_init__(self) -> None:
        if faults := [*bounded(self, LONGEST, optional="brand"), *_unfit(self)]:
            raise RuleBroken("validation", "the plaque cannot be printed", errors=faults)

    @property
    def page(self) -> str:
        """The address where the number can be typed, as people write it: ``wuyou.example.cn/verify``."""
        return self.verify_url.removeprefix(f"{urlsplit(self.verify_url).scheme}://").removesuffix(f"/{self.number}")


def _unfit(sheet: PlaqueSheet) -> Iterator[FieldError]:
    if not sheet.promise or not all(line.strip() for line in sheet.promise):
        yield FieldError("promise", "required", "is needed")
    if len(sheet.promise) > MOST_LINES or any(len(line) > LONGEST_LINE for line in sheet.promise):
        yield FieldError("promise", "too_long", f"has more than {MOST_LINES} lines of {LONGEST_LINE} characters")
    if not sheet.verify_url.endswith(f"/{sheet.number}"):
        yield FieldError("verify_url", "invalid", "must end in the plaque's number")


def as_pdf(sheet: PlaqueSheet, size: Size, *, own: Path | None = None) -> bytes:
    """The plaque for printing.

    :param own: see :func:`app.documents.render.pdf`.
    """
    return render.pdf(TEMPLATE, data(sheet, size), own=own)


def as_png(sheet: PlaqueSheet, size: Size, width_px: int, *, own: Path | None = None) -> bytes:
    """The plaque for looking at, ``width_px`` wide."""
    return render.png(TEMPLATE, data(sheet, size), width_px, own=own)[0]


def data(sheet: PlaqueSheet, size: Size) -> dict[str, Any]:
    """What the template is handed; the names are those an adapted template may use."""
    title = text("document.plaque.title", "zh")
    return {
        "title": f"{title} {sheet.number}",
        "date": sheet.issued_on.isoformat(),
        "url": sheet.verify_url,
        "size": size.value,
        "store": sheet.store,
        "enterprise": sheet.enterprise,
        "brand": sheet.brand,
        "number": sheet.number,
        "promise": list(sheet.promise),
        "bureau": sheet.bureau,
        "city": sheet.city,
        "valid-until": chinese_date(sheet.valid_until),
        "title-zh": title,
        "words": words(sheet.page),
    }


def words(page: str) -> dict[str, str]:
    """The fixed words; those of the English lines have ``-en`` at their end."""
    names = ("number", "valid", "bureau", "check")
    chinese = {name: text(f"document.plaque.{name}", "zh", page=page) for name in names}
    english = {f"{name}-en": text(f"document.plaque.{name}", "en", page=page) for name in ("title", *names)}
    return chinese | english
