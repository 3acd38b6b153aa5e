from __future__ import annotations

import pytest
from hypothesis import given

from app.views import hours, promises, schema_org
from merchants.models import Promise, Store
from merchants.promise import PromiseTerms
from tests.support.promises import TERMS

PLAIN = PromiseTerms(days=7, categories=("goods.clothing",))


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(terms=TERMS)
def test_every_promise_can_be_said_in_both_languages(lang, terms):
    said = promises.lines(terms, lang)
    assert str(terms.days) in said[0]
    assert all(line.strip() and "{" not in line for line in said)
    assert len(set(said)) == len(said)


def test_what_a_buyer_asks_first_comes_first():
    said = promises.lines(PLAIN, "zh")
    assert "7 天内可以无理由退货" in said[0]
    assert "在本店办理" in said
    assert "收到退货后 48 小时内按原路退款" in said
    assert promises.short(PLAIN, "zh")[0] == "收货后 7 天内无理由退货"


def test_reach_and_refund_on_the_spot_are_said():
    wide = PromiseTerms(days=30, categories=("goods.food",), refund_hours=0, cross_store=True, cross_city=True)
    said = " ".join(promises.lines(wide, "zh"))
    assert "当场退款" in said
    assert "苏州、上海两地本品牌承诺门店都可以退" in said
    assert "在本店办理" not in said


def test_an_exclusion_that_needs_the_buyers_word_says_so():
    some = PromiseTerms(days=7, categories=("goods.telecom",), exclusions=("activated",))
    none = PromiseTerms(days=7, categories=("goods.telecom",), exclusions=())
    assert "需要消费者确认的，购买时由消费者确认" in promises.lines(some, "zh")
    assert not [line for line in promises.lines(none, "zh") if "不适用" in line]


def test_days_with_the_same_hours_are_told_together():
    week = {day: [["10:00", "22:00"]] for day in ("mon", "tue", "wed")} | {
        "sat": [["09:00", "12:00"], ["13:00", "20:00"]]
    }
    assert hours.lines(week, "zh") == [
        ("周一至周三", "10:00–22:00"),
        ("周四至周五", "休息"),
        ("周六", "09:00–12:00 13:00–20:00"),
        ("周日", "休息"),
    ]


@pytest.mark.parametrize(
    "odd", [{}, {"mon": "10-22"}, {"mon": [["10:00"]]}, {"mon": [[1, 2]]}, {"noday": []}, {"mon": None}]
)
def test_hours_that_nobody_can_read_are_left_out(odd):
    assert hours.lines(odd, "zh") == []


def test_a_store_is_described_in_the_words_of_schema_org():
    store = Store(name="平江店", brand="平江", address="平江路1号", lon=120.62, lat=31.31)
    version = Promise(terms=PromiseTerms(days=15, categories=("goods.food",), freight="store").facts())
    told = schema_org.store(store, "平江有限公司", version, "http://example.invalid/stores/1")
    policy = told["hasMerchantReturnPolicy"]
    assert told["@type"] == "Store"
    assert policy["@type"] == "MerchantReturnPolicy"
    assert policy["merchantReturnDays"] == 15
    assert policy["returnFees"] == "https://schema.org/FreeReturn"
    assert policy["returnPolicyCategory"] == "https://schema.org/MerchantReturnFiniteReturnWindow"
    without = schema_org.store(Store(name="x", brand="x", address="x"), "x", None, "x")
    assert not {"geo", "hasMerchantReturnPolicy"} & set(without)
