"""``/brands``: one inbox over all bureaus, matters handed to colleagues, one change of promise for chosen stores."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app.api.alliances import who
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import chains as views
from merchants.brand_schemas import (
    BatchIn,
    BatchNextIn,
    BatchOut,
    BrandIn,
    BrandOut,
    DelegationDoneIn,
    DelegationIn,
    DelegationOut,
    HoldersOut,
    InboxPage,
    InboxQuery,
    changes_of,
)
from merchants.models import Brand, Delegation, Enterprise, PromiseBatch
from merchants.operations import brands, many
from merchants.queries import brands as queries
from merchants.queries.brands import Asked
from workflows.errors import NotFound

blueprint = Blueprint("brands", __name__, description="Brands: holders, one inbox, one change for chosen stores.")


def own(case: UUID) -> Brand:
    """A brand that the caller works for.

    :raises NotFound: no such brand, or not the caller's: never told apart.
    """
    if case not in context.caller().identity.parties:
        raise NotFound("brand.unknown", "there is no such brand, or you do not work for it")
    return queries.brand(context.session(), case)


@blueprint.route("/brands", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(BrandIn())
@blueprint.response(201, BrandOut())
def found(data: dict[str, Any]) -> Any:
    """Bring in a brand of one's firm; whoever does becomes its first manager."""
    owner = context.session().get(Enterprise, data["owner_id"])
    if owner is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="owner_id")
    return brands.found(context.session(), data["name"], owner, **who())


@blueprint.route("/brands/<uuid:case>/inbox", methods=["GET"])
@endpoint("merchant.own")
@blueprint.arguments(InboxQuery(), location="query")
@blueprint.response(200, InboxPage())
def inbox(asked: dict[str, Any], case: UUID) -> Any:
    """Open matters of the brand's stores at every bureau, the earliest date first."""
    rows, following = lines(own(case).id, asked)
    return {"items": [views.inbox_line(row) for row in rows], "next": following}


def lines(brand: UUID, asked: dict[str, Any]) -> tuple[Any, str | None]:
    """A page of a brand's inbox, and where it goes on."""
    place = paging.position(asked["cursor"])
    after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    mine = context.actor().account if asked["mine"] else None
    wanted = Asked(asked["city"], asked["district"] or None, asked["asks"] or None, mine, after)
    rows = queries.inbox(context.session(), brand, wanted, asked["limit"] + 1)
    return paging.page(rows, asked["limit"], lambda row: [str(row.due), str(row.id)])


@blueprint.route("/brands/<uuid:case>/holders", methods=["GET"])
@endpoint("merchant.own")
@blueprint.response(200, HoldersOut())
def holders(case: UUID) -> Any:
    """The firms that have stores under the brand, most stores first."""
    return {"items": queries.holders(context.session(), own(case)), "next": None}


@blueprint.route("/brands/<uuid:case>/delegations", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(DelegationIn())
@blueprint.response(201, DelegationOut())
def delegate(data: dict[str, Any], case: UUID) -> Any:
    """Hand an open matter to a colleague with a day of its own."""
    brand = own(case)
    return brands.delegate(context.session(), brand.id, data["matter"], data["to"], data["due_on"], **who())


@blueprint.route("/brands/<uuid:case>/delegations/done", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(DelegationDoneIn())
@blueprint.response(200, DelegationOut())
def done(data: dict[str, Any], case: UUID) -> Any:
    """Say that what was handed over is done."""
    brands.done(context.session(), own(case).id, data["delegation"], **who())
    return context.session().get_one(Delegation, data["delegation"])


@blueprint.route("/brands/<uuid:case>/promises", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(BatchIn())
@blueprint.response(200, BatchOut())
def change(data: dict[str, Any], case: UUID) -> Any:
    """Look at one change for chosen stores, or begin it: the first two hundred at once, the rest by ``next``."""
    session, brand = context.session(), own(case)
    wanted = (data["standings"], changes_of(data), data["on"])
    found_lines = many.preview(session, brand.id, *wanted, context.clock().today())
    if data["preview"]:
        return progress(None, found_lines)
    batch = many.begin(session, brand.id, *wanted, **who())
    many.go_on(session, batch, **who())
    return progress(batch, found_lines)


@blueprint.route("/brands/<uuid:case>/promises/next", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(BatchNextIn())
@blueprint.response(200, BatchOut())
def go_on(data: dict[str, Any], case: UUID) -> Any:
    """Change the next two hundred stores, all or none of them."""
    own(case)
    batch = many.find(context.session(), data["batch"])
    many.go_on(context.session(), batch, **who())
    return progress(batch, [])


def progress(batch: PromiseBatch | None, found_lines: list[many.Line]) -> dict[str, Any]:
    """How far a change has come."""
    return {
        "id": batch.id if batch else None,
        "total": batch.total if batch else len(found_lines),
        "left": len(batch.todo) if batch else len(found_lines),
        "lines": [views.batch_line(line) for line in found_lines],
    }
