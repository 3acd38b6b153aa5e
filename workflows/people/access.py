"""Who may do what, as data: every route and every verb names one of these, and nothing is allowed otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.errors import Refused
from workflows.people.actor import OFFICIALS, Actor, ActorRole

ANYONE = frozenset(ActorRole)
SIGNED_IN = ANYONE - {ActorRole.ANONYMOUS}
CONSUMERS = frozenset({ActorRole.CONSUMER})
MERCHANTS = frozenset({ActorRole.MERCHANT})
PARTIES = CONSUMERS | MERCHANTS
OFFICERS = OFFICIALS
SUPERVISORS = frozenset({ActorRole.SUPERVISOR})
HEADS = frozenset({ActorRole.SUPERVISOR})
ADMINS = frozenset({ActorRole.ADMIN})
COUNCILS = frozenset({ActorRole.COUNCIL})

POLICIES: Mapping[str, frozenset[ActorRole]] = {
    "public": ANYONE,
    "account.self": SIGNED_IN,
    "notices.read": PARTIES | OFFICERS,
    "case.read": PARTIES | OFFICERS,
    "complaint.file": CONSUMERS,
    "complaint.queue": OFFICERS,
    "complaint.decide": OFFICERS,
    "complaint.party": PARTIES | OFFICERS,
    "complaint.evaluate": CONSUMERS,
    "evidence.add": PARTIES,
    "evidence.read": PARTIES | OFFICERS,
    "report.file": ANYONE - OFFICERS - ADMINS - MERCHANTS - COUNCILS,
    "report.read": CONSUMERS | OFFICERS,
    "report.work": OFFICERS,
    "merchant.own": MERCHANTS,
    "enrolment.read": MERCHANTS | OFFICERS,
    "enrolment.act": MERCHANTS | OFFICERS,
    "enrolment.review": OFFICERS,
    "supervision.read": OFFICERS,
    "supervision.act": OFFICERS,
    "measures.read": OFFICERS,
    "webhooks.own": MERCHANTS | OFFICERS,
    "agreements.manage": SUPERVISORS,
    "data.own": PARTIES | OFFICERS,
    "complaint.bring": CONSUMERS | OFFICERS,
    "complaint.take": OFFICERS,
    "consultation.ask": CONSUMERS,
    "consultation.read": CONSUMERS | OFFICERS,
    "consultation.work": OFFICERS,
    "council.work": COUNCILS,
    "report.head": HEADS,
}
"""Every policy by name, and the roles it lets through. Which *case* somebody may see is row-level security's part."""


def allowed(policy: str, role: ActorRole) -> bool:
    """Whether the role passes the policy; an unknown policy lets nobody through."""
    return role in POLICIES.get(policy, frozenset())


def require(policy: str, actor: Actor) -> None:
    """Let the actor through, or say no.

    :raises Refused: the role may not do this.
    """
    if not allowed(policy, actor.role):
        raise Refused("access.role", f"{actor.role.value} may not {policy}", policy=policy)
