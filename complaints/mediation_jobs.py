"""What follows from mediation's events and days: who is told, reminders, late payments, days of return, tidying up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.mediation_models import BidRound, Entrustment, Instalment, Negotiation, Sitting
from complaints.models import Complaint
from complaints.operations import bidding, decide, entrusting, instalments, negotiating, sittings
from workflows.delivery import notices
from workflows.delivery.jobs import SlotClock
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock
from workflows.time.clock import SHANGHAI

MOST = 500
FAR = ("page", "sms", "email")
PAGE = ("page",)

SESSIONS = ("plan_session", "move_session", "cancel_session")
"""Events that both sides are told of with the time of the session, by message: told in advance (art. 20(2))."""

COMPLAINANT_TOLD = {
    "decide_recusal": FAR,
    "recuse": PAGE,
    "record_session": PAGE,
    "take_offer": PAGE,
    "bid": PAGE,
    "propose_terms": FAR,
    "decline_terms": PAGE,
    "end_bids": PAGE,
    "schedule": PAGE,
    "pay_instalment": PAGE,
    "instalment_late": FAR,
    "agree_testing": PAGE,
    "ask_entrust": FAR,
    "entrust": FAR,
    "give_back": PAGE,
    "take_back": PAGE,
    "odr_offer": PAGE,
    "odr_take": PAGE,
    "odr_end": PAGE,
}
"""Which events of a mediation the complainant hears of besides, and by which channels."""

_NOT_FIRMS = ("pay_instalment",)
RESPONDENT_TOLD = {
    event: PAGE for event in (*COMPLAINANT_TOLD, "confirm_instalment", "odr_begin") if event not in _NOT_FIRMS
}
"""Which events of a mediation the firm hears of besides."""

OFFICER_TOLD = ("recuse", "take_offer", "instalment_late", "give_back")
"""Events of a mediation that the officer of the case hears of."""

OVER = ("settle", "terminate", "withdraw", "decline", "close", "return_to_intake")
"""Events after which nothing of the mediation waits any more."""


def tell_of_session(session: Session, message: Message) -> None:
    """Tell both sides, and who mediates, of a session: its time, place and people."""
    complaint, event = session.get_one(Complaint, message.case_id), message.topic.partition(".")[2]
    seq = message.payload["event"]
    found = session.scalar(select(Sitting).where(Sitting.case_id == complaint.id, Sitting.seq == seq))
    if event == "cancel_session":
        query = select(Sitting).where(Sitting.case_id == complaint.id, Sitting.cancelled_at.is_not(None))
        found = session.scalar(query.order_by(Sitting.cancelled_at.desc()).limit(1))
    if found is not None:
        _tell_both(session, complaint, found, event, seq)


def _tell_both(session: Session, complaint: Complaint, sitting: Sitting, event: str, seq: int) -> None:
    values = _values(complaint, sitting, seq)
    channels = notices.reachable(session, complaint.complainant_id, FAR)
    key = f"notice.complaint.{event}"
    notices.tell(session, complaint, complaint.complainant_id, f"{key}.complainant", values, channels)
    if complaint.enterprise_id:
        notices.tell(session, complaint, complaint.enterprise_id, f"{key}.respondent", values, PAGE)


def _values(complaint: Complaint, sitting: Sitting, seq: int) -> dict[str, Any]:
    at = sitting.starts_at.astimezone(SHANGHAI)
    return {
        "number": complaint.number,
        "event": seq,
        "respondent": complaint.respondent_name,
        "month": at.month,
        "day": at.day,
        "time": f"{at:%H:%M}",
        "place": sitting.place,
        "mediators": sitting.mediators,
    }


def tell_officer(session: Session, message: Message) -> None:
    """Tell the officer whose case it is of what waits for him: a request, an agreement to record, a late payment."""
    complaint, event = session.get_one(Complaint, message.case_id), message.topic.partition(".")[2]
    if complaint.assigned_to is not None:
        values = {"number": complaint.number, "event": message.payload["event"]}
        notices.tell(session, complaint, complaint.assigned_to, f"notice.complaint.{event}.officer", values, PAGE)


def meet_bids(session: Session, message: Message) -> None:
    """Let two blind bids meet, once the second one is in."""
    bidding.meet(session, decide.find(session, message.case_id), clock=DatabaseClock(session))


def tidy(session: Session, message: Message) -> None:
    """A mediation that is over leaves nothing waiting: no bid, no session to come, no case with an organisation."""
    complaint, clock = decide.find(session, message.case_id), DatabaseClock(session)
    current = bidding.open_round(session, complaint)
    if current is not None:
        bidding.end(session, complaint, current, "lapsed", actor=SYSTEM, clock=clock)
    for sitting in sittings.to_come(session, complaint.id):
        if sitting.starts_at > clock.now():
            sittings.cancel_session(session, complaint, sitting.id, actor=SYSTEM, clock=clock)
    if (entrusted := entrusting.current(session, complaint.id)) is not None:
        entrusting.lapse(session, complaint, clock=clock)
        session.expire(entrusted)
    going = negotiating.of_case(session, complaint.id)
    if going is not None and going.ended is None and message.topic != "complaint.return_to_intake":
        negotiating.lapse(session, complaint, going, clock=clock)


def day_goes_by(session: Session, slot: datetime) -> dict[str, int]:
    """What the days bring: reminders of tomorrow's sessions, payments that are late, days of return, last days.

    It may run again at any time: only what still waits is looked at.
    """
    clock = SlotClock(session, slot)
    return {
        "reminded": _remind(session, clock),
        "late": _late(session, clock),
        "rounds": _rounds(session, clock),
        "returned": _returned(session, clock),
        "negotiations": _negotiations(session, clock),
    }


def _remind(session: Session, clock: SlotClock) -> int:
    """Remind both sides the day before; once for every time that was told."""
    midnight = datetime.combine(clock.today() + timedelta(days=1), datetime.min.time(), SHANGHAI)
    waits = (Sitting.recorded_at.is_(None), Sitting.cancelled_at.is_(None), Sitting.reminded_at.is_(None))
    on_the_day = (Sitting.starts_at >= midnight, Sitting.starts_at < midnight + timedelta(days=1))
    rows = session.scalars(select(Sitting).where(*waits, *on_the_day).order_by(Sitting.starts_at).limit(MOST)).all()
    for sitting in rows:
        complaint = session.get_one(Complaint, sitting.case_id)
        _tell_both(session, complaint, sitting, "remind_session", sitting.seq)
        if sitting.mediator_id is not None and sitting.org_id is None:
            key, values = "notice.complaint.remind_session.officer", _values(complaint, sitting, sitting.seq)
            notices.tell(session, complaint, sitting.mediator_id, key, values, PAGE)
        sitting.reminded_at = clock.now()
    return len(rows)


def _late(session: Session, clock: SlotClock) -> int:
    waits = (Instalment.paid_on.is_(None), Instalment.late_noted_on.is_(None), Instalment.due_on < clock.today())
    rows = session.execute(select(Instalment.id, Instalment.case_id).where(*waits).limit(MOST)).all()
    for row in rows:
        complaint = decide.find(session, row.case_id)
        found = session.get_one(Instalment, row.id, populate_existing=True)
        if found.paid_on is None and found.late_noted_on is None:
            instalments.late(session, complaint, found, clock=clock)
    return len(rows)


def _rounds(session: Session, clock: SlotClock) -> int:
    over = (BidRound.ended.is_(None), BidRound.until_on < clock.today())
    cases = session.scalars(select(BidRound.case_id).where(*over).order_by(BidRound.case_id).limit(MOST)).all()
    for case in cases:
        complaint = decide.find(session, case)
        current = bidding.open_round(session, complaint)
        if current is not None and current.until_on < clock.today():
            bidding.end(session, complaint, current, "lapsed", actor=SYSTEM, clock=clock)
    return len(cases)


def _returned(session: Session, clock: SlotClock) -> int:
    over = (Entrustment.returned_on.is_(None), Entrustment.return_by < clock.today())
    cases = session.scalars(select(Entrustment.case_id).where(*over).order_by(Entrustment.case_id).limit(MOST)).all()
    for case in cases:
        complaint = decide.find(session, case)
        if entrusting.current(session, case) is not None:
            entrusting.lapse(session, complaint, clock=clock)
    return len(cases)


def _negotiations(session: Session, clock: SlotClock) -> int:
    """End what has had its ten working days; only what began ten days ago or earlier can have."""
    began = clock.today() - timedelta(days=10)
    query = select(Negotiation.case_id).where(Negotiation.ended.is_(None), Negotiation.began_on < began)
    ended = 0
    for case in session.scalars(query.order_by(Negotiation.began_on).limit(MOST)).all():
        complaint = decide.find(session, case)
        found = negotiating.of_case(session, case)
        due_on = negotiating.due(session, found).due_on if found else None
        if found is not None and found.ended is None and due_on is not None and due_on < clock.today():
            negotiating.lapse(session, complaint, found, clock=clock)
            ended += 1
    return ended


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """What follows, besides the telling of the table, from events of a mediation."""
    told = {f"complaint.{event}": (tell_of_session,) for event in SESSIONS}
    over = {f"complaint.{event}": (tidy,) for event in OVER}
    officers = {f"complaint.{event}": (tell_officer,) for event in OFFICER_TOLD}
    return {**told, **over, **officers, "complaint.bid": (meet_bids,)}
