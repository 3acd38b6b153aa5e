"""``/statements``: a firm's signed statement of standing, consent to one recipient, every look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for

from app.api.alliances import who
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import statements as views
from merchants.brand_schemas import (
    ConsentIn,
    ConsentOut,
    KeyOut,
    LooksOut,
    SharedOut,
    StatementIn,
    StatementOut,
    StatementsOut,
)
from merchants.models import Enterprise, StatementConsent
from merchants.operations import statements
from merchants.queries import statements as queries
from workflows.errors import NotFound

blueprint = Blueprint(
    "statements", __name__, description="Statements of standing for lenders and insurers, by consent."
)


@blueprint.route("/statements/key", methods=["GET"])
@endpoint("public", transaction=False)
@blueprint.response(200, KeyOut())
def key() -> Any:
    """The public key that checks statements; how is in docs/runbooks/statements.md."""
    return views.public_key(context.installation().db.keys)


@blueprint.route("/statements", methods=["GET"])
@endpoint("merchant.own")
@blueprint.response(200, StatementsOut())
def listed() -> Any:
    """One's firms' statements, newest first."""
    rows = queries.of_firms(context.session(), context.caller().identity.parties)
    return {"items": [views.signed(row) for row, _ in rows], "next": None}


@blueprint.route("/statements", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(StatementIn())
@blueprint.response(201, StatementOut())
def make(data: dict[str, Any]) -> Any:
    """Ask for a signed statement of one's firm as of now."""
    firm = context.session().get(Enterprise, data["enterprise_id"])
    if firm is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="enterprise_id")
    return views.signed(views.make(context.session(), firm, **who()))


@blueprint.route("/statements/<uuid:case>/consents", methods=["GET"])
@endpoint("merchant.own")
@blueprint.response(200, LooksOut())
def consents(case: UUID) -> Any:
    """Who was ever let in, and every look."""
    session = context.session()
    found = queries.statement(session, case)
    rows = [consent_facts(row) for row in queries.consents(session, found.id)]
    return {"consents": rows, "looks": queries.looks(session, found.id)}


@blueprint.route("/statements/<uuid:case>/consents", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(ConsentIn())
@blueprint.response(201, ConsentOut())
def consent(data: dict[str, Any], case: UUID) -> Any:
    """Let one named lender or insurer check the statement by a link, which is given once."""
    found = queries.statement(context.session(), case)
    row, secret = statements.consent(context.session(), found, data["recipient"], data["kind"], data["days"], **who())
    return consent_facts(row) | {"link": url_for("statements_pages.shared", token=secret, _external=True)}


def consent_facts(row: StatementConsent) -> dict[str, Any]:
    """A consent without its secret."""
    names = ("id", "recipient", "expires_at", "ended_at")
    return {name: getattr(row, name) for name in names} | {"kind": row.recipient_kind}


@blueprint.route("/statements/consents/<uuid:case>/end", methods=["POST"])
@endpoint("merchant.own")
@blueprint.response(200, ConsentOut())
def end(case: UUID) -> Any:
    """End a consent; its link is dead at once."""
    return consent_facts(statements.end(context.session(), case, **who()))


@blueprint.route("/statements/shared/<token>", methods=["GET"])
@endpoint("public")
@blueprint.response(200, SharedOut())
def shared(token: str) -> Any:
    """A statement by its link; the look is recorded, and the firm sees it."""
    found = statements.look(context.session(), token, context.address())
    names = ("number", "body", "recipient", "expires_at")
    facts = {name: getattr(found, name) for name in names}
    return facts | {"signature": views.text64(found.signature), "kind": found.recipient_kind}
