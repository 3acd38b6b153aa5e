"""An officer's desk around the queue: whose cases, several at once, who is away, filters that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import load_only

from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms, supervision
from app.portals.supervision import Told
from complaints import codes, desks
from complaints.desk import WHOSE
from complaints.lifecycle import COMPLAINT
from complaints.models import Complaint
from complaints.operations import assign, desk
from complaints.queries import ROW
from workflows.errors import RuleBroken

blueprint = Blueprint("desk", __name__, url_prefix="/officer/desk")

BY_LOAD = "load"


@dataclass(frozen=True)
class Chosen:
    """What part of the queue is looked at."""

    whose: str
    state: str | None
    district: str | None

    @property
    def query(self) -> str:
        """As an address carries it."""
        given = {"whose": self.whose, "state": self.state, "district": self.district}
        return urlencode({name: value for name, value in given.items() if value})


def chosen(given: Any) -> Chosen:
    """The filters that an address or a form names; what is none is left out."""
    whose = given.get("whose", "all")
    state = given.get("state") if given.get("state") in COMPLAINT.states else None
    return Chosen(whose if whose in WHOSE else "all", state, given.get("district", "")[:6] or None)


def around(parties: Sequence[UUID], account: UUID | None) -> dict[str, Any]:
    """What stands around the queue: counts, filters that were kept, colleagues; three statements."""
    session = context.session()
    found = desks.colleagues(session)
    return {
        "counts": desks.waiting(session, parties, account),
        "most": desks.SHOWN,
        "kept": [(row, chosen_of(row).query) for row in desks.filters(session, account)] if account else [],
        "colleagues": found,
        "names": {colleague.id: colleague.name for colleague in found},
        "told_by": codes.TOLD_BY,
    }


def chosen_of(row: Any) -> Chosen:
    """What a kept filter stands for."""
    return Chosen(row.whose, row.state, row.district)


def of_case(case: Complaint) -> dict[str, Any]:
    """Whose a case is, and who else could have it."""
    found = desks.colleagues(context.session(), case.bureau_id)
    names = {colleague.id: colleague.name for colleague in found}
    known = case.assigned_to and names.get(case.assigned_to, context.t("desk.elsewhere"))
    return {"colleagues": found, "assigned": known, "assignees": {str(c): name for c, name in names.items()}}


@blueprint.post("/assign")
@endpoint("complaint.decide")
def assign_several() -> Any:
    """Assign the chosen cases to somebody, or share them out by load, at the versions that were seen."""
    wanted = picked(request.form.getlist("case"))
    to = request.form.get("officer", BY_LOAD)
    officer = None if to == BY_LOAD else forms.ident_needed(request.form, "officer")
    session, actor, clock = context.session(), context.actor(), context.clock()
    done, left = assign.assign_all(session, wanted, officer, actor=actor, clock=clock)
    return done_page("assigned", done, left, wanted)


@blueprint.post("/told")
@endpoint("complaint.decide")
def tell_several() -> Any:
    """Record that several were told today: asked for first, then done at the versions that were seen."""
    wanted, by = picked(request.form.getlist("case")), request.form.get("by", "phone")[:20]
    if request.form.get("confirmed") != "1":
        return supervision.page("bulk_told", rows=rows_of(list(wanted)), wanted=wanted, by=by)
    session, actor, clock = context.session(), context.actor(), context.clock()
    done, left = assign.tell_all(session, wanted, by, actor=actor, clock=clock)
    return done_page("told", done, left, wanted)


def picked(given: Sequence[str]) -> dict[UUID, int]:
    """Cases with the version seen, as the form's boxes name them.

    :raises RuleBroken: none, too many, or a box that is none of ours.
    """
    if not 1 <= len(given) <= assign.MOST_BULK:
        most = assign.MOST_BULK
        raise RuleBroken("bulk.many", f"choose 1 to {most} cases", most=most)
    return forms.versions(given)


def rows_of(cases: Sequence[UUID]) -> Sequence[Complaint]:
    """The named cases that the caller may see, fresh."""
    query = select(Complaint).where(Complaint.id.in_(cases)).options(load_only(*ROW)).order_by(Complaint.id)
    return context.session().scalars(query.execution_options(populate_existing=True)).all()


def done_page(what: str, done: Sequence[UUID], left: Sequence[UUID], wanted: Mapping[UUID, int]) -> Any:
    """What was done, and what was left with the reason."""
    rows = {row.id: row for row in rows_of(list(wanted))}
    names = {colleague.id: colleague.name for colleague in desks.colleagues(context.session())}
    reasons = [(rows[c], "moved" if rows[c].version != wanted[c] else "not_possible") for c in left if c in rows]
    return supervision.page("bulk_done", what=what, done=[rows[c] for c in done], left=reasons, names=names)


@blueprint.post("/filters")
@endpoint("complaint.queue")
def keep_filter() -> Any:
    """Keep what is looked at under a name."""
    wanted, name = chosen(request.form), supervision.words(request.form, "name")[:100]
    session, actor, clock = context.session(), context.actor(), context.clock()
    desk.keep_filter(session, name, wanted.whose, wanted.state, wanted.district, actor=actor, clock=clock)
    return base.see_other(f"{url_for('officer.queue')}?{wanted.query}")


@blueprint.post("/filters/<uuid:kept>/drop")
@endpoint("complaint.queue")
def drop_filter(kept: UUID) -> Any:
    """Drop a filter of one's own."""
    desk.drop_filter(context.session(), kept, actor=context.actor())
    return base.see_other(url_for("officer.queue"))


@blueprint.get("/absences")
@endpoint("complaint.queue")
def absences() -> Any:
    """Who is away, now and later, and whose cases can be handed over."""
    return absences_page()


def absences_page(failed: Told | None = None) -> Any:
    """The page, with why nothing was done where nothing was."""
    session, today = context.session(), context.clock().today()
    found = desks.colleagues(session)
    away = desks.away(session, context.caller().identity.parties, today)
    return supervision.page(
        "absences",
        failed,
        away=away,
        colleagues=found,
        names={colleague.id: colleague.name for colleague in found},
        loads=desks.loads(session, sorted({row.account_id for row in away})),
        today=today,
        typed=request.form,
        handed=request.args.get("handed", type=int),
        more=request.args.get("more") == "1",
    )


@blueprint.post("/absences")
@endpoint("complaint.decide")
def enter_absence() -> Any:
    """Enter that somebody is away."""

    def step() -> None:
        form, actor, clock = request.form, context.actor(), context.clock()
        officer = forms.ident_needed(form, "officer")
        first, last = forms.day(form, "from_on"), forms.day(form, "until_on")
        desk.enter_absence(context.session(), officer, first, last, actor=actor, clock=clock)

    failed = supervision.tried(step)
    return absences_page(failed) if failed else base.see_other(url_for("desk.absences"))


@blueprint.post("/absences/<uuid:absence>/end")
@endpoint("complaint.decide")
def end_absence(absence: UUID) -> Any:
    """Call an absence off."""
    desk.end_absence(context.session(), absence, clock=context.clock())
    return base.see_other(url_for("desk.absences"))


@blueprint.post("/absences/<uuid:officer>/hand-over")
@endpoint("complaint.decide")
def hand_over(officer: UUID) -> Any:
    """Hand the open cases of an officer over to the colleagues who are there."""
    done, more = assign.hand_over_all(context.session(), officer, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("desk.absences", handed=done, more=int(more)))
