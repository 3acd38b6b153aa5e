"""``/stores``, ``/districts`` and ``/codes``: public reference data."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from complaints import codes
from merchants import codes as merchant_codes
from merchants.published import StoreQuery, Stores, found_facts, wanted
from merchants.queries import listing
from workflows.people import directory
from workflows.schema import Strict

blueprint = Blueprint("directory", __name__, description="Stores, districts and codes.")


class District(Strict):
    """A district of one of the two cities."""

    code = fields.String(required=True)
    city = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)


class Districts(Strict):
    """All districts in use."""

    items = fields.List(fields.Nested(District), required=True)


class Codes(Strict):
    """The dictionary of codes."""

    version = fields.Integer(required=True)
    lists = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()), required=True)


@blueprint.route("/stores", methods=["GET"])
@endpoint("public")
@blueprint.arguments(StoreQuery(), location="query")
@blueprint.response(200, Stores())
def stores(asked: dict[str, Any]) -> Any:
    """Stores by words, place, goods and what they promise: nearest first, longest window first, or by name."""
    limit = asked["limit"]
    rows = listing.page(context.session(), wanted(asked), paging.position(asked["cursor"]), limit + 1)
    items, following = paging.page(rows, limit, lambda found: found.place)
    return {"items": [found_facts(found) for found in items], "next": following}


@blueprint.route("/districts", methods=["GET"])
@endpoint("public")
@blueprint.response(200, Districts())
def districts() -> Any:
    """The districts of both cities."""
    return {"items": directory.regions(context.session())}


@blueprint.route("/codes", methods=["GET"])
@endpoint("public", transaction=False)
@blueprint.response(200, Codes())
def dictionary() -> Any:
    """Every list of codes with its texts."""
    lists = {
        name: [{"code": code, "text": context.t(f"{name}.{code}")} for code in listed]
        for name, listed in (merchant_codes.dictionary() | codes.dictionary()).items()
    }
    return {"version": codes.VERSION, "lists": lists}
