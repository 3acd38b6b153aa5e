"""A report's life in a real browser: filed without a name on a phone, followed with a code, verified at a desk."""

from __future__ import annotations

import re

import pytest

from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound

STORY = {
    "举报谁": "试样烟酒店",
    "地址": "苏州市姑苏区观前街88号",
    "发现了什么": "货架上的酒没有生产日期，店员说是内部渠道。",
    "有什么依据": "上周三下午亲眼所见，拍了照片。",
}


@pytest.fixture
def secret(opened, shot):
    """An anonymous report filed on a phone without JavaScript: its number and its code."""
    page = opened(PHONE, java_script_enabled=False)
    page.goto("/reports/new")
    shot(page, "report-new-phone")
    for label, words in STORY.items():
        page.get_by_label(re.compile(f"^{label}")).fill(words)
    page.get_by_role("button", name="提交举报").click()
    shot(page, "report-filed-phone")
    number, code = page.locator(".secret-code dd").all_inner_texts()
    return number, code


def follow(page, secret):
    page.goto("/reports/follow")
    page.get_by_label("举报编号").fill(secret[0])
    page.get_by_label("跟进密码").fill(secret[1])
    page.get_by_role("button", name="查看").click()


def test_a_report_without_a_name_is_followed_on_a_phone_and_verified_at_a_desk(opened, shot, secret):
    phone = opened(PHONE, java_script_enabled=False)
    follow(phone, secret)
    shot(phone, "report-followed-phone")
    phone.get_by_label("补充说明").fill("昨天又进了一批")
    phone.get_by_role("button", name="提交补充").click()
    assert phone.get_by_text("已收到").count() == 1
    shot(phone, "report-added-phone")
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    sound(desk, "/officer/reports/")
    shot(desk, "reports-desk")
    desk.get_by_role("link", name=secret[0]).click()
    address = desk.url
    desk.get_by_text("提请延长15个工作日").first.click()
    desk.get_by_label("理由").locator("visible=true").fill("需要到外地核实进货渠道")
    desk.get_by_role("button", name="提请延长15个工作日").click()
    desk.get_by_text("发协助调查函").first.click()
    desk.get_by_label("哪个部门").locator("visible=true").fill("上海市黄浦区市场监督管理局")
    desk.get_by_label("请对方协助什么").fill("请协助核实供货商")
    desk.get_by_role("button", name="发协助调查函").click()
    for size, name in ((DESK, "desk"), (PHONE, "phone"), (SMALL, "small")):
        desk.set_viewport_size(size)
        sound(desk, address)
        shot(desk, f"report-{name}")
    head = opened(DESK, color_scheme="dark")
    sign_in_staff(head, "head.gusu", code=True)
    sound(head, "/officer/reports/")
    shot(head, "reports-head-dark")
    head.get_by_role("link", name=secret[0]).click()
    shot(head, "report-head-dark")
    head.get_by_text("批准延长", exact=True).first.click()
    head.get_by_role("button", name="批准延长", exact=True).click()
    assert head.get_by_text("经批准延长15个工作日").count() == 1


def test_the_public_pages_of_reports_are_sound_at_every_size(opened, shot, secret):
    for size, label in ((PHONE, "phone"), (DESK, "desk"), (SMALL, "small")):
        page = opened(size, color_scheme="dark")
        for address in ("/reports/new", "/reports/follow", "/reports/new?lang=en", "/reports/follow?lang=en"):
            sound(page, address)
        shot(page, f"report-follow-{label}-dark")


def test_a_named_reporter_reads_his_own_report_and_an_officer_finds_a_lead(opened, shot):
    page = opened(PHONE)
    page.goto("/sign-in")
    sign_in_by_phone(page, "13900000002")
    page.wait_for_url("**/my/")
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/")
    desk.locator("tbody a").first.click()
    desk.get_by_role("link", name="发现违法线索").click()
    for size in (DESK, SMALL):
        desk.set_viewport_size(size)
        sound(desk, desk.url)
    desk.set_viewport_size(DESK)
    shot(desk, "report-lead-desk")
    desk.get_by_label("线索").first.fill("后厨没有食品经营许可证，店主当场承认。")
    desk.locator("#basis").fill("调解时店主承认，现场照片。")
    desk.get_by_role("button", name="登记线索").click()
    sound(desk, desk.url)
    shot(desk, "report-of-lead-desk")
