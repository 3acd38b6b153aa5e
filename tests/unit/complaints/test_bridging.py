from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import bridging
from complaints.bridging import BOTH, COMPLAINT, FIELDS, REPORT, SETTINGS, STATUS, STEPS
from complaints.lifecycle import MACHINES
from workflows.errors import FieldError

TODAY = date(2026, 7, 20)
ROW = {
    "number": "QG20260717000001",
    "kind": "complaint",
    "received_on": "2026-07-17 09:30:00",
    "name": "张试",
    "phone": "139 0000 0077",
    "address": "苏州市姑苏区平江路9号",
    "respondent": "试样服饰店",
    "respondent_address": "苏州市姑苏区观前街1号",
    "category": "goods.clothing",
    "problem": "quality",
    "requests": "return;refund",
    "happened_on": "2026/7/1",
    "amount": "1,399.5元",
    "narrative": "购买的外套洗了一次就脱线。",
}
LEADS = {"clues": "标签与检测报告不符", "basis": "照片和小票"}


def read(today=TODAY, **changes):
    return bridging.read(ROW | changes, "hotline", today)


def faults(**changes) -> set[str]:
    inbound, found = read(**changes)
    assert (inbound is None) == bool(found)
    return {fault.field for fault in found}


def test_a_whole_row_is_a_complaint_with_its_own_day_of_receipt():
    inbound, found = read()
    assert found == []
    assert inbound.received_on == date(2026, 7, 17)
    assert inbound.person.phone == "+8613900000077"
    assert inbound.complaint.channel == "hotline"
    assert inbound.complaint.facts.amount_fen == 139950
    assert inbound.complaint.facts.place == ROW["respondent_address"]
    assert inbound.complaint.requests == ("return", "refund")
    assert (inbound.complaint.publish, inbound.complaint.entrust, inbound.report) == (False, False, None)


def test_a_row_that_is_both_has_both_and_one_that_is_a_report_has_no_complaint():
    both, _ = read(kind=BOTH, publish="是", entrust="同意", **LEADS)
    assert both.complaint.report == both.report
    assert (both.complaint.publish, both.complaint.entrust) == (True, True)
    report, _ = read(kind=REPORT, **LEADS)
    assert report.complaint is None
    assert report.report.clues == LEADS["clues"]


def test_an_anonymous_report_needs_no_phone_and_a_named_one_does():
    nameless = {"kind": REPORT, "name": "", "phone": "", "address": "", **LEADS}
    assert faults(**nameless, anonymous="是") == set()
    assert faults(**nameless) == {"phone"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""), ("number", "短"), ("number", "x" * 41), ("number", "QG 1 2 3 4"), ("kind", "抱怨"),
        ("received_on", ""), ("received_on", "2026-02-30"), ("received_on", "2026-07-21"),
        ("received_on", "2019-12-31"),
        ("name", ""), ("phone", ""), ("phone", "123"), ("respondent", "某"), ("respondent_address", ""),
        ("uscc", "123"), ("category", "衣服"), ("problem", ""), ("requests", ""), ("requests", "return;钱"),
        ("happened_on", "上周"), ("happened_on", "2026-07-18"), ("amount", "很多"), ("amount", "1.234"),
        ("narrative", "短"),
    ],
)  # fmt: skip
def test_each_fault_is_named_by_its_field(field, value):
    assert field in faults(**{field: value})


def test_what_cannot_be_read_is_one_fault_and_not_two():
    _, found = read(happened_on="", received_on="", amount="x")
    assert len(found) == len({fault.field for fault in found})


def test_a_row_without_amount_is_about_nothing_and_nothing_is_made_up():
    inbound, _ = read(amount="", place="三楼")
    assert inbound.complaint.facts.amount_fen == 0
    assert inbound.complaint.facts.place == "三楼"


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40), max_size=len(FIELDS)))
def test_any_row_is_read_or_named_faulty_and_never_breaks(row):
    inbound, found = bridging.read(row, "national", TODAY)
    assert (inbound is None) == bool(found)
    assert all(isinstance(fault, FieldError) for fault in found)
    assert len(found) == len({fault.field for fault in found})


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_yuan_are_read_to_the_fen(yuan, fen):
    if yuan < 10**9:
        inbound, _ = read(amount=f"{yuan}.{fen:02}")
        assert inbound is None or inbound.complaint.facts.amount_fen == yuan * 100 + fen


def test_phones_are_kept_as_accounts_keep_them():
    assert bridging.phone_of("+86 139-0000-0077") == bridging.phone_of("13900000077") == "+8613900000077"
    assert bridging.phone_of("0512-6500000") == "0512-6500000"


def test_the_platforms_have_a_word_for_every_state_and_every_public_step_is_an_event():
    for machine in MACHINES:
        assert set(machine.states) <= set(STATUS)
        assert set(STEPS[machine.name]) <= {machine.begins, *machine.events, "correct"}
    assert set(STEPS) == {COMPLAINT, REPORT}
    assert SETTINGS["bridge.compare_days"].default == 7


def test_a_number_is_plain_letters_digits_and_hyphens():
    assert bridging.check_number(" QG-2026-0001 ") == "QG-2026-0001"
    for bad in ("", "12345", "-QG2026", "QG_2026", "编号2026001"):
        assert bridging.check_number(bad) is None
