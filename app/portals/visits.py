"""The bureau's visits: plans drawn by lot, what is to be seen again, and the sheet that is filled in at the door."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.api.evidence import keep
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, supervision
from app.portals.supervision import Told
from app.views import promises
from complaints import queries as complaints
from merchants import inspection
from merchants.inspection import Sheet, Wanted
from merchants.lifecycle import STANDING_NOTES
from merchants.models import InspectionPlan, Store, Visit
from merchants.operations import inspections
from merchants.promise import of_facts
from merchants.queries import inspections as queries
from merchants.queries import standings
from merchants.queries import stores as store_queries
from workflows.errors import FieldError, RuleBroken
from workflows.people.tables import Bureau

blueprint = Blueprint("visits", __name__, url_prefix="/officer/visits")

PAGE = 50


@blueprint.get("/")
@endpoint("supervision.read")
def overview() -> Any:
    """Plans with their progress, what is to be seen again, and the form to draw a plan."""
    return overview_page()


def overview_page(failed: Told | None = None) -> Any:
    """The overview, with why no plan was drawn where none was."""
    session, own = context.session(), supervision.bureaus()
    plans = queries.plans(session, supervision.parties(own))
    city = context.actor().city or ""
    return supervision.page(
        "visits",
        failed,
        plans=plans,
        progress=queries.progress(session, [plan.id for plan in plans]),
        follow_ups=queries.follow_ups(session, supervision.parties(own)),
        bureaus=own,
        names={bureau.id: bureau for bureau in own},
        rates=inspections.rates(session, city, context.clock().today()),
        settings=inspection.SETTINGS,
        today=context.clock().today(),
        typed=request.form,
    )


@blueprint.post("/plans")
@endpoint("supervision.act")
def draw() -> Any:
    """Draw a plan from a seed; where none is given, one is made that nobody chose."""
    made: list[InspectionPlan] = []
    failed = supervision.tried(lambda: made.append(drawn(request.form)))
    if failed:
        return overview_page(failed)
    return base.see_other(url_for("visits.plan", case=made[0].id))


def drawn(form: Any) -> InspectionPlan:
    """The plan that a form asks for.

    :raises RuleBroken: every field at fault.
    """
    session, own = context.session(), {str(b.id): b for b in supervision.bureaus()}
    bureau = own.get(form.get("bureau", ""))
    first, last = day(form.get("first")), day(form.get("last"))
    if bureau is None or first is None or last is None:
        missing = {"bureau": bureau, "first": first, "last": last}
        faults = [
            FieldError(n, "required" if n == "bureau" else "plan.day", "is needed") for n, v in missing.items() if not v
        ]
        raise RuleBroken("validation", "the plan has faults", errors=faults)
    most = form.get("most", "").strip()
    wanted = Wanted(first, last, form.get("seed", "").strip() or secrets.token_hex(16), number(most))
    open_now = complaints.open_by_store(session, [bureau.id])
    return inspections.plan(session, bureau, wanted, open_now, actor=context.actor(), clock=context.clock())


def number(text: str) -> int | None:
    """A number that somebody typed; nothing typed is no limit, and what is no number is out of range."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def day(text: str | None) -> date | None:
    """A day that somebody typed, where it can be read."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


@blueprint.get("/plans/<uuid:case>")
@endpoint("supervision.read")
def plan(case: UUID) -> Any:
    """One plan: how far it is, whom to visit and why, and how it was drawn."""
    session = context.session()
    found = queries.plan(session, case)
    place = paging.position(request.args.get("cursor"))
    rows = queries.of_plan(session, case, place[0] if place else 0, PAGE + 1)
    visits, following = paging.page(rows, PAGE, lambda row: [row[0].place])
    return supervision.page(
        "plan",
        plan=found,
        bureau=session.get_one(Bureau, found.bureau_id),
        visits=visits,
        following=following,
        progress=queries.progress(session, [case]).get(case),
        settings=inspection.SETTINGS,
    )


@blueprint.get("/<uuid:case>")
@endpoint("supervision.read")
def visit(case: UUID) -> Any:
    """One visit: its sheet to be filled in, or what was found."""
    return visit_page(queries.visit(context.session(), case))


@blueprint.post("/<uuid:case>")
@endpoint("supervision.act")
def record(case: UUID) -> Any:
    """Keep what was found; where something is missing, the sheet comes back with everything that was written."""
    session, form = context.session(), request.form
    found = queries.visit(session, case)
    photos, faults = uploaded(form)

    def step() -> None:
        if faults:
            raise RuleBroken("validation", "a photo cannot be taken", errors=faults)
        locked = inspections.find(session, found.id)
        inspections.record(session, locked, sheet(form, photos), actor=context.actor(), clock=context.clock())

    failed = supervision.tried(step)
    if failed is None:
        return base.see_other(url_for("visits.visit", case=case))
    session.expire_all()
    return visit_page(queries.visit(session, case), failed, photos)


def uploaded(form: Any) -> tuple[list[UUID], list[FieldError]]:
    """The photos of a sheet: those that came with an earlier try, and new ones."""
    photos, faults = [], []
    for value in form.getlist("photo")[: inspections.MOST_PHOTOS]:
        try:
            photos.append(UUID(value))
        except ValueError:
            faults.append(FieldError("photos", "unknown", "names no file"))
    for file in [f for f in request.files.getlist("photos") if f.filename]:
        if len(photos) >= inspections.MOST_PHOTOS:
            return photos, [*faults, FieldError("photos", "too_many", "too many files")]
        try:
            photos.append(keep(file).id)
        except RuleBroken as error:
            faults += [FieldError("photos", e.code, e.message) for e in error.errors]
    return photos, faults


def sheet(form: Any, photos: Sequence[UUID]) -> Sheet:
    """The sheet that a form carries."""
    answers = {i: form[f"answer-{i}"] for i in inspection.ITEMS if form.get(f"answer-{i}")}
    notes = {i: supervision.words(form, f"note-{i}") for i in inspection.ITEMS if answers.get(i) == "no"}
    return Sheet(
        result=form.get("result", ""),
        answers=answers,
        notes=notes,
        words=supervision.words(form, "words"),
        follow_up_on=day(form.get("follow_up_on")),
        photos=photos,
    )


def visit_page(found: Visit, failed: Told | None = None, photos: Sequence[UUID] = ()) -> Any:
    """The page of a visit."""
    session, today = context.session(), context.clock().today()
    held = standings.standing(session, found.standing_id)
    now = standings.promise_on(session, found.store_id, today)
    before = queries.visit(session, found.follows_id) if found.follows_id else None
    store: Store = store_queries.store(session, found.store_id)
    return supervision.page(
        "visit",
        failed,
        visit=found,
        before=before,
        store=store,
        held=held,
        alive=held.state in STANDING_NOTES["inspect"],
        lines=promises.lines(of_facts(now.terms), context.lang()) if now else [],
        items=inspection.ITEMS,
        answers=inspection.ANSWERS,
        results=inspection.RESULTS,
        most_photos=inspections.MOST_PHOTOS,
        photos=photos,
        today=today,
        due=supervision.due(found.due_on),
        typed=request.form,
    )
