"""Firms and stores: brought in, changed, reached. Nothing is ever deleted; a store closes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from merchants import codes, rules
from merchants.drafts import Contact as ContactDraft
from merchants.drafts import EnterpriseDraft, StoreDraft
from merchants.models import Brand, Contact, Enterprise, Store
from workflows.errors import Conflict, FieldError, NotFound, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.store.search import grams
from workflows.time.clock import Clock

JOIN = text("SELECT enterprise_join(:enterprise)")


def found(session: Session, draft: EnterpriseDraft, *, actor: Actor, clock: Clock) -> Enterprise:
    """Bring in a firm by its unified social credit code; who brings it becomes its first member.

    :raises RuleBroken: every field at fault, by name.
    :raises Conflict: the code is known already: claim the firm instead.
    """
    if faults := rules.enterprise_faults(draft, districts(session)):
        raise RuleBroken("validation", "the firm has faults", errors=faults)
    code = uscc.compact(draft.uscc)
    if session.scalar(select(Enterprise.id).where(Enterprise.uscc == code)) is not None:
        raise Conflict("enterprise.known", "this credit code is enrolled already: claim the firm instead", uscc=code)
    firm = Enterprise(
        id=new_id(),
        uscc=code,
        name=draft.name.strip(),
        spelling=rules.spelling(draft.name),
        city=directory.region(session, draft.district).city,
        district=draft.district,
        address=draft.address.strip(),
        created_at=clock.now(),
        created_by=actor.account,
    )
    session.add(firm)
    session.flush()
    reach(session, firm.id, firm.id, draft.contact, clock=clock)
    session.execute(JOIN, {"enterprise": firm.id})
    return firm


def add_store(session: Session, firm: Enterprise, draft: StoreDraft, *, actor: Actor, clock: Clock) -> Store:
    """Add a place of business of a firm; its promise comes with an application.

    :raises RuleBroken: every field at fault, by name.
    :raises Conflict: the firm has this store already.
    """
    check_manager(firm, actor)
    check_store(session, draft)
    key = rules.address_key(draft.address)
    same = select(Store.id).where(Store.enterprise_id == firm.id, Store.address_key == key, Store.name == draft.name)
    if session.scalar(same.where(Store.closed_on.is_(None))) is not None:
        raise Conflict("store.known", "the firm has a store of this name at this address already", field="name")
    store = Store(id=new_id(), enterprise_id=firm.id, created_at=clock.now())
    _fill(session, store, draft)
    session.add(store)
    session.flush()
    if draft.phone:
        reach(session, store.id, firm.id, ContactDraft(phone=draft.phone), clock=clock)
    return store


def change_store(session: Session, store: Store, draft: StoreDraft, *, actor: Actor, clock: Clock) -> None:
    """Correct what is known of a store. A store that moves leaves, and is enrolled anew at its new place.

    :raises RuleBroken: every field at fault; or a promising store that would move.
    :raises Refused: the actor manages neither the store nor its firm or brand.
    """
    check_keeper(session, store.id, actor)
    check_store(session, draft)
    if store.plaque and rules.address_key(draft.address) != store.address_key:
        fault = FieldError(
            "address", "store.moves", "a promising store cannot move: give notice, and enrol the new place"
        )
        raise RuleBroken("validation", "a promising store cannot move", errors=[fault])
    _fill(session, store, draft)
    session.flush()
    if draft.phone:
        reach(session, store.id, store.enterprise_id, ContactDraft(phone=draft.phone), clock=clock)


def check_store(session: Session, draft: StoreDraft) -> None:
    """Let a well-formed store through.

    :raises RuleBroken: every field at fault, by name.
    """
    if faults := rules.store_faults(draft, districts(session)):
        raise RuleBroken("validation", "the store has faults", errors=faults)


def _fill(session: Session, store: Store, draft: StoreDraft) -> None:
    values: dict[str, Any] = {
        "kind": draft.kind,
        "name": draft.name.strip(),
        "brand": draft.brand.strip(),
        "brand_id": session.scalar(select(Brand.id).where(Brand.name == draft.brand.strip())),
        "parent_id": draft.parent_id and _host(session, draft.parent_id),
        "city": directory.region(session, draft.district).city,
        "district": draft.district,
        "address": draft.address.strip(),
        "address_key": rules.address_key(draft.address),
        "lon": None if draft.lon is None else Decimal(str(round(draft.lon, 6))),
        "lat": None if draft.lat is None else Decimal(str(round(draft.lat, 6))),
        "categories": list(draft.categories),
        "hours": draft.hours,
        "capacity": draft.capacity,
        "takes": list(draft.takes),
        "grams": grams(draft.name, draft.brand, draft.address),
    }
    for name, value in values.items():
        setattr(store, name, value)


def _host(session: Session, parent: UUID) -> UUID:
    """The mall or business circle that a counter belongs to.

    :raises NotFound: no such place.
    """
    kind = session.scalar(select(Store.kind).where(Store.id == parent, Store.closed_on.is_(None)))
    if kind not in codes.HOSTS:
        raise NotFound("store.host", "there is no such mall or business circle", field="parent_id")
    return parent


def reach(session: Session, org: UUID, firm: UUID, contact: ContactDraft, *, clock: Clock) -> None:
    """Keep how a firm or store is reached, sealed; what is empty is left as it was.

    :param org: the firm itself, or one of its stores.
    """
    row = session.scalar(select(Contact).where(Contact.org_id == org))
    if row is None:
        row = Contact(id=new_id(), org_id=org, enterprise_id=firm, updated_at=clock.now())
        session.add(row)
    row.updated_at = clock.now()
    for field in ("name", "phone"):
        if value := getattr(contact, field).strip():
            seal(session, row, field, value)
    session.flush()


def brand(session: Session, name: str, owner: UUID | None, *, clock: Clock) -> Brand:
    """The brand of a name, made where there is none."""
    known = session.scalar(select(Brand).where(Brand.name == name))
    if known is None:
        known = Brand(id=new_id(), name=name, owner_id=owner, created_at=clock.now())
        session.add(known)
        session.flush()
    return known


def districts(session: Session) -> Iterable[str]:
    """The codes of the districts in use."""
    return [region.code for region in directory.regions(session)]


def check_manager(firm: Enterprise, actor: Actor, store: UUID | None = None) -> None:
    """Only whoever manages the firm, or this one store acts for it; row-level security bounds it too.

    :raises Refused: the actor does not.
    """
    if actor.role is not ActorRole.MERCHANT or firm.created_by == actor.account:
        return
    if not {firm.id, store} & set(actor.manages):
        raise Refused("enterprise.other", "only a manager of the firm may do this")


def check_keeper(session: Session, store_id: UUID, actor: Actor) -> None:
    """Only whoever manages a store, its firm or its brand promises for it or lets it go.

    :raises Refused: the actor does not.
    """
    store = session.get_one(Store, store_id)
    kept_by = {store.id, store.enterprise_id, store.brand_id}
    if actor.role is ActorRole.MERCHANT and not kept_by & set(actor.manages):
        raise Refused("enterprise.other", "only a manager of the firm may do this")
