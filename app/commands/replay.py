"""``wuyou replay`` and ``wuyou verify replay``: any case as it stood on a day, from its journal alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.data import database
from app.commands.inputs import DAY, json_option
from app.commands.proof import conclude, verify_group
from app.wiring import KINDS, MACHINES
from complaints.lifecycle import COMPLAINT_NOTES, REPORT_NOTES
from complaints.oversight import TALK_NOTES
from merchants.lifecycle import ENROLMENT_NOTES, STANDING_NOTES
from workflows.case import numbers, replaying
from workflows.case.machine import Machine
from workflows.case.replay import Notes, Stood
from workflows.case.tables import CaseEvent
from workflows.errors import NotFound, RuleBroken
from workflows.store.session import DatabaseClock, Role

MACHINE: Mapping[str, Machine] = {machine.name: machine for machine in MACHINES}
"""The machine of a kind of case, by the kind's name."""

NOTES: Mapping[str, Notes] = {
    "complaint": COMPLAINT_NOTES,
    "report": REPORT_NOTES,
    "enrolment": ENROLMENT_NOTES,
    "standing": STANDING_NOTES,
    "order": {},
    "talk": TALK_NOTES,
    "consultation": {},
}
"""The states in which each note of a kind is possible."""


@click.command("replay")
@click.argument("case", required=False)
@click.option("--as-of", "as_of", type=DAY, help="The day at whose end to look. Default: today.")
@json_option
def replay_command(case: str | None, as_of: date | None, as_json: bool) -> None:
    """Print CASE, a number or an id, as it stood on a day; without CASE how many stood in which state."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        today = DatabaseClock(session).today()
        day = as_of or today
        if day > today:
            raise RuleBroken("replay.ahead", "nobody knows yet how a case will stand: give today or a day before")
        lines = _one(session, case, day, as_json) if case else _all(session, day, as_json)
        for line in lines:
            click.echo(line)


def _one(session: Session, case: str, day: date, as_json: bool) -> Iterable[str]:
    ident, kind = found(session, case)
    stood = replaying.one(session, ident, MACHINE[kind], NOTES[kind], day)
    return [json.dumps(stood.facts(), ensure_ascii=False)] if as_json else _words(stood, day)


def _words(stood: Stood, day: date) -> Iterator[str]:
    yield f"{stood.kind} {stood.case} at the end of {day}: {stood.state}, version {stood.version}"
    if not stood.whole:
        yield "  its journal is older than the record of columns and dates: what it does not say is left out"
    yield from (f"  {name} = {value}" for name, value in sorted(stood.columns.items()) if value is not None)
    for clock in stood.running:
        due = clock["due_on"] or f"paused since {clock['paused_since']}"
        yield f"  {clock['term']} runs, due {due}{' (provisional)' if clock['provisional'] else ''}"


def _all(session: Session, day: date, as_json: bool) -> Iterable[str]:
    rows = replaying.counts(session, day)
    if as_json:
        counts: dict[str, dict[str, int]] = {}
        for kind, state, number in rows:
            counts.setdefault(kind, {})[state] = number
        return [json.dumps({"as_of": day.isoformat(), "counts": counts})]
    return [f"{kind:10} {state:16} {number:>9}" for kind, state, number in rows]


def found(session: Session, case: str) -> tuple[UUID, str]:
    """A case's id and kind by its number or its id.

    :raises NotFound: there is none.
    """
    number, ident = numbers.normal(case), _id(case)
    for kind in (k for k in KINDS if number and hasattr(k, "number")):
        if known := session.scalar(select(kind.id).where(kind.number == number)):
            return known, kind.case_kind
    known_kind = session.scalar(select(CaseEvent.kind).where(CaseEvent.case_id == ident).limit(1)) if ident else None
    if ident is None or known_kind is None:
        raise NotFound("replay.none", f"there is no case {case[:60]!r}", field="case")
    return ident, known_kind


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


@verify_group.command("replay")
def verify_command() -> None:
    """Check that every journal, replayed whole, gives the case as it is kept today."""
    faults, cases, whole = list[str](), 0, 0
    with database() as db, db.transaction(Role.EXPORT) as session:
        for stood, differs in every(session):
            cases, whole = cases + 1, whole + (stood is not None and stood.whole)
            faults += differs
    conclude(faults, f"{cases} cases, {whole} of them with columns and dates")


def every(session: Session) -> Iterator[tuple[Any, list[str]]]:
    """Every case of every kind, replayed and held against its row."""
    for kind in KINDS:
        name = kind.case_kind
        yield from replaying.check(session, kind, MACHINE[name], NOTES[name])
