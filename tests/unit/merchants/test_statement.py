from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from merchants.statement import WHOLE, Figure, Firm, Stand, body, wilson
from workflows.store.canonical import canonical


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_the_interval_is_wilsons_rounded_outwards(a, b):
    numerator, denominator = min(a, b), b
    low, high = wilson(numerator, denominator)
    exact = binomtest(numerator, denominator).proportion_ci(0.95, "wilson")
    assert abs(low / WHOLE - exact.low) < 2e-4
    assert abs(high / WHOLE - exact.high) < 2e-4
    assert low <= numerator / denominator * WHOLE <= high


def test_without_a_case_there_is_no_share_and_never_a_zero():
    assert wilson(0, 0) is None
    assert Figure("settled", 0, 0).facts()["interval_bp"] is None


@pytest.mark.parametrize(("numerator", "denominator"), [(2, 1), (-1, 3)])
def test_more_that_counts_than_there_is_is_our_own_mistake(numerator, denominator):
    with pytest.raises(ValueError, match="numerator"):
        wilson(numerator, denominator)


def test_a_statement_says_the_same_to_the_byte_and_holds_no_fraction():
    stand = Stand(
        "SZP", "平江店", "in_force", date(2026, 1, 1), date(2029, 1, 1), None, 2, 15, (("enter", date(2026, 1, 1)),)
    )
    said = body(
        "SZS1",
        Firm("91", "试样", "3205"),
        [stand],
        [Figure("settled", 3, 4)],
        date(2025, 7, 20),
        datetime(2026, 7, 20, tzinfo=UTC),
    )
    assert canonical(said) == canonical(dict(reversed(said.items())))
    assert said["standings"][0]["ended_on"] is None
    assert said["complaints"]["figures"][0]["interval_bp"] == [3006, 9545]


def test_the_day_a_standing_ended_is_told():
    ended = Stand("SZP", "店", "left", date(2026, 1, 1), date(2029, 1, 1), date(2026, 6, 1), 1, 7)
    assert ended.facts()["ended_on"] == "2026-06-01"
