"""An officer's page of what bureaus ask of each other, and the register of agreements between regions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms, supervision
from app.portals.supervision import Told
from app.views.competence import Shown
from complaints import competence
from complaints import competence_queries as queries
from complaints.competence_models import COUNTED, ITEMS
from complaints.models import Complaint, Report
from complaints.operations import agreements, disputes, helping
from complaints.operations.agreements import AgreementDraft
from workflows.errors import RuleBroken
from workflows.people import directory
from workflows.people.actor import ActorRole

blueprint = Blueprint("competence_pages", __name__, url_prefix="/officer/competence")

MOST_DIGITS = 4


@blueprint.get("/")
@endpoint("complaint.queue")
def board() -> Any:
    """What waits between bureaus: cases that shall go up, disputes, help."""
    return board_page()


def board_page(failed: Told | None = None) -> Any:
    """The page, with why nothing was done where nothing was."""
    session, parties = context.session(), context.caller().identity.parties
    found, asked = queries.disputes(session, parties), queries.waiting_upward(session, parties)
    ours = queries.helps_of(session, parties, asked_of=False)
    theirs = queries.helps_of(session, parties, asked_of=True)
    ids = [side for row in found for side in (row.bureau_id, row.other_id, row.competent_id)]
    ids += [side for row in (*ours, *theirs) for side in (row.bureau_id, row.helper_id)]
    return supervision.page(
        "competence",
        failed,
        upward=[(row, session.get(Complaint, row.case_id)) for row in asked],
        disputes=[(row, supervision.due(queries.settle_by(session, row).due_on)) for row in found],
        asked_of=[(row, supervision.due(row.due_on)) for row in theirs],
        asked_by=[(row, supervision.due(row.due_on)) for row in ours],
        agreements={row.id: row for row in queries.agreements(session)},
        names=queries.named(session, [*ids, *(row.from_id for row in asked)]),
        own=context.actor().org,
    )


def section(case: Complaint | Report, why: Shown | None) -> dict[str, Any]:
    """What the part of a case's page on who is competent needs besides what is known of it."""
    if why is None:
        return {}
    rules, found = why.seen.found.rule_set, directory.regions(context.session())
    names = elsewhere(case, why)
    return {
        "first_article": competence.FIRST[rules],
        "above_article": competence.ABOVE[rules],
        "not_ours": competence.NOT_OURS[rules],
        "elsewhere_names": names,
        "elsewhere_words": context.t("competence.decline_reason", names=names),
        "all_districts": found,
        "far_districts": [region for region in found if region.city != case.city],
    }


def elsewhere(case: Complaint | Report, why: Shown) -> str:
    """Everybody else who is competent, by name; where the bureau is in neither city, by its place."""
    others = [c for c in why.competent if c["bureau"] is None or c["bureau"].id != case.bureau_id]
    chinese = context.lang() == "zh"
    named = [(c["bureau"].name if chinese else c["bureau"].name_en) if c["bureau"] else place(why, c) for c in others]
    return context.t("competence.and").join(dict.fromkeys(named))


def place(why: Shown, competent: Any) -> str:
    """A bureau of another place, as far as it is known."""
    about, link = why.seen.about, competent["link"]
    address = about.platform if link.place == "platform" and about.platform else about.address
    return context.t("competence.bureau_at", address=address)


def who() -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": context.actor(), "clock": context.clock()}


def done(step: Any) -> Any:
    """Take a step and come back to the page, or say why not."""
    failed = supervision.tried(step)
    return board_page(failed) if failed else base.see_other(url_for("competence_pages.board"))


@blueprint.post("/disputes/<uuid:dispute>/answer")
@endpoint("complaint.decide")
def answer_dispute(dispute: UUID) -> Any:
    """Answer as the other bureau."""

    def step() -> None:
        words, agrees = supervision.words(request.form, "words"), request.form.get("agrees") == "1"
        disputes.dispute_answer(context.session(), dispute, words, agrees=agrees, **who())

    return done(step)


@blueprint.post("/help/<uuid:wanted>/received")
@endpoint("complaint.decide")
def received(wanted: UUID) -> Any:
    """Acknowledge a request for help."""
    return done(lambda: helping.help_received(context.session(), wanted, **who()))


@blueprint.post("/help/<uuid:wanted>/answered")
@endpoint("complaint.decide")
def answered(wanted: UUID) -> Any:
    """Answer a request for help in words, and with a file."""

    def step() -> None:
        words = supervision.words(request.form, "words")
        helping.help_answered(context.session(), wanted, words, forms.file(request), **who())

    return done(step)


@blueprint.get("/agreements")
@endpoint("complaint.queue")
def register() -> Any:
    """The register of agreements between regions."""
    return register_page()


def register_page(failed: Told | None = None) -> Any:
    """The register, with the form of a new agreement for a supervisor."""
    session, today = context.session(), context.clock().today()
    rows = queries.agreements(session)
    manages = context.actor().role is ActorRole.SUPERVISOR
    return supervision.page(
        "agreements",
        failed,
        rows=[(row, queries.in_force(row, today)) for row in rows],
        names=queries.named(session, [party for row in rows for party in row.parties]),
        bureaus=queries.bureaus(session, "city", "county") if manages else [],
        manages=manages,
        items=ITEMS,
        counted=COUNTED,
        typed=request.form,
        own=context.actor().org,
        today=today,
    )


@blueprint.post("/agreements")
@endpoint("agreements.manage")
def enter() -> Any:
    """Register an agreement."""

    def step() -> None:
        agreements.register(context.session(), draft(request.form), **who())

    failed = supervision.tried(step)
    return register_page(failed) if failed else base.see_other(url_for("competence_pages.register"))


def draft(form: Any) -> AgreementDraft:
    """The agreement that the form says.

    :raises RuleBroken: a field that cannot be read, by name.
    """
    return AgreementDraft(
        name=supervision.words(form, "name"),
        number=supervision.words(form, "number"),
        parties=tuple(forms.idents(form, "parties")),
        items=tuple(form.getlist("items")),
        duties=supervision.words(form, "duties"),
        tracking=supervision.words(form, "tracking"),
        from_on=forms.day(form, "from_on"),
        until_on=forms.day(form, "until_on") if form.get("until_on") else None,
        answer_days=number(form, "answer_days"),
        counted=form.get("counted") if form.get("answer_days") else None,
        document=forms.file(request),
    )


def number(form: Any, name: str) -> int | None:
    """A small number, or nothing.

    :raises RuleBroken: something that is none.
    """
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > MOST_DIGITS:
        raise RuleBroken("validation", "give a number of days", field=name)
    return int(typed)


@blueprint.post("/agreements/<uuid:agreement>/end")
@endpoint("agreements.manage")
def end(agreement: UUID) -> Any:
    """End an agreement."""

    def step() -> None:
        agreements.end(context.session(), agreement, forms.day(request.form, "last"), **who())

    failed = supervision.tried(step)
    return register_page(failed) if failed else base.see_other(url_for("competence_pages.register"))
