"""Lists and cases taken out, what is held about a person, and the operator's commands, on a whole installation."""

from __future__ import annotations

import io
import json
import zipfile

from seeds import people
from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound
from workflows.time.clock import SystemClock


def downloaded(page, press) -> bytes:
    """What a press of a button brings down."""
    with page.expect_download() as waiting:
        press()
    path = waiting.value.path()
    return path.read_bytes()


def test_an_officer_takes_a_list_and_a_case_out(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    desk.goto("/officer/?state=mediating")
    table = downloaded(desk, lambda: desk.get_by_role("link", name="CSV 文件").click()).decode("utf-8-sig")
    assert table.startswith("编号,状态,")
    assert all("调解中" in line for line in table.splitlines()[1:] if line.startswith("SZ"))
    assert downloaded(desk, lambda: desk.get_by_role("link", name="Excel 表格").click())[:2] == b"PK"
    shot(desk, "keeping-queue-desk")
    desk.locator("tbody a").first.click()
    href = desk.get_by_role("link", name="下载整卷 (PDF)").get_attribute("href")
    answer = desk.request.get(href)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body()[:5] == b"%PDF-"
    shot(desk, "keeping-case-desk")


def test_a_consumer_takes_along_everything_that_is_held(opened, shot):
    phone = opened(PHONE, accept_downloads=True)
    phone.goto("/sign-in")
    consumer = next(person for person in people.PEOPLE if person.role == "consumer")
    sign_in_by_phone(phone, consumer.phone)
    phone.wait_for_url("**/my/**")
    phone.goto("/my/account/")
    phone.get_by_role("link", name="查看并下载").click()
    phone.wait_for_url("**/my/data/")
    for size, label in ((SMALL, "small"), (PHONE, "phone"), (DESK, "desk")):
        phone.set_viewport_size(size)
        sound(phone, "/my/data/")
        shot(phone, f"keeping-data-{label}")
    packed = downloaded(phone, lambda: phone.get_by_role("button", name="下载我的信息").click())
    with zipfile.ZipFile(io.BytesIO(packed)) as pack:
        told = json.loads(pack.read("data.json"))
        page = pack.read("data.html").decode()
    assert told["complaints"]
    assert told["complaints"][0]["number"] in page
    phone.goto("/my/data/")
    assert "个案件" in phone.locator("ul.rows").inner_text()
    shot(phone, "keeping-data-taken-desk")


def test_the_firms_inbox_and_the_files_page_are_sound(opened, shot):
    desk = opened(DESK)
    sign_in_staff(desk, "shop.suzhou", code=False)
    sound(desk, "/merchant/complaints")
    shot(desk, "keeping-inbox-desk")
    assert downloaded(desk, lambda: desk.get_by_role("link", name="CSV 文件").click())[:3] == b"\xef\xbb\xbf"


def test_the_operator_replays_and_counts_what_is_over(site):
    today = SystemClock().today()
    counted = json.loads(site.command("replay", "--as-of", str(today), "--json"))
    assert sum(counted["counts"]["complaint"].values()) > 100
    assert site.command("verify", "replay").startswith("ok ")
    assert site.command("verify", "journal").startswith("ok ")
    rows = json.loads(site.command("retention", "--dry-run", "--json"))
    assert {row["code"] for row in rows} >= {"outbox", "complaint", "report", "draft"}
    assert "purged" in json.loads(site.command("retention", "--json"))[0]
