"""The same letter as a Word document: what an office works on. It says what the PDF says, with the same digest.

Typefaces are named, not embedded: whoever opens it sees the nearest that their machine has.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.documents import code, letter, render
from app.documents.letter import LetterSheet

SONG = "SimSun"
HEI = "SimHei"
LATIN = "Times New Roman"
BODY = Pt(12)
SMALL = Pt(8)
INDENT = Pt(24)
"""Two characters of the body."""

LABELS = Mm(36)
VALUES = Mm(120)


def as_docx(sheet: LetterSheet) -> bytes:
    """The letter as DOCX on A4."""
    said = render.tidied(letter.data(sheet))
    document = Document()
    _page(document, said)
    _head(document, said)
    for words in said["paragraphs"]:
        _paragraph(document, words)
    for label, ticked in said["grounds"]:
        _paragraph(document, f"{'☑' if ticked else '□'} {label}", bold=ticked)
    _table(document, said["fields"])
    for words in said["closing"]:
        _paragraph(document, words)
    _signature(document, said)
    _check(document, said)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _page(document: Any, said: dict[str, Any]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = Mm(27)
    own = document.core_properties
    own.title, own.author, own.language, own.comments = said["title"], said["bureau"], "zh-CN", ""
    own.created = own.modified = datetime.combine(datetime.fromisoformat(said["date"]).date(), time(), UTC)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN, BODY
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)


def _head(document: Any, said: dict[str, Any]) -> None:
    title = document.add_heading(level=1)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(said["title"])
    run.font.size, run.font.name = Pt(22), LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEI)  # noqa: SLF001 - the package names no other way to an East Asian typeface
    document.add_paragraph(said["number"]).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if said["addressee"]:
        document.add_paragraph(f"{said['addressee']}：")


def _paragraph(document: Any, words: str, *, bold: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = INDENT
    paragraph.add_run(words).bold = bold


def _table(document: Any, fields: list[list[str]]) -> None:
    if not fields:
        return
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in fields:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = LABELS, VALUES
        cells[0].text, cells[1].text = label, value


def _signature(document: Any, said: dict[str, Any]) -> None:
    for words in (said["bureau"], said["signed-on"]):
        document.add_paragraph(words).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _check(document: Any, said: dict[str, Any]) -> None:
    """The code, the address behind it and the digest, as on the PDF."""
    words = said["words"]
    picture = document.add_paragraph().add_run()
    picture.add_picture(BytesIO(code.png(said["url"])), width=Mm(18))
    for line in (words["check"], said["url"], words["digest"], said["digest"]):
        run = document.add_paragraph().add_run(line)
        run.font.size = SMALL
