"""``/alliances``, ``/bonds`` and ``/makers``: who takes whose goods, who belongs to what, makers and their shops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import chains as views
from merchants.alliance_schemas import (
    AllianceIn,
    AlliancePage,
    AllianceShareIn,
    AllianceWhole,
    BondIn,
    BondOut,
    BondsOut,
    BondVerbIn,
    MakerIn,
    MakerOut,
    MakerVersionIn,
    PageQuery,
    RowEndIn,
    RowIn,
)
from merchants.codes import ALLIANCE_BEARERS
from merchants.models import Bond, Enterprise
from merchants.operations import alliances, bonds, makers
from merchants.operations.alliances import AllianceDraft, Document, RowDraft
from merchants.operations.makers import VersionDraft
from merchants.queries import alliances as queries
from merchants.queries import bonds as bond_queries
from merchants.queries import makers as maker_queries
from workflows.errors import FieldError, NotFound, RuleBroken

blueprint = Blueprint("alliances", __name__, description="Alliances (联盟) and makers' agreements (厂商一体化).")


def who() -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": context.actor(), "clock": context.clock()}


@blueprint.route("/alliances", methods=["GET"])
@endpoint("public")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, AlliancePage())
def listed(asked: dict[str, Any]) -> Any:
    """Every alliance, newest first."""
    place = paging.position(asked["cursor"])
    rows = queries.listed(context.session(), UUID(place[0]) if place else None, asked["limit"] + 1)
    items, following = paging.page(rows, asked["limit"], lambda row: [str(row.id)])
    return {"items": [views.alliance(row) for row in items], "next": following}


@blueprint.route("/alliances", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(AllianceIn())
@blueprint.response(201, AllianceWhole())
def found(data: dict[str, Any]) -> Any:
    """Found an alliance that a firm or brand of one's own organises."""
    values = data | {"cities": tuple(data["cities"]), "document": Document(**data["document"])}
    row = alliances.found(context.session(), AllianceDraft(**values), **who())
    return views.whole(context.session(), row)


@blueprint.route("/alliances/<uuid:case>", methods=["GET"])
@endpoint("public")
@blueprint.response(200, AllianceWhole())
def read(case: UUID) -> Any:
    """An alliance with members and matrix; the shares of cost for whoever is bound, and for the bureaus."""
    return views.whole(context.session(), queries.alliance(context.session(), case))


@blueprint.route("/alliances/<uuid:case>/rows", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(RowIn())
@blueprint.response(200, AllianceWhole())
def add_row(data: dict[str, Any], case: UUID) -> Any:
    """Add a row to the matrix from a day on."""
    row = queries.alliance(context.session(), case)
    lists = {name: tuple(data[name]) for name in ("categories", "sold_in", "handed_in")}
    alliances.add_row(context.session(), row, RowDraft(**data | lists), **who())
    return views.whole(context.session(), row)


@blueprint.route("/alliances/<uuid:case>/rows/end", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(RowEndIn())
@blueprint.response(200, AllianceWhole())
def end_row(data: dict[str, Any], case: UUID) -> Any:
    """End a row of the matrix; what was bought under it stays covered."""
    row = queries.alliance(context.session(), case)
    held = alliances.find_row(context.session(), row, data["row"])
    alliances.end_row(context.session(), row, held, data["last"], **who())
    return views.whole(context.session(), row)


@blueprint.route("/alliances/<uuid:case>/shares", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(AllianceShareIn())
@blueprint.response(200, AllianceWhole())
def share(data: dict[str, Any], case: UUID) -> Any:
    """Say who bears a kind of cost from a day on; the shares make up 10,000 basis points."""
    row = queries.alliance(context.session(), case)
    parts = {bearer: data[bearer] for bearer in ALLIANCE_BEARERS}
    alliances.share(context.session(), row, data["cost"], parts, data["since"], **who())
    return views.whole(context.session(), row)


@blueprint.route("/bonds", methods=["GET"])
@endpoint("merchant.own")
@blueprint.response(200, BondsOut())
def my_bonds() -> Any:
    """What one's organisations belong to or are asked to join, newest first."""
    rows = bond_queries.of_orgs(context.session(), context.caller().identity.parties)
    return {"items": [views.bond(row, name) for row, name in rows], "next": None}


@blueprint.route("/bonds", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(BondIn())
@blueprint.response(201, BondOut())
def propose(data: dict[str, Any]) -> Any:
    """Propose that an organisation joins an alliance, a brand or a maker's agreement; the other side confirms."""
    return views.bond(bonds.propose(context.session(), **data, **who()), None)


@blueprint.route("/bonds/<uuid:case>/<verb>", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(BondVerbIn())
@blueprint.response(200, BondOut())
def act(data: dict[str, Any], case: UUID, verb: str) -> Any:
    """Answer a proposal (``confirm``, ``decline``), or ``leave`` with a last day."""
    return views.bond(answer(case, verb, data), None)


def answer(case: UUID, verb: str, data: dict[str, Any]) -> Bond:
    """Take a step with a membership.

    :raises NotFound: no such verb, or no such membership for this caller.
    :raises RuleBroken: a last day where none is taken, or none where one is needed.
    """
    verbs: dict[str, Any] = {"confirm": bonds.confirm, "decline": bonds.decline, "leave": bonds.leave}
    if verb not in verbs:
        raise NotFound("verb.unknown", f"unknown verb {verb!r}; known are {', '.join(verbs)}")
    if set(data) != ({"last"} if verb == "leave" else set()):
        code = ("required", "is needed") if verb == "leave" else ("unknown", "is not taken here")
        raise RuleBroken("validation", "the values do not fit the verb", errors=[FieldError("last", *code)])
    row = bonds.find(context.session(), case)
    verbs[verb](context.session(), row, **data, **who())
    return row


@blueprint.route("/makers", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(MakerIn())
@blueprint.response(201, MakerOut())
def make(data: dict[str, Any]) -> Any:
    """Make an agreement as a manufacturer or brand owner; its first version holds from today."""
    session = context.session()
    maker = session.get(Enterprise, data["maker_id"])
    if maker is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="maker_id")
    row = makers.found(session, maker, data["name"], data["brand_id"], version(data), **who())
    return views.maker(session, row)


def version(data: dict[str, Any]) -> VersionDraft:
    """The version that an agreement's values are."""
    return VersionDraft(data["promise"], data["shares"], Document(**data["document"]))


@blueprint.route("/makers/<uuid:case>", methods=["GET"])
@endpoint("public")
@blueprint.response(200, MakerOut())
def read_maker(case: UUID) -> Any:
    """A maker's agreement with its versions; shares of cost for whoever is bound."""
    session = context.session()
    found_one = maker_queries.agreement(session, case)
    return views.maker(session, found_one)


@blueprint.route("/makers/<uuid:case>/versions", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(MakerVersionIn())
@blueprint.response(200, MakerOut())
def change_maker(data: dict[str, Any], case: UUID) -> Any:
    """A new version from a day on; the promises of the shops that joined follow, with the usual notice."""
    session = context.session()
    row = maker_queries.agreement(session, case)
    makers.change(session, row, version(data), data["on"], **who())
    return views.maker(session, row)
