from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import capacity
from complaints.capacity import Person, Power

TODAY = date(2026, 7, 20)
WHOLE = Power(("mediate", "settle"), date(2026, 7, 1), date(2026, 12, 31), True, date(2026, 7, 2), date(2026, 7, 2))

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MAYBE = st.none() | DAYS
POWERS = st.builds(
    Power,
    st.lists(st.sampled_from(capacity.SCOPES), unique=True).map(tuple),
    MAYBE,
    MAYBE,
    st.booleans(),
    MAYBE,
    MAYBE,
    MAYBE,
)
PERSONS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6).map(
    lambda rows: [Person(UUID(int=n), n, joined, chosen) for n, (joined, chosen) in enumerate(rows, 1)]
)


def test_a_whole_power_lacks_nothing():
    assert capacity.missing(WHOLE) == []


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"until_on": None}, "period"),
        ({"from_on": None}, "period"),
        ({"signed": False}, "signature"),
        ({"original_on": None}, "original"),
        ({"identity_on": None}, "identity"),
    ],
)
def test_what_is_not_there_is_named(changes, lacks):
    assert capacity.missing(replace(WHOLE, **changes)) == [lacks]


def test_the_first_and_the_last_day_of_a_power_count_and_those_beside_do_not():
    assert [capacity.in_force(WHOLE, day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [False, True]
    assert [capacity.in_force(WHOLE, day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [True, False]


@given(POWERS, DAYS, st.sampled_from([*capacity.SCOPE_OF, "evaluate", "answer_kept"]))
def test_nobody_is_empowered_beyond_scope_and_period(power, day, verb):
    if capacity.empowered(power, verb, day):
        assert capacity.SCOPE_OF[verb] in power.scope
        assert power.ended_on is None
        assert (power.from_on or day) <= day <= (power.until_on or day)


@given(POWERS, DAYS)
def test_a_power_that_ended_is_used_no_more(power, day):
    assert not capacity.in_force(replace(power, ended_on=day), day + timedelta(days=1))


@given(PERSONS)
def test_somebody_who_joined_speaks_and_nobody_who_did_not(persons):
    speaking = capacity.speakers(persons)
    assert all(p.joined for p in speaking)
    chosen = [p for p in persons if p.joined and p.representative]
    assert speaking == (chosen or [p for p in persons if p.joined and p.ordinal == 1])


@given(PERSONS, st.sampled_from(capacity.ASSENTS))
def test_whoever_is_represented_is_asked_and_nobody_for_himself(persons, about):
    speaking = capacity.speakers(persons)
    for acting in [None, *(p.id for p in speaking)]:
        asked = capacity.must_agree(persons, about, acting)
        assert acting not in {p.id for p in asked}
        assert {p.id for p in asked} >= {p.id for p in persons if p.joined and p not in speaking}
        assert all(p.joined for p in asked)
        if about != "withdraw":
            assert not set(asked) & set(speaking)
