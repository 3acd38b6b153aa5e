from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import codes
from merchants.alliance import (
    WHOLE,
    Answer,
    Belongs,
    Matrix,
    Period,
    Question,
    Row,
    accepts,
    best,
    share_faults,
    split,
)
from merchants.drafts import StoreDraft
from merchants.promise import PromiseTerms, alliance_fault
from merchants.rules import Verdict, store_faults

A, B, C, D = (UUID(int=n) for n in range(1, 5))
START = date(2026, 1, 1)
YEAR = Period(START, date(2027, 1, 1))
DAY = timedelta(days=1)


def matrix(*rows: Row, members=(A, B)) -> Matrix:
    return Matrix(D, YEAR, tuple(Belongs(m, YEAR) for m in members), rows or (Row(YEAR),))


def asked(**changes) -> Question:
    plain = Question(
        frozenset({A}), frozenset({B}), "goods.clothing", "3205", "3101", date(2026, 3, 1), date(2026, 3, 5), 39900
    )
    return replace(plain, **changes)


def test_a_wildcard_row_lets_every_member_take_every_members_goods():
    assert accepts(matrix(), asked()) == Answer(Verdict.YES, ("accepted",))


@pytest.mark.parametrize(
    ("row", "changes", "verdict", "reason"),
    [
        (Row(YEAR, goods_of=B), {}, Verdict.NO, "no_row"),
        (Row(YEAR, taken_by=C), {}, Verdict.NO, "no_row"),
        (Row(YEAR, categories=("goods.food",)), {}, Verdict.NO, "not_covered"),
        (Row(YEAR, sold_in=("3101",)), {}, Verdict.NO, "not_covered"),
        (Row(YEAR, handed_in=("3205",)), {}, Verdict.NO, "not_covered"),
        (Row(YEAR, most_fen=39899), {}, Verdict.LOOK, "over_limit"),
        (Row(YEAR, most_fen=39900), {}, Verdict.YES, "accepted"),
        (Row(YEAR, most_fen=39900), {"amount_fen": None}, Verdict.LOOK, "amount_unknown"),
        (Row(YEAR), {"goods_of": frozenset({C})}, Verdict.NO, "seller_outside"),
        (Row(YEAR), {"taken_by": frozenset({C})}, Verdict.NO, "taker_outside"),
        (Row(YEAR), {"handed_in_on": date(2026, 2, 1)}, Verdict.NO, "before_purchase"),
        (Row(YEAR), {"bought_on": date(2025, 12, 31)}, Verdict.NO, "seller_outside"),
    ],
)
def test_a_row_covers_what_it_says_and_nothing_else(row, changes, verdict, reason):
    answer = accepts(matrix(row), asked(**changes))
    assert (answer.verdict, answer.reasons[0]) == (verdict, reason)


def test_the_widest_of_several_rows_decides():
    rows = (Row(YEAR, most_fen=100), Row(YEAR, categories=("goods.clothing",), most_fen=50000))
    assert accepts(matrix(*rows), asked()).verdict is Verdict.YES


def left(member: UUID, on: date) -> Matrix:
    members = [Belongs(m, YEAR if m != member else Period(START, on)) for m in (A, B)]
    return Matrix(D, YEAR, tuple(members), (Row(YEAR),))


def test_a_taker_that_has_left_since_the_purchase_still_takes_what_was_bought_before():
    answer = accepts(left(B, date(2026, 3, 3)), asked())
    assert answer == Answer(Verdict.YES, ("accepted", "left_since"))


def test_what_was_bought_after_the_exit_is_no_longer_covered():
    for member, reason in ((A, "seller_outside"), (B, "taker_outside")):
        assert accepts(left(member, date(2026, 3, 1)), asked()) == Answer(Verdict.NO, (reason,))


def test_the_sellers_exit_after_the_sale_changes_nothing():
    assert accepts(left(A, date(2026, 3, 2)), asked()).verdict is Verdict.YES


def test_a_row_that_was_narrowed_since_still_covers_the_purchase():
    old, new = Row(Period(START, date(2026, 3, 2))), Row(Period(date(2026, 3, 2)), categories=("goods.food",))
    assert accepts(matrix(old, new), asked()).verdict is Verdict.YES


def test_who_joined_after_the_purchase_may_take_it_and_need_not():
    late = Matrix(D, YEAR, (Belongs(A, YEAR), Belongs(B, Period(date(2026, 3, 4)))), (Row(YEAR),))
    assert accepts(late, asked()) == Answer(Verdict.LOOK, ("since_purchase", "accepted"))
    assert accepts(late, asked(handed_in_on=date(2026, 3, 3))).reasons == ("taker_outside",)


def test_the_best_of_several_alliances_is_the_buyers():
    yes, look, no = (Answer(v, (v.value,)) for v in (Verdict.YES, Verdict.LOOK, Verdict.NO))
    assert best([no, look, yes]) == yes
    assert best([no, look]) == look
    assert best([]) == Answer(Verdict.NO, ("no_alliance",))


parties = st.sampled_from((A, B, C))
days = st.integers(0, 400).map(lambda n: date(2025, 12, 1) + timedelta(days=n))
periods = st.builds(lambda s, n: Period(s, s + timedelta(days=n) if n else None), days, st.integers(0, 120))
cities = st.sampled_from(((), ("3205",), ("3101",), ("3205", "3101")))
rows = st.builds(
    Row,
    periods,
    st.none() | parties,
    st.none() | parties,
    st.sampled_from(((), ("goods.clothing",), ("goods.food",))),
    cities,
    cities,
    st.none() | st.integers(1, 10**6),
)
matrices = st.builds(
    Matrix,
    st.just(D),
    periods,
    st.lists(st.builds(Belongs, parties, periods), max_size=5).map(tuple),
    st.lists(rows, max_size=5).map(tuple),
)
sets = st.frozensets(parties, min_size=1, max_size=2)
questions = st.builds(
    Question,
    sets,
    sets,
    st.sampled_from(("goods.clothing", "goods.food")),
    st.sampled_from(("3205", "3101")),
    st.sampled_from(("3205", "3101")),
    days,
    days,
    st.none() | st.integers(0, 2 * 10**6),
)


@given(matrices, questions)
def test_every_question_has_an_answer_with_a_reason(found, question):
    answer = accepts(found, question)
    assert answer.verdict in Verdict
    assert answer.reasons


@given(matrices, questions, rows)
def test_another_row_never_takes_anything_from_a_buyer(found, question, row):
    order = [Verdict.NO, Verdict.LOOK, Verdict.YES]
    more = replace(found, rows=(*found.rows, row))
    assert order.index(accepts(more, question).verdict) >= order.index(accepts(found, question).verdict)


@given(matrices, questions, days)
def test_ending_a_membership_after_the_purchase_keeps_the_answer(found, question, end):
    """A member's exit keeps what was bought before it."""
    until = max(end, question.bought_on + DAY)

    def cut(m: Belongs) -> Belongs:
        return Belongs(m.member, Period(m.period.since, min(filter(None, (m.period.until, until)))))

    before = accepts(found, replace(question, handed_in_on=question.bought_on))
    after = accepts(replace(found, members=tuple(map(cut, found.members))), question)
    if question.handed_in_on >= question.bought_on and before.verdict is Verdict.YES:
        assert after.verdict is Verdict.YES


@given(periods, periods)
def test_two_periods_meet_exactly_when_some_day_belongs_to_both(one, other):
    span = [date(2025, 11, 1) + timedelta(days=n) for n in range(700)]
    assert one.meets(other) == other.meets(one) == any(one.holds(d) and other.holds(d) for d in span)


cuts = st.tuples(st.integers(0, WHOLE), st.integers(0, WHOLE)).map(sorted)
wholes = cuts.map(lambda cut: [cut[0], cut[1] - cut[0], WHOLE - cut[1]])


@given(wholes | st.lists(st.integers(-1, WHOLE + 1), min_size=3, max_size=3))
def test_shares_are_in_order_exactly_when_they_make_up_the_whole(parts):
    given_parts = dict(zip(codes.ALLIANCE_BEARERS, parts, strict=True))
    whole = sum(parts) == WHOLE and all(0 <= p <= WHOLE for p in parts)
    assert (share_faults("parts", given_parts, codes.ALLIANCE_BEARERS) == []) == whole


def test_shares_name_exactly_their_bearers():
    assert share_faults("parts", {"seller": WHOLE}, codes.ALLIANCE_BEARERS)[0].code == "share.parts"
    thirds = {"seller": 3333, "taker": 3333, "fund": 3333}
    assert share_faults("parts", thirds, codes.ALLIANCE_BEARERS)[0].code == "share.sum"


@given(st.integers(0, 10**9), st.integers(0, WHOLE), st.integers(0, WHOLE))
def test_an_amount_is_split_to_the_last_fen(amount, one, other):
    low, high = sorted((one, other))
    parts = {"seller": low, "taker": high - low, "fund": WHOLE - high}
    borne = split(amount, parts)
    assert sum(borne.values()) == amount
    assert all(fen >= 0 for fen in borne.values())
    assert all(borne[bearer] == 0 for bearer, part in parts.items() if part == 0)


def test_shares_that_are_no_whole_split_nothing():
    with pytest.raises(ValueError, match="whole"):
        split(100, {"seller": 1})


def test_only_a_members_store_promises_the_alliance():
    reaching = PromiseTerms(days=7, categories=("goods.food",), alliance=True)
    assert [f.code for f in alliance_fault(reaching, member=False)] == ["promise.no_alliance"]
    assert alliance_fault(reaching, member=True) == []
    assert alliance_fault(replace(reaching, alliance=False), member=False) == []


STATION = StoreDraft(
    name="观前退货服务站",
    brand="服务站",
    district="320508",
    address="苏州市姑苏区观前街1号",
    categories=("service.other",),
    kind="station",
    capacity=40,
    hours={"mon": [["09:00", "18:00"]]},
    takes=("goods.clothing",),
)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, set()),
        ({"capacity": None}, {"capacity"}),
        ({"hours": {}}, {"hours"}),
        ({"takes": ()}, {"takes"}),
        ({"takes": ("service.repair",)}, {"takes"}),
        ({"takes": ("goods.food", "goods.food")}, {"takes"}),
        ({"kind": "shop"}, {"takes"}),
        ({"kind": "shop", "takes": (), "capacity": None, "hours": {}}, set()),
    ],
)
def test_a_station_says_what_it_takes_when_it_is_open_and_how_much_it_holds(changes, fields):
    assert {f.field for f in store_faults(replace(STATION, **changes), ("320508",))} == fields
