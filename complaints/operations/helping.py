"""Help from another city's bureau (异地协助): under a named agreement in force, with the consumer's consent.

It is help and never a re-assignment: the case, its clocks and its decisions stay with the bureau that has it. The
helping bureau sees its request and nothing else of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import competence_queries, rules
from complaints.competence import Sides, covers_help
from complaints.competence_models import HelpRequest, RegionAgreement
from complaints.models import Complaint
from complaints.operations import decide
from workflows.case import calendars, casework, guests
from workflows.case.casework import Step
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock
from workflows.time.deadline import deadline
from workflows.time.terms import Term, Unit

ANSWER = 3000


@dataclass(frozen=True)
class Wanted:
    """What help is asked for.

    :param item: one of the items of the agreement.
    :param consented_on: the day on which the consumer consented.
    """

    agreement: UUID
    district: str
    item: str
    question: str
    consented_on: date


def ask_help(session: Session, complaint: Complaint, wanted: Wanted, *, actor: Actor, clock: Clock) -> HelpRequest:
    """Ask the bureau of a district in the other city for help.

    :raises RuleBroken: the agreement is not in force, does not join the two or has no such item; a bureau of the own
        city; no question; no day of consent between the receipt and today.
    :raises Refused: not by the bureau that has the case.
    """
    rules.check_note("ask_help", complaint.state)
    said, today = rules.check_said("words", wanted.question), clock.today()
    if actor.org != complaint.bureau_id:
        raise Refused("competence.own", "only the bureau that has the case may do this")
    rules.check_day("given_on", wanted.consented_on, complaint.received_on, today)
    agreement = competence_queries.agreement(session, wanted.agreement)
    own, helper = session.get_one(Bureau, complaint.bureau_id), directory.county_bureau(session, wanted.district)
    _check(agreement, wanted.item, own, helper, today)
    row = HelpRequest(
        id=new_id(),
        case_id=complaint.id,
        agreement_id=agreement.id,
        number=complaint.number,
        respondent_name=complaint.respondent_name,
        respondent_address=complaint.respondent_address,
        bureau_id=own.id,
        helper_id=helper.id,
        item=wanted.item,
        question=said,
        consented_on=wanted.consented_on,
        asked_by=actor.account,
        asked_on=today,
        due_on=due(session, agreement, today),
    )
    session.add(row)
    step = Step(facts=_facts(row, agreement, helper), words={"question": said})
    casework.note(session, complaint, "ask_help", actor=actor, clock=clock, step=step)
    return row


def _check(agreement: RegionAgreement, item: str, own: Bureau, helper: Bureau, today: date) -> None:
    if not competence_queries.in_force(agreement, today):
        raise RuleBroken("help.not_in_force", "the agreement is not in force today", field="agreement")
    if item not in agreement.items:
        raise RuleBroken("help.item", "the agreement has no such item", field="item")
    if own.city == helper.city:
        raise RuleBroken("help.city", "help by agreement is asked of a bureau of the other city", field="district")
    sides = Sides(frozenset({own.id, own.parent_id}), frozenset({helper.id, helper.parent_id}))
    if not covers_help(frozenset(agreement.parties), sides):
        raise RuleBroken("help.parties", "the agreement does not join these two bureaus", field="agreement")


def _facts(row: HelpRequest, agreement: RegionAgreement, helper: Bureau) -> Mapping[str, Any]:
    return {
        "help": str(row.id),
        "agreement": agreement.name,
        "helper": str(helper.id),
        "item": row.item,
        "consented_on": str(row.consented_on),
        "due_on": row.due_on and str(row.due_on),
    }


def due(session: Session, agreement: RegionAgreement, today: date) -> date | None:
    """By when the agreement itself wants an answer; None where it says nothing of it."""
    if agreement.answer_days is None or agreement.counted is None:
        return None
    term = Term("help.answer", agreement.answer_days, Unit(agreement.counted), agreement.name, ("协助", "help"))
    return deadline(term, calendars.current(session), today).safe_on


def help_received(session: Session, wanted: UUID, *, actor: Actor, clock: Clock) -> HelpRequest:
    """Acknowledge a request (签收).

    :raises NotFound: no such request for this caller.
    :raises Refused: not by the bureau that was asked.
    :raises RuleBroken: received already.
    """
    row = _asked_of(session, wanted, actor)
    if row.received_on is not None:
        raise RuleBroken("help.received", "the request has been received already")
    _step(session, row, "help_received", _received(row, actor, clock), {}, actor, clock)
    return row


def help_answered(
    session: Session, wanted: UUID, words: str, file: UUID | None = None, *, actor: Actor, clock: Clock
) -> HelpRequest:
    """Answer a request in words, and with a file where there is one.

    :raises NotFound: no such request for this caller, or no such file of one's own.
    :raises Refused: not by the bureau that was asked.
    :raises RuleBroken: answered already, or nothing said.
    """
    row = _asked_of(session, wanted, actor)
    said = rules.check_said("words", words, ANSWER)
    _check_file(session, file, actor)
    today = clock.today()
    answered = {"answered_by": actor.account, "answered_on": today, "answer": said, "file_id": file}
    values = ({} if row.received_on else _received(row, actor, clock)) | answered
    _step(session, row, "help_answered", values, {"answer": said}, actor, clock)
    return row


def _received(row: HelpRequest, actor: Actor, clock: Clock) -> dict[str, Any]:
    return {"received_by": actor.account, "received_on": max(row.asked_on, clock.today())}


def _step(
    session: Session,
    row: HelpRequest,
    event: str,
    values: Mapping[str, Any],
    words: Mapping[str, str],
    actor: Actor,
    clock: Clock,
) -> None:
    with guests.for_one_step(session, row.case_id, row.helper_id):
        complaint = decide.find(session, row.case_id)
        for name, value in values.items():
            setattr(row, name, value)
        late = row.due_on is not None and event == "help_answered" and clock.today() > row.due_on
        step = Step(facts={"help": str(row.id), "late": late, "files": int(row.file_id is not None)}, words=words)
        casework.note(session, complaint, event, actor=actor, clock=clock, step=step)


def _asked_of(session: Session, wanted: UUID, actor: Actor) -> HelpRequest:
    row = session.get(HelpRequest, wanted)
    if row is None:
        raise NotFound("help.unknown", "there is no such request, or you may not see it")
    if actor.org != row.helper_id:
        raise Refused("help.other", "only the bureau that was asked answers")
    locked = session.get(HelpRequest, wanted, with_for_update=True, populate_existing=True)
    if locked is None:  # whoever answers may change a request until it has been answered
        raise RuleBroken("help.answered", "the request has been answered already")
    return locked


def _check_file(session: Session, file: UUID | None, actor: Actor) -> None:
    own = select(Evidence.id).where(Evidence.id == file, Evidence.owner_id == actor.account)
    if file is not None and session.scalar(own) is None:
        raise NotFound("evidence.unknown", "there is no such file of yours", field="file")
