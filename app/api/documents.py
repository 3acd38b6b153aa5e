"""``/complaints/{id}/documents`` and ``/reports/{id}/documents``: issued, served, and read as PDF."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Response, make_response, request

from app.documents import letter, word
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version
from app.places import Places
from app.views import papers as words
from app.views.papers import Facts
from complaints import papers, queries
from complaints.models import Complaint, Paper, PaperService, Report
from complaints.operations import decide, reports
from complaints.operations import papers as operations
from complaints.operations.papers import Service
from complaints.schemas.papers import PaperAs, PaperIn, PaperOut, PapersOut, ServiceIn
from workflows.case import journal
from workflows.errors import NotFound
from workflows.people.actor import OFFICIALS, ActorRole
from workflows.people.tables import Account, Bureau
from workflows.store.sealed import unseal

SIDE = {ActorRole.CONSUMER: (papers.COMPLAINANT, papers.REPORTER), ActorRole.MERCHANT: (papers.RESPONDENT,)}
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READ = {"complaints": "case.read", "reports": "report.read"}
"""Who may ask at all: a firm never about a report."""


def documents_of(kind: str) -> Blueprint:
    """The four addresses of a kind of case; each kind has its own, so that none is mistaken for a verb."""
    blueprint = Blueprint(f"{kind}_documents", __name__, description="The ten documents of April 2026 (文书).")
    base = f"/{kind}/<uuid:case>/documents"

    @blueprint.route(base, methods=["GET"])
    @endpoint(READ[kind])
    @blueprint.response(200, PapersOut())
    def listed(case: UUID) -> Any:
        """The documents that the caller may see: the bureau all of them, a party those served on it."""
        return listing(kind, case_of(kind, case))

    @blueprint.route(base, methods=["POST"])
    @endpoint("complaint.decide")
    @blueprint.arguments(PaperIn())
    @blueprint.response(201, PaperOut())
    def issue(data: dict[str, Any], case: UUID) -> Any:
        """Issue a document from the case as it stands; needs ``If-Match``: never from a stale state."""
        found = locked(kind, case, expected_version())
        paper = issue_from(found, data["form"], data["values"])
        return facts_of(kind, paper, []), 201, {"ETag": f'"{found.version}"'}

    @blueprint.route(f"{base}/<uuid:paper>/serve", methods=["POST"])
    @endpoint("complaint.decide")
    @blueprint.arguments(ServiceIn())
    @blueprint.response(200, PaperOut())
    def serve(data: dict[str, Any], case: UUID, paper: UUID) -> Any:
        """Record a document's service on one side; needs ``If-Match``."""
        found = locked(kind, case, expected_version())
        return served(kind, found, paper, Service(**data)), 200, {"ETag": f'"{found.version}"'}

    @blueprint.route(f"{base}/<uuid:paper>", methods=["GET"])
    @endpoint(READ[kind])
    @blueprint.arguments(PaperAs(), location="query")
    @blueprint.response(200, content_type="application/pdf")
    def read(data: dict[str, Any], case: UUID, paper: UUID) -> Response:
        """A document exactly as it was issued: as PDF, or with ``format=docx`` for a word processor."""
        return served_file(kind, case, paper, data["format"])

    return blueprint


def listing(kind: str, found: Any) -> dict[str, Any]:
    """The documents of a case, and for its bureau the forms that its state supports."""
    officer = context.actor().role in OFFICIALS
    forms = possible(found) if officer else ()
    return {"items": visible(kind, found), "possible": [form.number for form in forms]}


def possible(found: Any) -> tuple[papers.Form, ...]:
    """The forms that a case supports: the outcome of a report only where a law has its reporter told (art. 36)."""
    forms = papers.possible(found.case_kind, found.state)
    untold = isinstance(found, Report) and not reports.lawful_bases(found)
    return tuple(form for form in forms if not (untold and form.number == papers.OUTCOME))


def issue_from(found: Any, number: int, given: dict[str, str]) -> Paper:
    """Issue a form from a locked case."""
    session, clock = context.session(), context.clock()
    form = papers.find(number)
    address = f"{request.host_url}papers"
    compose = words.compose(form, facts(found), given, address)
    return operations.issue(session, found, form, given, compose, actor=context.actor(), clock=clock)


def served(kind: str, found: Any, paper: UUID, how: Service) -> dict[str, Any]:
    """Record a service with a locked case; the document with all its services."""
    session = context.session()
    row = operations.find(session, found.id, paper)
    operations.serve(session, found, row, how, actor=context.actor(), clock=context.clock())
    return facts_of(kind, row, list(operations.services(session, paper).values()))


def served_file(kind: str, case: UUID, paper: UUID, form: str) -> Response:
    """A document that the caller may see, as a file.

    :param form: ``pdf`` or ``docx``; anything else gives the PDF.
    :raises NotFound: there is no such document.
    """
    found = case_of(kind, case)
    if str(paper) not in {row["id"] for row in visible(kind, found)}:
        raise NotFound("paper.missing", "there is no such document, or you may not see it")
    session = context.session()
    row = operations.find(session, case, paper)
    sheet = words.again(json.loads(operations.opened(session, row)))
    if form == "docx":
        return file_answer(word.as_docx(sheet), DOCX, f'attachment; filename="{row.form}-{row.serial}.docx"')
    own = Places(context.installation().told.data).templates
    return file_answer(letter.as_pdf(sheet, own=own), PDF, f'inline; filename="{row.form}-{row.serial}.pdf"')


def file_answer(content: bytes, kind: str, disposition: str) -> Response:
    """A file as an answer.

    :param kind: its media type.
    :param disposition: whether it is shown or kept, and under what name.
    """
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = disposition
    return response


def case_of(kind: str, case: UUID) -> Any:
    """The case, as far as the caller may see it."""
    session = context.session()
    return queries.report(session, case) if kind == "reports" else queries.complaint(session, case)


def locked(kind: str, case: UUID, version: int) -> Any:
    """The case, locked, at the version that was decided on."""
    session = context.session()
    return reports.find(session, case, version) if kind == "reports" else decide.find(session, case, version)


def visible(kind: str, found: Any) -> list[dict[str, Any]]:
    """The documents of a case that the caller may see."""
    sides = SIDE.get(context.actor().role)
    rows = queries.papers(context.session(), found.id)
    seen = [(p, s) for p, s in rows if sides is None or any(each.side in sides for each in s)]
    return [facts_of(kind, paper, services) for paper, services in seen]


def facts_of(kind: str, paper: Paper, services: list[PaperService]) -> dict[str, Any]:
    """A document as a list shows it."""
    names = ("form", "number", "digest", "issued_on", "case_version")
    return {name: getattr(paper, name) for name in names} | {
        "id": str(paper.id),
        "title": context.t(f"form.{paper.form}.title"),
        "services": services,
        "url": f"/api/v1/{kind}/{paper.case_id}/documents/{paper.id}",
    }


def facts(found: Any) -> Facts:
    """What a document needs to know of a case; the complainant's values in plain, since they go onto the paper."""
    session = context.session()
    bureau = session.get_one(Bureau, found.bureau_id)
    officer = session.get(Account, context.actor().account)
    name = "" if officer is None else unseal(session, officer, "name") or ""
    return Facts(found, person(found), bureau, name, reason(found), context.clock().today())


def person(found: Any) -> dict[str, str]:
    """Who complained or reported, as the case knows; empty for an anonymous report."""
    session = context.session()
    if isinstance(found, Complaint):
        return {field: unseal(session, found, field) or "" for field in Complaint.sealed_fields}
    named = found.name_sealed is not None or found.phone_sealed is not None
    return vars(reports.reporter(session, found)) if named else {}


def reason(found: Any) -> str:
    """The reason that was kept with the last decision told with one."""
    session = context.session()
    kept = journal.words_of(session, found.id)
    return next((words["reason"] for _, words in sorted(kept.items(), reverse=True) if "reason" in words), "")


BLUEPRINTS = tuple(documents_of(kind) for kind in READ)
