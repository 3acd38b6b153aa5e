"""Reporting without a name, and following it up with a secret code: on a phone, without an account or a script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import files
from app.http import context
from app.http.endpoint import endpoint
from app.identity import throttle
from app.identity.throttle import TooMany
from app.places import Places
from app.portals import forms
from app.views.reports import state_for
from complaints.drafts import ReportDraft, Respondent
from complaints.operations import filing, following
from complaints.operations import reports as operations
from complaints.report_models import Report
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, DomainError, NotFound, RuleBroken, Stale
from workflows.people.actor import ANONYMOUS
from workflows.schema import clean
from workflows.store.evidence import Evidence
from workflows.store.session import DatabaseClock, Identity, Role

blueprint = Blueprint("following", __name__, url_prefix="/reports")

SCOPE = "report.follow"
FREE = 10
"""Wrong codes of one address within the throttle's window before it has to wait."""

LONGEST = 5000
FIELDS = ("name", "address", "clues", "basis")


@blueprint.get("/new")
@endpoint("public", transaction=False)
def new() -> Any:
    """The form of an anonymous report."""
    return render_template("public/report_new.html", typed={}, errors={})


@blueprint.post("/new")
@endpoint("report.file")
def file() -> Any:
    """File an anonymous report; its number and code are shown on this page and never again."""
    typed = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    try:
        given = {name: clean(value) for name, value in typed.items()}
        draft = ReportDraft(given["clues"], given["basis"], anonymous=True)
        against = Respondent(name=given["name"], address=given["address"])
        filed = filing.report(context.session(), against, draft, actor=context.actor(), clock=context.clock())
    except ValueError:
        return form_again(typed, {"": context.t("field_error.invalid")})
    except RuleBroken as broken:
        return form_again(typed, on_page(forms.errors(broken)))
    return secret(render_template("public/report_filed.html", report=filed.report, code=filed.code))


def form_again(typed: dict[str, str], errors: dict[str, str]) -> Any:
    """The form as it was typed, with what is wrong."""
    return render_template("public/report_new.html", typed=typed, errors=errors), 422


def on_page(errors: dict[str, str]) -> dict[str, str]:
    """Faults by the names of the page's fields."""
    return {field.removeprefix("respondent."): words for field, words in errors.items()}


@blueprint.get("/follow")
@endpoint("public", transaction=False)
def ask() -> Any:
    """Type the number and the code."""
    return render_template("public/follow.html", error="")


@blueprint.post("/follow")
@endpoint("public", transaction=False)
def follow() -> Any:
    """How an anonymous report stands; a wrong number and a wrong code get one and the same answer."""
    return opened(shown)


@blueprint.post("/follow/add")
@endpoint("public", transaction=False)
def add() -> Any:
    """Add words or a file to an anonymous report."""
    return opened(added)


def opened(work: Any) -> Any:
    """Do something with the report that the typed number and code open, as nobody but whom they stand for."""
    here, number, code = context.installation(), request.form.get("number", "")[:60], request.form.get("code", "")[:60]
    try:
        check_attempts()
        who = following.party(here.db.keys, number, code)
        with here.db.transaction(Role.CONSUMER, Identity(None, (who,))) as session:
            page = work(session, following.followed(session, number))
    except NotFound:
        count_attempt()
        return secret(render_template("public/follow.html", error=context.t("report.follow.wrong")), 404)
    except TooMany as many:
        words = context.t("report.follow.many", seconds=many.params["seconds"])
        return secret(render_template("public/follow.html", error=words), 429)
    if session.info.get("ring"):
        here.bell.ring()
    return page


def check_attempts() -> None:
    """Let an address through unless it has guessed too often.

    :raises TooMany: it has.
    """
    with context.installation().db.transaction(Role.PUBLIC) as session:
        throttle.check(session, SCOPE, context.address())


def count_attempt() -> None:
    """Count a wrong code of this address."""
    with context.installation().db.transaction(Role.PUBLIC) as session:
        throttle.failed(session, SCOPE, context.address(), FREE)


def shown(session: Session, report: Report, error: str = "", done: str = "", status: int = 200) -> Response:
    """The page of a report that is followed: its state in plain words, and what may be added."""
    mine = select(func.count()).where(CaseEvent.case_id == report.id, CaseEvent.event == "supplement")
    page = render_template(
        "public/followed.html",
        report=report,
        state=state_for(report, ANONYMOUS),
        times=session.scalar(mine) or 0,
        number=report.number,
        code=request.form.get("code", "")[:60],
        open=report.state in following.SUPPLEMENTED,
        note=request.form.get("note", "")[: following.NOTE] if error else "",
        error=error,
        done=done,
    )
    return secret(page, status)


def added(session: Session, report: Report) -> Response:
    """Add what was sent, and show the page; what was sent twice is added once."""
    try:
        with session.begin_nested():
            take(session, report.id)
    except Stale:
        return shown(session, report, done=context.t("report.follow.again"))
    except Conflict:
        return shown(session, report, context.t("report.follow.closed"), status=409)
    except DomainError as error:
        return shown(session, report, next(iter(faults(error).values())), status=422)
    return shown(session, report, done=context.t("report.follow.added"))


def faults(error: DomainError) -> dict[str, str]:
    """What is wrong, in the reader's language."""
    if isinstance(error, RuleBroken) and error.code == "validation":
        return forms.errors(error)
    return {"": context.t_or(f"error.{error.code}", error.message)}


def take(session: Session, report: UUID) -> None:
    """Take in the words and the file of the form.

    :raises Stale: the page showed an older state: the same was sent before.
    :raises RuleBroken: nothing that can be taken.
    """
    form, given = request.form, request.files.get("document")
    version = form.get("version", "0")
    found = operations.find(session, report, int(version[:9]) if version.isascii() and version.isdigit() else 0)
    try:
        note = clean(form.get("note", "")[:LONGEST])
    except ValueError:
        raise RuleBroken("invalid", "contains control characters", field="note") from None
    kept = 0
    if given and given.filename:
        session.add(keep(session, given, report))
        kept = 1
    following.supplement(session, found, note, kept, clock=DatabaseClock(session))


def keep(session: Session, given: Any, report: UUID) -> Evidence:
    """An uploaded file as the report's own; its name, which might name somebody, is not kept."""
    here = context.installation()
    stored = files.take(Places(here.told.data), here.db.keys, given.stream, given.filename)
    ending = stored.media_type.rpartition("/")[2]
    return Evidence(
        owner_id=None,
        case_id=report,
        media_type=stored.media_type,
        name=f"{stored.original_digest[:8]}.{ending}",
        original_digest=stored.original_digest,
        shown_digest=stored.shown_digest,
        size=stored.size,
        uploaded_at=DatabaseClock(session).now(),
    )


def secret(page: str, status: int = 200) -> Response:
    """A page that no browser and no proxy keeps."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
