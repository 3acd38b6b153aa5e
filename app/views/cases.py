"""Cases as outsiders see them: what each side may know, with personal values masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.catalogue import text
from app.views import competence, mediation
from app.wiring import TERMS
from complaints.codes import REFUSALS, TWO_PEOPLE
from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES
from complaints.models import Complaint
from workflows.case import calendars, clocks
from workflows.case.tables import CaseClock
from workflows.people.actor import OFFICIALS, Actor, ActorRole
from workflows.people.masks import masked_address, masked_name, masked_phone, plain_phone
from workflows.store.sealed import unseal
from workflows.time.explain import DayLine, explain

CONSUMER_VERBS = (
    "answer_flags",
    "prove_identity",
    "supplement",
    "consent",
    "offer",
    "withdraw",
    "confirm",
    "deny",
    "evaluate",
    "answer_kept",
    *mediation.COMPLAINANTS,
)
MERCHANT_VERBS = ("answer", "consent", "offer", "perform", *mediation.RESPONDENTS)
NOT_OFFICERS = (
    "answer_flags",
    "withdraw",
    "confirm",
    "deny",
    "evaluate",
    "answer_kept",
    "silence",
    "return_visit",
    "activation_letter",
    "prove_identity",
    *competence.VERBS,
    "challenge",
    "challenge_ended",
    "bundle",
    "agent_papers",
    "agent_end",
    "join",
    "assent",
    "represent",
    *mediation.NOT_BUREAUS,
)
AGREED = ("perform", "confirm", "deny", "match_receipt", "silence", *mediation.OF_AGREEMENTS)
"""What is possible only where something was agreed."""

SUPERVISOR_VERBS = ("correct",)

ERASED = "—"
"""What stands for a personal value whose period is over."""


def complaint(
    session: Session, case: Complaint, actor: Actor, book: Sequence[CaseClock] | None = None
) -> dict[str, Any]:
    """A complaint for one of its parties or officers.

    :param book: the case's clocks, where they are at hand.
    """
    book = clocks.of_case(session, case.id) if book is None else book
    plain = {name: getattr(case, name) for name in SHOWN}
    return plain | {
        "complainant": complainant(session, case, actor),
        "respondent": {
            "store_id": case.store_id,
            "name": case.respondent_name,
            "address": case.respondent_address,
            "uscc": case.respondent_uscc,
            "platform": case.platform,
        },
        "facts": {
            "happened_on": case.happened_on.isoformat(),
            "place": case.place,
            "amount_fen": case.amount_fen,
            "narrative": case.narrative,
        },
        "consents": {"publish": case.publish, "entrust_mediation": case.entrust},
        "allowed": mediation.fitting(session, case, verbs(case, actor)),
        "clocks": [clock_facts(clock) for clock in book],
    }


SHOWN = (
    "id", "filing_id", "number", "state", "version", "rule_set", "city", "district", "received_on", "category",
    "problem", "requests", "decided_on", "decline_ground", "told_on", "settled_on", "settled_fen", "paid_on",
    "terminated_on", "termination_ground", "closed_on", "next_due_on", "district_by",
)  # fmt: skip


def complainant(session: Session, case: Complaint, actor: Actor) -> dict[str, str]:
    """The complainant's details: plain for the complainant, masked for everybody else."""
    if case.erased_on is not None:
        return dict.fromkeys(Complaint.sealed_fields, ERASED)
    name, phone, address = (str(unseal(session, case, field)) for field in Complaint.sealed_fields)
    if actor.account == case.complainant_id:
        return {"name": name, "phone": plain_phone(phone), "address": address}
    return {"name": masked_name(name), "phone": masked_phone(phone), "address": masked_address(address)}


def verbs(case: Complaint, actor: Actor) -> list[str]:
    """What the actor may do next with the case, as state and role allow."""
    noted = [v for v, states in COMPLAINT_NOTES.items() if case.state in states and _fits(v, case, actor)]
    lawful = [*COMPLAINT.allowed(case.state), *(v for v in noted if case.settled_on or v not in AGREED)]
    if actor.role is ActorRole.CONSUMER:
        return [v for v in CONSUMER_VERBS if v in lawful]
    if actor.role is ActorRole.MERCHANT:
        return [v for v in lawful if v in MERCHANT_VERBS]
    if actor.role not in OFFICIALS:
        return []
    more = SUPERVISOR_VERBS if actor.role is ActorRole.SUPERVISOR and case.state in ("accepted", "declined") else ()
    return [*(v for v in lawful if v not in NOT_OFFICERS), *more]


def _fits(verb: str, case: Complaint, actor: Actor) -> bool:
    """Whether a note fits the case's facts: a proposal by its rule set, an answer and an approval by the proposal."""
    return {
        "identify_respondent": case.enterprise_id is None,
        "propose_decline": TWO_PEOPLE in REFUSALS[case.rule_set],
        "answer_flags": case.proposed_on is not None,
        "approve_decline": case.proposed_on is not None and case.proposed_by != actor.account,
        "refuse_decline": case.proposed_on is not None and case.proposed_by != actor.account,
    }.get(verb, True)


def clock_facts(clock: CaseClock, resource: str = "complaints") -> dict[str, Any]:
    """One clock of a case."""
    names = ("term", "start_on", "due_on", "safe_on", "provisional", "paused_since", "stopped_on", "late")
    return {name: getattr(clock, name) for name in names} | {
        "article": TERMS.by_version(clock.rule).article,
        "explain_url": f"/api/v1/{resource}/{clock.case_id}/clocks#{clock.term}",
    }


def days(session: Session, clock: CaseClock, today: date) -> list[DayLine]:
    """A clock's date explained day by day."""
    calendar = calendars.current(session)
    return explain(clocks.recall(clock, TERMS, calendar), calendar, min(today, clock.stopped_on or today))


def explained(
    session: Session, book: Sequence[CaseClock], today: date, lang: str, resource: str
) -> list[dict[str, Any]]:
    """Every clock with its days, in words."""
    return [
        clock_facts(clock, resource) | {"days": [day_facts(line, lang) for line in days(session, clock, today)]}
        for clock in book
    ]


def day_facts(line: DayLine, lang: str) -> dict[str, Any]:
    """One day of an explanation, in words."""
    return {
        "date": line.day,
        "verdict": line.verdict.value,
        "number": line.number,
        "reason": text(line.reason, lang, detail=line.detail).strip(),
        "assumed": line.assumed,
    }
