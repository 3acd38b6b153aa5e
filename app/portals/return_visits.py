"""The bureau's return visits: whom to call back, what was found in one touch, and samples drawn by lot."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, supervision
from app.portals.supervision import Told
from app.portals.visits import day, number
from complaints import after_queries as queries
from complaints import sampling
from complaints.operations import visits
from complaints.outcome import RESULTS
from complaints.sampling import Wanted
from workflows.errors import FieldError, RuleBroken

blueprint = Blueprint("return_visits", __name__, url_prefix="/officer/return-visits")

PAGE = 30
PERCENT = 5
MOST_VISITS = 50


@blueprint.get("/")
@endpoint("complaint.queue")
def overview() -> Any:
    """Whom to call back, what is due first before the rest; the samples, and the form to draw one."""
    return overview_page()


def overview_page(failed: Told | None = None) -> Any:
    """The overview, with why a step was not taken where one was not."""
    session, own = context.session(), supervision.bureaus()
    place = paging.position(request.args.get("cursor"))
    after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    rows = queries.open_visits(session, supervision.parties(own), after, PAGE + 1)
    found, following = paging.page(rows, PAGE, lambda row: [row[0].due_on.isoformat(), str(row[0].id)])
    return supervision.page(
        "return_visits",
        failed,
        found=[(visit, name, respondent, supervision.due(visit.due_on)) for visit, name, respondent in found],
        following=following,
        paged=place is not None,
        samples=queries.samples(session, supervision.parties(own)),
        bureaus=own,
        results=RESULTS,
        percent=PERCENT,
        most=MOST_VISITS,
        today=context.clock().today(),
        typed=request.form,
    )


@blueprint.post("/<uuid:case>")
@endpoint("complaint.decide")
def record(case: UUID) -> Any:
    """Write down what one return visit found."""
    session, result = context.session(), request.form.get("result", "")[:20]

    def step() -> None:
        found = visits.find(session, case)
        words = supervision.words(request.form, "words")
        visits.record(session, found, result, words, actor=context.actor(), clock=context.clock())

    failed = supervision.tried(step)
    session.expire_all()
    return overview_page(failed) if failed else base.see_other(url_for("return_visits.overview"))


@blueprint.post("/samples")
@endpoint("complaint.decide")
def draw() -> Any:
    """Draw a sample; where no seed is given, one is made that nobody chose."""
    failed = supervision.tried(lambda: drawn(request.form))
    return overview_page(failed) if failed else base.see_other(url_for("return_visits.overview"))


def drawn(form: Any) -> None:
    """Draw the sample that a form asks for.

    :raises RuleBroken: every field at fault.
    """
    bureau = {str(b.id): b for b in supervision.bureaus()}.get(form.get("bureau", ""))
    first, last = day(form.get("first")), day(form.get("last"))
    if bureau is None or first is None or last is None:
        missing = {"bureau": bureau, "first": first, "last": last}
        faults = [FieldError(name, "required", "is needed") for name, value in missing.items() if value is None]
        raise RuleBroken("validation", "the sample has faults", errors=faults)
    seed = supervision.words(form, "seed")[: sampling.MOST_SEED] or secrets.token_hex(16)
    percent, most = number(form.get("percent", "").strip()), number(form.get("most", "").strip())
    wanted = Wanted(first, last, seed, percent or 0, most or 0)
    visits.sample(context.session(), bureau, wanted, actor=context.actor(), clock=context.clock())
