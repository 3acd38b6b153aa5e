"""Applying for a store, one idea per page: what is promised, how, where, the papers, the signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.evidence import keep
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base
from app.portals.cases import version
from app.views import promises as words
from merchants import codes
from merchants.models import Enrolment
from merchants.operations import enrol
from merchants.operations.enrol import Papers
from merchants.promise import PromiseTerms, faults, of_facts
from merchants.queries import enrolments, stores
from workflows.errors import FieldError, RuleBroken

blueprint = Blueprint("applying", __name__, url_prefix="/merchant")

STEPS = ("what", "how", "where", "papers", "sign")
OF_STEP = {
    "what": ("days", "categories", "exclusions", "confirmed"),
    "how": ("condition", "proofs", "gifts", "bundles", "freight", "refund_hours"),
    "where": ("cross_store", "alliance", "cross_city"),
    "papers": ("licence", "shop", "licence_expires_on"),
    "sign": ("signed",),
}
MANY = ("categories", "exclusions", "proofs")
NUMBERS = ("days", "refund_hours")
TICKS = ("confirmed", "cross_store", "alliance", "cross_city")
USUAL_DAYS = 7


@blueprint.post("/stores/<uuid:store>/apply")
@endpoint("merchant.own")
def begin(store: UUID) -> Any:
    """Begin an application with the usual promise; nothing is promised before it is signed."""
    session = context.session()
    found = stores.store(session, store)
    usual = PromiseTerms(days=USUAL_DAYS, categories=tuple(found.categories))
    case = enrol.draft(session, found, usual, Papers(), actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("applying.step", case=case.id, name="what"))


@blueprint.get("/applications/<uuid:case>/<any(what, how, where, papers, sign):name>")
@endpoint("merchant.own")
def step(case: UUID, name: str) -> Any:
    """One page of the application."""
    found = enrolments.enrolment(context.session(), case)
    return show(found, name, of_facts(found.promise))


@blueprint.post("/applications/<uuid:case>/<any(what, how, where, papers):name>")
@endpoint("merchant.own")
def answer(case: UUID, name: str) -> Any:
    """Keep the answers of a page and go on, or say what to mend."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    found = enrol.find(session, case, version(request.form))
    terms, papers, wrong = taken(found, name)
    wrong += [fault for fault in faults(terms) if fault.field in OF_STEP[name]]
    if wrong:
        return show(found, name, terms, wrong), 422
    enrol.amend(session, found, terms, papers, actor=actor, clock=clock)
    return base.see_other(url_for("applying.step", case=case, name=STEPS[STEPS.index(name) + 1]))


@blueprint.post("/applications/<uuid:case>/sign")
@endpoint("merchant.own")
def sign(case: UUID) -> Any:
    """Sign the commitment and hand the application in."""
    session, signed = context.session(), request.form.get("signed") == "1"
    found = enrol.find(session, case, version(request.form))
    if not signed:
        unsigned = FieldError("signed", "required", "sign the commitment first")
        return show(found, "sign", of_facts(found.promise), [unsigned]), 422
    enrol.submit(session, found, signed=signed, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("firm.application", case=case))


def show(case: Enrolment, name: str, terms: PromiseTerms, wrong: Any = ()) -> str:
    """A page with its answers, and what is wrong with them beside each."""
    store, firm = enrolments.store_of(context.session(), case)
    errors = {f.field: context.t_or(f"field_error.{f.code}", f.message) for f in wrong}
    return render_template(
        "merchant/apply.html",
        case=case,
        name=name,
        step=STEPS.index(name) + 1,
        terms=terms,
        store=store,
        firm=firm,
        errors=errors,
        codes=codes,
        lines=words.lines(terms, context.lang()),
        back=STEPS[max(0, STEPS.index(name) - 1)],
    )


def taken(case: Enrolment, name: str) -> tuple[PromiseTerms, Papers, list[FieldError]]:
    """What a page's form says, on top of what was kept; and what of it cannot be read."""
    terms = of_facts(case.promise)
    papers = Papers(case.licence_file, case.shop_file, case.licence_expires_on)
    if name == "papers":
        papers, wrong = papers_of(papers)
        return terms, papers, wrong
    return terms_of(terms, OF_STEP[name]), papers, []


def terms_of(terms: PromiseTerms, fields: tuple[str, ...]) -> PromiseTerms:
    """The promise with the fields of a form put in."""
    form, values = request.form, dict[str, Any]()
    for field in fields:
        if field in MANY:
            values[field] = tuple(form.getlist(field))[:50]
        elif field in NUMBERS:
            text = form.get(field, "").strip()
            values[field] = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
        elif field in TICKS:
            values[field] = form.get(field) == "1"
        else:
            values[field] = form.get(field, "")[:40]
    return replace(terms, **values)


def papers_of(papers: Papers) -> tuple[Papers, list[FieldError]]:
    """The papers with what the form brought; each picture that cannot be taken is named."""
    wrong: list[FieldError] = []
    for field in ("licence", "shop"):
        file = request.files.get(field)
        if file is None or not file.filename:
            continue
        try:
            stored = keep(file).id
            papers = replace(papers, licence=stored) if field == "licence" else replace(papers, shop=stored)
        except RuleBroken as error:
            wrong += [FieldError(field, e.code, e.message) for e in error.errors]
    text = request.form.get("licence_expires_on", "").strip()[:10]
    try:
        papers = replace(papers, licence_expires_on=date.fromisoformat(text) if text else None)
    except ValueError:
        wrong.append(FieldError("licence_expires_on", "unreadable", "is no date"))
    return papers, wrong
