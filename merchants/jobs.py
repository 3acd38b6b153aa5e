"""What follows from merchants' events and from the days going by: ids in, an operation called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.lifecycle import EXPIRING, IN_FORCE, LEAVING, SENT_BACK, STANDING, SUBMITTED, SUSPENDED
from merchants.models import Claim, Enrolment, Enterprise, Standing, Store
from merchants.operations import claims, follow, listing, review, standing
from merchants.operations.enrol import find as find_enrolment
from merchants.terms import SETTINGS, WARNINGS
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.delivery import notices
from workflows.delivery.jobs import SlotClock
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock

MOST = 500
"""Cases moved by one step of one run; the next run goes on with the rest."""

ENROLMENT_TOLD = ("submit", "send_back", "approve", "refuse", "expire")
STANDING_TOLD = (
    "enter", "renew", "suspend", "lift", "propose_removal", "drop_removal", "remove", "give_notice", "leave", "lapse",
    "warn", "promise", "expire_soon", "inspect",
)  # fmt: skip
"""Which events a firm is told of, on its page of notices."""

LISTED = ("enter", "renew", "suspend", "lift", "remove", "leave", "lapse", "promise", "give_notice", "expire_soon")
"""After which events a store's listing is computed anew."""


def tell_firm(session: Session, message: Message) -> None:
    """Tell the firm what happened to its application or its store."""
    kind, _, event = message.topic.partition(".")
    case: Any = session.get_one(Enrolment if kind == "enrolment" else Standing, message.case_id)
    store = session.get_one(Store, case.store_id)
    number = case.number if kind == "enrolment" else case.plaque
    values = {"number": number, "store": store.name, "event": message.payload["event"]}
    notices.tell(session, case, case.enterprise_id, f"notice.{kind}.{event}", values)


def tell_of_claim(session: Session, message: Message) -> None:
    """Tell a firm's people that it was claimed, and whoever claimed it how that was decided."""
    claim = session.get_one(Claim, message.case_id)
    made = message.topic == claims.MADE
    recipient = claim.enterprise_id if made else claim.account_id
    values = {"firm": session.get_one(Enterprise, claim.enterprise_id).name, "event": message.topic}
    notices.tell(session, claim, recipient, f"notice.{message.topic}", values, ("page",) if made else ("page", "sms"))


def check_application(session: Session, message: Message) -> None:
    """Run the automatic checks as soon as an application is handed in."""
    case = find_enrolment(session, message.case_id)
    if case.state == SUBMITTED and not case.checks:
        review.check(session, case, actor=SYSTEM, clock=DatabaseClock(session))


def list_store(session: Session, message: Message) -> None:
    """Bring the store's listing up to date."""
    case = session.get_one(Standing, message.case_id)
    listing.project(session, [case.store_id], DatabaseClock(session).today())


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """Every topic of this domain with what follows from it."""
    follows: dict[str, list[Handler]] = {f"enrolment.{event}": [tell_firm] for event in ENROLMENT_TOLD}
    follows["enrolment.submit"].append(check_application)
    for event in STANDING_TOLD:
        follows.setdefault(f"standing.{event}", []).append(tell_firm)
    for event in LISTED:
        follows.setdefault(f"standing.{event}", []).append(list_store)
    follows |= {topic: [tell_of_claim] for topic in claims.TOLD.values()}
    return {topic: tuple(of_topic) for topic, of_topic in follows.items()}


def day_goes_by(session: Session, slot: datetime) -> dict[str, int]:
    """What a day brings by itself, done up to its slot: renewal windows, warnings, ends, exits, unmended applications.

    It may run again at any time: each step asks for cases that are still before it.
    """
    clock = SlotClock(session, slot)
    today = clock.today()
    done = {
        "expiring": _each(session, _expiring(session, today), _expire_soon, clock),
        "warned": sum(_warn_all(session, days, today, clock) for days in WARNINGS),
        "lapsed": _each(session, _over(today), standing.lapse, clock),
        "left": _each(session, _leaving(today), standing.leave, clock),
        "unmended": _unmended(session, today, clock),
    }
    listing.project_day(session, today)
    return done


def agreements(session: Session, slot: datetime) -> dict[str, int]:
    """Let stores' promises follow what their firms have agreed: makers joined or left, alliances left."""
    return follow.follow(session, SlotClock(session, slot))


def _each(session: Session, query: Any, verb: Callable[..., None], clock: Clock) -> int:
    ids = session.scalars(query.order_by(Standing.expires_on, Standing.id).limit(MOST)).all()
    for found in ids:
        verb(session, standing.find(session, found), actor=SYSTEM, clock=clock)
    return len(ids)


def _expiring(session: Session, today: date) -> Any:
    """In force, and within the widest renewal window that any city has declared."""
    cities = session.scalars(select(Standing.city).distinct()).all()
    window = SETTINGS["standing.renewal_window"]
    days = max((declared.value(session, window, city, today) for city in cities), default=window.default)
    return select(Standing.id).where(Standing.state == IN_FORCE, Standing.expires_on <= today + timedelta(days=days))


def _expire_soon(session: Session, found: Standing, *, actor: Any, clock: Clock) -> None:
    window = standing.setting(session, "standing.renewal_window", found.city, clock.today())
    if found.expires_on <= clock.today() + timedelta(days=window):
        casework.advance(session, found, STANDING, "expire_soon", actor=actor, clock=clock)


def _warn_all(session: Session, days: int, today: date, clock: Clock) -> int:
    """Remind of an end ``days`` ahead, each once, also where the job was late."""
    due = select(Standing.id).where(
        Standing.state == EXPIRING,
        Standing.expires_on <= today + timedelta(days=days),
        (Standing.warned.is_(None)) | (Standing.warned > days),
    )
    ids = session.scalars(due.order_by(Standing.expires_on, Standing.id).limit(MOST)).all()
    for found in ids:
        step = Step(evidence={"warned": days}, facts={"days": days})
        casework.note(session, standing.find(session, found), "warn", actor=SYSTEM, clock=clock, step=step)
    return len(ids)


def _over(today: date) -> Any:
    """Past the term, unless a renewal handed in in time waits for its decision."""
    waits = select(Enrolment.id).where(
        Enrolment.standing_id == Standing.id, Enrolment.state.in_((SUBMITTED, "under_review", SENT_BACK))
    )
    ended = Standing.state.in_((EXPIRING, SUSPENDED, LEAVING)) & (Standing.expires_on < today)
    return select(Standing.id).where(ended, ~waits.exists())


def _leaving(today: date) -> Any:
    return select(Standing.id).where(Standing.state == LEAVING, Standing.leaving_on < today)


def _unmended(session: Session, today: date, clock: Clock) -> int:
    late = select(Enrolment.id).where(Enrolment.state == SENT_BACK, Enrolment.next_due_on < today)
    ids: list[UUID] = list(session.scalars(late.order_by(Enrolment.id).limit(MOST)))
    for found in ids:
        review.expire(session, find_enrolment(session, found), actor=SYSTEM, clock=clock)
    return len(ids)
