"""``/enrolments/bulk``, ``/standings`` and ``/visits``: what the bureau alone does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import enrolments as views
from app.views.supervision import why_left
from merchants import inspection
from merchants.inspection import Sheet
from merchants.models import Visit
from merchants.operations import inspections, review
from merchants.operations.review import MOST_BULK
from merchants.queries import enrolments, standings
from merchants.queries import inspections as queries
from merchants.schemas import StandingOut
from workflows.errors import FieldError, RuleBroken
from workflows.schema import Strict, Words

blueprint = Blueprint("supervision", __name__, description="Supervision: bulk approval, standings, visits.")


class Seen(Strict):
    """An application, at the version that was seen."""

    id = fields.UUID(required=True)
    version = fields.Integer(strict=True, required=True, validate=validate.Range(1))


class BulkIn(Strict):
    """Applications to approve."""

    cases = fields.List(fields.Nested(Seen), required=True, validate=validate.Length(1, MOST_BULK))


class Entered(Strict):
    """A store that entered, or whose term was renewed."""

    id = fields.UUID(required=True)
    plaque = fields.String(required=True)


class Left(Strict):
    """An application that was not approved, with the reason."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    reason = fields.String(required=True)


class BulkOut(Strict):
    """What became of them."""

    approved = fields.List(fields.Nested(Entered), required=True)
    left = fields.List(fields.Nested(Left), required=True)


class SheetIn(Strict):
    """A visit's sheet."""

    result = fields.String(required=True, validate=validate.OneOf(inspection.RESULTS))
    answers = fields.Dict(
        keys=fields.String(validate=validate.OneOf(inspection.ITEMS)),
        values=fields.String(validate=validate.OneOf(inspection.ANSWERS)),
        load_default={},
    )
    notes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(inspection.ITEMS)),
        values=Words(inspection.MOST_ITEM),
        load_default={},
    )
    words = Words(inspection.MOST_WORDS, load_default="")
    follow_up_on = fields.Date(load_default=None, allow_none=True)


class VisitOut(Strict):
    """A visit as the bureau sees it."""

    id = fields.UUID(required=True)
    plan_id = fields.UUID(required=True, allow_none=True)
    follows_id = fields.UUID(required=True, allow_none=True)
    standing_id = fields.UUID(required=True)
    store_id = fields.UUID(required=True)
    due_on = fields.Date(required=True)
    result = fields.String(required=True, allow_none=True)
    visited_on = fields.Date(required=True, allow_none=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    words = fields.String(required=True)
    follow_up_on = fields.Date(required=True, allow_none=True)


@blueprint.route("/enrolments/bulk", methods=["POST"])
@endpoint("enrolment.review")
@blueprint.arguments(BulkIn())
@blueprint.response(200, BulkOut())
def bulk(data: dict[str, Any]) -> Any:
    """Approve applications whose every check is in order, each at the version seen; the rest are named with why."""
    session = context.session()
    wanted = {seen["id"]: seen["version"] for seen in data["cases"]}
    if len(wanted) < len(data["cases"]):
        fault = FieldError("cases", "choice", "names an application twice")
        raise RuleBroken("validation", "an application is named twice", errors=[fault])
    entered, left = review.approve_all(session, wanted, actor=context.actor(), clock=context.clock())
    rest = [case for case, _ in enrolments.named(session, left)]
    return {
        "approved": [{"id": held.id, "plaque": held.plaque} for held in entered],
        "left": [
            {"id": c.id, "state": c.state, "version": c.version, "reason": why_left(c, wanted[c.id], context.lang())}
            for c in rest
        ],
    }


@blueprint.route("/standings/<uuid:case>", methods=["GET"])
@endpoint("supervision.read")
@blueprint.response(200, StandingOut())
def standing(case: UUID) -> Any:
    """How a store stands; its version is what ``If-Match`` is held against."""
    held = standings.standing(context.session(), case)
    return {name: getattr(held, name) for name in views.STANDING_SHOWN}, 200, {"ETag": f'"{held.version}"'}


@blueprint.route("/visits/<uuid:case>", methods=["GET"])
@endpoint("supervision.read")
@blueprint.response(200, VisitOut())
def visit(case: UUID) -> Any:
    """A visit of one's own bureau, to be made or made."""
    return facts(queries.visit(context.session(), case))


@blueprint.route("/visits/<uuid:case>/record", methods=["POST"])
@endpoint("supervision.act")
@blueprint.arguments(SheetIn())
@blueprint.response(200, VisitOut())
def record(data: dict[str, Any], case: UUID) -> Any:
    """Write a visit's sheet, once."""
    found = inspections.find(context.session(), case)
    inspections.record(context.session(), found, Sheet(**data), actor=context.actor(), clock=context.clock())
    return facts(found)


def facts(found: Visit) -> dict[str, Any]:
    """A visit as it goes out."""
    return {name: getattr(found, name) for name in VisitOut().fields}
