"""Talks with firms: asked for and recorded by a bureau, read and acknowledged by the firm."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.http import context, paging
from app.http.endpoint import endpoint
from app.portals import base, cases, forms, supervision
from app.portals.supervision import Told
from app.views import oversight as views
from complaints import oversight_queries as queries
from complaints import queries as complaints
from complaints.models import Complaint
from complaints.operations import talks
from complaints.operations.talks import Invitation
from complaints.oversight import HELD, MOST_NUMBERS, NOTIFIED
from complaints.oversight_models import Talk
from merchants.models import Enterprise
from workflows.errors import NotFound, RuleBroken
from workflows.people.tables import Bureau
from workflows.time.clock import SHANGHAI

blueprint = Blueprint("talks", __name__)

PAGE = 30


@blueprint.get("/officer/oversight/talks/")
@endpoint("supervision.read")
def listed() -> Any:
    """The talks of the caller's bureaus, newest first."""
    place = paging.position(request.args.get("cursor"))
    own = supervision.parties(supervision.bureaus())
    rows = queries.talks(context.session(), own, UUID(place[0]) if place else None, PAGE + 1)
    found, following = paging.page(rows, PAGE, lambda row: [str(row.id)])
    follow = [(row, supervision.due(row.follow_on if row.state == HELD else None)) for row in found]
    return supervision.page("oversight_talks", found=follow, following=following, paged=place is not None)


@blueprint.get("/officer/oversight/talks/new")
@endpoint("supervision.act")
def form_of() -> Any:
    """The form to ask a firm to a talk, with the complaints about it to choose from."""
    return form_page()


def form_page(failed: Told | None = None) -> Any:
    """The form, with why nobody was asked where nobody was."""
    firm, known = firm_of(request.form.get("firm") or request.args.get("firm", ""))
    chosen = request.form.getlist("numbers") or [row.number for row in known]
    return supervision.page(
        "oversight_talk_new", failed, firm=firm, known=known, chosen=chosen, typed=request.form, today=today()
    )


def today() -> Any:
    """Today in Shanghai."""
    return context.clock().today()


def firm_of(given: str) -> tuple[Enterprise, list[Complaint]]:
    """A firm about which the caller's bureau has complaints, and these, newest first.

    :raises NotFound: there is none.
    """
    session = context.session()
    try:
        firm = session.get(Enterprise, UUID(given))
    except ValueError:
        firm = None
    known = complaints.of_enterprises(session, [firm.id], limit=MOST_NUMBERS) if firm else []
    if firm is None or not known:
        raise NotFound("firm.unknown", "there is no such firm, or you have no complaint about it")
    return firm, list(known)


@blueprint.post("/officer/oversight/talks/new")
@endpoint("supervision.act")
def ask() -> Any:
    """Ask a firm to a talk."""
    made: list[Talk] = []
    failed = supervision.tried(lambda: made.append(asked(request.form)))
    return form_page(failed) if failed else base.see_other(url_for("talks.one", case=made[0].id))


def asked(form: Any) -> Talk:
    """The talk that a form asks for, of the bureau that has the first of the complaints.

    :raises RuleBroken: what does not fit, by field.
    """
    session = context.session()
    firm, known = firm_of(form.get("firm", ""))
    numbers = form.getlist("numbers")[: MOST_NUMBERS + 1]
    chosen = [row for row in known if row.number in numbers]
    if not chosen:
        raise RuleBroken("talk.numbers", "name complaints", field="numbers", most=MOST_NUMBERS)
    bureau = session.get_one(Bureau, chosen[0].bureau_id)
    subject, place = supervision.words(form, "subject"), supervision.words(form, "place")
    invitation = Invitation(moment(form), place, subject, numbers)
    return talks.notify(session, bureau, firm, invitation, actor=context.actor(), clock=context.clock())


def moment(form: Any) -> datetime:
    """A day and a time of day in Shanghai.

    :raises RuleBroken: one that cannot be read.
    """
    day = forms.day(form, "at")
    try:
        hour = time.fromisoformat(form.get("hour", "")[:5])
    except ValueError:
        raise RuleBroken("talk.hour", "give a time of day", field="hour") from None
    return datetime.combine(day, hour, SHANGHAI)


@blueprint.get("/officer/oversight/talks/<uuid:case>")
@endpoint("supervision.read")
def one(case: UUID) -> Any:
    """One talk with its history and the next steps only."""
    return one_page(queries.talk(context.session(), case))


def one_page(found: Talk, failed: Told | None = None) -> Any:
    """The bureau's page of a talk."""
    steps = {NOTIFIED: ["hold", "cancel"], HELD: ["close"]}.get(found.state, [])
    return supervision.page("oversight_talk", failed, verbs=steps, typed=request.form, today=today(), **shown(found))


def shown(found: Talk) -> dict[str, Any]:
    """What both sides see of a talk."""
    session = context.session()
    history = views.history(session, found.id)
    return {"case": found, "history": history, "bureau": session.get_one(Bureau, found.bureau_id)}


@blueprint.post("/officer/oversight/talks/<uuid:case>/<verb>")
@endpoint("supervision.act")
def act(case: UUID, verb: str) -> Any:
    """A step of the bureau with a talk."""
    session = context.session()
    failed = supervision.tried(lambda: step(talks.find(session, case, cases.version(request.form)), verb))
    if failed:
        session.expire_all()
        return one_page(queries.talk(session, case), failed)
    return base.see_other(url_for("talks.one", case=case))


def step(found: Talk, verb: str) -> None:
    """Take a step with a talk.

    :raises NotFound: no such step.
    """
    session, form = context.session(), request.form
    who: Any = {"actor": context.actor(), "clock": context.clock()}
    if verb == "hold":
        record, undertakes = supervision.words(form, "record"), supervision.words(form, "undertakes")
        talks.hold(session, found, record, undertakes, forms.day(form, "follow_on"), forms.day(form, "held_on"), **who)
    elif verb in ("cancel", "close"):
        run = talks.cancel if verb == "cancel" else talks.close
        run(session, found, supervision.words(form, "words"), **who)
    else:
        raise NotFound("verb.unknown", f"unknown verb {verb!r}")


@blueprint.get("/merchant/talks/")
@endpoint("merchant.own")
def of_firm() -> Any:
    """The talks that the firm was asked to, newest first."""
    found = queries.talks_with(context.session(), context.caller().identity.parties, PAGE)
    return render_template("merchant/talks.html", found=found)


@blueprint.get("/merchant/talks/<uuid:case>")
@endpoint("merchant.own")
def firms_one(case: UUID) -> Any:
    """One talk as the firm reads it."""
    return render_template("merchant/talk.html", **shown(queries.talk(context.session(), case)))


@blueprint.post("/merchant/talks/<uuid:case>/acknowledge")
@endpoint("merchant.own")
def acknowledge(case: UUID) -> Any:
    """The firm says that it knows of the talk."""
    found = talks.find(context.session(), case, cases.version(request.form))
    talks.acknowledge(context.session(), found, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("talks.firms_one", case=case))
