"""A store after its approval: standing and plaque; renewing, changing the promise, leaving, being heard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api import enrolling
from app.http import context
from app.http.endpoint import endpoint
from app.portals import applying, base, mine
from app.portals.cases import version
from app.views import dates, steps
from app.views import promises as words
from merchants import codes
from merchants.models import Standing, Store
from merchants.operations import enrol, promises, standing
from merchants.promise import PromiseTerms, lessened, of_facts
from merchants.queries import enrolments, standings
from merchants.terms import EXIT
from workflows.errors import Conflict, NotFound, RuleBroken

blueprint = Blueprint("holding", __name__, url_prefix="/merchant/stores")

ENDED = ("approved", "refused", "withdrawn", "expired")


@blueprint.get("/<uuid:store>")
@endpoint("merchant.own")
def store(store: UUID) -> Any:
    """One store: how it stands, its plaque, its promise, and what can be done."""
    return page(mine.own_store(store))


def page(found: Store, errors: dict[str, str] | None = None) -> str:
    """The page of a store, with what was wrong in its form."""
    session, today = context.session(), context.clock().today()
    held, case = standings.alive(session, found.id), enrolments.last_of(session, found.id)
    now = standings.promise_on(session, found.id, today)
    manager = mine.manages(found)
    return render_template(
        "merchant/store.html",
        store=found,
        held=held,
        case=case,
        manager=manager,
        ended=not held and (case is None or case.state in ENDED),
        clocks=mine.clock_cards(held.id) if held else [],
        history=steps.history(session, held, outward=True) if held else [],
        ends=mine.due(held.expires_on) if held else ("", "", ""),
        lines=words.lines(of_facts(now.terms), context.lang()) if now else [],
        versions=[v for v in standings.promises(session, found.id) if not v.valid.isempty],
        allowed=allowed(held) if held and manager else [],
        today=today,
        errors=errors or {},
    )


def allowed(held: Standing) -> list[str]:
    """What the firm may do with a standing now."""
    return enrolling.of_standing(held, context.actor())


def managed(store_id: UUID) -> Store:
    """A store that the caller may promise for.

    :raises NotFound: it is not.
    """
    found = mine.own_store(store_id)
    if not mine.manages(found):
        raise NotFound("store.unknown", "there is no such store, or it is not yours")
    return found


@blueprint.get("/<uuid:store>/promise")
@endpoint("merchant.own")
def promise(store: UUID) -> Any:
    """The promise, to be changed."""
    found = managed(store)
    return promise_page(found, mine.alive(found), present(found))


def present(found: Store) -> PromiseTerms:
    """The promise that a change would follow on: tomorrow's, or the one that was applied for last."""
    session = context.session()
    now = standings.promise_on(session, found.id, context.clock().today() + timedelta(days=1))
    last = enrolments.last_of(session, found.id)
    return of_facts(now.terms if now else last.promise if last else {"days": 7, "categories": found.categories})


def promise_page(found: Store, held: Standing, terms: PromiseTerms, errors: dict[str, str] | None = None) -> str:
    """The form of a changed promise."""
    notice = standing.setting(context.session(), "promise.notice", found.city, context.clock().today())
    offered = {"days": applying.DAYS, "refund_hours": applying.REFUND_HOURS}
    return render_template(
        "merchant/promise.html",
        store=found,
        held=held,
        terms=terms,
        errors=errors or {},
        codes=codes,
        choices_of=offered,
        notice=notice,
    )


@blueprint.post("/<uuid:store>/promise")
@endpoint("merchant.own")
def change_promise(store: UUID) -> Any:
    """Change the promise from a day on; without a day, show first what would become less and from when it may hold."""
    found, session = managed(store), context.session()
    held = mine.living(found, version(request.form))
    terms = applying.terms_of(present(found), applying.FIELDS)
    on = mine.day_of("on")
    try:
        if on is None:
            return change_page(found, held, terms)
        promises.change(session, held, terms, on, actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        if error.code == "promise.from":
            return change_page(found, held, terms, mine.said(error)), 422
        return promise_page(found, held, terms, mine.said(error)), 422
    return base.see_other(url_for("holding.store", store=store))


def change_page(found: Store, held: Standing, terms: PromiseTerms, errors: dict[str, str] | None = None) -> str:
    """What the change means: which fields are less, what buyers will read, and from which day it may hold.

    :raises RuleBroken: a promise below the law or the standard, or nothing changed.
    """
    session, today = context.session(), context.clock().today()
    promises.check(terms)
    return render_template(
        "merchant/promise_check.html",
        store=found,
        held=held,
        terms=terms,
        less=lessened(present(found), terms),
        first=promises.earliest(session, held, terms, today),
        last=held.leaving_on or held.expires_on,
        before=words.lines(present(found), context.lang()),
        lines=words.lines(terms, context.lang()),
        notice=standing.setting(session, "promise.notice", found.city, today),
        errors=errors or {},
        fields=applying.FIELDS,
        on=request.form.get("on", "")[:10],
    )


@blueprint.get("/<uuid:store>/renew")
@endpoint("merchant.own")
def renewal(store: UUID) -> Any:
    """What would be renewed, as it is: one confirmation is enough where nothing changed."""
    found = managed(store)
    return renewal_page(found, mine.alive(found))


def renewal_page(found: Store, held: Standing, errors: dict[str, str] | None = None) -> str:
    """The page of a renewal."""
    session, terms = context.session(), present(found)
    last = enrolments.last_of(session, found.id)
    today = context.clock().today()
    ended = bool(last and last.licence_expires_on and last.licence_expires_on <= today)
    firm = enrolments.store_of(session, last)[1] if last else None
    return render_template(
        "merchant/renew.html",
        store=found,
        held=held,
        last=last,
        ended=ended,
        ends=mine.due(held.expires_on),
        clauses=applying.letter(firm, found, terms) if firm else [],
        allowed=allowed(held),
        errors=errors or {},
    )


@blueprint.post("/<uuid:store>/renew")
@endpoint("merchant.own")
def renew(store: UUID) -> Any:
    """Renew: signed at once where nothing changed, or begun as an application where something did."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    found = managed(store)
    held = mine.living(found, version(request.form))
    if request.form.get("changed") != "1" and request.form.get("signed") != "1":
        return renewal_page(found, held, {"signed": context.t("field_error.signed")}), 422
    case = enrol.renew(session, held, actor=actor, clock=clock)
    if request.form.get("changed") == "1":
        return base.see_other(url_for("applying.step", case=case.id, name=applying.STEPS[0]))
    enrol.submit(session, case, signed=True, actor=actor, clock=clock)
    return base.see_other(url_for("firm.application", case=case.id))


@blueprint.get("/<uuid:store>/leave")
@endpoint("merchant.own")
def leaving(store: UUID) -> Any:
    """Closing, moving or no longer promising: what stays covered, and which day may be the last."""
    found = managed(store)
    return leave_page(found, mine.alive(found))


def leave_page(found: Store, held: Standing, errors: dict[str, str] | None = None) -> str:
    """The guided exit."""
    first = {why: first_exit(found, why) for why in codes.EXITS}
    return render_template(
        "merchant/leave.html",
        store=found,
        held=held,
        first={why: (day, dates.day_text(day, context.lang())) for why, day in first.items()},
        picked=request.form.get("why", "")[:20],
        on=request.form.get("on", "")[:10],
        days=present(found).days,
        allowed=allowed(held),
        errors=errors or {},
    )


def first_exit(found: Store, why: str) -> date:
    """The first day that may be the promise's last, by the reason for leaving."""
    session, today = context.session(), context.clock().today()
    days = standing.term(session, EXIT, found.city, today).amount
    if why == "no_longer":
        days = standing.setting(session, "promise.notice", found.city, today)
    return today + timedelta(days=days)


@blueprint.post("/<uuid:store>/give_notice")
@endpoint("merchant.own")
def give_notice(store: UUID) -> Any:
    """Announce that the store leaves; until its last day it promises, and what was sold stays covered."""
    found = managed(store)
    held = mine.living(found, version(request.form))
    why, on = request.form.get("why", "")[:20], mine.day_of("on")
    if why not in codes.EXITS or on is None:
        errors = {} if why in codes.EXITS else {"why": context.t("field_error.choice")}
        errors |= {} if on else {"on": context.t("field_error.required")}
        return leave_page(found, held, errors), 422
    try:
        standing.give_notice(context.session(), held, why, on, actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        return leave_page(found, held, mine.said(error)), 422
    return base.see_other(url_for("holding.store", store=store))


@blueprint.post("/<uuid:store>/hear")
@endpoint("merchant.own")
def hear(store: UUID) -> Any:
    """Be heard before a removal."""
    found = managed(store)
    held = mine.living(found, version(request.form))
    words_given = request.form.get("words", "")[: standing.MOST_WORDS + 1]
    try:
        standing.hear(context.session(), held, words_given, actor=context.actor(), clock=context.clock())
    except (RuleBroken, Conflict) as error:
        return page(found, mine.said(error)), 422
    return base.see_other(url_for("holding.store", store=store))
