"""What the bureau decides about a complaint, and the telling that stops its clocks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import codes, rules
from complaints.lifecycle import ACCEPTED, COMPLAINT, DECLINED, FILED, TERMINATED
from complaints.models import Complaint
from complaints.terms import ACCEPT, MEDIATE, NOTIFY, TERMS
from workflows.case import casework
from workflows.case.casework import ClockChange, ClockStart, ClockStop, Party, Step
from workflows.errors import RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.time.clock import Clock

PROPOSAL = ("proposed_by", "proposed_on", "answer_until", "answered_on")
"""A proposal to decline; it is over when the case goes elsewhere, or its decision is corrected."""


def accept(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """Accept the complaint (受理, O121 15); mediation's period starts today.

    The seven working days go on until the complainant has been told.
    """
    today = clock.today()
    term = TERMS.find(MEDIATE, today, complaint.received_on)
    step = Step(
        evidence={"decided_on": today, "accepted_on": today} | _taken(complaint, actor),
        facts={"accepted_on": str(today), "term": term.version},
        clocks=[ClockStart(term, today, complaint.received_on)],
    )
    casework.advance(session, complaint, COMPLAINT, "accept", actor=actor, clock=clock, step=step)


def decline(session: Session, complaint: Complaint, ground: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Decline the complaint with a ground and a reason (不予受理, O121 16); the other ways are told with it.

    :raises RuleBroken: a ground that is not of the complaint's rule set, or needs two people, or no reason.
    """
    rules.check_refusal(ground, complaint.rule_set)
    rules.check_alone(ground)
    if not reason.strip():
        raise RuleBroken("decline.reason", "a complaint is declined with a reason (art. 15)", field="reason")
    declined(session, complaint, ground, reason, actor=actor, clock=clock)


def declined(session: Session, complaint: Complaint, ground: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Decline on a ground that was checked: by :func:`decline` for one person, by ``second`` for two."""
    today = clock.today()
    step = Step(
        evidence={"decided_on": today, "decline_ground": ground} | _taken(complaint, actor),
        facts={"declined_on": str(today), "ground": ground, "other_ways": list(codes.OTHER_WAYS)},
        words={"reason": reason.strip()},
    )
    casework.advance(session, complaint, COMPLAINT, "decline", actor=actor, clock=clock, step=step)


def _taken(complaint: Complaint, actor: Actor) -> dict[str, Any]:
    """Who decides a case that is nobody's has it from then on."""
    return {"officer_id": actor.account, "assigned_to": complaint.assigned_to or actor.account}


def told(
    session: Session, complaint: Complaint, by: str, on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record the proven telling (告知) of the decision, or of the termination; it stops that clock.

    :param by: a medium of the forms: internet, phone, sms, email, post.
    :param on: the day of telling, today where it is not given; never before the decision.
    :raises RuleBroken: an unknown medium, a day outside, or nothing left to tell.
    """
    rules.check_note("told", complaint.state)
    if by not in codes.TOLD_BY:
        raise RuleBroken("told.by", f"by must be one of {', '.join(codes.TOLD_BY)}", field="by")
    column, term, decided = _to_tell(complaint)
    day = on or clock.today()
    rules.check_day("on", day, decided, clock.today())
    step = Step(
        evidence={column: day}, facts={"told_on": str(day), "by": by, "of": term}, clocks=[ClockStop(term, day)]
    )
    casework.note(session, complaint, "told", actor=actor, clock=clock, step=step)


def _to_tell(complaint: Complaint) -> tuple[str, str, date]:
    """What has been decided and not been told yet: its column, its clock, the day of the decision."""
    if complaint.told_on is None and complaint.decided_on is not None:
        return "told_on", ACCEPT, complaint.decided_on
    if complaint.state == TERMINATED and complaint.termination_told_on is None and complaint.terminated_on:
        return "termination_told_on", NOTIFY, complaint.terminated_on
    raise RuleBroken("told.nothing", "everything decided so far has been told already")


def request_identity(session: Session, complaint: Complaint, until: date, *, actor: Actor, clock: Clock) -> None:
    """Ask for identity papers by a day (限期提供身份证明, form 4, O121 10(3)). It stops no clock: no text says so.

    :raises RuleBroken: a day that lies behind.
    """
    rules.check_note("request_identity", complaint.state)
    if until <= clock.today():
        raise RuleBroken("identity.until", "the day must lie ahead", field="until")
    step = Step(facts={"until": str(until)})
    casework.note(session, complaint, "request_identity", actor=actor, clock=clock, step=step)


def return_to_intake(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Give a complaint that is not ours back to the intake body; never hand it on ourselves (反馈, O121 41(2)).

    The clock goes on: the first receipt counts, whoever handles the case.

    :raises RuleBroken: no reason, or a bureau without one above it.
    """
    if not reason.strip():
        raise RuleBroken("return.reason", "say why the bureau has no authority", field="reason")
    bureau = session.get_one(Bureau, complaint.bureau_id)
    if bureau.parent_id is None:
        raise RuleBroken("return.intake", "this bureau is the intake body itself")
    intake = Party(bureau.parent_id, "officer", "intake body")
    evidence = dict.fromkeys((*PROPOSAL, "assigned_to")) | {"bureau_id": intake.id}
    step = Step(facts={"to": str(intake.id)}, words={"reason": reason.strip()}, evidence=evidence)
    casework.advance(session, complaint, COMPLAINT, "return_to_intake", actor=actor, clock=clock, step=step)
    casework.hand_over(session, complaint, intake)


def dispatch(session: Session, complaint: Complaint, bureau: Bureau, *, actor: Actor, clock: Clock) -> None:
    """Send a returned complaint to a bureau of the same city (分送, O121 41(1)); the clock is not restarted.

    :raises RuleBroken: a bureau of the other city: only an agreement and the consumer's consent lead there.
    """
    if bureau.city != complaint.city or bureau.level != "county":
        raise RuleBroken("dispatch.city", "a complaint goes to a county-level bureau of its own city", field="bureau")
    step = Step(evidence={"bureau_id": bureau.id, "assigned_to": None}, facts={"to": str(bureau.id)})
    casework.advance(session, complaint, COMPLAINT, "dispatch", actor=actor, clock=clock, step=step)
    casework.hand_over(session, complaint, Party(bureau.id, "officer", "competent bureau"))


def correct(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Correct the bureau's own decision to accept or decline: the complaint is undecided again, with a reason.

    The period of art. 15 runs from the receipt as before, so a late correction shows as late.

    :raises RuleBroken: no reason, or a state in which there is no decision to correct.
    """
    if complaint.state not in (ACCEPTED, DECLINED):
        raise RuleBroken("correct.state", "only a fresh decision to accept or decline can be corrected")
    received = complaint.received_on
    term = TERMS.find(ACCEPT, received)
    today = clock.today()
    clocks: list[ClockChange] = [ClockStop(ACCEPT, today), ClockStop(MEDIATE, today)]
    clocks.append(ClockStart(term, received, received))
    columns = (
        "decided_on",
        "accepted_on",
        "decline_ground",
        "told_on",
        "complainant_consent_on",
        "respondent_consent_on",
        *PROPOSAL,
    )
    step = Step(evidence=dict.fromkeys(columns), clocks=clocks)
    casework.correct(session, complaint, COMPLAINT, FILED, reason=reason, actor=actor, clock=clock, step=step)


def find(session: Session, complaint: UUID, expected: int | None = None) -> Complaint:
    """The complaint, locked and fresh, for a verb of this transaction.

    :raises NotFound: no such complaint for this caller.
    :raises Stale: it moved on since version ``expected``.
    """
    found: Any = casework.lock(session, Complaint, complaint, expected)
    return found  # type: ignore[no-any-return]
