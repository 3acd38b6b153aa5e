"""Who is competent, in a browser: a consumer at a counter and on a platform, an officer, the other city, a superior."""

from __future__ import annotations

import requests

from tests.journeys import doors
from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound
from tests.journeys.test_main_job import act
from workflows.time.clock import SystemClock

STORY = "丝巾买回家发现抽丝，柜台不肯退换，要求退款。"


def looks(page, shot, address: str, name: str) -> None:
    """A page at three sizes, sound each time."""
    for size, label in ((SMALL, "small"), (PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        sound(page, address)
        shot(page, f"competence-{name}-{label}")


def filed(site, respondent: dict) -> str:
    """A complaint of the demo's consumer; its id."""
    api, today = f"{site.url}/api/v1", str(SystemClock().today())
    token = doors.token(site.url, "lin.demo")
    filing = {
        "complainant": {"name": "林晓样", "address": "苏州市姑苏区样板路8号"},
        "respondent": respondent,
        "category": "goods.clothing",
        "problem": "quality",
        "requests": ["refund"],
        "facts": {"happened_on": today, "place": "一楼", "amount_fen": 29900, "narrative": STORY},
        "consents": {"publish": False, "entrust_mediation": False},
    }
    made = requests.post(f"{api}/complaints", json=filing, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def test_a_consumer_finds_the_counter_by_the_mall_on_the_receipt_and_reads_why_this_bureau(opened, shot):
    page = opened(PHONE)
    page.goto("/sign-in")
    sign_in_by_phone(page, "13900000001")
    page.wait_for_url("**/my/")
    looks(page, shot, "/my/complaints/new/who?q=姑苏样板百货", "who")
    page.get_by_role("button", name="选这家 姑苏样板百货").click()
    page.wait_for_selector("text=就是要投诉商场本身")
    shot(page, "competence-mall-phone")
    page.get_by_label("商家名称").fill("一楼丝巾专柜")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/what")
    page.locator("label[for=category-2]").click()
    page.locator("label[for=problem-1]").click()
    page.locator("label[for=requests-6]").click()
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/facts")
    page.locator("[name=happened_on]").fill(str(SystemClock().today()))
    page.locator("[name=place]").fill("姑苏样板百货一楼")
    page.locator("[name=amount]").fill("299")
    page.locator("[name=narrative]").fill(STORY)
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/you")
    page.locator("[name=your_name]").fill("林晓样")
    page.locator("[name=your_address]").fill("苏州市姑苏区样板路8号")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/check")
    assert "姑苏样板百货" in page.locator("main").inner_text()
    shot(page, "competence-check-phone")
    page.locator("main form button.button").last.click()
    page.wait_for_selector("[data-number]")
    words = page.locator("main").inner_text()
    assert "为什么由这个局处理" in words
    assert "这家店就开在苏州市姑苏区市场监督管理局管的地方" in words
    looks(page, shot, page.url.partition("?")[0], "why")


def test_an_officer_declines_what_is_another_bureaus_and_asks_the_other_city_for_help(opened, shot, site):
    shop = {
        "name": "样板旗舰店",
        "address": "苏州市姑苏区观前街1号",
        "platform": "样板网",
        "platform_address": "上海市黄浦区样板路1号",
        "bought": "platform_shop",
    }
    case = filed(site, shop)
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    looks(desk, shot, f"/officer/complaints/{case}", "case")
    panel = desk.locator(".competence").inner_text()
    assert "本局有处理权限" in panel
    assert "上海市黄浦区市场监督管理局" in panel
    act(
        desk,
        "请外地协助",
        district="310101",
        words="请查看平台住所地是否与公示一致。",
        given_on=str(SystemClock().today()),
    )
    desk.goto(f"/officer/complaints/{case}")
    assert "已提出" in desk.locator(".competence").inner_text()
    act(desk, "提出处理权限争议", district="310101", claim="theirs", reason="平台先收到同一投诉。")
    shot(desk, "competence-asked-desk")
    looks(desk, shot, "/officer/competence/", "board")
    looks(desk, shot, "/officer/competence/agreements", "agreements")
    the_other_city(opened, shot, case)
    desk.goto(f"/officer/complaints/{case}")
    words = desk.locator(".competence").inner_text()
    assert "门店与公示一致。" in words
    assert "协商一致：由上海市黄浦区市场监督管理局处理" in words
    assert "没有规定允许直接移交外省市" in words
    looks(desk, shot, f"/officer/complaints/{case}", "agreed")
    dark = opened(DESK, storage_state=desk.context.storage_state(), color_scheme="dark")
    for address, name in ((f"/officer/complaints/{case}", "case"), ("/officer/competence/", "board")):
        sound(dark, address)
        shot(dark, f"competence-{name}-dark")
    consumer_reads(opened, shot, case)


def the_other_city(opened, shot, case: str) -> None:
    """Huangpu sees the request and the dispute, never the case; it answers both."""
    far = opened(DESK)
    sign_in_staff(far, "officer.huangpu", code=True)
    assert far.goto(f"/officer/complaints/{case}").status == 404
    looks(far, shot, "/officer/competence/", "far-board")
    assert "林" not in far.locator("main").inner_text()
    far.get_by_role("button", name="签收").first.click()
    far.wait_for_load_state()
    far.locator("details summary", has_text="答复").first.click()
    far.locator("details[open] [name=words]").fill("门店与公示一致。")
    far.get_by_role("button", name="提交答复").first.click()
    far.wait_for_load_state()
    far.get_by_role("button", name="同意对方意见", exact=True).first.click()
    far.wait_for_load_state()
    assert "已答复" in far.locator("main").inner_text()
    assert far.goto(f"/officer/complaints/{case}").status == 404


def consumer_reads(opened, shot, case: str) -> None:
    """The consumer reads that it is help and no re-assignment."""
    page = opened(PHONE)
    page.goto("/sign-in")
    sign_in_by_phone(page, "13900000001")
    page.wait_for_url("**/my/")
    page.goto(f"/my/complaints/{case}")
    assert "这是帮忙，不是转走" in page.locator("main").inner_text()
    shot(page, "competence-consumer-help-phone")


def test_a_case_goes_up_and_a_supervisor_registers_an_agreement(opened, shot, site):
    case = filed(site, {"name": "样板连锁店", "address": "苏州市姑苏区观前街1号"})
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto(f"/officer/complaints/{case}")
    act(desk, "报请上级处理", reason="涉及全市多家门店。")
    chief = opened(DESK)
    sign_in_staff(chief, "chief.suzhou", code=True)
    looks(chief, shot, "/officer/competence/", "chief-board")
    chief.goto(f"/officer/complaints/{case}")
    act(chief, "提级处理", reason="同意提级。")
    chief.goto(f"/officer/complaints/{case}")
    assert "苏州市市场监督管理局" in chief.locator("main").inner_text()
    assert "上级局：提级后处理" in chief.locator(".competence").inner_text()
    looks(chief, shot, "/officer/competence/agreements", "register")
    chief.get_by_role("button", name="登记", exact=True).click()
    chief.locator("#name").fill("试样协作备忘录（演示）")
    chief.locator("#number").fill("演示〔2026〕2号")
    chief.locator("#parties").select_option(label=["苏州市市场监督管理局", "上海市市场监督管理局"])
    chief.locator("label[for=item-visit_site]").click()
    chief.locator("#duties").fill("演示文字。")
    chief.locator("#tracking").fill("演示文字。")
    chief.get_by_role("button", name="登记", exact=True).click()
    chief.wait_for_selector("h2:has-text('试样协作备忘录（演示）')")
    shot(chief, "competence-registered-desk")
