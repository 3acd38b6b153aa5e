"""Many stores of one firm at once: brought in and applied for in a few statements, handed in portion by portion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants import rules
from merchants.drafts import StoreDraft
from merchants.lifecycle import DRAFT, ENROLMENT
from merchants.models import Brand, Contact, Enrolment, Enterprise, Store
from merchants.operations import enrol, promises
from merchants.operations.enrol import Papers
from merchants.operations.parties import check_manager
from merchants.promise import PromiseTerms
from workflows.case import casework, numbers
from workflows.case.casework import Beginning, Step
from workflows.errors import RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.store.search import grams
from workflows.time.clock import Clock


def add_stores(
    session: Session, firm: Enterprise, drafts: Sequence[StoreDraft], *, actor: Actor, clock: Clock
) -> list[Store]:
    """Add stores of a firm that it does not have yet, all or none, in the order given.

    :raises RuleBroken: a draft has faults.
    :raises Refused: the actor does not manage the firm.
    """
    check_manager(firm, actor)
    cities = {region.code: region.city for region in directory.regions(session)}
    if any(rules.store_faults(draft, cities) for draft in drafts):
        raise RuleBroken("validation", "a store has faults: check the list first")
    brands = dict(session.execute(select(Brand.name, Brand.id).where(Brand.name.in_({d.brand for d in drafts}))).all())
    stores = [_store(firm, draft, cities[draft.district], brands.get(draft.brand), clock) for draft in drafts]
    session.add_all(stores)
    session.flush()
    for store, draft in zip(stores, drafts, strict=True):
        if draft.phone:
            row = Contact(id=new_id(), org_id=store.id, enterprise_id=firm.id, updated_at=clock.now())
            seal(session, row, "phone", draft.phone)
            session.add(row)
    session.flush()
    return stores


def _store(firm: Enterprise, draft: StoreDraft, city: str, brand: UUID | None, clock: Clock) -> Store:
    return Store(
        id=new_id(),
        enterprise_id=firm.id,
        brand_id=brand,
        kind=draft.kind,
        name=draft.name,
        brand=draft.brand,
        city=city,
        district=draft.district,
        address=draft.address,
        address_key=rules.address_key(draft.address),
        lon=_degrees(draft.lon),
        lat=_degrees(draft.lat),
        categories=list(draft.categories),
        hours=draft.hours,
        capacity=draft.capacity,
        grams=grams(draft.name, draft.brand, draft.address),
        created_at=clock.now(),
    )


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 6)))


def draft_all(
    session: Session, wanted: Sequence[tuple[Store, PromiseTerms]], *, actor: Actor, clock: Clock
) -> list[Enrolment]:
    """Begin an application for each of some stores of one firm that have none and do not stand.

    :raises RuleBroken: the faults of a promise.
    :raises Refused: the actor manages neither the firm nor the store.
    """
    for store, terms in wanted:
        check_manager(session.get_one(Enterprise, store.enterprise_id), actor, store.id)
        promises.check(terms)
    county = select(Bureau.region, Bureau.id).where(Bureau.level == "county")
    bureaus: dict[Any, UUID] = dict(session.execute(county).all())
    begun = [_draft(store, terms, bureaus[store.district], actor, clock) for store, terms in wanted]
    casework.begin_all(session, begun, ENROLMENT, actor=actor, clock=clock)
    return [beginning.case for beginning in begun]


def _draft(store: Store, terms: PromiseTerms, bureau: UUID, actor: Actor, clock: Clock) -> Beginning:
    case = Enrolment(
        id=new_id(),
        number=numbers.make(store.city, clock.today(), enrol.MARK),
        purpose="new",
        city=store.city,
        store_id=store.id,
        enterprise_id=store.enterprise_id,
        district=store.district,
        bureau_id=bureau,
        applicant_id=actor.account,
        promise=terms.facts(),
        checks=[],
        green=False,
        marked=[],
    )
    facts = {"number": case.number, "store": str(store.id), "purpose": case.purpose, "days": terms.days}
    return Beginning(case, enrol.parties(store, bureau), Step(facts=facts))


def submit_all(session: Session, cases: Mapping[UUID, Papers], *, signed: bool, actor: Actor, clock: Clock) -> int:
    """Sign the commitment of each application that is still a draft, and hand it in with its papers; how many were.

    Papers that an application has by itself come before those of the list.

    :raises RuleBroken: not signed, or papers that are not the applicant's.
    """
    found = [enrol.find(session, case) for case in cases]
    drafts = [case for case in found if case.state == DRAFT]
    for case in drafts:
        enrol.supply(session, case, cases[case.id], actor=actor)
        enrol.submit(session, case, signed=signed, actor=actor, clock=clock)
    return len(drafts)
