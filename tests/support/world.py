"""A small world in a real database: two cities' bureaus, a consumer, a shop, officers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from complaints.models import Complaint, Report
from complaints.operations import decide, filing, mediate
from merchants.models import Store
from merchants.operations import enrol, review
from merchants.promise import PromiseTerms
from seeds.reference import bureau_id
from tests.factories import AccountFactory, DraftFactory, EnterpriseFactory, MembershipFactory, StoreFactory
from workflows.people.actor import SYSTEM, Actor, ActorRole
from workflows.store.session import Databases, Identity, Role
from workflows.time.clock import FixedClock

NOON = datetime(2026, 7, 20, 4, tzinfo=UTC)
"""Monday 2026-07-20, noon in Shanghai."""


def at(text: str) -> FixedClock:
    """A clock that stands at noon in Shanghai of the day, or at the moment given."""
    return FixedClock(datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00+08:00"))


@dataclass
class World:
    """People to act as, and the means to act."""

    db: Databases
    consumer: UUID
    other_consumer: UUID
    officer: UUID
    far_officer: UUID
    merchant: UUID
    enterprise: UUID
    other_enterprise: UUID
    store: UUID
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    bureau: UUID = field(default_factory=lambda: bureau_id("320508"))
    far_bureau: UUID = field(default_factory=lambda: bureau_id("310101"))

    @property
    def consumer_actor(self) -> Actor:
        return Actor(ActorRole.CONSUMER, self.consumer, None, "3205")

    @property
    def officer_actor(self) -> Actor:
        return Actor(ActorRole.OFFICER, self.officer, self.bureau, "3205")

    @property
    def merchant_actor(self) -> Actor:
        return Actor(ActorRole.MERCHANT, self.merchant, self.enterprise, "3205", (self.enterprise,))

    @contextmanager
    def as_consumer(self, account: UUID | None = None) -> Iterator[Session]:
        who = account or self.consumer
        with self.db.transaction(Role.CONSUMER, Identity(who, (who,))) as session:
            yield session

    @contextmanager
    def as_officer(self) -> Iterator[Session]:
        with self.db.transaction(Role.OFFICER, Identity(self.officer, (self.officer, self.bureau))) as session:
            yield session

    @contextmanager
    def as_far_officer(self) -> Iterator[Session]:
        parties = (self.far_officer, self.far_bureau)
        with self.db.transaction(Role.OFFICER, Identity(self.far_officer, parties)) as session:
            yield session

    @contextmanager
    def as_merchant(self, enterprise: UUID | None = None) -> Iterator[Session]:
        org = enterprise or self.enterprise
        with self.db.transaction(Role.MERCHANT, Identity(self.merchant, (org,))) as session:
            yield session

    @contextmanager
    def as_worker(self) -> Iterator[Session]:
        with self.db.transaction(Role.WORKER) as session:
            yield session

    def file(self, clock: FixedClock | None = None, **changes) -> UUID:
        """File a complaint against the world's store; its id."""
        changes.setdefault("respondent", filing.Respondent(store_id=self.store))
        draft = DraftFactory(**changes)
        with self.as_consumer() as session:
            filed = filing.file(session, draft, actor=self.consumer_actor, clock=clock or self.clock)
            return filed.complaint.id

    def decide(self, case: UUID, verb, *arguments, clock: FixedClock | None = None, **named):
        """Let the officer take a step of ``decide`` or ``mediate``."""
        with self.as_officer() as session:
            found = decide.find(session, case)
            return verb(session, found, *arguments, actor=self.officer_actor, clock=clock or self.clock, **named)

    def mediating(self) -> UUID:
        """A complaint in mediation."""
        case = self.file()
        self.decide(case, decide.accept)
        self.decide(case, decide.told, "phone")
        for side in ("complainant", "respondent"):
            self.decide(case, mediate.consent, side)
        self.decide(case, mediate.open_mediation)
        return case

    def enrolled(self, terms: PromiseTerms | None = None, clock: FixedClock | None = None) -> UUID:
        """The world's store with its promise in force; the id of its application."""
        clock = clock or self.clock
        terms = terms or PromiseTerms(days=7, categories=("goods.clothing",))
        with self.as_merchant() as session:
            store = session.get_one(Store, self.store)
            case = enrol.draft(session, store, terms, enrol.Papers(), actor=self.merchant_actor, clock=clock)
            enrol.submit(session, case, signed=True, actor=self.merchant_actor, clock=clock)
        with self.as_worker() as session:
            review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=clock)
        with self.as_officer() as session:
            review.approve(session, enrol.find(session, case.id), actor=self.officer_actor, clock=clock)
        return case.id

    def read(self, case: UUID) -> Complaint:
        """The complaint as the worker sees it."""
        with self.as_worker() as session:
            return session.get_one(Complaint, case)

    def read_report(self, case: UUID) -> Report:
        with self.as_worker() as session:
            return session.get_one(Report, case)


def build(db: Databases) -> World:
    """People and a shop; the reference data is there already."""
    with db.transaction(Role.OWNER) as session:
        consumer, other = (AccountFactory(session=session).id for _ in range(2))
        officer, far = (AccountFactory(session=session, kind="officer", login=n).id for n in ("gusu", "huangpu"))
        MembershipFactory(session=session, account_id=officer, org_id=bureau_id("320508"))
        MembershipFactory(session=session, account_id=far, org_id=bureau_id("310101"))
        firm, other_firm = (EnterpriseFactory(session=session).id for _ in range(2))
        merchant = AccountFactory(session=session, kind="merchant", login="shop").id
        MembershipFactory(session=session, account_id=merchant, org_id=firm, org_kind="enterprise")
        store = StoreFactory(session=session, enterprise_id=firm).id
    return World(db, consumer, other, officer, far, merchant, firm, other_firm, store)
