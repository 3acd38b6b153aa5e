from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.keeping import last_day

DAYS = st.integers(1, 36_500)


def test_personal_values_go_once_their_whole_period_lies_between():
    assert last_day(date(2026, 7, 20), 10) == date(2026, 7, 9)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), DAYS, DAYS)
def test_a_period_is_kept_whole_and_a_longer_one_never_erases_earlier(ended, days, more):
    last = ended + timedelta(days=days)
    assert ended > last_day(last, days)
    assert ended <= last_day(last + timedelta(days=1), days)
    assert ended > last_day(last + timedelta(days=1), days + more)
