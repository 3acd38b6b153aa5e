from __future__ import annotations

import pytest

from app import sheets
from app.bridges import words
from app.places import Places
from complaints.bridging import FIELDS
from workflows.errors import RuleBroken


def test_every_field_has_a_heading_and_no_heading_stands_for_two():
    headings = words.tables()["headings"]
    spelled = [sheets.header(title) for each in headings.values() for title in each]
    assert set(headings) == set(FIELDS)
    assert len(spelled) == len(set(spelled))


def test_each_platforms_form_asks_for_known_fields_once():
    for system in ("national", "hotline"):
        order = words.order(system)
        assert set(order) <= set(FIELDS)
        assert len(set(order)) == len(order)


def test_words_become_codes_and_what_is_none_stays():
    said = {"kind": "投诉举报", "category": "服装鞋帽", "problem": "质量问题", "requests": "退货、退款，道歉"}
    row = words.coded(said, words.tables())
    assert (row["kind"], row["category"], row["problem"]) == ("both", "goods.clothing", "quality")
    assert row["requests"] == "return;refund;道歉"


def test_an_installations_own_table_that_is_broken_is_told_and_not_guessed_at(tmp_path):
    places = Places(tmp_path / "var")
    places.templates.mkdir(parents=True)
    own = places.templates / words.OWN
    own.write_text("[headings\n", "utf-8")
    with pytest.raises(RuleBroken, match="cannot be read"):
        words.tables(places)
    own.write_text('[headings]\nweather = ["天气"]\n', "utf-8")
    with pytest.raises(RuleBroken, match="weather"):
        words.tables(places)
