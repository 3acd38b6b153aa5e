"""What is it about? The first step for everybody; questions and other matters, asked, answered, and never lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api.bringing import own_phone, typed
from app.api.consultations import apply, bureau
from app.api.consultations import page as listing
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, filing, forms
from app.portals.cases import version
from complaints import consultation, intake_rules
from complaints.consultation import CONSULTATION, QUESTION
from complaints.consultation_models import Consultation
from complaints.operations import consult
from complaints.operations.consult import Question
from workflows.errors import RuleBroken
from workflows.people import directory
from workflows.people.actor import OFFICIALS
from workflows.people.masks import masked_name, masked_phone
from workflows.schema import clean
from workflows.store.sealed import unseal

blueprint = Blueprint("consulting", __name__)

PAGE = 50
LONGEST = 5000
FIELDS = ("name", "phone", "about", "words", "district", "channel", "received_on")


@blueprint.get("/my/begin/")
@endpoint("consultation.ask")
def begin() -> Any:
    """What is it about: a dispute, a breach of law, a question, or something that has a way of its own."""
    return render_template("consumer/begin.html", abouts=consultation.ABOUTS, errors={})


@blueprint.post("/my/begin/photos")
@endpoint("consultation.ask")
def photos() -> Any:
    """A photo first: kept in the draft, the words come later."""
    answers = filing.load()
    faults = filing.take_photos(answers)
    filing.save(answers)
    if faults or not answers["photos"]:
        words = filing.words_of(faults[0]) if faults else context.t("field_error.required")
        return render_template("consumer/begin.html", abouts=consultation.ABOUTS, errors={"photos": words}), 422
    return base.see_other(url_for("filing.step", name="who"))


@blueprint.get("/my/ask/")
@endpoint("consultation.ask")
def new() -> Any:
    """A question, or something that has a way of its own."""
    return form({"about": request.args.get("about", QUESTION)}, {})


@blueprint.post("/my/ask/")
@endpoint("consultation.ask")
def ask() -> Any:
    """Send it; it gets a number at once."""
    given = answers()
    try:
        question = Question(given["name"], own_phone(), given["about"], given["words"])
        row = asked(question, given["district"])
    except RuleBroken as broken:
        return form(given, forms.errors(broken)), 422
    return base.see_other(url_for("consulting.mine", case=row.id, sent=1))


def asked(question: Question, district: str) -> Consultation:
    """The question, asked."""
    return consult.ask(context.session(), question, bureau(district), actor=context.actor(), clock=context.clock())


def answers() -> dict[str, str]:
    """What was typed, cleaned."""
    found = {}
    for name in FIELDS:
        try:
            found[name] = clean(request.form.get(name, "")[:LONGEST])
        except ValueError:
            found[name] = ""
    return found


def form(given: Mapping[str, str], errors: dict[str, str]) -> str:
    """The form of a question: an officer's names who asks and how."""
    official = context.actor().role in OFFICIALS
    return render_template(
        "officer/ask.html" if official else "consumer/ask.html",
        a=given,
        errors=errors,
        abouts=consultation.ABOUTS,
        channels=intake_rules.TAKEN_BY,
        districts=directory.regions(context.session()),
        today=context.clock().today(),
    )


@blueprint.get("/my/consultations/<uuid:case>")
@endpoint("consultation.ask")
def mine(case: UUID) -> Any:
    """One's own question with its answer."""
    return render_template("consumer/consultation.html", **page(case), sent=request.args.get("sent") == "1")


@blueprint.post("/my/consultations/<uuid:case>/turn")
@endpoint("consultation.ask")
def turn(case: UUID) -> Any:
    """It is a dispute after all: go on to a complaint with what was written."""
    row = consult.read(context.session(), case)
    CONSULTATION.step(row.state, "turn")
    who = consult.asker(context.session(), row)
    filing.save(filing.load() | {"narrative": row.words, "your_name": who.name, "consultation": str(row.id)})
    return base.see_other(url_for("filing.step", name="who"))


@blueprint.get("/officer/consultations/")
@endpoint("consultation.work")
def queue() -> Any:
    """The bureau's questions: those to be answered first before the rest; or those of another state."""
    given = request.args.get("state", "")
    state = given if given in CONSULTATION.states else CONSULTATION.initial
    found, following = listing(state, request.args.get("cursor"), PAGE)
    today = context.clock().today()
    return render_template(
        "officer/consultations.html", found=found, following=following, state=state, states=CONSULTATION.states,
        today=today,
    )  # fmt: skip


@blueprint.get("/officer/consultations/new")
@endpoint("consultation.work")
def begin_taking() -> Any:
    """Take down what somebody asks."""
    return form({"about": QUESTION, "channel": "phone"}, {})


@blueprint.post("/officer/consultations/new")
@endpoint("consultation.work")
def take() -> Any:
    """Record what somebody asked, under a number."""
    given = answers()
    try:
        received = forms.day(request.form, "received_on") if given["received_on"] else None
        phone = typed(given["phone"])
        question = Question(given["name"], phone, given["about"], given["words"], given["channel"], received)
        row = asked(question, "")
    except RuleBroken as broken:
        return form(given, forms.errors(broken)), 422
    return base.see_other(url_for("consulting.one", case=row.id))


@blueprint.get("/officer/consultations/<uuid:case>")
@endpoint("consultation.work")
def one(case: UUID) -> Any:
    """One question, with the next lawful steps only."""
    return screen(case, {})


@blueprint.post("/officer/consultations/<uuid:case>/<verb>")
@endpoint("consultation.work")
def act(case: UUID, verb: str) -> Any:
    """Answer, point to the proper way, or close."""
    row = consult.find(context.session(), case, version(request.form))
    given: dict[str, Any] = {n: request.form.get(n, "")[:LONGEST] for n in ("words", "way") if request.form.get(n)}
    if links := request.form.getlist("links"):
        given["links"] = tuple(links)
    try:
        apply(row, verb, given)
    except RuleBroken as broken:
        return screen(case, forms.errors(broken), given), 422
    return base.see_other(url_for("consulting.one", case=case))


def screen(case: UUID, errors: dict[str, str], typed_before: Mapping[str, Any] | None = None) -> str:
    """The officer's page of a question."""
    return render_template(
        "officer/consultation.html", **page(case), errors=errors, typed=typed_before or {},
        ways=consultation.WAYS, rules=consultation.RULES,
    )  # fmt: skip


def page(case: UUID) -> dict[str, Any]:
    """What both pages of a question show; who asked is masked for the bureau."""
    session = context.session()
    row = consult.read(session, case)
    name, phone = unseal(session, row, "name") or "", unseal(session, row, "phone") or ""
    return {
        "case": row,
        "allowed": CONSULTATION.allowed(row.state),
        "asker": {"name": masked_name(name), "phone": masked_phone(phone)},
        "article": consultation.WAYS.get(row.way or ""),
        "today": context.clock().today(),
    }
