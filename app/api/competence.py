"""Who is competent, disputes between bureaus, and help under agreements between regions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import competence as views
from complaints import competence_queries, queries
from complaints.competence_models import Dispute
from complaints.operations import agreements, disputes, helping
from complaints.operations.agreements import AgreementDraft
from complaints.schemas.competence import (
    AgreementEnd,
    AgreementIn,
    AgreementOut,
    AgreementsOut,
    CompetenceOut,
    DisputeAnswer,
    DisputeOut,
    DisputePage,
    HelpAnswer,
    HelpOut,
    HelpPage,
    HelpQuery,
    PageQuery,
)

blueprint = Blueprint("competence", __name__, description="Who is competent; disputes, help, agreements of regions.")


@blueprint.route("/complaints/<uuid:case>/competence", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, CompetenceOut())
def competence(case: UUID) -> Any:
    """Which bureaus are competent for a complaint, each with its reason and article."""
    session = context.session()
    found = queries.complaint(session, case)
    return views.facts(views.shown(session, found, context.actor(), context.clock().today()))


@blueprint.route("/jurisdiction-disputes", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, DisputePage())
def list_disputes(asked: dict[str, Any]) -> Any:
    """The disputes that the officer's bureaus have a part in, newest first."""
    parties = context.caller().identity.parties
    rows = competence_queries.disputes(context.session(), parties, after(asked), asked["limit"] + 1)
    items, following = paging.page(rows, asked["limit"], lambda row: [str(row.id)])
    return {"items": [of_dispute(row) for row in items], "next": following}


def after(asked: dict[str, Any]) -> UUID | None:
    """The last one of the page before."""
    place = paging.position(asked["cursor"])
    return UUID(place[0]) if place else None


def of_dispute(row: Dispute) -> dict[str, Any]:
    """A dispute with the day by which it is to be settled."""
    names = set(DisputeOut().fields) - {"due_on"}
    due_on = competence_queries.settle_by(context.session(), row).due_on
    return {name: getattr(row, name) for name in names} | {"due_on": due_on}


@blueprint.route("/jurisdiction-disputes/<uuid:dispute>/answer", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.arguments(DisputeAnswer())
@blueprint.response(200, DisputeOut())
def answer_dispute(given: dict[str, Any], dispute: UUID) -> Any:
    """Answer as the other bureau; agreeing settles the dispute."""
    return of_dispute(disputes.dispute_answer(context.session(), dispute, **given, **who()))


def who() -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": context.actor(), "clock": context.clock()}


@blueprint.route("/help-requests", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(HelpQuery(), location="query")
@blueprint.response(200, HelpPage())
def list_helps(asked: dict[str, Any]) -> Any:
    """Requests for help made to the officer's bureaus, or by them, newest first."""
    parties, asked_of = context.caller().identity.parties, asked["side"] == "asked_of"
    rows = competence_queries.helps_of(
        context.session(), parties, asked_of=asked_of, after=after(asked), limit=asked["limit"] + 1
    )
    items, following = paging.page(rows, asked["limit"], lambda row: [str(row.id)])
    return {"items": items, "next": following}


@blueprint.route("/help-requests/<uuid:wanted>/received", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.response(200, HelpOut())
def received(wanted: UUID) -> Any:
    """Acknowledge a request as the bureau that was asked."""
    return helping.help_received(context.session(), wanted, **who())


@blueprint.route("/help-requests/<uuid:wanted>/answered", methods=["POST"])
@endpoint("complaint.decide")
@blueprint.arguments(HelpAnswer())
@blueprint.response(200, HelpOut())
def answered(given: dict[str, Any], wanted: UUID) -> Any:
    """Answer a request in words; a file goes with it on the officer's page."""
    return helping.help_answered(context.session(), wanted, given["words"], **who())


@blueprint.route("/region-agreements", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.response(200, AgreementsOut())
def register() -> Any:
    """The register of agreements between regions, the newest first."""
    return {"items": competence_queries.agreements(context.session())}


@blueprint.route("/region-agreements", methods=["POST"])
@endpoint("agreements.manage")
@blueprint.arguments(AgreementIn())
@blueprint.response(201, AgreementOut())
def enter(draft: AgreementDraft) -> Any:
    """Register an agreement that the supervisor's bureau is a party to."""
    return agreements.register(context.session(), draft, **who())


@blueprint.route("/region-agreements/<uuid:agreement>/end", methods=["POST"])
@endpoint("agreements.manage")
@blueprint.arguments(AgreementEnd())
@blueprint.response(200, AgreementOut())
def end(given: dict[str, Any], agreement: UUID) -> Any:
    """End an agreement with a last day."""
    return agreements.end(context.session(), agreement, given["last"], **who())
