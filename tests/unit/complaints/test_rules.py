from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import codes, rules
from complaints.drafts import Person, ReportDraft, Respondent
from tests.factories import DraftFactory, FactsFactory, credit_code
from workflows.errors import Conflict, RuleBroken
from workflows.people.places import Place, district_of

TODAY = date(2026, 7, 20)
PLACES = [
    Place("320508", "姑苏区", "3205"),
    Place("320583", "昆山市", "3205"),
    Place("320576", "苏州工业园区", "3205"),
    Place("310115", "浦东新区", "3101"),
    Place("310101", "黄浦区", "3101"),
]


def faults(**changes) -> list[tuple[str, str]]:
    return [(f.field, f.code) for f in rules.faults(DraftFactory(**changes), TODAY)]


def test_a_whole_draft_has_no_faults():
    assert faults() == []
    assert faults(respondent=Respondent(store_id=uuid4()), report=ReportDraft("具体的违法线索", "吊牌和小票照片")) == []
    assert faults(respondent=Respondent(name="某店", address="苏州市姑苏区", uscc=credit_code(12345678))) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"complainant": Person("", "+86139", "苏州市姑苏区平江路")}, ("complainant.name", "required")),
        ({"complainant": Person("长" * 51, "+86139", "苏州市姑苏区平江路")}, ("complainant.name", "too_long")),
        ({"complainant": Person("张试", "+86139", "苏州")}, ("complainant.address", "too_short")),
        ({"respondent": Respondent(name="某", address="苏州市姑苏区")}, ("respondent.name", "too_short")),
        ({"respondent": Respondent(name="某店", address="苏州市姑苏区", uscc="X")}, ("respondent.uscc", "uscc")),
        ({"category": "x"}, ("category", "choice")),
        ({"problem": "x"}, ("problem", "choice")),
        ({"requests": ()}, ("requests", "required")),
        ({"requests": ("refund", "refund")}, ("requests", "choice")),
        ({"requests": ("moon",)}, ("requests", "choice")),
        ({"facts": FactsFactory(happened_on=date(2026, 7, 21))}, ("facts.happened_on", "future")),
        ({"facts": FactsFactory(happened_on=date(1999, 1, 1))}, ("facts.happened_on", "past")),
        ({"facts": FactsFactory(amount_fen=-1)}, ("facts.amount_fen", "range")),
        ({"facts": FactsFactory(place=" ")}, ("facts.place", "required")),
        ({"evidence": tuple(uuid4() for _ in range(10))}, ("evidence", "too_many")),
        ({"report": ReportDraft("短", "吊牌和小票照片")}, ("report.clues", "too_short")),
    ],
)
def test_each_fault_is_named_by_field(changes, found):
    assert faults(**changes) == [found]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("江苏省苏州市姑苏区观前街1号", "320508"),
        ("江苏昆山花桥商务城", "320583"),
        ("苏州工业园区星海街", "320576"),
        ("上海浦东新世纪大道", "310115"),
        ("上海市黄浦区南京东路", "310101"),
        ("人民路100号", None),
        ("姑苏区与黄浦区之间", None),
    ],
)
def test_an_address_leads_to_the_district_it_names_or_to_none(address, code):
    found = district_of(address, PLACES)
    assert (found.code if found else None) == code


@given(st.sampled_from(PLACES), st.text(max_size=5), st.text(alphabet="0123456789号路", max_size=5))
def test_a_district_named_in_full_is_always_found(place, before, after):
    found = district_of(f"{before}{place.name}{after}", [place])
    assert found == place


def test_grounds_belong_to_their_rule_set():
    for rule_set in codes.RULE_SETS:
        for ground in codes.REFUSALS[rule_set]:
            rules.check_refusal(ground, rule_set)
    with pytest.raises(RuleBroken):
        rules.check_refusal("O121-16-8", "O121")


@pytest.mark.parametrize("rule_set", codes.RULE_SETS)
def test_lapse_of_time_needs_its_time_and_other_grounds_need_none(rule_set):
    lapse = next(g for g in rules.TIME_LIMIT_GROUNDS if g.startswith(rule_set))
    for due, today in ((TODAY, TODAY), (None, TODAY)):
        with pytest.raises(RuleBroken, match="only after the period ended"):
            rules.check_termination(lapse, rule_set, today, due)
    rules.check_termination(lapse, rule_set, date(2026, 7, 21), TODAY)
    rules.check_termination(rules.WITHDRAWN_GROUNDS[rule_set], rule_set, TODAY, None)
    with pytest.raises(RuleBroken, match="is not a ground"):
        rules.check_termination("nonsense", rule_set, TODAY, TODAY)


def test_a_note_is_possible_in_its_own_states_only():
    rules.check_note("evaluate", "closed")
    with pytest.raises(Conflict):
        rules.check_note("evaluate", "filed")


def test_a_recorded_day_lies_between_its_cause_and_today():
    rules.check_day("on", TODAY, TODAY, TODAY)
    for day in (date(2026, 7, 18), date(2026, 7, 21)):
        with pytest.raises(RuleBroken, match="must lie from 2026-07-19"):
            rules.check_day("on", day, date(2026, 7, 19), TODAY)


def test_an_amount_is_whole_fen_within_reason():
    rules.check_amount("x", 0)
    rules.check_amount("x", rules.MOST_FEN)
    with pytest.raises(RuleBroken):
        rules.check_amount("x", rules.MOST_FEN + 1)


def test_the_rule_set_follows_the_day_of_receipt():
    assert [codes.rule_set(d) for d in (date(2026, 4, 14), date(2026, 4, 15))] == ["O20", "O121"]
    known = {"problem", "requests", "refusal", "termination", "told_by", "rated_for", "kept", "verify_step"}
    assert set(codes.dictionary()) == known


def test_a_draft_is_a_value():
    draft = DraftFactory()
    assert replace(draft, publish=False) != draft
