"""Blind bids (暗标): each side gives its limit, nobody sees the other's; where they meet, both confirm a proposal.

A limit is written by its side, read by the worker alone, and erased as soon as it has served. Neither journal nor
notice, export nor webhook carries a limit or a proposal; the journal has the sum once both have confirmed it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from complaints import mediation, rules, statutory
from complaints.codes import SIDES
from complaints.mediation_models import Bid, BidRound
from complaints.models import Complaint
from complaints.operations.sittings import check_going, side_of
from complaints.statutory import Given
from merchants.queries import standings
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import SYSTEM, Actor
from workflows.store.crypto import digest
from workflows.store.db import new_id
from workflows.store.sealed import seal, unseal
from workflows.time.clock import Clock

DOMAIN = "wuyou.terms.v1"
WIDTH = 12
"""Digits of a sealed sum: a short one would show in its ciphertext's length."""


def bid(session: Session, complaint: Complaint, limit_fen: int, side: str = "", *, actor: Actor, clock: Clock) -> None:
    """Give one's limit, once per round: the least one would take, or the most one would pay, in fen.

    Only a party bids, never an officer for it: nobody else may know a limit.

    :raises Conflict: one has bid in this round, a proposal waits, the mediation is suspended, or no round is left.
    :raises RuleBroken: an amount out of range.
    """
    rules.check_note("bid", complaint.state)
    check_going(session, complaint.id, "bid")
    own = side_of(actor, side)
    rules.check_amount("limit_fen", limit_fen)
    current = open_round(session, complaint) or _open(session, complaint, clock)
    if current.proposed_at is not None:
        raise Conflict("bids.proposed", "a proposal waits for an answer: confirm or decline it first")
    if own in have_bid(session, current):
        raise Conflict("bids.twice", "you have bid in this round: wait for the other side, or for its last day")
    made = Bid(id=new_id(), case_id=complaint.id, round_id=current.id, side=own, made_at=clock.now())
    seal(session, made, "limit", f"{limit_fen:0{WIDTH}d}")
    step = Step(facts={"round": current.number, "side": own, "until": str(current.until_on)})
    casework.note(session, complaint, "bid", actor=actor, clock=clock, step=step)
    session.add(made)
    session.flush()


def meet(session: Session, complaint: Complaint, *, clock: Clock) -> bool:
    """Let two bids meet, by the worker, once both are in: a proposal, or the end of the round. Both are erased.

    :returns: whether there was anything to do.
    """
    current = open_round(session, complaint)
    if current is None or current.proposed_at is not None:
        return False
    limits = {row.side: row for row in session.scalars(select(Bid).where(Bid.round_id == current.id))}
    if set(limits) != set(SIDES) or any(row.limit_sealed is None for row in limits.values()):
        return False
    least, most = (int(unseal(session, limits[side], "limit") or 0) for side in SIDES)
    met = mediation.meet(least, most, secrets.randbits(64))
    _erase(limits.values())
    if met is None:
        end(session, complaint, current, "apart", actor=SYSTEM, clock=clock)
        return True
    seal(session, current, "proposal", f"{met:0{WIDTH}d}")
    current.proposed_at = clock.now()
    step = Step(facts={"round": current.number, "until": str(current.until_on)})
    casework.note(session, complaint, "propose_terms", actor=SYSTEM, clock=clock, step=step)
    return True


def confirm_terms(session: Session, complaint: Complaint, seen: str, *, actor: Actor, clock: Clock) -> None:
    """Confirm the proposal, having seen its terms and what the law gives anyway; it needs both sides.

    Even then nothing is settled: the mediator records the agreement.

    :param seen: the digest of what was shown, as :func:`terms_digest` makes it.
    :raises Conflict: no proposal waits, one has confirmed it already, or the mediation is suspended.
    :raises RuleBroken: something else was shown.
    """
    rules.check_note("confirm_terms", complaint.state)
    check_going(session, complaint.id, "confirm_terms")
    own, current = side_of(actor, ""), _proposed(session, complaint)
    fen = proposal(session, current)
    if seen != terms_digest(current, fen, lawful(session, complaint)):
        raise RuleBroken("bids.seen", "look at the terms again: they are not what was shown", field="seen")
    if getattr(current, f"{own}_at") is not None:
        raise Conflict("bids.confirmed", "you have confirmed already: the other side is awaited")
    setattr(current, f"{own}_at", clock.now())
    both = current.complainant_at is not None and current.respondent_at is not None
    facts: dict[str, Any] = {"round": current.number, "side": own}
    if both:
        current.ended, current.ended_on = "agreed", clock.today()
        facts |= {"both": True, "amount_fen": fen}
    casework.note(session, complaint, "confirm_terms", actor=actor, clock=clock, step=Step(facts=facts))


def decline_terms(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """Decline the proposal: the round is over, its sum is erased, and no limit was ever shown.

    :raises Conflict: no proposal waits.
    """
    rules.check_note("decline_terms", complaint.state)
    own, current = side_of(actor, ""), _proposed(session, complaint)
    current.ended, current.ended_on, current.proposal_sealed = "declined", clock.today(), None
    step = Step(facts={"round": current.number, "side": own})
    casework.note(session, complaint, "decline_terms", actor=actor, clock=clock, step=step)


def end(session: Session, complaint: Complaint, current: BidRound, why: str, *, actor: Actor, clock: Clock) -> None:
    """End a round that came to nothing; what was sealed is erased. Which limit was where is nowhere."""
    _erase(session.scalars(select(Bid).where(Bid.round_id == current.id)))
    current.ended, current.ended_on, current.proposal_sealed = why, clock.today(), None
    step = Step(facts={"round": current.number, "why": why})
    casework.note(session, complaint, "end_bids", actor=actor, clock=clock, step=step)


def open_round(session: Session, complaint: Complaint) -> BidRound | None:
    """The round of a case that is not over; for the two sides and the worker."""
    return session.scalar(select(BidRound).where(BidRound.case_id == complaint.id, BidRound.ended.is_(None)))


def have_bid(session: Session, current: BidRound) -> set[str]:
    """The sides whose bid of a round the caller may know of: its own."""
    return set(session.scalars(select(Bid.side).where(Bid.round_id == current.id)))


def proposal(session: Session, current: BidRound) -> int:
    """The sum that a round proposes, in fen; for the two sides."""
    return int(unseal(session, current, "proposal") or 0)


def lawful(session: Session, complaint: Complaint) -> list[Given]:
    """What the law gives on the facts of a complaint, as far as the project has the texts."""
    promised = complaint.store_id is not None and bool(
        standings.promise_on(session, complaint.store_id, complaint.happened_on)
    )
    return statutory.gives(
        complaint.category,
        complaint.problem,
        complaint.requests,
        complaint.amount_fen,
        online=complaint.platform is not None,
        promised=promised,
    )


def terms_digest(current: BidRound, fen: int, given: Sequence[Given]) -> str:
    """The digest of everything that is shown before somebody confirms: the sum, and what the law gives."""
    said = [f"{g.code}|{g.article}|{g.fen}" for g in given]
    return digest(DOMAIN, *(part.encode() for part in (str(current.id), str(fen), *said))).hex()


def _open(session: Session, complaint: Complaint, clock: Clock) -> BidRound:
    """A new round, if one is left."""
    today = clock.today()
    told = declared.values(session, mediation.SETTINGS.values(), complaint.city, today)
    before = session.scalar(select(func.count(BidRound.id)).where(BidRound.case_id == complaint.id)) or 0
    if before >= told["bids.rounds"]:
        raise Conflict("bids.rounds", f"a case has at most {told['bids.rounds']} rounds of blind bids")
    made = BidRound(
        id=new_id(), case_id=complaint.id, number=before + 1, opened_on=today, until_on=_until(today, told["bids.life"])
    )
    session.add(made)
    session.flush()
    return made


def _until(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _proposed(session: Session, complaint: Complaint) -> BidRound:
    current = open_round(session, complaint)
    if current is None or current.proposed_at is None:
        raise Conflict("bids.none", "no proposal waits for an answer")
    return current


def _erase(bids: Any) -> None:
    for row in bids:
        row.limit_sealed = None
