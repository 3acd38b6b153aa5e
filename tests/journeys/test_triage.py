"""An officer's morning: search, what stands beside a case, flags and a second person, sharing out, absences."""

from __future__ import annotations

import requests

from tests.journeys import doors
from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound
from tests.journeys.test_main_job import act
from workflows.time.clock import SystemClock

STORY = "买的十件外套洗了一次全部脱线，店员拒绝退换，要求退货退款。"


def filed(site, count: int) -> list[str]:
    """Complaints of the demo's consumer, alike on purpose; their ids."""
    api = f"{site.url}/api/v1"
    token = doors.token(site.url, "lin.demo")
    filing = {
        "complainant": {"name": "林晓样", "address": "苏州市姑苏区样板路8号"},
        "respondent": {"name": "观前演示服饰店", "address": "苏州市姑苏区观前街1号"},
        "category": "goods.clothing",
        "problem": "quality",
        "requests": ["return", "refund"],
        "facts": {
            "happened_on": str(SystemClock().today()), "place": "观前街1号", "amount_fen": 39900, "narrative": STORY,
        },
        "consents": {"publish": False, "entrust_mediation": False},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    made = [requests.post(f"{api}/complaints", json=filing, headers=headers, timeout=10) for _ in range(count)]
    assert all(answer.status_code == 201 for answer in made), made[0].text
    return [answer.json()["id"] for answer in made]


def looks(page, shot, address: str, name: str) -> None:
    """A page at three sizes, sound each time."""
    for size, label in ((SMALL, "small"), (PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        sound(page, address)
        shot(page, f"triage-{name}-{label}")


def test_an_officers_morning(opened, shot, site):
    cases = filed(site, 3)
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    looks(desk, shot, "/officer/", "queue")
    desk.keyboard.press("/")
    desk.keyboard.type("外套 脱线")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/officer/search/**")
    assert desk.locator("tbody tr").count() >= 3
    looks(desk, shot, "/officer/search/?q=外套 脱线", "search")
    for address, name in (("/officer/search/", "search-empty"), ("/officer/search/?q=没有这种话", "search-none")):
        looks(desk, shot, address, name)
    looks(desk, shot, "/officer/search/?q=外", "search-short")
    looks(desk, shot, f"/officer/complaints/{cases[0]}", "case")
    assert desk.locator(".alike li").count() >= 2
    assert "可能重复" in desk.locator(".alike").inner_text()
    desk.goto(f"/officer/complaints/{cases[0]}?lang=en")
    assert "Factors of art. 17" in desk.locator(".flags").inner_text()
    shot(desk, "triage-case-english-desk")
    act(desk, "Propose to decline", reason="三件内容相同，没有提交购买凭证。")
    desk.goto(f"/officer/complaints/{cases[0]}?lang=zh")
    assert "待第二人批准" in desk.locator(".flags").inner_text()
    shot(desk, "triage-proposed-desk")
    second_person(opened, shot, cases[0])
    desk.set_viewport_size(DESK)
    share_out(desk, shot, cases[1:])
    absences(desk, shot)
    dark = opened(DESK, storage_state=desk.context.storage_state(), color_scheme="dark")
    for address, name in (("/officer/", "queue"), (f"/officer/complaints/{cases[1]}", "case")):
        sound(dark, address)
        shot(dark, f"triage-{name}-dark")


def second_person(opened, shot, case: str) -> None:
    """The consumer answers on a phone, and the city's chief approves."""
    phone = opened(PHONE)
    phone.goto("/sign-in")
    sign_in_by_phone(phone, "13900000001")
    phone.wait_for_url("**/my/")
    sound(phone, f"/my/complaints/{case}")
    shot(phone, "triage-asked-phone")
    assert "没有提交购买凭证" in phone.locator("main").inner_text()
    act(phone, "说明情况", words="给全家买的，付款截图稍后上传。")
    assert "您已于" in phone.locator(".note.warn").inner_text()
    chief = opened(DESK)
    sign_in_staff(chief, "chief.suzhou", code=True)
    sound(chief, f"/officer/complaints/{case}")
    shot(chief, "triage-approve-desk")
    act(chief, "批准以第三项不予受理")
    assert "未受理" in chief.locator("h1").inner_text()


def share_out(desk, shot, cases: list[str]) -> None:
    """Two cases are shared out by load, accepted, and told at once; a filter is kept."""
    desk.goto("/officer/?whose=unassigned&state=filed")
    for case in cases:
        desk.locator(f"#pick-{case}").check()
    shot(desk, "triage-picked-desk")
    desk.get_by_role("button", name="分配", exact=True).click()
    assert "已分配 2 件" in desk.locator("main").inner_text()
    shot(desk, "triage-assigned-desk")
    for case in cases:
        desk.goto(f"/officer/complaints/{case}")
        act(desk, "受理")
    desk.goto("/officer/?state=accepted")
    desk.locator("summary", has_text="常用筛选").click()
    desk.get_by_label("把当前筛选保存为").fill("已受理")
    desk.get_by_role("button", name="保存").click()
    desk.locator("summary", has_text="常用筛选").click()
    assert "已受理" in desk.locator(".kept").inner_text()
    shot(desk, "triage-filters-desk")
    for case in cases:
        desk.locator(f"#pick-{case}").check()
    desk.get_by_role("button", name="登记告知").click()
    assert "确认登记 2 件" in desk.locator("main").inner_text()
    shot(desk, "triage-told-desk")
    desk.get_by_role("button", name="确认登记 2 件").click()
    assert "已登记告知 2 件" in desk.locator("main").inner_text()


def absences(desk, shot) -> None:
    """Somebody is away, and the open cases go to the colleague."""
    looks(desk, shot, "/officer/desk/absences", "absences-none")
    desk.get_by_label("承办人").select_option(label="顾经办")
    desk.get_by_label("到（含当天）").fill(str(SystemClock().today()))
    desk.get_by_role("button", name="登记", exact=True).click()
    looks(desk, shot, "/officer/desk/absences", "absences")
    hand_over = desk.get_by_role("button", name="交接在办案件")
    if hand_over.count():
        hand_over.click()
        assert "已交接" in desk.locator(".note").inner_text()
    desk.get_by_role("button", name="销假").click()
    assert "没有人请假" in desk.locator("main").inner_text()
