"""``/measures``: figures with numerator, denominator and definition version."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from complaints.measures import NAMES
from workflows import measures
from workflows.schema import Strict, Words

blueprint = Blueprint("measures", __name__, description="What the night computed.")


class MeasureQuery(Strict):
    """Which figures."""

    name = fields.String(required=True, validate=validate.OneOf(NAMES))
    from_ = fields.Date(required=True, data_key="from")
    to = fields.Date(required=True)
    by = Words(10, load_default=None)


class FigureOut(Strict):
    """One figure."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    day = fields.Date(required=True)
    scope = fields.String(required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)


class Figures(Strict):
    """Found figures."""

    items = fields.List(fields.Nested(FigureOut), required=True)
    next = fields.String(required=True, allow_none=True)


@blueprint.route("/measures", methods=["GET"])
@endpoint("measures.read")
@blueprint.arguments(MeasureQuery(), location="query")
@blueprint.response(200, Figures())
def figures(asked: dict[str, Any]) -> Any:
    """The figures of a measure over days; ``by`` names one scope."""
    scopes = [asked["by"]] if asked["by"] else []
    rows = measures.series(context.session(), asked["name"], asked["from_"], asked["to"], scopes)
    return {"items": rows, "next": None}
