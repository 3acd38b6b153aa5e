from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import codes, geography, rules
from merchants.drafts import EnterpriseDraft, Listing, Removal, ReviewFacts, StoreDraft
from merchants.lifecycle import ENROLMENT_NOTES
from merchants.rules import Verdict
from tests.factories import credit_code
from workflows.errors import Conflict, RuleBroken

TODAY = date(2026, 7, 20)
DISTRICTS = ("320508", "310101")


def listed(kind: str, day: int) -> Listing:
    return Listing(UUID(int=day), kind, "江苏省", f"苏市监列字{day}号", "2026-03", date(2026, 3, day))


GREEN = ReviewFacts(
    uscc=credit_code(5),
    district="320508",
    district_named="320508",
    point=(120.62, 31.31),
    licence_photo=True,
    shop_photo=True,
)
FIRM = EnterpriseDraft(credit_code(6), "苏州试样商贸有限公司", "320508", "姑苏区观前街1号")
SHOP = StoreDraft("观前店", "试样", "320508", "姑苏区观前街1号", ("goods.food",), lon=120.62, lat=31.31)


def verdicts(**changes) -> dict[str, str]:
    return {c.code: c.verdict.value for c in rules.checks(replace(GREEN, **changes), TODAY, 90)}


def test_an_application_in_order_is_green_and_every_check_gives_its_reason():
    found = rules.checks(GREEN, TODAY, 90)
    assert rules.all_green(found)
    assert all(set(check.facts()) == {"code", "verdict", "detail"} for check in found)


@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        ({"uscc": None}, "uscc", "look"),
        ({"uscc": "91320508MA1WXYZ12X"}, "uscc", "no"),
        ({"other_names": ("苏州试样",)}, "names", "look"),
        ({"same_store": 1}, "duplicate", "no"),
        ({"same_address": 2}, "same_address", "look"),
        ({"same_phone": 1}, "same_phone", "look"),
        ({"district_named": None}, "district", "look"),
        ({"district_named": "310101"}, "district", "look"),
        ({"point": None}, "point", "look"),
        ({"point": (121.49, 31.23)}, "point", "look"),
        ({"point": (123.9, 31.0)}, "point", "no"),
        ({"district": "999999", "district_named": "999999"}, "point", "look"),
        ({"removals": (Removal(date(2026, 1, 5), date(2027, 1, 5)),)}, "removed", "no"),
        ({"removals": (Removal(date(2024, 1, 5), date(2025, 1, 5)),)}, "removed", "look"),
        ({"licence_expires_on": date(2026, 7, 19)}, "licence", "no"),
        ({"licence_expires_on": date(2026, 10, 18)}, "licence", "look"),
        ({"licence_expires_on": date(2026, 10, 19)}, "licence", "yes"),
        ({"shop_photo": False}, "photos", "look"),
        ({"listings": (listed("abnormal", 1),)}, "lists", "look"),
        ({"failed_visits": 1}, "visits", "look"),
    ],
)
def test_each_finding_has_its_own_verdict_and_spoils_no_other(change, code, verdict):
    found = verdicts(**change)
    assert found.pop(code) == verdict
    assert set(found.values()) == {"yes"}


def test_a_list_never_refuses_by_itself():
    many = tuple(listed("dishonest", n) for n in range(1, 9))
    assert Verdict.NO.value not in verdicts(listings=many).values()


def test_a_firm_and_a_store_in_order_have_no_faults():
    assert rules.enterprise_faults(FIRM, DISTRICTS) == []
    assert rules.store_faults(SHOP, DISTRICTS) == []
    assert rules.store_faults(replace(SHOP, lon=None, lat=None), DISTRICTS) == []


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"name": "=HYPERLINK(1)"}, "name", "formula"),
        ({"name": "长" * 201}, "name", "too_long"),
        ({"brand": ""}, "brand", "required"),
        ({"district": "110101"}, "district", "outside"),
        ({"address": "观前街"}, "address", "too_short"),
        ({"kind": "castle"}, "kind", "choice"),
        ({"categories": ()}, "categories", "required"),
        ({"categories": ("goods.food", "goods.food")}, "categories", "choice"),
        ({"lat": None}, "point", "half_point"),
        ({"lon": 31.31, "lat": 120.62}, "point", "swapped"),
        ({"lon": 0.0, "lat": 0.0}, "point", "far"),
        ({"hours": {"mon": [["10:00", "9:00"]]}}, "hours", "hours"),
        ({"hours": {"mon": [["10:00", "24:30"]]}}, "hours", "hours"),
        ({"hours": {"someday": []}}, "hours", "hours"),
        ({"hours": {"mon": "always"}}, "hours", "hours"),
        ({"hours": {"mon": [["22:00", "10:00"]]}}, "hours", "hours"),
        ({"capacity": 0}, "capacity", "range"),
    ],
)
def test_a_store_with_a_fault_names_its_field(change, field, code):
    assert [(f.field, f.code) for f in rules.store_faults(replace(SHOP, **change), DISTRICTS)] == [(field, code)]


def test_opening_hours_may_have_breaks_and_end_at_midnight():
    hours = {"mon": [["10:00", "12:00"], ["13:00", "24:00"]], "sun": []}
    assert rules.store_faults(replace(SHOP, hours=hours, capacity=50), DISTRICTS) == []


def test_a_firm_with_a_wrong_credit_code_is_told_so():
    (fault,) = rules.enterprise_faults(replace(FIRM, uscc="91320508MA1WXYZ12X"), DISTRICTS)
    assert (fault.field, fault.code) == ("uscc", "uscc")


def test_a_district_that_we_have_no_seat_of_is_no_reason_to_refuse_a_point():
    assert rules.store_faults(replace(SHOP, district="999999"), ("999999",)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("苏州试样商贸有限公司", "苏州试样商贸 有限责任公司"),
        ("苏州试样(姑苏)有限公司", "苏州试样（姑苏）有限公司"),
        ("试样ABC", "试样ａｂｃ"),
    ],
)
def test_two_spellings_of_one_firm_are_one(one, other):
    assert rules.spelling(one) == rules.spelling(other)


def test_an_address_is_one_whatever_its_punctuation_and_width():
    assert rules.address_key("姑苏区 观前街１号，一楼") == rules.address_key("姑苏区观前街1号一楼")


def test_a_decision_against_a_merchant_needs_a_known_ground_and_a_reason():
    rules.check_ground("other", codes.REFUSALS)
    rules.check_reason("材料不实")
    with pytest.raises(RuleBroken, match="not a ground"):
        rules.check_ground("mood", codes.REFUSALS)
    with pytest.raises(RuleBroken, match="give the reason"):
        rules.check_reason("  ")


def test_what_changes_no_state_is_possible_in_its_own_states_only():
    rules.check_note(ENROLMENT_NOTES, "amend", "draft")
    with pytest.raises(Conflict):
        rules.check_note(ENROLMENT_NOTES, "amend", "approved")


POINT = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(POINT, POINT)
def test_distances_are_symmetric_and_never_beyond_half_the_earth(a, b):
    there, back = geography.distance_km(a, b), geography.distance_km(b, a)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20_016


def test_the_seats_of_two_neighbours_are_as_far_apart_as_they_are():
    assert geography.distance_km(geography.SEATS["320508"], geography.SEATS["310101"]) == pytest.approx(83.3, abs=1)


def test_every_code_list_is_published_once():
    lists = codes.dictionary()
    assert all(len(set(listed)) == len(listed) for listed in lists.values())
    assert set(codes.EXCLUSIONS) == {*codes.ALWAYS_OUT, *codes.OUT_IF_CONFIRMED}
    assert set(codes.GOODS) < set(codes.CATEGORIES)
    assert set(codes.HOSTS) < set(codes.STORE_KINDS)
