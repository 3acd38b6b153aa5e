"""Negotiation on line with an enrolled firm (在线和解, ODR): by the consumer's choice, and delaying nothing.

Ten working days are the practice of the national platform and no law. Every clock of the complaint runs on.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import rules
from complaints.mediation_models import Negotiation
from complaints.models import Complaint, Offer
from complaints.operations import offers
from complaints.operations.sittings import side_of
from complaints.terms import TERMS
from merchants.queries import standings
from workflows.case import calendars, casework
from workflows.case.casework import Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import SYSTEM, Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock
from workflows.time.deadline import Deadline, deadline

TERM = "odr.negotiate"


def odr_begin(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> Negotiation:
    """Begin to negotiate on line, by the consumer's choice, with a firm whose shop is enrolled.

    :raises RuleBroken: the shop is not enrolled.
    :raises Conflict: it was begun once already.
    """
    rules.check_note("odr_begin", complaint.state)
    if not possible(session, complaint):
        raise RuleBroken("odr.firm", "the shop is not enrolled: its firm has not agreed to negotiate here")
    if of_case(session, complaint.id) is not None:
        raise Conflict("odr.twice", "the sides negotiated on line already")
    made = Negotiation(id=new_id(), case_id=complaint.id, began_on=clock.today())
    session.add(made)
    session.flush()
    facts = {"began_on": str(clock.today()), "due_on": str(due(session, made).due_on)}
    casework.note(session, complaint, "odr_begin", actor=actor, clock=clock, step=Step(facts=facts))
    return made


def odr_offer(  # noqa: PLR0913 - an offer, as in mediation
    session: Session,
    complaint: Complaint,
    amount_fen: int | None = None,
    words: str = "",
    kind: str = offers.REFUND,
    percent: int | None = None,
    by_day: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Offer:
    """Make an offer to the other side, as :func:`complaints.operations.offers.offer` has it.

    :raises Conflict: no negotiation goes on.
    """
    rules.check_note("odr_offer", complaint.state)
    _going(session, complaint)
    terms, fen = offers.checked(complaint, kind, amount_fen, percent, by_day, words, clock)
    side = side_of(actor, "")
    return offers.keep(session, complaint, "odr_offer", side, terms | {"odr": True}, fen, actor, clock)


def odr_take(session: Session, complaint: Complaint, offer_id: UUID, *, actor: Actor, clock: Clock) -> None:
    """Take an offer: settled between the two (和解). The complaint goes on until the consumer withdraws it.

    So nobody loses the bureau's help before the word was kept.
    """
    rules.check_note("odr_take", complaint.state)
    found = _going(session, complaint)
    offers.take(session, complaint, offer_id, "odr_take", actor=actor, clock=clock)
    found.ended, found.ended_on = "settled", clock.today()


def odr_end(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """End the negotiation without an agreement; either side may.

    :raises Conflict: none goes on.
    """
    rules.check_note("odr_end", complaint.state)
    found = _going(session, complaint)
    _end(session, complaint, found, "ended", actor=actor, clock=clock)


def lapse(session: Session, complaint: Complaint, found: Negotiation, *, clock: Clock) -> None:
    """The ten working days are over, or the complaint is: the negotiation has ended by itself."""
    _end(session, complaint, found, "lapsed", actor=SYSTEM, clock=clock)


def of_case(session: Session, case: UUID) -> Negotiation | None:
    """The negotiation of a case: there is one at most."""
    return session.scalar(select(Negotiation).where(Negotiation.case_id == case))


def due(session: Session, found: Negotiation) -> Deadline:
    """Until when the firm has time, explained like every date; computed and never stored: no queue waits for it."""
    term = TERMS.find(TERM, found.began_on)
    return deadline(term, calendars.current(session), found.began_on)


def possible(session: Session, complaint: Complaint) -> bool:
    """Whether the complaint is about a shop that is enrolled now."""
    return complaint.store_id is not None and standings.alive(session, complaint.store_id) is not None


def _going(session: Session, complaint: Complaint) -> Negotiation:
    found = of_case(session, complaint.id)
    if found is None or found.ended is not None:
        raise Conflict("odr.none", "no negotiation on line goes on")
    return found


def _end(session: Session, complaint: Complaint, found: Negotiation, why: str, *, actor: Actor, clock: Clock) -> None:
    found.ended, found.ended_on = why, clock.today()
    casework.note(session, complaint, "odr_end", actor=actor, clock=clock, step=Step(facts={"why": why}))
