"""How a store stands: entered, renewed, suspended and lifted, removed after being heard, left, lapsed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants import codes, rules
from merchants.lifecycle import STANDING, STANDING_NOTES
from merchants.models import Enrolment, Standing
from merchants.operations import promises
from merchants.operations.parties import check_keeper
from merchants.promise import PromiseTerms, of_facts
from merchants.queries.standings import promise_on
from merchants.terms import EXIT, HEARING, SETTINGS, TERM, TERMS
from workflows import declared
from workflows.case import calendars, casework, clocks, numbers
from workflows.case.casework import ClockChange, ClockStart, ClockStop, Party, Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock
from workflows.time.deadline import deadline
from workflows.time.terms import Term

MARK = "P"
"""Tells a plaque's number from a case's."""

MOST_WORDS = 2000


def setting(session: Session, code: str, city: str, on: date) -> int:
    """A declared setting of enrolment, as it holds in a city on a day."""
    return declared.value(session, SETTINGS[code], city, on)


def term(session: Session, code: str, city: str, on: date) -> Term:
    """A period of enrolment with the length that is declared for the city."""
    found = TERMS.find(code, on)
    return found.of(setting(session, code, city, on)) if code in SETTINGS else found


def enter(session: Session, case: Enrolment, parties: list[Party], *, actor: Actor, clock: Clock) -> Standing:
    """A store enters with its approval: its plaque gets a number, its term begins, its promise is in force today."""
    today = clock.today()
    standing = Standing(
        id=new_id(),
        plaque=numbers.make(case.city, today, MARK),
        city=case.city,
        store_id=case.store_id,
        enterprise_id=case.enterprise_id,
        district=case.district,
        bureau_id=case.bureau_id,
        entered_on=today,
        expires_on=today + timedelta(days=1),
    )
    lasting = term(session, TERM, case.city, today)
    step = Step(
        facts={"plaque": standing.plaque, "entered_on": str(today), "enrolment": str(case.id), "term": lasting.version},
        clocks=[ClockStart(lasting, today, today)],
    )
    casework.begin(session, standing, STANDING, actor=actor, clock=clock, parties=parties, step=step)
    follow_term(session, standing)
    promises.begin(session, standing, of_facts(case.promise), today, actor=actor, clock=clock, source="store")
    return standing


def follow_term(session: Session, standing: Standing) -> None:
    """Let the day the standing ends be what its clock says, also after a calendar moved it."""
    running = clocks.running(clocks.of_case(session, standing.id), TERM)
    standing.expires_on = running.due_on or standing.expires_on
    session.flush()


def renew(session: Session, standing: Standing, wanted: PromiseTerms, *, actor: Actor, clock: Clock) -> None:
    """The standing's term begins anew where the old one ends (续期); a changed promise holds as early as it may."""
    today = clock.today()
    lasting = term(session, TERM, standing.city, today)
    starts = max(standing.expires_on, today)
    changes: list[ClockChange] = [ClockStop(TERM, today), ClockStart(lasting, starts, today)]
    step = Step(evidence={"warned": None}, facts={"renewed_on": str(today), "term": lasting.version}, clocks=changes)
    casework.advance(session, standing, STANDING, "renew", actor=actor, clock=clock, step=step)
    follow_term(session, standing)
    now = promise_on(session, standing.store_id, today)
    if now is not None and of_facts(now.terms) != wanted:
        on = promises.earliest(session, standing, wanted, today)
        promises.change(session, standing, wanted, on, actor=actor, clock=clock)


def suspend(session: Session, standing: Standing, ground: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Suspend the display (暂停): goods already sold stay covered, and the promise binds whoever was promised it.

    :raises RuleBroken: an unknown ground, or no reason.
    """
    rules.check_ground(ground, codes.SUSPENSIONS)
    rules.check_reason(reason)
    step = Step(
        evidence={"suspended_on": clock.today(), "suspension": ground},
        facts={"ground": ground},
        words={"reason": reason.strip()},
    )
    casework.advance(session, standing, STANDING, "suspend", actor=actor, clock=clock, step=step)


def lift(session: Session, standing: Standing, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Lift a suspension (恢复).

    :raises RuleBroken: no reason.
    """
    rules.check_reason(reason)
    step = Step(evidence={"suspended_on": None, "suspension": None}, words={"reason": reason.strip()})
    casework.advance(session, standing, STANDING, "lift", actor=actor, clock=clock, step=step)


def propose_removal(
    session: Session, standing: Standing, ground: str, reason: str, *, actor: Actor, clock: Clock
) -> None:
    """Give notice of removal (拟摘牌告知): the firm is told why, and by when it may be heard.

    :raises RuleBroken: an unknown ground, no reason, or proposed already.
    """
    rules.check_note(STANDING_NOTES, "propose_removal", standing.state)
    rules.check_ground(ground, codes.REMOVALS)
    rules.check_reason(reason)
    if standing.removal_proposed_on:
        raise RuleBroken("removal.proposed", "removal has been proposed already", on=standing.removal_proposed_on)
    today = clock.today()
    hearing = term(session, HEARING, standing.city, today)
    until = deadline(hearing, calendars.current(session), today).due_on
    step = Step(
        evidence={"removal_proposed_on": today, "removal_ground": ground, "hearing_until": until},
        facts={"ground": ground, "term": hearing.version},
        words={"reason": reason.strip()},
        clocks=[ClockStart(hearing, today, today)],
    )
    casework.note(session, standing, "propose_removal", actor=actor, clock=clock, step=step)


def hear(session: Session, standing: Standing, words: str, *, actor: Actor, clock: Clock) -> None:
    """The firm's statement before removal (陈述意见); kept, and read by the bureau before it decides.

    :raises RuleBroken: nothing said, too much said, or no removal proposed.
    :raises Refused: the actor manages neither the store nor its firm or brand.
    """
    check_keeper(session, standing.store_id, actor)
    rules.check_note(STANDING_NOTES, "hear", standing.state)
    if standing.removal_proposed_on is None:
        raise RuleBroken("removal.none", "no removal has been proposed")
    if not 1 <= len(words.strip()) <= MOST_WORDS:
        raise RuleBroken("too_long", f"say something, in at most {MOST_WORDS} characters", field="words")
    step = Step(evidence={"heard_on": clock.today()}, words={"words": words.strip()})
    casework.note(session, standing, "hear", actor=actor, clock=clock, step=step)


def drop_removal(session: Session, standing: Standing, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Let a proposed removal go, with the reason.

    :raises RuleBroken: no reason, or no removal proposed.
    """
    rules.check_note(STANDING_NOTES, "drop_removal", standing.state)
    rules.check_reason(reason)
    if standing.removal_proposed_on is None:
        raise RuleBroken("removal.none", "no removal has been proposed")
    cleared = dict.fromkeys(("removal_proposed_on", "removal_ground", "hearing_until", "heard_on"))
    step = Step(evidence=cleared, words={"reason": reason.strip()}, clocks=[ClockStop(HEARING, clock.today())])
    casework.note(session, standing, "drop_removal", actor=actor, clock=clock, step=step)


def remove(session: Session, standing: Standing, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Remove the store (摘牌), after it was heard or had the time to be; its plaque shows red from now on.

    :raises RuleBroken: no reason, not proposed before, or the firm's time to be heard still runs.
    """
    rules.check_reason(reason)
    today = clock.today()
    if standing.removal_proposed_on is None or standing.hearing_until is None:
        raise RuleBroken("removal.unheard", "propose the removal first: the firm has a right to be heard")
    if standing.heard_on is None and today <= standing.hearing_until:
        message = f"the firm may be heard until {standing.hearing_until}"
        raise RuleBroken("removal.early", message, until=standing.hearing_until)
    wait = setting(session, "standing.reentry_wait", standing.city, today)
    step = Step(
        evidence={"ended_on": today, "reentry_from": today + timedelta(days=wait)},
        facts={"ground": standing.removal_ground, "reentry_from": str(today + timedelta(days=wait))},
        words={"reason": reason.strip()},
        clocks=[ClockStop(HEARING, today), ClockStop(TERM, today), ClockStop(EXIT, today)],
    )
    casework.advance(session, standing, STANDING, "remove", actor=actor, clock=clock, step=step)
    promises.end(session, standing, today)


def give_notice(session: Session, standing: Standing, why: str, on: date, *, actor: Actor, clock: Clock) -> None:
    """Announce that the store leaves (停业、迁址或退出公告): closing and moving thirty days ahead (IR 21).

    Until the day it still promises; what was sold before stays covered after it.

    :param on: the last day of the promise.
    :raises RuleBroken: an unknown reason, or a day too early.
    :raises Refused: the actor manages neither the store nor its firm or brand.
    """
    check_keeper(session, standing.store_id, actor)
    rules.check_ground(why, codes.EXITS)
    today = clock.today()
    notice = term(session, EXIT, standing.city, today)
    if why == "no_longer":
        notice = notice.of(setting(session, "promise.notice", standing.city, today))
    first = today + timedelta(days=notice.amount)
    if not first <= on <= today + timedelta(days=366):
        message = f"the last day may be {first} at the earliest ({notice.article})"
        raise RuleBroken("exit.early", message, field="on", first=first, days=notice.amount)
    step = Step(evidence={"leaving_on": on, "exit": why}, facts={"leaving_on": str(on), "why": why})
    casework.advance(session, standing, STANDING, "give_notice", actor=actor, clock=clock, step=step)
    promises.end(session, standing, on)


def leave(session: Session, standing: Standing, *, actor: Actor, clock: Clock) -> None:
    """The announced last day is over: the store has left."""
    _end(session, standing, "leave", standing.leaving_on or clock.today(), actor=actor, clock=clock)


def lapse(session: Session, standing: Standing, *, actor: Actor, clock: Clock) -> None:
    """The term is over and was not renewed (到期失效)."""
    _end(session, standing, "lapse", standing.expires_on, actor=actor, clock=clock)


def _end(session: Session, standing: Standing, event: str, last: date, *, actor: Actor, clock: Clock) -> None:
    today = clock.today()
    stops = [ClockStop(TERM, today), ClockStop(HEARING, today)]
    step = Step(evidence={"ended_on": last}, facts={"ended_on": str(last)}, clocks=stops)
    casework.advance(session, standing, STANDING, event, actor=actor, clock=clock, step=step)
    promises.end(session, standing, last)


def find(session: Session, standing: UUID, expected: int | None = None) -> Standing:
    """The standing, locked and fresh.

    :raises NotFound: no such standing.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, Standing, standing, expected)


def of_store(session: Session, case: Enrolment, expected: int | None = None) -> Standing:
    """The living standing of an application's store, locked.

    :raises Conflict: it has none, or no longer.
    """
    alive = select(Standing.id).where(Standing.store_id == case.store_id, Standing.ended_on.is_(None))
    found = session.scalar(alive)
    if found is None:
        raise Conflict("standing.none", "the store has no promise in force", state=case.state)
    return find(session, found, expected)
