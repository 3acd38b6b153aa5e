"""A merchant's home: what to do next and by when; bringing in a firm; following an application."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from stdnum.cn import uscc

from app.api import enrolling
from app.http import context
from app.http.endpoint import endpoint
from app.portals import applying, base, mine
from app.portals.cases import version
from app.views import promises as words
from app.views import steps
from app.views.tasks import Task, of_application, of_claim, of_standing, of_store
from complaints import queries as complaints
from merchants.drafts import Contact, EnterpriseDraft
from merchants.lifecycle import SENT_BACK, SUBMITTED, UNDER_REVIEW
from merchants.operations import enrol, parties
from merchants.promise import of_facts
from merchants.queries import enrolments, firms, staff
from workflows.errors import Conflict, RuleBroken
from workflows.people import directory

blueprint = Blueprint("firm", __name__, url_prefix="/merchant")

MOST_TASKS = 30
FEW = 5
FIRM_FIELDS = ("uscc", "name", "district", "address", "contact", "phone")


@blueprint.get("/")
@endpoint("merchant.own")
def home() -> Any:
    """What to do next and by when, what others are doing, and the stores with how each stands."""
    session, own = context.session(), mine.parties()
    under_way = firms.under_way(session, own, MOST_TASKS)
    waiting = [(c, s, mine.due(c.next_due_on)) for c, s in under_way if c.state in (SUBMITTED, UNDER_REVIEW)]
    return render_template(
        "merchant/home.html",
        firms=firms.of_parties(session, own),
        tasks=[(task, mine.due(task.due)) for task in tasks(under_way)],
        waiting=waiting,
        claims=staff.claims_of(session, context.actor().account)[:FEW],
        stores=firms.stores_of(session, own, FEW),
        complaints=complaints.of_enterprises(session, own, limit=FEW),
        manager=bool(context.actor().manages),
    )


def tasks(under_way: Any) -> list[Task]:
    """What the firm has to do, the most urgent first; a clerk has nothing to promise."""
    session, own, manages = context.session(), mine.parties(), context.actor().manages
    if not manages:
        return []
    renewing = {case.store_id for case, _ in under_way}
    pressing = firms.pressing(session, own, MOST_TASKS)
    found = [
        *(of_application(case, store) for case, store in under_way),
        *(of_standing(held, store, renewing=store.id in renewing) for held, store in pressing),
        *(of_claim(claim, firm) for claim, firm in staff.claims_on(session, manages, context.actor().account)),
        *(of_store(store) for store in firms.not_enrolled(session, own, FEW)),
    ]
    return sorted(filter(None, found), key=Task.order)


@blueprint.route("/firm/new", methods=["GET", "POST"])
@endpoint("merchant.own")
def new_firm() -> Any:
    """Bring in a firm by its credit code; where it is known already, it can be claimed."""
    form = {n: request.form.get(n, "")[:300] for n in FIRM_FIELDS}
    if request.method == "GET":
        return firm_page({}, {})
    code, contact = uscc.compact(form["uscc"]), Contact(form["contact"], form["phone"])
    draft = EnterpriseDraft(code, form["name"], form["district"], form["address"], contact)
    try:
        parties.found(context.session(), draft, actor=context.actor(), clock=context.clock())
    except Conflict:
        return base.see_other(url_for("claiming.claim", uscc=code))
    except RuleBroken as error:
        return firm_page(form, mine.said(error)), 422
    return base.see_other(url_for("shops.new_store"))


def firm_page(form: dict[str, str], errors: dict[str, str]) -> str:
    """The form of a firm."""
    return render_template(
        "merchant/firm.html", form=form, errors=errors, districts=directory.regions(context.session())
    )


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
        clocks=mine.clock_cards(found.id),
        history=folded(steps.history(session, found, outward=True)),
        lines=words.lines(of_facts(found.promise), context.lang()),
        allowed=enrolling.allowed(session, found, context.actor()) if mine.manages(store) else [],
        manager=mine.manages(store),
        mend=applying.mend if found.state == SENT_BACK else None,
    )


def folded(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The history with changes that follow each other told once, at the latest: a draft is kept page by page."""
    pairs = zip(history, [None, *history], strict=False)
    return [event for event, later in pairs if later is None or event["key"] != later["key"] or event["words"]]


@blueprint.post("/applications/<uuid:case>/withdraw")
@endpoint("merchant.own")
def withdraw(case: UUID) -> Any:
    """Take an application back."""
    found = enrol.find(context.session(), case, version(request.form))
    enrol.withdraw(context.session(), found, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("firm.application", case=case))
