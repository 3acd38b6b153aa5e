"""``/plaques``: what a plaque's number stands for, today and on any past day."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.api.directory import store_facts
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import enrolments as views
from merchants.queries import standings
from merchants.queries import stores as store_queries
from merchants.schemas import PlaqueOut, PlaqueQuery
from workflows.errors import NotFound, RuleBroken

blueprint = Blueprint("plaques", __name__, description="Plaques (标牌): live status and the promise in force.")


@blueprint.route("/plaques/<number>", methods=["GET"])
@endpoint("public")
@blueprint.arguments(PlaqueQuery(), location="query")
@blueprint.response(200, PlaqueOut())
def plaque(asked: dict[str, Any], number: str) -> Any:
    """A plaque's live status, and the promise that held on the day asked about (today where none is)."""
    return status(number, asked["on"])


def status(number: str, on: date | None) -> dict[str, Any]:
    """What a plaque's number stands for.

    :raises NotFound: no plaque of ours has this number.
    :raises RuleBroken: a day that has not come yet.
    """
    session, today = context.session(), context.clock().today()
    day = on or today
    if day > today:
        raise RuleBroken("plaque.future", "the day lies in the future", field="on")
    held = standings.by_plaque(session, number[:40])
    if held is None:
        raise NotFound("plaque.unknown", "no plaque of ours has this number", field="number")
    version = standings.promise_on(session, held.store_id, day)
    names = ("state", "entered_on", "expires_on", "ended_on")
    return {name: getattr(held, name) for name in names} | {
        "number": held.plaque,
        "valid": views.is_valid(held),
        "store": store_facts(store_queries.store(session, held.store_id)),
        "on": day,
        "promise": views.promise(version) if version else None,
    }
