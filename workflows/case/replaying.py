"""Stored cases replayed: one as of a day, all of them counted by state, and each held against its row of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from workflows.case import recording
from workflows.case.machine import Machine
from workflows.case.replay import Notes, Stood, differences, replay
from workflows.case.tables import CaseClock, CaseEvent
from workflows.errors import Conflict, NotFound
from workflows.time.clock import SHANGHAI

CHUNK = 1000


def one(session: Session, case: UUID, machine: Machine, notes: Notes, until: date | None = None) -> Stood:
    """A case as it stood at the end of a day.

    :raises NotFound: there is no such case, or there was none yet.
    :raises Conflict: a step of its journal is not possible today.
    """
    query = select(CaseEvent.body).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)
    stood = replay(session.scalars(query), machine, notes, until)
    if not stood.version:
        raise NotFound("replay.none", "there is no such case, or there was none yet on that day", field="case")
    return stood


def counts(session: Session, until: date) -> list[tuple[str, str, int]]:
    """How many cases of each kind stood in each state at the end of a day; one statement over the journals."""
    end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    last = select(CaseEvent.case_id, func.max(CaseEvent.seq).label("seq")).where(CaseEvent.at < end)
    last_of = last.group_by(CaseEvent.case_id).subquery()
    state = cast(CaseEvent.body, JSONB)["to"].astext
    query = select(CaseEvent.kind, state, func.count()).join(
        last_of, (last_of.c.case_id == CaseEvent.case_id) & (last_of.c.seq == CaseEvent.seq)
    )
    rows = session.execute(query.group_by(CaseEvent.kind, state).order_by(CaseEvent.kind, state))
    return [(kind, found, number) for kind, found, number in rows]


def check(session: Session, kind: Any, machine: Machine, notes: Notes) -> Iterator[tuple[Stood | None, list[str]]]:
    """Every case of a kind replayed whole and held against its row and clocks, with what differs; read in chunks."""
    last: UUID | None = None
    while chunk := _chunk(session, kind, last):
        last = chunk[-1].id
        yield from _checked(session, chunk, machine, notes)
        session.expunge_all()


def _chunk(session: Session, kind: Any, after: UUID | None) -> Sequence[Any]:
    query = select(kind).order_by(kind.id).limit(CHUNK)
    return session.scalars(query.where(kind.id > after) if after else query).all()


def _checked(
    session: Session, chunk: Sequence[Any], machine: Machine, notes: Notes
) -> Iterator[tuple[Stood | None, list[str]]]:
    ids = [case.id for case in chunk]
    events = select(CaseEvent.case_id, CaseEvent.body).where(CaseEvent.case_id.in_(ids))
    told = session.execute(events.order_by(CaseEvent.case_id, CaseEvent.seq)).all()
    bodies = {case: [row.body for row in rows] for case, rows in groupby(told, key=lambda row: row.case_id)}
    kept: dict[UUID, list[CaseClock]] = {}
    for clock in session.scalars(select(CaseClock).where(CaseClock.case_id.in_(ids))):
        kept.setdefault(clock.case_id, []).append(clock)
    for case in chunk:
        yield _held(case, bodies.get(case.id, []), kept.get(case.id, []), machine, notes)


def _held(
    case: Any, bodies: Iterable[str], kept: Iterable[CaseClock], machine: Machine, notes: Notes
) -> tuple[Stood | None, list[str]]:
    try:
        stood = replay(bodies, machine, notes)
    except Conflict as error:
        return None, [f"case {case.id}: {error.message}"]
    clocks: Mapping[str, Mapping[str, Any]] = {clock["id"]: clock for clock in recording.clocks(kept)}
    names = ("state", "version", "next_due_on", *stood.columns)
    row = {name: recording.said(getattr(case, name)) for name in names}
    return stood, [f"case {case.id}: {differs}" for differs in differences(stood, row, clocks)]
