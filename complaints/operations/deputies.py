"""Who decides for a bureau's head (负责人): the head, or whoever the head named to stand in from a day to a day.

What a deputy decides is recorded as decided on the head's behalf; nobody decides what he asked for himself. No text at
hand says how a head is stood in for: the days are declared by the head, openly to everybody of the bureau.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import desks, report_queries
from complaints.oversight import check_deputy_days
from complaints.oversight_models import Deputy
from complaints.report_models import Report
from workflows.case import casework
from workflows.case.casework import Party, Step
from workflows.case.tables import CaseAccess
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people.actor import SYSTEM, Actor, ActorRole
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock, shanghai_date

MOST = 50
EVENT = "deputise"


def name(session: Session, deputy: UUID, from_on: date, until_on: date, *, actor: Actor, clock: Clock) -> Deputy:
    """The head names a deputy (指定代理人); what waits for the head is open to the deputy from the first day on.

    :raises Refused: not by a head.
    :raises RuleBroken: days that do not fit, or not an officer of the head's bureau.
    """
    if actor.role is not ActorRole.SUPERVISOR or actor.org is None or actor.account is None:
        raise Refused("approval.head", "only the head of the bureau decides this")
    check_deputy_days(from_on, until_on, clock.today())
    if deputy == actor.account or deputy not in {c.id for c in desks.colleagues(session, actor.org)}:
        raise RuleBroken("deputy.officer", "choose another officer of the bureau", field="deputy")
    row = Deputy(
        bureau_id=actor.org, head_id=actor.account, deputy_id=deputy,
        from_on=from_on, until_on=until_on, named_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    if from_on <= clock.today():
        for report in report_queries.to_decide(session):
            _open(session, report, row, actor, clock)
    return row


def end(session: Session, row: UUID, *, actor: Actor, clock: Clock) -> None:
    """Call a deputy off (终止代理); what was decided stays.

    :raises NotFound: none that the caller named.
    """
    found = session.get(Deputy, row)
    if found is None or found.head_id != actor.account:
        raise NotFound("deputy.unknown", "there is no such deputy, or you did not name one")
    found.ended_at = found.ended_at or clock.now()
    session.flush()


def acting(session: Session, bureaus: Sequence[UUID], today: date) -> Sequence[Deputy]:
    """Who stands in at bureaus on a day, the latest named first."""
    running = (Deputy.bureau_id.in_(bureaus), Deputy.ended_at.is_(None), Deputy.until_on >= today)
    query = select(Deputy).where(*running, Deputy.from_on <= today)
    return session.scalars(query.order_by(Deputy.id.desc()).limit(MOST)).all()


def coming(session: Session, bureaus: Sequence[UUID], today: date) -> Sequence[Deputy]:
    """Who stands in at bureaus now or later, the nearest first."""
    running = (Deputy.bureau_id.in_(bureaus), Deputy.ended_at.is_(None), Deputy.until_on >= today)
    return session.scalars(select(Deputy).where(*running).order_by(Deputy.from_on, Deputy.id).limit(MOST)).all()


def stands_in(session: Session, bureau: UUID, account: UUID | None, today: date) -> Deputy | None:
    """As whose deputy an account acts at a bureau today, if at all."""
    return next((row for row in acting(session, [bureau], today) if row.deputy_id == account), None)


def check_decides(session: Session, bureau: UUID, actor: Actor, asker: UUID | None, clock: Clock) -> dict[str, str]:
    """What the law wants approved is approved by the head, or a deputy, and by another person than asked.

    The facts that the journal keeps of it: ``on_behalf_of`` names the head whom a deputy stood in for.

    :raises Refused: neither head nor deputy, or the one who asked.
    """
    deputy = None if actor.role is ActorRole.SUPERVISOR else stands_in(session, bureau, actor.account, clock.today())
    if actor.role is not ActorRole.SUPERVISOR and deputy is None:
        raise Refused("approval.head", "only the head of the bureau decides this")
    if asker is not None and actor.account == asker:
        raise Refused("approval.own", "whoever asks does not decide it: another person must")
    return {"on_behalf_of": str(deputy.head_id)} if deputy else {}


def share(session: Session, report: Report, *, actor: Actor, clock: Clock) -> None:
    """Open a report that waits for its head to the deputies of today, whoever asked excepted."""
    for row in acting(session, [report.bureau_id], clock.today()):
        if row.deputy_id != actor.account:
            _open(session, report, row, actor, clock)


def _open(session: Session, report: Report, row: Deputy, actor: Actor, clock: Clock) -> None:
    if report.bureau_id != row.bureau_id:
        return
    locked = casework.lock(session, Report, report.id)
    facts = {"deputy": str(row.deputy_id), "head": str(row.head_id)}
    casework.note(session, locked, EVENT, actor=actor, clock=clock, step=Step(facts=facts))
    casework.share(session, locked, Party(row.deputy_id, "officer", "deputy of the head"))


def begin(session: Session, slot: datetime) -> dict[str, int]:
    """Deputies whose first day has come get what waits for their heads; how many reports were opened."""
    today = shanghai_date(slot)
    query = select(Deputy).where(Deputy.ended_at.is_(None), Deputy.from_on <= today, Deputy.until_on >= today)
    rows = session.scalars(query.order_by(Deputy.id)).all()
    clock, opened = DatabaseClock(session), 0
    waiting = report_queries.to_decide(session) if rows else []
    for row in rows:
        known = set(session.scalars(select(CaseAccess.case_id).where(CaseAccess.party_id == row.deputy_id)))
        for report in waiting:
            if report.bureau_id == row.bureau_id and report.id not in known:
                _open(session, report, row, SYSTEM, clock)
                opened += 1
    return {"opened": opened}
