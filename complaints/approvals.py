"""Everything that waits for a head, a deputy or a second person, in one list with the facts needed to decide.

What a caller may see is row-level security's part; what is listed is what the caller may decide: nothing that the
caller asked for, and of reports only where the caller is the head or stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from complaints.models import PROPOSED, Complaint, Report
from complaints.operations import decide, deputies, extensions, letters, reports, second
from complaints.report_models import ReportExtension, ReportLetter
from complaints.terms import POLICE
from workflows.case import journal
from workflows.case.tables import CaseClock
from workflows.people.actor import Actor, ActorRole
from workflows.time.clock import Clock

MOST = 50
Said = Mapping[UUID, Mapping[str, str]]
EXTENSION, TRANSFER, DECLINE = "extension", "police", "decline"


@dataclass(frozen=True)
class Waiting:
    """Something to decide.

    :param due: by when, where a period says so.
    :param reason: why it was asked for, in the asker's words.
    :param answer: what the consumer said to it, where the consumer was asked.
    :param heard_until: the consumer may still answer until then, and until then it is not approved.
    """

    kind: str
    case: Any
    asked_by: UUID
    asked_on: date
    due: date | None
    reason: str = ""
    to: str = ""
    answer: str = ""
    heard_until: date | None = None


def waiting(session: Session, bureaus: Sequence[UUID], *, actor: Actor, clock: Clock) -> list[Waiting]:
    """What the caller may decide, the nearest date first; seven statements at most."""
    found = [
        *_of_reports(session, bureaus, actor, clock),
        *_declines(session, bureaus, actor, clock),
    ]
    return sorted(found, key=lambda w: (w.due or date.max, w.asked_on, w.case.id.int))[:MOST]


def _mine(session: Session, bureaus: Sequence[UUID], actor: Actor, clock: Clock) -> ColumnElement[bool] | None:
    """The reports whose head the caller is, or stands in for; None where it is none."""
    if actor.role is ActorRole.SUPERVISOR:
        return true()
    own = [row.bureau_id for row in deputies.acting(session, bureaus, clock.today()) if row.deputy_id == actor.account]
    return Report.bureau_id.in_(own) if own else None


def _of_reports(session: Session, bureaus: Sequence[UUID], actor: Actor, clock: Clock) -> list[Waiting]:
    mine = _mine(session, bureaus, actor, clock)
    if mine is None:
        return []
    extended = select(Report, ReportExtension).join(ReportExtension, ReportExtension.case_id == Report.id)
    extended = extended.where(mine, ReportExtension.decided_on.is_(None), ReportExtension.asked_by != actor.account)
    handed = select(Report, ReportLetter, CaseClock.due_on).join(ReportLetter, ReportLetter.case_id == Report.id)
    running = (CaseClock.case_id == Report.id) & (CaseClock.term == POLICE) & CaseClock.stopped_on.is_(None)
    handed = handed.outerjoin(CaseClock, running).where(mine, ReportLetter.kind == "police")
    handed = handed.where(ReportLetter.decided_on.is_(None), ReportLetter.asked_by != actor.account)
    ours = session.execute(extended.order_by(Report.next_due_on, Report.id).limit(MOST)).all()
    theirs = session.execute(handed.order_by(CaseClock.due_on, Report.id).limit(MOST)).all()
    said = journal.said(session, [r.id for r, _ in ours], ["propose_extend"])
    asked = journal.said(session, [r.id for r, *_ in theirs], ["police_propose"])
    return [
        *(
            Waiting(EXTENSION, r, row.asked_by, row.asked_on, r.next_due_on, said.get(r.id, {}).get("reason", ""))
            for r, row in ours
        ),
        *(
            Waiting(TRANSFER, r, row.asked_by, row.asked_on, due, asked.get(r.id, {}).get("reason", ""), row.to_name)
            for r, row, due in theirs
        ),
    ]


def _declines(session: Session, bureaus: Sequence[UUID], actor: Actor, clock: Clock) -> list[Waiting]:
    query = select(Complaint).where(PROPOSED, Complaint.bureau_id.in_(bureaus), Complaint.proposed_by != actor.account)
    rows = session.scalars(query.order_by(Complaint.answer_until, Complaint.id).limit(MOST)).all()
    said = journal.said(session, [row.id for row in rows], [second.PROPOSE])
    answers = journal.said(session, [row.id for row in rows if row.answered_on], [second.ANSWERED])
    return [_decline(row, said, answers, clock.today()) for row in rows]


def _decline(row: Any, said: Said, answers: Said, today: date) -> Waiting:
    heard = row.answered_on is not None or row.answer_until < today
    return Waiting(
        DECLINE,
        row,
        row.proposed_by,
        row.proposed_on,
        row.next_due_on,
        said.get(row.id, {}).get("reason", ""),
        answer=answers.get(row.id, {}).get("words", ""),
        heard_until=None if heard else row.answer_until,
    )


@dataclass(frozen=True)
class Decision:
    """How something that waits is found, approved and refused."""

    find: Callable[..., Any]
    approve: Callable[..., None]
    refuse: Callable[..., None]


DECISIONS = {
    EXTENSION: Decision(reports.find, extensions.approve, extensions.refuse),
    TRANSFER: Decision(reports.find, letters.police_approve, letters.police_refuse),
    DECLINE: Decision(decide.find, second.approve_decline, second.refuse_decline),
}
"""Everything that waits for somebody, by what it is."""


def resolve(
    session: Session, kind: str, case: UUID, version: int, refused: str | None, *, actor: Actor, clock: Clock
) -> None:
    """Approve what waits, or refuse it with a reason, at the version that was seen.

    :param refused: why it is refused; None approves.
    :raises Stale: it moved on since.
    """
    decision = DECISIONS[kind]
    found = decision.find(session, case, version)
    if refused is None:
        decision.approve(session, found, actor=actor, clock=clock)
    else:
        decision.refuse(session, found, refused, actor=actor, clock=clock)
