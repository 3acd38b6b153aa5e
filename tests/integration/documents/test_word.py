"""The Word document of a letter says what its PDF says."""

from __future__ import annotations

from io import BytesIO

from docx import Document

from app.documents.letter import digest
from app.documents.word import as_docx
from tests.support.paper import letter_sheet, scanned


def opened(sheet):
    return Document(BytesIO(as_docx(sheet)))


def said(document):
    return [p.text for p in document.paragraphs if p.text]


def test_it_says_everything_the_letter_says_in_its_order():
    sheet = letter_sheet()
    lines = said(opened(sheet))
    grounds = [f"{'☑' if ticked else '□'} {label}" for label, ticked in sheet.grounds]
    first = [sheet.title, sheet.number, f"{sheet.addressee}：", *sheet.paragraphs, *grounds, *sheet.closing]
    assert lines[: len(first)] == first
    assert lines[len(first) : len(first) + 2] == [sheet.bureau, "2026年7月3日"]
    assert lines[-3] == sheet.verify_url
    assert lines[-1] == digest(sheet)


def test_its_table_has_every_field_and_its_properties_name_the_bureau_and_the_day():
    sheet = letter_sheet()
    document = opened(sheet)
    assert [tuple(c.text for c in row.cells) for row in document.tables[0].rows] == list(sheet.fields)
    own = document.core_properties
    assert (own.title, own.author, own.created.date()) == (sheet.title, sheet.bureau, sheet.signed_on)


def test_its_code_leads_to_where_it_can_be_checked():
    sheet = letter_sheet()
    pictures = [p.blob for p in opened(sheet).part.package.image_parts]
    assert [scanned(p) for p in pictures] == [[sheet.verify_url]]


def test_a_letter_without_fields_has_no_table_and_control_characters_are_left_out():
    document = opened(letter_sheet(fields=(), paragraphs=("经\x07核查\u202e。",)))
    assert document.tables == []
    assert "经核查。" in said(document)
