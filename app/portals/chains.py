"""What joins a merchant to others: the page of brands and alliances, one alliance, one maker's agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.alliances import answer as answer_bond
from app.api.alliances import who
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms
from app.views import chains as views
from merchants import codes
from merchants.models import Alliance, Bond, MakerAgreement
from merchants.operations import alliances, bonds, makers
from merchants.operations.alliances import AllianceDraft, Document, RowDraft
from merchants.operations.makers import VersionDraft
from merchants.queries import alliances as queries
from merchants.queries import bonds as bond_queries
from merchants.queries import brands as brand_queries
from merchants.queries import makers as maker_queries
from seeds.reference import CITIES
from workflows.errors import NotFound, RuleBroken

blueprint = Blueprint("chains", __name__, url_prefix="/merchant")

FULL = 10_000


@blueprint.get("/chains")
@endpoint("merchant.own")
def hub() -> Any:
    """Brands, alliances and agreements of one's own, and what waits for an answer."""
    session, parties = context.session(), context.caller().identity.parties
    own = lines(bond_queries.of_orgs(session, parties))
    return render_template(
        "merchant/chains.html",
        waiting=[x for x in own if x["confirm"]],
        bonds=own,
        brands=[(brand, brand.id in parties) for brand in brand_queries.of_orgs(session, parties)],
        organised=queries.organised_by(session, parties),
        agreements=maker_queries.of_makers(session, parties),
        firms=bond_queries.firms_of(session, parties),
        today=context.clock().today(),
    )


def lines(rows: Sequence[tuple[Bond, str]]) -> list[dict[str, Any]]:
    """Memberships as a page shows them, with what the caller may do about each; each whole is asked about once."""
    session, actor = context.session(), context.actor()
    wholes = {(row.kind, row.of_id) for row, _ in rows}
    hosted = {whole for whole in wholes if bonds.hosts(session, actor, *whole)}
    own = bonds.own_among(session, actor, [row.org_id for row, _ in rows])
    return [_line(row, name, host=(row.kind, row.of_id) in hosted, org=row.org_id in own) for row, name in rows]


def _line(row: Bond, name: str, *, host: bool, org: bool) -> dict[str, Any]:
    over = row.valid.upper is not None and row.valid.upper <= context.clock().today()
    return views.bond(row, name) | {
        "confirmed": row.confirmed,
        "over": over,
        "own": org,
        "confirm": not row.confirmed and (host if row.host_at is None else org),
        "decline": not row.confirmed and (host or org),
        "leave": row.confirmed and row.valid.upper is None and (host or org),
    }


@blueprint.post("/bonds/<uuid:case>/<verb>")
@endpoint("merchant.own")
def answer(case: UUID, verb: str) -> Any:
    """Confirm, decline, or leave with a last day."""
    answer_bond(case, verb, {"last": forms.day(request.form, "last")} if verb == "leave" else {})
    return base.see_other(base.safe_target(request.form.get("to")) or url_for("chains.hub"))


@blueprint.post("/bonds/ask")
@endpoint("merchant.own")
def ask() -> Any:
    """Ask to join an alliance, a brand or a maker's agreement, or invite somebody: the other side confirms."""
    session, form = context.session(), request.form
    kind, of_id = bond_queries.whole_named(session, form.get("whole", "")[:200])
    org_kind, org_id = bond_queries.org_named(session, form.get("org", "")[:200])
    bonds.propose(session, kind, of_id, org_kind, org_id, forms.day(form, "since"), **who())
    return base.see_other(base.safe_target(form.get("to")) or url_for("chains.hub"))


@blueprint.route("/alliances/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_alliance() -> Any:
    """Found an alliance."""
    if request.method == "GET":
        return alliance_form({})
    try:
        row = alliances.found(context.session(), alliance_draft(), **who())
    except RuleBroken as broken:
        return alliance_form(forms.errors(broken)), 422
    return base.see_other(url_for("chains.alliance", case=row.id))


def alliance_draft() -> AllianceDraft:
    """The alliance that the form says."""
    form = request.form
    kind, org = bond_queries.org_named(context.session(), form.get("organiser", "")[:200])
    return AllianceDraft(
        form.get("name", "")[:200],
        tuple(form.getlist("cities"))[:10],
        kind,
        org,
        Document(forms.file(request), form.get("digest", "")[:64]),
        forms.day(form, "since"),
    )


def alliance_form(errors: dict[str, str]) -> str:
    """The form for founding an alliance."""
    session, parties = context.session(), context.caller().identity.parties
    return render_template(
        "merchant/alliance_new.html",
        errors=errors,
        form=request.form,
        cities=CITIES,
        firms=bond_queries.firms_of(session, parties),
        brands=[b for b in brand_queries.of_orgs(session, parties) if b.id in parties],
        today=context.clock().today(),
    )


@blueprint.get("/alliance/<uuid:case>")
@endpoint("merchant.own")
def alliance(case: UUID) -> Any:
    """One alliance: members, who takes whose goods, who bears the cost."""
    session = context.session()
    row = queries.alliance(session, case)
    members = bond_queries.of_whole(session, row.id)
    return render_template(
        "merchant/alliance.html",
        alliance=row,
        whole=views.whole(session, row),
        members=lines(members),
        names={b.org_id: name for b, name in members},
        organises=bonds.acts_for(session, context.actor(), row.organiser_kind, row.organiser_id),
        cities=CITIES,
        codes=codes,
        today=context.clock().today(),
    )


@blueprint.post("/alliance/<uuid:case>/<verb>")
@endpoint("merchant.own")
def change_alliance(case: UUID, verb: str) -> Any:
    """Add a row to the matrix, end one, or say who bears a cost.

    :raises NotFound: no such step.
    """
    row = queries.alliance(context.session(), case)
    steps = {"row": _add_row, "end_row": _end_row, "share": _share}
    if verb not in steps:
        raise NotFound("verb.unknown", f"unknown verb {verb!r}")
    steps[verb](row)
    return base.see_other(url_for("chains.alliance", case=case))


def _add_row(row: Alliance) -> None:
    form = request.form
    draft = RowDraft(
        since=forms.day(form, "since"),
        goods_of=forms.ident(form, "goods_of"),
        taken_by=forms.ident(form, "taken_by"),
        categories=tuple(form.getlist("categories")),
        sold_in=tuple(form.getlist("sold_in")),
        handed_in=tuple(form.getlist("handed_in")),
        most_fen=forms.fen(form, "most_yuan"),
    )
    alliances.add_row(context.session(), row, draft, **who())


def _end_row(row: Alliance) -> None:
    held = alliances.find_row(context.session(), row, forms.ident_needed(request.form, "row"))
    alliances.end_row(context.session(), row, held, forms.day(request.form, "last"), **who())


def _share(row: Alliance) -> None:
    form = request.form
    parts = forms.parts(form, codes.ALLIANCE_BEARERS)
    alliances.share(context.session(), row, form.get("cost", "")[:40], parts, forms.day(form, "since"), **who())


@blueprint.route("/agreements/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_agreement() -> Any:
    """Make an agreement as a manufacturer or brand owner."""
    session, parties = context.session(), context.caller().identity.parties
    firms = bond_queries.firms_of(session, parties)
    if request.method == "GET" or not firms:
        return agreement_form({}, firms)
    brand = forms.ident(request.form, "brand")
    maker = next((f for f in firms if str(f.id) == request.form.get("maker")), firms[0])
    try:
        row = makers.found(session, maker, request.form.get("name", "")[:200], brand, version_draft(), **who())
    except RuleBroken as broken:
        return agreement_form(forms.errors(broken), firms), 422
    return base.see_other(url_for("chains.agreement", case=row.id))


def version_draft() -> VersionDraft:
    """The version of an agreement that the form says."""
    form = request.form
    shares = {cost: forms.parts(form, codes.MAKER_BEARERS, f"{cost}.") for cost in codes.COSTS}
    return VersionDraft(forms.promise(form), shares, Document(forms.file(request), form.get("digest", "")[:64]))


def agreement_form(errors: dict[str, str], firms: Any, row: MakerAgreement | None = None) -> str:
    """The form for an agreement, or for a new version of one."""
    session, parties = context.session(), context.caller().identity.parties
    held = maker_queries.last(session, row.id) if row else None
    return render_template(
        "merchant/agreement_new.html",
        errors=errors,
        form=request.form,
        agreement=row,
        terms=held.terms if held else {},
        shares=maker_queries.shares(session, held.id) if held else {},
        firms=firms,
        brands=list(brand_queries.of_orgs(session, parties)),
        codes=codes,
        today=context.clock().today(),
    )


@blueprint.get("/agreement/<uuid:case>")
@endpoint("merchant.own")
def agreement(case: UUID) -> Any:
    """One maker's agreement: what it promises, who bears the cost, which shops have joined."""
    session = context.session()
    row = maker_queries.agreement(session, case)
    return render_template(
        "merchant/agreement.html",
        agreement=row,
        whole=views.maker(session, row),
        shops=lines(bond_queries.of_whole(session, row.id)),
        hosts=bonds.hosts(session, context.actor(), "maker", row.id),
        today=context.clock().today(),
    )


@blueprint.route("/agreement/<uuid:case>/version", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_version(case: UUID) -> Any:
    """A new version of an agreement from a day on."""
    session = context.session()
    row = maker_queries.agreement(session, case)
    if request.method == "GET":
        return agreement_form({}, (), row)
    try:
        makers.change(session, row, version_draft(), forms.day(request.form, "on"), **who())
    except RuleBroken as broken:
        return agreement_form(forms.errors(broken), (), row), 422
    return base.see_other(url_for("chains.agreement", case=case))
