"""The bureau's supervision of standings: a list, and one on one screen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.api import enrolling
from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, supervision
from app.portals.supervision import Told
from app.views import promises
from app.views import supervision as views
from complaints import queries as complaints
from merchants import codes
from merchants.lifecycle import ENDED, LIVING, STANDING, STANDING_NOTES
from merchants.models import Enterprise, Standing
from merchants.operations import standing
from merchants.promise import of_facts
from merchants.queries import enrolments, inspections
from merchants.queries import standings as queries
from merchants.queries import stores as store_queries
from merchants.schemas import EnrolmentVerbIn
from merchants.terms import HEARING
from workflows.case import clocks
from workflows.errors import NotFound

blueprint = Blueprint("standings", __name__, url_prefix="/officer/standings")

PAGE = 50
SOON = (30, 60, 90)
VERBS = ("suspend", "lift", "propose_removal", "drop_removal", "remove")
GROUNDS = {"suspend": ("suspension", codes.SUSPENSIONS), "propose_removal": ("removal", codes.REMOVALS)}


@blueprint.get("/")
@endpoint("supervision.read")
def listed() -> Any:
    """The bureau's stores with their plaques, those that end first before the rest."""
    own, args = supervision.bureaus(), request.args
    place = paging.position(args.get("cursor"))
    state = args.get("state") if args.get("state") in STANDING.states else None
    days = args.get("days", type=int)
    days = days if days in SOON else None
    district = args.get("district", "")[:6] or None
    rows = queries.of_bureaus(
        context.session(),
        supervision.parties(own),
        None if place is None else (date.fromisoformat(place[0]), UUID(place[1])),
        states=(state,) if state else LIVING,
        district=district,
        until=context.clock().today() + timedelta(days=days) if days else None,
        limit=PAGE + 1,
    )
    found, following = paging.page(rows, PAGE, lambda row: [str(row[0].expires_on), str(row[0].id)])
    return supervision.page(
        "standings",
        found=found,
        following=following,
        districts=supervision.districts(own),
        states=(*LIVING, *ENDED),
        state=state,
        district=district,
        days=days,
        soon=SOON,
        paged=place is not None,
    )


@blueprint.get("/<uuid:case>")
@endpoint("supervision.read")
def one(case: UUID) -> Any:
    """How one store stands, on one screen."""
    return standing_page(queries.standing(context.session(), case))


@blueprint.post("/<uuid:case>/<verb>")
@endpoint("supervision.act")
def act(case: UUID, verb: str) -> Any:
    """A step of supervision; where it is not possible, the page says why and keeps what was written.

    :raises NotFound: no such step here.
    """
    session, form = context.session(), request.form
    if verb not in VERBS:
        raise NotFound("verb.unknown", f"unknown step {verb!r}")

    def step() -> None:
        given = {name: form.get(name, "").strip() for name in enrolling.VERBS[verb].needs}
        data = supervision.loaded(EnrolmentVerbIn(), given)
        held = standing.find(session, case, form.get("version", 0, type=int))
        enrolling.VERBS[verb].run(session, held, **data, actor=context.actor(), clock=context.clock())

    failed = supervision.tried(step)
    if failed is None:
        return base.see_other(url_for("standings.one", case=case, done=verb))
    session.expire_all()
    return standing_page(queries.standing(session, case), failed, verb)


def standing_page(held: Standing, failed: Told | None = None, verb: str = "") -> Any:
    """Everything about one standing: its store, its promise in all versions, visits, complaints, next steps."""
    session, lang, today = context.session(), context.lang(), context.clock().today()
    now = queries.promise_on(session, held.store_id, today)
    last = enrolments.last_of(session, held.store_id)
    return supervision.page(
        "standing",
        failed,
        held=held,
        store=store_queries.store(session, held.store_id),
        firm=session.get_one(Enterprise, held.enterprise_id),
        lines=promises.lines(of_facts(now.terms), lang) if now else [],
        versions=queries.promises(session, held.store_id),
        application=last if last and last.standing_id == held.id else None,
        visits=inspections.of_store(session, held.store_id),
        complaints=complaints.of_store(session, held.enterprise_id, held.store_id),
        clocks=base.promises([c for c in clocks.of_case(session, held.id) if c.stopped_on is None]),
        history=views.history(session, held, lang),
        verbs=[v for v in VERBS if lawful(held, v, today)],
        waits=waits(held, today),
        grounds=GROUNDS,
        hearing_days=standing.setting(session, HEARING, held.city, today),
        wait_days=standing.setting(session, "standing.reentry_wait", held.city, today),
        opened=verb,
        typed=request.form,
        done=request.args.get("done", "")[:20],
    )


def lawful(held: Standing, verb: str, today: date) -> bool:
    """Next lawful steps only: what state and facts allow now."""
    if not own(held):
        return False
    if verb in STANDING_NOTES:
        proposed = held.removal_proposed_on is not None
        return held.state in STANDING_NOTES[verb] and proposed == (verb == "drop_removal")
    if verb == "remove" and (held.removal_proposed_on is None or waits(held, today)):
        return False
    return verb in STANDING.allowed(held.state)


def own(held: Standing) -> bool:
    """Whether the caller's bureau answers for the store; everybody else may look on."""
    return held.bureau_id in context.caller().identity.parties


def waits(held: Standing, today: date) -> bool:
    """Whether a proposed removal has to wait: the firm was not heard, and may still be."""
    open_still = held.hearing_until is not None and held.state not in ENDED
    return open_still and held.heard_on is None and today <= (held.hearing_until or today)
