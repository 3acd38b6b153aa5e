"""Joining and leaving: alliances, brands and makers' agreements, by confirmation of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants.models import Bond, Brand, Enterprise, Store
from merchants.operations.promises import NEVER
from merchants.promise import lessened, of_facts
from merchants.queries import alliances, bonds, makers
from merchants.queries.standings import promise_on
from merchants.terms import SETTINGS
from workflows import declared
from workflows.errors import Conflict, FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.time.clock import Clock

DAY = timedelta(days=1)
MOST_AHEAD = timedelta(days=366)
JOINS = {"alliance": ("enterprise", "brand"), "brand": ("enterprise",), "maker": ("store",)}
"""Who may join what."""

EXISTS = {"enterprise": Enterprise, "brand": Brand, "store": Store}


def acts_for(session: Session, actor: Actor, kind: str, org: UUID) -> bool:
    """Whether the actor manages an organisation: itself, the brand that its firm owns, or a store of its firm."""
    if actor.role is not ActorRole.MERCHANT or org in actor.manages:
        return True
    if kind == "brand":
        owned = select(Brand.id).where(Brand.id == org, Brand.owner_id.in_(actor.manages))
        return session.scalar(owned) is not None
    of_firm = select(Store.id).where(Store.id == org, Store.enterprise_id.in_(actor.manages))
    return kind == "store" and session.scalar(of_firm) is not None


def own_among(session: Session, actor: Actor, orgs: Sequence[UUID]) -> set[UUID]:
    """Those of many organisations that the actor manages, in one read; as :func:`acts_for` says it of each."""
    owned = select(Brand.id).where(Brand.id.in_(orgs), Brand.owner_id.in_(actor.manages))
    stores = select(Store.id).where(Store.id.in_(orgs), Store.enterprise_id.in_(actor.manages))
    return {org for org in orgs if org in actor.manages} | set(session.scalars(union_all(owned, stores)))


def check_acts(session: Session, actor: Actor, kind: str, org: UUID) -> None:
    """Only whoever manages an organisation speaks for it.

    :raises Refused: the actor does not.
    """
    if not acts_for(session, actor, kind, org):
        raise Refused("org.other", "only a manager of the organisation may do this")


def hosts(session: Session, actor: Actor, kind: str, of_id: UUID) -> bool:
    """Whether the actor answers for the whole: the alliance's organiser, the brand's people, the maker.

    :raises NotFound: there is no such whole.
    """
    if kind == "alliance":
        whole = alliances.alliance(session, of_id)
        return acts_for(session, actor, whole.organiser_kind, whole.organiser_id)
    if kind == "brand":
        return acts_for(session, actor, "brand", _known(session, "brand", of_id))
    agreement = makers.agreement(session, of_id)
    if acts_for(session, actor, "enterprise", agreement.maker_id):
        return True
    return agreement.brand_id is not None and acts_for(session, actor, "brand", agreement.brand_id)


def _known(session: Session, kind: str, org: UUID) -> UUID:
    """An organisation that exists.

    :raises NotFound: it does not.
    """
    cls: Any = EXISTS[kind]
    if session.scalar(select(cls.id).where(cls.id == org)) is None:
        raise NotFound("org.unknown", "there is no such firm, brand or store", field="org_id")
    return org


def propose(
    session: Session, kind: str, of_id: UUID, org_kind: str, org_id: UUID, since: date, *, actor: Actor, clock: Clock
) -> Bond:
    """Propose that an organisation joins, from a day on; either side proposes and thereby confirms for itself.

    Whoever stands on both sides confirms both at once.

    :raises RuleBroken: a kind of organisation that cannot join this, or a day that is past or too far ahead.
    :raises Refused: the actor speaks for neither side.
    :raises Conflict: it belongs already, or was asked and has not answered.
    """
    if org_kind not in JOINS[kind]:
        raise RuleBroken("bond.kind", f"only {', '.join(JOINS[kind])} can join", field="org_kind")
    today = clock.today()
    if not today <= since <= today + MOST_AHEAD:
        raise RuleBroken("bond.since", "must lie from today to a year ahead", field="since", first=today)
    _known(session, org_kind, org_id)
    host, org = hosts(session, actor, kind, of_id), acts_for(session, actor, org_kind, org_id)
    if not (host or org):
        raise Refused("org.other", "only a manager of one of the two sides may propose this")
    if bonds.overlapping(session, kind, of_id, org_id, since):
        raise Conflict("bond.known", "it belongs already, or was asked before: see the list")
    row = Bond(
        id=new_id(),
        kind=kind,
        of_id=of_id,
        org_kind=org_kind,
        org_id=org_id,
        valid=Range(since, None),
        proposed_at=clock.now(),
        proposed_by=actor.account,
    )
    _confirm(session, row, host=host, org=org, actor=actor, clock=clock)
    session.add(row)
    session.flush()
    return row


def _confirm(session: Session, row: Bond, *, host: bool, org: bool, actor: Actor, clock: Clock) -> None:
    if host and row.host_at is None:
        row.host_at, row.host_by = clock.now(), actor.account
    if org and row.org_at is None:
        row.org_at, row.org_by = clock.now(), actor.account
    if row.confirmed and row.kind == "maker":
        _check_not_less(session, row, clock.today())


def confirm(session: Session, row: Bond, *, actor: Actor, clock: Clock) -> None:
    """Say yes for the side that has not said so; it then holds from its day on, and never from a day before today.

    :raises Refused: the actor does not speak for the side that is asked.
    :raises Conflict: it was confirmed or declined before.
    """
    if row.confirmed or row.valid.isempty:
        raise Conflict("bond.answered", "this was answered before")
    host, org = _sides(session, row, actor)
    if not (host if row.host_at is None else org):
        raise Refused("org.other", "only a manager of the side that is asked may confirm")
    lower: Any = row.valid.lower
    row.valid = Range(max(lower, clock.today()), row.valid.upper)
    _confirm(session, row, host=host, org=org, actor=actor, clock=clock)
    session.flush()


def _sides(session: Session, row: Bond, actor: Actor) -> tuple[bool, bool]:
    return hosts(session, actor, row.kind, row.of_id), acts_for(session, actor, row.org_kind, row.org_id)


def decline(session: Session, row: Bond, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001 - every verb has this form
    """Say no to what was proposed, or take one's own proposal back; the row stays, and never holds.

    :raises Refused: the actor speaks for neither side.
    :raises Conflict: it was confirmed or declined before.
    """
    if row.confirmed or row.valid.isempty:
        raise Conflict("bond.answered", "this was answered before")
    if not any(_sides(session, row, actor)):
        raise Refused("org.other", "only a manager of one of the two sides may decline this")
    row.valid = NEVER
    session.flush()


def leave(session: Session, row: Bond, last: date, *, actor: Actor, clock: Clock) -> None:
    """Leave, or be let go, after a last day. What was bought up to it stays as it was promised.

    An alliance is left with the notice of a lesser promise (a declared setting), since its stores then promise less.

    :raises Refused: the actor speaks for neither side.
    :raises Conflict: it never held, or has an end already.
    :raises RuleBroken: a last day too early or too far off.
    """
    if not row.confirmed or row.valid.isempty or row.valid.upper is not None:
        raise Conflict("bond.ended", "it does not hold, or its end is known already")
    if not any(_sides(session, row, actor)):
        raise Refused("org.other", "only a manager of one of the two sides may end this")
    lower: Any = row.valid.lower
    first = max(lower, clock.today() + timedelta(days=_notice(session, row, clock.today())))
    if not first <= last <= clock.today() + MOST_AHEAD:
        raise RuleBroken("bond.last", f"the last day may be {first} at the earliest", field="last", first=first)
    row.valid = Range(lower, last + DAY)
    session.flush()


def _notice(session: Session, row: Bond, today: date) -> int:
    """The longest notice of the alliance's cities, in days."""
    if row.kind != "alliance":
        return 0
    cities = alliances.alliance(session, row.of_id).cities
    return max(declared.value(session, SETTINGS["promise.notice"], city, today) for city in cities)


def _check_not_less(session: Session, row: Bond, today: date) -> None:
    """A shop that joins a maker never lessens its promise by it: otherwise it changes its own first, with notice.

    :raises RuleBroken: each field in which the agreement promises less than the shop does.
    """
    lower: Any = row.valid.lower
    on = max(lower, today)
    held, version = promise_on(session, row.org_id, on), makers.version_on(session, row.of_id, on)
    if held is None or version is None:
        return
    if less := lessened(of_facts(held.terms), of_facts(version.terms)):
        faults = [FieldError(f, "maker.less", "the agreement promises less than the shop does today") for f in less]
        raise RuleBroken("validation", "the agreement promises less than the shop", errors=faults)


def find(session: Session, bond_id: UUID) -> Bond:
    """The row, locked and fresh.

    :raises NotFound: none that this caller may see.
    """
    return bonds.bond(session, bond_id, lock=True)
