"""``/complaints/{id}/outcomes``, ``/return-visits``, ``/return-samples``: what comes after an agreement."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from complaints import after_queries, queries
from complaints.operations import visits
from complaints.sampling import Wanted
from complaints.schemas.after import (
    OutcomesOut,
    ReturnSampleIn,
    ReturnSampleOut,
    ReturnVisitIn,
    ReturnVisitOut,
    ReturnVisitsPage,
    ReturnVisitsQuery,
)
from workflows.errors import NotFound
from workflows.people.tables import Bureau

blueprint = Blueprint("afterwards", __name__, description="Outcomes of agreements; return visits (回访).")


@blueprint.route("/complaints/<uuid:case>/outcomes", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, OutcomesOut())
def outcomes(case: UUID) -> Any:
    """Whether the agreement was kept, and what proves it, the latest account first."""
    session = context.session()
    queries.complaint(session, case)
    return {"items": after_queries.outcomes(session, case)}


@blueprint.route("/return-visits", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(ReturnVisitsQuery(), location="query")
@blueprint.response(200, ReturnVisitsPage())
def open_visits(asked: dict[str, Any]) -> Any:
    """The return visits that the caller's bureaus have still to make."""
    place = paging.position(asked["cursor"])
    after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    bureaus = context.caller().identity.parties
    rows = [row[0] for row in after_queries.open_visits(context.session(), bureaus, after, asked["limit"] + 1)]
    items, following = paging.page(rows, asked["limit"], lambda v: [v.due_on.isoformat(), str(v.id)])
    return {"items": items, "next": following}


@blueprint.route("/return-visits/<uuid:visit>/record", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.arguments(ReturnVisitIn())
@blueprint.response(200, ReturnVisitOut())
def record(given: dict[str, Any], visit: UUID) -> Any:
    """Write down what a return visit found, once."""
    session = context.session()
    found = visits.find(session, visit)
    visits.record(session, found, given["result"], given["words"], actor=context.actor(), clock=context.clock())
    return found


@blueprint.route("/return-samples", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.arguments(ReturnSampleIn())
@blueprint.response(201, ReturnSampleOut())
def draw(given: dict[str, Any]) -> Any:
    """Draw return visits by lot among the cases that a bureau of the caller closed in a period."""
    session, bureau = context.session(), given.pop("bureau_id")
    if bureau not in context.caller().identity.parties:
        raise NotFound("bureau.unknown", "there is no such bureau, or it is not yours")
    own = session.get_one(Bureau, bureau)
    return visits.sample(session, own, Wanted(**given), actor=context.actor(), clock=context.clock())
