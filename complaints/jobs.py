"""What follows from a complaint's events: ids in, an operation called. Handlers of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import after_jobs, mediation_jobs
from complaints.intake_jobs import tell_beside
from complaints.models import Complaint, Report
from complaints.operations import deputies, indexing, reports
from workflows.delivery import notices
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message
from workflows.store.session import DatabaseClock

FAR = ("page", "sms", "email")
PAGE = ("page",)

COMPLAINANT_TOLD = {
    "file": FAR,
    "accept": FAR,
    "decline": FAR,
    "propose_decline": FAR,
    "refuse_decline": PAGE,
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
    "answer": PAGE,
    "take_up": PAGE,
    "designate": PAGE,
    "ask_help": PAGE,
    "help_answered": PAGE,
    "clock_moved": PAGE,
    **mediation_jobs.COMPLAINANT_TOLD,
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
    "identify_respondent": PAGE,
    "supplement": PAGE,
    "clock_moved": PAGE,
    **mediation_jobs.RESPONDENT_TOLD,
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


REPORTER_TOLD = ("file", "redirect", "repeat", "merge", "told")
"""Which events a reporter hears of: what the bureau finds only once it was told on a legal basis (art. 36)."""

HEAD_TOLD = ("propose_extend", "police_propose")
"""Which events the bureau's head hears of: what waits for a decision."""

OFFICER_TOLD = (
    "file",
    "supplement",
    "restart",
    "extend",
    "refuse_extend",
    "police_approve",
    "police_refuse",
    "reassign",
)
"""Which events of a report its officer hears of."""


def tell_of_report(session: Session, message: Message) -> None:
    """Tell whoever an event of a report concerns, each under his own account and nobody else."""
    report = session.get_one(Report, message.case_id)
    event = message.topic.partition(".")[2]
    values = _values(report, message) | {"earlier": _earlier(session, report)}
    for side, account in _concerned(session, report, event).items():
        notices.tell(session, report, account, f"notice.report.{event}.{side}", values)
    if event in HEAD_TOLD:
        for row in deputies.acting(session, [report.bureau_id], DatabaseClock(session).today()):
            notices.tell(session, report, row.deputy_id, f"notice.report.{event}.head", values)


def _concerned(session: Session, report: Report, event: str) -> dict[str, UUID]:
    told: dict[str, UUID] = {}
    if event in REPORTER_TOLD and report.reporter_id:
        told["reporter"] = report.reporter_id
    if event in HEAD_TOLD:
        told["head"] = reports.head_of(session, report)
    if event in OFFICER_TOLD and report.officer_id:
        told["officer"] = report.officer_id
    return told


def _earlier(session: Session, report: Report) -> str:
    return session.get_one(Report, report.merged_into).number if report.merged_into else ""


def _values(case: Any, message: Message) -> dict[str, Any]:
    return {"number": case.number, "event": message.payload["event"], "respondent": case.respondent_name}


def index(session: Session, _slot: datetime) -> Mapping[str, Any]:
    """Some more of the cases that cannot be found yet."""
    return {"cases": indexing.fill(session)}


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """Every topic of this domain with what follows from it."""
    told = {*COMPLAINANT_TOLD, *RESPONDENT_TOLD}
    of_reports = {*REPORTER_TOLD, *HEAD_TOLD, *OFFICER_TOLD}
    after = after_jobs.handlers()
    telling: dict[str, tuple[Handler, ...]] = {f"complaint.{event}": (tell_parties,) for event in sorted(told)}
    for event in COMPLAINANT_TOLD:
        telling[f"complaint.{event}"] = (*telling[f"complaint.{event}"], tell_beside)
    of_mediation = mediation_jobs.handlers()
    topics = sorted({*telling, *after, *of_mediation})
    both = {t: (*telling.get(t, ()), *after.get(t, ()), *of_mediation.get(t, ())) for t in topics}
    return {**both, **{f"report.{event}": (tell_of_report,) for event in sorted(of_reports)}}
