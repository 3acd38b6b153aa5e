"""The pages of an entrusted organisation (消保委): its cases, its sessions, its records; in the bureau's name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from app.api import verbs
from app.api.mediation import ENTRUSTED_VERBS
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, cases, mediation, sittings
from app.views import cases as case_views
from app.views import mediation as views
from complaints import codes, mediation_queries, queries
from complaints import mediation as kinds
from complaints.lifecycle import COMPLAINT_NOTES
from complaints.models import Complaint
from complaints.operations import decide
from workflows.case import clocks
from workflows.people.tables import Bureau

blueprint = Blueprint("council", __name__, url_prefix="/council")


@blueprint.get("/")
@endpoint("council.work")
def home() -> Any:
    """The cases that are with the organisation, and the sessions of the next days."""
    session, parties = context.session(), context.caller().identity.parties
    today = context.clock().today()
    return render_template(
        "council/home.html",
        found=mediation_queries.entrusted(session, parties),
        days=[
            pair
            for pair in sittings.by_day(sittings.found(today, sittings.WEEK, mine=False), today, sittings.WEEK)
            if pair[1]
        ],
        today=today,
        now=context.clock().now(),
    )


@blueprint.get("/complaints/<uuid:case>")
@endpoint("council.work")
def one(case: UUID) -> Any:
    """One entrusted case: its facts, masked; its dates; its sessions; what the organisation may do."""
    session, actor = context.session(), context.actor()
    found = queries.complaint(session, case)
    shown = views.parts(session, found, actor)
    book = clocks.of_case(session, found.id)
    waits = next((r for r in shown["recusals"] if r.decided_on is None), None)
    return render_template(
        "council/case.html",
        case=found,
        complainant=case_views.complainant(session, found, actor),
        bureau=session.get_one(Bureau, found.bureau_id),
        clocks=base.promises(book),
        entrusted=next((e for e in shown["entrustments"] if e["returned_on"] is None), None),
        evidence=cases.evidence(session, found.id),
        can=lawful(found, suspended=waits is not None),
        today=context.clock().today(),
        now=context.clock().now(),
        waits=waits,
        kinds=kinds,
        codes=codes,
        **shown,
    )


def lawful(found: Complaint, *, suspended: bool) -> list[str]:
    """What the organisation may do next."""
    held_up = ("plan_session", "move_session", "record_session") if suspended else ()
    return [v for v in ENTRUSTED_VERBS if found.state in COMPLAINT_NOTES[v] and v not in held_up]


@blueprint.post("/complaints/<uuid:case>/<verb>")
@endpoint("council.work")
def act(case: UUID, verb: str) -> Any:
    """A step in an entrusted mediation; after giving a case back its page is no more."""
    session, actor = context.session(), context.actor()
    known = verbs.find(verb, actor, {name: verbs.COMPLAINT_VERBS[name] for name in ENTRUSTED_VERBS})
    found = decide.find(session, case, cases.version(request.form))
    verbs.apply(session, found, verb, mediation.values(known), actor=actor, clock=context.clock())
    return base.see_other(url_for("council.home") if verb == "give_back" else url_for("council.one", case=case))


@blueprint.get("/sessions.ics")
@endpoint("council.work")
def file() -> Response:
    """The organisation's sessions of the next weeks, for the calendar of a telephone."""
    return sittings.answer(sittings.found(context.clock().today(), sittings.FILE_DAYS, mine=False), "sessions")
