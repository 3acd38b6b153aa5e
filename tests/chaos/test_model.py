"""T28: lives of complaints drawn at random, held step by step against a model that knows the law by heart.

Two cities, a consumer, a firm, two officers; every step may come with a stale version, may be repeated, or may crash
before it is kept. After each of them: every filing is there once (C1), every event is told once (C2), every chain
verifies (C3), every path is lawful (C4), and every date is what walking the calendar day by day gives (C5).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES
from complaints.models import Complaint
from complaints.operations import decide, filing, mediate, offers
from complaints.terms import ACCEPT, MEDIATE, NOTIFY
from tests.integration.test_enrolment import work
from tests.support.world import NOON, World
from workflows.case import clocks, journal
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import DomainError, NotFound, Stale
from workflows.people import directory
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import Role
from workflows.time.clock import FixedClock, shanghai_date
from workflows.time.notices import published

NIGHT = bool(os.environ.get("WUYOU_NIGHT"))
DRAWN = settings(
    max_examples=500 if NIGHT else 12,
    stateful_step_count=50 if NIGHT else 25,
    deadline=None,
    derandomize=not NIGHT,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ABROAD = filing.Respondent(name="上海行路商贸有限公司", address="上海市黄浦区样板路8号")
CALENDAR = published()
OFFICER, FAR, CONSUMER, FIRM = "officer", "far officer", "consumer", "firm"

STEPS = {
    "accept": (decide.accept, {}),
    "decline": (decide.decline, {"ground": "O121-16-1", "reason": "不属于本机关职责。"}),
    "told": (decide.told, {"by": "phone"}),
    "return_to_intake": (decide.return_to_intake, {"reason": "不在本辖区。"}),
    "correct": (decide.correct, {"reason": "决定有误。"}),
    "consent of the consumer": (mediate.consent, {"side": "complainant"}),
    "consent of the firm": (mediate.consent, {"side": "respondent"}),
    "open_mediation": (mediate.open_mediation, {}),
    "testing": (mediate.testing, {}),
    "tested": (mediate.tested, {}),
    "offer": (offers.offer, {"side": "respondent", "amount_fen": 20000}),
    "settle": (mediate.settle, {"amount_fen": 39900}),
    "terminate": (mediate.terminate, {"ground": "O121-23-3"}),
    "terminate for time": (mediate.terminate, {"ground": "O121-23-5"}),
    "withdraw": (mediate.withdraw, {}),
    "close": (mediate.close, {}),
    "evaluate": (mediate.evaluate, {"score": 4}),
}
EVENTS = {"consent of the consumer": "consent", "consent of the firm": "consent", "terminate for time": "terminate"}
BY_CONSUMER = ("consent of the consumer", "withdraw", "evaluate")
BY_FIRM = ("consent of the firm", "offer")

MOST = 2
LIKELY = {
    "filed": (("accept",), ("accept", "told"), ("decline",), ("return_to_intake",)),
    "accepted": (("consent of the consumer", "consent of the firm", "open_mediation"), ("told",), ("terminate",)),
    "declined": (("told", "close"),),
    "mediating": (("testing",), ("told",), ("offer", "settle"), ("terminate for time", "terminate")),
    "testing": (("tested",),),
    "settled": (("told", "close"),),
    "terminated": (("told", "told", "close"),),
    "closed": (("evaluate",),),
}
"""Steps that lead on: what is drawn from all steps alone seldom gets far."""


@dataclass
class Known:
    """What the model knows of a case."""

    id: object
    abroad: bool
    received: date
    state: str = COMPLAINT.initial
    version: int = 1
    accepted: date | None = None
    terminated: date | None = None
    tests: list[list[date | None]] = field(default_factory=list)

    def done(self, event: str, today: date) -> None:
        """Remember a step that was taken."""
        self.version += 1
        if event == "correct":
            self.state, self.accepted, self.tests = COMPLAINT.initial, None, []
        elif event not in COMPLAINT_NOTES:
            self.state = COMPLAINT.step(self.state, event).target
        if event == "accept":
            self.accepted = today
        if event == "testing":
            self.tests.append([today, None])
        if event == "tested":
            self.tests[-1][1] = today
        if self.state == "terminated" and self.terminated is None:
            self.terminated = today

    def due(self, term: str) -> date | None:
        """The date of a term, by walking the days."""
        if term == ACCEPT:
            return working_days_on(self.received, 7)
        if term == NOTIFY:
            return working_days_on(self.terminated, 7)
        return self.sixty_days()

    def sixty_days(self) -> date | None:
        """Sixty days from acceptance without those of testing; past a holiday where one holds the last of them."""
        day, left = self.accepted, 60
        while left:
            day += timedelta(days=1)
            if any(after < day and until is None for after, until in self.tests):
                return None
            left -= not any(after < day <= until for after, until in self.tests if until)
        while CALENDAR.holiday(day):
            day += timedelta(days=1)
        return day


def working_days_on(day: date, amount: int) -> date:
    while amount:
        day += timedelta(days=1)
        amount -= CALENDAR.is_working(day)
    return day


class Lives(RuleBasedStateMachine):
    """Random lives over one database; its cases add up over the examples."""

    world: ClassVar[World]
    filed: ClassVar[Counter[str]]
    cases = Bundle("cases")

    def __init__(self):
        super().__init__()
        self.clock = FixedClock(NOON)
        self.touched: Known | None = None
        self.begun = 0

    @precondition(lambda self: self.begun < MOST)
    @rule(target=cases, abroad=st.booleans())
    def file(self, abroad):
        changes = {"respondent": ABROAD} if abroad else {}
        case = Known(self.world.file(self.clock, **changes), abroad, self.clock.today())
        self.filed["cases"] += 1
        self.begun += 1
        self.touched = case
        return case

    @rule(case=cases, name=st.sampled_from(sorted(STEPS)))
    def step(self, case, name):
        self.take(case, name, case.version)

    @rule(case=cases, steps=st.lists(st.integers(0, 4), min_size=1, max_size=6))
    def go_on(self, case, steps):
        for chosen in steps:
            likely = LIKELY.get(case.state, ((),))
            for name in likely[chosen % len(likely)]:
                self.take(case, name, case.version)
                self.the_case_is_what_the_model_says()

    @rule(case=cases, name=st.sampled_from(sorted(STEPS)), back=st.integers(1, 3))
    def decide_on_an_old_version(self, case, name, back):
        before = self.row(case)
        try:
            self.act(case, name, case.version - back)
        except Stale:
            pass
        else:
            raise AssertionError(f"{name} was taken on version {case.version - back}")
        assert self.row(case) == before

    @rule(case=cases, name=st.sampled_from(sorted(STEPS)))
    def do_it_twice(self, case, name):
        version = case.version
        if self.take(case, name, version):
            before = self.row(case)
            try:
                self.act(case, name, version)
            except Stale:
                pass
            else:
                raise AssertionError(f"{name} was taken twice")
            assert self.row(case) == before

    @rule(case=cases, name=st.sampled_from(sorted(STEPS)))
    def crash_before_it_is_kept(self, case, name):
        before = self.row(case)
        with suppress(DomainError, ZeroDivisionError):
            self.act(case, name, case.version, crash=True)
        assert self.row(case) == before

    @rule(case=cases, name=st.sampled_from(sorted(set(STEPS) - {*BY_CONSUMER, *BY_FIRM})))
    def an_officer_of_the_other_city_finds_nothing(self, case, name):
        try:
            self.act(case, name, case.version, who=OFFICER if case.abroad else FAR)
        except NotFound:
            return
        raise AssertionError("the other city's officer acted")

    @rule(case=cases)
    def send_it_back_to_the_county(self, case):
        if case.state == "returned":
            self.dispatch(case)
            case.done("dispatch", self.clock.today())
            self.touched = case

    @rule(days=st.integers(1, 21))
    def days_pass(self, days):
        self.clock = FixedClock(self.clock.moment + timedelta(days=days))

    @rule()
    def the_worker_works_and_works_again(self):
        work(self.world)
        told = self.told()
        work(self.world)
        assert self.told() == told

    def take(self, case, name, version) -> bool:
        """Take a step; where it is refused nothing has changed, where it is taken it was lawful."""
        event, before = EVENTS.get(name, name), self.row(case)
        lawful = event in COMPLAINT.allowed(case.state) or case.state in COMPLAINT_NOTES.get(event, ())
        try:
            self.act(case, name, version)
        except DomainError:
            assert self.row(case) == before
            return False
        assert lawful or event == "correct", f"{name} was taken in state {case.state}"
        case.done(event, self.clock.today())
        self.touched = case
        return True

    def act(self, case, name, version, *, crash=False, who=None):
        verb, values = STEPS[name]
        home = FAR if case.abroad else OFFICER
        who = who or (CONSUMER if name in BY_CONSUMER else FIRM if name in BY_FIRM and not case.abroad else home)
        with self.session(who) as session:
            found = decide.find(session, case.id, version)
            verb(session, found, **values, actor=self.actor(who), clock=self.clock)
            if crash:
                raise ZeroDivisionError

    def session(self, who):
        return {
            OFFICER: self.world.as_officer,
            FAR: self.world.as_far_officer,
            CONSUMER: self.world.as_consumer,
            FIRM: self.world.as_merchant,
        }[who]()

    def actor(self, who) -> Actor:
        return {
            OFFICER: self.world.officer_actor,
            FAR: Actor(ActorRole.OFFICER, self.world.far_officer, self.world.far_bureau, "3100"),
            CONSUMER: self.world.consumer_actor,
            FIRM: self.world.merchant_actor,
        }[who]

    def dispatch(self, case):
        with self.world.as_worker() as session:
            county = directory.county_bureau(session, "310101" if case.abroad else "320508")
            found = decide.find(session, case.id, case.version)
            decide.dispatch(session, found, county, actor=self.world.officer_actor, clock=self.clock)

    def row(self, case):
        with self.world.as_worker() as session:
            found = session.get_one(Complaint, case.id)
            columns = tuple(getattr(found, c.name) for c in Complaint.__table__.columns)
            return columns, [(c.term, c.due_on, c.stopped_on) for c in clocks.of_case(session, case.id)]

    def told(self):
        with self.world.as_worker() as session:
            return session.scalar(select(func.count()).select_from(Notice))

    @invariant()
    def every_filing_is_there_once(self):
        with self.world.as_worker() as session:
            assert session.scalar(select(func.count()).select_from(Complaint)) == self.filed["cases"]

    @invariant()
    def everything_is_told_once(self):
        facts = (Notice.case_id, Notice.recipient_id, Notice.key, Notice.channel, Notice.values["event"].astext)
        with self.world.as_worker() as session:
            assert not session.execute(select(*facts).group_by(*facts).having(func.count() > 1)).all()

    @invariant()
    def the_case_is_what_the_model_says(self):
        if self.touched is None:
            return
        with self.world.as_worker() as session:
            found = session.get_one(Complaint, self.touched.id)
            assert (found.state, found.version) == (self.touched.state, self.touched.version)
            events = session.scalars(
                select(CaseEvent).where(CaseEvent.case_id == found.id).order_by(CaseEvent.seq)
            ).all()
            assert not list(journal.verify(found.id, events, (found.chain_seq, found.chain_hash)))
            assert path_is_lawful(events)
            running = [c for c in clocks.of_case(session, found.id) if c.stopped_on is None]
            assert {c.term: c.due_on for c in running} == {c.term: self.touched.due(c.term) for c in running}
            assert found.next_due_on == min((c.due_on for c in running if c.due_on), default=None)


def path_is_lawful(events) -> bool:
    """Whether every event of a journal begins where the one before it ended, and goes where an edge goes."""
    state = None
    for event in events:
        body = json.loads(event.body)
        if body["from"] != state:
            return False
        edges = {e.target for e in COMPLAINT.edges if (e.source, e.event) == (state, event.event)}
        noted = state in COMPLAINT_NOTES.get(event.event, ()) or event.event in ("file", "correct", "clock_moved")
        if body["to"] not in edges and not (noted and (body["to"] == state or event.event in ("file", "correct"))):
            return False
        state = body["to"]
    return state is not None


def test_lives_drawn_at_random_keep_what_is_promised(world):
    run = type("Run", (Lives,), {"world": world, "filed": Counter()})
    run_state_machine_as_test(run, settings=DRAWN)
    with world.db.transaction(Role.WORKER) as session:
        reached = set(session.scalars(select(CaseEvent.event).distinct()))
    assert {"accept", "decline", "told", "testing", "settle", "terminate", "close", "evaluate"} <= reached


def test_the_model_walks_the_days_as_the_law_says():
    """Accepted on 2026-08-10: the 60th day, 2026-10-09, is a working day; accepted on 08-04 it lies in the holiday."""
    plain = Known(None, abroad=False, received=date(2026, 8, 10), accepted=date(2026, 8, 10))
    held = Known(None, abroad=False, received=date(2026, 8, 4), accepted=date(2026, 8, 4))
    assert plain.due(MEDIATE) == date(2026, 10, 9)
    assert held.due(MEDIATE) == date(2026, 10, 8)
    assert shanghai_date(NOON) == date(2026, 7, 20)
    assert plain.due(ACCEPT) == date(2026, 8, 19)
