"""Statements of standing: a firm's own pages, and the page that a lender or insurer sees by its link."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.alliances import who
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms
from app.views import statements as views
from merchants import codes
from merchants.models import Enterprise
from merchants.operations import statements
from merchants.queries import bonds as bond_queries
from merchants.queries import statements as queries
from workflows.errors import NotFound, RuleBroken

blueprint = Blueprint("statements_pages", __name__)

LENGTHS = (7, 30, 90)


@blueprint.get("/merchant/statements")
@endpoint("merchant.own")
def listed() -> Any:
    """One's firms' statements, and asking for one."""
    session, parties = context.session(), context.caller().identity.parties
    return render_template(
        "merchant/statements.html",
        found=queries.of_firms(session, parties),
        firms=[f for f in bond_queries.firms_of(session, parties) if f.id in context.actor().manages],
    )


@blueprint.post("/merchant/statements")
@endpoint("merchant.own")
def make() -> Any:
    """Make and sign a statement as of now."""
    session = context.session()
    firm = session.get(Enterprise, forms.ident_needed(request.form, "firm"))
    if firm is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="firm")
    row = views.make(session, firm, **who())
    return base.see_other(url_for("statements_pages.own", case=row.id))


@blueprint.get("/merchant/statement/<uuid:case>")
@endpoint("merchant.own")
def own(case: UUID) -> Any:
    """One statement, who may check it, and every look."""
    return page(case)


def page(case: UUID, link: str = "", errors: Any = None) -> str:
    """The firm's page of a statement; a fresh link is shown once."""
    session = context.session()
    row = queries.statement(session, case)
    return render_template(
        "merchant/statement.html",
        statement=row,
        says=json.loads(row.body),
        made=row.made_at,
        signature=views.text64(row.signature),
        consents=queries.consents(session, row.id),
        looks=queries.looks(session, row.id),
        link=link,
        errors=errors or {},
        form=request.form,
        recipients=codes.RECIPIENTS,
        lengths=LENGTHS,
        now=context.clock().now(),
    )


@blueprint.post("/merchant/statement/<uuid:case>/consent")
@endpoint("merchant.own")
def consent(case: UUID) -> Any:
    """Let one named recipient check the statement; its link is shown once, on this answer."""
    session, form = context.session(), request.form
    row = queries.statement(session, case)
    days = int(form.get("days", "")) if form.get("days", "") in {str(n) for n in LENGTHS} else 0
    try:
        _, secret = statements.consent(
            session, row, form.get("recipient", "")[:200], form.get("kind", "")[:40], days, **who()
        )
    except RuleBroken as broken:
        return page(case, errors=forms.errors(broken)), 422
    return page(case, link=url_for("statements_pages.shared", token=secret, _external=True))


@blueprint.post("/merchant/consents/<uuid:case>/end")
@endpoint("merchant.own")
def end(case: UUID) -> Any:
    """End a consent; its link is dead at once."""
    row = statements.end(context.session(), case, **who())
    return base.see_other(url_for("statements_pages.own", case=row.statement_id))


@blueprint.get("/statement/<token>")
@endpoint("public")
def shared(token: str) -> Any:
    """A statement by its link; the look is recorded before anything is shown."""
    found = statements.look(context.session(), token, context.address())
    return render_template(
        "merchant/statement_shared.html",
        shown=found,
        says=found.says,
        made=datetime.fromisoformat(found.says["made_at"]),
        signature=views.text64(found.signature),
        ours=views.is_ours(context.installation().db.keys, found.body, found.signature),
    )
