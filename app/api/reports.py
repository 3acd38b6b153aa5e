"""``/reports``: filing, also anonymously, reading one's own, and the officer's queue and verbs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app import exporting
from app.api import verbs
from app.api.bringing import own_phone
from app.api.complaints import journal_of
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version, leads_to
from app.views import cases
from app.views import reports as views
from complaints import queries, report_queries
from complaints.drafts import NOBODY, Person, ReportDraft
from complaints.operations import decide, filing, leads, reports
from complaints.report_models import Report
from complaints.schemas.cases import ClocksOut, JournalOut, ReportIn
from complaints.schemas.reports import (
    FiledReport,
    LeadIn,
    ReporterOut,
    ReportOut,
    ReportPage,
    ReportQuery,
    RevealIn,
)
from complaints.schemas.verbs import VerbIn
from workflows.errors import NotFound
from workflows.people.actor import ActorRole
from workflows.people.tables import Account
from workflows.store.sealed import unseal

blueprint = Blueprint("reports", __name__, description="Reports (举报): leads that an operator broke the law.")


@blueprint.route("/reports", methods=["POST"])
@endpoint("report.file")
@blueprint.arguments(ReportIn())
@blueprint.response(201, FiledReport())
@blueprint.doc(**leads_to("reports"))
def file(data: dict[str, Any]) -> Any:
    """File a report; without signing in it is anonymous, and the answer has the code to follow it with."""
    leads_given = ReportDraft(data["clues"], data["basis"], data["anonymous"] or nobody())
    who = NOBODY if leads_given.anonymous else named()
    filed = filing.report(
        context.session(), data["respondent"], leads_given, who, actor=context.actor(), clock=context.clock()
    )
    leg: Any = filed.report
    kept = {"id": leg.id, "filing_id": leg.filing_id, "number": leg.number, "state": leg.state}
    return kept | ({"code": filed.code} if filed.code else {})


def nobody() -> bool:
    """Whether nobody is signed in."""
    return context.actor().role is ActorRole.ANONYMOUS


def named() -> Person:
    """The signed-in reporter, as far as the account knows."""
    account = context.session().get(Account, context.actor().account)
    name = unseal(context.session(), account, "name") if account else None
    return Person(name or "", own_phone(), "")


@blueprint.route("/reports", methods=["GET"])
@endpoint("report.work")
@blueprint.arguments(ReportQuery(), location="query")
@blueprint.response(200, ReportPage())
def queue(asked: dict[str, Any]) -> Any:
    """The reports assigned to the officer, what the law asks for first; or those of another state, newest first."""
    if kind := exporting.asked_for():
        return exporting.reports(kind, asked["state"])
    rows, following = page(asked["state"], asked["cursor"], asked["limit"])
    return {"items": rows, "next": following}


def page(state: str, cursor: str | None, limit: int) -> tuple[Any, str | None]:
    """A page of the officer's own reports, and the cursor of the next one."""
    session, officer, place = context.session(), context.actor().account, paging.position(cursor)
    if officer is None:
        raise NotFound("case.unknown", "there is no such case")
    if state == "received":
        after = (date.fromisoformat(place[0]) if place[0] else None, UUID(place[1])) if place else None
        return paging.page(report_queries.queue(session, officer, after, limit + 1), limit, queue_key)
    last = UUID(place[1]) if place else None
    return paging.page(
        report_queries.decided(session, officer, state, last, limit + 1), limit, lambda r: [None, str(r.id)]
    )


def queue_key(row: Report) -> list[Any]:
    """Where in the queue a row stands."""
    return [row.next_due_on.isoformat() if row.next_due_on else None, str(row.id)]


@blueprint.route("/reports/leads", methods=["POST"])
@endpoint("report.work")
@blueprint.arguments(LeadIn())
@blueprint.response(201, FiledReport())
def lead(data: dict[str, Any]) -> Any:
    """Open a report leg on a lead found in handling a complaint (art. 27); the complaint says nothing of it."""
    complaint = decide.find(context.session(), data["complaint"])
    draft = ReportDraft(data["clues"], data["basis"])
    leg = leads.found(
        context.session(), complaint, draft, data["found_on"], actor=context.actor(), clock=context.clock()
    )
    return {"id": leg.id, "filing_id": leg.filing_id, "number": leg.number, "state": leg.state}


@blueprint.route("/reports/<uuid:case>", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, ReportOut())
def read(case: UUID) -> Any:
    """A report of one's own, or one assigned to the officer."""
    return shown(queries.report(context.session(), case))


def shown(found: Report) -> Any:
    """A report with its version."""
    answer = views.report(context.session(), found, context.actor(), context.clock())
    return answer, 200, {"ETag": f'"{found.version}"'}


@blueprint.route("/reports/<uuid:case>/journal", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, JournalOut())
def journal(case: UUID) -> Any:
    """The report's history with its proofs; a reporter's without what the bureau does within."""
    found = queries.report(context.session(), case)
    known = views.events_for(found, context.actor())
    return {"items": [e for e in journal_of(case) if known is None or e["event"] in known]}


@blueprint.route("/reports/<uuid:case>/clocks", methods=["GET"])
@endpoint("report.read")
@blueprint.response(200, ClocksOut())
def explained(case: UUID) -> Any:
    """The report's clocks, explained day by day."""
    session = context.session()
    book = views.clocks_for(session, queries.report(session, case), context.actor())
    return {"items": cases.explained(session, book, context.clock().today(), context.lang(), "reports")}


@blueprint.route("/reports/<uuid:case>/reveal", methods=["POST"])
@endpoint("report.work")
@blueprint.arguments(RevealIn())
@blueprint.response(200, ReporterOut())
def reveal(data: dict[str, Any], case: UUID) -> Any:
    """The reporter's details in plain, for this one answer; the look stays in the journal with its reason."""
    found = reports.find(context.session(), case, expected_version())
    who = reports.reveal(context.session(), found, data["reason"], actor=context.actor(), clock=context.clock())
    return who, 200, {"ETag": f'"{found.version}"', "Cache-Control": "no-store"}


@blueprint.route("/reports/<uuid:case>/<verb>", methods=["POST"])
@endpoint("report.work")
@blueprint.arguments(VerbIn())
@blueprint.response(200, ReportOut())
def act(given: dict[str, Any], case: UUID, verb: str) -> Any:
    """Take a step with a report, as its assigned officer or its bureau's head; needs ``If-Match``."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, verbs.REPORT_VERBS)
    found = reports.find(session, case, expected_version())
    verbs.apply(session, found, verb, given, actor=actor, clock=context.clock())
    return shown(found)
