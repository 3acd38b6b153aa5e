from __future__ import annotations

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update

from app import settings as app_settings
from app import tasks, wiring
from app.standin import StandInMessage
from tests.support.world import at
from workflows.delivery import jobs, leases, notices, outbox
from workflows.delivery.tables import Heartbeat, JobRun, Message
from workflows.errors import NotFound
from workflows.people.tables import Account
from workflows.store.sealed import seal, unseal
from workflows.store.session import Role


class Case:
    """What the outbox needs of a case."""

    def __init__(self, seq=1):
        self.id, self.chain_seq = uuid4(), seq


def put(db, topic="t", case=None, **options):
    with db.transaction(Role.WORKER) as session:
        return outbox.publish(session, topic, case or Case(), {"n": 1}, **options).id


def drain(db, handlers, limit=20):
    with db.transaction(Role.WORKER) as session:
        return outbox.drain(session, handlers, limit)


def make_due(db):
    with db.transaction(Role.WORKER) as session:
        session.execute(update(Message).values(next_at=func.now()))


def states(db):
    with db.transaction(Role.WORKER) as session:
        rows = session.scalars(select(Message)).all()
        return Counter("done" if m.done_at else "dead" if m.dead_at else "due" for m in rows)


def test_a_message_is_handled_once_by_its_handlers_in_the_transaction_that_marks_it(db):
    put(db, "a")
    seen = []
    assert drain(db, {"a": [lambda s, m: seen.append(m.topic)]}).done == 1
    assert drain(db, {"a": [lambda s, m: seen.append(m.topic)]}).done == 0
    assert seen == ["a"]


def test_a_rolled_back_change_leaves_no_message(db):
    with db.transaction(Role.WORKER) as session:
        outbox.publish(session, "a", Case(), {})
        session.flush()
        session.rollback()
    assert states(db) == {}


def test_t18_a_poison_message_dies_after_its_attempts_and_the_other_999_are_delivered(db):
    with db.transaction(Role.WORKER) as session:
        for n in range(1000):
            outbox.publish(session, "poison" if n == 500 else "good", Case(), {})
    seen = []

    def poison(session, message):
        session.add(Heartbeat(name="half-done", kind="x", at=datetime.now(UTC), facts={}))
        session.flush()
        raise ValueError("13900000000 must not be quoted")

    handlers = {"good": [lambda s, m: seen.append(m.id)], "poison": [poison]}
    for _ in range(outbox.MOST_ATTEMPTS):
        while drain(db, handlers, 100).more:
            pass
        make_due(db)
    assert len(set(seen)) == 999
    assert states(db) == {"done": 999, "dead": 1}
    with db.transaction(Role.WORKER) as session:
        assert session.get(Heartbeat, "half-done") is None
        assert session.scalar(select(Message.last_error).where(Message.dead_at.is_not(None))) == "ValueError"
        assert outbox.health(session).dead == 1


def test_a_dead_message_can_be_replayed(db):
    dead = put(db, "a")
    with db.transaction(Role.WORKER) as session:
        session.execute(update(Message).values(dead_at=func.now(), attempts=12))
        with pytest.raises(NotFound):
            outbox.replay(session, uuid4())
        assert outbox.replay(session, dead) == 1
    assert drain(db, {}).done == 1


def test_messages_of_one_case_go_in_order_and_a_failing_one_holds_up_its_own_case_only(db):
    case, seen = Case(), []
    for seq in (1, 2):
        case.chain_seq = seq
        put(db, f"case{seq}", case)
    put(db, "other")

    def note(session, message):
        seen.append(message.topic)

    def fails(session, message):
        raise RuntimeError

    drain(db, {"case1": [fails], "case2": [note], "other": [note]})
    assert seen == ["other"]
    make_due(db)
    drain(db, {"case1": [note], "case2": [note]})
    drain(db, {"case2": [note]})
    assert seen == ["other", "case1", "case2"]


def test_waiting_grows_with_every_failure_and_never_beyond_an_hour_and_a_quarter():
    waits = [outbox.backoff(n).total_seconds() for n in range(1, 20)]
    assert waits[0] < 3
    assert all(b > a for a, b in zip(waits[:6], waits[1:7], strict=True))
    assert max(waits) <= 4500


def test_t15_a_transaction_that_commits_late_is_not_overlooked(db):
    slow, go = threading.Event(), threading.Event()

    def late():
        with db.transaction(Role.WORKER) as session:
            outbox.publish(session, "late", Case(), {})
            session.flush()
            slow.set()
            go.wait(10)

    thread = threading.Thread(target=late)
    thread.start()
    slow.wait(10)
    put(db, "early")
    seen = []
    handlers = {t: [lambda s, m: seen.append(m.topic)] for t in ("late", "early")}
    drain(db, handlers)
    go.set()
    thread.join()
    drain(db, handlers)
    assert seen == ["early", "late"]


def test_two_drains_at_once_share_the_work_and_double_nothing(db):
    with db.transaction(Role.WORKER) as session:
        for _ in range(200):
            outbox.publish(session, "a", Case(), {})
    seen: list = []

    def work():
        while drain(db, {"a": [lambda s, m: seen.append(m.id)]}).more:
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 200


def test_t14_replaying_every_message_three_times_shuffled_changes_nothing(world):
    case = world.file()
    told = app_settings.read({"WUYOU_DATA": "/nonexistent"})
    while tasks.step(world.db, told):
        pass

    def tell_count():
        with world.as_worker() as session:
            return session.scalar(
                select(func.count()).select_from(notices.Notice).where(notices.Notice.case_id == case)
            )

    before = tell_count()
    assert before == 3
    for _ in range(3):
        with world.as_worker() as session:
            ids = list(session.scalars(select(Message.id)))
            random.Random(7).shuffle(ids)
            for place, message in enumerate(ids):
                late = timedelta(milliseconds=place)
                session.execute(
                    update(Message)
                    .where(Message.id == message)
                    .values(done_at=None, leased_until=None, next_at=func.now() - late)
                )
        while tasks.step(world.db, told):
            pass
    assert tell_count() == before
    with world.as_worker() as session:
        assert session.scalar(text("SELECT count(*) FROM stand_in_message")) == 1


def test_t8_a_worker_that_lost_its_lease_changes_nothing(db):
    put(db, "a", external=True)
    with db.transaction(Role.WORKER) as session:
        (zombie,) = leases.take(session)
    with db.transaction(Role.WORKER) as session:
        assert leases.take(session) == []
        session.execute(update(Message).values(leased_until=func.now() - timedelta(seconds=1)))
    with db.transaction(Role.WORKER) as session:
        (second,) = leases.take(session)
    with db.transaction(Role.WORKER) as session:
        assert not leases.failed(session, zombie, RuntimeError())
        assert not leases.done(session, zombie)
        assert leases.done(session, second)
        assert not leases.done(session, second)


def test_a_notice_by_sms_goes_out_once_with_proof_of_service(world):
    world.file()
    told = app_settings.read({"WUYOU_DATA": "/nonexistent"})
    while tasks.step(world.db, told):
        pass
    with world.as_worker() as session:
        sms = session.scalars(select(notices.Notice).where(notices.Notice.channel == "sms")).one()
        assert sms.served_at is not None
        assert sms.proof["stand_in"] == "sms"


def test_who_gave_an_address_is_told_by_e_mail_too(world):
    with world.as_consumer() as session:
        seal(session, session.get_one(Account, world.consumer), "email", "lin@example.com")
    world.file()
    told = app_settings.read({"WUYOU_DATA": "/nonexistent"})
    while tasks.step(world.db, told):
        pass
    with world.as_worker() as session:
        sent = session.scalars(select(StandInMessage).where(StandInMessage.channel == "email")).one()
        assert unseal(session, sent, "to") == "lin@example.com"
        channels = session.scalars(select(notices.Notice.channel).order_by(notices.Notice.channel)).all()
        assert channels == ["email", "page", "page", "sms"]


def slots(db):
    with db.transaction(Role.WORKER) as session:
        return [(r.job, r.scheduled_for) for r in session.scalars(select(JobRun).order_by(JobRun.scheduled_for))]


def test_t16_three_tickers_over_sixty_days_make_every_slot_once_and_catch_up(db):
    schedule = [jobs.Job("night", "30 1 * * *", lambda s, t: None), jobs.Job("hour", "0 */6 * * *", lambda s, t: None)]
    start = at("2026-07-01").now()

    def ticker(seed):
        rng, now = random.Random(seed), start
        for _ in range(60):
            now += timedelta(days=1)
            if rng.random() < 0.6:  # down on the other days
                with db.transaction(Role.WORKER) as session:
                    jobs.schedule(session, schedule, now)

    with db.transaction(Role.WORKER) as session:
        jobs.schedule(session, schedule[1:], at("2026-07-01T12:00:30+08:00").now())
        first = start.replace(hour=17, minute=30) - timedelta(days=1)
        session.add(JobRun(job="night", scheduled_for=first, next_at=first, state="done"))
    threads = [threading.Thread(target=ticker, args=[seed]) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction(Role.WORKER) as session:
        jobs.schedule(session, schedule, start + timedelta(days=60))
    made = slots(db)
    assert len(made) == len(set(made))
    assert sum(1 for job, _ in made if job == "night") == 61
    assert sum(1 for job, _ in made if job == "hour") == 241


def test_a_new_job_begins_with_its_present_slot_and_not_with_the_past(db):
    schedule = [jobs.Job("night", "30 1 * * *", lambda s, t: None)]
    with db.transaction(Role.WORKER) as session:
        assert jobs.schedule(session, schedule, at("2026-07-01").now()) == 0
        assert jobs.schedule(session, schedule, at("2026-07-02T01:30:20+08:00").now()) == 1


def test_a_job_whose_worker_died_is_taken_again_and_the_late_one_is_fenced(db):
    schedule = [jobs.Job("night", "30 1 * * *", lambda s, t: None)]
    with db.transaction(Role.WORKER) as session:
        jobs.schedule(session, schedule, at("2026-07-02T01:30:20+08:00").now())
        session.execute(update(JobRun).values(next_at=func.now()))
    with db.transaction(Role.WORKER) as session:
        zombie = jobs.take(session, ["night"])
    with db.transaction(Role.WORKER) as session:
        assert jobs.take(session, ["night"]) is None
        session.execute(update(JobRun).values(leased_until=func.now() - timedelta(seconds=1)))
    with db.transaction(Role.WORKER) as session:
        second = jobs.take(session, ["night"])
        assert (second.run, second.number) == (zombie.run, zombie.number + 1)
    with db.transaction(Role.WORKER) as session:
        assert not jobs.finish(session, zombie, {})
        assert not jobs.give_up(session, zombie, RuntimeError())
        assert jobs.finish(session, second, {"figures": 3})


def test_a_job_that_fails_is_due_again_later_and_dead_at_last(db):
    schedule = [jobs.Job("night", "30 1 * * *", lambda s, t: None)]
    with db.transaction(Role.WORKER) as session:
        jobs.schedule(session, schedule, at("2026-07-02T01:30:20+08:00").now())
    for _ in range(outbox.MOST_ATTEMPTS):
        with db.transaction(Role.WORKER) as session:
            session.execute(update(JobRun).values(next_at=func.now()))
        with db.transaction(Role.WORKER) as session:
            taken = jobs.take(session, ["night"])
            assert jobs.give_up(session, taken, ValueError())
    with db.transaction(Role.WORKER) as session:
        assert session.scalar(select(JobRun.state)) == "dead"


def test_the_night_runs_as_a_job_and_leaves_its_mark(world, tmp_path):
    told = app_settings.read({"WUYOU_DATA": str(tmp_path)})
    night = next(job for job in wiring.jobs(told) if job.name == "measures.recent")
    slot = night.slots(at("2026-07-20").now(), at("2026-07-22").now())[0]
    with world.as_worker() as session:
        session.add(JobRun(job=night.name, scheduled_for=slot, next_at=slot - timedelta(days=400), state="due"))
    assert tasks.run_job(world.db, told)
    assert not tasks.run_job(world.db, told)
    with world.as_worker() as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.state, run.result) == ("done", {"figures": 0})


def test_an_outbox_tells_its_age(db):
    put(db)
    time.sleep(0.05)
    with db.transaction(Role.WORKER) as session:
        health = outbox.health(session)
    assert (health.undone, health.dead) == (1, 0)
    assert 0.04 < health.oldest_seconds < 60
