"""Whose case it is: assigned to a person or by load, handed over while somebody is away, several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import desks, rules, sharing
from complaints.models import Complaint
from complaints.operations import decide
from complaints.queries import OPEN
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import DomainError, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

ASSIGN = "assign"
MOST_BULK = 100

PERSON = "person"
LOAD = "load"
HAND_OVER = "hand_over"


def assign(
    session: Session, complaint: Complaint, officer: UUID, how: str = PERSON, *, actor: Actor, clock: Clock
) -> None:
    """Assign an open case to an officer of its bureau (指定承办人); the journal keeps from whom, to whom and how.

    :param how: ``person``, ``load`` or ``hand_over``.
    :raises Conflict: the case has ended.
    :raises RuleBroken: not an officer of the case's bureau, away today, or the one who has it already.
    """
    rules.check_note(ASSIGN, complaint.state)
    if officer == complaint.assigned_to:
        raise RuleBroken("assign.same", "the case is that officer's already", field="officer")
    if officer not in _present(session, complaint.bureau_id, clock):
        message = "is no officer of the case's bureau, or is away today"
        raise RuleBroken("assign.officer", message, field="officer")
    _assign(session, complaint, officer, how, actor, clock)


def _assign(session: Session, complaint: Complaint, officer: UUID, how: str, actor: Actor, clock: Clock) -> None:
    facts = {"to": str(officer), "from": complaint.assigned_to and str(complaint.assigned_to), "how": how}
    step = Step(evidence={"assigned_to": officer}, facts=facts)
    casework.note(session, complaint, ASSIGN, actor=actor, clock=clock, step=step)


def _present(session: Session, bureau: UUID, clock: Clock) -> list[UUID]:
    """The officers of a bureau who are not away today."""
    today = clock.today()
    officers = [colleague.id for colleague in desks.colleagues(session, bureau)]
    return sharing.present(officers, desks.as_away(desks.away(session, [bureau], today)), today)


def assign_all(
    session: Session, cases: Mapping[UUID, int], officer: UUID | None, *, actor: Actor, clock: Clock
) -> tuple[list[UUID], list[UUID]]:
    """Assign several at the versions seen, to an officer or by load; what was assigned, and what was left as it is.

    Each is assigned whole or left whole: what moved on meanwhile keeps none of the others from it.

    :param officer: None shares them out among the officers who are present, each to whoever has the fewest.
    :raises RuleBroken: too many at once.
    """
    _check_bulk(cases)
    if officer is not None:
        return _each(session, cases, lambda c: assign(session, c, officer, actor=actor, clock=clock))
    chosen = _by_load(session, cases, None, clock)
    return _each(session, cases, lambda c: _given(session, c, chosen, LOAD, actor, clock))


def _given(
    session: Session, case: Complaint, chosen: Mapping[UUID, UUID], how: str, actor: Actor, clock: Clock
) -> None:
    """Assign a case to whom sharing chose.

    :raises RuleBroken: nobody is there to take it.
    """
    rules.check_note(ASSIGN, case.state)
    officer = chosen.get(case.id)
    if officer is None or officer == case.assigned_to:
        raise RuleBroken("assign.officer", "nobody else of the case's bureau is present", field="officer")
    _assign(session, case, officer, how, actor, clock)


def _by_load(session: Session, cases: Mapping[UUID, int], leaving: UUID | None, clock: Clock) -> dict[UUID, UUID]:
    """Who gets which case, bureau by bureau; an officer who has a case already does not get it anew.

    :param leaving: an officer who gets nothing.
    """
    rows = session.execute(select(Complaint.id, Complaint.bureau_id).where(Complaint.id.in_(cases))).all()
    chosen: dict[UUID, UUID] = {}
    for bureau in {row.bureau_id for row in rows}:
        officers = [o for o in _present(session, bureau, clock) if o != leaving]
        of_bureau = [row.id for row in rows if row.bureau_id == bureau]
        chosen |= sharing.share(sorted(of_bureau), desks.loads(session, officers))
    return chosen


def hand_over_all(session: Session, officer: UUID, *, actor: Actor, clock: Clock) -> tuple[int, bool]:
    """Hand the open cases of an officer over to the colleagues by load, a hundred at a time, the most urgent first.

    How many were handed over, and whether there are more.
    """
    mine = select(Complaint.id, Complaint.version).where(OPEN, Complaint.assigned_to == officer)
    rows = session.execute(mine.order_by(Complaint.next_due_on, Complaint.id).limit(MOST_BULK + 1)).all()
    cases = {row.id: row.version for row in rows[:MOST_BULK]}
    chosen = _by_load(session, cases, officer, clock)
    done, _ = _each(session, cases, lambda c: _given(session, c, chosen, HAND_OVER, actor, clock))
    return len(done), len(rows) > MOST_BULK


def tell_all(
    session: Session, cases: Mapping[UUID, int], by: str, *, actor: Actor, clock: Clock
) -> tuple[list[UUID], list[UUID]]:
    """Record for several, at the versions seen, that the parties were told today; what was told, and what was left.

    :raises RuleBroken: too many at once.
    """
    _check_bulk(cases)
    return _each(session, cases, lambda c: decide.told(session, c, by, actor=actor, clock=clock))


def _check_bulk(cases: Mapping[UUID, int]) -> None:
    if not 1 <= len(cases) <= MOST_BULK:
        raise RuleBroken("bulk.many", f"choose 1 to {MOST_BULK} cases", field="case", most=MOST_BULK)


def _each(
    session: Session, cases: Mapping[UUID, int], step: Callable[[Complaint], None]
) -> tuple[list[UUID], list[UUID]]:
    """Take a step with each case, or leave it as it is; always in one order, so that two never wait in a ring."""
    done: list[UUID] = []
    left: list[UUID] = []
    for wanted in sorted(cases):
        (done if _whole(session, wanted, cases[wanted], step) else left).append(wanted)
    return done, left


def _whole(session: Session, wanted: UUID, version: int, step: Callable[[Complaint], None]) -> bool:
    try:
        with session.begin_nested():
            step(decide.find(session, wanted, version))
    except DomainError:
        return False
    return True
