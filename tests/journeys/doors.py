"""Two shops with plaques at their doors, enrolled the way everybody enrols: one promises, one was removed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from app.identity import totp
from seeds import people
from workflows.time.clock import SystemClock

WAIT_SECONDS = 75
WITH_CODE = ("officer", "head", "chief", "council")
PROMISE = {"days": 15, "categories": ["goods.clothing"], "cross_store": True}
SPOTS = {"观前丝绸样店": [120.6222, 31.3111], "平江旧牌样店": [120.6301, 31.3155]}


@dataclass(frozen=True)
class Door:
    """A shop and the number of the plaque at its door."""

    store: str
    name: str
    plaque: str


TOKENS: dict[tuple[str, str], str] = {}


def token(url: str, login: str) -> str:
    """A token of somebody of the demo, signed in once: codes are good once, and whoever tries too often must wait."""
    if (url, login) not in TOKENS:
        TOKENS[url, login] = _signed_in(f"{url}/api/v1/sessions", login)
    return TOKENS[url, login]


def _signed_in(address: str, login: str) -> str:
    """Others use the same account: wait for the next code where one was taken."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        for ahead in (0, totp.STEP_SECONDS):
            code = totp.code(people.TOTP, SystemClock().now() + timedelta(seconds=ahead))
            body = {"login": login, "password": people.PASSWORD}
            body |= {"totp": code} if login.startswith(WITH_CODE) else {}
            answer = requests.post(address, json=body, timeout=10)
            if answer.status_code == 201:
                return answer.json()["token"]
        assert time.monotonic() < until, answer.text
        time.sleep(5)


class Caller:
    """JSON calls of one person of the demo."""

    def __init__(self, url: str, login: str) -> None:
        self.api = f"{url}/api/v1"
        self.token = token(url, login)

    def call(self, method: str, path: str, body: Any = None, version: int | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": f'"{version}"'} if version else {})
        answer = requests.request(method, f"{self.api}{path}", json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def step(self, case: dict[str, Any], verb: str, **values: Any) -> dict[str, Any]:
        """Take a step with what was seen last."""
        return self.call("POST", f"/enrolments/{case['id']}/{verb}", values, case["version"])


def enrolled(merchant: Caller, officer: Caller, name: str) -> tuple[dict[str, Any], Door]:
    """A new shop with its plaque; its application, and the door."""
    shop = {"enterprise_id": str(people.enterprise_id("pingjiang")), "name": name, "brand": "平江衣坊"}
    shop |= {"district": "320508", "address": f"苏州市姑苏区样板路{len(name)}号{name[:2]}", "point": SPOTS[name]}
    store = merchant.call("POST", "/stores", shop | {"categories": ["goods.clothing"]})
    case = merchant.call("POST", "/enrolments", {"store_id": store["id"], "promise": PROMISE})
    case = merchant.step(case, "submit", signed=True)
    until = time.monotonic() + WAIT_SECONDS
    while not (case := officer.call("GET", f"/enrolments/{case['id']}"))["checks"]:
        assert time.monotonic() < until, "the worker never checked the application"
        time.sleep(0.5)
    case = officer.step(case, "approve")
    return case, Door(store["id"], name, case["standing"]["plaque"])


def listed(url: str, name: str, yes: bool) -> None:
    """Wait until the worker has listed a shop, or taken it off."""
    until = time.monotonic() + WAIT_SECONDS
    near = {"near": "120.6222,31.3111", "q": name}
    while bool(requests.get(f"{url}/api/v1/stores", params=near, timeout=10).json()["items"]) is not yes:
        assert time.monotonic() < until, "the worker never listed the store"
        time.sleep(0.5)


def put_up(url: str) -> tuple[Door, Door]:
    """A door with a promise in force, and one whose plaque was taken away after its firm was heard."""
    merchant, officer = Caller(url, "shop.suzhou"), Caller(url, "officer.gusu")
    (_, real), (case, gone) = (enrolled(merchant, officer, name) for name in SPOTS)
    case = officer.step(case, "propose_removal", ground="broken_promise", reason="三次拒绝退货")
    case = merchant.step(case, "hear", words="没有意见")
    officer.step(case, "remove", reason="已陈述，仍决定摘牌")
    listed(url, real.name, yes=True)
    listed(url, gone.name, yes=False)
    return real, gone
