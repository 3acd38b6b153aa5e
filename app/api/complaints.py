"""``/complaints``: filing, reading, the queue, and the verbs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import exporting
from app.api import bringing, verbs
from app.api.exports import of_queue
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version, leads_to
from app.views import cases, delays, intake
from complaints import ledgers, queries, searching
from complaints.models import Complaint
from complaints.operations import acting, decide
from complaints.schemas.cases import (
    ClocksOut,
    ComplaintIn,
    ComplaintOut,
    JournalOut,
    QueuePage,
    QueueQuery,
    as_leg,
)
from complaints.schemas.delays import DelaysOut
from complaints.schemas.verbs import VerbIn
from workflows.case import clocks
from workflows.case.tables import CaseEvent
from workflows.errors import FieldError, RuleBroken

MOST_EVENTS = 1000
FOUND = "found"
"""Marks a place in a search: it means nothing in the queue."""

blueprint = Blueprint("complaints", __name__, description="Complaints (投诉): disputes a consumer asks to resolve.")


@blueprint.route("/complaints", methods=["POST"])
@endpoint("complaint.bring")
@blueprint.arguments(ComplaintIn())
@blueprint.response(201, ComplaintOut())
@blueprint.doc(**leads_to("complaints"))
def file(data: dict[str, Any]) -> Any:
    """File a complaint, with its report leg where the story has one; an officer names channel and caller."""
    session, actor = context.session(), context.actor()
    filed = bringing.bring(data)
    complaint: Any = filed.complaint
    shown = cases.complaint(session, complaint, actor, filed.clocks)
    if filed.report:
        shown["report"] = as_leg(filed.report, filed.code)
    return shown, 201, {"ETag": f'"{complaint.version}"', "Location": f"/api/v1/complaints/{complaint.id}"}


@blueprint.route("/complaints", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(QueueQuery(), location="query")
@blueprint.response(200, QueuePage())
def queue(asked: dict[str, Any]) -> Any:
    """The queue of open complaints (``open``, also ``triage``; ``mine``; ``unassigned``), what the law asks for first.

    With ``q`` – a number, a phone, words of two characters and more – every complaint that has it, newest first.
    """
    if kind := exporting.asked_for():
        return of_queue(asked, kind)
    if asked["q"]:
        return found(asked)
    place = paging.position(asked["cursor"])
    rows = queries.queue(
        context.session(),
        context.caller().identity.parties,
        after=queue_position(place),
        district=asked["district"],
        state=asked["state"],
        limit=asked["limit"] + 1,
        officer=context.actor().account if asked["queue"] == "mine" else None,
        unassigned=asked["queue"] == "unassigned",
    )
    items, following = paging.page(rows, asked["limit"], queue_key)
    return {"items": items, "next": following}


def found(asked: dict[str, Any]) -> Any:
    """A page of what was searched for; a search is over all cases, so the queue's filters are not taken with it."""
    faults = [FieldError(name, "unknown", "is not taken with q") for name in ("district", "state") if asked[name]]
    if faults:
        raise RuleBroken("validation", "a search takes no filters", errors=faults)
    after = search_position(paging.position(asked["cursor"]))
    rows = searching.search(context.session(), asked["q"], after, asked["limit"] + 1)
    items, following = paging.page(rows, asked["limit"], search_key)
    return {"items": items, "next": following}


def search_key(row: Complaint) -> list[Any]:
    """Where in what was found a row stands."""
    return [FOUND, str(row.id)]


def search_position(place: list[Any] | None) -> UUID | None:
    """A place in what was found, from its cursor.

    :raises RuleBroken: a cursor of the queue.
    """
    if place is None:
        return None
    if place[0] != FOUND:
        raise RuleBroken("cursor", "is not a cursor of this list: begin again without it", field="cursor")
    return UUID(place[1])


def queue_key(row: Complaint) -> list[Any]:
    """Where in the queue a row stands."""
    return [row.next_due_on.isoformat() if row.next_due_on else None, str(row.id)]


def queue_position(place: list[Any] | None) -> Any:
    """A place in the queue, from its cursor.

    :raises RuleBroken: a cursor of a search.
    """
    if place is None:
        return None
    due, last = place
    if due == FOUND:
        raise RuleBroken("cursor", "is not a cursor of this list: begin again without it", field="cursor")
    return (date.fromisoformat(due) if due else None, UUID(last))


@blueprint.route("/complaints/<uuid:case>", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, ComplaintOut())
def read(case: UUID) -> Any:
    """A complaint, as the caller may see it."""
    found = queries.complaint(context.session(), case)
    session, actor = context.session(), context.actor()
    shown = cases.complaint(session, found, actor) | intake.people(session, found, actor)
    shown["allowed"] = acting.allowed(session, found, shown["allowed"], actor=actor, clock=context.clock())
    return shown, 200, {"ETag": f'"{found.version}"'}


@blueprint.route("/complaints/<uuid:case>/journal", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, JournalOut())
def journal(case: UUID) -> Any:
    """The case's history with its proofs, oldest first."""
    queries.complaint(context.session(), case)
    return {"items": journal_of(case)}


def journal_of(case: UUID) -> list[dict[str, Any]]:
    """The events of a case that the caller may see."""
    query = select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq).limit(MOST_EVENTS)
    return [
        {
            "seq": e.seq,
            "event": e.event,
            "at": e.at,
            "body": e.body,
            "prev": e.prev.hex(),
            "hash": e.hash.hex(),
            "alg": e.alg,
        }
        for e in context.session().scalars(query)
    ]


@blueprint.route("/complaints/<uuid:case>/clocks", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, ClocksOut())
def explained(case: UUID) -> Any:
    """Every clock of the case, explained day by day."""
    session = context.session()
    queries.complaint(session, case)
    book = clocks.of_case(session, case)
    return {"items": cases.explained(session, book, context.clock().today(), context.lang(), "complaints")}


@blueprint.route("/complaints/<uuid:case>/delays", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, DelaysOut())
def delay_ledger(case: UUID) -> Any:
    """Every calendar day of the case, charged to whoever held it."""
    session = context.session()
    queries.complaint(session, case)
    return delays.facts(ledgers.of_case(session, case, context.clock().today()), context.lang())


@blueprint.route("/complaints/<uuid:case>/<verb>", methods=["POST"])
@endpoint("complaint.party")
@blueprint.arguments(VerbIn())
@blueprint.response(200, ComplaintOut())
def act(given: dict[str, Any], case: UUID, verb: str) -> Any:
    """Take a step with a complaint; needs ``If-Match``."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, verbs.COMPLAINT_VERBS)
    complaint = decide.find(session, case, expected_version())
    verbs.apply(session, complaint, verb, given, actor=actor, clock=context.clock())
    return cases.complaint(session, complaint, actor), 200, {"ETag": f'"{complaint.version}"'}
