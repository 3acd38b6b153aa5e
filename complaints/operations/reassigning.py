"""Handing reports on within the desk (改派举报), by the bureau's head: journalled; the old officer sees no more.

The head does not see the desk's reports; the database opens those of one officer to the head for this act alone.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from complaints import desks
from complaints.operations.reports import check_note, find, need
from complaints.report_models import Report
from workflows.case import casework
from workflows.case.casework import Party, Step
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.time.clock import Clock

MOST = 100
OPEN_DESK = text("SELECT report_desk_open(:officer, :ids, 'to hand on')")
UNSHARE = text("SELECT case_unshare(:case, :party, 'officer')")


def reassign(session: Session, report: Report, officer: UUID, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Hand one report to another officer of its bureau; its party follows, and who had it sees it no more.

    :raises Refused: not by a head.
    :raises RuleBroken: no reason, somebody who is no officer of the bureau, or the one who has it already.
    """
    check_note(report, "reassign")
    _check(session, report.bureau_id, officer, reason, actor)
    if officer == report.officer_id:
        raise RuleBroken("reassign.same", "the report is that officer's already", field="officer")
    before = report.officer_id
    facts = {"to": str(officer), "from": before and str(before)}
    step = Step(evidence={"officer_id": officer}, facts=facts, words={"reason": reason.strip()})
    casework.note(session, report, "reassign", actor=actor, clock=clock, step=step)
    casework.share(session, report, Party(officer, "officer", "reassigned"))
    if before is not None:
        _end(session, report.id, before)


def reassign_desk(
    session: Session, officer: UUID, to: UUID, reason: str, *, actor: Actor, clock: Clock
) -> tuple[int, bool]:
    """Hand on everything open of one officer, a hundred at a time: how many, and whether there may be more.

    The head sees none of them afterwards, as before.

    :raises Refused: not by the head of that officer's bureau.
    """
    need("reason", reason)
    if officer == to:
        raise RuleBroken("reassign.same", "the reports are that officer's already", field="to")
    ids = _opened(session, officer)
    for case in ids:
        report = find(session, case)
        reassign(session, report, to, reason, actor=actor, clock=clock)
        if actor.account is not None and not _decides(session, report):
            _end(session, case, actor.account)
    return len(ids), len(ids) == MOST


def _opened(session: Session, officer: UUID) -> list[UUID]:
    asked = {"officer": officer, "ids": [new_id() for _ in range(MOST)]}
    try:
        with session.begin_nested():
            return list(session.scalars(OPEN_DESK, asked))
    except ProgrammingError:
        raise Refused("reassign.head", "only the head of the officer's bureau hands reports on") from None


def _decides(session: Session, report: Report) -> bool:
    """Whether something of the report waits for the head's decision, so that the head goes on seeing it."""
    waits = text(
        "SELECT EXISTS (SELECT 1 FROM report_extension WHERE case_id = :case AND decided_on IS NULL)"
        " OR EXISTS (SELECT 1 FROM report_letter WHERE case_id = :case AND kind = 'police' AND decided_on IS NULL)"
    )
    return bool(session.scalar(waits, {"case": report.id}))


def _check(session: Session, bureau: UUID, officer: UUID, reason: str, actor: Actor) -> None:
    if actor.role is not ActorRole.SUPERVISOR:
        raise Refused("reassign.head", "only the head of the bureau hands a report on")
    need("reason", reason)
    if officer not in {colleague.id for colleague in desks.colleagues(session, bureau)}:
        raise RuleBroken("reassign.officer", "is no officer of the report's bureau", field="officer")


def _end(session: Session, case: UUID, party: UUID) -> None:
    session.execute(UNSHARE, {"case": case, "party": party})
