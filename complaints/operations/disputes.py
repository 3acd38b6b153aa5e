"""Disputes over who is competent (处理权限争议, O121 33, O20 30): seven working days, or a superior designates.

The clock of the dispute is one of its own; the one of art. 15 goes on as it did. What is agreed hands nothing on:
within a city the case goes back to the intake body, which dispatches it; to the other city no text lets it go, so that
it is declined on the ground of art. 16(1) and the competent bureau is named. Only a designation by the superior that
both have moves a case, and only within its city.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from complaints import competence_queries, rules
from complaints.competence_models import OPENED, Dispute
from complaints.lifecycle import FILED
from complaints.models import Complaint
from complaints.operations import decide
from complaints.operations.upward import check_own
from complaints.terms import SETTLE, TERMS
from workflows.case import casework, guests
from workflows.case.casework import ClockStart, ClockStop, Party, Step
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.time.clock import Clock

ABOVE_BOTH = "国家市场监督管理总局"
"""The State Administration: the common superior of bureaus of two provinces; it is not part of the product."""

BASIS = 200


def dispute_open(
    session: Session, complaint: Complaint, district: str, claim: str, reason: str, *, actor: Actor, clock: Clock
) -> Dispute:
    """Open a dispute with the bureau of a district: we say that it is competent, or that we are.

    :param claim: ``theirs`` or ``ours``.
    :raises RuleBroken: no reason, an unknown claim, one's own bureau, or a dispute is open already.
    :raises Refused: not by the bureau that has the case.
    """
    rules.check_note("dispute_open", complaint.state)
    said = rules.check_said("reason", reason)
    check_own(complaint, actor)
    if claim not in OPENED:
        raise RuleBroken("dispute.claim", f"claim must be one of {', '.join(OPENED)}", field="claim")
    other = directory.county_bureau(session, district)
    if other.id == complaint.bureau_id:
        raise RuleBroken("dispute.same", "a dispute is with another bureau", field="district")
    if _open(session, complaint) is not None:
        raise RuleBroken("dispute.open", "there is a dispute over this case already")
    row = _row(complaint, other, claim, said, actor, clock)
    session.add(row)
    today = clock.today()
    step = Step(
        facts={"dispute": str(row.id), "with": str(other.id), "claim": claim},
        words={"reason": said},
        clocks=[ClockStart(TERMS.find(SETTLE, today, complaint.received_on), today, complaint.received_on)],
    )
    casework.note(session, complaint, "dispute_open", actor=actor, clock=clock, step=step)
    return row


def _row(complaint: Complaint, other: Bureau, claim: str, said: str, actor: Actor, clock: Clock) -> Dispute:
    return Dispute(
        id=new_id(),
        case_id=complaint.id,
        number=complaint.number,
        respondent_name=complaint.respondent_name,
        respondent_address=complaint.respondent_address,
        received_on=complaint.received_on,
        bureau_id=complaint.bureau_id,
        other_id=other.id,
        claim=claim,
        reason=said,
        opened_by=actor.account,
        opened_on=clock.today(),
    )


def dispute_answer(session: Session, dispute: UUID, words: str, *, agrees: bool, actor: Actor, clock: Clock) -> Dispute:
    """Answer as the other bureau; agreeing settles the dispute.

    :raises NotFound: no such dispute for this caller.
    :raises Refused: not by the bureau that the dispute is with.
    :raises RuleBroken: it has been answered or is over, or disagreeing without a word.
    """
    row = _to_answer(session, dispute, actor)
    said = words.strip() if agrees else rules.check_said("words", words)
    with guests.for_one_step(session, row.case_id, row.other_id):
        complaint = decide.find(session, row.case_id)
        row.agrees, row.answer, row.answered_by, row.answered_on = agrees, said or None, actor.account, clock.today()
        if agrees:
            _end(row, "agreed", row.other_id if row.claim == "theirs" else row.bureau_id, actor, clock)
        facts = {"dispute": str(row.id), "agrees": agrees}
        words_kept = {"reason": said} if said else {}
        step = Step(facts=facts, words=words_kept, clocks=[ClockStop(SETTLE, clock.today())] if agrees else [])
        casework.note(session, complaint, "dispute_answer", actor=actor, clock=clock, step=step)
    return row


def _to_answer(session: Session, dispute: UUID, actor: Actor) -> Dispute:
    row = session.get(Dispute, dispute)
    if row is None:
        raise NotFound("dispute.unknown", "there is no such dispute, or you may not see it")
    if actor.org != row.other_id:
        raise Refused("dispute.other", "only the bureau that the dispute is with answers it")
    locked = session.get(Dispute, dispute, with_for_update=True, populate_existing=True)
    if locked is None or locked.answered_on is not None:  # nobody may change a dispute that is over
        raise RuleBroken("dispute.answered", "the dispute has been answered, or is over")
    return locked


def dispute_concede(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Agree to what the other bureau answered; the dispute is settled.

    :raises RuleBroken: no dispute, no answer to agree to, or no reason.
    :raises Refused: not by the bureau that has the case.
    """
    said = rules.check_said("reason", reason)
    check_own(complaint, actor)
    row = _needed(session, complaint)
    if row.agrees is not False:
        raise RuleBroken("dispute.unanswered", "the other bureau has not answered otherwise yet")
    _end(row, "agreed", row.bureau_id if row.claim == "theirs" else row.other_id, actor, clock)
    facts = {"dispute": str(row.id), "competent": str(row.competent_id)}
    step = Step(facts=facts, words={"reason": said}, clocks=[ClockStop(SETTLE, clock.today())])
    casework.note(session, complaint, "dispute_concede", actor=actor, clock=clock, step=step)


def dispute_refer(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Refer the dispute to the superior that both bureaus have (报请指定); also at once, without negotiating.

    :raises RuleBroken: no dispute, referred already, or no reason.
    :raises Refused: not by the bureau that has the case.
    """
    said = rules.check_said("reason", reason)
    check_own(complaint, actor)
    row = _needed(session, complaint)
    if row.referred_on is not None:
        raise RuleBroken("dispute.referred", "the dispute has been referred already")
    own, other = (session.get_one(Bureau, bureau) for bureau in (row.bureau_id, row.other_id))
    common = own.parent_id if own.parent_id == other.parent_id else None
    name = session.get_one(Bureau, common).name if common else ABOVE_BOTH
    row.superior_id, row.superior_name, row.referred_on = common, name, clock.today()
    facts = {"dispute": str(row.id), "superior": name}
    step = Step(facts=facts, words={"reason": said})
    casework.note(session, complaint, "dispute_refer", actor=actor, clock=clock, step=step)


def designate(session: Session, complaint: Complaint, bureau: UUID, reason: str, *, actor: Actor, clock: Clock) -> None:
    """The superior of both designates (指定处理机关); one outside of the product by a document that is recorded.

    :param bureau: one of the two.
    :param reason: the superior's reason, or the document that designates.
    :raises RuleBroken: not referred, neither of the two, or no reason.
    :raises Refused: not by the superior; for one outside, not by the bureau that has the case.
    """
    said = rules.check_said("reason", reason, BASIS)
    row = _needed(session, complaint)
    if row.referred_on is None:
        raise RuleBroken("dispute.not_referred", "the dispute has not been referred to a superior")
    if actor.org != (row.superior_id or row.bureau_id):
        raise Refused("dispute.superior", "only the superior of both bureaus designates")
    if bureau not in (row.bureau_id, row.other_id):
        raise RuleBroken("dispute.two", "one of the two bureaus is designated", field="bureau")
    moves = row.superior_id is not None and bureau != complaint.bureau_id and complaint.state == FILED
    row.basis = said
    _end(row, "designated", bureau, actor, clock)
    facts = {"dispute": str(row.id), "competent": str(bureau), "superior": str(row.superior_name)}
    step = Step(
        evidence=dict.fromkeys((*decide.PROPOSAL, "assigned_to")) | {"bureau_id": bureau} if moves else {},
        facts=facts | ({"to": str(bureau)} if moves else {}),
        words={"reason": said},
        clocks=[ClockStop(SETTLE, clock.today())],
    )
    casework.note(session, complaint, "designate", actor=actor, clock=clock, step=step)
    if moves:
        casework.hand_over(session, complaint, Party(bureau, "officer", "designated bureau"))


def _end(row: Dispute, how: str, competent: UUID, actor: Actor, clock: Clock) -> None:
    row.ended, row.ended_on, row.ended_by, row.competent_id = how, clock.today(), actor.account, competent


def _open(session: Session, complaint: Complaint) -> Dispute | None:
    row = competence_queries.dispute(session, complaint.id)
    return row if row is not None and row.ended is None else None


def _needed(session: Session, complaint: Complaint) -> Dispute:
    row = _open(session, complaint)
    if row is None:
        raise RuleBroken("dispute.none", "there is no open dispute over this case")
    return row
