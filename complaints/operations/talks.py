"""Talks with a firm about how it behaves over cases (约谈): told, held, recorded, followed up. Declared practice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.models import Complaint
from complaints.oversight import MOST_NUMBERS, PLACE, TALK, TALK_NOTES, check_ahead, check_words
from complaints.oversight_models import Talk
from merchants.models import Enterprise
from workflows.case import casework, numbers
from workflows.case.casework import Party, Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.time.clock import Clock, shanghai_date

MARK = "Y"


@dataclass(frozen=True)
class Invitation:
    """When and where a firm is asked to come, about what, and about which complaints."""

    at: datetime
    place: str
    subject: str
    numbers: Sequence[str]


def notify(
    session: Session, bureau: Bureau, firm: Enterprise, asked: Invitation, *, actor: Actor, clock: Clock
) -> Talk:
    """Ask a firm to a talk (约谈通知) about complaints that it knows; a report is never named (O121 37).

    :raises RuleBroken: no subject or place, a time that does not fit, or a number that is no complaint about the firm.
    """
    subject, place = check_words("subject", asked.subject), asked.place.strip()
    if not 1 <= len(place) <= PLACE:
        raise RuleBroken("talk.place", f"name the place in 1 to {PLACE} characters", field="place", most=PLACE)
    if asked.at <= clock.now():
        raise RuleBroken("talk.at", "the time must lie ahead", field="at")
    check_ahead("at", shanghai_date(asked.at), clock.today())
    known = _known(session, bureau, firm, asked.numbers)
    talk = Talk(
        city=bureau.city,
        number=numbers.make(bureau.city, clock.today(), MARK),
        bureau_id=bureau.id,
        enterprise_id=firm.id,
        firm_name=firm.name,
        numbers=known,
        notified_by=actor.account,
        at=asked.at,
        place=place,
    )
    parties = [Party(bureau.id, "officer", "talk"), Party(firm.id, "merchant", "talk")]
    step = Step(facts={"number": talk.number, "at": asked.at.isoformat(), "cases": known}, words={"subject": subject})
    casework.begin(session, talk, TALK, actor=actor, clock=clock, parties=parties, step=step)
    return talk


def _known(session: Session, bureau: Bureau, firm: Enterprise, given: Sequence[str]) -> list[str]:
    """The numbers, each of a complaint of the bureau about the firm."""
    wanted = list(dict.fromkeys(given))
    if not 1 <= len(wanted) <= MOST_NUMBERS:
        raise RuleBroken("talk.numbers", f"name 1 to {MOST_NUMBERS} complaints", field="numbers", most=MOST_NUMBERS)
    own = (Complaint.number.in_(wanted), Complaint.enterprise_id == firm.id, Complaint.bureau_id == bureau.id)
    found = set(session.scalars(select(Complaint.number).where(*own)))
    if found != set(wanted):
        raise RuleBroken("talk.unknown", "names a complaint that is not the bureau's about this firm", field="numbers")
    return wanted


def acknowledge(session: Session, talk: Talk, *, actor: Actor, clock: Clock) -> None:
    """The firm says that it knows of the talk (企业确认收到).

    :raises Conflict: the talk is held or called off, or the firm said so before.
    """
    if talk.state not in TALK_NOTES["acknowledge"] or talk.acknowledged_at is not None:
        raise Conflict("case.state", "the talk is acknowledged, held or called off", state=talk.state)
    step = Step(evidence={"acknowledged_at": clock.now()})
    casework.note(session, talk, "acknowledge", actor=actor, clock=clock, step=step)


def hold(
    session: Session,
    talk: Talk,
    record: str,
    undertakes: str,
    follow_on: date,
    held_on: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Record that the talk was held: who said what, what the firm undertakes, from when that is looked into (约谈记录).

    :raises RuleBroken: nothing recorded, or a day that does not fit.
    """
    today = clock.today()
    day = held_on or today
    if not shanghai_date(talk.created_at) <= day <= today:
        raise RuleBroken("day.range", "held_on must lie from the notice to today", field="held_on")
    words = {"record": check_words("record", record), "undertakes": check_words("undertakes", undertakes)}
    check_ahead("follow_on", follow_on, today)
    step = Step(
        evidence={"held_on": day, "follow_on": follow_on},
        facts={"held_on": str(day), "follow_on": str(follow_on)},
        words=words,
    )
    casework.advance(session, talk, TALK, "hold", actor=actor, clock=clock, step=step)


def cancel(session: Session, talk: Talk, words: str, *, actor: Actor, clock: Clock) -> None:
    """Call a talk off, with a reason that the firm reads (取消约谈).

    :raises RuleBroken: no reason.
    """
    step = Step(words={"reason": check_words("words", words)})
    casework.advance(session, talk, TALK, "cancel", actor=actor, clock=clock, step=step)


def close(session: Session, talk: Talk, words: str, *, actor: Actor, clock: Clock) -> None:
    """Close the talk with what looking into the undertakings found (跟踪回访后销号).

    :raises RuleBroken: nothing said.
    """
    today = clock.today()
    step = Step(evidence={"closed_on": today}, facts={"on": str(today)}, words={"found": check_words("words", words)})
    casework.advance(session, talk, TALK, "close", actor=actor, clock=clock, step=step)


def find(session: Session, talk: UUID, expected: int | None = None) -> Talk:
    """The talk, locked and fresh.

    :raises NotFound: none that the caller may see.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, Talk, talk, expected)
