"""The documents on a case's page: issued and recorded as served by the bureau, read by those they were served on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from app.api import documents
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base
from app.portals.cases import version
from complaints import codes, papers
from complaints.models import Paper
from complaints.operations.papers import Service
from workflows.errors import RuleBroken
from workflows.people.actor import OFFICIALS
from workflows.people.tables import Bureau

blueprint = Blueprint("papers", __name__)

COMPLAINTS = "complaints"
REPORTS = "reports"


def section(found: Any, kind: str = COMPLAINTS) -> dict[str, Any]:
    """What the part of a case's page on its documents shows."""
    forms = documents.possible(found) if context.actor().role in OFFICIALS else ()
    return {
        "papers": documents.visible(kind, found),
        "forms": forms,
        "form_of": papers.FORMS,
        "by": codes.TOLD_BY,
    }


@blueprint.get("/<any(my, merchant, officer):portal>/complaints/<uuid:case>/documents/<uuid:paper>")
@endpoint("case.read")
def read(portal: str, case: UUID, paper: UUID) -> Any:  # noqa: ARG001 - one page, whichever portal links to it
    """A document as PDF, or for a word processor."""
    return documents.served_file(COMPLAINTS, case, paper, request.args.get("format", ""))


@blueprint.post("/officer/complaints/<uuid:case>/documents")
@endpoint("complaint.decide")
def issue(case: UUID) -> Any:
    """Issue a document from the case as the page showed it."""
    issued(COMPLAINTS, case)
    return base.see_other(url_for("officer.case", case=case) + "#papers")


def issued(kind: str, case: UUID) -> None:
    """Issue the document that the form asks for.

    :raises RuleBroken: no such document, or values missing.
    """
    found = documents.locked(kind, case, version(request.form))
    number = request.form.get("form", "")
    if not number.isascii() or not number.isdigit() or len(number) > 2:
        raise RuleBroken("paper.unknown", "choose a document", field="form")
    form = papers.find(int(number))
    names = (*form.needs, *form.takes)
    given = {name: request.form.get(name, "").strip() for name in names if request.form.get(name, "").strip()}
    documents.issue_from(found, form.number, given)


@blueprint.post("/officer/complaints/<uuid:case>/documents/<uuid:paper>/serve")
@endpoint("complaint.decide")
def serve(case: UUID, paper: UUID) -> Any:
    """Record that a document reached somebody today."""
    recorded(COMPLAINTS, case, paper)
    return base.see_other(url_for("officer.case", case=case) + "#papers")


def recorded(kind: str, case: UUID, paper: UUID) -> None:
    """Record the service that the form tells of."""
    found = documents.locked(kind, case, version(request.form))
    how = Service(request.form.get("side", "")[:20], request.form.get("by", "")[:20])
    documents.served(kind, found, paper, how)


@blueprint.get("/papers/<uuid:paper>")
@endpoint("public")
def check(paper: UUID) -> Any:
    """Whether a printed document is one of ours: its number, bureau, day and digest to compare, and no word of it."""
    session = context.session()
    columns = (Paper.number, Paper.digest, Paper.issued_on, Bureau.name, Bureau.name_en)
    query = select(*columns).join(Bureau, Bureau.id == Paper.bureau_id).where(Paper.id == paper)
    found = session.execute(query).one_or_none()
    return render_template("public/paper.html", found=found), 200 if found else 404
