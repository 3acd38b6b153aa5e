"""After an agreement: whose days it took, whether it was kept, a rating from a message, and the bureau's call back."""

from __future__ import annotations

import re
import time

import pytest

from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.doors import WAIT_SECONDS, Caller
from tests.journeys.test_every_page import SMALL, sound

LINK = re.compile(r"https?://\S+(/rate/[\w-]{22})")


def callers(url: str) -> dict[str, Caller]:
    """The consumer, the firm and the officer, signed in by API."""
    return {who: Caller(url, who) for who in ("lin.demo", "shop.suzhou", "officer.gusu")}


class Case:
    """A complaint by lin.demo about the shop with a plaque, and the steps of its people."""

    def __init__(self, url: str, store: str, people: dict[str, Caller] | None = None) -> None:
        self.people = people or callers(url)
        filed = {
            "complainant": {"name": "林样例", "address": "苏州市姑苏区平江路9号"},
            "respondent": {"store_id": store},
            "category": "goods.clothing",
            "problem": "quality",
            "requests": ["refund"],
            "facts": {
                "happened_on": "2026-06-01", "place": "观前街", "amount_fen": 39900, "narrative": "外套洗一次就脱线。",
            },
            "consents": {"publish": True, "entrust_mediation": False},
        }  # fmt: skip
        self.shown = self.people["lin.demo"].call("POST", "/complaints", filed)

    def step(self, who: str, verb: str, **values) -> None:
        path = f"/complaints/{self.shown['id']}"
        version = self.people[who].call("GET", path)["version"]
        self.shown = self.people[who].call("POST", f"{path}/{verb}", values, version)


@pytest.fixture
def closed(site, doors) -> Case:
    """An agreement of 399 yuan, closed, that the firm says it has kept."""
    case = Case(site.url, doors[0].store)
    case.step("officer.gusu", "accept")
    case.step("officer.gusu", "told", by="phone")
    case.step("lin.demo", "consent", side="complainant")
    case.step("shop.suzhou", "consent", side="respondent")
    case.step("officer.gusu", "open_mediation")
    case.step("officer.gusu", "settle", amount_fen=39900)
    case.step("officer.gusu", "close")
    case.step("shop.suzhou", "perform", amount_fen=39900)
    return case


def link_of(page, number: str) -> str:
    """The link in the message of the closing, as it lies on the demo's telephone."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        page.goto("/demo/messages")
        for words in page.locator("[data-message]").all_inner_texts():
            if number in words and (found := LINK.search(words)):
                return found[1]
        time.sleep(1)
    raise AssertionError("no link was sent")


def test_after_an_agreement(closed, opened, shot):
    number, case = closed.shown["number"], closed.shown["id"]
    phone = opened(PHONE)
    link = link_of(phone, number)
    for size, name in ((PHONE, "phone"), (DESK, "desk"), (SMALL, "small")):
        phone.set_viewport_size(size)
        sound(phone, link)
        shot(phone, f"rate-{name}")
    dark = opened(PHONE, color_scheme="dark")
    sound(dark, f"{link}?lang=en")
    shot(dark, "rate-phone-dark-en")

    plain = opened(PHONE, java_script_enabled=False)
    plain.goto(link)
    plain.locator("label:has([name=score][value='2'])").click()
    plain.get_by_label("没有落实").check()
    plain.get_by_role("button", name="提交").click()
    assert "已经收到您的回答" in plain.inner_text("main")
    sound(phone, link)
    shot(phone, "rate-thanks")
    sound(phone, "/rate/nothing-of-the-kind")

    consumer = opened(PHONE)
    consumer.goto("/sign-in")
    sign_in_by_phone(consumer, "13900000001")
    consumer.wait_for_url("**/my/")
    sound(consumer, f"/my/complaints/{case}")
    assert consumer.locator("svg.held-bar rect").count() >= 1
    shot(consumer, "after-consumer-phone")
    consumer.locator("details").filter(has=consumer.locator("summary", has_text="没有履行")).locator("summary").click()
    consumer.locator("form[action$='/deny'] button").click()
    consumer.wait_for_load_state()
    assert "消费者表示没有履行" in consumer.inner_text("main")

    firm = opened(DESK)
    sign_in_staff(firm, "shop.suzhou", code=False)
    sound(firm, f"/merchant/complaints/{case}")
    shot(firm, "after-firm-desk")

    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    called_back(desk, shot, number)
    sound(desk, f"/officer/complaints/{case}")
    assert "回访" in desk.inner_text("main")
    desk.locator(".held summary").click()
    shot(desk, "after-officer-desk")
    sound(desk, "/officer/measures")
    shot(desk, "after-measures-desk")


def called_back(desk, shot, number: str) -> None:
    """Two tasks, of the rating and of the denial: one is recorded in one touch."""
    until = time.monotonic() + WAIT_SECONDS
    tasks = desk.locator(".calls > li").filter(has_text=number)
    while desk.goto("/officer/return-visits/") and tasks.count() < 2:
        assert time.monotonic() < until, "no return visit was opened"
        time.sleep(1)
    desk.locator("#first").fill("2026-09-01")
    desk.locator("#percent").fill("20")
    desk.get_by_role("button", name="抽取").click()
    desk.wait_for_load_state()
    for size, name in ((DESK, "desk"), (PHONE, "phone"), (SMALL, "small")):
        desk.set_viewport_size(size)
        sound(desk, "/officer/return-visits/")
        shot(desk, f"return-visits-{name}")
    desk.set_viewport_size(DESK)
    before = tasks.count()  # the lot may have drawn this case too
    tasks.first.get_by_role("button", name="问题已解决").click()
    desk.wait_for_load_state()
    assert tasks.count() == before - 1
