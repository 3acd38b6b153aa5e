"""A session from its notice to its record; blind bids on two phones; a consumer council with an account of its own."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from seeds.people import council_id
from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.doors import WAIT_SECONDS
from tests.journeys.test_afterwards import Case, callers
from tests.journeys.test_every_page import SMALL, sound
from workflows.time.clock import SHANGHAI, SystemClock


@pytest.fixture(scope="module")
def signed_in(site):
    """Signed in once for all: a one-time code is good once, and too many tries are slowed down."""
    return callers(site.url)


@pytest.fixture
def mediating(site, doors, signed_in) -> Case:
    """A complaint in mediation, about the shop with a plaque."""
    case = Case(site.url, doors[0].store, signed_in)
    case.step("officer.gusu", "accept")
    case.step("officer.gusu", "told", by="phone")
    case.step("lin.demo", "consent", side="complainant")
    case.step("shop.suzhou", "consent", side="respondent")
    case.step("officer.gusu", "open_mediation")
    return case


OFFICIALS = {"record": "officer.gusu", "bids": "head.gusu", "council": "chief.suzhou"}
"""Who is at the desk in which test: a one-time code is good once, and the account that signs in by API used some."""


@pytest.fixture
def rooms(opened, request):
    """The consumer on a phone, the firm on a phone, an officer at a desk."""
    login = next(who for part, who in OFFICIALS.items() if part in request.node.name)
    consumer, firm, officer = opened(PHONE), opened(PHONE), opened(DESK)
    consumer.goto("/sign-in")
    sign_in_by_phone(consumer, "13900000001")
    consumer.wait_for_url("**/my/")
    sign_in_staff(firm, "shop.suzhou", code=False)
    sign_in_staff(officer, login, code=True)
    return consumer, firm, officer


def sheet(page, words):
    """Open the form of a step."""
    found = page.locator("details.step").filter(has=page.locator("summary", has_text=words)).first
    if found.get_attribute("open") is None:
        found.locator("summary").first.click()
    return found


def today(days=0):
    return str(SystemClock().now().astimezone(SHANGHAI).date() + timedelta(days=days))


def plan(page, mode, day, hour, place):
    form = sheet(page, "安排调解")
    form.get_by_label("方式").select_option(mode)
    form.get_by_label("日期").fill(day)
    form.get_by_label("时间").fill(hour)
    form.get_by_label("地点、链接或电话").fill(place)
    form.get_by_label("调解人员").fill("顾经办")
    form.get_by_role("button", name="安排调解").click()
    page.wait_for_load_state()


def until(page, address, words):
    """Look again until the worker has done its part."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        page.goto(address)
        if words in page.inner_text("main"):
            return
        time.sleep(1)
    raise AssertionError(f"{words} never came")


def test_a_session_from_its_notice_to_its_record(mediating, rooms, shot):
    consumer, firm, officer = rooms
    case, number = mediating.shown["id"], mediating.shown["number"]
    officer.goto(f"/officer/complaints/{case}/mediation")
    shot(officer, "mediation-officer-empty")
    plan(officer, "site", today(3), "14:00", "姑苏区某路1号二楼调解室")
    plan(officer, "phone", today(), "00:01", "电话 0512-00000000")
    sound(officer, f"/officer/complaints/{case}/mediation")
    until(consumer, "/my/notices", "二楼调解室")
    shot(consumer, "mediation-notices-phone")
    sound(consumer, f"/my/complaints/{case}/mediation")
    shot(consumer, "mediation-consumer-phone")
    with consumer.expect_download() as download:
        consumer.get_by_role("link", name="加入手机日历").first.click()
    assert download.value.suggested_filename == "session.ics"
    form = sheet(officer, "填写调解记录")
    form.get_by_label("调解记录", exact=False).fill("双方电话各自陈述,商家愿意退一部分。")
    form.get_by_role("button", name="填写调解记录").click()
    officer.wait_for_load_state()
    assert "继续谈" in officer.inner_text("#sessions")
    for size, name in ((DESK, "desk"), (PHONE, "phone"), (SMALL, "small")):
        officer.set_viewport_size(size)
        sound(officer, f"/officer/sessions/?day={today(3)}")
        assert number in officer.inner_text("main")
        shot(officer, f"sessions-{name}")
        sound(officer, f"/officer/complaints/{case}/mediation")
        shot(officer, f"mediation-officer-{name}")
    sound(firm, f"/merchant/complaints/{case}/mediation")
    firm.goto(f"/merchant/complaints/{case}")
    assert "商家愿意退一部分" in firm.inner_text("main")


def test_blind_bids_on_two_phones(mediating, rooms, shot):
    consumer, firm, officer = rooms
    case = mediating.shown["id"]
    mine, theirs = f"/my/complaints/{case}/mediation", f"/merchant/complaints/{case}/mediation"
    for page, address, label, limit in (
        (consumer, mine, "最少要收到多少", "212.34"), (firm, theirs, "最多愿意付多少", "345.67"),
    ):  # fmt: skip
        page.goto(address)
        form = sheet(page, "交暗标")
        form.get_by_label(label).fill(limit)
        shot(page, f"bid-{page is consumer}")
        form.get_by_role("button", name="交暗标").click()
        page.wait_for_load_state()
        assert limit not in page.inner_text("main")
    until(consumer, mine, "这只是建议")
    sound(consumer, mine)
    shot(consumer, "proposal-phone")
    proposed = re.search(r"¥(\d+\.\d\d),?，?由商家", consumer.inner_text("#proposal"))
    assert 212.34 <= float(proposed[1]) <= 345.67
    officer.goto(f"/officer/complaints/{case}/mediation")
    for secret in ("212.34", "345.67", proposed[1]):
        assert secret not in officer.content()
    assert "345.67" not in consumer.content()
    for page, address in ((consumer, mine), (firm, theirs)):
        page.goto(address)
        page.get_by_label("我看过上面的金额和法律规定").check()
        page.get_by_role("button", name="确认这个方案").click()
        page.wait_for_load_state()
    officer.goto(f"/officer/complaints/{case}/mediation")
    assert "双方已经谈定" in officer.inner_text("main")
    dark = consumer.context.browser.new_context(
        viewport=PHONE, base_url=consumer.url.split("/my")[0], color_scheme="dark",
        storage_state=consumer.context.storage_state(),
    ).new_page()  # fmt: skip
    sound(dark, f"{mine}?lang=en")
    shot(dark, "mediation-consumer-dark-en")
    dark.context.close()


def test_a_consumer_council_with_an_account_of_its_own(mediating, rooms, opened, shot):
    consumer, firm, officer = rooms
    case, number = mediating.shown["id"], mediating.shown["number"]
    mediating.step("officer.gusu", "ask_entrust", organisation=str(council_id("3205")), until=today(20))
    for page, portal in ((consumer, "my"), (firm, "merchant")):
        page.goto(f"/{portal}/complaints/{case}/mediation")
        shot(page, f"entrust-{portal}")
        page.get_by_role("button", name="同意委托调解").click()
        page.wait_for_load_state()
    officer.goto(f"/officer/complaints/{case}/mediation")
    officer.get_by_role("button", name="委托给它").click()
    officer.wait_for_load_state()
    council = opened(PHONE)
    sign_in_staff(council, "council.suzhou", code=True)
    assert council.url.endswith("/council/")
    sound(council, "/council/")
    shot(council, "council-home-phone")
    council.get_by_role("link", name=number).first.click()
    council.wait_for_load_state()
    assert "林样例" not in council.content()
    plan(council, "phone", today(), "00:02", "电话")
    sound(council, council.url)
    shot(council, "council-case-phone")
    form = sheet(council, "填写调解记录")
    form.get_by_label("结果").select_option("agreed")
    form.get_by_label("调解记录", exact=False).fill("双方同意退款。")
    form.get_by_role("button", name="填写调解记录").click()
    council.wait_for_load_state()
    council.set_viewport_size(DESK)
    shot(council, "council-case-desk")
    form = sheet(council, "交回市场监管局")
    form.get_by_label("理由").fill("谈成了。")
    form.get_by_role("button", name="交回市场监管局").click()
    council.wait_for_load_state()
    assert "现在没有受托的投诉" in council.inner_text("main")
    shot(council, "council-empty-desk")
    assert council.goto(f"/council/complaints/{case}").status == 404
