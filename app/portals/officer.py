"""An officer's pages: the queue, one case on one screen, the measures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.complaints import queue_key, queue_position
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, beside, cases, competence, desk, papers, respondents
from app.views import dates, intake, measures
from complaints import queries
from complaints.lifecycle import COMPLAINT
from workflows.case import calendars
from workflows.people import directory

blueprint = Blueprint("officer", __name__, url_prefix="/officer")

PAGE = 50
SPANS = (7, 30, 90)


@blueprint.get("/")
@endpoint("complaint.queue")
def queue() -> Any:
    """Open complaints, what the law asks for first before the rest."""
    session, args, account = context.session(), request.args, context.actor().account
    parties = context.caller().identity.parties
    place = queue_position(paging.position(args.get("cursor")))
    chosen = desk.chosen(args)
    mine = account if chosen.whose == "mine" else None
    nobodys = chosen.whose == "unassigned"
    rows = queries.queue(
        session, parties, place, chosen.district, chosen.state, PAGE + 1, officer=mine, unassigned=nobodys
    )
    found, following = paging.page(rows, PAGE, queue_key)
    return render_template(
        "officer/queue.html",
        found=[(row, due(row)) for row in found],
        following=following,
        districts=[r for r in directory.regions(session) if r.city == context.actor().city],
        states=[s for s in COMPLAINT.states if s not in queries.ENDED],
        chosen=chosen,
        **desk.around(parties, account),
    )


def due(row: Any) -> tuple[str, str, str, bool]:
    """A row's next date, how far off it is, its urgency, and whether it is provisional."""
    if row.next_due_on is None:
        return "", "", "", False
    calendar = calendars.current(context.session())
    left, urgency = dates.remaining(row.next_due_on, context.clock().today(), calendar, context.lang())
    provisional = not calendar.is_published(row.next_due_on)
    return dates.day_text(row.next_due_on, context.lang()), left, urgency, provisional


@blueprint.get("/complaints/<uuid:case>")
@endpoint("complaint.queue")
def case(case: UUID) -> Any:
    """One case on one screen: facts, dates, history, and the next lawful steps only."""
    found = queries.complaint(context.session(), case)
    districts = [r for r in directory.regions(context.session()) if r.city == found.city]
    shown = papers.section(found) | cases.page(found, districts=districts)
    shown |= competence.section(found, shown["why"])
    shown |= beside.section(found, len(shown["evidence"])) | desk.of_case(found) | respondents.section(found)
    shown["taken"] = intake.taken(context.session(), found)
    return render_template("officer/case.html", **shown)


@blueprint.post("/complaints/<uuid:case>/<verb>")
@endpoint("complaint.decide")
def act(case: UUID, verb: str) -> Any:
    """A step of the bureau."""
    cases.act(case, verb, request.form)
    return base.see_other(url_for("officer.case", case=case))


@blueprint.get("/measures")
@endpoint("measures.read")
def figures() -> Any:
    """The nights' figures by district, as a chart with a table beside it."""
    days = request.args.get("days", default=30, type=int)
    days = days if days in SPANS else 30
    last = context.clock().today()
    first = last - timedelta(days=days - 1)
    shown = measures.by_district(context.session(), first, last, context.actor().city, context.lang())
    held = measures.days_held(context.session(), first, last, context.actor().city)
    return render_template(
        "officer/measures.html", shown=shown, held=held, days=days, spans=SPANS, first=first, last=last
    )
