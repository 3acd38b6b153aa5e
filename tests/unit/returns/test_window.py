from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.terms import LEAST_DAYS, MOST_DAYS, window
from workflows.errors import RuleBroken
from workflows.time.notices import published

CALENDAR = published()
DAYS = st.dates(date(2019, 1, 1), date(2026, 6, 1))


def test_the_first_full_cycle_of_2022_was_handed_in_on_day_seven_inside_the_window():
    found = window(7, date(2022, 7, 15), None, CALENDAR)
    assert found.contains(date(2022, 7, 22))
    assert not found.contains(date(2022, 7, 23))


def test_a_last_day_on_a_weekend_or_a_holiday_moves_to_the_next_working_day():
    assert window(7, date(2026, 7, 4), None, CALENDAR).last_on == date(2026, 7, 13)
    assert window(7, date(2026, 9, 25), None, CALENDAR).last_on == date(2026, 10, 8)


def test_a_make_up_weekend_day_is_no_rest_day():
    assert window(7, date(2026, 10, 3), None, CALENDAR).last_on == date(2026, 10, 10)


def test_the_window_runs_from_completed_installation():
    found = window(7, date(2026, 7, 1), date(2026, 7, 10), CALENDAR)
    assert (found.starts_on, found.last_on) == (date(2026, 7, 10), date(2026, 7, 17))


def test_a_window_into_an_unpublished_year_is_provisional():
    assert window(7, date(2026, 12, 28), None, CALENDAR).provisional
    assert not window(7, date(2026, 12, 1), None, CALENDAR).provisional


@given(DAYS, st.integers(LEAST_DAYS, MOST_DAYS))
def test_the_consumer_never_loses_a_day_and_the_window_ends_on_a_working_day(start, days):
    found = window(days, start, None, CALENDAR)
    assert found.last_on >= found.unmoved_on == start + timedelta(days=days)
    assert CALENDAR.is_working(found.last_on)
    assert not any(
        CALENDAR.is_working(found.unmoved_on + timedelta(days=n))
        for n in range((found.last_on - found.unmoved_on).days)
    )


@pytest.mark.parametrize(("days", "installed"), [(6, None), (367, None), (7, date(2026, 6, 30))])
def test_a_promise_below_the_least_or_an_impossible_installation_is_refused(days, installed):
    with pytest.raises(RuleBroken):
        window(days, date(2026, 7, 1), installed, CALENDAR)
