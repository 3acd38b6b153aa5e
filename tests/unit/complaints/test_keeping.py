from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.keeping import last_day, may_erase

TODAY = date(2026, 7, 20)
DAYS = st.integers(1, 36_500)


def test_personal_values_go_once_their_whole_period_lies_between():
    assert last_day(TODAY, 10) == date(2026, 7, 9)
    assert may_erase(date(2026, 7, 9), TODAY, 10, held=False)
    assert not may_erase(date(2026, 7, 10), TODAY, 10, held=False)


def test_a_case_that_runs_and_one_that_is_held_keep_them():
    assert not may_erase(None, TODAY, 10, held=False)
    assert not may_erase(date(2020, 1, 1), TODAY, 10, held=True)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), DAYS, DAYS)
def test_a_longer_period_never_erases_earlier(ended, days, more):
    today = ended + timedelta(days=days)
    assert not may_erase(ended, today, days, held=False)
    assert may_erase(ended, today + timedelta(days=1), days, held=False)
    assert not may_erase(ended, today + timedelta(days=1), days + more, held=False)
