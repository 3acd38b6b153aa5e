"""A brand's own work: made by its owner, its matters handed to colleagues with a day of their own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from merchants.models import Brand, Delegation, Enterprise
from merchants.operations.bonds import check_acts
from merchants.queries import brands
from merchants.queries.brands import FAR, Asked
from workflows.errors import Conflict, FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

JOIN = text("SELECT brand_join(:brand)")
MOST_NAME = 200


def found(session: Session, name: str, owner: Enterprise, *, actor: Actor, clock: Clock) -> Brand:
    """Bring in a brand that a firm owns; whoever does becomes its first manager.

    :raises RuleBroken: no name, or one too long.
    :raises Conflict: the brand is known already.
    :raises Refused: the actor does not manage the firm.
    """
    check_acts(session, actor, "enterprise", owner.id)
    plain = name.strip()
    if not 1 <= len(plain) <= MOST_NAME:
        fault = FieldError("name", "required", f"is needed, in at most {MOST_NAME} characters")
        raise RuleBroken("validation", "the brand has faults", errors=[fault])
    if session.scalar(select(Brand.id).where(Brand.name == plain)) is not None:
        raise Conflict("brand.known", "there is a brand of this name", field="name")
    row = Brand(id=new_id(), name=plain, owner_id=owner.id, created_at=clock.now())
    session.add(row)
    session.flush()
    session.execute(JOIN, {"brand": row.id})
    return row


def take_up(session: Session, brand_id: UUID) -> None:
    """A brand's owner begins to work for it, where nobody does yet.

    :raises Refused: not a manager of its owner, or the brand has people already.
    """
    if not session.scalar(JOIN, {"brand": brand_id}):
        raise Refused("brand.people", "only the owner's manager may, and only where the brand has nobody yet")


def delegate(
    session: Session, brand_id: UUID, case: UUID, to: UUID, due_on: date, *, actor: Actor, clock: Clock
) -> Delegation:
    """Hand an open matter to a colleague with a day of its own; who had it before has it no longer.

    :param due_on: today or later, and not after the day by which the matter itself is due.
    :raises RuleBroken: a day that is too late or past, or nobody of the brand.
    :raises NotFound: no open matter of the brand.
    :raises Refused: the actor does not manage the brand.
    """
    if brand_id not in actor.manages:
        raise Refused("org.other", "only a manager of the brand may do this")
    found = brands.inbox(session, brand_id, Asked(case=case), 1)
    if not found:
        raise NotFound("delegation.case", "the brand has no such open matter", field="case")
    _check(session, brand_id, to, due_on, found[0].due, clock.today())
    held = session.scalar(select(Delegation).where(Delegation.id == found[0].delegation).with_for_update())
    if held is not None:
        held.done_at = clock.now()
        session.flush()
    row = Delegation(
        id=new_id(), brand_id=brand_id, case_id=case, to_id=to, due_on=due_on, at=clock.now(), by=actor.account
    )
    session.add(row)
    session.flush()
    return row


def _check(session: Session, brand_id: UUID, to: UUID, due_on: date, due: date, today: date) -> None:
    faults = []
    if to not in brands.colleagues(session, brand_id):
        faults.append(FieldError("to", "delegation.nobody", "is nobody of the brand"))
    if not today <= due_on <= (max(due, today) if due != FAR else FAR):
        faults.append(FieldError("due_on", "delegation.late", f"must lie from today to {due}, when the matter is due"))
    if faults:
        raise RuleBroken("validation", "it cannot be handed over so", errors=faults)


def done(session: Session, brand_id: UUID, delegation: UUID, *, actor: Actor, clock: Clock) -> None:
    """Say that what was handed over is done; the matter itself stays open until the bureau or the store closes it.

    :raises NotFound: nothing of the kind was handed over.
    :raises Refused: neither its colleague nor a manager of the brand.
    :raises Conflict: done before.
    """
    query = select(Delegation).where(Delegation.id == delegation, Delegation.brand_id == brand_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("delegation.unknown", "nothing of the kind was handed over")
    if actor.account != row.to_id and brand_id not in actor.manages:
        raise Refused("org.other", "only the colleague or a manager of the brand may do this")
    if row.done_at is not None:
        raise Conflict("delegation.done", "this was done before")
    row.done_at = clock.now()
    session.flush()
