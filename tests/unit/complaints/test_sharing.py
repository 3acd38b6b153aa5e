from __future__ import annotations

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from complaints.sharing import Away, present, share

DAY = date(2026, 7, 20)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def test_each_case_goes_to_whoever_has_the_fewest():
    cases = [UUID(int=n) for n in range(10, 14)]
    assert list(share(cases, {A: 2, B: 0, C: 1}).values()) == [B, B, C, A]


def test_without_anybody_nothing_is_shared():
    assert share([A], {}) == {}


def test_who_is_away_today_is_left_out_on_the_first_and_on_the_last_day():
    for first, last in ((DAY, DAY), (date(2026, 7, 1), DAY), (DAY, date(2026, 8, 1))):
        assert present([A, B], [Away(A, first, last)], DAY) == [B]
    assert present([A, B], [Away(A, date(2026, 7, 21), date(2026, 8, 1))], DAY) == [A, B]


ids = st.uuids()


@given(st.lists(ids, unique=True, max_size=40), st.dictionaries(ids, st.integers(0, 30), min_size=1, max_size=6))
def test_sharing_gives_every_case_to_somebody_and_widens_no_gap(cases, loads):
    shared = share(cases, loads)
    assert set(shared) == set(cases)
    assert set(shared.values()) <= set(loads)
    after = {officer: loads[officer] + list(shared.values()).count(officer) for officer in loads}
    got = [after[officer] for officer in set(shared.values())]
    assert not got or max(got) - min(after.values()) <= 1
