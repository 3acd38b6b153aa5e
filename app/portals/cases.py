"""A case as its page shows it, for whichever audience: facts, dates, history, and the next lawful steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api import verbs
from app.api.evidence import keep
from app.http import context
from app.portals import base
from app.views import cases, competence, delays, intake, money
from app.views.mediation import EVERY, agreed_fen
from complaints import after_queries, bridge_queries, codes, ledgers, mediation_queries, outcome, queries
from complaints.after_models import Outcome
from complaints.lifecycle import MEDIATING, UNSEEN_BY_FIRM
from complaints.models import Complaint
from complaints.operations import acting, answers, asking, decide
from complaints.schemas.verbs import VerbIn
from workflows.case import clocks, journal
from workflows.case.tables import CaseEvent
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import OFFICIALS, Actor, ActorRole
from workflows.people.tables import Bureau
from workflows.store.evidence import Evidence

MOST_EVENTS = 200
MOST_FILES = 50

TOLD_WITH_REASON = (
    "decline",
    "terminate",
    "correct",
    "offer",
    "deny",
    "answer",
    "supplement",
    "odr_offer",
    "record_session",
    "decide_recusal",
    "give_back",
)
"""Events whose words are for the parties too: a decision is told with its reason (O121 15, 23), an offer is for all."""

TO_COMPLAINANT = ("propose_decline", "answer_flags")
"""Events whose words are for the complainant too, and whose being is no business of the firm's."""

OF_DISPUTES = ("challenge", "challenge_ended", "bundle")
"""Events of a reconsideration or a lawsuit, which the bureau keeps for itself."""

HIDDEN = {
    ActorRole.CONSUMER: ("assign", "request_upward", "send_down", *OF_DISPUTES),
    ActorRole.MERCHANT: UNSEEN_BY_FIRM,
}
"""Events of the bureau's own deliberation, which a page leaves out of the history of a role."""

FIELDS = {
    "assign": ("officer",),
    "propose_decline": ("reason",),
    "refuse_decline": ("reason",),
    "answer_flags": ("words",),
    "decline": ("ground", "reason"),
    "told": ("by", "on"),
    "request_identity": ("until",),
    "return_to_intake": ("reason",),
    "dispatch": ("district",),
    "correct": ("reason",),
    "consent": ("side", "given_on"),
    "testing": ("on",),
    "tested": ("on",),
    "offer": ("side", "amount_yuan", "words"),
    "settle": ("amount_yuan", "paid_on"),
    "perform": ("amount_yuan", "on", "proof"),
    "confirm": ("amount_yuan", "on"),
    "deny": ("reason",),
    "terminate": ("ground", "reason"),
    "evaluate": ("score", "reasons", "comment"),
    "answer_kept": ("kept",),
    "identify_respondent": ("uscc", "name"),
    "answer": ("words", "proof"),
    "supplement": ("words", "proof"),
    "prove_identity": ("proof",),
    **competence.FIELDS,
    "agent_papers": ("kind", "on", "until"),
    "join": ("kind", "person"),
    "assent": ("about", "amount_yuan", "person", "by"),
    "represent": ("persons", "on"),
}
"""The fields of a verb's form, in order."""


def page(case: Complaint, **more: Any) -> dict[str, Any]:
    """Everything the page of a complaint shows."""
    session, actor = context.session(), context.actor()
    book = clocks.of_case(session, case.id)
    today = context.clock().today()
    outcomes = after_queries.outcomes(session, case.id) if case.settled_on else []
    return {
        "case": case,
        "why": competence.shown(session, case, actor, today),
        "outcomes": outcomes,
        "complainant": cases.complainant(session, case, actor),
        "bureau": session.get_one(Bureau, case.bureau_id),
        "clocks": [
            (promise, [cases.day_facts(line, context.lang()) for line in cases.days(session, clock, today)])
            for promise, clock in zip(base.promises(book), book, strict=True)
        ],
        "held": delays.shown(ledgers.of_case(session, case.id, today)),
        "history": history(session, case.id, actor),
        "evidence": evidence(session, case.id),
        "offers": queries.offers(session, case.id),
        "evaluations": queries.evaluations(session, case.id),
        "verbs": [v for v in own_verbs(case) if v not in EVERY and offered(session, case, v, outcomes)],
        "people": intake.people(session, case, actor),
        "agreed_fen": agreed_fen(session, case) if case.state == MEDIATING else None,
        "supports": mediation_queries.supported(session, case) if actor.role in OFFICIALS else {},
        "fields": FIELDS | ({"confirm": ()} if outcomes and outcomes[0].kind is None else {}),
        "codes": codes,
        "numbers": bridge_queries.numbers_of(session, case.id),
        "today": today,
    } | more


def own_verbs(case: Complaint) -> list[str]:
    """What state, role and – for an agent, or one of several – the power to act allow."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    return acting.allowed(session, case, cases.verbs(case, actor), actor=actor, clock=clock)


def offered(session: Session, case: Complaint, verb: str, outcomes: Sequence[Outcome] = ()) -> bool:
    """Next lawful steps only: what the facts do not allow yet is not shown.

    :param outcomes: the accounts of the case's agreement, the latest first.
    """
    latest = outcomes[0] if outcomes else None
    waits = latest is not None and latest.kind is None
    known = latest.kind if latest is not None else None
    consents = case.complainant_consent_on and case.respondent_consent_on
    today = context.clock().today()
    untold = case.told_on is None or (case.state == "terminated" and case.termination_told_on is None)
    return {
        "open_mediation": bool(consents),
        "consent": not consents,
        "told": untold,
        "close": not untold,
        "approve_decline": bool(case.answered_on) or (case.answer_until or today) < today,
        "perform": outcome.may_perform(known, is_open=waits),
        "confirm": outcome.may_answer(known),
        "deny": outcome.may_answer(known),
        "match_receipt": waits and latest is not None and latest.proof_file is not None,
        "prove_identity": verb == "prove_identity" and answers.asked(session, case.id),
        "answer_kept": verb == "answer_kept" and asking.open_question(session, case.id) is not None,
        "evaluate": not (verb == "evaluate" and queries.evaluations(session, case.id)),
    }.get(verb, True)


def history(session: Session, case: UUID, actor: Actor) -> list[dict[str, Any]]:
    """The journal in plain words, newest first, with the words that were kept and that the actor may read."""
    query = select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq.desc()).limit(MOST_EVENTS)
    kept = journal.words_of(session, case)
    hidden = HIDDEN.get(actor.role, ())
    shown = [event for event in session.scalars(query) if event.event not in hidden]
    return [_event(event, outward(event.event, kept.get(event.seq, {}), actor)) for event in shown]


def outward(event: str, words: dict[str, str], actor: Actor) -> list[str]:
    """What an actor may read of an event's words: officers all, parties what the law has told to them."""
    asked = actor.role is ActorRole.CONSUMER and event in TO_COMPLAINANT
    told = actor.role in OFFICIALS or event in TOLD_WITH_REASON or asked
    return list(words.values()) if told else []


def _event(event: CaseEvent, words: list[str]) -> dict[str, Any]:
    body = json.loads(event.body)
    return {
        "words": words,
        "at": event.at,
        "event": event.event,
        "role": body["actor"]["role"],
        "facts": body["facts"],
        "hash": event.hash.hex(),
    }


def evidence(session: Session, case: UUID) -> list[Evidence]:
    """The files of a case."""
    query = (
        select(Evidence)
        .where(Evidence.case_id == case, Evidence.erased_at.is_(None))
        .order_by(Evidence.id)
        .limit(MOST_FILES)
    )
    return list(session.scalars(query))


def act(case: UUID, verb: str, form: Any) -> Complaint:
    """Take the step that a form asks for.

    :raises RuleBroken: the form's values do not fit.
    :raises Stale: somebody was quicker.
    """
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, verbs.COMPLAINT_VERBS)
    found = decide.find(session, case, version(form))
    verbs.apply(session, found, verb, values(form, verb), actor=actor, clock=context.clock())
    return found


def version(form: Any) -> int:
    """The version that the page showed.

    :raises RuleBroken: the form does not carry one.
    """
    text = form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise RuleBroken("if_match.missing", "reload the page and decide again")
    return int(text)


def values(form: Any, verb: str) -> dict[str, Any]:
    """A form's filled-in fields as the verb takes them.

    :raises RuleBroken: a field that cannot be read, by name.
    """
    given: dict[str, Any] = {
        name: form.get(name, "").strip() for name in FIELDS.get(verb, ()) if form.get(name, "").strip()
    }
    if "amount_yuan" in given:
        given["amount_fen"] = money.fen(given.pop("amount_yuan"), "amount_yuan")
    file = request.files.get("proof") if "proof" in FIELDS.get(verb, ()) else None
    if file and file.filename:
        given["proof"] = str(keep(file).id)
    for name in {"reasons", "persons"} & given.keys():
        given[name] = form.getlist(name)
    if "score" in given and given["score"].isascii() and given["score"].isdigit():
        given["score"] = int(given["score"][:2])
    schema = VerbIn()
    if faults := schema.validate(given):
        errors = [FieldError(name, "invalid", words[0]) for name, words in faults.items()]
        raise RuleBroken("validation", "the form has faults", errors=errors)
    loaded: dict[str, Any] = schema.load(given)
    return loaded
