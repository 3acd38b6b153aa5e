"""What follows from a complaint's events: ids in, an operation called. Handlers of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from complaints import after_jobs
from complaints.models import Complaint, Report
from complaints.operations import indexing
from workflows.delivery import notices
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message

FAR = ("page", "sms", "email")
PAGE = ("page",)

COMPLAINANT_TOLD = {
    "file": FAR,
    "accept": FAR,
    "decline": FAR,
    "propose_decline": FAR,
    "request_identity": FAR,
    "open_mediation": PAGE,
    "testing": PAGE,
    "tested": PAGE,
    "offer": PAGE,
    "settle": FAR,
    "perform": FAR,
    "match_receipt": PAGE,
    "silence": PAGE,
    "terminate": FAR,
    "close": PAGE,
    "correct": FAR,
    "return_to_intake": PAGE,
    "dispatch": PAGE,
    "clock_moved": PAGE,
}
"""Which events the complainant hears of, and by which channels; messages of a closing carry a link of their own."""

RESPONDENT_TOLD = {
    "file": PAGE,
    "accept": PAGE,
    "open_mediation": PAGE,
    "testing": PAGE,
    "tested": PAGE,
    "offer": PAGE,
    "settle": PAGE,
    "confirm": PAGE,
    "deny": PAGE,
    "match_receipt": PAGE,
    "silence": PAGE,
    "terminate": PAGE,
    "withdraw": PAGE,
    "close": PAGE,
    "evaluate": PAGE,
    "answer_kept": PAGE,
    "clock_moved": PAGE,
}
"""Which events the respondent firm hears of. Whether the complaint has a sister leg is nowhere in them."""


def tell_parties(session: Session, message: Message) -> None:
    """Tell both sides of a complaint what happened."""
    complaint = session.get_one(Complaint, message.case_id)
    event = message.topic.partition(".")[2]
    values = _values(complaint, message)
    if event in COMPLAINANT_TOLD:
        key = f"notice.complaint.{event}.complainant"
        channels = notices.reachable(session, complaint.complainant_id, COMPLAINANT_TOLD[event])
        notices.tell(session, complaint, complaint.complainant_id, key, values, channels)
    if event in RESPONDENT_TOLD and complaint.enterprise_id:
        key = f"notice.complaint.{event}.respondent"
        notices.tell(session, complaint, complaint.enterprise_id, key, values, RESPONDENT_TOLD[event])


def tell_reporter(session: Session, message: Message) -> None:
    """Tell a known reporter that the report has arrived; what the bureau finds is told only where a law says so."""
    report = session.get_one(Report, message.case_id)
    if report.reporter_id:
        notices.tell(session, report, report.reporter_id, "notice.report.file.reporter", _values(report, message))


def _values(case: Any, message: Message) -> dict[str, Any]:
    return {"number": case.number, "event": message.payload["event"], "respondent": case.respondent_name}


def index(session: Session, _slot: datetime) -> Mapping[str, Any]:
    """Some more of the cases that cannot be found yet."""
    return {"cases": indexing.fill(session)}


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """Every topic of this domain with what follows from it."""
    told = {*COMPLAINANT_TOLD, *RESPONDENT_TOLD}
    after = after_jobs.handlers()
    telling = {f"complaint.{event}": (tell_parties,) for event in sorted(told)}
    both = {topic: (*handlers, *after.get(topic, ())) for topic, handlers in telling.items()}
    return {**after, **both, "report.file": (tell_reporter,)}
