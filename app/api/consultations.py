"""``/consultations``: asking, the asked bureau's list, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.api.bringing import own_phone, typed
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint, expected_version
from complaints.consultation import CONSULTATION, WAYS
from complaints.consultation_models import Consultation
from complaints.operations import consult
from complaints.operations.consult import Question
from complaints.schemas.consultations import (
    ConsultationIn,
    ConsultationOut,
    ConsultationPage,
    ConsultationQuery,
    ConsultationVerbIn,
)
from workflows.errors import FieldError, NotFound, RuleBroken
from workflows.people import directory
from workflows.people.actor import OFFICIALS
from workflows.people.tables import Bureau

blueprint = Blueprint("consultations", __name__, description="Consultations (咨询), and what belongs elsewhere.")

VERBS: Mapping[str, tuple[Callable[..., None], tuple[str, ...], tuple[str, ...]]] = {
    "answer": (consult.answer, ("words",), ("links",)),
    "point_elsewhere": (consult.point_elsewhere, ("way", "words"), ()),
    "close": (consult.close, (), ()),
}
"""Every step by its name: the operation, what must be given, what may."""

SHOWN = (
    "id", "number", "state", "version", "about", "channel", "words", "asked_on", "answer_by", "answer", "links",
    "way", "answered_on", "complaint_id", "closed_on",
)  # fmt: skip


@blueprint.route("/consultations", methods=["POST"])
@endpoint("consultation.read")
@blueprint.arguments(ConsultationIn())
@blueprint.response(201, ConsultationOut())
def ask(data: dict[str, Any]) -> Any:
    """Ask a bureau something, or record what somebody asked; everything gets a number and an answer."""
    session, actor = context.session(), context.actor()
    row = consult.ask(session, question(data), bureau(data["district"]), actor=actor, clock=context.clock())
    return facts(row), 201, {"ETag": f'"{row.version}"'}


def question(data: dict[str, Any]) -> Question:
    """The question; a consumer's phone is his account's.

    :raises RuleBroken: what is an officer's to say.
    """
    if context.actor().role in OFFICIALS:
        phone, channel = typed(data["phone"]), data["channel"] or ""
        return Question(data["name"], phone, data["about"], data["words"], channel, data["received_on"])
    if faults := [
        FieldError(n, "unknown", "is for an officer to give") for n in ("phone", "channel", "received_on") if data[n]
    ]:
        raise RuleBroken("validation", "the question has faults", errors=faults)
    return Question(data["name"], own_phone(), data["about"], data["words"], "api")


def bureau(district: str) -> Bureau:
    """Whom a question goes to: an officer's own bureau, else that of a district.

    :raises RuleBroken: a consumer names no district.
    """
    session, actor = context.session(), context.actor()
    if actor.role in OFFICIALS and actor.org is not None:
        return session.get_one(Bureau, actor.org)
    if not district:
        fault = FieldError("district", "required", "is needed: it says which bureau is asked")
        raise RuleBroken("validation", "the question has faults", errors=[fault])
    return directory.county_bureau(session, district)


@blueprint.route("/consultations", methods=["GET"])
@endpoint("consultation.work")
@blueprint.arguments(ConsultationQuery(), location="query")
@blueprint.response(200, ConsultationPage())
def listed(asked: dict[str, Any]) -> Any:
    """The bureau's consultations of a state: those to be answered first before the rest, others newest first."""
    rows, following = page(asked["state"], asked["cursor"], asked["limit"])
    return {"items": [facts(row) for row in rows], "next": following}


def page(state: str, cursor: str | None, limit: int) -> tuple[Any, str | None]:
    """A page of a state, and the cursor of the next one."""
    rows = consult.of_bureaus(
        context.session(), context.caller().identity.parties, state, consult.place(paging.position(cursor)), limit + 1
    )
    return paging.page(rows, limit, lambda row: [row.answer_by.isoformat(), str(row.id)])


@blueprint.route("/consultations/<uuid:case>", methods=["GET"])
@endpoint("consultation.read")
@blueprint.response(200, ConsultationOut())
def read(case: UUID) -> Any:
    """A consultation of one's own, or of one's bureau."""
    row = consult.read(context.session(), case)
    return facts(row), 200, {"ETag": f'"{row.version}"'}


@blueprint.route("/consultations/<uuid:case>/<verb>", methods=["POST"])
@endpoint("consultation.work")
@blueprint.arguments(ConsultationVerbIn())
@blueprint.response(200, ConsultationOut())
def act(given: dict[str, Any], case: UUID, verb: str) -> Any:
    """Answer, point to the proper way, or close; needs ``If-Match``."""
    row = consult.find(context.session(), case, expected_version())
    apply(row, verb, given)
    return facts(row), 200, {"ETag": f'"{row.version}"'}


def apply(row: Consultation, verb: str, given: Mapping[str, Any]) -> None:
    """Take a step with a locked consultation.

    :raises NotFound: no such step.
    :raises RuleBroken: a value is missing, or one too many was given.
    """
    if verb not in VERBS:
        raise NotFound("verb.unknown", f"unknown verb {verb!r}; known are {', '.join(VERBS)}")
    run, needs, takes = VERBS[verb]
    faults = [FieldError(name, "required", "is needed") for name in needs if not given.get(name)]
    faults += [FieldError(name, "unknown", "is not taken here") for name in given if name not in (*needs, *takes)]
    if faults:
        raise RuleBroken("validation", "the values do not fit the verb", errors=faults)
    run(context.session(), row, **given, actor=context.actor(), clock=context.clock())


def facts(row: Consultation) -> dict[str, Any]:
    """A consultation for whoever asked, or for the asked bureau."""
    official = context.actor().role in OFFICIALS
    return {name: getattr(row, name) for name in SHOWN} | {
        "article": WAYS.get(row.way or ""),
        "allowed": [verb for verb in CONSULTATION.allowed(row.state) if official],
    }
