"""What is held about a person, gathered from where the person's own pages read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import keeping
from app.api import documents
from app.api.complaints import journal_of
from app.documents import letter
from app.http import context
from app.identity.tables import WebSession
from app.portals import cases
from app.portals.tables import FilingDraft
from app.views import cases as case_views
from app.views import delays
from app.views import papers as words
from app.views import reports as views
from complaints import ledgers, queries
from complaints.desk import SavedFilter
from complaints.models import Complaint, Evaluation, Report
from complaints.operations import papers as operations
from complaints.operations import reports as report_operations
from workflows.declared import value
from workflows.delivery import notices
from workflows.people.actor import OFFICIALS, ActorRole
from workflows.people.tables import Account, Bureau, Membership
from workflows.store.evidence import Evidence
from workflows.store.sealed import unseal
from workflows.store.session import Role, keys_of

MOST_CASES = 500
MOST_SESSIONS = 200
ACCOUNT = ("id", "kind", "city", "login", "lang", "created_at")
COUNTED = {"complaints": Complaint.complainant_id, "reports": Report.reporter_id, "files": Evidence.owner_id}
PERIODS = ("complaint", "report", "session", "draft", "upload")


@dataclass(frozen=True)
class Everything:
    """All of it: as a machine reads it, and what the page of it is made from.

    :param cases: how many cases it holds.
    """

    told: Mapping[str, Any]
    shown: Mapping[str, Any]
    cases: int


def counts(session: Session, account: UUID | None) -> dict[str, int]:
    """How much there is of a consumer, counted to a limit."""
    if context.actor().role is not ActorRole.CONSUMER:
        return {}
    found = {}
    for name, column in COUNTED.items():
        some = select(column.class_.id).where(column == account).limit(MOST_CASES + 1).subquery()
        found[name] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def periods(session: Session) -> list[tuple[str, int]]:
    """How long what is kept, in days, as decided for the person's city."""
    rules = {rule.code: rule for rule in keeping.RULES}
    city, today = context.actor().city or "*", context.clock().today()
    return [(code, value(session, rules[code].kept, city, today)) for code in PERIODS]


def everything(session: Session) -> Everything:
    """All that is held about whoever asks."""
    account = context.actor().account
    known, sessions, memberships = identity(account)
    consumer = context.actor().role is ActorRole.CONSUMER
    complaints = queries.of_complainant(session, account, limit=MOST_CASES) if consumer and account else []
    reports = queries.reports_of(session, account) if consumer and account else []
    files = session.scalars(select(Evidence).where(Evidence.owner_id == account).limit(MOST_CASES)).all()
    told = {
        "made_at": context.clock().now(),
        "account": known,
        "sessions": sessions,
        "works_for": memberships,
        "notices": [notice(row) for row in notices.of_recipients(session, context.caller().identity.parties)],
        "draft": draft(session, account) if consumer else None,
        "saved_filters": filters(session, account),
        "complaints": [complaint(session, row) for row in complaints],
        "reports": [report(session, row) for row in reports],
        "files": [file(row) for row in files],
    }
    shown = {
        "told": told,
        "complaints": [shown_complaint(session, row) for row in complaints],
        "reports": [shown_report(session, row) for row in reports],
    }
    return Everything(told, shown, len(complaints) + len(reports))


def identity(account: UUID | None) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The account, its sessions and whom it works for, as signing in reads them; no secret of any."""
    with context.installation().db.transaction(Role.PUBLIC) as session:
        row = session.get_one(Account, account)
        known = {name: getattr(row, name) for name in ACCOUNT}
        known |= {name: unseal(session, row, name) for name in ("name", "phone", "email")}
        signed = select(WebSession).where(WebSession.account_id == account).order_by(WebSession.created_at.desc())
        sessions = [
            {name: getattr(s, name) for name in ("kind", "created_at", "seen_at", "expires_at", "ended_at")}
            for s in session.scalars(signed.limit(MOST_SESSIONS))
        ]
        member = session.scalars(select(Membership).where(Membership.account_id == account))
        memberships = [{"id": m.org_id, "kind": m.org_kind, "rank": m.rank} for m in member]
    return known, sessions, memberships


def notice(row: notices.Notice) -> dict[str, Any]:
    """Something that was told."""
    return {name: getattr(row, name) for name in ("key", "values", "channel", "created_at", "served_at", "read_at")}


def draft(session: Session, account: UUID | None) -> Any:
    """A filing that was begun and not sent."""
    row = session.get(FilingDraft, account)
    if row is None:
        return None
    return json.loads(keys_of(session).open(f"filing_draft|body|{row.account_id}", row.body_sealed))


def filters(session: Session, account: UUID | None) -> list[dict[str, Any]]:
    """An officer's kept filters."""
    if context.actor().role not in OFFICIALS:
        return []
    rows = session.scalars(select(SavedFilter).where(SavedFilter.account_id == account))
    return [{name: getattr(row, name) for name in ("name", "whose", "state", "district")} for row in rows]


def complaint(session: Session, row: Complaint) -> dict[str, Any]:
    """A complaint of one's own: what it says, its history, its days, its documents, its ratings."""
    today = context.clock().today()
    return case_views.complaint(session, row, context.actor()) | {
        "history": cases.history(session, row.id, context.actor()),
        "delays": delays.facts(ledgers.of_case(session, row.id, today), context.lang()),
        "documents": [sheet for _, sheet in sheets(session, "complaints", row)],
        "evaluations": [evaluation(each) for each in queries.evaluations(session, row.id)],
    }


def evaluation(row: Evaluation) -> dict[str, Any]:
    """A rating that one gave."""
    return {name: getattr(row, name) for name in ("score", "reasons", "comment", "given_at")}


def report(session: Session, row: Report) -> dict[str, Any]:
    """A report of one's own, its history as its reporter may read it."""
    known = views.events_for(row, context.actor())
    told = views.report(session, row, context.actor(), context.clock())
    return told | {
        "reporter": vars(report_operations.reporter(session, row)),
        "history": [e for e in journal_of(row.id) if known is None or e["event"] in known],
        "documents": [sheet for _, sheet in sheets(session, "reports", row)],
    }


def sheets(session: Session, kind: str, row: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The documents that the person may see, each with what it says as it was issued."""
    found = []
    for listed in documents.visible(kind, row):
        paper = operations.find(session, row.id, UUID(listed["id"]))
        if paper.content_sealed is not None:
            content = json.loads(operations.opened(session, paper))
            found.append((listed, letter.content(words.again(content))))
    return found


def file(row: Evidence) -> dict[str, Any]:
    """A file that one gave; whether it is still here."""
    names = (
        "id",
        "case_id",
        "name",
        "media_type",
        "size",
        "original_digest",
        "shown_digest",
        "uploaded_at",
        "erased_at",
    )
    return {name: getattr(row, name) for name in names}


def shown_complaint(session: Session, row: Complaint) -> dict[str, Any]:
    """What the page of the file shows of a complaint."""
    return {
        "case": row,
        "complainant": case_views.complainant(session, row, context.actor()),
        "bureau": session.get_one(Bureau, row.bureau_id),
        "history": cases.history(session, row.id, context.actor()),
        "sheets": sheets(session, "complaints", row),
    }


def shown_report(session: Session, row: Report) -> dict[str, Any]:
    """What the page of the file shows of a report."""
    known = views.events_for(row, context.actor())
    history = cases.history(session, row.id, context.actor())
    return {
        "case": row,
        "state": views.state_for(row, context.actor()),
        "history": [event for event in history if known is None or event["event"] in known],
        "sheets": sheets(session, "reports", row),
    }
