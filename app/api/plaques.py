"""``/plaques``: what a plaque's number stands for, today and on any past day; and the schema of that answer."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, json

from app.http import context, guesses
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.json_schema import document
from app.views import enrolments as views
from merchants.published import PlaqueOut, PlaqueQuery, store_facts
from merchants.queries import plaques
from merchants.queries.plaques import Checked
from workflows.errors import NotFound

blueprint = Blueprint("plaques", __name__, description="Plaques (标牌): live status and the promise in force.")

SCHEMA_TYPE = "application/schema+json"


@blueprint.route("/plaques/<number>", methods=["GET"])
@endpoint("public")
@blueprint.arguments(PlaqueQuery(), location="query")
@blueprint.response(200, PlaqueOut())
def plaque(asked: dict[str, Any], number: str) -> Any:
    """A plaque's live status, and the promise that held on the day asked about (today where none is)."""
    today = context.clock().today()
    found = plaques.look(context.session(), number, asked["on"] or today, today)
    if found is None:
        guesses.wrong()
        raise NotFound("plaque.unknown", "no plaque of ours has this number", field="number")
    return facts(found)


def facts(found: Checked) -> dict[str, Any]:
    """A plaque as everybody sees it."""
    names = ("state", "entered_on", "expires_on", "ended_on")
    return {name: getattr(found.standing, name) for name in names} | {
        "number": found.standing.plaque,
        "valid": found.valid,
        "store": store_facts(found.store, found.enterprise),
        "on": found.day,
        "promise": views.promise(found.version) if found.version else None,
    }


@blueprint.route("/schemas/plaque.json", methods=["GET"])
@endpoint("public", transaction=False)
@blueprint.response(200, content_type=SCHEMA_TYPE)
def schema() -> Any:
    """The JSON Schema (2020-12) of what ``/plaques/{number}`` answers."""
    spec = current_app.extensions["wuyou_api"].spec.to_dict()
    body = json.dumps(document(spec, "PlaqueOut", "/api/v1/schemas/plaque.json"), ensure_ascii=False, indent=1)
    return Response(body, content_type=SCHEMA_TYPE)
