"""Recusal (回避, O121 21(2)(3)): a side asks that a mediator stand aside; the mediation waits, the 60 days do not."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from complaints import rules
from complaints.mediation_models import Recusal
from complaints.models import Complaint
from complaints.operations import sittings
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

REASON = 1000


def recuse(
    session: Session, complaint: Complaint, session_id: UUID, reason: str, side: str = "", *, actor: Actor, clock: Clock
) -> Recusal:
    """Ask that the mediator of a session stand aside (申请回避); the mediation is suspended until it is decided.

    The days that form 7 names are for the asking; a later request is decided on too, since no text bars it.

    :raises Conflict: a request waits already.
    :raises RuleBroken: no reason.
    """
    rules.check_note("recuse", complaint.state)
    own = sittings.side_of(actor, side)
    sitting = sittings.open_one(session, complaint, session_id)
    _need(reason)
    if sittings.suspended(session, complaint.id) is not None:
        raise Conflict("recusal.waits", "a request for recusal waits for the bureau's decision already")
    made = Recusal(
        id=new_id(), case_id=complaint.id, side=own, mediator=sitting.mediators, mediator_id=sitting.mediator_id,
        asked_on=clock.today(),
    )  # fmt: skip
    step = Step(facts={"recusal": str(made.id), "side": own}, words={"reason": reason.strip()})
    casework.note(session, complaint, "recuse", actor=actor, clock=clock, step=step)
    session.add(made)
    session.flush()
    return made


def decide_recusal(
    session: Session,
    complaint: Complaint,
    granted: bool,
    reason: str,
    mediators: str = "",
    officer: UUID | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Decide on a request for recusal (决定是否回避), with a reason; granted, another mediator takes the sessions over.

    Nobody decides on a request against himself: a colleague or the head does. No text says which of them.

    :param mediators: who mediates instead; needed where it is granted.
    :raises Refused: the request is against whoever decides.
    :raises RuleBroken: no request waits, no reason, or nobody to mediate instead.
    """
    rules.check_note("decide_recusal", complaint.state)
    found = sittings.suspended(session, complaint.id)
    if found is None:
        raise RuleBroken("recusal.none", "no request for recusal waits for a decision")
    if actor.account is None or actor.account == found.mediator_id:
        raise Refused("recusal.own", "nobody decides on a request against himself: a colleague or the head does")
    _need(reason)
    if granted and not mediators.strip():
        raise RuleBroken("recusal.mediators", "name who mediates instead", field="mediators")
    if granted:
        _replace(session, complaint, mediators, officer)
    found.granted, found.decided_on, found.decided_by = granted, clock.today(), actor.account
    facts = {"recusal": str(found.id), "granted": granted}
    step = Step(facts=facts, words={"reason": reason.strip()})
    casework.note(session, complaint, "decide_recusal", actor=actor, clock=clock, step=step)


def _replace(session: Session, complaint: Complaint, mediators: str, officer: UUID | None) -> None:
    """Another mediator takes over every session that is still to come."""
    if len(mediators) > sittings.LONGEST["mediators"]:
        raise RuleBroken("too_long", "has more than 100 characters", field="mediators")
    for sitting in sittings.to_come(session, complaint.id):
        sitting.mediators, sitting.mediator_id = mediators.strip(), officer


def _need(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("recusal.reason", "say why", field="reason")
    if len(reason) > REASON:
        raise RuleBroken("too_long", f"has more than {REASON} characters", field="reason")
