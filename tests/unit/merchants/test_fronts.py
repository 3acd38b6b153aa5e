from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import fronts

ROWS = {2: "观前街店", 3: "1921", 4: "山塘店", 5: "山塘店", 1921: "平江路店"}


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("观前街店.jpg", 2),
        ("观前街 店.JPG", 2),
        ("2.png", 2),
        ("第2行.jpg", 2),
        ("row 2.jpg", "unknown"),
        ("row2.jpg", 2),
        ("２－门头.jpg", 2),
        ("1921.jpg", 3),
        ("4_shop.jpg", 4),
        ("山塘店.jpg", "several"),
        ("7.jpg", "unknown"),
        ("IMG20260501.jpg", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_file_shows_the_store_of_its_name_or_row(file, row):
    assert fronts.shows(file, ROWS, fronts.index(ROWS.items())) == row


@given(st.dictionaries(st.integers(2, 999), st.text(min_size=1, max_size=12), min_size=1), st.text(max_size=20))
def test_whatever_a_file_is_called_it_shows_a_row_of_the_list_or_none(rows, file):
    found = fronts.shows(file, rows, fronts.index(rows.items()))
    assert found in (*rows, fronts.UNKNOWN, fronts.SEVERAL)


@given(st.dictionaries(st.integers(2, 999), st.text("甲乙丙丁戊", min_size=2, max_size=6), min_size=1))
def test_a_row_number_finds_every_row(rows):
    names = fronts.index(rows.items())
    assert [fronts.shows(f"{row}.jpg", rows, names) for row in rows] == list(rows)
