"""Filing a complaint, one idea per page; what was written is kept at every step, and filing twice is harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from app.api.bringing import own_phone
from app.api.evidence import keep
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, consumer, filing_for
from app.portals import filing_where as where
from app.portals.filing_where import Answers
from app.portals.public import told
from app.portals.tables import FilingDraft
from app.views import money
from complaints import capacity, codes, competence, rules
from complaints.drafts import Draft, Facts, ReportDraft
from complaints.operations import filing
from workflows.errors import DomainError, FieldError, Refused, RuleBroken
from workflows.schema import clean
from workflows.store.session import keys_of

blueprint = Blueprint("filing", __name__, url_prefix="/my/complaints/new")

STEPS = ("who", "what", "facts", "you", "check")
FIELDS = {
    "who": ("name", "address", "bought", "platform", "platform_address", "unreachable"),
    "what": ("category", "problem"),
    "facts": ("happened_on", "place", "amount", "narrative"),
    "you": ("your_name", "your_address", "publish", "entrust", "with_report", "clues", "basis"),
}
OF_STEP = {
    "who": ("respondent",),
    "what": ("category", "problem", "requests"),
    "facts": ("facts", "evidence", "file"),
    "you": ("complainant", "report", "agent", "co_complainants", "representatives_on"),
}
ON_PAGE = {
    "respondent.name": "name",
    "respondent.address": "address",
    "respondent.bought": "bought",
    "respondent.platform": "platform",
    "respondent.platform_address": "platform_address",
    "complainant.name": "your_name",
    "complainant.address": "your_address",
    "facts.amount_fen": "amount",
    "file": "photos",
    "evidence": "photos",
    "complainant.phone": "principal_phone",
    "agent.name": "agent_name",
    "agent.until_on": "until_on",
    "representatives_on": "chosen_on",
}
LONGEST = 5000


@blueprint.get("/")
@endpoint("complaint.file")
def begin() -> Any:
    """Begin, or go on with what was written; a store may be named in the address."""
    answers = load()
    if store := request.args.get("store", "", type=str)[:36]:
        answers = where.chosen(answers, store)
        save(answers)
        return redirect(url_for("filing.step", name=where.next_page(answers)))
    return redirect(url_for("filing.step", name="who") if answers else url_for("consulting.begin"))


@blueprint.get("/<any(who, what, facts, you, check):name>")
@endpoint("complaint.file")
def step(name: str) -> Any:
    """One page of the filing."""
    return show(name, load())


@blueprint.post("/<any(who, what, facts, you):name>")
@endpoint("complaint.file")
def answer(name: str) -> Any:
    """Keep the answers of a page and go on, or say what to mend."""
    answers = load()
    faults = take(name, answers)
    save(answers)
    faults += [fault for fault in faults_of(answers) if fault.field.partition(".")[0] in OF_STEP[name]]
    if faults:
        return show(name, answers, faults), 422
    return base.see_other(url_for("filing.step", name=STEPS[STEPS.index(name) + 1]))


@blueprint.post("/pick")
@endpoint("complaint.file")
def pick() -> Any:
    """Choose a store from the search, or let go of it; a mall leads to its counters, unless it is itself meant."""
    answers = where.chosen(load(), request.form.get("store_id", "")[:36], itself=request.form.get("itself") == "1")
    save(answers)
    return base.see_other(url_for("filing.step", name=where.next_page(answers)))


@blueprint.post("/photos/remove")
@endpoint("complaint.file")
def remove_photo() -> Any:
    """Take a photo out of the filing again."""
    answers, gone = load(), request.form.get("id")
    save(answers | {"photos": [p for p in answers.get("photos", []) if p["id"] != gone]})
    return base.see_other(url_for("filing.step", name="facts"))


@blueprint.post("/check")
@endpoint("complaint.file")
def submit() -> Any:
    """File it. Pressing twice leads to the one case that was made."""
    row = draft_row(lock=True)
    if row is not None and row.filed_as is not None:
        return base.see_other(url_for("consumer.case", case=row.filed_as))
    answers = load()
    try:
        filed = filing.file(context.session(), as_draft(answers), actor=context.actor(), clock=context.clock())
        filing_for.ask_no_more(answers, filed)
    except RuleBroken as error:
        return show("check", answers, error.errors or [FieldError("", error.code, told(error))]), 422
    except Refused as error:
        handed = consumer.handed_on(error, as_draft(answers))
        save({})
        return handed
    complaint: Any = filed.complaint
    save({}, filed_as=complaint.id)
    target = {"case": complaint.id, "filed": 1}
    return base.see_other(url_for("consumer.case", **target))


def show(name: str, answers: Answers, faults: Any = ()) -> str:
    """A page with its answers, and what is wrong with them beside each."""
    errors = {filing_for.on_page(f.field, ON_PAGE): words_of(f) for f in faults}
    return render_template(
        f"consumer/file_{name}.html",
        a=answers,
        errors=errors,
        step=STEPS.index(name) + 1,
        codes=codes,
        found=where.search(answers) if name == "who" else [],
        bought_codes=competence.BOUGHT,
        asked=request.args.get("q", ""),
        phone=own_phone(),
        scopes=capacity.SCOPES,
        rows=filing_for.rows(answers),
        today=context.clock().today(),
    )


def words_of(fault: FieldError) -> str:
    """What is wrong, in the reader's language."""
    return context.t_or(f"field_error.{fault.code}", fault.message)


def take(name: str, answers: Answers) -> list[FieldError]:
    """Take a page's fields into the answers; faults of those that cannot be read."""
    form, faults = request.form, []
    for field in FIELDS[name]:
        try:
            answers[field] = clean(form.get(field, "")[:LONGEST])
        except ValueError:
            faults.append(FieldError(field, "invalid", "contains control characters"))
    if name == "you":
        filing_for.take(form, answers)
    if name == "what":
        answers["requests"] = [r for r in form.getlist("requests") if r in codes.REQUESTS]
    if name == "facts":
        faults += take_photos(answers)
    return faults


def take_photos(answers: Answers) -> list[FieldError]:
    """Store the page's files; each that cannot be taken is named, the others are kept."""
    photos: list[dict[str, str]] = answers.setdefault("photos", [])
    faults: list[FieldError] = []
    for file in request.files.getlist("photos"):
        if not file.filename:
            continue
        if len(photos) >= rules.MOST_EVIDENCE:
            return [*faults, FieldError("photos", "too_many", "too many files")]
        try:
            row = keep(file)
        except RuleBroken as error:
            faults += [FieldError("photos", e.code, e.message) for e in error.errors]
        else:
            photos.append({"id": str(row.id), "name": row.name})
    return faults


def faults_of(answers: Answers) -> list[FieldError]:
    """Everything that keeps the answers from being filed."""
    draft, unreadable = read(answers)
    return [*unreadable, *rules.faults(draft, context.clock().today())]


def as_draft(answers: Answers) -> Draft:
    """The answers as a draft of the domain.

    :raises RuleBroken: an amount or a day that cannot be read.
    """
    draft, unreadable = read(answers)
    if unreadable:
        raise RuleBroken("validation", "some facts cannot be read", errors=unreadable)
    return draft


def read(answers: Answers) -> tuple[Draft, list[FieldError]]:
    """The answers as a draft, and the faults of what cannot be read at all."""
    unreadable: list[FieldError] = []
    draft = Draft(
        complainant=filing_for.complainant(answers),
        respondent=where.respondent(answers),
        category=answers.get("category", ""),
        problem=answers.get("problem", ""),
        requests=tuple(answers.get("requests", ())),
        facts=facts(answers, unreadable),
        publish=answers.get("publish") == "1",
        entrust=answers.get("entrust") == "1",
        evidence=tuple(UUID(photo["id"]) for photo in answers.get("photos", ())),
        report=report(answers),
        agent=filing_for.agent(answers, unreadable),
        joint=filing_for.joint(answers, unreadable),
    )
    return draft, unreadable


def facts(answers: Answers, unreadable: list[FieldError]) -> Facts:
    """What happened; an amount or a day that cannot be read is noted and stands for nothing."""
    happened = _read("facts.happened_on", lambda: date.fromisoformat(answers.get("happened_on", "")), unreadable)
    amount = _read("facts.amount_fen", lambda: money.fen(answers.get("amount", ""), "amount"), unreadable)
    day = happened or context.clock().today()
    return Facts(day, answers.get("place", ""), amount or 0, answers.get("narrative", ""))


def _read(field: str, how: Callable[[], Any], unreadable: list[FieldError]) -> Any:
    try:
        return how()
    except (ValueError, DomainError):
        unreadable.append(FieldError(field, "unreadable", "cannot be read"))
        return None


def report(answers: Answers) -> ReportDraft | None:
    """The report leg, where it was asked for."""
    if answers.get("with_report") != "1":
        return None
    return ReportDraft(answers.get("clues", ""), answers.get("basis", ""))


def draft_row(*, lock: bool = False) -> FilingDraft | None:
    """The signed-in consumer's draft."""
    query = select(FilingDraft).where(FilingDraft.account_id == context.actor().account)
    return context.session().scalar(query.with_for_update() if lock else query)


def load() -> Answers:
    """What was written so far; nothing after a filing."""
    row = draft_row()
    if row is None or row.filed_as is not None:
        return {}
    answers: Answers = json.loads(keys_of(context.session()).open(_place(), row.body_sealed))
    return answers


def save(answers: Answers, filed_as: UUID | None = None) -> None:
    """Keep what was written, sealed."""
    session, body = context.session(), json.dumps(answers, ensure_ascii=False)
    sealed = keys_of(session).seal(_place(), body)
    row = draft_row(lock=True) or FilingDraft(account_id=context.actor().account)
    session.add(row)
    row.body_sealed, row.updated_at, row.filed_as = sealed, context.clock().now(), filed_as
    session.flush()


def _place() -> str:
    return f"filing_draft|body|{context.actor().account}"
