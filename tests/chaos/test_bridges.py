"""The bridge under faults: accepted but the answer lost, two workers with one message, batches that come at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.bridges import send
from complaints.bridge_models import BridgeBatch, BridgeHandover, BridgeNumber, BridgePush, BridgeRow
from complaints.models import Complaint
from complaints.operations import decide, handing, mediate
from tests.factories import DraftFactory
from tests.support.platform import DAY, row, standing_in
from workflows.delivery import leases
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Postponed
from workflows.store.session import Role

CASES = 8
FAULTS = ("lost", "500", "garbage", "lost", "lost")


@pytest.fixture
def platforms(world, tmp_path):
    with standing_in(world.db, tmp_path) as found:
        yield found


def count(world, model, **by):
    with world.as_worker() as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**by))


def test_answers_lost_at_random_leave_every_case_with_one_number_and_every_step_told_once(world, platforms):
    chance = random.Random(7)
    cases = [world.file() for _ in range(CASES)]
    for case in cases[::2]:
        world.decide(case, decide.accept)
        world.decide(case, decide.told, "phone")
        for side in ("complainant", "respondent"):
            world.decide(case, mediate.consent, side)
        world.decide(case, mediate.open_mediation)
    for _ in range(20):
        platforms.server.break_next(chance.choice(FAULTS), path="/v1/filings")
    platforms.work(rounds=60)
    assert len(platforms.failed) >= 10
    listed = platforms.book.cases("national", "received_on", str(DAY))
    assert len(listed) == CASES
    with world.as_worker() as session:
        ours = {n.number: n.case_id for n in session.scalars(select(BridgeNumber))}
    assert {c["number"] for c in listed} == set(ours)
    for c in listed:
        told = ("mediating", 2) if ours[c["number"]] in cases[::2] else ("received", 0)
        assert (c["status"], c["changes"]) == told
    assert count(world, BridgePush, done_at=None) == 0


def test_two_workers_with_the_same_message_tell_it_once(world, platforms):
    """A lease that ran out while its worker was slow: both go on, with the same keys."""
    cases = [world.file() for _ in range(CASES)]
    for case in cases:
        world.decide(case, decide.accept)
    platforms.drain()
    with world.db.transaction(Role.WORKER) as session:
        taken = leases.take(session, only=["bridge.push"])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda lease: send.push(world.db, lease, platforms.known), [*taken, *taken, *taken]))
    listed = platforms.book.cases("national", "received_on", str(DAY))
    assert [(c["status"], c["changes"]) for c in listed] == [("accepted", 1)] * CASES
    assert count(world, BridgeNumber) == CASES


def test_a_batch_fetched_by_several_at_once_is_filed_once(world, platforms):
    rows = [row(f"RX2026071700{n:04}") for n in range(12)]
    rows[5] |= {"problem": ""}
    for _ in range(3):
        platforms.book.offer("hotline", "b", rows)
    lease = Lease(uuid4(), 1, "bridge.fetch", uuid4(), {"system": "hotline", "city": "3205"}, 0)
    with ThreadPoolExecutor(6) as pool:
        outcomes = [pool.submit(send.fetch, world.db, lease, platforms.known) for _ in range(6)]
    assert any(outcome.exception() is None for outcome in outcomes)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: platforms.drain(), range(3)))
    platforms.fetch("hotline")
    assert count(world, BridgeBatch) == 1
    assert count(world, Complaint) == 11
    assert count(world, BridgeRow, state="aside") == 1
    assert platforms.book.waiting("hotline") == []


def test_a_hand_over_accepted_and_never_answered_is_one_case_whatever_comes_first(world, platforms, root):
    root.execute("UPDATE bureau SET portal_channel = false")
    root.commit()
    platforms.server.break_next("lost", times=3, path="/v1/filings")
    with world.as_consumer() as session:
        for _ in range(3):
            handing.hand_over(session, DraftFactory(), actor=world.consumer_actor, clock=world.clock)
    platforms.drain()
    with world.db.transaction(Role.WORKER) as session:
        taken = leases.take(session, only=["bridge.hand_over"])
    for lease in taken:
        with pytest.raises(Postponed):
            send.hand_over(world.db, lease, platforms.known)
    platforms.ask("bridge.fetch", system="national", city="3205")
    with world.db.transaction(Role.WORKER) as session:
        for lease in leases.take(session, only=["bridge.fetch"]):
            send.fetch(world.db, lease, platforms.known)
    platforms.drain()
    assert count(world, Complaint) == 3
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda lease: send.hand_over(world.db, lease, platforms.known), [*taken, *taken]))
    platforms.work()
    assert count(world, Complaint) == 3
    assert count(world, BridgeHandover, state="arrived") == 3
    assert len(platforms.book.cases("national", "received_on", str(DAY))) == 3
