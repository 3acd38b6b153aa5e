"""A merchant's stores: the list with how each stands, adding one, correcting what is known of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, mine
from app.views import opening
from merchants import codes
from merchants.drafts import StoreDraft
from merchants.models import Store
from merchants.operations import parties
from merchants.queries import enrolments, firms, stores
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people import directory

blueprint = Blueprint("shops", __name__, url_prefix="/merchant/stores")

PAGE = 30
COUNTER = "counter"
HOURS = tuple(f"hours_{day}" for day in (opening.EVERY, *opening.DAYS))


@blueprint.get("/")
@endpoint("merchant.own")
def listed() -> Any:
    """Every store with how it stands, newest first."""
    place = paging.position(request.args.get("cursor"))
    after = UUID(place[0]) if place else None
    rows = firms.stores_of(context.session(), mine.parties(), PAGE + 1, after)
    shown, following = paging.page(rows, PAGE, lambda row: [str(row.store.id)])
    manager = bool(context.actor().manages)
    return render_template("merchant/stores.html", rows=shown, following=following, paged=place, manager=manager)


@blueprint.route("/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_store() -> Any:
    """Add a store of a firm that one manages."""
    session, manages = context.session(), context.actor().manages
    own = [firm for firm in firms.of_parties(session, mine.parties()) if firm.id in manages]
    if not own:
        return base.see_other(url_for("firm.new_firm"))
    if request.method == "GET":
        return page(None, {"brand": "", "firm": request.args.get("firm", "")[:36]}, [], {}, firms=own)
    chosen = next((firm for firm in own if str(firm.id) == request.form.get("firm")), own[0])
    try:
        store = parties.add_store(session, chosen, typed(), actor=context.actor(), clock=context.clock())
    except (RuleBroken, Conflict) as error:
        return page(None, request.form, request.form.getlist("categories"), mine.said(error), firms=own), 422
    return base.see_other(url_for("holding.store", store=store.id))


@blueprint.route("/<uuid:store>/edit", methods=["GET", "POST"])
@endpoint("merchant.own")
def edit(store: UUID) -> Any:
    """Correct what is known of a store; one that moves is enrolled anew at its new place.

    :raises NotFound: the caller does not manage it.
    """
    found = mine.own_store(store)
    if not mine.manages(found):
        raise NotFound("store.unknown", "there is no such store, or it is not yours")
    if request.method == "GET":
        return page(found, known(found), found.categories, {})
    try:
        draft = typed()
        parties.change_store(context.session(), found, draft, actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        return page(found, request.form, request.form.getlist("categories"), mine.said(error)), 422
    return base.see_other(_back(found))


def _back(found: Store) -> str:
    """To the application that asked for the correction, else to the store."""
    case = enrolments.open_of(context.session(), found.id) if request.args.get("to") == "application" else None
    return url_for("firm.application", case=case.id) if case else url_for("holding.store", store=found.id)


def known(store: Store) -> dict[str, Any]:
    """What is known of a store, as its form is filled."""
    values = {name: getattr(store, name) for name in ("name", "brand", "district", "address", "kind")}
    point = {name: "" if getattr(store, name) is None else f"{getattr(store, name):.6f}" for name in ("lon", "lat")}
    host = next((name for name, found in stores.hosts(context.session()).items() if found == store.parent_id), "")
    more = {"takes": store.takes, "capacity": store.capacity or "", "parent_id": host}
    return values | point | more | opening.shown(store.hours)


def typed() -> StoreDraft:
    """The store that the form describes.

    :raises RuleBroken: a number that cannot be read, or a mall that is none.
    """
    form = request.form
    kind = form.get("kind", "shop")[:20]
    values: dict[str, Any] = {
        name: form.get(name, "").strip()[:301] for name in ("name", "brand", "district", "address")
    }
    return StoreDraft(
        **values,
        phone=form.get("phone", "").strip()[:30],
        kind=kind,
        categories=tuple(form.getlist("categories"))[:30],
        lon=number("lon"),
        lat=number("lat"),
        hours=opening.typed({name: form.get(name, "") for name in HOURS}),
        takes=tuple(form.getlist("takes"))[:30] if kind in codes.TAKERS else (),
        capacity=parcels() if kind in codes.TAKERS else None,
        parent_id=host() if kind == COUNTER else None,
    )


def parcels() -> int | None:
    """How many parcels a station holds; None where nothing was typed.

    :raises RuleBroken: it is no number.
    """
    text = request.form.get("capacity", "").strip()[:10]
    if text and not (text.isascii() and text.isdigit()):
        raise RuleBroken("validation", "no number", errors=[FieldError("capacity", "unreadable", "is no number")])
    return int(text) if text else None


def host() -> UUID | None:
    """The mall or business circle that was chosen for a counter; None where none was.

    :raises RuleBroken: there is none of this name.
    """
    name = request.form.get("parent_id", "").strip()[:300]
    found = stores.hosts(context.session()).get(name)
    if name and found is None:
        fault = FieldError("parent_id", "store.host", "is no mall or business circle here: choose one of the list")
        raise RuleBroken("validation", "no such mall", errors=[fault])
    return found


def number(field: str) -> float | None:
    """A coordinate that somebody typed; None where nothing was.

    :raises RuleBroken: it is no number.
    """
    text = request.form.get(field, "").strip()[:20]
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not -180 <= found <= 180:
        raise RuleBroken("validation", "no number", errors=[FieldError("point", "unreadable", "is no number")])
    return found


def page(store: Store | None, form: Any, chosen: Any, errors: dict[str, str], firms: Any = ()) -> str:
    """The form of a store, empty or filled."""
    return render_template(
        "merchant/store_form.html",
        store=store,
        firms=firms,
        form=form,
        chosen=chosen,
        takes=request.form.getlist("takes") if request.method == "POST" else form.get("takes", ()),
        errors=errors,
        codes=codes,
        hosts=stores.hosts(context.session()),
        days=opening.DAYS,
        to=request.args.get("to", "")[:20],
        districts=directory.regions(context.session()),
    )
