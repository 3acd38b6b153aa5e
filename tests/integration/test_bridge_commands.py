"""The stand-in as a process of its own, the commands that ask it, the night that compares, and the doctor's word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.bridges import schedule
from app.bridges.client import ADDRESS_FILE, platforms
from app.commands import proof
from app.places import Places
from app.settings import read
from complaints.bridge_models import BridgeBatch, BridgeNumber
from tests.support.platform import row, standing_in
from workflows.delivery.platforms import Declined, Unanswered
from workflows.errors import RuleBroken
from workflows.store.session import DatabaseClock, Role
from workflows.time.clock import SystemClock

TODAY = SystemClock().today()


@pytest.fixture
def told(tmp_path):
    return read({"WUYOU_DATA": str(tmp_path / "var"), "WUYOU_DEMO": "1"})


@pytest.fixture
def process(told):
    """The stand-in as the demo's supervisor starts it."""
    place = Places(told.data)
    env = os.environ | {"WUYOU_DATA": str(told.data), "PYTHONPATH": str(Path.cwd())}

    def start():
        (place.run / ADDRESS_FILE).touch()
        before = (place.run / ADDRESS_FILE).stat().st_mtime_ns
        started = subprocess.Popen([sys.executable, "-m", "app.bridges"], env=env)
        until = time.monotonic() + 20
        while (place.run / ADDRESS_FILE).stat().st_mtime_ns == before and time.monotonic() < until:
            time.sleep(0.05)
        running.append(started)
        return started

    running: list[subprocess.Popen] = []
    yield start
    for one in running:
        one.kill()
        one.wait(10)


def test_the_stand_in_keeps_its_book_and_its_port_over_a_restart(told, process):
    first = process()
    national = platforms(told)["national"]
    receipt = national.hand_over("k1", {"respondent": "样店", "kind": "complaint"})
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0
    with pytest.raises(Unanswered):
        national.find(receipt.number)
    process()
    assert platforms(told)["national"] == national
    assert national.hand_over("k1", {"respondent": "样店", "kind": "complaint"}) == receipt
    assert [c.number for c in national.find(receipt.number)] == [receipt.number]


def test_a_key_used_for_another_body_and_a_wrong_secret_are_refused(world, tmp_path):
    with standing_in(world.db, tmp_path) as found:
        national = found.known()["national"]
        national.hand_over("k", {"respondent": "样店"})
        with pytest.raises(Declined, match="key_reused"):
            national.hand_over("k", {"respondent": "另一家"})
        with pytest.raises(Declined, match="token"):
            type(national)(national.address, "wrong").batches()
        with pytest.raises(Declined, match="number_unknown"):
            national.tell("s", "QG000000", {"kind": "complaint", "status": "closed", "on": "2026-07-20", "seq": 2})


def test_a_late_status_changes_nothing(world, tmp_path):
    with standing_in(world.db, tmp_path) as found:
        national = found.known()["national"]
        number = national.hand_over("k", {"respondent": "样店"}).number
        for key, status, seq in (("a", "mediating", 5), ("b", "accepted", 3)):
            national.tell(key, number, {"kind": "complaint", "status": status, "on": "2026-07-20", "seq": seq})
        assert [c.status for c in national.find(number)] == ["mediating"]


def test_no_platform_is_known_where_no_address_was_given_and_no_demo_runs(tmp_path):
    assert platforms(read({"WUYOU_DATA": str(tmp_path / "var"), "WUYOU_DEMO": "0"})) == {}
    given = read({"WUYOU_DATA": str(tmp_path / "var"), "WUYOU_BRIDGE_HOTLINE": "https://hotline.example/hotline/"})
    assert platforms(given)["hotline"].address == "https://hotline.example/hotline"
    with pytest.raises(RuleBroken, match="WUYOU_BRIDGE_CITY"):
        read({"WUYOU_BRIDGE_CITY": "1101"})


@pytest.fixture
def connected(world, tmp_path):
    """An installation whose platforms are the stand-in's."""
    with standing_in(world.db, tmp_path, today=TODAY) as found:
        address = {f"WUYOU_BRIDGE_{s.upper()}": f"{found.server.address}/{s}" for s in ("national", "hotline")}
        told = read({"WUYOU_DATA": str(tmp_path / "var"), "WUYOU_DEMO": "0", **address})
        found.server.tokens = {s: Places(told.data).secret(f"bridge-{s}") for s in ("national", "hotline")}
        found.known = lambda: platforms(told)
        found.told = told
        yield found


def night(world, connected, job):
    with world.db.transaction(Role.WORKER) as session:
        return job(connected.told, session, DatabaseClock(session).now())


def findings(world, connected):
    with world.db.transaction(Role.EXPORT) as session:
        return {f.what: f for f in proof._bridges(session, connected.told)}


def test_the_night_compares_the_last_days_and_the_doctor_says_what_was_not(world, connected):
    connected.book.offer("hotline", "b", [row("RX26071700001")])
    assert night(world, connected, schedule.fetch)["platforms"] == 2
    connected.work()
    with world.db.transaction(Role.WORKER) as session:
        assert [b.answered_at is not None for b in session.query(BridgeBatch)] == [True]
        yesterday = DatabaseClock(session).now() - timedelta(days=2)
        session.execute(update(BridgeNumber).values(noted_at=yesterday))
    assert not findings(world, connected)["bridges"].well
    assert "not compared" in findings(world, connected)["bridges"].says
    assert night(world, connected, schedule.compare)["days"] == 28
    assert night(world, connected, schedule.compare)["days"] == 0
    connected.work(rounds=10)
    assert findings(world, connected)["bridges"].well
    assert findings(world, connected)["comparison"].well


def test_the_doctor_says_what_was_refused_set_aside_or_differs(world, connected):
    connected.book.offer("hotline", "b", [row("RX26071700001"), row("RX26071700002", problem="")])
    night(world, connected, schedule.fetch)
    connected.server.break_next("refuse", path="/national/v1/filings")
    connected.work()
    found = findings(world, connected)
    assert [found[name].well for name in ("bridge refusals", "rows to mend", "comparison")] == [False, False, True]
