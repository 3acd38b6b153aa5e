"""An officer's pages of reports: the queue, one report on one screen, a lead found in mediation."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, render_template, request, url_for

from app.api import documents, verbs
from app.api.reports import page as queue_page
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, cases, forms, papers
from app.portals import competence as competence_pages
from app.portals.officer import due
from app.views import cases as case_views
from app.views import competence
from app.views import reports as views
from complaints import bridge_queries, codes, desks, queries, report_queries
from complaints.drafts import ReportDraft
from complaints.lifecycle import REPORT
from complaints.models import Complaint
from complaints.operations import decide, extensions, leads, repeats, reports
from complaints.operations.reports import Reporter
from complaints.report_models import Report, ReportLetter
from complaints.schemas.verbs import VerbIn
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import ActorRole
from workflows.people.tables import Bureau

blueprint = Blueprint("report_pages", __name__)

PAGE = 50
LETTER_VERBS = ("letter_sent", "letter_received", "letter_answered")
FIELDS = {
    "verify": ("kind", "reason"),
    "testing": ("on",),
    "tested": ("on",),
    "propose_extend": ("reason",),
    "refuse_extend": ("reason",),
    "no_case": ("reason",),
    "redirect": ("to", "reason"),
    "repeat": ("earlier",),
    "merge": ("earlier",),
    "told": ("basis", "by", "on"),
    "police_propose": ("to", "reason"),
    "police_refuse": ("reason",),
    "assist_send": ("to", "reason"),
    "letter_sent": ("letter",),
    "letter_received": ("letter", "on"),
    "letter_answered": ("letter", "reason", "on"),
    "reassign": ("officer", "reason"),
}
"""The fields of a verb's form, in order."""


@blueprint.get("/officer/reports/")
@endpoint("report.work")
def queue() -> Any:
    """The reports that the officer verifies, what the law asks for first before the rest."""
    asked = request.args.get("state", "")
    state = asked if asked in REPORT.states else REPORT.initial
    found, following = queue_page(state, request.args.get("cursor"), PAGE)
    head = context.actor().role is ActorRole.SUPERVISOR
    return render_template(
        "officer/reports.html",
        found=[(row, due(row)) for row in found],
        following=following,
        to_decide=[(row, due(row)) for row in report_queries.to_decide(context.session())] if head else [],
        states=REPORT.states,
        state=state,
    )


@blueprint.get("/officer/reports/<uuid:case>")
@endpoint("report.work")
def one(case: UUID) -> Any:
    """One report on one screen: facts, dates, history, documents, letters, and the next lawful steps only."""
    return screen(queries.report(context.session(), case))


def screen(found: Report, revealed: Reporter | None = None) -> str:
    """The officer's page of a report, with the reporter in plain where that was just asked for with a reason."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    lawful = views.verbs(session, found, actor, clock)
    why = competence.shown(session, found, actor, clock.today()) if found.source == "filed" else None
    return render_template(
        "officer/report.html",
        revealed=revealed,
        asked=extensions.asked(session, found),
        masked=views.masked(session, found),
        verbs=[verb for verb in lawful if verb not in LETTER_VERBS],
        fields=FIELDS,
        codes=codes,
        bases=reports.lawful_bases(found),
        others=repeats.earlier(session, found),
        letters=[letter(row) for row in report_queries.letters(session, found.id)],
        today=clock.today(),
        numbers=bridge_queries.numbers_of(session, found.id),
        colleagues=desks.colleagues(session, found.bureau_id) if actor.role is ActorRole.SUPERVISOR else [],
        evidence=cases.evidence(session, found.id),
        bureau=session.get_one(Bureau, found.bureau_id),
        why=why,
        **competence_pages.section(found, why),
        **page(found),
        **papers.section(found, papers.REPORTS),
    )


def letter(row: ReportLetter) -> dict[str, Any]:
    """A letter with the day its answer is due, and whether it is late."""
    found = views.assist_due(context.session(), row)
    due_on = found.due_on if found else None
    return {"row": row, "due_on": due_on, "late": views.late(row, due_on, context.clock())}


def page(found: Report) -> dict[str, Any]:
    """What the pages of a report show to its reporter and to its officer alike."""
    session, today = context.session(), context.clock().today()
    book = views.clocks_for(session, found, context.actor())
    known = views.events_for(found, context.actor())
    days = [[case_views.day_facts(line, context.lang()) for line in case_views.days(session, c, today)] for c in book]
    history = cases.history(session, found.id, context.actor())
    return {
        "case": found,
        "state": views.state_for(found, context.actor()),
        "earlier": views.earlier_number(session, found),
        "clocks": list(zip(base.promises(book), days, strict=True)),
        "history": [event for event in history if known is None or event["event"] in known],
    }


@blueprint.post("/officer/reports/<uuid:case>/reveal")
@endpoint("report.work")
def reveal(case: UUID) -> Any:
    """The reporter in plain, on this one page; the look stays in the history with its reason."""
    found = reports.find(context.session(), case, cases.version(request.form))
    reason = request.form.get("reason", "")
    who = reports.reveal(context.session(), found, reason, actor=context.actor(), clock=context.clock())
    response = make_response(screen(found, who))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/officer/reports/<uuid:case>/<verb>")
@endpoint("report.work")
def act(case: UUID, verb: str) -> Any:
    """A step of the bureau."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, verbs.REPORT_VERBS)
    found = reports.find(session, case, cases.version(request.form))
    verbs.apply(session, found, verb, values(request.form, verb), actor=actor, clock=context.clock())
    return base.see_other(url_for("report_pages.one", case=case))


def values(form: Any, verb: str) -> dict[str, Any]:
    """A form's filled-in fields as the verb takes them.

    :raises RuleBroken: a field that cannot be read, by name.
    """
    given = {name: form.get(name, "").strip() for name in FIELDS.get(verb, ()) if form.get(name, "").strip()}
    schema = VerbIn()
    if faults := schema.validate(given):
        errors = [FieldError(name, "invalid", words[0]) for name, words in faults.items()]
        raise RuleBroken("validation", "the form has faults", errors=errors)
    loaded: dict[str, Any] = schema.load(given)
    return loaded


@blueprint.get("/officer/reports/lead/<uuid:case>")
@endpoint("report.work")
def lead(case: UUID) -> Any:
    """The form for a lead that was found in handling a complaint."""
    return lead_form(queries.complaint(context.session(), case), {})


def lead_form(complaint: Complaint, errors: dict[str, str]) -> str:
    """The form with what is wrong beside each field."""
    typed, today = request.form, context.clock().today()
    return render_template("officer/report_lead.html", case=complaint, errors=errors, typed=typed, today=today)


@blueprint.post("/officer/reports/lead/<uuid:case>")
@endpoint("report.work")
def lead_found(case: UUID) -> Any:
    """Open a report leg on the lead; the complaint's page says nothing of it afterwards."""
    session, form = context.session(), request.form
    complaint = decide.find(session, case)
    draft = ReportDraft(form.get("clues", ""), form.get("basis", ""))
    try:
        day: date | None = forms.day(form, "on") if form.get("on") else None
        leg = leads.found(session, complaint, draft, day, actor=context.actor(), clock=context.clock())
    except RuleBroken as broken:
        return lead_form(complaint, forms.errors(broken)), 422
    return base.see_other(url_for("report_pages.one", case=leg.id))


@blueprint.get("/<any(my, officer):portal>/reports/<uuid:case>/documents/<uuid:paper>")
@endpoint("report.read")
def read(portal: str, case: UUID, paper: UUID) -> Any:  # noqa: ARG001 - one page, whichever portal links to it
    """A document as PDF."""
    return documents.served_file(papers.REPORTS, case, paper, request.args.get("format", ""))


@blueprint.post("/officer/reports/<uuid:case>/documents")
@endpoint("report.work")
def issue(case: UUID) -> Any:
    """Issue a document from the report as the page showed it."""
    papers.issued(papers.REPORTS, case)
    return base.see_other(url_for("report_pages.one", case=case) + "#papers")


@blueprint.post("/officer/reports/<uuid:case>/documents/<uuid:paper>/serve")
@endpoint("report.work")
def serve(case: UUID, paper: UUID) -> Any:
    """Record that a document reached the reporter today."""
    papers.recorded(papers.REPORTS, case, paper)
    return base.see_other(url_for("report_pages.one", case=case) + "#papers")
