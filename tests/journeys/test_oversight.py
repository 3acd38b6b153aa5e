"""Oversight in a real browser: a head approves on a phone, a run over a cluster, an order from the city to a bureau."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import requests

from tests.journeys import doors
from tests.journeys.conftest import DESK, PHONE, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound
from tests.journeys.test_reports import STORY
from workflows.time.clock import SystemClock

WHY = "需要到外地核实进货渠道"
GYM = "一夜关门健身房"


@pytest.fixture(scope="module")
def gym(site):
    """A gym that shut overnight: complaints about one firm that nobody has registered."""
    api = f"{site.url}/api/v1"
    token = doors.token(site.url, "lin.demo")
    numbers = []
    for n in range(4):
        body = {
            "complainant": {"name": "林试样", "address": "苏州市姑苏区平江路9号"},
            "respondent": {"name": GYM, "address": "苏州市姑苏区观前街66号"},
            "category": "service.culture_sport",
            "problem": "contract",
            "requests": ["refund"],
            "facts": {
                "happened_on": "2026-06-01",
                "place": "观前街66号",
                "amount_fen": 120000 + n * 5000,
                "narrative": f"年卡还剩{n + 3}个月，门店突然关门，电话无人接听。",
            },
            "consents": {"publish": False, "entrust_mediation": False},
        }
        headers = {"Authorization": f"Bearer {token}"}
        filed = requests.post(f"{api}/complaints", json=body, headers=headers, timeout=10)
        assert filed.status_code == 201, filed.text
        numbers.append(filed.json()["number"])
    return numbers


def test_a_head_approves_on_a_phone_what_an_officer_asked_for(opened, shot):
    reporter = opened(PHONE)
    reporter.goto("/reports/new")
    for label, words in STORY.items():
        reporter.get_by_label(re.compile(f"^{label}")).fill(words)
    reporter.get_by_role("button", name="提交举报").click()
    number = reporter.locator(".secret-code dd").first.inner_text()
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/reports/")
    desk.get_by_role("link", name=number).click()
    at_report = desk.url
    desk.get_by_text("提请延长15个工作日").first.click()
    desk.get_by_label("理由").locator("visible=true").fill(WHY)
    desk.get_by_role("button", name="提请延长15个工作日").click()
    phone = opened(PHONE)
    sign_in_staff(phone, "head.gusu", code=True)
    sound(phone, "/officer/oversight/")
    card = phone.locator("article").filter(has_text=number)
    assert card.get_by_text(WHY).count() == 1
    shot(phone, "oversight-inbox-phone")
    phone.set_viewport_size(SMALL)
    sound(phone, "/officer/oversight/")
    phone.set_viewport_size(PHONE)
    phone.get_by_text("指定代理人").first.click()
    phone.get_by_label("到（含当天）").fill(str(SystemClock().today() + timedelta(days=2)))
    shot(phone, "oversight-deputy-phone")
    phone.get_by_role("button", name="指定代理人").click()
    assert phone.get_by_text("代理 顾局长").count() == 1
    phone.get_by_role("button", name="终止代理").click()
    card.get_by_role("button", name="批准", exact=True).click()
    phone.wait_for_load_state()
    assert phone.locator("article").filter(has_text=number).count() == 0
    desk.goto(at_report)
    assert desk.get_by_text("经批准延长15个工作日").count() == 1


def test_like_complaints_are_accepted_together_and_each_is_told_by_its_own_document(opened, shot, gym):
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/oversight/clusters/")
    desk.get_by_label("在本局在办投诉里找").fill(GYM)
    desk.get_by_role("button", name="查找").click()
    assert all(desk.get_by_role("link", name=number).count() == 1 for number in gym)
    sound(desk, desk.url)
    shot(desk, "oversight-cluster-desk")
    desk.set_viewport_size(PHONE)
    sound(desk, desk.url)
    shot(desk, "oversight-cluster-phone")
    desk.set_viewport_size(DESK)
    desk.get_by_role("button", name="受理并告知").click()
    desk.wait_for_selector("text=办好 4 件", timeout=60000)
    shot(desk, "oversight-cluster-done-desk")
    desk.goto("/officer/oversight/clusters/")
    desk.get_by_label("在本局在办投诉里找").fill(GYM)
    desk.get_by_label("要办的事").select_option(label="终止调解并告知")
    desk.get_by_role("button", name="查找").click()
    shot(desk, "oversight-cluster-end-desk")
    desk.get_by_role("link", name=gym[0]).click()
    assert desk.get_by_text("送达了文书").count() == 1


def test_the_citys_chief_sees_all_bureaus_and_orders_one_which_answers(opened, shot, gym):
    chief = opened(DESK)
    sign_in_staff(chief, "chief.suzhou", code=True)
    sound(chief, "/officer/oversight/workload")
    shot(chief, "oversight-workload-desk")
    chief.goto("/officer/oversight/orders/new")
    chief.get_by_label("办理单位").select_option(label="苏州市姑苏区市场监督管理局")
    chief.get_by_label("要求").fill("请三日内说明健身房积压件的处理安排。")
    chief.get_by_label("答复期限").fill(str(SystemClock().today() + timedelta(days=3)))
    shot(chief, "oversight-order-new-desk")
    chief.get_by_role("button", name="下达督办单").click()
    at_order = chief.url
    sound(chief, at_order)
    below = opened(PHONE, color_scheme="dark")
    sign_in_staff(below, "officer.gusu", code=True)
    below.goto("/officer/oversight/orders/")
    sound(below, below.url)
    below.goto(at_order)
    below.get_by_label("办理情况").fill("已逐件受理，今天约谈企业。")
    below.get_by_role("button", name="答复").click()
    shot(below, "oversight-order-phone-dark")
    sound(below, at_order)
    chief.goto(at_order)
    chief.get_by_label("审核意见").fill("安排妥当。")
    shot(chief, "oversight-order-desk")
    chief.get_by_role("button", name="销号").click()
    assert chief.get_by_text("已销号").count() >= 1


def test_a_firm_is_asked_to_a_talk_and_reads_it_on_a_phone(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/")
    links = desk.locator("tbody td.number a")
    for n in range(links.count()):
        desk.goto("/officer/")
        links.nth(n).click()
        if desk.get_by_text("约谈这家企业").count():
            break
    at_case = desk.url
    desk.get_by_text("约谈这家企业").click()
    desk.get_by_label("约谈事由").fill("一周内多件同类投诉，请说明原因并改进。")
    desk.get_by_label("日期").fill(str(SystemClock().today() + timedelta(days=3)))
    desk.get_by_label("地点").fill("二楼约谈室")
    sound(desk, desk.url)
    shot(desk, "oversight-talk-new-desk")
    desk.get_by_label("约谈事由").fill("一周内多件同类投诉，请说明原因并改进。")
    desk.get_by_label("日期").fill(str(SystemClock().today() + timedelta(days=3)))
    desk.get_by_label("地点").fill("二楼约谈室")
    desk.get_by_role("button", name="发出约谈通知").click()
    sound(desk, desk.url)
    shot(desk, "oversight-talk-desk")
    case = at_case.rpartition("/")[2]
    sound(desk, f"/officer/oversight/challenges/complaints/{case}")
    shot(desk, "oversight-challenges-desk")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="下载证据包").click()
    assert download.value.suggested_filename.endswith(".zip")
