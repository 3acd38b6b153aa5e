from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints import codes
from complaints.mediation import (
    GROUNDS,
    MODES,
    MOST_PAYMENTS,
    PLACES,
    SITE,
    Payment,
    meet,
    schedule_faults,
    share_of,
    supported,
    too_soon,
)
from complaints.outcome import whole
from complaints.statutory import FAULTY, gives

FEN = st.integers(0, 100_000_000_000)
LOT = st.integers(0, PLACES - 1)
TODAY = date(2026, 7, 20)


@given(FEN, FEN, LOT)
def test_bids_meet_in_their_overlap_or_not_at_all(least, most, lot):
    met = meet(least, most, lot)
    assert (met is None) == (least > most)
    if met is not None:
        assert isinstance(met, int)
        assert least <= met <= most


@given(FEN, FEN, FEN)
def test_a_proposal_tells_nothing_of_the_others_limit_but_that_it_lies_beyond(one, proposed, other):
    """Whatever I bid and whatever is proposed, every limit beyond the proposal could have led to it, by some lot."""
    low, met, high = sorted((one, proposed, other))
    width = high - low + 1
    lot = -(-(met - low) * PLACES // width)
    assert meet(low, high, lot) == met
    mirrored = -(-(high - met) * PLACES // width)
    assert meet(-high, -low, mirrored) == -met


@given(FEN, FEN)
def test_every_fen_of_the_overlap_is_as_likely_as_any_other_and_the_ends_are_reached(one, other):
    low, high = sorted((one, other))
    assert meet(low, high, 0) == low
    assert meet(low, high, PLACES - 1) == high
    assert abs(meet(low, high, PLACES // 2) - (low + high) / 2) <= 1


@given(FEN, FEN, LOT, LOT)
def test_a_later_lot_never_proposes_less(one, other, first, second):
    low, high = sorted((one, other))
    assert meet(low, high, min(first, second)) <= meet(low, high, max(first, second))


@given(FEN, st.integers(1, 100))
def test_a_share_is_whole_fen_and_never_off_by_more_than_half_a_fen(amount, percent):
    assert abs(share_of(amount, percent) * 100 - amount * percent) <= 50
    assert share_of(amount, 100) == amount


def codes_of(payments, whole_fen=300):
    return {fault.code for fault in schedule_faults(payments, whole_fen, TODAY)}


def pay(*pairs):
    return [Payment(TODAY + timedelta(days=after), fen) for after, fen in pairs]


def test_a_schedule_adds_up_rises_and_lies_ahead():
    assert codes_of(pay((0, 100), (30, 200))) == set()
    assert codes_of(pay((0, 300))) == {"schedule.count"}
    assert codes_of([]) == {"schedule.count", "schedule.sum"}
    assert codes_of(pay((0, 100), (30, 100))) == {"schedule.sum"}
    assert codes_of(pay((0, 300), (30, 0))) == {"schedule.amount"}
    assert codes_of(pay((30, 100), (30, 200))) == {"schedule.order"}
    assert codes_of(pay((-1, 100), (30, 200))) == {"schedule.past"}
    many = pay(*((n, 1) for n in range(MOST_PAYMENTS + 1)))
    assert codes_of(many, MOST_PAYMENTS + 1) == {"schedule.count"}


def test_on_site_people_are_told_days_ahead_and_otherwise_the_same_day_is_enough():
    for mode in MODES:
        soonest = 2 if mode == SITE else 0
        assert too_soon(mode, TODAY + timedelta(days=soonest - 1), TODAY, 2)
        assert not too_soon(mode, TODAY + timedelta(days=soonest), TODAY, 2)


@dataclass
class Held:
    complainant: str | None = "came"
    respondent: str | None = "came"
    result: str | None = "go_on"


def test_facts_support_grounds_of_the_cases_own_rule_set():
    assert supported("O121", [Held()], no_cost_agreement=False) == {}
    assert supported("O121", [Held(complainant="absent")], no_cost_agreement=False) == {"O121-23-2": "absent"}
    assert supported("O121", [Held(respondent="excused")], no_cost_agreement=False) == {}
    everything = supported("O20", [Held(respondent="absent"), Held(result="failed")], no_cost_agreement=True)
    assert everything == {"O20-21-3": "absent", "O20-21-4": "failed", "O20-21-2": "cost"}
    assert all(set(grounds.values()) <= set(codes.TERMINATIONS[name]) for name, grounds in GROUNDS.items())


def test_an_agreement_in_parts_is_kept_when_every_part_is_paid_with_proof():
    assert whole([])
    assert whole([(True, "file"), (True, TODAY)])
    assert not whole([(True, "file"), (False, None)])
    assert not whole([(True, None)])


def found(**changes):
    facts = {"category": "goods.clothing", "problem": "quality", "requests": ["refund"], "amount_fen": 100}
    return {g.code: (g.article, g.fen) for g in gives(**facts | {"online": False, "promised": False} | changes)}


def test_what_the_law_gives_names_its_article_and_a_sum_only_where_the_facts_tell_one():
    assert found() == {"faulty": ("CPL 24", 100), "one_sum": ("IR 18(2)", None)}
    assert found(requests=["repair"]) == {"faulty": ("CPL 24", None)}
    assert found(problem="price", online=True)["online"] == ("CPL 25", 100)
    assert found(problem="price", requests=["repair"], online=True) == {"online": ("CPL 25", None)}
    assert found(category="service.beauty", promised=True) == {"promise": ("IR 12", None)}
    assert found(category="service.beauty") == {}
    assert set(FAULTY) <= set(codes.PROBLEMS)
