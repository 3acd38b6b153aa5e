"""What everybody may ask about stores and plaques, and what the answer looks like; unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from merchants import codes
from merchants.geography import SEATS, asked_point
from merchants.lifecycle import STANDING
from merchants.promise import LEAST_DAYS, MOST_DAYS
from merchants.queries.listing import MOST, Found, Wanted
from merchants.schemas import PromiseOut
from workflows.schema import Strict, Words

CITIES = ("3205", "3101")
MOST_KM = 200
SORTS = ("name", "days")


class StoreQuery(Strict):
    """Which stores.

    Those that promise today; ``q`` without a point and without a question about the promise finds all others too,
    because a complaint may be about any store.
    """

    q = Words(50, load_default="")
    near = Words(60, load_default=None, metadata={"description": "LON,LAT in degrees; nearest first."})
    within_km = fields.Float(load_default=None, validate=validate.Range(0, MOST_KM, min_inclusive=False))
    city = fields.String(load_default=None, validate=validate.OneOf(CITIES))
    district = fields.String(load_default=None, validate=validate.OneOf(tuple(SEATS)))
    category = fields.String(load_default=None, validate=validate.OneOf(codes.CATEGORIES))
    cross_city = fields.Boolean(load_default=False)
    alliance = fields.Boolean(load_default=False)
    min_days = fields.Integer(load_default=None, validate=validate.Range(LEAST_DAYS, MOST_DAYS))
    sort = fields.String(load_default="name", validate=validate.OneOf(SORTS))
    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST))


def wanted(asked: dict[str, Any]) -> Wanted:
    """The stores that a query's values ask for.

    :raises RuleBroken: ``near`` is no place where a store could be.
    """
    near = asked_point(asked["near"]) if asked["near"] else None
    names = ("within_km", "city", "district", "category", "cross_city", "alliance", "min_days")
    longest = asked["sort"] == "days"
    promised = bool(near or longest or asked["cross_city"] or asked["alliance"] or asked["min_days"])
    return Wanted(
        words=asked["q"],
        near=near,
        longest=longest,
        any_store=bool(asked["q"].strip()) and not promised,
        **{name: asked[name] for name in names},
    )


class ListedPromise(Strict):
    """What a store promises today, in short; its plaque tells the whole."""

    days = fields.Integer(required=True)
    cross_store = fields.Boolean(required=True)
    alliance = fields.Boolean(required=True)
    cross_city = fields.Boolean(required=True)


class StoreOut(Strict):
    """A store; ``promise`` and ``plaque`` where it promises today, ``distance_km`` where a point was given."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    brand = fields.String(required=True)
    enterprise = fields.String(required=True)
    district = fields.String(required=True)
    address = fields.String(required=True)
    point = fields.List(fields.Float(), required=True, allow_none=True)
    categories = fields.List(fields.String(), required=True)
    promise = fields.Nested(ListedPromise)
    plaque = fields.String()
    distance_km = fields.Float()


class Stores(Strict):
    """A page of stores."""

    items = fields.List(fields.Nested(StoreOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PlaqueOut(Strict):
    """What a plaque's number stands for, and the promise that held on the day asked about.

    ``valid`` says whether the store promises to whoever buys today; ``promise`` is null where none held on ``on``.
    """

    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STANDING.states))
    valid = fields.Boolean(required=True)
    store = fields.Nested(StoreOut, required=True)
    entered_on = fields.Date(required=True)
    expires_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    on = fields.Date(required=True)
    promise = fields.Nested(PromiseOut, required=True, allow_none=True)


class PlaqueQuery(Strict):
    """For which day."""

    on = fields.Date(load_default=None)


def store_facts(store: Any, enterprise: str) -> dict[str, Any]:
    """A store as everybody sees it."""
    point = None if store.lon is None else [float(store.lon), float(store.lat)]
    names = ("id", "name", "brand", "district", "address", "categories")
    facts = {name: getattr(store, name) for name in names} | {"point": point, "enterprise": enterprise}
    if store.plaque is None:
        return facts
    reach = {"cross_store": store.promise_store, "alliance": store.promise_alliance, "cross_city": store.promise_city}
    return facts | {"plaque": store.plaque, "promise": {"days": store.promise_days, **reach}}


def found_facts(found: Found) -> dict[str, Any]:
    """A store as a search found it, to ten metres."""
    facts = store_facts(found.store, found.enterprise)
    return facts if found.distance_km is None else facts | {"distance_km": round(found.distance_km, 2)}
