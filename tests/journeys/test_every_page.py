"""T40 and the eye: every page at both sizes, light and dark, sound for a screen reader, deaf to injected script."""

from __future__ import annotations

import pytest
import requests
from axe_core_python.sync_playwright import Axe

from seeds import people
from tests.journeys.conftest import DESK, PHONE, sign_in_by_phone, sign_in_staff

SMALL = {"width": 320, "height": 640}
SCRIPT = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

PUBLIC = (
    "/",
    "/stores",
    "/stores?q=平江",
    "/stores?q=没有这家",
    "/stores?near=120.62,31.31&within_km=10",
    "/stores?near=31.31,120.62",
    "/verify",
    "/verify/SZP260720-AAAA-AAAA-A",
    "/public/open-data/",
    "/sign-in",
    "/sign-in/staff",
    "/merchant/register/",
    "/demo/messages",
    "/rate/nothing-of-the-kind",
    "/api/docs",
    "/my/",
    "/nowhere",
)
STAFF = {
    "shop.suzhou": (
        "/merchant/",
        "/merchant/firm/new",
        "/merchant/stores/new",
        "/my/notices",
        "/merchant/complaints",
        "/merchant/chains",
        "/merchant/alliances/new",
        "/merchant/agreements/new",
        "/merchant/statements",
        "/merchant/webhooks",
        "/merchant/talks/",
    ),
    "officer.gusu": (
        "/officer/",
        "/officer/?state=testing",
        "/officer/measures",
        "/officer/enrolments/",
        "/officer/enrolments/?green=1",
        "/officer/standings/",
        "/officer/standings/?state=removed",
        "/officer/visits/",
        "/officer/return-visits/",
        "/officer/oversight/",
        "/officer/oversight/warnings",
        "/officer/oversight/orders/",
        "/officer/oversight/orders/new",
        "/officer/oversight/talks/",
        "/officer/oversight/workload",
        "/officer/oversight/clusters/",
        "/officer/intake/",
        "/officer/consultations/",
        "/officer/consultations/new",
        "/officer/sessions/",
    ),
}
FILING = tuple(f"/my/complaints/new/{step}" for step in ("who", "what", "facts", "you", "check"))
CONSUMER = ("/my/", "/my/notices", "/my/account/", "/my/begin/", "/my/ask/?about=disclosure", *FILING)


def sound(page, address: str) -> None:
    """No fault that axe finds, no sideways scrolling, nothing that the security policy had to stop."""
    page.goto(address)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    faults = [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]]
    assert faults == [], address
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, address


def name(address: str) -> str:
    return address.strip("/").replace("/", "-").split("?")[0] or "home"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_public_pages_at_both_sizes(opened, shot, scheme, doors):
    of_doors = [f"/verify/{door.plaque}" for door in doors] + [f"/stores/{doors[0].store}?on=2026-01-01"]
    for size, label in ((PHONE, "phone"), (DESK, "desk"), (SMALL, "small")):
        page = opened(size, color_scheme=scheme)
        for address in (*PUBLIC, *of_doors):
            sound(page, address)
            if scheme == "dark" or label == "desk":
                shot(page, f"{name(address)}-{label}-{scheme}")


@pytest.mark.parametrize("login", STAFF)
def test_staff_pages_at_both_sizes(opened, shot, login):
    desk = opened(DESK, color_scheme="dark")
    sign_in_staff(desk, login, code=login.startswith("officer"))
    pages = [*STAFF[login]]
    pages.append(desk.locator("tbody a").first.get_attribute("href"))
    for address in pages:
        desk.set_viewport_size(DESK)
        sound(desk, address)
        shot(desk, f"{name(address)[:24]}-desk-dark")
        desk.set_viewport_size(PHONE)
        sound(desk, address)


def test_a_consumers_pages_down_to_320_pixels(opened):
    page = opened({"width": 320, "height": 640})
    page.goto("/sign-in")
    sign_in_by_phone(page, "13900000002")
    page.wait_for_url("**/my/")
    for address in CONSUMER:
        sound(page, address)


def test_script_in_every_stored_field_stays_text(opened, site):
    api = f"{site.url}/api/v1"
    signed_in = requests.post(
        f"{api}/sessions", json={"login": "lin.demo", "password": people.PASSWORD}, timeout=10
    ).json()
    body = {
        "complainant": {"name": SCRIPT[:50], "address": f"苏州市姑苏区{SCRIPT}"},
        "respondent": {"name": f"某店{SCRIPT}", "address": f"苏州市姑苏区{SCRIPT}", "platform": SCRIPT},
        "category": "goods.other",
        "problem": "other",
        "requests": ["refund"],
        "facts": {"happened_on": "2026-06-01", "place": SCRIPT, "amount_fen": 1, "narrative": SCRIPT},
        "consents": {"publish": False, "entrust_mediation": False},
    }
    headers = {"Authorization": f"Bearer {signed_in['token']}"}
    filed = requests.post(f"{api}/complaints", json=body, headers=headers, timeout=10)
    assert filed.status_code == 201, filed.text
    case = filed.json()["id"]
    desk = opened(DESK)
    sign_in_staff(desk, "chief.suzhou", code=True)
    for address in (f"/officer/complaints/{case}", "/officer/?district=320508"):
        desk.goto(address)
        assert desk.title() != "owned"
        assert desk.locator("main img").count() == 0
    assert "onerror" in desk.goto(f"/officer/complaints/{case}").text()
