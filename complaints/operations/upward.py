"""A complaint goes up (提级处理, O121 13(3), O20 12(3)): asked for by the bureau, or taken by the one above it.

Nothing of it touches the clock of art. 15: the first receipt counts, whoever handles the case.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from complaints import competence_queries, rules
from complaints.competence_models import Upward
from complaints.models import Complaint
from complaints.operations.decide import PROPOSAL
from workflows.case import casework
from workflows.case.casework import Party, Step
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.time.clock import Clock


def request_upward(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> Upward:
    """Ask the superior bureau to take the complaint (报请上级处理); it decides, and nothing moves before.

    :raises RuleBroken: no reason, no bureau above, or asked already.
    :raises Refused: not by the bureau that has the case.
    """
    rules.check_note("request_upward", complaint.state)
    said = rules.check_said("reason", reason)
    check_own(complaint, actor)
    superior = session.get_one(Bureau, complaint.bureau_id).parent_id
    if superior is None:
        raise RuleBroken("upward.top", "there is no bureau above this one here")
    if competence_queries.upward(session, complaint.id) is not None:
        raise RuleBroken("upward.asked", "the superior bureau has been asked already and has not decided")
    row = Upward(
        id=new_id(),
        case_id=complaint.id,
        reason=said,
        from_id=complaint.bureau_id,
        to_id=superior,
        asked_by=actor.account,
        asked_on=clock.today(),
    )
    session.add(row)
    step = Step(facts={"request": str(row.id), "of": str(superior)}, words={"reason": said})
    casework.note(session, complaint, "request_upward", actor=actor, clock=clock, step=step)
    return row


def take_up(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Take a complaint that a bureau below received, asked for or not (提级处理); it reads on and writes no more.

    :raises RuleBroken: no reason.
    :raises Refused: not by the bureau above the one that has the case.
    """
    rules.check_note("take_up", complaint.state)
    said = rules.check_said("reason", reason)
    superior = _superior(session, complaint, actor)
    asked = _decide(session, complaint, actor, clock, taken=True)
    evidence = dict.fromkeys((*PROPOSAL, "assigned_to")) | {"bureau_id": superior}
    facts = {"to": str(superior), "asked": asked is not None}
    step = Step(evidence=evidence, facts=facts, words={"reason": said})
    casework.note(session, complaint, "take_up", actor=actor, clock=clock, step=step)
    casework.hand_over(session, complaint, Party(superior, "officer", "superior bureau took the case"))


def send_down(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Leave the complaint with the bureau that asked, with a reason (不予提级).

    :raises RuleBroken: no reason, or nothing was asked.
    :raises Refused: not by the bureau that was asked.
    """
    rules.check_note("send_down", complaint.state)
    said = rules.check_said("reason", reason)
    _superior(session, complaint, actor)
    if _decide(session, complaint, actor, clock, taken=False) is None:
        raise RuleBroken("upward.none", "the superior bureau has not been asked")
    casework.note(session, complaint, "send_down", actor=actor, clock=clock, step=Step(words={"reason": said}))


def _decide(session: Session, complaint: Complaint, actor: Actor, clock: Clock, *, taken: bool) -> Upward | None:
    row = competence_queries.upward(session, complaint.id)
    if row is not None:
        row.decided_by, row.decided_on, row.taken = actor.account, clock.today(), taken
    return row


def _superior(session: Session, complaint: Complaint, actor: Actor) -> UUID:
    """The bureau above the one that has the case, if the actor is of it."""
    superior = session.get_one(Bureau, complaint.bureau_id).parent_id
    if superior is None or actor.org != superior:
        raise Refused("upward.superior", "only the bureau above the one that has the case decides this")
    return superior


def check_own(complaint: Complaint, actor: Actor) -> None:
    """What a bureau says of its own authority, it says itself.

    :raises Refused: the actor is of another bureau.
    """
    if actor.org != complaint.bureau_id:
        raise Refused("competence.own", "only the bureau that has the case may do this")
