from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.outcome import asks_for_visit
from complaints.sampling import LONGEST_DAYS, Wanted, check, draw, frame, number
from workflows.errors import RuleBroken
from workflows.store.crypto import digest

TODAY = date(2026, 7, 20)
cases = st.lists(st.uuids(), max_size=60)
seeds = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)


def wanted(percent=30, most=1000, seed="2026-a", first=date(2026, 7, 1), last=date(2026, 7, 19)) -> Wanted:
    return Wanted(first, last, seed, percent, most)


@given(cases, seeds, st.randoms())
def test_the_same_seed_and_cases_draw_the_same_in_whatever_order_they_come(found, seed, chaos):
    mixed = [*found, *found]
    chaos.shuffle(mixed)
    assert draw(mixed, wanted(seed=seed), digest) == draw(found, wanted(seed=seed), digest)
    assert frame(mixed) == frame(found)


@given(cases, st.integers(1, 99))
def test_a_larger_share_keeps_whoever_a_smaller_one_drew(found, percent):
    smaller, larger = draw(found, wanted(percent), digest), draw(found, wanted(percent + 1), digest)
    assert larger[: len(smaller)] == smaller


@given(cases, st.integers(1, 10))
def test_fewer_visits_are_the_beginning_of_the_same_draw(found, most):
    assert draw(found, wanted(most=most), digest) == draw(found, wanted(), digest)[:most]


@given(cases)
def test_all_are_drawn_when_all_are_asked_for(found):
    assert set(draw(found, wanted(100), digest)) == set(found)


def test_the_share_is_kept_over_many_cases():
    drawn = draw([UUID(int=n) for n in range(5000)], wanted(10, 5000), digest)
    assert 400 < len(drawn) < 600


def test_a_number_can_be_computed_again_by_anybody():
    assert number("2026-a", UUID(int=7), digest) == int.from_bytes(
        digest("wuyou.return-sample.v1", b"2026-a", UUID(int=7).bytes)[:8]
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"last": date(2026, 6, 30)}, "sample.last"),
        ({"last": TODAY + timedelta(days=1)}, "sample.last"),
        ({"first": date(2026, 7, 19) - timedelta(days=LONGEST_DAYS)}, "sample.long"),
        ({"seed": ""}, "sample.seed"),
        ({"seed": "a\n"}, "sample.seed"),
        ({"percent": 0}, "sample.percent"),
        ({"percent": 101}, "sample.percent"),
        ({"most": 0}, "sample.most"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_which_field_is_at_fault(changes, code):
    with pytest.raises(RuleBroken) as broken:
        check(wanted(**changes), TODAY)
    assert [e.code for e in broken.value.errors] == [code]
    check(wanted(), TODAY)


@pytest.mark.parametrize(
    ("event", "facts", "reason"),
    [
        ("deny", {}, "denied"),
        ("evaluate", {"score": 1}, "unhappy"),
        ("evaluate", {"score": 2}, "unhappy"),
        ("evaluate", {"score": 3}, None),
        ("answer_kept", {"kept": "no"}, "broken"),
        ("answer_kept", {"kept": "partly"}, None),
        ("close", {}, None),
    ],
)
def test_an_unhappy_word_asks_for_a_return_visit(event, facts, reason):
    assert asks_for_visit(event, facts) == reason
