"""A merchant's way: from a phone that answers to a plaque on the door, back for mending, renewed, left, and shared."""

from __future__ import annotations

import io
import time
from datetime import timedelta
from itertools import count

import pytest
import requests
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from app import database
from app import settings as app_settings
from merchants.lifecycle import STANDING
from merchants.models import Standing
from merchants.operations import standing
from tests.factories import credit_code
from tests.journeys import doors as door_makers
from tests.journeys.conftest import DESK, PHONE, sign_in_staff, texted
from tests.journeys.test_every_page import sound
from workflows.case import casework
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock, Role
from workflows.time.clock import SystemClock

PASSWORD = "eine lange passphrase"
NUMBERS = count(1)
OWN_PAGES = {
    "shop.suzhou": ("/merchant/", "/merchant/stores/", "/merchant/staff/", "/merchant/join"),
    "officer.gusu": ("/officer/claims",),
}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="session")
def officer(site):
    """The county bureau over the API."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {door_makers.token(site.url, 'officer.gusu')}"
    return session


@pytest.fixture(scope="session")
def database_of(site):
    """The installation's database, for what only time can bring about."""
    found = database.connect(app_settings.read({"WUYOU_DATA": str(site.data)}), pooled=False)
    yield found
    found.close()


def picture(name: str) -> dict:
    kept = io.BytesIO()
    Image.new("RGB", (640, 420), (120, 150, 140)).save(kept, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def decided(officer, site, case: str, verb: str, **values) -> dict:
    """Let the bureau take a step once the automatic checks are done."""
    url, until = f"{site.url}/api/v1/enrolments/{case}", time.monotonic() + 30
    while not (seen := officer.get(url, timeout=10).json()).get("checks"):
        assert time.monotonic() < until, seen
        time.sleep(0.3)
    version = {"If-Match": f'"{seen["version"]}"'}
    answer = officer.post(f"{url}/{verb}", json=values, headers=version, timeout=20)
    assert answer.ok, answer.text
    return answer.json()


def register(page, shot, login: str) -> None:
    """A phone that answers, then login and password."""
    page.goto("/sign-in/staff")
    page.get_by_role("link", name="商家注册").click()
    phone = f"1390001{next(NUMBERS):04d}"
    page.get_by_label("手机号码").fill(phone)
    shot(page, "register")
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("6 位验证码").fill(texted(page, phone, "验证码 ")[:6])
    page.get_by_label("账号", exact=True).fill(login)
    page.get_by_label("密码", exact=True).fill("kurz")
    page.get_by_role("button", name="注册并登录").click()
    assert "12 至 128" in page.locator("[data-summary]").inner_text()
    shot(page, "register-wrong")
    page.get_by_label("6 位验证码").fill(texted(page, phone, "验证码 ")[:6])
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="注册并登录").click()
    page.wait_for_url("**/merchant/")


def bring_firm(page, shot, number: int) -> None:
    page.get_by_role("link", name="登记企业").click()
    page.get_by_label("统一社会信用代码").fill(credit_code(70_000_000 + number))
    page.get_by_label("企业名称").fill(f"苏州行路{number}商贸有限公司")
    page.get_by_label("区、县级市").select_option("320508")
    page.get_by_label("地址").fill(f"苏州市姑苏区行路巷{number}号")
    shot(page, "firm-new")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/stores/new")


def add_store(page, shot, number: int) -> str:
    page.get_by_label("店名").fill(f"行路{number}号店")
    page.get_by_label("品牌").fill("行路")
    page.get_by_label("区、县级市").select_option("320508")
    page.get_by_label("地址", exact=True).fill(f"苏州市姑苏区行路巷{number}号一楼")
    page.get_by_role("button", name="使用我现在的位置").click()
    expect(page.locator("#lon")).to_have_value("120.631000")
    page.get_by_role("checkbox", name="服装鞋帽").check()
    page.get_by_label("每天").fill("10:00-22:00")
    shot(page, "store-form")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/merchant/stores/*-*")
    return page.url.rsplit("/", 1)[1]


def promise(page, shot, label: str, look) -> None:
    """Every step of the application up to the letter; ``look`` is told each page's address."""

    def go_on(name: str) -> None:
        shot(page, f"apply-{name}-{label}")
        look(page.url)
        page.get_by_role("button", name="下一步").click()

    page.get_by_role("button", name="申请入驻").click()
    page.wait_for_url("**/days", wait_until="load")
    page.get_by_label("15 天").check()
    expect(page.locator("#looks")).to_contain_text("15 天内")
    go_on("days")
    page.get_by_label("食品", exact=True).first.check()
    page.get_by_label("激活或试用后价值贬损较大的商品").check()
    go_on("covers")
    page.get_by_label("赠品不用退").check()
    go_on("goods")
    page.get_by_label("当场退款").check()
    go_on("money")
    page.get_by_label("本企业（品牌）的其他承诺门店也可以退").check()
    go_on("where")
    assert "当场退款" in page.locator("main").inner_text()
    go_on("preview")
    page.get_by_label("营业执照照片").set_input_files([picture("licence")])
    page.get_by_label("门头照片").set_input_files([picture("shop")])
    go_on("papers")


def sign(page, shot, label: str) -> str:
    page.get_by_role("button", name="签署并提交").click()
    assert "请先勾选" in page.locator("main").inner_text()
    shot(page, f"apply-sign-{label}")
    page.get_by_label("我已阅读").check()
    page.get_by_role("button", name="签署并提交").click()
    page.wait_for_url("**/merchant/applications/*-*")
    return page.url.rsplit("/", 1)[1]


def checker(opened, page):
    """Looks at an address in a narrow dark window of the same person: sound, and nothing runs off the side."""
    narrow = opened(NARROW, color_scheme="dark", storage_state=page.context.storage_state())
    return lambda address: sound(narrow, address)


@pytest.mark.parametrize(("size", "label"), [(PHONE, "phone"), (DESK, "desk")])
def test_from_registering_to_a_plaque_on_the_door(opened, shot, site, officer, size, label):
    number = next(NUMBERS)
    place = {"geolocation": {"longitude": 120.631, "latitude": 31.312}, "permissions": ["geolocation"]}
    page = opened(size, **place)
    register(page, lambda at, name: shot(at, f"{name}-{label}"), f"weg.{label}")
    shot(page, f"merchant-empty-{label}")
    look = checker(opened, page)
    look("/merchant/")
    bring_firm(page, lambda at, name: shot(at, f"{name}-{label}"), number)
    store = add_store(page, lambda at, name: shot(at, f"{name}-{label}"), number)
    look(page.url)
    promise(page, shot, label, look)
    look(page.url)
    case = sign(page, shot, label)
    assert "待审核" in page.locator("h1").inner_text()
    page.get_by_text("这天怎么算的？").first.click()
    assert page.locator(".days li").count() >= 10
    shot(page, f"application-{label}")
    look(page.url)
    number = decided(officer, site, case, "approve")["standing"]["plaque"]
    page.goto("/merchant/")
    page.get_by_role("link", name="行路").first.click()
    assert page.locator("[data-plaque]").inner_text() == number
    shot(page, f"store-in-force-{label}")
    look(page.url)
    for name, kind in (("A4 竖版（PDF）", "pdf"), ("30×20 厘米图片（PNG）", "png")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"{number}.{kind}"
    change(page, shot, label, look)
    leave(page, shot, label, look)
    assert "已公告退出" in page.locator("h1").inner_text()
    for address in ("/merchant/", "/merchant/stores/", f"/merchant/stores/{store}/edit", "/merchant/join"):
        look(address)
    page.goto("/merchant/")
    shot(page, f"merchant-home-{label}")


def change(page, shot, label: str, look) -> None:
    """A lesser promise is announced first; the page says what is less and from when."""
    page.get_by_role("link", name="变更承诺").click()
    shot(page, f"promise-{label}")
    look(page.url)
    page.get_by_label("7 天", exact=True).check()
    page.get_by_role("button", name="看看有什么变化").click()
    assert "退货天数" in page.locator(".note.warn").inner_text()
    shot(page, f"promise-check-{label}")
    page.get_by_role("button", name="确认变更").click()
    page.wait_for_url("**/merchant/stores/*-*")
    assert "承诺的历次版本" in page.locator("main").inner_text()


def leave(page, shot, label: str, look) -> None:
    """Closing: a day too early is refused with the first day possible."""
    page.get_by_role("link", name="停业、迁址或退出").click()
    look(page.url)
    page.get_by_label("停业：").check()
    today = SystemClock().now().date()
    page.get_by_label("承诺的最后一天").fill(str(today + timedelta(days=5)))
    page.get_by_role("button", name="确认公告退出").click()
    assert "最后一天最早为" in page.locator("[data-summary]").inner_text()
    shot(page, f"leave-{label}")
    page.get_by_label("承诺的最后一天").fill(str(today + timedelta(days=40)))
    page.get_by_role("button", name="确认公告退出").click()
    page.wait_for_url("**/merchant/stores/*-*")


def enrolled(opened, shot, login: str):
    """A merchant with a store and an application handed in; the page, the store and the case."""
    place = {"geolocation": {"longitude": 120.631, "latitude": 31.312}, "permissions": ["geolocation"]}
    page, number = opened(PHONE, **place), next(NUMBERS)
    register(page, shot, login)
    bring_firm(page, shot, number)
    store = add_store(page, shot, number)
    promise(page, lambda *_: None, "again", lambda _: None)
    return page, store, sign(page, lambda *_: None, "again")


def test_what_came_back_is_mended_where_it_is_marked(opened, shot, site, officer):
    page, _, case = enrolled(opened, lambda *_: None, "zurueck")
    look = checker(opened, page)
    marked = [
        {"field": "licence", "words": "执照照片看不清，请重新拍摄"},
        {"field": "address", "words": "请写明楼层"},
        {"field": "other", "words": "请补充营业时间"},
    ]
    decided(officer, site, case, "send_back", marked=marked)
    page.goto("/merchant/")
    assert "改好退回的申请" in page.locator("main").inner_text()
    shot(page, "merchant-sent-back-phone")
    look("/merchant/")
    page.get_by_role("link", name="改好退回的申请").click()
    shot(page, "application-sent-back-phone")
    look(page.url)
    page.get_by_role("link", name="去修改 营业执照照片").click()
    assert "执照照片看不清" in page.locator("main").inner_text()
    page.get_by_label("营业执照照片").set_input_files([picture("sharper")])
    page.get_by_role("button", name="下一步").click()
    page.goto(f"/merchant/applications/{case}")
    page.get_by_role("link", name="去修改 地址").click()
    page.get_by_label("地址", exact=True).fill("苏州市姑苏区行路巷99号二楼")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(f"**/merchant/applications/{case}")
    page.get_by_role("link", name="重新核对并签署").click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="下一步").click()
    sign(page, lambda *_: None, "again")
    assert "待审核" in page.locator("h1").inner_text()


def test_a_term_is_renewed_by_one_signature_and_a_firm_is_heard_before_removal(
    opened, shot, site, officer, database_of
):
    page, store, case = enrolled(opened, lambda *_: None, "weiter")
    look = checker(opened, page)
    decided(officer, site, case, "approve")
    end_soon(database_of, store)
    page.goto("/merchant/")
    shot(page, "merchant-expiring-phone")
    page.get_by_role("link", name="续期").first.click()
    shot(page, "renew-phone")
    look(page.url)
    page.get_by_role("button", name="没有变化，签署并续期").click()
    assert "请先勾选" in page.locator("main").inner_text()
    page.get_by_label("我已阅读").check()
    page.get_by_role("button", name="没有变化，签署并续期").click()
    page.wait_for_url("**/merchant/applications/*-*")
    again = page.url.rsplit("/", 1)[1]
    assert "续期申请" in page.locator("main").inner_text()
    answer = decided(officer, site, again, "approve")
    assert answer["standing"]["state"] == "in_force"

    page.goto(f"/merchant/stores/{store}")
    assert "承诺有效" in page.locator("h1").inner_text()
    decided(officer, site, again, "propose_removal", ground="broken_promise", reason="三次拒绝退货")
    page.goto("/merchant/")
    page.get_by_role("link", name="拟摘牌：请陈述意见").click()
    shot(page, "hearing-phone")
    look(page.url)
    page.get_by_label("陈述意见").fill("三次都已补退，凭证见附件。")
    page.get_by_role("button", name="提交意见").click()
    assert "您已于" in page.locator("main").inner_text()


def end_soon(db, store: str) -> None:
    """Let the store's term end in a month: in a test the years do not go by."""
    with db.transaction(Role.WORKER) as session:
        alive = select(Standing.id).where(Standing.store_id == store, Standing.ended_on.is_(None))
        held = standing.find(session, session.scalars(alive).one())
        casework.advance(session, held, STANDING, "expire_soon", actor=SYSTEM, clock=DatabaseClock(session))
        held.expires_on = DatabaseClock(session).today() + timedelta(days=30)


@pytest.mark.parametrize(("login", "addresses"), OWN_PAGES.items(), ids=OWN_PAGES)
def test_the_pages_of_stores_staff_and_claims_at_every_size(opened, shot, login, addresses):
    page = opened(DESK, color_scheme="dark")
    sign_in_staff(page, login, code=login.startswith("officer"))
    for address in addresses:
        for size in (DESK, PHONE, NARROW):
            page.set_viewport_size(size)
            sound(page, address)
        shot(page, f"{address.strip('/').replace('/', '-')}-narrow-dark")


def test_a_clerk_is_invited_joins_by_code_and_is_removed(opened, shot):
    owner, helper = opened(DESK), opened(PHONE)
    register(owner, lambda *_: None, "chef.eins")
    bring_firm(owner, lambda *_: None, next(NUMBERS))
    owner.goto("/merchant/staff/")
    look = checker(opened, owner)
    owner.get_by_label("手机号码").fill("13900009999")
    owner.get_by_label("店员").check()
    owner.get_by_role("button", name="发送邀请").click()
    assert "139****9999" in owner.locator("main").inner_text()
    shot(owner, "staff-desk")
    look(owner.url)
    code = texted(owner, "13900009999", "邀请码 ").split("，")[0]

    register(helper, lambda *_: None, "hilfe.eins")
    helper.get_by_role("link", name="用邀请码加入").click()
    helper.get_by_label("邀请码").fill("ABCDE-FGHJK")
    helper.get_by_role("button", name="加入").click()
    assert "不正确" in helper.locator("main").inner_text()
    shot(helper, "join-wrong-phone")
    helper.get_by_label("邀请码").fill(code)
    helper.get_by_role("button", name="加入").click()
    helper.wait_for_url("**/merchant/")
    assert "管理员办理" in helper.locator("main").inner_text()
    shot(helper, "clerk-home-phone")
    checker(opened, helper)("/merchant/")
    owner.reload()
    owner.get_by_text("移除 hilfe.eins").first.click()
    shot(owner, "staff-remove-desk")
    owner.get_by_role("button", name="移除 hilfe.eins").click()
    assert "hilfe.eins" not in owner.locator("main").inner_text()
    helper.goto("/merchant/")
    assert "登记企业" in helper.locator("main").inner_text()


def test_a_known_firm_is_claimed_and_its_manager_says_yes(opened, shot):
    number, owner, claimant = next(NUMBERS), opened(DESK), opened(PHONE)
    register(owner, lambda *_: None, "chef.zwei")
    bring_firm(owner, lambda *_: None, number)
    register(claimant, lambda *_: None, "anspruch.eins")
    claimant.goto("/merchant/firm/new")
    claimant.get_by_label("统一社会信用代码").fill(credit_code(70_000_000 + number))
    claimant.get_by_label("企业名称").fill("苏州行路商贸有限公司")
    claimant.get_by_label("区、县级市").select_option("320508")
    claimant.get_by_label("地址").fill("苏州市姑苏区行路巷")
    claimant.get_by_role("button", name="保存并继续").click()
    claimant.wait_for_url("**/merchant/firm/claim**")
    checker(opened, claimant)(claimant.url)
    claimant.get_by_label("您的姓名").fill("吴样本")
    claimant.get_by_label("您与企业的关系").fill("我是这家企业的法定代表人。")
    claimant.get_by_label("营业执照照片").set_input_files([picture("licence")])
    shot(claimant, "claim-form-phone")
    claimant.get_by_role("button", name="提交认领").click()
    claimant.wait_for_url("**/merchant/")
    assert "待核实" in claimant.locator("main").inner_text()

    owner.goto("/merchant/")
    owner.get_by_role("link", name="有人认领您的企业").click()
    shot(owner, "claim-desk")
    checker(opened, owner)(owner.url)
    owner.get_by_role("button", name="同意认领").click()
    owner.goto("/merchant/staff/")
    assert "anspruch.eins" in owner.locator("main").inner_text()
