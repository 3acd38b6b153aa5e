"""A merchant's stores: the list with how each stands, adding one, correcting what is known of it."""

from __future__ import annotations

from dataclasses import fields
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
from merchants.queries import enrolments, firms
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people import directory

blueprint = Blueprint("shops", __name__, url_prefix="/merchant/stores")

PAGE = 30
TYPED = ("name", "brand", "district", "address", "phone", "kind", "lon", "lat")
ASKED = (*TYPED, "categories", "hours")
UNASKED = tuple(f.name for f in fields(StoreDraft) if f.name not in ASKED)
"""What a store has and its form does not ask for: it stays as it is."""

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
        draft = typed(found)
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
    return values | point | opening.shown(store.hours)


def typed(before: Store | None = None) -> StoreDraft:
    """The store that the form describes; what it does not ask for stays as it was.

    :raises RuleBroken: a point that cannot be read.
    """
    form = request.form
    values: dict[str, Any] = {
        name: form.get(name, "").strip()[:301] for name in ("name", "brand", "district", "address")
    }
    return StoreDraft(
        **values,
        phone=form.get("phone", "").strip()[:30],
        kind=form.get("kind", "shop")[:20],
        categories=tuple(form.getlist("categories"))[:30],
        lon=number("lon"),
        lat=number("lat"),
        hours=opening.typed({name: form.get(name, "") for name in HOURS}),
        **({name: getattr(before, name) for name in UNASKED} if before else {}),
    )


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
        errors=errors,
        codes=codes,
        days=opening.DAYS,
        to=request.args.get("to", "")[:20],
        districts=directory.regions(context.session()),
    )
