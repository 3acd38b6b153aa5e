"""``/stores``, ``/districts`` and ``/codes``: public reference data."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from complaints import codes
from merchants import codes as merchant_codes
from merchants import queries
from workflows.people import directory
from workflows.schema import Strict, Words

blueprint = Blueprint("directory", __name__, description="Stores, districts and codes.")


class StoreQuery(Strict):
    """Which stores."""

    q = Words(50, load_default="")
    city = fields.String(load_default=None, validate=validate.OneOf(["3205", "3101"]))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 50))


class StoreOut(Strict):
    """A store."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    brand = fields.String(required=True)
    district = fields.String(required=True)
    address = fields.String(required=True)
    point = fields.List(fields.Float(), required=True, allow_none=True)
    categories = fields.List(fields.String(), required=True)


class Stores(Strict):
    """Found stores."""

    items = fields.List(fields.Nested(StoreOut), required=True)
    next = fields.String(required=True, allow_none=True)


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
    """Stores whose name, brand or address has every word of ``q``."""
    found = queries.search_stores(context.session(), asked["q"], asked["city"], asked["limit"])
    return {"items": [store_facts(store) for store in found], "next": None}


def store_facts(store: Any) -> dict[str, Any]:
    """A store as everybody sees it."""
    point = None if store.lon is None else [float(store.lon), float(store.lat)]
    names = ("id", "name", "brand", "district", "address", "categories")
    return {name: getattr(store, name) for name in names} | {"point": point}


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
