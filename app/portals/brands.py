"""A brand's pages: one inbox over all bureaus, its holders, one change of promise for chosen stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.alliances import who
from app.api.brands import lines as inbox_lines
from app.api.brands import own
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms
from app.portals.chains import lines
from app.views import dates
from merchants import codes
from merchants.models import Enterprise
from merchants.operations import brands, many
from merchants.queries import bonds as bond_queries
from merchants.queries import brands as queries
from merchants.queries.brands import FAR, KINDS
from seeds.reference import CITIES
from workflows.case import calendars
from workflows.errors import NotFound, RuleBroken
from workflows.people import directory

blueprint = Blueprint("brand_pages", __name__, url_prefix="/merchant")

PAGE = 50
CHOICE = 1000


@blueprint.post("/brands")
@endpoint("merchant.own")
def found() -> Any:
    """Bring in a brand of one's firm."""
    owner = context.session().get(Enterprise, forms.ident_needed(request.form, "owner"))
    if owner is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="owner")
    row = brands.found(context.session(), request.form.get("name", "")[:300], owner, **who())
    return base.see_other(url_for("chains.hub", brand=row.id))


@blueprint.post("/brand/<uuid:case>/join")
@endpoint("merchant.own")
def take_up(case: UUID) -> Any:
    """Begin to work for a brand that one's firm owns."""
    own = queries.of_orgs(context.session(), context.caller().identity.parties)
    if case not in {brand.id for brand in own}:
        raise NotFound("brand.unknown", "there is no such brand, or you do not work for it")
    brands.take_up(context.session(), case)
    return base.see_other(url_for("brand_pages.inbox", case=case))


@blueprint.get("/brand/<uuid:case>")
@endpoint("merchant.own")
def inbox(case: UUID) -> Any:
    """What waits for whom at every bureau, the earliest date first."""
    brand, args = own(case), request.args
    asked = {
        "city": args.get("city") if args.get("city") in CITIES else None,
        "district": args.get("district", "")[:6],
        "asks": args.get("asks") if args.get("asks") in KINDS else None,
        "mine": args.get("mine") == "1",
        "cursor": args.get("cursor"),
        "limit": PAGE,
    }
    rows, following = inbox_lines(brand.id, asked)
    return render_template(
        "merchant/brand.html",
        brand=brand,
        found=[(row, due(row.due), due(row.own_due)) for row in rows],
        following=following,
        asked=asked,
        kinds=KINDS,
        cities=CITIES,
        districts=directory.regions(context.session()),
        colleagues=queries.colleagues(context.session(), brand.id),
        manages=brand.id in context.actor().manages,
        today=context.clock().today(),
    )


def due(on: Any) -> tuple[str, str, str]:
    """A date in words, how far off it is, and its urgency; empty where there is none."""
    if on is None or on == FAR:
        return "", "", ""
    calendar = calendars.current(context.session())
    left, urgency = dates.remaining(on, context.clock().today(), calendar, context.lang())
    return dates.day_text(on, context.lang()), left, urgency


@blueprint.post("/brand/<uuid:case>/hand-over")
@endpoint("merchant.own")
def hand_over(case: UUID) -> Any:
    """Hand an open matter to a colleague."""
    form, brand = request.form, own(case)
    matter, to = forms.ident_needed(form, "matter"), forms.ident_needed(form, "to")
    brands.delegate(context.session(), brand.id, matter, to, forms.day(form, "due_on"), **who())
    return base.see_other(url_for("brand_pages.inbox", case=case))


@blueprint.post("/brand/<uuid:case>/done")
@endpoint("merchant.own")
def done(case: UUID) -> Any:
    """Say that what was handed over is done."""
    delegation = forms.ident_needed(request.form, "delegation")
    brands.done(context.session(), own(case).id, delegation, **who())
    return base.see_other(url_for("brand_pages.inbox", case=case))


@blueprint.get("/brand/<uuid:case>/holders")
@endpoint("merchant.own")
def holders(case: UUID) -> Any:
    """The firms that hold the brand, with their stores."""
    session, brand = context.session(), own(case)
    known = {x["org_id"]: x for x in lines(bond_queries.of_whole(session, brand.id))}
    shown = queries.holders(session, brand)
    opened = forms.ident(request.args, "holder")
    return render_template(
        "merchant/holders.html",
        brand=brand,
        holders=[(h, known.get(h.enterprise_id)) for h in shown],
        others=[x for org, x in known.items() if org not in {h.enterprise_id for h in shown}],
        opened=opened,
        stores=queries.stores_of(session, brand, opened) if opened else [],
        today=context.clock().today(),
    )


@blueprint.route("/brand/<uuid:case>/promise", methods=["GET", "POST"])
@endpoint("merchant.own")
def promise(case: UUID) -> Any:
    """Choose stores and what changes, look at what it means for each, then make it so."""
    brand = own(case)
    if request.method == "GET":
        return promise_form(brand)
    try:
        return _look(brand) if request.form.get("step") != "apply" else _apply(brand)
    except RuleBroken as broken:
        return promise_form(brand, forms.errors(broken)), 422


def promise_form(brand: Any, errors: Any = None, lines: Any = None) -> str:
    """The page of the change, with the preview where there is one."""
    session, today = context.session(), context.clock().today()
    city = request.values.get("city") if request.values.get("city") in CITIES else None
    chosen = {str(i) for i in request.form.getlist("stores")}
    return render_template(
        "merchant/brand_promise.html",
        brand=brand,
        stores=queries.promising(session, brand.id, today + timedelta(days=1), city=city, most=CHOICE),
        chosen=chosen,
        lines=lines,
        errors=errors or {},
        form=request.form,
        city=city,
        cities=CITIES,
        codes=codes,
        at_once=many.AT_ONCE,
        tomorrow=today + timedelta(days=1),
    )


def _wanted() -> tuple[list[UUID], dict[str, Any], Any]:
    form = request.form
    return forms.idents(form, "stores"), forms.changes(form), forms.day(form, "on")


def _look(brand: Any) -> Any:
    ids, changes, on = _wanted()
    lines = many.preview(context.session(), brand.id, ids, changes, on, context.clock().today())
    return promise_form(brand, lines=lines)


def _apply(brand: Any) -> Any:
    ids, changes, on = _wanted()
    batch = many.begin(context.session(), brand.id, ids, changes, on, **who())
    many.go_on(context.session(), batch, **who())
    return base.see_other(url_for("brand_pages.progress", case=brand.id, file=batch.id))


@blueprint.route("/brand/<uuid:case>/promise/<uuid:file>", methods=["GET", "POST"])
@endpoint("merchant.own")
def progress(case: UUID, file: UUID) -> Any:
    """How far a change has come; going on changes the next stores, all or none of them."""
    brand = own(case)
    batch = many.find(context.session(), file)
    if request.method == "POST":
        many.go_on(context.session(), batch, **who())
        return base.see_other(url_for("brand_pages.progress", case=case, file=file))
    return render_template("merchant/brand_progress.html", brand=brand, batch=batch, done=batch.total - len(batch.todo))
