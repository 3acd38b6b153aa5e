"""The bureau's side of an application: checked by rule, taken up, approved, sent back, refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from merchants import codes, rules
from merchants.lifecycle import ENROLMENT, SUBMITTED, UNDER_REVIEW
from merchants.models import Enrolment, Standing, Store
from merchants.operations import enrol, standing
from merchants.promise import of_facts
from merchants.queries import enrolments
from merchants.rules import Check, Verdict
from merchants.terms import AMEND, REVIEW
from workflows.case import casework
from workflows.case.casework import ClockStart, ClockStop, Step
from workflows.errors import Conflict, DomainError, FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

MARKABLE = ("store", "address", "point", "categories", "promise", "licence", "shop", "licence_expires_on", "other")
"""What may be marked when an application is sent back."""

MOST_BULK = 100
LISTED = "listed"


def check(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> list[Check]:
    """Run the automatic checks of an application handed in, and keep what they found with it."""
    today = clock.today()
    soon = standing.setting(session, "licence.soon", case.city, today)
    found = rules.checks(enrolments.review_facts(session, case, today), today, soon)
    green = rules.all_green(found)
    step = Step(
        evidence={"checks": [c.facts() for c in found], "green": green},
        facts={"green": green, "no": _codes(found, Verdict.NO), "look": _codes(found, Verdict.LOOK)}
        | _lists_used([c.facts() for c in found]),
    )
    casework.note(session, case, "check", actor=actor, clock=clock, step=step)
    return found


def _codes(found: Sequence[Check], verdict: Verdict) -> list[str]:
    return [c.code for c in found if c.verdict is verdict]


def _lists_used(checks: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The ids of the list entries that a decision had before it; the journal names every use of a list."""
    entries = [entry["id"] for check in checks for entry in check["detail"].get("entries", ())]
    return {"lists": entries} if entries else {}


def take_up(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> None:
    """Take an application up (开始审核), so that a colleague sees it is being worked on."""
    step = Step(evidence={"officer_id": actor.account})
    casework.advance(session, case, ENROLMENT, "take_up", actor=actor, clock=clock, step=step)


def approve(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> Standing:
    """Approve (通过): a new store enters and its plaque gets a number; a renewal begins the next term.

    :raises RuleBroken: the checks are not done yet, or one of them says no.
    """
    ENROLMENT.step(case.state, "approve")
    _check_verdicts(case)
    today = clock.today()
    step = Step(
        evidence={"decided_on": today, "officer_id": actor.account},
        facts={"approved_on": str(today)} | _lists_used(case.checks),
        clocks=[ClockStop(REVIEW, today)],
    )
    casework.advance(session, case, ENROLMENT, "approve", actor=actor, clock=clock, step=step)
    if case.standing_id is not None:
        held = standing.find(session, case.standing_id)
        standing.renew(session, held, of_facts(case.promise), actor=actor, clock=clock)
        return held
    store = session.get_one(Store, case.store_id)
    parties = enrol.parties(store, case.bureau_id)
    entered = standing.enter(session, case, parties, actor=actor, clock=clock)
    case.standing_id = entered.id
    session.flush()
    return entered


def _check_verdicts(case: Enrolment) -> None:
    if not case.checks:
        raise RuleBroken("enrolment.unchecked", "the automatic checks are still at work: try again in a moment")
    no = [c["code"] for c in case.checks if c["verdict"] == Verdict.NO.value]
    if no:
        message = f"cannot be approved while these checks say no: {', '.join(no)}"
        raise RuleBroken("enrolment.check_no", message, checks=", ".join(no))


def approve_all(
    session: Session, cases: Mapping[UUID, int], *, actor: Actor, clock: Clock
) -> tuple[list[Standing], list[UUID]]:
    """Approve those of the named applications that are still green and at the version seen; the rest are named back.

    Each is approved whole or left whole: what cannot be approved by now keeps none of the others from it.

    :param cases: application and the version that the officer saw.
    :raises RuleBroken: too many at once.
    """
    if len(cases) > MOST_BULK:
        raise RuleBroken("enrolment.bulk", f"at most {MOST_BULK} at once", field="cases", most=MOST_BULK)
    approved, left = [], []
    for wanted in sorted(cases):
        case = enrol.find(session, wanted)
        fresh = case.version == cases[wanted] and case.green and case.state in (SUBMITTED, UNDER_REVIEW)
        entered = _approve_whole(session, case, actor, clock) if fresh else None
        if entered is None:
            left.append(wanted)
        else:
            approved.append(entered)
    return approved, left


def _approve_whole(session: Session, case: Enrolment, actor: Actor, clock: Clock) -> Standing | None:
    try:
        with session.begin_nested():
            return approve(session, case, actor=actor, clock=clock)
    except DomainError:
        return None


def send_back(
    session: Session, case: Enrolment, marked: Sequence[Mapping[str, str]], *, actor: Actor, clock: Clock
) -> None:
    """Send an application back with marked fields (退回补正), each with what to mend; the firm has its period for it.

    :param marked: ``{"field": …, "words": …}`` for each thing to mend.
    :raises RuleBroken: nothing marked, an unknown field, or no words.
    """
    _check_marked(marked)
    today = clock.today()
    mending = standing.term(session, AMEND, case.city, today)
    step = Step(
        evidence={"marked": [dict(m) for m in marked], "officer_id": actor.account, "green": False},
        facts={"fields": [m["field"] for m in marked], "term": mending.version} | _lists_used(case.checks),
        words={m["field"]: m["words"] for m in marked},
        clocks=[ClockStop(REVIEW, today), ClockStart(mending, today, today)],
    )
    casework.advance(session, case, ENROLMENT, "send_back", actor=actor, clock=clock, step=step)


def _check_marked(marked: Sequence[Mapping[str, str]]) -> None:
    faults = [
        FieldError("marked", "choice", f"must name one of {', '.join(MARKABLE)}")
        for m in marked
        if m.get("field") not in MARKABLE
    ]
    faults += [FieldError("marked", "required", "say what to mend") for m in marked if not m.get("words", "").strip()]
    if len({m.get("field") for m in marked}) != len(marked):
        faults.append(FieldError("marked", "choice", "marks a field twice"))
    if not marked:
        faults.append(FieldError("marked", "required", "mark what is to be mended"))
    if faults:
        raise RuleBroken("validation", "what to mend is not clear", errors=faults)


def refuse(session: Session, case: Enrolment, ground: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Refuse an application (不予通过) with a ground and its reason; the firm may apply again.

    :raises RuleBroken: an unknown ground, no reason, or a list for a ground where the checks found no entry.
    """
    rules.check_ground(ground, codes.REFUSALS)
    rules.check_reason(reason)
    used = _lists_used(case.checks)
    if ground == LISTED and not used:
        raise RuleBroken(
            "enrolment.not_listed", "the checks found no entry of a list: choose another ground", field="ground"
        )
    today = clock.today()
    step = Step(
        evidence={"decided_on": today, "ground": ground, "officer_id": actor.account},
        facts={"refused_on": str(today), "ground": ground} | used,
        words={"reason": reason.strip()},
        clocks=[ClockStop(REVIEW, today)],
    )
    casework.advance(session, case, ENROLMENT, "refuse", actor=actor, clock=clock, step=step)


def expire(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> None:
    """What was sent back was not mended within its period: the application ends, and a new one is possible."""
    step = Step(clocks=[ClockStop(AMEND, clock.today())])
    casework.advance(session, case, ENROLMENT, "expire", actor=actor, clock=clock, step=step)


def refresh(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> list[Check]:
    """Run the checks again on an officer's word, as when another application has been decided since.

    :raises Conflict: the application is not waiting for a decision.
    """
    if case.state not in (SUBMITTED, UNDER_REVIEW):
        raise Conflict("case.state", f"check is not possible in state {case.state}", state=case.state, allowed=())
    return check(session, case, actor=actor, clock=clock)


def facts_of(checks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Verdicts of kept checks by their code."""
    return {c["code"]: c["verdict"] for c in checks}
