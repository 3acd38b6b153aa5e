"""``/reports``: filing, also anonymously, and reading one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields

from app.api import verbs
from app.api.complaints import journal_of
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version, leads_to
from app.views import cases
from complaints import queries
from complaints.drafts import ReportDraft
from complaints.operations import filing, reports
from complaints.schemas.cases import ClocksOut, JournalOut, ReportIn, ReportOut, VerbIn
from workflows.case import clocks
from workflows.people.actor import ActorRole
from workflows.schema import Strict

blueprint = Blueprint("reports", __name__, description="Reports (举报): leads that an operator broke the law.")


class Filed(Strict):
    """What a reporter keeps."""

    id = fields.UUID(required=True)
    filing_id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)


@blueprint.route("/reports", methods=["POST"])
@endpoint("report.file")
@blueprint.arguments(ReportIn())
@blueprint.response(201, Filed())
@blueprint.doc(**leads_to("reports"))
def file(data: dict[str, Any]) -> Any:
    """File a report; without signing in it is anonymous."""
    anonymous = data["anonymous"] or context.actor().role is ActorRole.ANONYMOUS
    leads = ReportDraft(data["clues"], data["basis"], anonymous)
    filed: Any = filing.report(
        context.session(), data["respondent"], leads, actor=context.actor(), clock=context.clock()
    ).report
    return {"id": filed.id, "filing_id": filed.filing_id, "number": filed.number, "state": filed.state}


@blueprint.route("/reports/<uuid:case>", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, ReportOut())
def read(case: UUID) -> Any:
    """A report of one's own, or one assigned to the officer."""
    found = queries.report(context.session(), case)
    return cases.report(context.session(), found), 200, {"ETag": f'"{found.version}"'}


@blueprint.route("/reports/<uuid:case>/journal", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, JournalOut())
def journal(case: UUID) -> Any:
    """The report's history with its proofs."""
    queries.report(context.session(), case)
    return {"items": journal_of(case)}


@blueprint.route("/reports/<uuid:case>/clocks", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, ClocksOut())
def explained(case: UUID) -> Any:
    """The report's clock, explained day by day."""
    session = context.session()
    queries.report(session, case)
    book = clocks.of_case(session, case)
    return {"items": cases.explained(session, book, context.clock().today(), context.lang(), "reports")}


@blueprint.route("/reports/<uuid:case>/<verb>", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.arguments(VerbIn())
@blueprint.response(200, ReportOut())
def act(given: dict[str, Any], case: UUID, verb: str) -> Any:
    """Take a step with a report, as its assigned officer; needs ``If-Match``."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, verbs.REPORT_VERBS)
    found = reports.find(session, case, expected_version())
    verbs.apply(session, found, verb, given, actor=actor, clock=context.clock())
    return cases.report(session, found), 200, {"ETag": f'"{found.version}"'}
