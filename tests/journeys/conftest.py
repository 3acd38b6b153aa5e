"""A running installation with its demo, and a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.identity import totp
from seeds import people
from tests.journeys import doors as door_makers
from tests.support.net import free_port
from workflows.people.masks import masked_phone
from workflows.time.clock import SystemClock

WUYOU = Path(sys.executable).with_name("wuyou")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Installation:
    """A running installation."""

    url: str
    data: Path

    def command(self, *arguments: str) -> str:
        env = os.environ | {"WUYOU_DATA": str(self.data), "PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(
            [sys.executable, str(WUYOU), *arguments], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def failing(self, *arguments: str) -> int:
        """The exit status of a command that says no."""
        env = os.environ | {"WUYOU_DATA": str(self.data), "PYTHONPATH": str(Path.cwd())}
        return subprocess.run(
            [sys.executable, str(WUYOU), *arguments], env=env, capture_output=True, check=False
        ).returncode


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Installation]:
    """Wuyou with its demo city, started as `make run` starts it."""
    data, port = tmp_path_factory.mktemp("site") / "var", free_port()
    plain = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "WUYOU_DEMO")}
    env = plain | {"WUYOU_DATA": str(data), "PORT": str(port), "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen([sys.executable, str(WUYOU), "run"], env=env, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("Wuyou is ready at"):
            break
    yield Installation(f"http://127.0.0.1:{port}", data)
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="session")
def doors(site):
    """A shop with a plaque in force, and one whose plaque was taken away."""
    return door_makers.put_up(site.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail("the browser tests need Chromium: sudo apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, site):
    """Open a browser window of a size, and notice everything that goes wrong in it."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def window(size=DESK, **options) -> Page:
        context = browser.new_context(viewport=size, base_url=site.url, locale="zh-CN", **options)
        context.set_default_timeout(15000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        return page

    yield window
    for context in contexts:
        context.close()
    expected = ("401", "403", "404", "409", "412", "422")
    assert [c for c in complaints if not any(code in c for code in expected)] == []


@pytest.fixture
def shot():
    """Keep a picture of a page where WUYOU_SCREENS says; elsewhere pictures are not kept."""
    folder = os.environ.get("WUYOU_SCREENS")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return take


def texted(page: Page, phone: str, after: str) -> str:
    """What follows these words in the newest message to a telephone: others, of other cases, may have come since."""
    messages = page.context.new_page()
    messages.goto("/demo/messages")
    mine = messages.locator("tr").filter(has_text=masked_phone(phone)).filter(has_text=after)
    words = mine.first.locator("[data-message]").inner_text()
    messages.close()
    return words.split(after)[1]


def sign_in_by_phone(page: Page, phone: str) -> None:
    """As a person would: ask for a code, read it on the demo's page of messages, type it."""
    page.get_by_label("手机号码").fill(phone)
    page.get_by_role("button", name="发送验证码").click()
    page.wait_for_selector("text=输入验证码")
    page.get_by_label("6 位验证码").fill(texted(page, phone, "验证码 ")[:6])
    page.get_by_role("button", name="登录").click()


SIGNED_IN: dict[str, tuple[str, list[Any]]] = {}
"""Where each person of the demo came to after signing in, and the cookies of that."""


def sign_in_staff(page: Page, login: str, *, code: bool) -> None:
    """By login, password and, for officers, a code of their app; whoever has signed in before goes on with that.

    A code is good once and whoever tries too often must wait, so many journeys of one person need one signing in.
    """
    home, cookies = SIGNED_IN.get(login, ("/sign-in/staff", []))
    page.context.add_cookies(cookies)
    page.goto(home)
    if "/sign-in" in page.url:
        page.context.clear_cookies()
        _sign_in(page, login, code=code)
        SIGNED_IN[login] = page.url, page.context.cookies()


def _sign_in(page: Page, login: str, *, code: bool) -> None:
    """With the code of now, or with the next one where that was taken."""
    until = time.monotonic() + 70
    while True:
        for ahead in (0, totp.STEP_SECONDS):
            page.goto("/sign-in/staff")
            page.get_by_label("账号").fill(login)
            page.get_by_label("密码").fill(people.PASSWORD)
            if code:
                moment = SystemClock().now() + timedelta(seconds=ahead)
                page.get_by_label("动态口令").fill(totp.code(people.TOTP, moment))
            page.get_by_role("button", name="登录").click()
            page.wait_for_load_state()
            if "/sign-in" not in page.url:
                return
        if time.monotonic() > until:
            raise AssertionError(f"{login} could not sign in")
        time.sleep(5)
