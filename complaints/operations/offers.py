"""Offers in the open: what one side would do, by when, and how the other takes it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import mediation, rules
from complaints.models import Complaint, Offer
from complaints.operations.mediate import check_side
from complaints.operations.sittings import check_going, side_of
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

MOST_WORDS = 500
REFUND = "refund"


def offer(  # noqa: PLR0913 - an offer says all of this, and most of it may be left out
    session: Session,
    complaint: Complaint,
    side: str,
    amount_fen: int | None = None,
    words: str = "",
    kind: str = REFUND,
    percent: int | None = None,
    by_day: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Offer:
    """Make an offer in mediation: what one side would pay, take or do, and by when.

    :param amount_fen: the money in it, in fen; needed for a refund unless ``percent`` is given.
    :param kind: one of :data:`complaints.mediation.OFFERS`.
    :param percent: of the disputed amount, in place of ``amount_fen``.
    :raises RuleBroken: values missing, out of range, or not fitting each other.
    :raises Conflict: the mediation is suspended.
    """
    rules.check_note("offer", complaint.state)
    check_side(side, actor)
    check_going(session, complaint.id, "offer")
    fen = _amount(complaint, kind, amount_fen, percent)
    return keep(session, complaint, "offer", side, _terms(kind, percent, by_day, words, clock), fen, actor, clock)


def keep(
    session: Session,
    complaint: Complaint,
    event: str,
    side: str,
    terms: dict[str, Any],
    fen: int,
    actor: Actor,
    clock: Clock,
) -> Offer:
    """Note an offer that was checked, and keep it: its words beside the journal, its terms in the open."""
    made = Offer(id=new_id(), case_id=complaint.id, side=side, amount_fen=fen, terms=terms, made_at=clock.now())
    open_terms = {name: value for name, value in terms.items() if name not in ("words", "odr")}
    facts = {"side": side, "amount_fen": fen, "offer": str(made.id), **open_terms}
    words = {"words": terms["words"]} if terms["words"] else {}
    casework.note(session, complaint, event, actor=actor, clock=clock, step=Step(facts=facts, words=words))
    session.add(made)
    session.flush()
    return made


def checked(
    complaint: Complaint,
    kind: str,
    amount_fen: int | None,
    percent: int | None,
    by_day: date | None,
    words: str,
    clock: Clock,
) -> tuple[dict[str, Any], int]:
    """The terms and the money of an offer, checked as :func:`offer` does; for offers made elsewhere than in mediation.

    :raises RuleBroken: values missing, out of range, or not fitting each other.
    """
    fen = _amount(complaint, kind, amount_fen, percent)
    return _terms(kind, percent, by_day, words, clock), fen


def take_offer(session: Session, complaint: Complaint, offer_id: UUID, *, actor: Actor, clock: Clock) -> None:
    """Take the other side's offer. It is still for the mediator to record the agreement (``settle``).

    :raises NotFound: the case has no such offer.
    :raises RuleBroken: one's own offer, or one whose day has gone by.
    :raises Conflict: it was taken already, or the mediation is suspended.
    """
    rules.check_note("take_offer", complaint.state)
    check_going(session, complaint.id, "take_offer")
    take(session, complaint, offer_id, "take_offer", actor=actor, clock=clock)


def take(session: Session, complaint: Complaint, offer_id: UUID, event: str, *, actor: Actor, clock: Clock) -> Offer:
    """Take an offer that stands, whichever way it was made."""
    found = session.get(Offer, offer_id)
    if found is None or found.case_id != complaint.id or bool(found.terms.get("odr")) != (event == "odr_take"):
        raise NotFound("offer.unknown", "the case has no such offer", field="offer_id")
    side = side_of(actor, "")
    if side == found.side:
        raise RuleBroken("offer.own", "an offer is taken by the other side", field="offer_id")
    if found.taken_on is not None:
        raise Conflict("offer.taken", "the offer was taken already")
    by = found.terms.get("by")
    if by and date.fromisoformat(by) < clock.today():
        raise RuleBroken("offer.over", f"the offer was for until {by}", field="offer_id")
    found.taken_on = clock.today()
    facts = {"offer": str(found.id), "side": side, "amount_fen": found.amount_fen}
    casework.note(session, complaint, event, actor=actor, clock=clock, step=Step(facts=facts))
    return found


def _amount(complaint: Complaint, kind: str, amount_fen: int | None, percent: int | None) -> int:
    if kind not in mediation.OFFERS:
        raise RuleBroken("validation", "an offer is of a known kind", errors=[_fault("kind", "choice", "is unknown")])
    if percent is not None and not 1 <= percent <= 100:
        raise RuleBroken("validation", "a share", errors=[_fault("percent", "range", "must be from 1 to 100")])
    if percent is not None and amount_fen is None:
        return mediation.share_of(complaint.amount_fen, percent)
    if percent is not None or (amount_fen is None and kind == REFUND):
        fault = _fault("amount_fen", "required", "is needed: it, or percent, and not both")
        raise RuleBroken("validation", "say how much", errors=[fault])
    rules.check_amount("amount_fen", amount_fen or 0)
    return amount_fen or 0


def _terms(kind: str, percent: int | None, by_day: date | None, words: str, clock: Clock) -> dict[str, Any]:
    if len(words) > MOST_WORDS:
        message = f"words has {len(words)} characters; at most {MOST_WORDS} are possible"
        raise RuleBroken("too_long", message, field="words")
    if kind != REFUND and not words.strip():
        raise RuleBroken("validation", "say what", errors=[_fault("words", "required", "say what would be done")])
    if by_day is not None and by_day < clock.today():
        raise RuleBroken("validation", "a day", errors=[_fault("by_day", "past", "must not lie behind")])
    terms: dict[str, Any] = {"words": words.strip(), "kind": kind}
    if percent is not None:
        terms["percent"] = percent
    return terms | ({"by": str(by_day)} if by_day else {})


def _fault(field: str, code: str, message: str) -> FieldError:
    return FieldError(field, code, message)
