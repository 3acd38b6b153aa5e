"""A mediation as its parties, its officers and an entrusted organisation see it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import mediation_queries, queries
from complaints.lifecycle import MEDIATING
from complaints.models import Complaint
from complaints.operations import appraisal, bidding, entrusting, instalments, negotiating, sittings
from workflows.case import journal
from workflows.case.tables import CaseEvent
from workflows.people.actor import OFFICIALS, Actor, ActorRole

MOST = 100
SIDES = {ActorRole.CONSUMER: "complainant", ActorRole.MERCHANT: "respondent"}


def parts(session: Session, case: Complaint, actor: Actor) -> dict[str, Any]:
    """Everything of a case's mediation that the actor may see."""
    council = actor.role is ActorRole.COUNCIL
    entrusted = mediation_queries.entrustments(session, case.id)
    return {
        "sessions": mediation_queries.sittings(session, case.id),
        "recusals": mediation_queries.recusals(session, case.id),
        "offers": queries.offers(session, case.id),
        "rounds": mediation_queries.rounds(session, case.id),
        "proposal": proposal(session, case, actor),
        "instalments": [] if council or not case.settled_on else instalments.of_case(session, case.id),
        "entrustments": [{**columns(row), "organisation": org.name, "english": org.name_en} for row, org in entrusted],
        "negotiation": None if council else negotiation(session, case),
        "supports": mediation_queries.supported(session, case) if actor.role in OFFICIALS else {},
        "testing": appraisal.latest(session, case.id),
        "records": records(session, case),
        "agreed_fen": agreed_fen(session, case),
    }


def agreed_fen(session: Session, case: Complaint) -> int | None:
    """What both sides have agreed on last, in fen: terms that both confirmed, or an offer that was taken."""
    query = select(CaseEvent.body).where(CaseEvent.case_id == case.id)
    query = query.where(CaseEvent.event.in_(("confirm_terms", "take_offer"))).order_by(CaseEvent.seq.desc())
    facts = (json.loads(body)["facts"] for body in session.scalars(query.limit(MOST)))
    return next((fact["amount_fen"] for fact in facts if "amount_fen" in fact), None)


def records(session: Session, case: Complaint) -> dict[str, str]:
    """The records of a case's sessions by the session's id; both sides read them, and what was erased is missing."""
    query = select(CaseEvent.seq, CaseEvent.body).where(CaseEvent.case_id == case.id)
    rows = session.execute(query.where(CaseEvent.event == "record_session").order_by(CaseEvent.seq).limit(MOST)).all()
    words = journal.words_of(session, case.id) if rows else {}
    kept = {json.loads(row.body)["facts"]["session"]: words.get(row.seq, {}).get("record", "") for row in rows}
    return {sitting: record for sitting, record in kept.items() if record}


def columns(row: Any) -> dict[str, Any]:
    """An entrusting as plain values."""
    names = ("asked_on", "return_by", "complainant_on", "respondent_on", "entrusted_on", "returned_on", "result")
    return {name: getattr(row, name) for name in names}


def proposal(session: Session, case: Complaint, actor: Actor) -> dict[str, Any] | None:
    """What waits to be confirmed, with what the law gives anyway and the digest of both; to the two sides alone."""
    if actor.role not in SIDES or case.state != MEDIATING:
        return None
    current = bidding.open_round(session, case)
    if current is None or current.proposed_at is None:
        return None
    fen, gives = bidding.proposal(session, current), bidding.lawful(session, case)
    return {"amount_fen": fen, "gives": gives, "seen": bidding.terms_digest(current, fen, gives)}


def negotiation(session: Session, case: Complaint) -> dict[str, Any] | None:
    """The negotiation on line, and until when it lasts."""
    found = negotiating.of_case(session, case.id)
    if found is None:
        return None
    return {"began_on": found.began_on, "due_on": negotiating.due(session, found).due_on, "ended": found.ended}


BUREAUS = (
    "plan_session", "move_session", "cancel_session", "record_session", "recuse", "decide_recusal", "schedule",
    "pay_instalment", "agree_testing", "no_cost_agreement", "ask_entrust", "entrust_consent", "entrust", "take_back",
)  # fmt: skip
"""What an officer does in a mediation, on a page of its own."""

COMPLAINANTS = (
    "recuse", "take_offer", "bid", "confirm_terms", "decline_terms", "confirm_instalment", "entrust_consent",
    "odr_begin", "odr_offer", "odr_take", "odr_end",
)  # fmt: skip
RESPONDENTS = (
    "recuse", "take_offer", "bid", "confirm_terms", "decline_terms", "pay_instalment", "entrust_consent",
    "odr_offer", "odr_take", "odr_end",
)  # fmt: skip
BY_ITSELF = ("propose_terms", "end_bids", "instalment_late")
"""What happens without anybody's doing it."""

COUNCILS = ("give_back",)
EVERY = frozenset({*BUREAUS, *COMPLAINANTS, *RESPONDENTS, *BY_ITSELF, *COUNCILS})
NOT_BUREAUS = tuple(sorted(EVERY - {*BUREAUS}))
"""Verbs of a mediation that are no officer's."""

OF_AGREEMENTS = ("schedule", "pay_instalment", "confirm_instalment", "instalment_late")


def fitting(session: Session, case: Complaint, verbs: list[str]) -> list[str]:
    """Those of the verbs that the facts of the mediation allow: what has nothing to act on is left out."""
    if not EVERY & set(verbs):
        return verbs
    facts = {**_negotiating(session, case), **(_mediating(session, case) if case.accepted_on else {})}
    return [verb for verb in verbs if verb not in EVERY or facts.get(verb, False)]


def _negotiating(session: Session, case: Complaint) -> dict[str, bool]:
    found = negotiating.of_case(session, case.id)
    goes_on = found is not None and found.ended is None
    begin = found is None and negotiating.possible(session, case)
    return {"odr_begin": begin, **dict.fromkeys(("odr_offer", "odr_take", "odr_end"), goes_on)}


def _mediating(session: Session, case: Complaint) -> dict[str, bool]:
    sessions = bool(sittings.to_come(session, case.id))
    waits = sittings.suspended(session, case.id) is not None
    rounds = mediation_queries.rounds(session, case.id)
    proposed = bool(rounds) and rounds[0].ended is None and rounds[0].proposed_at is not None
    asked = entrusting.current(session, case.id)
    parts_of = instalments.of_case(session, case.id) if case.settled_on else []
    return {
        "plan_session": not waits,
        "move_session": sessions and not waits,
        "cancel_session": sessions,
        "record_session": sessions and not waits,
        "recuse": sessions and not waits,
        "decide_recusal": waits,
        "take_offer": not waits and bool(queries.offers(session, case.id)),
        "bid": not waits and not proposed and not (rounds and rounds[0].ended == "agreed"),
        "confirm_terms": proposed and not waits,
        "decline_terms": proposed,
        "schedule": not parts_of,
        "pay_instalment": any(p.proof_file is None and p.confirmed_on is None for p in parts_of),
        "confirm_instalment": any(p.confirmed_on is None for p in parts_of),
        "agree_testing": True,
        "no_cost_agreement": True,
        "ask_entrust": asked is None,
        "entrust_consent": asked is not None and asked.entrusted_on is None,
        "entrust": asked is not None and asked.entrusted_on is None,
        "take_back": asked is not None,
    }
