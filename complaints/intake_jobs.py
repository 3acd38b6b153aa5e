"""Whom else a complaint's events are told: its agent, those who complain together, and whose words were taken down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import intake_rules
from complaints.consultation_models import Consultation
from complaints.models import Complaint, Filing
from complaints.operations import acting
from workflows.delivery import notices
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message

FAR = ("page", "sms", "email")
LOUD = ("file", "accept", "decline", "settle", "perform", "terminate", "correct")
"""Events that reach people beyond the page."""


def tell_beside(session: Session, message: Message) -> None:
    """Tell an agent and everybody who complains together what the complainant is told, each under his own account."""
    complaint = session.get_one(Complaint, message.case_id)
    event = message.topic.partition(".")[2]
    values = {
        "number": complaint.number,
        "event": message.payload["event"],
        "respondent": complaint.respondent_name,
        "site": "",
    }
    if event == "file":
        _taken(session, complaint, values)
    for account, asked in beside(session, complaint):
        key = f"notice.complaint.{event}.{'named' if event == 'file' and asked else 'complainant'}"
        channels = notices.reachable(session, account, FAR if event in LOUD else ("page",))
        notices.tell(session, complaint, account, key, values, channels)


def beside(session: Session, complaint: Complaint) -> Iterable[tuple[UUID, bool]]:
    """The accounts beside the complainant's, and whether each still has to answer that it takes part."""
    found = acting.agent(session, complaint.id)
    if found is not None and found.ended_on is None:
        yield found.account_id, False
    for row in acting.persons(session, complaint.id):
        if row.account_id != complaint.complainant_id and row.left_on is None:
            yield row.account_id, row.joined_on is None


def _taken(session: Session, complaint: Complaint, values: dict[str, str]) -> None:
    """Whoever did not file by himself is told by telephone that it was filed, and how to follow it."""
    filing = session.get_one(Filing, complaint.filing_id)
    if filing.channel in intake_rules.SELF and filing.filer_id == complaint.complainant_id:
        return
    notices.tell(session, complaint, complaint.complainant_id, "notice.complaint.file.taken", values, ("sms",))


ASKER_TOLD = ("ask", "answer", "point_elsewhere", "turn")
"""Events of a consultation that whoever asked hears of."""


def tell_asker(session: Session, message: Message) -> None:
    """Tell whoever asked: that it has arrived and by when we mean to answer; that there is an answer."""
    row = session.get_one(Consultation, message.case_id)
    event = message.topic.partition(".")[2]
    values = {"number": row.number, "event": message.payload["event"], "by": str(row.answer_by), "site": ""}
    channels = notices.reachable(session, row.asker_id, FAR)
    notices.tell(session, row, row.asker_id, f"notice.consultation.{event}", values, channels)


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """Every topic of consultations with what follows from it."""
    return {f"consultation.{event}": (tell_asker,) for event in ASKER_TOLD}
