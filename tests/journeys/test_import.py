"""A firm's stores from a spreadsheet, as its manager does it in a browser: faults, preview, one signature, progress."""

from __future__ import annotations

import io
from pathlib import Path

from axe_core_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE, sign_in_staff

HEAD = "门店名称,门店地址,商品类别,无理由退货天数,异店退货,营业时间\n"
GOOD = "平江衣坊样板{n}号店,吴中区样板路{n}号,服装鞋帽,15,是,10:00-22:00\n"
BAD = '平江衣坊坏样店,火星大道1号,飞机,3,也许,早上\n"=1+1",吴中区样板路9号,服装鞋帽,7,否,\n'


def clean(page):
    """No barrier that axe knows of, and nothing wider than the window."""
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def picture(name):
    """A picture as a browser uploads it."""
    body = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 120, 110)).save(body, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": body.getvalue()}


def upload(page, path):
    page.goto("/merchant/import/")
    page.get_by_label("选择表格").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()


def test_a_list_with_faults_is_mended_confirmed_signed_and_handed_in(opened, shot, tmp_path):
    bad, good = tmp_path / "有问题.csv", tmp_path / "门店.csv"
    bad.write_text(HEAD + GOOD.format(n=1) + BAD, "utf-8")
    good.write_text(HEAD + "".join(GOOD.format(n=n) for n in range(1, 61)), "utf-8-sig")
    page = opened(DESK)
    sign_in_staff(page, "shop.suzhou", code=False)
    page.goto("/merchant/import/")
    shot(page, "import-begin-desk")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    upload(page, bad)
    expect(page.get_by_role("heading", name="有 7 处需要修改")).to_be_visible()
    shot(page, "import-faults-desk")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注了问题的表格").click()
    assert download.value.suggested_filename.endswith("-marked.xlsx")
    upload(page, good)
    expect(page.get_by_role("heading", name="检查通过")).to_be_visible()
    shot(page, "import-preview-desk")
    clean(page)
    page.get_by_role("button", name="确认，全部建立").click()
    expect(page.get_by_role("heading", name="已建立 60 份申请")).to_be_visible()
    page.get_by_label("选择执照照片").set_input_files(picture("营业执照.jpg"))
    page.get_by_role("button", name="保存执照").click()
    expect(page.get_by_role("heading", name="营业执照 ✓")).to_be_visible()
    page.get_by_label("选择门头照片").set_input_files(
        [picture("平江衣坊样板1号店.jpg"), picture("3.jpg"), picture("IMG_0001.jpg")]
    )
    page.get_by_role("button", name="上传照片").click()
    expect(page.get_by_role("heading", name="门头照片 2 / 60")).to_be_visible(timeout=30000)
    expect(page.locator("[data-wrong]")).to_contain_text("IMG_0001.jpg：文件名对不上任何门店")
    page.get_by_role("button", name="签署并全部提交").click()
    expect(page.locator("[data-summary]")).to_contain_text("请先勾选")
    shot(page, "import-sign-desk")
    clean(page)
    page.get_by_label("我已阅读").check()
    page.get_by_role("button", name="签署并全部提交").click()
    expect(page.get_by_role("heading", name="全部提交：60 份申请")).to_be_visible(timeout=60000)
    shot(page, "import-done-desk")
    clean(page)


def test_on_a_phone_in_the_dark_and_without_javascript_it_works_as_well(opened, shot, tmp_path):
    good = tmp_path / "门店.csv"
    good.write_text(HEAD + "".join(GOOD.format(n=n) for n in range(101, 156)), "utf-8")
    bad = tmp_path / "有问题.csv"
    bad.write_text(HEAD + BAD, "utf-8")
    page = opened(PHONE, java_script_enabled=False, color_scheme="dark")
    sign_in_staff(page, "shop.suzhou", code=False)
    page.goto("/merchant/import/")
    shot(page, "import-begin-phone")
    upload(page, bad)
    shot(page, "import-faults-phone")
    upload(page, good)
    shot(page, "import-preview-phone")
    page.get_by_role("button", name="确认，全部建立").click()
    page.get_by_label("我已阅读").check()
    shot(page, "import-sign-phone")
    page.get_by_role("button", name="签署并全部提交").click()
    expect(page.get_by_text("已提交 50 / 55 份，还剩 5 份")).to_be_visible()
    shot(page, "import-progress-phone")
    page.get_by_role("button", name="继续提交").click()
    expect(page.get_by_role("heading", name="全部提交：55 份申请")).to_be_visible()


def test_a_chain_of_661_stores_enrols_in_one_sitting(opened, shot):
    page = opened(DESK)
    sign_in_staff(page, "shop.chain", code=False)
    page.goto("/merchant/import/")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载示例表格").click()
    path = Path(download.value.path()).with_suffix(".xlsx")
    download.value.save_as(path)
    upload(page, path)
    expect(page.get_by_role("heading", name="检查通过")).to_be_visible()
    shot(page, "import-chain-preview-desk")
    page.get_by_role("button", name="确认，全部建立").click()
    page.get_by_label("我已阅读").check(timeout=60000)
    page.get_by_role("button", name="签署并全部提交").click()
    expect(page.get_by_role("heading", name="正在提交")).to_be_visible()
    shot(page, "import-chain-progress-desk")
    expect(page.get_by_role("heading", name="全部提交：661 份申请")).to_be_visible(timeout=180000)
