"""People of oversight, and means to act as them: a bureau's head, a colleague, the city's chief."""

from __future__ import annotations

from contextlib import contextmanager

from app.wiring import HANDLERS
from seeds.reference import bureau_id
from tests.factories import AccountFactory, MembershipFactory
from workflows.delivery import outbox
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import Identity, Role

CITY = bureau_id("3205")


def person(world, login, kind, org):
    """Somebody of a bureau; the account's id."""
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind=kind, login=login).id
        MembershipFactory(session=session, account_id=account, org_id=org)
    return account


def actor_of(account, org, role=ActorRole.SUPERVISOR):
    return Actor(role, account, org, "3205")


@contextmanager
def as_of(world, account, *parties):
    """A session as somebody of bureaus."""
    with world.db.transaction(Role.OFFICER, Identity(account, (account, *parties))) as session:
        yield session


def drain(world):
    """Everything that follows from the events so far."""
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, HANDLERS, 200).more
