"""A stranger with a phone: finds a shop that promises, and tells a real plaque from a fake one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.conftest import DESK, PHONE
from workflows.time.clock import SystemClock

FORGED = "SZP260720-AAAA-AAAA-A"


@pytest.fixture
def phone(opened):
    return opened(PHONE)


def check(page, number: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="查验标牌").first.click()
    page.get_by_label("标牌编号").fill(number)
    page.get_by_role("button", name="查验").click()


def test_a_stranger_tells_a_real_plaque_from_a_removed_and_a_forged_one(phone, doors, shot):
    real, gone = doors
    check(phone, real.plaque.lower().replace("-", " "))
    assert phone.get_by_role("heading", name="承诺有效").is_visible()
    assert phone.locator(".verdict.good").count() == 1
    assert phone.get_by_text(real.name).is_visible()
    assert phone.get_by_text("15 天内可以无理由退货").is_visible()
    shot(phone, "verify-good-phone")

    check(phone, gone.plaque)
    assert phone.locator(".verdict.bad").count() == 1
    assert phone.get_by_role("heading", name="已摘牌").is_visible()
    assert phone.get_by_text("此前买的商品不受影响").is_visible()
    shot(phone, "verify-removed-phone")

    check(phone, FORGED)
    assert phone.locator(".verdict.bad").count() == 1
    assert phone.get_by_role("heading", name="号码有误").is_visible()
    shot(phone, "verify-forged-phone")


def test_the_code_on_the_plaque_opens_its_page_and_a_past_day_tells_what_held_then(phone, doors):
    real, _ = doors
    today = SystemClock().today()
    phone.goto(f"/verify/{real.plaque}")
    phone.get_by_label("购买日期").fill(str(today))
    phone.get_by_role("button", name="查看").click()
    assert "第 1 版" in phone.locator("#then").inner_text()
    phone.get_by_label("购买日期").fill(str(today - timedelta(days=1)))
    phone.get_by_role("button", name="查看").click()
    assert "没有有效的承诺" in phone.locator("#then").inner_text()


def test_a_shop_is_found_by_district_by_word_and_on_the_map(phone, doors, shot):
    real, gone = doors
    phone.goto("/stores")
    phone.get_by_role("link", name="姑苏区").first.click()
    assert phone.get_by_role("link", name=real.name).first.is_visible()
    assert phone.get_by_role("link", name=gone.name).count() == 0
    shot(phone, "stores-district-phone")

    phone.goto("/stores")
    phone.get_by_label("店名、品牌或地址").fill("观前丝绸")
    phone.wait_for_url("**q=*")
    phone.get_by_text("找到 1 家").wait_for()
    assert phone.locator("#found h3").all_inner_texts() == [real.name]

    phone.locator("svg .pin").first.click()
    assert phone.url.endswith("#store-1")
    phone.get_by_role("link", name=real.name, exact=True).click()
    assert phone.get_by_text("今天的承诺").is_visible()
    assert "MerchantReturnPolicy" in phone.locator("script[type='application/ld+json']").inner_text()
    shot(phone, "shop-phone")


def test_whoever_gives_their_place_sees_what_is_near(opened, doors, shot):
    real, _ = doors
    page = opened(PHONE, geolocation={"longitude": 120.6221, "latitude": 31.3112}, permissions=["geolocation"])
    page.goto("/stores")
    page.get_by_role("button", name="用我的位置").click()
    page.wait_for_url("**near=*")
    first = page.locator("ol.stores li").first
    assert real.name in first.inner_text()
    assert "米" in first.inner_text()
    assert page.locator("svg .you").count() == 1
    shot(page, "stores-near-phone")


def test_whoever_gives_no_place_is_told_what_to_do_instead(phone):
    phone.goto("/stores")
    phone.get_by_role("button", name="用我的位置").click()
    phone.get_by_text("没能取得位置").wait_for()


def test_filters_and_map_work_without_script(opened, doors):
    real, _ = doors
    page = opened(DESK, java_script_enabled=False)
    page.goto("/stores")
    page.get_by_label("店名、品牌或地址").fill("观前丝绸")
    page.get_by_label("区县", exact=True).select_option("320508")
    page.get_by_role("button", name="查找").click()
    assert page.locator("#found h3").all_inner_texts() == [real.name]
    assert page.locator("svg .pin").count() == 1
    assert page.get_by_role("button", name="用我的位置").count() == 0
