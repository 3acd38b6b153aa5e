"""Visits: planned by lot, made, written down, seen again. The verbs of :mod:`merchants.inspection`'s rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from merchants import inspection
from merchants.inspection import SETTINGS, Candidate, Drawn, Sheet, Wanted
from merchants.lifecycle import STANDING_NOTES
from merchants.models import InspectionPlan, Standing, Visit
from merchants.operations import standing
from merchants.queries import inspections as queries
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.crypto import digest
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

FRAME = "wuyou.inspection.frame.v1"
MOST_PHOTOS = 6
CHUNK = 5000


def rates(session: Session, city: str, on: date) -> dict[str, int]:
    """The declared settings of the draw as they hold in a city on a day, in percent and days."""
    return {code: declared.value(session, s, city, on) for code, s in SETTINGS.items()}


def plan(
    session: Session,
    bureau: Bureau,
    wanted: Wanted,
    complaints: Mapping[UUID, int],
    *,
    actor: Actor,
    clock: Clock,
) -> InspectionPlan:
    """Draw a bureau's visits for a period (抽查检查), from a seed.

    :param complaints: open complaints by store; they belong to another domain and are handed in.
    :raises RuleBroken: every field at fault.
    """
    today = clock.today()
    inspection.check_plan(wanted, today)
    held = rates(session, bureau.city, today)
    frame = queries.candidates(session, bureau.id, today, held["inspection.memory"], complaints)
    row = InspectionPlan(
        id=new_id(),
        bureau_id=bureau.id,
        city=bureau.city,
        first=wanted.first,
        last=wanted.last,
        seed=wanted.seed,
        method=inspection.METHOD,
        rates=held,
        most=wanted.most,
        population=len(frame),
        frame=digest(FRAME, inspection.frame(frame)).hex(),
        drawn_on=today,
        drawn_at=clock.now(),
        drawn_by=actor.account,
    )
    session.add(row)
    session.flush()
    _keep(session, row, inspection.draw(frame, wanted.seed, today, held, digest, wanted.most))
    return row


def _keep(session: Session, row: InspectionPlan, drawn: list[Drawn]) -> None:
    visits = [_visit(row, place, found) for place, found in enumerate(drawn, 1)]
    for start in range(0, len(visits), CHUNK):
        session.execute(insert(Visit), visits[start : start + CHUNK])


def _visit(row: InspectionPlan, place: int, drawn: Drawn) -> dict[str, object]:
    found: Candidate = drawn.candidate
    return {
        "id": new_id(),
        "plan_id": row.id,
        "bureau_id": row.bureau_id,
        "standing_id": found.standing,
        "store_id": found.store,
        "place": place,
        "grade": found.grade,
        "failed": found.failed,
        "complaints": found.complaints,
        "chance": drawn.chance,
        "due_on": row.last,
    }


def find(session: Session, visit: UUID) -> Visit:
    """The visit, locked and fresh.

    :raises NotFound: no such visit for this caller.
    """
    query = select(Visit).where(Visit.id == visit).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("visit.unknown", "there is no such visit, or you may not see it")
    return found


def record(session: Session, visit: Visit, sheet: Sheet, *, actor: Actor, clock: Clock) -> None:
    """Write a visit's sheet, once; the store's standing gets a note of it, and what is to be mended is seen again.

    :raises RuleBroken: every field at fault.
    :raises Conflict: written already, or the store takes part no longer; then nothing but *missed* can be written.
    """
    today = clock.today()
    if visit.result is not None:
        raise Conflict("visit.recorded", f"the sheet was written on {visit.visited_on}", on=visit.visited_on)
    if faults := inspection.sheet_faults(sheet, today):
        raise RuleBroken("validation", "the sheet has faults", errors=faults)
    held = standing.find(session, visit.standing_id)
    alive = held.state in STANDING_NOTES["inspect"]
    if not alive and sheet.result != "missed":
        raise Conflict("visit.ended", "the store takes part no longer: write that it was missed", state=held.state)
    _attach(session, sheet, held, actor)
    visit.result, visit.visited_on, visit.visited_by = sheet.result, today, actor.account
    visit.answers, visit.words = sheet.facts(), sheet.words.strip()
    visit.photos, visit.follow_up_on = list(sheet.photos), sheet.follow_up_on
    session.flush()
    if sheet.follow_up_on is not None:
        session.add(_follow_up(visit, sheet.follow_up_on))
    if alive:
        _note(session, held, visit, sheet, actor=actor, clock=clock)


def _note(session: Session, held: Standing, visit: Visit, sheet: Sheet, *, actor: Actor, clock: Clock) -> None:
    """The firm may read it, so nothing of the draw is in it: neither class nor chance."""
    facts = {"visit": str(visit.id), "result": sheet.result, "no": sheet.noes}
    if sheet.follow_up_on is not None:
        facts["follow_up_on"] = str(sheet.follow_up_on)
    words = {"words": sheet.words.strip()} if sheet.words.strip() else {}
    casework.note(session, held, "inspect", actor=actor, clock=clock, step=Step(facts=facts, words=words))


def _follow_up(visit: Visit, on: date) -> Visit:
    return Visit(
        id=new_id(),
        follows_id=visit.id,
        bureau_id=visit.bureau_id,
        standing_id=visit.standing_id,
        store_id=visit.store_id,
        place=1,
        grade=visit.grade,
        failed=visit.failed,
        complaints=visit.complaints,
        chance=inspection.WHOLE,
        due_on=on,
    )


def _attach(session: Session, sheet: Sheet, held: Standing, actor: Actor) -> None:
    """Put the officer's own fresh uploads with the store's standing.

    :raises RuleBroken: too many, or a file that is not the officer's own, or used already.
    """
    if len(sheet.photos) > MOST_PHOTOS:
        raise RuleBroken("validation", "too many files", errors=[FieldError("photos", "too_many", "too many files")])
    free = (Evidence.owner_id == actor.account) & Evidence.case_id.is_(None) & Evidence.id.in_(sheet.photos)
    taken = session.execute(update(Evidence).where(free).values(case_id=held.id).returning(Evidence.id)).all()
    if len(taken) != len(set(sheet.photos)):
        fault = FieldError("photos", "unknown", "names a file that was not uploaded here")
        raise RuleBroken("validation", "a photo is unknown", errors=[fault])
