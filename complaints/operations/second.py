"""Declining on the ground that needs two people: proposed by one, answered by the consumer, approved by another.

Whether a complaint is about daily-life consumption (O121 16(3), 17) is judged on hints; so no single officer declines
on it, and the consumer is heard first. How long the consumer is waited for no text says: it is a declared setting.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import codes, rules
from complaints.factors import ANSWER
from complaints.models import Complaint
from complaints.operations import decide
from workflows import declared
from workflows.case import casework, journal
from workflows.case.casework import Step
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

PROPOSE = "propose_decline"
ANSWERED = "answer_flags"
APPROVE = "approve_decline"
REFUSE = "refuse_decline"
MOST_WORDS = 1000


def propose_decline(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Propose to decline a complaint on ground 3 (拟以第三项不予受理); the consumer is asked and may answer.

    Proposed anew, the former proposal is over, and the consumer is asked again. No clock stops.

    :raises RuleBroken: a complaint of the other rule set, or no reason.
    """
    rules.check_note(PROPOSE, complaint.state)
    rules.check_refusal(codes.TWO_PEOPLE, complaint.rule_set)
    if not reason.strip():
        raise RuleBroken("decline.reason", "a complaint is declined with a reason (art. 15)", field="reason")
    today = clock.today()
    until = today + timedelta(days=declared.value(session, ANSWER, complaint.city, today))
    evidence = {"proposed_by": actor.account, "proposed_on": today, "answer_until": until, "answered_on": None}
    facts = {"ground": codes.TWO_PEOPLE, "answer_until": str(until)}
    step = Step(evidence=evidence, facts=facts, words={"reason": reason.strip()})
    casework.note(session, complaint, PROPOSE, actor=actor, clock=clock, step=step)


def answer_flags(session: Session, complaint: Complaint, words: str, *, actor: Actor, clock: Clock) -> None:
    """The consumer answers what the bureau asked before declining (说明情况).

    :raises Conflict: nothing was asked.
    :raises RuleBroken: no words, or too many.
    """
    rules.check_note(ANSWERED, complaint.state)
    _check_proposed(complaint)
    if not words.strip() or len(words) > MOST_WORDS:
        raise RuleBroken("answer.words", f"say it in 1 to {MOST_WORDS} characters", field="words", most=MOST_WORDS)
    today = clock.today()
    step = Step(evidence={"answered_on": today}, facts={"answered_on": str(today)}, words={"words": words.strip()})
    casework.note(session, complaint, ANSWERED, actor=actor, clock=clock, step=step)


def approve_decline(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """A second person approves, and the complaint is declined with the reason that was proposed (批准不予受理).

    :raises Conflict: nothing was proposed.
    :raises RuleBroken: the same person, or the consumer may still answer.
    """
    rules.check_note(APPROVE, complaint.state)
    _check_proposed(complaint)
    rules.check_second(complaint.proposed_by, actor.account)
    rules.check_heard(complaint.answer_until, complaint.answered_on, clock.today())
    reason = _proposed(session, complaint)
    step = Step(facts={"ground": codes.TWO_PEOPLE, "proposed_by": str(complaint.proposed_by)})
    casework.note(session, complaint, APPROVE, actor=actor, clock=clock, step=step)
    decide.declined(session, complaint, codes.TWO_PEOPLE, reason, actor=actor, clock=clock)


def refuse_decline(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """A second person does not approve: the proposal is over, and the complaint waits to be decided (不同意).

    :raises Conflict: nothing was proposed.
    :raises RuleBroken: the same person, or no reason.
    """
    rules.check_note(REFUSE, complaint.state)
    _check_proposed(complaint)
    rules.check_second(complaint.proposed_by, actor.account)
    if not reason.strip():
        raise RuleBroken("decline.reason", "say why it is not approved", field="reason")
    facts = {"ground": codes.TWO_PEOPLE, "proposed_by": str(complaint.proposed_by)}
    step = Step(evidence=dict.fromkeys(decide.PROPOSAL), facts=facts, words={"reason": reason.strip()})
    casework.note(session, complaint, REFUSE, actor=actor, clock=clock, step=step)


def _check_proposed(complaint: Complaint) -> None:
    if complaint.proposed_on is None:
        raise Conflict("second.nothing", "nothing has been proposed", state=complaint.state, allowed=())


def _proposed(session: Session, complaint: Complaint) -> str:
    """The reason of the latest proposal."""
    latest = select(CaseEvent.seq).where(CaseEvent.case_id == complaint.id, CaseEvent.event == PROPOSE)
    seq = session.scalar(latest.order_by(CaseEvent.seq.desc()).limit(1)) or 0
    return journal.words_of(session, complaint.id)[seq]["reason"]
