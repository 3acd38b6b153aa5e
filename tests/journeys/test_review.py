"""The bureau's day: a queue cleared by keyboard and at once, one sent back, one suspended, a visit on a phone."""

from __future__ import annotations

import io
import time
from datetime import timedelta
from itertools import count

import pytest
import requests
from PIL import Image

from seeds import people
from tests.journeys.conftest import DESK, PHONE, sign_in_staff
from tests.journeys.doors import token
from tests.journeys.test_every_page import sound
from workflows.time.clock import SystemClock

NUMBERS = count(1)
PROMISE = {"days": 15, "categories": ["goods.clothing"], "cross_store": True}


@pytest.fixture(scope="session")
def merchant(site):
    """The demo's firm over the API."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token(site.url, 'shop.suzhou')}"
    return session


@pytest.fixture(scope="session")
def signed_in(browser, site):
    """An officer's cookies: a one-time code is good once, so one signing in serves all."""
    context = browser.new_context(viewport=DESK, base_url=site.url, locale="zh-CN")
    sign_in_staff(context.new_page(), "officer.gusu", code=True)
    state = context.storage_state()
    context.close()
    return state


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (640, 420), (120, 150, 140)).save(kept, "JPEG")
    return kept.getvalue()


def ask(session, method: str, url: str, **values):
    answer = session.request(method, url, timeout=20, **values)
    assert answer.ok, answer.text
    return answer.json()


def apply_for(site, merchant, *, photos: bool = True) -> dict:
    """A store of the firm applies; its application as the officer will find it, checks done."""
    api, n = f"{site.url}/api/v1", next(NUMBERS)
    store = ask(merchant, "POST", f"{api}/stores", json={
        "enterprise_id": str(people.enterprise_id("pingjiang")), "name": f"平江衣坊审核{n}号店", "brand": "平江衣坊",
        "district": "320508", "address": f"苏州市姑苏区审核演示巷{n}号", "categories": ["goods.clothing"],
        "point": [120.63, 31.31],
    })  # fmt: skip
    papers = {}
    for name in ("licence", "shop") if photos else ():
        sent = {"file": (f"{name}.jpg", picture(), "image/jpeg")}
        papers[name] = ask(merchant, "POST", f"{api}/evidence", files=sent)["id"]
    body = {"store_id": store["id"], "promise": PROMISE, "evidence": papers}
    case = ask(merchant, "POST", f"{api}/enrolments", json=body)
    version = {"If-Match": f'"{case["version"]}"'}
    ask(merchant, "POST", f"{api}/enrolments/{case['id']}/submit", json={"signed": True}, headers=version)
    until = time.monotonic() + 30
    while ask(merchant, "GET", f"{api}/enrolments/{case['id']}")["version"] < 3:
        assert time.monotonic() < until, "the checks were not done in time"
        time.sleep(0.2)
    return case | {"name": store["name"]}


def approve(page, case: str) -> None:
    """Approve one application on its page."""
    page.goto(f"/officer/enrolments/{case}")
    page.get_by_text("通过", exact=True).first.click()
    page.locator("details[open] button").click()
    page.wait_for_url("**done=approve")


def test_an_officer_clears_the_queue_by_keyboard_and_at_once(opened, shot, site, merchant, signed_in):
    cases = [apply_for(site, merchant) for _ in range(3)]
    hazy = apply_for(site, merchant, photos=False)
    desk = opened(DESK, storage_state=signed_in)
    sound(desk, "/officer/enrolments/")
    assert "需人工核实" in desk.locator("tr", has_text=hazy["name"]).inner_text()
    assert desk.locator("tr", has_text=hazy["name"]).locator("input").count() == 0
    shot(desk, "enrolments-desk")
    desk.keyboard.press("j")
    assert desk.locator("tr.at").count() == 1
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/officer/enrolments/*-*")
    desk.go_back()
    for case in cases[:2]:
        desk.locator("tr", has_text=case["name"]).locator("input").check()
    assert "已选 2" in desk.locator(".bulk").inner_text()
    shot(desk, "enrolments-picked-desk")
    desk.get_by_role("button", name="批量通过所选申请").click()
    assert cases[0]["name"] in desk.locator("main").inner_text()
    shot(desk, "enrolments-confirm-desk")
    desk.get_by_role("button", name="确认通过 2 份").click()
    assert "已通过 2 份" in desk.locator("main").inner_text()
    shot(desk, "enrolments-done-desk")
    desk.locator("main tbody a").first.click()
    assert "承诺有效" in desk.locator("h1").inner_text()

    plain = opened(PHONE, storage_state=signed_in, java_script_enabled=False)
    plain.goto("/officer/enrolments/?green=1")
    plain.locator("tr", has_text=cases[2]["name"]).locator("input").check()
    shot(plain, "enrolments-phone")
    plain.get_by_role("button", name="批量通过所选申请").click()
    plain.get_by_role("button", name="确认通过 1 份").click()
    assert "已通过 1 份" in plain.locator("main").inner_text()


def test_what_a_colleague_decided_meanwhile_is_named_with_the_reason(opened, site, merchant, signed_in):
    first, second = apply_for(site, merchant), apply_for(site, merchant)
    desk, other = opened(DESK, storage_state=signed_in), opened(DESK, storage_state=signed_in)
    desk.goto("/officer/enrolments/")
    for case in (first, second):
        desk.locator("tr", has_text=case["name"]).locator("input").check()
    approve(other, first["id"])
    desk.get_by_role("button", name="批量通过所选申请").click()
    desk.get_by_role("button", name="确认通过 2 份").click()
    told = desk.locator("tr", has_text=first["number"]).inner_text()
    assert "已由同事办理（已通过）" in told
    assert "已通过 1 份" in desk.locator("main").inner_text()


def test_an_application_is_sent_back_with_marked_fields(opened, shot, site, merchant, signed_in):
    case = apply_for(site, merchant, photos=False)
    desk = opened(DESK, storage_state=signed_in)
    sound(desk, f"/officer/enrolments/{case['id']}")
    shot(desk, "enrolment-desk")
    desk.keyboard.press("b")
    desk.get_by_role("button", name="退回补正").click()
    assert "请勾选要补正的内容" in desk.get_by_role("alert").inner_text()
    shot(desk, "enrolment-error-desk")
    desk.get_by_label("营业执照照片").check()
    desk.locator("#words-licence").fill("请上传清晰的营业执照")
    desk.get_by_label("门头照片").check()
    desk.get_by_role("button", name="退回补正").click()
    assert desk.locator("#words-licence").input_value() == "请上传清晰的营业执照"
    desk.locator("#words-shop").fill("请上传门头照片")
    desk.get_by_role("button", name="退回补正").click()
    desk.wait_for_url("**done=send_back")
    assert "退回补正" in desk.locator("h1").inner_text()
    assert "请上传清晰的营业执照" in desk.locator(".line").inner_text()
    phone = opened(PHONE, storage_state=signed_in, color_scheme="dark")
    sound(phone, f"/officer/enrolments/{case['id']}")
    shot(phone, "enrolment-phone-dark")


def test_a_store_is_suspended_lifted_and_its_removal_proposed(opened, shot, site, merchant, signed_in):
    case = apply_for(site, merchant)
    desk = opened(DESK, storage_state=signed_in)
    approve(desk, case["id"])
    desk.get_by_role("link", name="查看承诺与标牌").click()
    address = desk.url
    desk.locator("summary", has_text="暂停展示").click()
    desk.get_by_label("事由").first.select_option("complaints")
    desk.get_by_label("理由").first.fill("一周内十二件投诉")
    desk.get_by_role("button", name="暂停展示").click()
    desk.wait_for_url("**done=suspend")
    assert "投诉集中" in desk.locator(".note.warn").inner_text()
    desk.locator("summary", has_text="恢复展示").click()
    desk.locator("#lift-reason").fill("已整改")
    desk.get_by_role("button", name="恢复展示").click()
    desk.wait_for_url("**done=lift")
    desk.locator("summary", has_text="告知拟摘牌").click()
    assert "本地设定" in desk.locator("details[open]").inner_text()
    desk.locator("#propose_removal-ground").select_option("broken_promise")
    desk.locator("#propose_removal-reason").fill("三次拒绝退货")
    desk.get_by_role("button", name="告知拟摘牌").click()
    desk.wait_for_url("**done=propose_removal")
    assert "商家有权先陈述意见" in desk.locator("aside.card").inner_text()
    assert desk.locator("summary", has_text="摘牌").all_inner_texts() == ["不再摘牌"]
    sound(desk, address)
    shot(desk, "standing-desk")
    sound(desk, "/officer/standings/")
    shot(desk, "standings-desk")
    sound(desk, "/officer/standings/?state=removed")
    phone = opened(PHONE, storage_state=signed_in)
    sound(phone, address)
    shot(phone, "standing-phone")
    sound(phone, "/officer/standings/")
    shot(phone, "standings-phone")


def write_down(phone, shot, again) -> None:
    """A visit with something to mend: first without its words, then whole."""
    for item in phone.locator("fieldset.item").all():
        item.locator("[value=yes]").check()
    first = phone.locator("fieldset.item").first
    first.locator("[value=no]").check()
    phone.locator("[name=result][value=mend]").check()
    photo = {"name": "门口.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    phone.get_by_label("现场照片").set_input_files([photo])
    phone.get_by_role("button", name="保存检查结果").click()
    assert "写明发现了什么" in phone.get_by_role("alert").inner_text()
    shot(phone, "visit-error-phone")
    assert "已上传 1 张" in phone.content()
    first = phone.locator("fieldset.item").first
    first.get_by_label("发现了什么").fill("标牌收在抽屉里")
    phone.get_by_label("复查日期").fill(str(again))
    phone.get_by_label("总体情况").fill("已当场提醒")
    phone.get_by_role("button", name="保存检查结果").click()
    phone.wait_for_selector("text=结果：限期整改")
    sound(phone, phone.url)
    shot(phone, "visit-done-phone")


def test_a_plan_is_drawn_and_a_visit_written_down_on_a_phone(opened, shot, site, merchant, signed_in, tmp_path):
    case = apply_for(site, merchant)
    desk = opened(DESK, storage_state=signed_in)
    approve(desk, case["id"])
    desk.get_by_role("link", name="查看承诺与标牌").click()
    uscc = desk.locator("dl.facts dd.number").first.inner_text()
    file = tmp_path / "credit.csv"
    month = SystemClock().today().strftime("%Y-%m")
    file.write_text(f"uscc,month,class,source\n{uscc},{month},D,演示信用平台\n", "utf-8")
    assert "1 rows" in site.command("credit", "load", str(file))
    today = SystemClock().today()
    sound(desk, "/officer/visits/")
    desk.get_by_label("到", exact=True).fill(str(today + timedelta(days=30)))
    desk.get_by_label("种子（可不填）").fill("演示-2026")
    desk.get_by_role("button", name="抽取").click()
    desk.wait_for_url("**/officer/visits/plans/**")
    assert "D 类" in desk.locator("tbody").inner_text()
    sound(desk, desk.url)
    shot(desk, "plan-desk")
    phone = opened(PHONE, storage_state=signed_in)
    sound(phone, desk.url)
    shot(phone, "plan-phone")
    phone.get_by_role("link", name=case["name"]).click()
    phone.wait_for_url("**/officer/visits/*-*")
    sound(phone, phone.url)
    shot(phone, "visit-phone")
    write_down(phone, shot, today + timedelta(days=7))
    desk.goto("/officer/visits/")
    assert case["name"] in desk.locator("main").inner_text()
    shot(desk, "visits-desk")
    sound(phone, "/officer/visits/")
    shot(phone, "visits-phone")
    desk.get_by_role("link", name=case["name"]).click()
    assert "标牌收在抽屉里" in desk.locator(".note.warn").inner_text()


def test_an_entry_of_a_list_is_shown_with_its_source_and_a_repair_stops_it(
    opened, shot, site, merchant, signed_in, tmp_path
):
    case = apply_for(site, merchant)
    desk = opened(DESK, storage_state=signed_in)
    desk.goto(f"/officer/enrolments/{case['id']}")
    uscc = desk.locator("dl.facts dd.number").first.inner_text()
    today = SystemClock().today()
    lists, repairs = tmp_path / "lists.csv", tmp_path / "repairs.csv"
    entry = f"abnormal,{uscc},上海市市场监督管理局（演示）,沪演示异〔2026〕1号,2026-11,{today - timedelta(days=90)},\n"
    lists.write_text("kind,uscc,source,number,edition,since,until\n" + entry, "utf-8")
    notice = f"上海市市场监督管理局（演示）,沪演示异〔2026〕1号,沪演示修〔2026〕2号,{today - timedelta(days=1)},\n"
    repairs.write_text("source,number,notice,repaired_on,received_on\n" + notice, "utf-8")
    site.command("lists", "load", str(lists))
    desk.reload()
    found = desk.locator("#check-lists").inner_text()
    assert "需人工核实" in found
    assert "沪演示异〔2026〕1号" in found
    shot(desk, "enrolment-listed-desk")
    desk.goto(f"/officer/enrolments/{case['id']}?lang=en")
    shot(desk, "enrolment-listed-english-desk")
    assert "stopped on" in site.command("lists", "repair", str(repairs))
    desk.goto(f"/officer/enrolments/{case['id']}")
    assert "未列入已接收的名录" in desk.locator("#check-lists").inner_text()
    narrow = opened({"width": 320, "height": 640}, storage_state=signed_in)
    for address in (
        f"/officer/enrolments/{case['id']}",
        "/officer/enrolments/",
        "/officer/standings/",
        "/officer/visits/",
    ):
        sound(narrow, address)
