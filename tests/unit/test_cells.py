from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.store.cells import safe

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0A=1", "\t=1", "\r=1", " =1", "\u00a0=1", "\ufeff=1", "\u3000=1",
    "＝1+1", "＋1", "－1", "＠SUM", "好店\n=cmd|' /C calc'!A0", "好店\r\n=1", "好店\r=1", "好店\u2028=1", "\u200b=1",
    '=HYPERLINK("http://example.invalid","x")',
)  # fmt: skip


def begins_a_formula(text: str) -> bool:
    return text.strip(" \t\r\n\u00a0\ufeff\u3000\u200b")[:1] in tuple("=+-@|%＝＋－＠")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_line_of_a_cell_begins_a_formula(text):
    lines = safe(text).splitlines() or [safe(text)]
    assert not [line for line in lines if begins_a_formula(line)]
    assert "'" in safe(text)


@pytest.mark.parametrize("text", ["平江衣坊1号店", "苏州市平江路1-2号", "A=B", "", "两行\n店名"])
def test_harmless_texts_stay_as_they_are(text):
    assert safe(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_cell_survives_a_csv_file_and_never_begins_a_formula(text):
    file = io.StringIO()
    csv.writer(file).writerow([safe(text)])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row[0] == safe(text)
    assert not [line for line in row[0].splitlines() if begins_a_formula(line)]


@given(st.text(max_size=30))
def test_nothing_but_apostrophes_and_ends_of_lines_is_changed(text):
    kept = "".join(safe(text).split())
    assert kept.replace("'", "") == "".join(text.split()).replace("'", "")
