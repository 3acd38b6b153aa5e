"""T13 and T21: a failure at every write of a use case, and clocks that no machine can move."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from complaints.operations import decide, filing
from merchants.models import Store
from merchants.operations import enrol, review
from merchants.promise import PromiseTerms
from tests.factories import DraftFactory, ReportFactory
from tests.support.world import at
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock

TABLES = (
    "filing", "complaint", "report", "enrolment", "standing", "promise", "case_access", "case_event", "case_commitment",
    "case_clock", "outbox",
)  # fmt: skip


class BrokenError(Exception):
    """What a write fails with."""


def counts(world) -> dict[str, int]:
    with world.as_worker() as session:
        return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES}


def run_with_failure_at(world, k: int, work) -> bool:
    """Run a use case whose k-th statement fails; whether it failed."""
    seen = 0

    def fail(conn, cursor, statement, parameters, context, executemany):
        nonlocal seen
        if not statement.startswith("SELECT set_config"):
            seen += 1
            if seen == k:
                raise BrokenError

    engines = [world.db.engine(role) for role in world.db.urls]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", fail)
    try:
        work()
    except BrokenError:
        return True
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", fail)
    return False


def every_failure(world, work) -> int:
    """Fail at each statement in turn: all or nothing each time. How many statements there are."""
    before, k = counts(world), 1
    while run_with_failure_at(world, k, work):
        assert counts(world) == before, f"statement {k}"
        k += 1
    return k - 1


def test_a_filing_with_two_legs_is_whole_or_not_there_at_whichever_write_it_fails(world):
    def file():
        with world.as_consumer() as session:
            draft = DraftFactory(report=ReportFactory(), respondent=filing.Respondent(store_id=world.store))
            filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)

    assert every_failure(world, file) >= 10
    after = counts(world)
    assert (after["complaint"], after["report"], after["outbox"], after["case_event"]) == (1, 1, 2, 2)


def test_an_approval_brings_standing_and_promise_or_nothing_at_whichever_write_it_fails(world):
    terms = PromiseTerms(days=7, categories=("goods.clothing",))
    with world.as_merchant() as session:
        store = session.get_one(Store, world.store)
        case = enrol.draft(session, store, terms, enrol.Papers(), actor=world.merchant_actor, clock=world.clock)
        enrol.submit(session, case, signed=True, actor=world.merchant_actor, clock=world.clock)
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=world.clock)

    def approve():
        with world.as_officer() as session:
            review.approve(session, enrol.find(session, case.id), actor=world.officer_actor, clock=world.clock)

    assert every_failure(world, approve) >= 10
    after = counts(world)
    assert (after["standing"], after["promise"]) == (1, 1)


def test_a_decision_is_whole_or_not_there_at_whichever_write_it_fails(world):
    case = world.file()
    assert every_failure(world, lambda: world.decide(case, decide.accept)) >= 4
    assert world.read(case).version == 2


def test_there_is_no_message_without_its_case_and_no_case_without_its_message(world):
    case = world.file()
    world.decide(case, decide.accept)
    with world.as_worker() as session:
        orphans = "SELECT count(*) FROM outbox o LEFT JOIN complaint c ON c.id = o.case_id WHERE c.id IS NULL"
        joined = "case_event e LEFT JOIN outbox o ON o.case_id = e.case_id AND o.seq = e.seq"
        unmatched = f"SELECT count(*) FROM {joined} WHERE o.id IS NULL"
        assert (session.scalar(text(orphans)), session.scalar(text(unmatched))) == (0, 0)


def test_t21_the_time_of_a_transaction_is_the_databases_whatever_the_machine_says(world, monkeypatch):
    class Skewed(datetime):
        @classmethod
        def now(cls, tz=None):  # noqa: ARG003 - the signature of what it stands for
            return datetime(2031, 1, 1, tzinfo=UTC)

    monkeypatch.setattr("workflows.time.clock.datetime", Skewed)
    with world.as_worker() as session:
        clock = DatabaseClock(session)
        real = session.scalar(text("SELECT now()"))
        assert clock.now() == real
        assert clock.now() == clock.now()
        assert abs((clock.today() - real.date()).days) <= 1


def test_t21_a_clock_set_back_moves_no_date_that_was_counted(world):
    case = world.file(at("2026-07-20"))
    due = world.read(case).next_due_on
    world.decide(case, decide.accept, clock=at("2026-07-20T11:00:00+08:00"))
    assert world.read(case).next_due_on == due
    assert str(world.read(case).accepted_on) == "2026-07-20"


def test_a_session_knows_no_identity_after_its_transaction(world):
    with world.as_consumer() as session:
        assert isinstance(session, Session)
        assert session.scalar(text("SELECT current_setting('app.account', true)")) == str(world.consumer)
