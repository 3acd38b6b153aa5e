"""A consumer's pages: my cases, one case, what I was told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.evidence import serve
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, cases, papers, reports
from app.portals.tables import FilingDraft
from app.views.reports import state_for
from complaints import bridge_queries, intake_queries, queries, respondents
from complaints.drafts import Draft
from complaints.operations import consult, handing
from workflows.delivery import notices
from workflows.errors import NotFound, Refused
from workflows.people.tables import Bureau

blueprint = Blueprint("consumer", __name__, url_prefix="/my")

PAGE = 30


@blueprint.get("/")
@endpoint("complaint.file")
def mine() -> Any:
    """My complaints and reports, newest first."""
    session, account = context.session(), context.actor().account
    if account is None:
        raise NotFound("case.unknown", "there is no such case")
    draft = session.get(FilingDraft, account)
    return render_template(
        "consumer/mine.html",
        found=queries.of_complainant(session, account, limit=PAGE),
        reports=[(r, state_for(r, context.actor())) for r in queries.reports_of(session, account)],
        draft=draft is not None and draft.filed_as is None,
        taking_part=intake_queries.taking_part(session, account),
        asked=consult.of_asker(session, account),
        handed=handing.of_consumer(session, account),
    )


def handed_on(error: Refused, draft: Draft) -> Any:
    """The bureau has not published this portal (art. 8): the national platform gets the filing, the consumer is told.

    :raises Refused: the filing was refused for another reason.
    """
    if error.code != "channel":
        raise error
    row = handing.hand_over(context.session(), draft, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("consumer.handed", found=row.id))


@blueprint.get("/handed/<uuid:found>")
@endpoint("complaint.file")
def handed(found: UUID) -> Any:
    """A filing on its way by the national platform: its number there, and from when the period counts."""
    session = context.session()
    row = bridge_queries.handover(session, found)
    bureau = session.get_one(Bureau, row.bureau_id)
    return render_template("consumer/handed.html", row=row, bureau=bureau, said=handing.body_of(session, row))


@blueprint.get("/complaints/<uuid:case>")
@endpoint("complaint.file")
def case(case: UUID) -> Any:
    """One complaint: what happened, what comes next, by when."""
    found = queries.complaint(context.session(), case)
    shown = papers.section(found) | cases.page(found, filed=request.args.get("filed") == "1")
    heard = respondents.heard(context.session(), found, context.clock().today(), officer=False)
    return render_template("consumer/case.html", heard=heard, **shown)


@blueprint.post("/complaints/<uuid:case>/<verb>")
@endpoint("complaint.file")
def act(case: UUID, verb: str) -> Any:
    """A step that is the consumer's: consent, withdraw, rate."""
    cases.act(case, verb, request.form)
    return base.see_other(url_for("consumer.case", case=case))


@blueprint.get("/reports/<uuid:case>")
@endpoint("report.read")
def report(case: UUID) -> Any:
    """One report, seen by its reporter only."""
    found = queries.report(context.session(), case)
    return render_template("consumer/report.html", **reports.page(found), **papers.section(found, papers.REPORTS))


@blueprint.get("/notices")
@endpoint("notices.read")
def told_notices() -> Any:
    """What I was told."""
    found = notices.of_recipients(context.session(), context.caller().identity.parties)
    return render_template("shared/notices.html", found=found)


@blueprint.get("/evidence/<uuid:file>")
@endpoint("evidence.read")
def evidence(file: UUID) -> Any:
    """A file of a case one may see."""
    return serve(file)
