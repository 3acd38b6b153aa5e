"""Reconsiderations and lawsuits about a case, the hold they put on it, and its evidence in one file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from app import bundles
from app.api.documents import case_of
from app.http import context
from app.http.endpoint import endpoint
from app.places import Places
from app.portals import base, forms, supervision
from app.portals.cases import version
from app.portals.supervision import Told
from complaints.models import Complaint, Report
from complaints.operations import challenges
from complaints.operations.challenges import Given
from complaints.oversight_models import CHALLENGES, OUTCOMES
from workflows.case import casework
from workflows.case.casework import Step

blueprint = Blueprint("challenges", __name__, url_prefix="/officer/oversight")

BUNDLED = "bundle"
CLASSES: dict[str, Any] = {"complaints": Complaint, "reports": Report}


@blueprint.get("/challenges/<any(complaints, reports):kind>/<uuid:case>")
@endpoint("complaint.decide")
def listed(kind: str, case: UUID) -> Any:
    """The challenges about a case, whether it is held, and its evidence bundle."""
    return listed_page(kind, case)


def listed_page(kind: str, case: UUID, failed: Told | None = None) -> Any:
    """The page, with why a step was not taken where one was not."""
    session = context.session()
    found = case_of(kind, case)
    return supervision.page(
        "oversight_challenges",
        failed,
        kind=kind,
        case=found,
        rows=challenges.of_case(session, case),
        held=case in challenges.held(session, [case]),
        kinds=CHALLENGES,
        outcomes=OUTCOMES,
        today=context.clock().today(),
        typed=request.form,
    )


def locked(kind: str, case: UUID, seen: int | None = None) -> Any:
    """A case, locked, at the version that the page showed."""
    return casework.lock(context.session(), CLASSES[kind], case, seen)


@blueprint.post("/challenges/<any(complaints, reports):kind>/<uuid:case>")
@endpoint("complaint.decide")
def enter(kind: str, case: UUID) -> Any:
    """Enter a challenge."""
    return after(kind, case, supervision.tried(lambda: entered(kind, case, request.form)))


def entered(kind: str, case: UUID, form: Any) -> None:
    """Enter the challenge that a form tells of.

    :raises RuleBroken: what does not fit, by field.
    """
    number, body = supervision.words(form, "number"), supervision.words(form, "body")
    given = Given(form.get("kind", "")[:20], number, body, forms.day(form, "from_on"))
    found = locked(kind, case, version(form))
    challenges.enter(context.session(), found, given, actor=context.actor(), clock=context.clock())


@blueprint.post("/challenges/<any(complaints, reports):kind>/<uuid:case>/<uuid:row>/end")
@endpoint("complaint.decide")
def end(kind: str, case: UUID, row: UUID) -> Any:
    """Record how a challenge ended."""
    return after(kind, case, supervision.tried(lambda: ended(kind, case, row, request.form)))


def ended(kind: str, case: UUID, row: UUID, form: Any) -> None:
    """End the challenge as a form says.

    :raises RuleBroken: what does not fit, by field.
    """
    outcome, day = form.get("outcome", "")[:20], forms.day(form, "until_on")
    found = locked(kind, case, version(form))
    challenges.end(context.session(), found, row, outcome, day, actor=context.actor(), clock=context.clock())


def after(kind: str, case: UUID, failed: Told | None) -> Any:
    """On after a step, or back with why it was not taken."""
    context.session().expire_all()
    if failed:
        return listed_page(kind, case, failed)
    return base.see_other(url_for("challenges.listed", kind=kind, case=case))


@blueprint.post("/bundles/<any(complaints, reports):kind>/<uuid:case>")
@endpoint("complaint.decide")
def bundle(kind: str, case: UUID) -> Response:
    """Everything that proves a case in one ZIP, sent while it is made; that it was taken stays in the journal."""
    session, clock, here = context.session(), context.clock(), context.installation()
    found = locked(kind, case)
    casework.note(session, found, BUNDLED, actor=context.actor(), clock=clock, step=Step(facts={}))
    made = bundles.prepare(session, found, here.db.keys, Places(here.told.data), clock.now())
    response = Response(bundles.stream(made), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.number}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response
