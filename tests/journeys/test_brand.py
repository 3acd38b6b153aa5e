"""A brand's manager: enrols stores, works the inbox, changes the promise of all of them, proves the firm's standing."""

from __future__ import annotations

import time

import requests

from tests.journeys.conftest import DESK, PHONE, sign_in_staff
from tests.journeys.doors import token
from tests.journeys.test_every_page import sound
from workflows.time.clock import SystemClock

PROMISE = {"days": 15, "categories": ["goods.clothing"], "cross_store": True}


class Client:
    """JSON calls as one of the demo's staff."""

    def __init__(self, site, login: str) -> None:
        self.base = f"{site.url}/api/v1"
        self.headers = {"Authorization": f"Bearer {token(site.url, login)}"}

    def get(self, path):
        return requests.get(f"{self.base}{path}", headers=self.headers, timeout=20).json()

    def post(self, path, body, version=None):
        headers = self.headers | ({"If-Match": f'"{version}"'} if version else {})
        answer = requests.post(f"{self.base}{path}", json=body, headers=headers, timeout=20)
        assert answer.status_code < 300, answer.text
        return answer.json()


def draft(shop: Client, brand: str, firm: str, number: int) -> str:
    """An application for a new store of the brand, not handed in yet."""
    stamp = int(time.time() * 1000) % 100000
    store = {
        "enterprise_id": firm,
        "name": f"{brand}旅程{stamp}号店",
        "brand": brand,
        "district": "320508",
        "address": f"苏州市姑苏区旅程路{stamp}号{number}室",
        "categories": ["goods.clothing"],
        "point": [120.62, 31.31],
    }
    body = {"store_id": shop.post("/stores", store)["id"], "promise": PROMISE}
    return shop.post("/enrolments", body)["id"]


def enrolled(site, brand: str, firm: str) -> list[str]:
    """Two new stores of the brand in one district, through application, checks and approval; their plaques."""
    shop, chief = Client(site, "shop.suzhou"), Client(site, "chief.suzhou")
    cases = [draft(shop, brand, firm, number) for number in (1, 2)]
    for case in cases:
        shop.post(f"/enrolments/{case}/submit", {"signed": True}, 1)
    return [approved(chief, case) for case in cases]


def approved(chief: Client, case: str) -> str:
    for _ in range(60):
        seen = chief.get(f"/enrolments/{case}")
        if seen.get("checks"):
            break
        time.sleep(0.5)
    return chief.post(f"/enrolments/{case}/approve", {}, seen["version"])["standing"]["plaque"]


def hub(page) -> tuple[str, str, str]:
    """Open the page of brands; the brand's name, its page, and its firm."""
    sign_in_staff(page, "shop.suzhou", code=False)
    page.get_by_role("link", name="品牌与联盟").click()
    page.wait_for_url("**/merchant/chains")
    card = page.locator(".grid .card").first
    firm = page.locator("#owner option").first.get_attribute("value")
    return card.locator("h3").inner_text(), card.locator("a").get_attribute("href"), firm


def both_sizes(page, shot, name: str) -> None:
    """Sound at both sizes, and kept as pictures."""
    for size, label in ((PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        sound(page, page.url)
        shot(page, f"{name}-{label}")


def test_a_brand_hands_a_matter_to_a_colleague_and_sees_its_alliance(opened, shot, site):
    page = opened(DESK)
    brand, inbox, firm = hub(page)
    both_sizes(page, shot, "chains-hub")
    draft(Client(site, "shop.suzhou"), brand, firm, 3)
    page.goto(inbox)
    page.locator("summary", has_text="交给同事").first.click()
    row = page.locator("tbody tr").first
    row.get_by_label("内部期限").fill(str(SystemClock().today()))
    row.get_by_role("button", name="交给同事").click()
    page.get_by_label("只看交给我的").check()
    page.get_by_role("button", name="筛选").click()
    page.wait_for_url("**mine=1")
    both_sizes(page, shot, "brand-inbox")
    page.get_by_role("button", name="已办好").first.click()
    page.get_by_role("link", name="持证企业与门店").click()
    both_sizes(page, shot, "brand-holders")
    page.goto("/merchant/chains")
    page.get_by_role("link", name="沪苏同城").first.click()
    both_sizes(page, shot, "alliance")


def test_a_shop_confirms_a_makers_agreement(opened, shot, site):
    page = opened(DESK)
    hub(page)
    waiting = page.locator(".note.warn + .table-wrap")
    waiting.locator("a").first.click()
    both_sizes(page, shot, "agreement")
    page.go_back()
    waiting.get_by_role("button", name="确认").first.click()
    page.wait_for_url("**/merchant/chains")
    assert page.locator(".note.warn").count() == 0


def test_a_brand_changes_all_its_stores_at_once(opened, shot, site):
    page = opened(DESK)
    brand, inbox, firm = hub(page)
    plaques = enrolled(site, brand, firm)
    page.goto(f"{inbox}/promise")
    both_sizes(page, shot, "brand-promise")
    chosen = page.locator("#stores input[name=stores]")
    assert chosen.count() >= len(plaques)
    page.get_by_label("全选").check()
    page.get_by_label("无理由退货天数（至少 7 天）").fill("9")
    page.get_by_role("button", name="看看会怎样").click()
    page.wait_for_selector("#preview")
    assert page.locator("#preview tbody tr").count() == chosen.count()
    shot(page, "brand-promise-preview-desk")
    page.get_by_role("button", name="确认变更").click()
    page.wait_for_selector("text=全部完成")
    both_sizes(page, shot, "brand-progress")
    days = requests.get(f"{site.url}/api/v1/plaques/{plaques[0]}", timeout=10).json()["promise"]["days"]
    assert days == 15, "a lesser promise holds only after its notice"


def test_a_firm_proves_its_standing_to_one_bank_and_ends_it(opened, shot, site):
    page, lender = opened(DESK), opened(PHONE)
    hub(page)
    page.goto("/merchant/statements")
    page.get_by_role("button", name="生成一份证明").click()
    own = page.url
    page.get_by_text("同意一家机构查看").click()
    page.get_by_role("button", name="生成链接").click()
    page.get_by_label("机构名称").fill("示例银行")
    page.get_by_role("button", name="生成链接").click()
    link = page.locator("[data-link]").inner_text().strip()
    lender.goto(link)
    assert lender.get_by_text("签名有效").count() == 1
    shot(lender, "statement-shared-phone")
    page.goto(own)
    assert page.locator("aside .line li").count() == 1
    both_sizes(page, shot, "statement-own")
    page.get_by_role("button", name="撤回同意").click()
    page.wait_for_selector("text=已撤回")
    assert lender.goto(link).status == 404
    shot(lender, "statement-ended-phone")
