"""Handing reports on within the desk: the head's page. It tells neither which nor, before, how many there are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from app.http import context
from app.http.endpoint import endpoint
from app.portals import forms
from complaints import desks
from complaints.operations import reassigning
from workflows.errors import RuleBroken

blueprint = Blueprint("handing_on", __name__)


@blueprint.get("/officer/reports/hand-on")
@endpoint("report.head")
def ask() -> Any:
    """Whose reports go to whom, and why."""
    return page()


@blueprint.post("/officer/reports/hand-on")
@endpoint("report.head")
def hand_on() -> Any:
    """Hand on everything open of one officer to another."""
    session, form = context.session(), request.form
    officers = {str(c.id): c.id for c in desks.colleagues(session)}
    given, to = officers.get(form.get("officer", "")), officers.get(form.get("to", ""))
    if given is None or to is None:
        return page({"officer": context.t("reassign.choose")}), 422
    try:
        done = handed(given, to, form.get("reason", "")[:1000])
    except RuleBroken as broken:
        return page(forms.errors(broken)), 422
    return page(done=done)


def handed(officer: UUID, to: UUID, reason: str) -> tuple[int, bool]:
    """Hand on, as the head who asks."""
    return reassigning.reassign_desk(
        context.session(), officer, to, reason, actor=context.actor(), clock=context.clock()
    )


def page(errors: dict[str, str] | None = None, done: tuple[int, bool] | None = None) -> str:
    """The form, with what is wrong or what was done."""
    return render_template(
        "officer/hand_on.html",
        colleagues=desks.colleagues(context.session()),
        errors=errors or {},
        done=done,
        typed=request.form,
    )
