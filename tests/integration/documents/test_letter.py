"""The letter that statutory documents stand on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.documents import render
from app.documents.letter import LONGEST_TEXT, as_pdf, data, digest
from tests.support.paper import letter_sheet, scanned, sizes_in_mm, text_of
from workflows.errors import RuleBroken


def test_it_says_everything_it_was_given_in_the_order_of_the_official_forms():
    sheet = letter_sheet()
    parts = [
        *(sheet.title, sheet.number, f"{sheet.addressee}：", *sheet.paragraphs),
        *(label for label, _ in sheet.grounds),
        *(f"{label}{value}" for label, value in sheet.fields),
        *(*sheet.closing, sheet.bureau, "2026年7月3日", sheet.verify_url, digest(sheet)),
    ]
    said = text_of(as_pdf(sheet))
    places = [said.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_the_chosen_ground_is_ticked_and_the_other_is_not():
    said = text_of(as_pdf(letter_sheet()))
    assert "✓□（三）" in said
    assert "✓□（一）" not in said
    assert "□（一）" in said


def test_an_ordinary_letter_is_one_page_of_a4_and_a_long_one_counts_its_pages():
    assert sizes_in_mm(as_pdf(letter_sheet())) == [(210, 297)]
    assert "页，共" not in text_of(as_pdf(letter_sheet()))
    long = as_pdf(letter_sheet(paragraphs=("事实与理由。" * 100,) * 4))
    assert sizes_in_mm(long) == [(210, 297)] * len(sizes_in_mm(long))
    assert "第2页，共" in text_of(long)


def test_its_code_leads_to_where_it_can_be_checked():
    sheet = letter_sheet()
    assert scanned(render.png("letter", data(sheet), 1200)[0]) == [sheet.verify_url]


def test_the_same_letter_gives_the_same_bytes_and_the_digest_changes_with_one_character():
    sheet = letter_sheet()
    other = replace(sheet, closing=("特此通知。",))
    assert as_pdf(sheet) == as_pdf(sheet)
    assert digest(sheet) == "4700395e2091276a964b665b447490b56f08babec10312522b7296ae305c6a02"
    assert digest(other) != digest(sheet)


def test_a_letter_to_nobody_in_particular_leaves_the_line_out():
    assert "：我局" not in text_of(as_pdf(letter_sheet(addressee="")))


def test_parts_that_are_not_needed_leave_nothing_behind():
    said = text_of(as_pdf(letter_sheet(grounds=(), fields=(), closing=())))
    assert "□" not in said
    assert "我局决定不予受理。苏州市姑苏区市场监督管理局" in said


def test_a_long_value_without_a_space_stays_on_the_page():
    sheet = letter_sheet(fields=(("订单号", "9" * 400),), paragraphs=("W" * 1900,))
    assert "9" * 400 in text_of(as_pdf(sheet))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"number": "长" * 61}, "number"),
        ({"paragraphs": ("长" * (LONGEST_TEXT + 1),)}, "paragraphs"),
        ({"grounds": (("一", False),) * 41}, "grounds"),
        ({"fields": (("长" * (LONGEST_TEXT + 1), ""),)}, "fields"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(changed, field):
    with pytest.raises(RuleBroken) as refused:
        letter_sheet(**changed)
    assert [error.field for error in refused.value.errors] == [field]
