"""A merchant's firms and stores: what to do next, the stores and how each stands, its plaque and its promise."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api import enrolling
from app.http import context
from app.http.endpoint import endpoint
from app.portals import applying, base
from app.portals.cases import version
from app.views import promises as words
from app.views import steps
from merchants import codes
from merchants.drafts import Contact, EnterpriseDraft, StoreDraft
from merchants.models import Standing, Store
from merchants.operations import enrol, parties, standing
from merchants.operations import promises as operations
from merchants.promise import of_facts
from merchants.queries import enrolments, firms, standings, stores
from workflows.case import clocks
from workflows.errors import FieldError, NotFound, RuleBroken
from workflows.people import directory

blueprint = Blueprint("firm", __name__, url_prefix="/merchant")

PAGE = 50


@blueprint.get("/")
@endpoint("merchant.own")
def home() -> Any:
    """What to do next, and every store with how it stands."""
    session, mine = context.session(), context.caller().identity.parties
    applications = enrolments.of_parties(session, mine, limit=PAGE)
    return render_template(
        "merchant/home.html",
        firms=firms.of_parties(session, mine),
        stores=firms.stores_of(session, mine, PAGE),
        to_do=[(case, store) for case, store in applications if case.state in ("draft", "sent_back")],
        waiting=[(case, store) for case, store in applications if case.state in ("submitted", "under_review")],
    )


@blueprint.route("/firm/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_firm() -> Any:
    """Bring in a firm by its credit code."""
    form = {n: request.form.get(n, "")[:300] for n in ("uscc", "name", "district", "address", "contact", "phone")}
    if request.method == "GET":
        return firm_page({}, {})
    draft = EnterpriseDraft(
        form["uscc"].strip().upper(),
        form["name"],
        form["district"],
        form["address"],
        Contact(form["contact"], form["phone"]),
    )
    try:
        parties.found(context.session(), draft, actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        return firm_page(form, said(error)), 422
    return base.see_other(url_for("firm.home"))


def firm_page(form: dict[str, str], errors: dict[str, str]) -> str:
    """The form of a firm."""
    return render_template(
        "merchant/firm.html", form=form, errors=errors, districts=directory.regions(context.session())
    )


def said(error: RuleBroken) -> dict[str, str]:
    """The faults of a form by field, in the reader's language."""
    return {f.field: context.t_or(f"field_error.{f.code}", f.message) for f in error.errors}


@blueprint.route("/stores/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_store() -> Any:
    """Add a store of a firm of one's own."""
    session = context.session()
    mine = firms.of_parties(session, context.caller().identity.parties)
    if not mine:
        return base.see_other(url_for("firm.new_firm"))
    if request.method == "GET":
        return store_page(mine, {}, {})
    chosen = next((firm for firm in mine if str(firm.id) == request.form.get("firm")), mine[0])
    try:
        store = parties.add_store(session, chosen, typed(), actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        return store_page(mine, request.form, said(error)), 422
    return base.see_other(url_for("firm.store", store=store.id))


def typed() -> StoreDraft:
    """The store that the form describes.

    :raises RuleBroken: a point that cannot be read.
    """
    form = request.form
    names = ("name", "brand", "district", "address", "phone")
    values: dict[str, Any] = {n: form.get(n, "").strip()[:300] for n in names}
    lon, lat = number(form.get("lon", "")), number(form.get("lat", ""))
    return StoreDraft(
        **values, categories=tuple(form.getlist("categories"))[:30], kind=form.get("kind", "shop"), lon=lon, lat=lat
    )


def number(text: str) -> float | None:
    """A coordinate that somebody typed; None where nothing was.

    :raises RuleBroken: it is no number.
    """
    if not text.strip():
        return None
    try:
        found = float(text[:20])
    except ValueError:
        found = float("nan")
    if not -180 <= found <= 180:
        raise RuleBroken("validation", "no number", errors=[FieldError("point", "unreadable", "is no number")])
    return found


def store_page(mine: Any, form: Any, errors: dict[str, str]) -> str:
    """The form of a store."""
    chosen = form.getlist("categories") if form else []
    return render_template(
        "merchant/store_new.html",
        firms=mine,
        form=form,
        chosen=chosen,
        errors=errors,
        codes=codes,
        districts=directory.regions(context.session()),
    )


@blueprint.get("/stores/<uuid:store>")
@endpoint("merchant.own")
def store(store: UUID) -> Any:
    """One store: how it stands, its plaque, its promise, and what can be done."""
    session = context.session()
    found = own_store(store)
    held = standings.alive(session, found.id)
    case = enrolments.last_of(session, found.id)
    today = context.clock().today()
    now = standings.promise_on(session, found.id, today)
    book = clocks.of_case(session, held.id) if held else []
    return render_template(
        "merchant/store.html",
        store=found,
        held=held,
        case=case,
        clocks=base.promises(book),
        lines=words.lines(of_facts(now.terms), context.lang()) if now else [],
        terms=of_facts(now.terms) if now else None,
        versions=standings.promises(session, found.id),
        allowed=enrolling.allowed(session, case, context.actor()) if case else [],
        notice=standing.setting(session, "promise.notice", found.city, today),
        codes=codes,
        today=today,
    )


def own_store(store_id: UUID) -> Store:
    """A store of one's own.

    :raises NotFound: it is somebody else's, or there is none.
    """
    found = stores.store(context.session(), store_id)
    mine = context.caller().identity.parties
    if not {found.id, found.enterprise_id, found.brand_id} & set(mine):
        raise NotFound("store.unknown", "there is no such store, or it is not yours")
    return found


@blueprint.post("/stores/<uuid:store>/promise")
@endpoint("merchant.own")
def change_promise(store: UUID) -> Any:
    """Change the promise from a day on."""
    found, session = own_store(store), context.session()
    held = living(found)
    now = standings.promise_on(session, found.id, context.clock().today())
    fields = (*applying.OF_STEP["what"], *applying.OF_STEP["how"], *applying.OF_STEP["where"])
    terms = applying.terms_of(of_facts(now.terms if now else {"days": 7, "categories": []}), fields)
    operations.change(session, held, terms, day("on"), actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("firm.store", store=store))


@blueprint.post("/stores/<uuid:store>/<any(renew, give_notice, hear):verb>")
@endpoint("merchant.own")
def act(store: UUID, verb: str) -> Any:
    """Renew, announce that the store leaves, or be heard before a removal."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    held = living(own_store(store))
    if verb == "renew":
        case = enrol.renew(session, held, actor=actor, clock=clock)
        return base.see_other(url_for("applying.step", case=case.id, name="sign"))
    if verb == "hear":
        standing.hear(session, held, request.form.get("words", "")[:2001], actor=actor, clock=clock)
    else:
        standing.give_notice(session, held, request.form.get("why", "")[:40], day("on"), actor=actor, clock=clock)
    return base.see_other(url_for("firm.store", store=store))


def living(found: Store) -> Standing:
    """The store's living standing, locked at the version that the page showed.

    :raises NotFound: it has none.
    """
    held = standings.alive(context.session(), found.id)
    if held is None:
        raise NotFound("standing.none", "the store has no promise in force")
    return standing.find(context.session(), held.id, version(request.form))


def day(field: str) -> date:
    """A day of the form.

    :raises RuleBroken: it cannot be read.
    """
    try:
        return date.fromisoformat(request.form.get(field, "").strip()[:10])
    except ValueError:
        raise RuleBroken("unreadable", "give a day", field=field) from None


@blueprint.get("/applications/<uuid:case>")
@endpoint("merchant.own")
def application(case: UUID) -> Any:
    """One application: where it is, what comes next, by when, and why."""
    session = context.session()
    found = enrolments.enrolment(session, case)
    store, firm = enrolments.store_of(session, found)
    return render_template(
        "merchant/application.html",
        case=found,
        store=store,
        firm=firm,
        clocks=base.promises(clocks.of_case(session, found.id)),
        history=steps.history(session, found, outward=True),
        lines=words.lines(of_facts(found.promise), context.lang()),
        allowed=enrolling.allowed(session, found, context.actor()),
    )


@blueprint.post("/applications/<uuid:case>/withdraw")
@endpoint("merchant.own")
def withdraw(case: UUID) -> Any:
    """Take an application back."""
    found = enrol.find(context.session(), case, version(request.form))
    enrol.withdraw(context.session(), found, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("firm.application", case=case))
