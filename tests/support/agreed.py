"""A case with an agreement in a small world, and what both sides, the worker and the night do afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from app import wiring
from complaints import after_jobs, measures
from complaints.after_models import Outcome
from complaints.operations import decide, mediate, outcomes
from tests.support.world import at
from workflows.delivery import outbox
from workflows.delivery.notices import Notice
from workflows.time.clock import SHANGHAI

SETTLED = "2026-07-24"


def settled(world, fen=39900):
    case = world.mediating()
    world.decide(case, mediate.settle, fen, clock=at(SETTLED))
    return case


def closed(world, fen=39900):
    case = settled(world, fen)
    world.decide(case, mediate.close, clock=at("2026-07-25"))
    return case


def by_firm(world, case, *values, clock="2026-07-26", **named):
    with world.as_merchant() as session:
        found = decide.find(session, case)
        return outcomes.perform(session, found, *values, actor=world.merchant_actor, clock=at(clock), **named)


def by_consumer(world, case, verb, *values, clock="2026-07-28", **named):
    with world.as_consumer() as session:
        found = decide.find(session, case)
        return verb(session, found, *values, actor=world.consumer_actor, clock=at(clock), **named)


def rows(world, case):
    with world.as_worker() as session:
        return session.scalars(select(Outcome).where(Outcome.case_id == case).order_by(Outcome.id)).all()


def kinds(world, case):
    return [row.kind for row in rows(world, case)]


def drained(world):
    """Let the worker do everything that follows from what happened."""
    more = True
    while more:
        with world.as_worker() as session:
            found = outbox.drain(session, wiring.HANDLERS, 100)
        assert found.failed == 0
        more = found.more


def served(world, case, on):
    moment = datetime.combine(date.fromisoformat(on), datetime.min.time(), SHANGHAI) + timedelta(hours=10)
    with world.as_worker() as session:
        of_case = (Notice.case_id == case) & (Notice.channel != "page")
        session.execute(update(Notice).where(of_case).values(served_at=moment, proof={"stand_in": "sms"}))


def night(world, on):
    with world.as_worker() as session:
        return after_jobs.day_goes_by(session, datetime.fromisoformat(f"{on}T08:20:00+08:00"))


def figures(world, prefix, day, scope="320508"):
    with world.as_worker() as session:
        found = measures.measure(session, day)
    short = {f.name.removeprefix("complaint."): (f.numerator, f.denominator) for f in found if f.scope == scope}
    return {name: value for name, value in short.items() if name.startswith(prefix)}
