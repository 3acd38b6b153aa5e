"""A merchant's pages: complaints about the firm, and what it can do about each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, cases, papers
from complaints import queries
from workflows.delivery import notices

blueprint = Blueprint("merchant", __name__, url_prefix="/merchant")

PAGE = 50


@blueprint.get("/complaints")
@endpoint("merchant.own")
def inbox() -> Any:
    """Complaints about the firm, newest first."""
    found = queries.of_enterprises(context.session(), context.caller().identity.parties, limit=PAGE)
    return render_template("merchant/inbox.html", found=found)


@blueprint.get("/complaints/<uuid:case>")
@endpoint("merchant.own")
def case(case: UUID) -> Any:
    """One complaint as the firm may see it."""
    found = queries.complaint(context.session(), case)
    if found.enterprise_id:
        notices.has_read(context.session(), found.id, found.enterprise_id)
    return render_template("merchant/case.html", **papers.section(found), **cases.page(found))


@blueprint.post("/complaints/<uuid:case>/<verb>")
@endpoint("merchant.own")
def act(case: UUID, verb: str) -> Any:
    """A step that is the firm's: consent, offer."""
    cases.act(case, verb, request.form)
    return base.see_other(url_for("merchant.case", case=case))
