"""The steps of those beside a complainant: an agent's papers, joining, agreeing, choosing representatives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import capacity, codes, intake_rules, rules
from complaints.intake_models import Assent, CoComplainant, ComplaintAgent
from complaints.models import Complaint
from complaints.operations import acting
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import OFFICIALS, Actor
from workflows.time.clock import Clock

JOINS = ("yes", "no")


def agent_papers(
    session: Session,
    complaint: Complaint,
    kind: str,
    on: date | None = None,
    until: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Record that an agent's paper is there: the original received, the identity seen, signature and period (art. 11).

    :param on: the day, today where it is not given; of the period, its first.
    :param until: the last day of the period.
    :raises NotFound: the complaint has no agent.
    :raises RuleBroken: an unknown paper, one that was recorded already, or a day outside.
    """
    rules.check_note("agent_papers", complaint.state)
    row = _agent(session, complaint)
    if kind not in capacity.PAPERS:
        raise RuleBroken("agent.paper", f"choose one of {', '.join(capacity.PAPERS)}", field="kind")
    if kind not in capacity.missing(acting.power(row)):
        raise RuleBroken("agent.twice", "this was recorded already", field="kind")
    day = on or clock.today()
    if kind == "period":
        _period(row, day, until)
    else:
        rules.check_day("on", day, min(complaint.received_on, row.from_on or day), clock.today())
        _paper(row, kind, day, actor)
    step = Step(facts={"kind": kind, "on": str(day), "until": until and str(until)})
    casework.note(session, complaint, "agent_papers", actor=actor, clock=clock, step=step)


def _period(row: ComplaintAgent, first: date, last: date | None) -> None:
    """The period that the power names, once an officer has read it there."""
    if last is None or last < first:
        raise RuleBroken("agent.until", "give the last day of the period, not before its first", field="until")
    row.from_on, row.until_on = first, last


def _paper(row: ComplaintAgent, kind: str, day: date, actor: Actor) -> None:
    if kind == "signature":
        row.signed = True
    else:
        setattr(row, f"{kind}_on", day)
        setattr(row, f"{kind}_by", actor.account)


def agent_end(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """End an agent's power (解除委托): the principal does it himself, or an officer records it.

    :raises NotFound: the complaint has no agent.
    :raises Refused: somebody else than the principal.
    """
    rules.check_note("agent_end", complaint.state)
    row = _agent(session, complaint)
    if actor.role not in OFFICIALS and actor.account != complaint.complainant_id:
        raise Refused("acting.own", "only the principal ends the power he gave")
    if row.ended_on is not None:
        raise RuleBroken("agent.ended", "the power has ended already")
    row.ended_on = clock.today()
    step = Step(facts={"ended_on": str(row.ended_on)})
    casework.note(session, complaint, "agent_end", actor=actor, clock=clock, step=step)


def join(
    session: Session, complaint: Complaint, kind: str, person: UUID | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Agree to complain together, or have no part in it (同意共同投诉, art. 12).

    :param kind: ``yes`` or ``no``.
    :param person: whose answer an officer records; a person answers for himself.
    :raises RuleBroken: answered already, or neither yes nor no.
    """
    rules.check_note("join", complaint.state)
    row = _person(session, complaint, person, actor)
    if kind not in JOINS:
        raise RuleBroken("joint.answer", "answer yes or no", field="kind")
    if row.joined_on or row.left_on:
        raise RuleBroken("joint.answered", "this person has answered already", field="person")
    day = clock.today()
    row.joined_on, row.left_on = (day, None) if kind == "yes" else (None, day)
    step = Step(facts={"person": row.ordinal, "answer": kind})
    casework.note(session, complaint, "join", actor=actor, clock=clock, step=step)


def assent(
    session: Session,
    complaint: Complaint,
    about: str,
    amount_fen: int | None = None,
    person: UUID | None = None,
    by: str = "internet",
    *,
    actor: Actor,
    clock: Clock,
) -> Assent:
    """Agree to what a representative or an agent wants to do (被代表人同意, art. 12).

    :param amount_fen: what an agreement is about, in fen: the consent is for this sum and no other.
    :param person: whose consent an officer records; a person agrees for himself.
    :param by: how it reached the officer.
    :raises RuleBroken: an unknown step, or an agreement without its sum.
    """
    rules.check_note("assent", complaint.state)
    account, ordinal = _who(session, complaint, person, actor)
    if about not in capacity.ASSENTS or by not in codes.TOLD_BY:
        raise RuleBroken("assent.about", f"choose one of {', '.join(capacity.ASSENTS)}", field="about")
    if (about == "settle") != (amount_fen is not None):
        raise RuleBroken("assent.amount", "an agreement needs its sum, nothing else has one", field="amount_fen")
    if amount_fen is not None:
        rules.check_amount("amount_fen", amount_fen)
    row = Assent(
        case_id=complaint.id, account_id=account, about=about, amount_fen=amount_fen, given_on=clock.today(),
        given_by=by if actor.role in OFFICIALS else "internet", entered_by=actor.account, entered_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    step = Step(facts={"person": ordinal, "about": about, "amount_fen": amount_fen, "by": row.given_by})
    casework.note(session, complaint, "assent", actor=actor, clock=clock, step=step)
    return row


def represent(
    session: Session, complaint: Complaint, persons: Sequence[UUID], on: date, *, actor: Actor, clock: Clock
) -> None:
    """Record whom the persons have chosen in writing to represent them (推选、变更代表人, art. 12).

    A change needs the consent of those who were represented so far; a first choice is the writing itself.

    :param on: the day of the writing.
    :raises RuleBroken: none or more than two, somebody who takes no part, a day outside, or a consent is missing.
    """
    rules.check_note("represent", complaint.state)
    rows = {row.id: row for row in acting.persons(session, complaint.id)}
    intake_rules.check_choice(len(set(persons)))
    if not {p for p in persons if p in rows and rows[p].joined_on} == set(persons):
        raise RuleBroken("joint.person", "choose persons who take part in the complaint", field="persons")
    earliest = min(complaint.happened_on, clock.today())
    rules.check_day("on", on, earliest, clock.today())
    if any(row.representative for row in rows.values()):
        acting.check_agreed(session, complaint, "represent", actor=actor, clock=clock)
    for row in rows.values():
        row.representative = row.id in persons
        row.chosen_on = on if row.representative else row.chosen_on
    step = Step(facts={"persons": sorted(rows[p].ordinal for p in set(persons)), "on": str(on)})
    casework.note(session, complaint, "represent", actor=actor, clock=clock, step=step)


def _agent(session: Session, complaint: Complaint) -> ComplaintAgent:
    row = acting.agent(session, complaint.id)
    if row is None:
        raise NotFound("agent.none", "this complaint has no agent")
    return row


def _person(session: Session, complaint: Complaint, person: UUID | None, actor: Actor) -> CoComplainant:
    """The person himself, or the one whose answer an officer records."""
    rows = acting.persons(session, complaint.id)
    official = actor.role in OFFICIALS
    found = [r for r in rows if (r.id == person if official else r.account_id == actor.account)]
    if not found or (person is not None and found[0].id != person):
        raise NotFound("joint.none", "there is no such person in this complaint, or it is not you")
    return found[0]


def _who(session: Session, complaint: Complaint, person: UUID | None, actor: Actor) -> tuple[UUID, int]:
    """Whose consent it is: a person of a joint complaint, or the principal of an agent."""
    if acting.persons(session, complaint.id):
        row = _person(session, complaint, person, actor)
        if row.joined_on is None:
            raise Conflict("joint.unanswered", "this person has not joined the complaint")
        return row.account_id, row.ordinal
    _agent(session, complaint)
    if actor.role not in OFFICIALS and actor.account != complaint.complainant_id:
        raise Refused("acting.own", "everybody agrees for himself alone")
    return complaint.complainant_id, 1
