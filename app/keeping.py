"""What this product keeps how long: every kind of data on one page, and the nightly job that lets go of what is over.

Cases keep their row, their journal, their numbers and dates for ever; what goes is what names or describes a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Uuid, column, func, select, table, update
from sqlalchemy.orm import Session, aliased

from app import files
from app.identity.tables import IdempotencyKey, OneTimeCode, Throttle, WebSession
from app.places import Places
from app.settings import Settings
from app.standin import StandInMessage
from complaints import keeping as periods
from complaints.models import Complaint, Report
from complaints.operations import challenges, erasing
from workflows import keeping
from workflows.declared import BOTH, value
from workflows.delivery.tables import Heartbeat, JobRun, Message, WebhookDelivery
from workflows.keeping import MOST_CASES, MOST_ROWS, Rule, of_rows
from workflows.store.db import UtcDateTime
from workflows.store.evidence import Evidence
from workflows.store.session import DatabaseClock

HELD: erasing.Held = challenges.holding
"""The one place where it is asked whether a case's file is held."""

SETTLED = timedelta(hours=1)
"""So long a file stays after its row was erased, or after somebody sent the same bytes anew."""

SWEPT_AT_ONCE = 500

DRAFTS = table("filing_draft", column("account_id", Uuid()), column("updated_at", UtcDateTime()))
"""Its class belongs to the pages, which import all of the product."""

ENDED_DELIVERY = WebhookDelivery.delivered_at.is_not(None) | WebhookDelivery.dead_at.is_not(None)
LATER = aliased(JobRun)
NOT_THE_LAST = select(LATER.id).where(LATER.job == JobRun.job, LATER.scheduled_for > JobRun.scheduled_for).exists()
UNLOCKED = Throttle.locked_until.is_(None) | (Throttle.locked_until < func.now())


def _complaints() -> Rule:
    def due(session: Session, today: date, most: int) -> int:
        return erasing.count(session, Complaint, erasing.complaints_over(session, today, HELD), most)

    def purge(session: Session, today: date, most: int) -> int:
        over = erasing.complaints_over(session, today, HELD)
        return erasing.erase_some(session, Complaint, over, most, DatabaseClock(session))

    return Rule("complaint", periods.COMPLAINT, MOST_CASES, due, purge, Complaint.__tablename__)


def _reports() -> Rule:
    def due(session: Session, today: date, most: int) -> int:
        return erasing.count(session, Report, erasing.reports_over(session, today, HELD), most)

    def purge(session: Session, today: date, most: int) -> int:
        over = erasing.reports_over(session, today, HELD)
        return erasing.erase_some(session, Report, over, most, DatabaseClock(session))

    return Rule("report", periods.REPORT, MOST_CASES, due, purge, Report.__tablename__)


def _uploads() -> Rule:
    def before(session: Session, today: date) -> date:
        return today - timedelta(days=value(session, keeping.UPLOAD, BOTH, today))

    return Rule(
        "upload",
        keeping.UPLOAD,
        MOST_ROWS,
        lambda session, today, most: erasing.count_uploads(session, before(session, today), most),
        lambda session, today, most: erasing.erase_uploads(session, before(session, today), most),
        Evidence.__tablename__,
    )


RULES: tuple[Rule, ...] = (
    of_rows(keeping.OUTBOX, Message, Message.done_at),
    of_rows(keeping.IDEMPOTENCY, IdempotencyKey, IdempotencyKey.created_at),
    of_rows(keeping.SESSION, WebSession, WebSession.expires_at),
    of_rows(keeping.CODE, OneTimeCode, OneTimeCode.expires_at),
    of_rows(keeping.THROTTLE, Throttle, Throttle.first_at, UNLOCKED),
    of_rows(keeping.WEBHOOK, WebhookDelivery, WebhookDelivery.created_at, ENDED_DELIVERY),
    of_rows(keeping.STAND_IN, StandInMessage, StandInMessage.at),
    of_rows(keeping.JOB, JobRun, JobRun.scheduled_for, (JobRun.state == "done") & NOT_THE_LAST),
    of_rows(keeping.HEARTBEAT, Heartbeat, Heartbeat.at),
    of_rows(keeping.DRAFT, DRAFTS, DRAFTS.c.updated_at, keys=[DRAFTS.c.account_id]),
    _uploads(),
    _complaints(),
    _reports(),
)
"""Every kind of data that goes: technical things first, then the personal values of ended cases."""


def night(told: Settings, session: Session, slot: datetime) -> Mapping[str, Any]:
    """One batch of each kind, and the files on disk whose rows were erased before."""
    swept = sweep(session, Places(told.data))
    return {**keeping.night(session, RULES, slot), "files": swept}


def sweep(session: Session, places: Places) -> int:
    """Delete files whose rows were erased by an earlier transaction, unless another row still needs them; how many."""
    now = DatabaseClock(session).now()
    over = Evidence.swept_at.is_(None) & (Evidence.erased_at < now - SETTLED)
    query = select(Evidence).where(over).order_by(Evidence.erased_at).limit(SWEPT_AT_ONCE)
    rows = session.scalars(query.with_for_update(skip_locked=True)).all()
    needed = _needed(session, rows)
    left = {row.id: [path for path in _files(places, row, needed) if not _gone(path, now)] for row in rows}
    swept = [ident for ident, paths in left.items() if not paths]
    session.execute(update(Evidence).where(Evidence.id.in_(swept)).values(swept_at=now))
    return len(swept)


def _needed(session: Session, rows: Any) -> set[str]:
    """The digests that rows which are not erased share with these."""
    known = {digest for row in rows for digest in (row.shown_digest, row.original_digest)}
    alive = select(Evidence.shown_digest, Evidence.original_digest).where(
        Evidence.erased_at.is_(None), Evidence.shown_digest.in_(known) | Evidence.original_digest.in_(known)
    )
    return {digest for pair in session.execute(alive) for digest in pair}


def _files(places: Places, row: Evidence, needed: set[str]) -> list[Path]:
    paths = {
        row.shown_digest: files.shown_path(places, row.shown_digest),
        row.original_digest + "/original": files.original_path(places, row.original_digest),
    }
    return [path for digest, path in paths.items() if digest.partition("/")[0] not in needed]


def _gone(path: Path, now: datetime) -> bool:
    """Delete a file that nobody has sent anew just now; whether it is gone."""
    if path.exists() and path.stat().st_mtime > (now - SETTLED).timestamp():
        return False
    path.unlink(missing_ok=True)
    return True
