"""Who stands beside a complainant, as each may see it: masked for all others, in plain for himself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import capacity, intake_rules
from complaints.codes import ORDER_20
from complaints.intake_models import Assent, CoComplainant, ComplaintAgent
from complaints.models import Complaint, Filing
from complaints.operations import acting
from workflows.people.actor import Actor, ActorRole
from workflows.people.masks import masked_address, masked_name, masked_phone, plain_phone
from workflows.store.sealed import unseal
from workflows.time.clock import shanghai_date

SUPPORTS = "O121-16-5"
DAYS = ("from_on", "until_on", "original_on", "identity_on", "ended_on")
MOST = 200


def people(session: Session, case: Complaint, actor: Actor) -> dict[str, Any]:
    """The agent and the persons of a joint complaint; a firm is told of neither."""
    if actor.role is ActorRole.MERCHANT:
        return {"agent": None, "co_complainants": []}
    rows, given = acting.persons(session, case.id), agreed(session, case)
    return {
        "agent": agent(session, case, actor),
        "co_complainants": [person(session, row, actor, given) for row in rows],
    }


def agent(session: Session, case: Complaint, actor: Actor) -> dict[str, Any] | None:
    """The agent with what is missing of his papers: a fact that supports art. 16(5), and decides nothing."""
    row = acting.agent(session, case.id)
    if row is None:
        return None
    missing = capacity.missing(acting.power(row))
    supports = None if case.rule_set == ORDER_20 else SUPPORTS
    return {
        **named(session, row, plain=actor.account in (row.account_id, case.complainant_id)),
        "scope": row.scope,
        "signed": row.signed,
        **{name: getattr(row, name) for name in DAYS},
        "missing": missing,
        "supports": supports if missing else None,
    }


def agreed(session: Session, case: Complaint) -> list[Assent]:
    """The consents that no step has used yet."""
    query = select(Assent).where(Assent.case_id == case.id, Assent.used_at.is_(None)).order_by(Assent.id).limit(MOST)
    return list(session.scalars(query))


def person(session: Session, row: CoComplainant, actor: Actor, given: list[Assent]) -> dict[str, Any]:
    """One of the persons of a joint complaint."""
    own = actor.account == row.account_id
    address = unseal(session, row, "address") or ""
    mine = [a for a in given if a.account_id == row.account_id]
    return {
        "id": row.id,
        "ordinal": row.ordinal,
        **named(session, row, plain=own),
        "address": address if own else masked_address(address),
        "own": own,
        "representative": row.representative,
        "joined_on": row.joined_on,
        "left_on": row.left_on,
        "agreed": [{"about": a.about, "amount_fen": a.amount_fen, "given_on": str(a.given_on)} for a in mine],
    }


def named(session: Session, row: CoComplainant | ComplaintAgent, *, plain: bool) -> dict[str, str]:
    """Name and phone, in plain or masked."""
    name, phone = unseal(session, row, "name") or "", unseal(session, row, "phone") or ""
    if plain:
        return {"name": name, "phone": plain_phone(phone)}
    return {"name": masked_name(name), "phone": masked_phone(phone)}


def taken(session: Session, case: Complaint) -> dict[str, Any] | None:
    """How an officer took a complaint down, and whether it was entered later than it was received; else nothing."""
    filing = session.get(Filing, case.filing_id)
    if filing is None or filing.channel in intake_rules.SELF:
        return None
    entered = shanghai_date(filing.received_at)
    return {"channel": filing.channel, "entered": entered, "late": entered > case.received_on}
