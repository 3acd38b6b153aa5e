"""``/complaints/{id}/mediation``, ``/sessions-calendar``, ``/entrusted``: mediation in its parts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.api import verbs
from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version
from app.views import mediation as views
from complaints import mediation_queries, queries
from complaints.operations import decide, entrusting
from complaints.schemas.mediation import CalendarOut, CalendarQuery, EntrustedOut, MediationOut, OrganisationsOut
from complaints.schemas.verbs import VerbIn
from workflows.errors import RuleBroken
from workflows.time.clock import SHANGHAI

blueprint = Blueprint("mediation", __name__, description="Mediation (调解) in its parts: sessions, offers, entrusting.")

ENTRUSTED_VERBS = ("plan_session", "move_session", "cancel_session", "record_session", "give_back")
"""What an entrusted organisation may do: it decides nothing, and entrusts nobody further (art. 19)."""


@blueprint.route("/complaints/<uuid:case>/mediation", methods=["GET"])
@endpoint("case.read")
@blueprint.response(200, MediationOut())
def mediation(case: UUID) -> Any:
    """The case's mediation, as the caller may see it; limits of blind bids are nowhere in it."""
    found = queries.complaint(context.session(), case)
    shown = views.parts(context.session(), found, context.actor())
    return {name: shown[name] for name in MediationOut().fields}


@blueprint.route("/sessions-calendar", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.arguments(CalendarQuery(), location="query")
@blueprint.response(200, CalendarOut())
def sessions(asked: dict[str, Any]) -> Any:
    """The sessions of the caller's bureaus on some days; ``mine`` those that the caller holds."""
    first, until = span(asked["first"], asked["days"])
    officer = context.actor().account if asked["mine"] else None
    parties = context.caller().identity.parties
    rows = mediation_queries.calendar(context.session(), first, until, bureaus=parties, officer=officer)
    return {"items": [row[0] for row in rows]}


def span(first: date, days: int) -> tuple[datetime, datetime]:
    """Some days in Shanghai, from the first moment of the first to the end of the last.

    :raises RuleBroken: out of all reason.
    """
    if not 2000 <= first.year <= 2200:
        raise RuleBroken("day.range", "first must lie within reason", field="first", first=2000, last=2200)
    start = datetime.combine(first, time(), SHANGHAI)
    return start, start + timedelta(days=days)


@blueprint.route("/mediation-organisations", methods=["GET"])
@endpoint("complaint.queue")
@blueprint.response(200, OrganisationsOut())
def organisations() -> Any:
    """The organisations of the officer's city that mediations may be entrusted to."""
    city = context.actor().city or ""
    return {"items": entrusting.register(context.session(), city, context.clock().today())}


@blueprint.route("/entrusted", methods=["GET"])
@endpoint("council.work")
@blueprint.response(200, EntrustedOut())
def entrusted() -> Any:
    """The cases that are with the caller's organisation, what is due back first before the rest."""
    rows = mediation_queries.entrusted(context.session(), context.caller().identity.parties)
    names = ("id", "number", "state", "version", "respondent_name")
    return {"items": [{n: getattr(c, n) for n in names} | {"return_by": e.return_by} for c, e in rows]}


@blueprint.route("/entrusted/<uuid:case>/mediation", methods=["GET"])
@endpoint("council.work")
@blueprint.response(200, MediationOut())
def of_entrusted(case: UUID) -> Any:
    """An entrusted case's mediation."""
    found = queries.complaint(context.session(), case)
    shown = views.parts(context.session(), found, context.actor())
    body = {name: shown[name] for name in MediationOut().fields}
    return body, 200, {"ETag": f'"{found.version}"'}


@blueprint.route("/entrusted/<uuid:case>/<verb>", methods=["POST"])
@endpoint("council.work")
@blueprint.arguments(VerbIn())
@blueprint.response(204)
def act(given: dict[str, Any], case: UUID, verb: str) -> None:
    """Take a step in an entrusted mediation; needs ``If-Match``."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, {name: verbs.COMPLAINT_VERBS[name] for name in ENTRUSTED_VERBS})
    complaint = decide.find(session, case, expected_version())
    verbs.apply(session, complaint, verb, given, actor=actor, clock=context.clock())
