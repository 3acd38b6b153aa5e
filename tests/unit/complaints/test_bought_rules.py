"""How goods were bought, checked by field; and what has to be said."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from complaints import competence, rules
from complaints.delays import Happened, ledger
from complaints.drafts import Respondent
from tests.support.world import at
from workflows.errors import RuleBroken

SHOP = Respondent(name="试样店", address="苏州市姑苏区观前街1号")
ON_PLATFORM = replace(SHOP, bought="platform_shop", platform="试样网")


@pytest.mark.parametrize(
    ("respondent", "found"),
    [
        (SHOP, []),
        (replace(SHOP, address=""), ["respondent.address"]),
        (replace(SHOP, address="", host_id=uuid4()), []),
        (replace(SHOP, address="短", host_id=uuid4()), ["respondent.address"]),
        (replace(SHOP, bought="online", address=""), ["respondent.address"]),
        (ON_PLATFORM, []),
        (replace(ON_PLATFORM, platform=None), ["respondent.platform"]),
        (replace(ON_PLATFORM, address=""), ["respondent.platform_address"]),
        (replace(ON_PLATFORM, unreachable=True), ["respondent.platform_address"]),
        (replace(ON_PLATFORM, address="", platform_address="上海市黄浦区样板路1号"), []),
        (replace(SHOP, platform_address="短"), ["respondent.platform_address"]),
        (Respondent(store_id=uuid4(), bought="online"), []),
        (Respondent(store_id=uuid4(), bought="anything"), ["respondent.bought"]),
    ],
)
def test_a_respondent_is_whole_for_the_way_the_goods_were_bought(respondent, found):
    assert [fault.field for fault in rules.respondent_faults(respondent)] == found


@pytest.mark.parametrize("kind", competence.ADS)
def test_an_advertisement_is_reported_and_never_complained_of(kind):
    about = replace(SHOP, bought=kind)
    assert list(rules.respondent_faults(about, competence.REPORT)) == []
    assert [fault.field for fault in rules.respondent_faults(about)] == ["respondent.bought"]


def test_what_has_to_be_said_is_said_in_reason():
    assert rules.check_said("reason", "  经营地在吴中 ") == "经营地在吴中"
    for words in ("", "   ", "长" * 1001):
        with pytest.raises(RuleBroken, match="reason"):
            rules.check_said("reason", words)


def test_a_designation_charges_another_bureaus_days_only_where_the_case_moved():
    def days(**designated):
        happened = [
            Happened(1, "file", at("2026-07-20").now(), {"bureau": "gusu", "received_on": "2026-07-20"}),
            Happened(2, "designate", at("2026-07-22").now(), designated),
        ]
        return ledger(happened, at("2026-07-24").today()).totals

    assert (days()["bureau"], days()["other_bureau"]) == (5, 0)
    assert (days(to="wuzhong")["bureau"], days(to="wuzhong")["other_bureau"]) == (2, 3)
