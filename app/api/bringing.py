"""Who brings a complaint to the API: a consumer for himself or for somebody else, or an officer who took it down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.http import context
from complaints.drafts import AgentDraft, Draft, Joint
from complaints.operations import filing, taking
from complaints.operations.filing import Filed
from complaints.schemas.cases import draft
from complaints.searching import phone_of
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import OFFICIALS
from workflows.people.tables import Account
from workflows.store.sealed import sealed_place

OFFICERS_ONLY = ("channel", "received_on", "district")


def own_phone() -> str:
    """The signed-in consumer's phone."""
    who = context.caller()
    place = sealed_place(Account.__tablename__, "phone", who.actor.account)
    return context.installation().db.keys.open(place, who.phone_sealed or b"")


def bring(data: dict[str, Any]) -> Filed:
    """File what a consumer or an officer brings.

    :raises RuleBroken: values that are the other one's to give, besides the filing's own faults.
    """
    session, actor, clock = context.session(), context.actor(), context.clock()
    if actor.role in OFFICIALS:
        given = with_phones(draft(data, typed(data["complainant"]["phone"]), data["channel"] or ""))
        return taking.take(session, given, actor=actor, clock=clock)
    check_consumer(data)
    return filing.file(session, by_consumer(data), actor=actor, clock=clock)


def check_consumer(data: dict[str, Any]) -> None:
    """What an officer says of a filing is not a consumer's to say; another's phone only where he acts for him.

    :raises RuleBroken: by field.
    """
    faults = [FieldError(name, "unknown", "is for an officer to give") for name in OFFICERS_ONLY if data[name]]
    if data["complainant"]["phone"] and data["agent"] is None:
        faults.append(FieldError("complainant.phone", "unknown", "is the account's own"))
    if faults:
        raise RuleBroken("validation", "the filing has faults", errors=faults)


def by_consumer(data: dict[str, Any]) -> Draft:
    """The draft of a consumer: his own phone, or as an agent his principal's beside it."""
    agent: AgentDraft | None = data["agent"]
    if agent is None:
        return with_phones(draft(data, own_phone(), "api"))
    mine = draft(data, typed(data["complainant"]["phone"]), "api")
    return with_phones(replace(mine, agent=replace(agent, phone=own_phone())))


def with_phones(given: Draft) -> Draft:
    """The draft with everybody's phone as accounts keep it."""
    agent, joint = given.agent, given.joint
    if agent is not None:
        agent = replace(agent, phone=typed(agent.phone))
    return replace(given, agent=agent, joint=_joint(joint) if joint else None)


def _joint(joint: Joint) -> Joint:
    others = (replace(o, person=replace(o.person, phone=typed(o.person.phone))) for o in joint.others)
    return replace(joint, others=tuple(others))


def typed(phone: str) -> str:
    """A phone as accounts keep it; what is none stays as it is, and is a fault by name."""
    return phone_of(phone) or phone
