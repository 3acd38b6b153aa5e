"""An officer is the bridge: a sheet, the list to key in, numbers pasted back, a day that differs and is settled."""

from __future__ import annotations

import io
from datetime import timedelta

import requests
import xlsxwriter

from app.places import Places
from tests.journeys.conftest import DESK, PHONE, sign_in_staff
from tests.journeys.test_every_page import SMALL, sound
from tests.journeys.test_triage import filed
from workflows.time.clock import SystemClock

HEAD = (
    "投诉编号", "登记类型", "接收时间", "投诉人", "联系电话", "联系地址", "被投诉方", "经营地址", "类别", "问题类别",
    "投诉请求", "消费日期", "金额", "投诉内容",
)  # fmt: skip


def row(number: str, day: str, problem: str) -> tuple[str, ...]:
    return (
        number, "投诉", day, "钱样例", "13900000066", "苏州市姑苏区样板路2号", "观前演示服饰店",
        "苏州市姑苏区观前街1号", "服装鞋帽", problem, "退货;退款", day, "268", "买的毛衣起球严重，店员不肯退换。",
    )  # fmt: skip


def sheet(*rows: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for line, cells in enumerate((HEAD, *rows)):
            page.write_row(line, 0, cells)
    return out.getvalue()


def looks(page, shot, address: str, name: str) -> None:
    """A page at three sizes, sound each time."""
    for size, label in ((SMALL, "small"), (PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        sound(page, address)
        shot(page, f"bridges-{name}-{label}")


def until(page, words: str) -> None:
    """Look again until a page says something."""
    for _ in range(60):
        page.goto(page.url)
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"the page never said {words}")


def control(site, what: str, **said) -> None:
    """Let the demo's stand-in do something."""
    places = Places(site.data)
    address = (places.run / "stand-in.address").read_text("utf-8").strip()
    about = {"Authorization": f"Bearer {places.secret('bridge-national')}"}
    assert requests.post(f"{address}/control/{what}", json=said, headers=about, timeout=5).ok


def test_an_officer_is_the_bridge(opened, shot, site):
    today = SystemClock().today()
    yesterday = str(today - timedelta(days=1))
    desk = opened(DESK)
    sign_in_staff(desk, "officer.gusu", code=True)
    looks(desk, shot, "/officer/bridges/import", "import")
    rows = (row("QG-YANG-0001", yesterday, "质量"), row("QG-YANG-0002", yesterday, "说不清"))
    desk.locator("#file").set_input_files(
        {"name": "national.xlsx", "mimeType": "application/octet-stream", "buffer": sheet(*rows)}
    )
    desk.get_by_role("button", name="检查").click()
    looks(desk, shot, desk.url, "checked")
    desk.get_by_role("button", name="登记 1 行").click()
    until(desk, "已登记")
    looks(desk, shot, desk.url, "filed")
    looks(desk, shot, "/officer/bridges/rows/", "aside")
    desk.get_by_role("link", name="QG-YANG-0002").click()
    looks(desk, shot, desk.url, "mend")
    desk.locator("#problem").select_option("quality")
    desk.get_by_role("button", name="保存并登记").click()
    desk.wait_for_url("**/rows/")
    key_in(desk, shot, site)
    compared(desk, shot, site, yesterday)


def key_in(desk, shot, site) -> None:
    """What the platform refused is keyed in by hand, and its number pasted back."""
    control(site, "faults", do="refuse", times=2, path="/national/v1/filings")
    cases = filed(site, 2)
    desk.goto("/officer/bridges/key-in/national")
    until(desk, "平台不接受")
    until(desk, "粘贴平台给的编号")
    looks(desk, shot, "/officer/bridges/key-in/national", "key-in")
    labels = [number.strip() for number in desk.locator(".key-list h2 .number").all_inner_texts()]
    assert len(labels) >= 2
    desk.get_by_role("button", name="显示完整信息以便录入").click()
    assert "林晓样" in desk.locator("main").inner_text()
    shot(desk, "bridges-key-in-plain-desk")
    desk.goto("/officer/bridges/key-in/national")
    desk.locator("#numbers").fill(f"QG-LURU-0001\n?{chr(10) * (len(labels) - 1)}QG-LURU-0009")
    desk.get_by_role("button", name="核对").click()
    shot(desk, "bridges-pasted-wrong-desk")
    assert "不是编号" in desk.locator("#paste").inner_text()
    pasted = "\n".join(f"{label}\tQG-LURU-{n:04}" for n, label in enumerate(labels, 1))
    desk.locator("#numbers").fill(pasted)
    desk.get_by_role("button", name="核对").click()
    shot(desk, "bridges-pasted-good-desk")
    desk.get_by_role("button", name="保存").click()
    assert "已保存" in desk.locator("main").inner_text()
    desk.goto(f"/officer/complaints/{cases[0]}")
    assert "QG-LURU-" in desk.locator(".bridge-numbers").inner_text()
    shot(desk, "bridges-case-desk")


def compared(desk, shot, site, day: str) -> None:
    """Yesterday differs, since the platform never had what the sheet brought; the number is explained away."""
    control(site, "batches", system="national", key="day", rows=[])
    site.command("bridge", "compare", "hotline", day)
    assert site.failing("bridge", "compare", "national", day) == 1
    looks(desk, shot, "/officer/bridges/", "home")
    desk.locator(".day-strip .red a").first.click()
    looks(desk, shot, desk.url, "day")
    first = desk.locator(".difference").filter(has_text="QG-YANG-0001")
    first.locator("summary").click()
    first.get_by_label("差异有理由，保留").check()
    first.get_by_role("textbox", name="理由").fill("平台清单尚未更新，已电话核实。")
    first.get_by_role("button", name="处理这处差异").click()
    assert "已说明" in desk.locator(".difference").filter(has_text="QG-YANG-0001").inner_text()
    dark = desk.context.browser.new_context(
        base_url=site.url, storage_state=desk.context.storage_state(), color_scheme="dark", viewport=DESK
    )
    page = dark.new_page()
    for address, name in (("/officer/bridges/", "home"), ("/officer/bridges/key-in/national", "key-in")):
        sound(page, address)
        shot(page, f"bridges-{name}-dark")
    dark.close()
