"""What other keepers send, taken in: credit classes, entries of lists, repair notices. Set-based, by the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from merchants.lifecycle import SUBMITTED, UNDER_REVIEW
from merchants.mirrors import CreditRow, ListRow, RepairRow
from merchants.models import Enrolment, Enterprise, ListEntry
from merchants.operations import enrol, review
from merchants.terms import REPAIR, TERMS
from workflows.case import calendars
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock
from workflows.time.deadline import deadline

Row = TypeVar("Row")
CHUNK = 10_000

CREDIT = text(
    """
    INSERT INTO credit_grade (enterprise_id, month, source, grade, loaded_at)
    SELECT e.id, g.month, g.source, g.grade, :now
    FROM unnest(CAST(:uscc AS text[]), CAST(:month AS date[]), CAST(:grade AS text[]), CAST(:source AS text[]))
        AS g (uscc, month, grade, source)
    JOIN enterprise e ON e.uscc = g.uscc
    ON CONFLICT (enterprise_id, month, source) DO UPDATE SET grade = excluded.grade, loaded_at = excluded.loaded_at
        WHERE credit_grade.grade <> excluded.grade
    """
)

MIRROR = text(
    """
    INSERT INTO list_entry (id, kind, uscc, source, number, edition, since, until, mirrored_at)
    SELECT l.*, :now
    FROM unnest(CAST(:id AS uuid[]), CAST(:kind AS text[]), CAST(:uscc AS text[]), CAST(:source AS text[]),
        CAST(:number AS text[]), CAST(:edition AS text[]), CAST(:since AS date[]), CAST(:until AS date[])) AS l
    ON CONFLICT (source, number) DO UPDATE SET kind = excluded.kind, uscc = excluded.uscc, edition = excluded.edition,
        since = excluded.since, until = excluded.until, mirrored_at = excluded.mirrored_at
        WHERE list_entry.stopped_on IS NULL AND (list_entry.kind, list_entry.uscc, list_entry.edition, list_entry.since,
            list_entry.until) IS DISTINCT FROM
            (excluded.kind, excluded.uscc, excluded.edition, excluded.since, excluded.until)
    RETURNING uscc
    """
)

WAITING = (
    select(Enrolment.id)
    .join(Enterprise, Enterprise.id == Enrolment.enterprise_id)
    .where(Enrolment.state.in_((SUBMITTED, UNDER_REVIEW)))
)


@dataclass(frozen=True)
class Loaded:
    """What came of a file.

    :param changed: rows that are new or say something else than before.
    :param unknown: rows of firms that do not take part; of credit classes, none is kept of those.
    """

    rows: int
    changed: int
    unknown: int = 0


def load_credit(session: Session, rows: Sequence[CreditRow], *, clock: Clock) -> Loaded:
    """Take in firms' classes by month; the same file twice changes nothing."""
    changed = known = 0
    for chunk in _chunks(rows):
        codes = [row.uscc for row in chunk]
        values = {
            "uscc": codes,
            "month": [row.month for row in chunk],
            "grade": [row.grade for row in chunk],
            "source": [row.source for row in chunk],
        }
        changed += _count(session.execute(CREDIT, values | {"now": clock.now()}))
        there = set(session.scalars(select(Enterprise.uscc).where(Enterprise.uscc.in_(set(codes)))))
        known += sum(code in there for code in codes)
    return Loaded(len(rows), changed, len(rows) - known)


def mirror(session: Session, rows: Sequence[ListRow], *, actor: Actor, clock: Clock) -> Loaded:
    """Take in entries of lists from their keeper; one that a repair notice stopped stays stopped.

    Applications that wait for a decision are checked anew where an entry of their firm is new or changed.
    """
    changed: list[str] = []
    for chunk in _chunks(rows):
        names = ("kind", "uscc", "source", "number", "edition", "since", "until")
        values: dict[str, Any] = {name: [getattr(row, name) for row in chunk] for name in names}
        values |= {"id": [new_id() for _ in chunk], "now": clock.now()}
        changed += session.scalars(MIRROR, values)
    _check_again(session, changed, actor=actor, clock=clock)
    return Loaded(len(rows), len(changed))


def stop_by_repair(session: Session, row: RepairRow, *, actor: Actor, clock: Clock) -> ListEntry:
    """Stop using an entry because its firm's credit was repaired (信用修复): at once, with the notice on record.

    The deciding region pushes its decision to another province within three working days (CR 4); the day by which it
    had to is kept beside the day on which the notice arrived. Waiting applications are checked anew.

    :raises NotFound: no such entry.
    :raises Conflict: stopped before by another notice.
    :raises RuleBroken: days that contradict each other.
    """
    entry = session.scalar(
        select(ListEntry).where(ListEntry.source == row.source, ListEntry.number == row.number).with_for_update()
    )
    if entry is None:
        raise NotFound("list.unknown", f"there is no entry {row.number} of {row.source}", field="number")
    if entry.notice == row.notice:
        return entry
    if entry.notice is not None:
        raise Conflict("list.stopped", f"entry {row.number} was stopped by {entry.notice}", notice=entry.notice)
    received = row.received_on or clock.today()
    if not entry.since <= row.repaired_on <= received <= clock.today():
        raise RuleBroken("list.days", "an entry is decided, repaired and stopped in this order", field="repaired_on")
    due = push_due(session, row.repaired_on)
    entry.notice, entry.repaired_on, entry.push_due_on, entry.stopped_on = row.notice, row.repaired_on, due, received
    session.flush()
    _check_again(session, [entry.uscc], actor=actor, clock=clock)
    return entry


def push_due(session: Session, repaired_on: date) -> date:
    """By when a repair decision had to be pushed to another province (CR 4)."""
    found = deadline(TERMS.find(REPAIR, repaired_on), calendars.current(session), repaired_on)
    return found.due_on or repaired_on


def _check_again(session: Session, codes: Sequence[str], *, actor: Actor, clock: Clock) -> None:
    for chunk in _chunks(sorted(set(codes))):
        waiting: list[UUID] = list(session.scalars(WAITING.where(Enterprise.uscc.in_(chunk)).order_by(Enrolment.id)))
        for found in waiting:
            review.check(session, enrol.find(session, found), actor=actor, clock=clock)


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK))


def _count(result: Any) -> int:
    return int(result.rowcount)
