"""Erasing the personal values of ended cases (个人信息到期删除, PIPL 47): what is sealed goes, the journal stays whole.

A journal holds salted commitments and digests of sealed values alone. Without the salts and the values nothing can be
learned from them, and every hash of the chain is what it was; the erasure is an event of its own at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from complaints import keeping
from complaints.lifecycle import CLOSED, RECEIVED, WITHDRAWN
from complaints.models import Complaint, Evaluation, Offer, Paper, Report
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.case.tables import CaseCommitment, CaseEvent
from workflows.people.actor import SYSTEM
from workflows.store.evidence import Evidence
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock
from workflows.time.declared import Declared

ERASE = "erase"
CITIES = ("3205", "3101")
AT_ONCE = 50
"""Cases erased in one batch: each gets an event in its journal."""

Held = Callable[[Any], ColumnElement[bool]]
"""For a kind of case the condition that a legal hold keeps it from being erased."""


def complaints_over(session: Session, today: date, held: Held) -> ColumnElement[bool]:
    """Whether a complaint's personal values are over: closed, or withdrawn, long enough ago, and not held."""
    left = (
        select(func.max(CaseEvent.at)).where(CaseEvent.case_id == Complaint.id).correlate(Complaint).scalar_subquery()
    )
    by_city = []
    for city in CITIES:
        last = _last_day(session, keeping.COMPLAINT, city, today)
        closed = and_(Complaint.state == CLOSED, Complaint.closed_on <= last)
        gone = func.date(func.timezone("Asia/Shanghai", left)) <= last
        withdrawn = and_(Complaint.state == WITHDRAWN, Complaint.received_on <= last, gone)
        by_city.append(and_(Complaint.city == city, or_(closed, withdrawn)))
    return and_(Complaint.erased_on.is_(None), or_(*by_city), ~held(Complaint))


def reports_over(session: Session, today: date, held: Held) -> ColumnElement[bool]:
    """Whether a report's personal values are over: decided, and told if it was, long enough ago, and not held."""
    ended = func.greatest(Report.verified_on, Report.told_on)
    by_city = [
        and_(Report.city == city, Report.verified_on <= last, ended <= last)
        for city in CITIES
        for last in (_last_day(session, keeping.REPORT, city, today),)
    ]
    return and_(Report.erased_on.is_(None), Report.state != RECEIVED, or_(*by_city), ~held(Report))


def _last_day(session: Session, setting: Declared, city: str, today: date) -> date:
    return keeping.last_day(today, declared.value(session, setting, city, today))


def count(session: Session, kind: Any, over: ColumnElement[bool], most: int) -> int:
    """How many cases of a kind are over, counted to a limit."""
    some = select(kind.id).where(over).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def erase_some(session: Session, kind: Any, over: ColumnElement[bool], most: int, clock: Clock) -> int:
    """Erase a batch of cases that are over, those that nobody works on; how many."""
    query = select(kind).where(over).order_by(kind.id).limit(min(most, AT_ONCE)).with_for_update(skip_locked=True)
    cases = session.scalars(query.execution_options(populate_existing=True)).all()
    if cases:
        erase(session, cases, clock=clock)
    return len(cases)


def erase(session: Session, cases: Sequence[Any], *, clock: Clock) -> None:
    """Erase the personal values of locked, ended cases of one kind, each with an event in its journal."""
    ids = [case.id for case in cases]
    _erase_beside(session, ids, clock)
    for case in cases:
        _erase_row(case)
        step = Step(evidence={"erased_on": clock.today()}, facts={"erased_on": str(clock.today())})
        casework.note(session, case, ERASE, actor=SYSTEM, clock=clock, step=step)


def _erase_beside(session: Session, ids: Sequence[UUID], clock: Clock) -> None:
    """What other tables keep of the cases: salts and words, offers' words, comments, documents, names of files."""
    session.execute(delete(CaseCommitment).where(CaseCommitment.case_id.in_(ids)))
    session.execute(update(Offer).where(Offer.case_id.in_(ids)).values(terms={}))
    session.execute(update(Evaluation).where(Evaluation.case_id.in_(ids)).values(comment=None))
    session.execute(update(Paper).where(Paper.case_id.in_(ids)).values(content_sealed=None))
    files = Evidence.case_id.in_(ids) & Evidence.erased_at.is_(None)
    session.execute(update(Evidence).where(files).values(erased_at=clock.now(), name=""))


def _erase_row(case: Any) -> None:
    """What the case's own row holds of a person, its own words included, and what it was found by."""
    for field in case.sealed_fields:
        setattr(case, f"{field}_sealed", None)
    if isinstance(case, Complaint):
        case.narrative = case.place = ""
        case.phone_index = case.address_index = None
        case.grams = []
    else:
        case.clues = case.basis = ""


def erase_uploads(session: Session, before: date, most: int) -> int:
    """Let go of uploaded files that no filing ever named; their files on disk go afterwards."""
    chosen = select(Evidence.id).where(_unclaimed(before)).order_by(Evidence.id).limit(most)
    gone = update(Evidence).where(Evidence.id.in_(chosen.with_for_update(skip_locked=True)))
    values = gone.values(erased_at=DatabaseClock(session).now(), name="")
    return int(session.execute(values.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def count_uploads(session: Session, before: date, most: int) -> int:
    """How many of them there are, counted to a limit."""
    some = select(Evidence.id).where(_unclaimed(before)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _unclaimed(before: date) -> ColumnElement[bool]:
    uploaded = func.date(func.timezone("Asia/Shanghai", Evidence.uploaded_at))
    return Evidence.case_id.is_(None) & Evidence.erased_at.is_(None) & (uploaded < before)
