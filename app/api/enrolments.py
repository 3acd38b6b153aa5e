"""``/enterprises``, ``/stores`` (writing) and ``/enrolments``: a merchant enrols, the bureau decides."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app.api import enrolling, verbs
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version, leads_to
from app.views import enrolments as views
from merchants.drafts import EnterpriseDraft
from merchants.models import Enrolment, Enterprise
from merchants.operations import enrol, parties
from merchants.published import StoreOut, store_facts
from merchants.queries import enrolments as queries
from merchants.queries import stores as store_queries
from merchants.schemas import (
    EnrolmentIn,
    EnrolmentOut,
    EnrolmentPage,
    EnrolmentQuery,
    EnrolmentVerbIn,
    EnterpriseIn,
    EnterpriseOut,
    StoreIn,
    papers,
    store_draft,
)
from workflows.errors import NotFound
from workflows.people.actor import OFFICIALS

blueprint = Blueprint("enrolments", __name__, description="Enrolment (入驻): by store, decided by the county bureau.")


@blueprint.route("/enterprises", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(EnterpriseIn())
@blueprint.response(201, EnterpriseOut())
def bring(draft: EnterpriseDraft) -> Any:
    """Bring in a firm by its unified social credit code; whoever brings it manages it."""
    return parties.found(context.session(), draft, actor=context.actor(), clock=context.clock())


@blueprint.route("/stores", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(StoreIn())
@blueprint.response(201, StoreOut())
def add_store(data: dict[str, Any]) -> Any:
    """Add a store of a firm that one manages."""
    session = context.session()
    firm = session.get(Enterprise, data["enterprise_id"])
    if firm is None:
        raise NotFound("enterprise.unknown", "there is no such firm", field="enterprise_id")
    store = parties.add_store(session, firm, store_draft(data), actor=context.actor(), clock=context.clock())
    return store_facts(store, firm.name)


@blueprint.route("/enrolments", methods=["POST"])
@endpoint("merchant.own")
@blueprint.arguments(EnrolmentIn())
@blueprint.response(201, EnrolmentOut())
@blueprint.doc(**leads_to("enrolments"))
def begin(data: dict[str, Any]) -> Any:
    """Begin an application for a store; ``submit`` hands it in."""
    session, actor = context.session(), context.actor()
    store = store_queries.store(session, data["store_id"])
    case = enrol.draft(session, store, data["promise"], papers(data), actor=actor, clock=context.clock())
    facts, _, tag = shown(case)
    return facts, 201, tag | {"Location": f"/api/v1/enrolments/{case.id}"}


@blueprint.route("/enrolments", methods=["GET"])
@endpoint("enrolment.read")
@blueprint.arguments(EnrolmentQuery(), location="query")
@blueprint.response(200, EnrolmentPage())
def listed(asked: dict[str, Any]) -> Any:
    """An officer's review queue, what was promised first before the rest; or a merchant's own, newest first."""
    found = _queue(asked) if context.actor().role in OFFICIALS else _own(asked)
    items, following = paging.page(found, asked["limit"], lambda pair: _key(pair[0]))
    return {"items": [views.row(case, store) for case, store in items], "next": following}


def _queue(asked: dict[str, Any]) -> Any:
    place = paging.position(asked["cursor"])
    rows = queries.queue(
        context.session(),
        context.caller().identity.parties,
        after=None if place is None else (date.fromisoformat(place[0]), UUID(place[1])),
        green=asked["queue"] == "green",
        district=asked["district"],
        limit=asked["limit"] + 1,
    )
    return [(case, store) for case, store, _ in rows]


def _own(asked: dict[str, Any]) -> Any:
    place = paging.position(asked["cursor"])
    after = UUID(place[1]) if place else None
    return queries.of_parties(context.session(), context.caller().identity.parties, after, asked["limit"] + 1)


def _key(case: Enrolment) -> list[Any]:
    """Where in a list an application stands."""
    return [str(case.next_due_on), str(case.id)]


@blueprint.route("/enrolments/<uuid:case>", methods=["GET"])
@endpoint("enrolment.read")
@blueprint.response(200, EnrolmentOut())
def read(case: UUID) -> Any:
    """An application, as the caller may see it."""
    found = queries.enrolment(context.session(), case)
    return shown(found)


def shown(case: Enrolment) -> Any:
    """An application with its ETag."""
    session, actor = context.session(), context.actor()
    facts = views.enrolment(session, case, actor, enrolling.allowed(session, case, actor))
    return facts, 200, {"ETag": f'"{facts["version"]}"'}


@blueprint.route("/enrolments/<uuid:case>/<verb>", methods=["POST"])
@endpoint("enrolment.act")
@blueprint.arguments(EnrolmentVerbIn())
@blueprint.response(200, EnrolmentOut())
def act(given: dict[str, Any], case: UUID, verb: str) -> Any:
    """Take a step with an application, or with the standing that came of it; needs ``If-Match``."""
    session, actor = context.session(), context.actor()
    verbs.find(verb, actor, enrolling.VERBS)
    found = queries.enrolment(session, case)
    after = enrolling.apply(session, found, verb, given, expected_version(), actor=actor, clock=context.clock())
    return shown(after)
