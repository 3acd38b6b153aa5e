"""What the sides, the bureau and an entrusted organisation do in a mediation of the small world."""

from __future__ import annotations

from contextlib import contextmanager
from uuid import UUID

from complaints.mediation_models import MediationOrg
from complaints.operations import decide, sittings
from tests.factories import AccountFactory, MembershipFactory
from tests.support.world import at
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.session import Identity, Role

MONDAY = "2026-07-20"
THURSDAY = "2026-07-23T14:00"


def by_consumer(world, case, verb, *values, on=MONDAY, **named):
    with world.as_consumer() as session:
        return verb(session, decide.find(session, case), *values, actor=world.consumer_actor, clock=at(on), **named)


def by_firm(world, case, verb, *values, on=MONDAY, **named):
    with world.as_merchant() as session:
        return verb(session, decide.find(session, case), *values, actor=world.merchant_actor, clock=at(on), **named)


def by_officer(world, case, verb, *values, on=MONDAY, **named):
    return world.decide(case, verb, *values, clock=at(on), **named)


def planned(world, case, starts=THURSDAY, mode="site", on=MONDAY) -> UUID:
    """A session on site, three days ahead."""
    return by_officer(world, case, sittings.plan_session, mode, starts, "二楼调解室", "顾经办", on=on).id


def colleague(world, kind="officer", login="colleague", bureau=None) -> Actor:
    """Another officer of the bureau, or its head."""
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind=kind, login=login).id
        MembershipFactory(session=session, account_id=account, org_id=bureau or world.bureau)
    role = ActorRole.SUPERVISOR if kind == "supervisor" else ActorRole.OFFICER
    return Actor(role, account, bureau or world.bureau, "3205")


@contextmanager
def acting(world, actor):
    """A session of an officer, a head or a council."""
    role = Role.COUNCIL if actor.role is ActorRole.COUNCIL else Role.OFFICER
    with world.db.transaction(role, Identity(actor.account, (actor.account, actor.org))) as session:
        yield session


def by(world, actor, case, verb, *values, on=MONDAY, **named):
    with acting(world, actor) as session:
        return verb(session, decide.find(session, case), *values, actor=actor, clock=at(on), **named)


def council(world, login="council", city="3205", kind="association") -> Actor:
    """A consumer council of the register, and somebody of it."""
    with world.db.transaction(Role.OWNER) as session:
        org = MediationOrg(
            id=new_id(), kind=kind, city=city, name=f"试样消保委{login}", name_en="Sample Council", phone="0512-0",
            address="苏州市姑苏区某路1号", since=at("2026-01-01").today(), until=None,
        )  # fmt: skip
        session.add(org)
        session.flush()
        account = AccountFactory(session=session, kind="council", login=login).id
        MembershipFactory(session=session, account_id=account, org_id=org.id, org_kind="council")
        return Actor(ActorRole.COUNCIL, account, org.id, city)
