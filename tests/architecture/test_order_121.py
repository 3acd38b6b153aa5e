"""The table of the order's articles is whole, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs/order-121.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


def test_every_article_has_its_row_in_order():
    assert [int(row[0]) for row in ROWS] == list(range(1, 47))
    assert all(len(row) == 4 and row[1] for row in ROWS)


def test_an_article_without_code_says_why():
    assert all(row[3].startswith("Not a system's matter:") for row in ROWS if row[2] == "—")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"art. {row[0]}")
def test_what_the_table_names_is_there(row):
    for cell in row[2:]:
        for part in cell.split(" · "):
            file, *names = re.findall(r"`([^`]+)`", part) or ["README.md"]
            text = (ROOT / file).read_text("utf-8")
            missing = [name for name in names if not re.search(rf"\b{name}\b", text)]
            assert not missing, f"{file} has no {missing}"
