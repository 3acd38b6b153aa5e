from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import inspection
from merchants.inspection import GRADES, ITEMS, SETTINGS, WHOLE, Candidate, Sheet, Wanted, chance, draw, sheet_faults
from workflows.errors import RuleBroken
from workflows.store.crypto import digest

DAY = date(2026, 7, 20)
RATES = {code: s.default for code, s in SETTINGS.items()}
ALL_YES = dict.fromkeys(ITEMS, "yes")

candidate = st.builds(
    Candidate,
    standing=st.uuids(),
    store=st.uuids(),
    grade=st.sampled_from((*GRADES, None)),
    failed=st.integers(0, 5),
    complaints=st.integers(0, 20),
)
candidates = st.lists(candidate, max_size=40, unique_by=lambda c: c.store)
seeds = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)


def drawn(found, seed="2026-a", day=DAY, most=None):
    return [d.candidate.store for d in draw(found, seed, day, RATES, digest, most)]


def store(number: int, **facts) -> Candidate:
    return Candidate(UUID(int=number), UUID(int=number), **facts)


@given(candidates, seeds, st.randoms())
def test_the_same_seed_day_and_data_draw_the_same_in_whatever_order_they_come(found, seed, chaos):
    mixed = list(found)
    chaos.shuffle(mixed)
    assert drawn(found, seed) == drawn(mixed, seed)
    assert inspection.frame(found) == inspection.frame(mixed)


@given(candidates, seeds)
def test_no_store_is_drawn_twice_even_if_it_is_named_twice(found, seed):
    stores = drawn([*found, *found], seed)
    assert len(stores) == len(set(stores))


@given(candidates, seeds, st.integers(1, 10))
def test_fewer_visits_are_the_beginning_of_the_same_draw(found, seed, most):
    assert drawn(found, seed, most=most) == drawn(found, seed)[:most]


@given(candidates, seeds)
def test_firms_of_class_c_and_d_are_all_visited_by_the_default(found, seed):
    risky = {c.store for c in found if c.grade in ("C", "D")}
    assert risky <= set(drawn(found, seed))


@given(candidates, seeds, st.data())
def test_a_store_whose_risk_rises_is_never_dropped_for_it_and_nobody_else_moves(found, seed, data):
    if not found:
        return
    one = data.draw(st.sampled_from(found))
    worse = Candidate(one.standing, one.store, one.grade, one.failed + 1, one.complaints + 1)
    before = set(drawn(found, seed))
    after = set(drawn([worse if c is one else c for c in found], seed))
    assert before <= after <= before | {one.store}


def test_each_class_is_drawn_at_about_its_declared_rate():
    found = [store(n, grade="AB"[n % 2]) for n in range(20_000)]
    stores = set(drawn(found))
    of_a = sum(UUID(int=n) in stores for n in range(0, 20_000, 2))
    of_b = sum(UUID(int=n) in stores for n in range(1, 20_000, 2))
    assert 150 < of_a < 250
    assert 420 < of_b < 580


def test_another_seed_or_another_day_draws_others():
    found = [store(n, grade="B") for n in range(2000)]
    assert len({tuple(drawn(found, seed, day)) for seed in "ab" for day in (DAY, DAY + timedelta(days=1))}) == 4


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"grade": "A"}, 200),
        ({"grade": "B"}, 500),
        ({"grade": "C"}, WHOLE),
        ({"grade": None}, 500),
        ({"grade": "A", "failed": 1}, 400),
        ({"grade": "A", "complaints": 5}, 400),
        ({"grade": "A", "failed": 2, "complaints": 5}, 800),
        ({"grade": "D", "failed": 3}, WHOLE),
    ],
)
def test_a_chance_is_the_classs_rate_raised_by_failed_visits_and_open_complaints(facts, expected):
    assert chance(store(1, **facts), RATES) == expected


def test_a_rate_of_zero_draws_nobody():
    assert draw([store(1, grade="A")], "s", DAY, RATES | {"inspection.rate_a": 0}, digest) == []


def test_the_numbers_of_a_draw_are_those_of_the_documented_method():
    def other(domain, *parts):
        return sha256(b"|".join((domain.encode(), *parts))).digest()

    found = inspection.number("seed", DAY, UUID(int=7), other)
    raw = sha256(b"|".join((b"wuyou.sequential-poisson.v1", b"seed", b"2026-07-20", UUID(int=7).bytes))).digest()
    assert found == int.from_bytes(raw[:8])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"last": DAY - timedelta(days=1)}, "last"),
        ({"first": DAY + timedelta(days=9)}, "last"),
        ({"last": DAY + timedelta(days=400)}, "last"),
        ({"seed": ""}, "seed"),
        ({"seed": "x" * 65}, "seed"),
        ({"seed": "a\nb"}, "seed"),
        ({"most": 0}, "most"),
        ({"most": 10_001}, "most"),
    ],
)
def test_a_plan_that_cannot_be_names_its_field(change, field):
    whole = {"first": DAY, "last": DAY + timedelta(days=5), "seed": "s", "most": 5}
    inspection.check_plan(Wanted(**whole), DAY)
    with pytest.raises(RuleBroken) as caught:
        inspection.check_plan(Wanted(**whole | change), DAY)
    assert [e.field for e in caught.value.errors] == [field]


NO = ALL_YES | {"plaque_shown": "no"}
FOUND = {"plaque_shown": "标牌收在抽屉里"}
SOON = DAY + timedelta(days=7)


@pytest.mark.parametrize(
    ("sheet", "fields"),
    [
        (Sheet("pass", ALL_YES), []),
        (Sheet("pass", dict.fromkeys(ITEMS, "na")), []),
        (Sheet("pass", NO, FOUND), ["result"]),
        (Sheet("fail", ALL_YES), ["result"]),
        (Sheet("fail", NO, FOUND), []),
        (Sheet("fail", NO, FOUND, follow_up_on=SOON), []),
        (Sheet("fail", NO), ["note-plaque_shown"]),
        (Sheet("mend", NO, FOUND), ["follow_up_on"]),
        (Sheet("mend", NO, FOUND, follow_up_on=SOON), []),
        (Sheet("mend", NO, FOUND, follow_up_on=DAY), ["follow_up_on"]),
        (Sheet("mend", NO, FOUND, follow_up_on=DAY + timedelta(days=367)), ["follow_up_on"]),
        (Sheet("pass", ALL_YES, follow_up_on=SOON), ["follow_up_on"]),
        (Sheet("pass", dict.fromkeys(ITEMS[1:], "yes")), ["answer-plaque_shown"]),
        (Sheet("pass", ALL_YES | {"weather": "yes"}), ["answers"]),
        (Sheet("pass", ALL_YES, words="字" * 1001), ["words"]),
        (Sheet("fail", NO, {"plaque_shown": "字" * 201}), ["note-plaque_shown"]),
        (Sheet("missed", words="店铺已关门"), []),
        (Sheet("missed"), ["words"]),
        (Sheet("wonderful", ALL_YES), ["result"]),
    ],
)
def test_a_sheet_is_whole_or_says_which_field_is_not(sheet, fields):
    assert [fault.field for fault in sheet_faults(sheet, DAY)] == fields


def test_a_sheet_keeps_each_answer_with_its_words():
    assert Sheet("fail", {"plaque_shown": "no"}, {"plaque_shown": " 没有 "}).facts() == {
        "plaque_shown": {"answer": "no", "words": "没有"}
    }
