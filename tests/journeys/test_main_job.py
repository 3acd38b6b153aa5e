"""The main job, as people do it: from the home page to a rating, and the officer's chart."""

from __future__ import annotations

import io
import time
from datetime import timedelta

from PIL import Image

from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.doors import WAIT_SECONDS
from workflows.time.clock import SystemClock


def photo() -> dict:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 180, 160)).save(picture, "JPEG")
    return {"name": "小票.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def act(page, verb: str, **fields: str) -> None:
    """Open a step's sheet, fill it in, send it."""
    sheet = page.locator("aside details").filter(has=page.locator("summary", has_text=verb)).first
    if sheet.get_attribute("open") is None:
        sheet.locator("summary").click()
    for name, value in fields.items():
        control = sheet.locator(f"[name={name}]").first
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(value)
        elif control.get_attribute("type") == "radio":
            sheet.locator(f"label:has([name={name}][value='{value}'])").click()
        else:
            control.fill(value)
    sheet.get_by_role("button").click()
    page.wait_for_load_state()


def file(phone, shot, today) -> str:
    """From the home page to a filed complaint; its id."""
    phone.goto("/")
    shot(phone, "home-phone")
    phone.get_by_role("link", name="提出投诉").click()
    phone.get_by_role("link", name="手机登录").click()
    shot(phone, "sign-in-phone")
    sign_in_by_phone(phone, "13900000001")
    phone.get_by_role("link", name="去投诉").click()

    phone.get_by_label("店名、品牌或地址").fill("平江衣坊姑苏")
    phone.get_by_role("button", name="查找").click()
    if phone.get_by_role("button", name="选这家").count() == 0:
        phone.get_by_label("商家名称").fill("平江衣坊演示店")
        phone.get_by_label("商家地址").fill("苏州市姑苏区样板路8号")
        phone.get_by_role("button", name="下一步").click()
    else:
        phone.get_by_role("button", name="选这家").first.click()
    phone.get_by_label("服装鞋帽").check()
    phone.get_by_label("质量", exact=True).check()
    phone.get_by_label("退货", exact=True).check()
    shot(phone, "file-what-phone")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("购买或发生日期").fill(str(today - timedelta(days=5)))
    phone.get_by_label("地点").fill("商场三楼")
    phone.get_by_label("涉及金额（元）").fill("399")
    phone.get_by_label("经过").fill("外套洗了一次就脱线,店员说不能退。")
    phone.get_by_label("照片或凭证").set_input_files([photo()])
    shot(phone, "file-facts-phone")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("姓名", exact=True).fill("林晓样")
    phone.get_by_label("通讯地址", exact=True).fill("苏州市姑苏区平江路9号")
    phone.get_by_label("同意公示投诉信息").check()
    shot(phone, "file-you-phone")
    phone.get_by_role("button", name="下一步").click()
    assert "小票.jpg" in phone.content()
    shot(phone, "file-check-phone")
    phone.get_by_role("button", name="确认提交").click()

    number = phone.locator("[data-number]").inner_text()
    assert number.startswith("SZ")
    phone.get_by_text("这天怎么算的？").first.click()
    assert phone.locator(".days li").count() >= 8
    shot(phone, "case-filed-phone")
    return phone.url.split("?")[0].rsplit("/", 1)[1]


def handle(desk, shot, case: str, today) -> None:
    """From the queue to a closed case."""
    sign_in_staff(desk, "officer.gusu", code=True)
    shot(desk, "queue-desk")
    desk.goto(f"/officer/complaints/{case}")
    assert "林**" in desk.locator("main").inner_text()
    assert "13900000001" not in desk.content()
    shot(desk, "case-desk")
    act(desk, "受理")
    act(desk, "登记告知", by="phone")
    act(desk, "登记同意调解", side="complainant")
    act(desk, "登记同意调解", side="respondent")
    act(desk, "开始调解")
    act(desk, "开始鉴定检测")
    act(desk, "鉴定检测完成")
    act(desk, "达成协议", amount_yuan="399", paid_on=str(today))
    act(desk, "办结")
    assert "已办结" in desk.locator("h1").inner_text()
    shot(desk, "case-closed-desk")


def test_a_complaint_from_the_home_page_to_the_officers_chart(opened, site, shot):
    today = SystemClock().today()
    site.command("measure", "--day", str(today), "--days", "3")  # what others rated today is counted before
    phone, desk = opened(PHONE), opened(DESK)
    case = file(phone, shot, today)
    handle(desk, shot, case, today)
    phone.goto(f"/my/complaints/{case}")
    number = phone.locator("h1").inner_text().split()[0]
    act(phone, "评价", score="5", comment="很快就解决了")
    assert "很满意" in phone.locator(".line").inner_text()
    assert phone.locator("aside summary").all_inner_texts() == ["确认已履行", "没有履行"]
    shot(phone, "case-closed-phone")
    told(phone, number)
    shot(phone, "notices-phone")

    before = ratings(desk)
    site.command("measure", "--day", str(today), "--days", "3")
    assert ratings(desk) == before + 1
    site.command("measure", "--day", str(today), "--days", "3")
    assert ratings(desk) == before + 1
    shot(desk, "measures-desk")


def told(phone, number: str) -> None:
    """Wait until the worker has told of the case; it works beside, and on a busy machine later."""
    until = time.monotonic() + WAIT_SECONDS
    while phone.goto("/my/notices") and number not in phone.content():
        assert time.monotonic() < until, "the worker never told of the case"
        time.sleep(0.5)


def ratings(desk) -> int:
    """How many ratings of the officer's own district the chart's table counts."""
    desk.goto("/officer/measures?days=30")
    desk.wait_for_selector("canvas")
    section = desk.locator("section").filter(has=desk.locator("h2", has_text="满意率"))
    rows = section.locator("tbody tr").filter(has_text="姑苏区")
    return int(rows.locator("td").nth(2).text_content()) if rows.count() else 0


def test_a_newcomer_without_script_files_and_follows(opened, shot):
    phone = opened(PHONE, java_script_enabled=False)
    phone.goto("/my/complaints/new/")
    phone.get_by_role("link", name="手机登录").click()
    sign_in_by_phone(phone, "13900000002")
    phone.goto("/my/complaints/new/who")
    phone.get_by_role("button", name="下一步").click()
    assert phone.locator(".error").count() == 2
    shot(phone, "file-who-errors-phone")
    phone.get_by_label("商家名称").fill("某某理发店")
    phone.get_by_label("商家地址").fill("上海黄浦南京东路")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("美容美发洗浴服务").check()
    phone.get_by_label("价格", exact=True).check()
    phone.get_by_label("退还货款和服务费用").check()
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("购买或发生日期").fill("2026-06-01")
    phone.get_by_label("地点").fill("南京东路")
    phone.get_by_label("涉及金额（元）").fill("abc")
    phone.get_by_label("经过").fill("结账比标价多收了一百元。")
    phone.get_by_role("button", name="下一步").click()
    assert "无法识别" in phone.locator(".error").first.inner_text()
    phone.get_by_label("涉及金额（元）").fill("¥1,234.50")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("姓名", exact=True).fill("陈小样")
    phone.get_by_label("通讯地址", exact=True).fill("上海市黄浦区示例街1号")
    phone.get_by_role("button", name="下一步").click()
    phone.wait_for_url("**/check")
    assert "1,234.50" in phone.content()
    phone.get_by_role("button", name="确认提交").click()
    assert phone.locator("[data-number]").inner_text().startswith("SH")
    phone.goto("/my/")
    shot(phone, "mine-phone")


def test_an_address_for_notices_is_checked_kept_and_taken_out_again(opened, shot):
    phone = opened(PHONE)
    phone.goto("/sign-in")
    sign_in_by_phone(phone, "13900000002")
    phone.wait_for_url("**/my/")
    for typed, expected in (("nobody", "不是有效的电子邮箱地址"), ("chen@example.com", "已保存"), ("", "已保存")):
        phone.goto("/my/account/")
        phone.get_by_label("接收通知的电子邮箱").fill(typed)
        phone.get_by_role("button", name="保存").click()
        phone.wait_for_selector(f"text={expected}")
    assert phone.get_by_label("接收通知的电子邮箱").input_value() == ""
    shot(phone, "account-phone")


def test_the_merchant_answers(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "shop.suzhou", code=False)
    desk.goto("/merchant/complaints")
    assert "对本店的投诉" in desk.content()
    shot(desk, "merchant-inbox-desk")
    desk.locator("tbody a").first.click()
    desk.wait_for_url("**/merchant/complaints/*")
    shot(desk, "merchant-case-desk")
    assert "138" in desk.content() or "139" in desk.content()


def test_the_queue_by_keyboard_and_in_english(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "officer.huangpu", code=True)
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    assert desk.locator("tr.at").count() == 1
    desk.keyboard.press("?")
    assert desk.locator("dialog[open]").count() == 1
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/officer/complaints/**")
    desk.get_by_role("link", name="English").click()
    assert "What you can do" in desk.content()
    shot(desk, "case-english-desk")
