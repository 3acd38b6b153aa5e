"""Sessions of a mediation (调解会, O121 20, 21): planned and told of ahead, moved, called off, held and recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import mediation, rules
from complaints.codes import SIDES
from complaints.mediation_models import Entrustment, Recusal, Sitting
from complaints.models import Complaint
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.time.clock import SHANGHAI, Clock, shanghai_date

MOST_AHEAD = timedelta(days=365)
MOST_OPEN = 20
LONGEST = {"place": 500, "mediators": 100, "helpers": 200, "record": 3000, "reason": 1000}
MINUTES = (5, 600)


def plan_session(  # noqa: PLR0913 - a session is told of with all of this (art. 20(2))
    session: Session,
    complaint: Complaint,
    mode: str,
    at: str,
    place: str,
    mediators: str,
    minutes: int = 60,
    helpers: str = "",
    *,
    actor: Actor,
    clock: Clock,
) -> Sitting:
    """Plan a session: both sides are told of time, place or link, and who mediates (告知, O121 20(2)).

    :param at: when it begins, ISO; without a zone in Shanghai.
    :param place: the address; for remote ones the link or the number.
    :raises Conflict: a request for recusal waits for the bureau's decision.
    :raises RuleBroken: by field, and a meeting on site that people would not be told of in advance.
    """
    _may_meet(session, complaint, "plan_session")
    starts = moment(at)
    _check(mode, place, mediators, helpers, minutes)
    _check_time(session, complaint, mode, starts, clock)
    if len(to_come(session, complaint.id)) >= MOST_OPEN:
        raise RuleBroken("sitting.many", f"at most {MOST_OPEN} sessions wait at a time")
    made = Sitting(
        id=new_id(), case_id=complaint.id, bureau_id=complaint.bureau_id, org_id=_organisation(session, complaint),
        mode=mode, starts_at=starts, minutes=minutes, place=place.strip(), mediators=mediators.strip(),
        helpers=helpers.strip(), mediator_id=actor.account, seq=complaint.chain_seq + 1,
    )  # fmt: skip
    step = Step(facts=_facts(made))
    casework.note(session, complaint, "plan_session", actor=actor, clock=clock, step=step)
    session.add(made)
    session.flush()
    return made


def move_session(
    session: Session,
    complaint: Complaint,
    session_id: UUID,
    at: str,
    place: str = "",
    reason: str = "",
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Move a session to another time, and maybe another place; both sides are told anew.

    :raises Conflict: it is over, or a request for recusal waits.
    """
    _may_meet(session, complaint, "move_session")
    found, starts = open_one(session, complaint, session_id), moment(at)
    _check(found.mode, place or found.place, found.mediators, found.helpers, found.minutes)
    _check_time(session, complaint, found.mode, starts, clock)
    found.starts_at, found.place, found.seq = starts, place.strip() or found.place, complaint.chain_seq + 1
    found.reminded_at = None
    step = Step(facts=_facts(found), words=_said("reason", reason))
    casework.note(session, complaint, "move_session", actor=actor, clock=clock, step=step)


def cancel_session(
    session: Session, complaint: Complaint, session_id: UUID, reason: str = "", *, actor: Actor, clock: Clock
) -> None:
    """Call a session off; both sides are told.

    :raises Conflict: it is over.
    """
    rules.check_note("cancel_session", complaint.state)
    found = open_one(session, complaint, session_id)
    found.cancelled_at = clock.now()
    step = Step(facts={"session": str(found.id)}, words=_said("reason", reason))
    casework.note(session, complaint, "cancel_session", actor=actor, clock=clock, step=step)


def record_session(  # noqa: PLR0913 - who came, what came of it, and the record
    session: Session,
    complaint: Complaint,
    session_id: UUID,
    complainant: str,
    respondent: str,
    result: str,
    record: str,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Record a session (调解记录, O121 24(3)): who came, what it ended with, and what was said.

    Both sides read the record. A side that stayed away without a good reason is a fact that supports ending the
    mediation (art. 23(1)(2)); it ends nothing by itself.

    :raises RuleBroken: it has not begun yet, or values do not fit each other.
    """
    rules.check_note("record_session", complaint.state)
    check_going(session, complaint.id, "record_session")
    found = open_one(session, complaint, session_id)
    if clock.now() < found.starts_at:
        raise RuleBroken("sitting.early", "the session has not begun yet: move it, or record it afterwards")
    _check_record(complainant, respondent, result, record)
    found.complainant, found.respondent, found.result = complainant, respondent, result
    found.recorded_at, found.recorded_by = clock.now(), actor.account
    facts = {"session": str(found.id), "complainant": complainant, "respondent": respondent, "result": result}
    step = Step(facts=facts, words=_said("record", record))
    casework.note(session, complaint, "record_session", actor=actor, clock=clock, step=step)


def suspended(session: Session, case: UUID) -> Recusal | None:
    """The request for recusal that the mediation waits for (中止调解, O121 21(3)); the 60 days run on meanwhile."""
    query = select(Recusal).where(Recusal.case_id == case, Recusal.decided_on.is_(None))
    return session.scalar(query)


def open_one(session: Session, complaint: Complaint, sitting: UUID) -> Sitting:
    """A session of the case that is still to come or to be recorded.

    :raises NotFound: the case has no such session.
    :raises Conflict: it was recorded or called off.
    """
    found = session.get(Sitting, sitting)
    if found is None or found.case_id != complaint.id:
        raise NotFound("sitting.unknown", "the case has no such session", field="session")
    if found.recorded_at is not None or found.cancelled_at is not None:
        raise Conflict("sitting.over", "the session was recorded or called off already")
    return found


def to_come(session: Session, case: UUID) -> list[Sitting]:
    """The sessions of a case that are neither recorded nor called off, the earliest first."""
    waits = (Sitting.case_id == case, Sitting.recorded_at.is_(None), Sitting.cancelled_at.is_(None))
    return list(session.scalars(select(Sitting).where(*waits).order_by(Sitting.starts_at).limit(MOST_OPEN)))


def moment(text: str) -> datetime:
    """A moment as it was typed: ISO, in Shanghai where it names no zone.

    :raises RuleBroken: it is none.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RuleBroken("sitting.at", "at is a day and a time, as 2026-07-22T09:30", field="at") from None
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found


def _may_meet(session: Session, complaint: Complaint, verb: str) -> None:
    rules.check_note(verb, complaint.state)
    check_going(session, complaint.id, verb)


def check_going(session: Session, case: UUID, verb: str) -> None:
    """Let a step of the mediation be taken unless it is suspended.

    :raises Conflict: a request for recusal waits for the bureau's decision.
    """
    if suspended(session, case) is not None:
        message = f"{verb} waits: the mediation is suspended until the bureau decides on the recusal (art. 21)"
        raise Conflict("mediation.suspended", message)


def _check_time(session: Session, complaint: Complaint, mode: str, starts: datetime, clock: Clock) -> None:
    days = declared.value(session, mediation.SETTINGS["session.notice"], complaint.city, clock.today())
    try:
        on = shanghai_date(starts)
        late = starts > clock.now() + MOST_AHEAD
    except OverflowError:
        raise RuleBroken("sitting.at", "at is out of all reason", field="at") from None
    if late or mediation.too_soon(mode, on, clock.today(), days):
        message = f"on site at least {days} days ahead (art. 20(2)), otherwise from today on; within a year"
        raise RuleBroken("sitting.soon", message, field="at", days=days)


def _check(mode: str, place: str, mediators: str, helpers: str, minutes: int) -> None:
    faults = [] if mode in mediation.MODES else [FieldError("mode", "choice", "is not one of the known ways to meet")]
    given = {"place": place, "mediators": mediators, "helpers": helpers}
    faults += [FieldError(n, "required", "is needed") for n in ("place", "mediators") if not given[n].strip()]
    faults += [_long(n) for n, words in given.items() if len(words) > LONGEST[n]]
    if not MINUTES[0] <= minutes <= MINUTES[1]:
        faults.append(FieldError("minutes", "range", f"must be from {MINUTES[0]} to {MINUTES[1]}"))
    if faults:
        raise RuleBroken("validation", "the session has faults", errors=faults)


def _check_record(complainant: str, respondent: str, result: str, record: str) -> None:
    given = {"complainant": complainant, "respondent": respondent}
    faults = [FieldError(n, "choice", "is unknown") for n, v in given.items() if v not in mediation.ATTENDANCE]
    if result not in mediation.RESULTS:
        faults.append(FieldError("result", "choice", "is unknown"))
    if not record.strip():
        faults.append(FieldError("record", "required", "is needed"))
    if len(record) > LONGEST["record"]:
        faults.append(_long("record"))
    held = result in (mediation.AGREED, mediation.GO_ON, mediation.FAILED)
    if not faults and held and set(given.values()) != {mediation.CAME}:
        faults.append(FieldError("result", "sitting.absent", "a session that a side did not come to was not held"))
    if faults:
        raise RuleBroken("validation", "the record has faults", errors=faults)


def _long(name: str) -> FieldError:
    return FieldError(name, "too_long", f"has more than {LONGEST[name]} characters")


def _organisation(session: Session, complaint: Complaint) -> UUID | None:
    """The organisation that the case is with, where it is entrusted to one."""
    running = (Entrustment.entrusted_on.is_not(None), Entrustment.returned_on.is_(None))
    return session.scalar(select(Entrustment.org_id).where(Entrustment.case_id == complaint.id, *running))


def _facts(sitting: Sitting) -> dict[str, Any]:
    """What the journal says openly: ids, the way and the time; names and places stay in the row."""
    return {"session": str(sitting.id), "mode": sitting.mode, "starts_at": sitting.starts_at.isoformat()}


def _said(name: str, words: str) -> dict[str, str]:
    if len(words) > LONGEST[name]:
        raise RuleBroken("too_long", f"has more than {LONGEST[name]} characters", field=name)
    return {name: words.strip()} if words.strip() else {}


def side_of(actor: Actor, given: str) -> str:
    """The side that somebody speaks for: one's own, or for an officer the one that is named.

    :raises RuleBroken: no such side.
    """
    own = {ActorRole.CONSUMER: SIDES[0], ActorRole.MERCHANT: SIDES[1]}.get(actor.role, given)
    if own not in SIDES or (given and given != own):
        raise RuleBroken("side", f"side must be one of {', '.join(SIDES)}, one's own", field="side")
    return own
