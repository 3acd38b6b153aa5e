"""Applying for a store, one idea per page; every page is kept, and what a buyer will read stands beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.evidence import keep
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, mine
from app.portals.cases import version
from app.views import commitments
from app.views import promises as words
from app.views.commitments import Signer
from merchants import codes
from merchants.models import Enrolment, Enterprise, Store
from merchants.operations import enrol
from merchants.operations.enrol import Papers
from merchants.promise import PromiseTerms, faults, of_facts
from merchants.queries import enrolments, stores
from workflows.errors import FieldError, NotFound, RuleBroken

blueprint = Blueprint("applying", __name__, url_prefix="/merchant")

STEPS = ("days", "covers", "goods", "money", "where", "preview", "papers", "sign")
OF_STEP = {
    "days": ("days",),
    "covers": ("categories", "exclusions", "confirmed"),
    "goods": ("condition", "proofs", "gifts", "bundles"),
    "money": ("freight", "refund_hours"),
    "where": ("cross_store", "alliance", "cross_city"),
    "preview": (),
    "papers": ("licence", "shop", "licence_expires_on"),
    "sign": ("signed",),
}
PROMISED = ("days", "covers", "goods", "money", "where")
FIELDS = tuple(field for step in PROMISED for field in OF_STEP[step])
MANY = ("categories", "exclusions", "proofs")
NUMBERS = ("days", "refund_hours")
TICKS = ("confirmed", "cross_store", "alliance", "cross_city")
USUAL_DAYS = 7
DAYS = (7, 15, 30, 90)
REFUND_HOURS = (0, 24, 48, 168)
"""What the guided choices offer; anything that is lawful can be typed."""

OTHER = "other"
MEND = {
    "promise": "days",
    "licence": "papers",
    "shop": "papers",
    "licence_expires_on": "papers",
}
"""On which page a marked field is mended; the store's own facts are mended on its page."""

OF_STORE = ("store", "address", "point", "categories")


def mend(case: Enrolment, field: str) -> str:
    """Where a field that was marked is mended; empty for what has no place of its own."""
    if field in OF_STORE:
        return url_for("shops.edit", store=case.store_id, to="application")
    return url_for("applying.step", case=case.id, name=MEND[field]) if field in MEND else ""


@blueprint.post("/stores/<uuid:store>/apply")
@endpoint("merchant.own")
def begin(store: UUID) -> Any:
    """Begin an application with the usual promise; nothing is promised before it is signed."""
    session = context.session()
    found = stores.store(session, store)
    usual = PromiseTerms(days=USUAL_DAYS, categories=tuple(found.categories))
    case = enrol.draft(session, found, usual, Papers(), actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("applying.step", case=case.id, name=STEPS[0]))


@blueprint.get("/applications/<uuid:case>/<any(days, covers, goods, money, where, preview, papers, sign):name>")
@endpoint("merchant.own")
def step(case: UUID, name: str) -> Any:
    """One page of the application."""
    found = own(enrolments.enrolment(context.session(), case))
    return show(found, name, of_facts(found.promise))


def own(case: Enrolment) -> Enrolment:
    """An application that the caller may write: a clerk promises nothing.

    :raises NotFound: it is not.
    """
    if not mine.manages(stores.store(context.session(), case.store_id)):
        raise NotFound("enrolment.unknown", "there is no such application, or you may not see it")
    return case


@blueprint.post("/applications/<uuid:case>/<any(days, covers, goods, money, where, preview, papers):name>")
@endpoint("merchant.own")
def answer(case: UUID, name: str) -> Any:
    """Keep the answers of a page and go on, or say what to mend."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    found = enrol.find(session, case, version(request.form))
    if name != "preview":
        terms, papers, wrong = taken(found, name)
        wrong += [fault for fault in faults(terms) if fault.field in OF_STEP[name]]
        if wrong:
            return show(found, name, terms, wrong), 422
        try:
            if (terms, papers) != kept(found):
                enrol.amend(session, found, terms, papers, actor=actor, clock=clock)
        except RuleBroken as error:
            return show(found, name, terms, error.errors), 422
    return base.see_other(url_for("applying.step", case=case, name=STEPS[STEPS.index(name) + 1]))


@blueprint.post("/applications/<uuid:case>/look/<any(days, covers, goods, money, where):name>")
@endpoint("merchant.own")
def look(case: UUID, name: str) -> Any:
    """What a buyer would read with the choices as they stand on the page; nothing is kept."""
    found = own(enrolments.enrolment(context.session(), case))
    terms, _, wrong = taken(found, name)
    wrong += [fault for fault in faults(terms) if fault.field in OF_STEP[name]]
    lines = words.lines(of_facts(found.promise) if wrong else terms, context.lang())
    return render_template("merchant/looks.html", lines=lines)


@blueprint.post("/applications/<uuid:case>/sign")
@endpoint("merchant.own")
def sign(case: UUID) -> Any:
    """Sign the commitment and hand the application in."""
    session, signed = context.session(), request.form.get("signed") == "1"
    found = enrol.find(session, case, version(request.form))
    if not signed:
        unsigned = FieldError("signed", "signed", "sign the commitment first")
        return show(found, "sign", of_facts(found.promise), [unsigned]), 422
    enrol.submit(session, found, signed=signed, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("firm.application", case=case))


def show(case: Enrolment, name: str, terms: PromiseTerms, wrong: Any = ()) -> str:
    """A page with its answers, and what is wrong with them beside each."""
    store, firm = enrolments.store_of(context.session(), case)
    place = STEPS.index(name)
    return render_template(
        "merchant/apply.html",
        case=case,
        name=name,
        step=place + 1,
        steps=STEPS,
        terms=terms,
        store=store,
        firm=firm,
        errors={f.field: context.t_or(f"field_error.{f.code}", f.message) for f in wrong},
        codes=codes,
        choices_of={"days": DAYS, "refund_hours": REFUND_HOURS},
        lines=words.lines(terms if not wrong else of_facts(case.promise), context.lang()),
        clauses=letter(firm, store, terms) if name == "sign" else [],
        marked=[m for m in case.marked if m["field"] in OF_STORE or MEND.get(m["field"], name) == name],
        back=STEPS[place - 1] if place else "",
    )


def letter(firm: Enterprise, store: Store, terms: PromiseTerms) -> list[commitments.Clause]:
    """The commitment as it is signed, in the reader's language."""
    return commitments.clauses(Signer(firm.name, firm.uscc or "—", store.name, store.address), terms, context.lang())


def taken(case: Enrolment, name: str) -> tuple[PromiseTerms, Papers, list[FieldError]]:
    """What a page's form says, on top of what was kept; and what of it cannot be read."""
    terms, papers = kept(case)
    if name == "papers":
        papers, wrong = papers_of(papers)
        return terms, papers, wrong
    return terms_of(terms, OF_STEP[name]), papers, []


def kept(case: Enrolment) -> tuple[PromiseTerms, Papers]:
    """What the application says already; pages that change nothing write nothing."""
    return of_facts(case.promise), Papers(case.licence_file, case.shop_file, case.licence_expires_on)


def terms_of(terms: PromiseTerms, fields: tuple[str, ...]) -> PromiseTerms:
    """The promise with the fields of a form put in."""
    form, values = request.form, dict[str, Any]()
    for field in fields:
        if field in MANY:
            values[field] = tuple(form.getlist(field))[:50]
        elif field in NUMBERS:
            values[field] = whole(form.get(f"{field}_other" if form.get(field) == OTHER else field, ""))
        elif field in TICKS:
            values[field] = form.get(field) == "1"
        else:
            values[field] = form.get(field, "")[:40]
    return replace(terms, **values)


def whole(text: str) -> int:
    """A number that somebody typed; −1, which no rule lets through, for what is none."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else -1


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
