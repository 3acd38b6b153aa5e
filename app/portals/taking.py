"""An officer takes down what somebody says by phone, wrote in a letter, or brings to the window: one screen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from app.api import documents
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, filing, filing_for, forms, taking_forms
from app.portals.taking_beside import beside
from app.portals.taking_forms import Answers
from complaints import capacity, codes, intake_rules, queries, rules
from complaints.intake_models import OfficerDraft
from complaints.operations import consult, taking
from complaints.operations.filing import Filed
from workflows.errors import DomainError, FieldError, NotFound, RuleBroken
from workflows.people import directory
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.session import keys_of

blueprint = Blueprint("taking", __name__, url_prefix="/officer/intake")

MOST = 50
REGISTERS = {"complaints": 1, "reports": 2}


@blueprint.get("/")
@endpoint("complaint.take")
def index() -> Any:
    """What the officer has begun and not filed yet, and what was filed last."""
    mine = select(OfficerDraft).where(OfficerDraft.account_id == context.actor().account)
    rows = context.session().scalars(mine.order_by(OfficerDraft.updated_at.desc()).limit(MOST)).all()
    kept = [(row, opened(row)) for row in rows]
    return render_template("officer/intake.html", kept=kept)


@blueprint.get("/new")
@endpoint("complaint.take")
def new() -> Any:
    """Begin; the address already has the draft's id, so that nothing is filed twice."""
    question = request.args.get("consultation") or None
    return redirect(url_for("taking.one", draft=new_id(), consultation=question))


@blueprint.get("/<uuid:draft>")
@endpoint("complaint.take")
def one(draft: UUID) -> Any:
    """The screen, empty or as it was left; after filing, what became of it."""
    row = find(draft)
    if row is not None and row.ended_at is not None:
        return done(row)
    answers = opened(row) if row else fresh()
    return show(draft, answers, {})


def fresh() -> Answers:
    """A new screen: by phone, today; from a question, with what was asked."""
    given: Answers = {"kind": "complaint", "channel": "phone"}
    question = request.args.get("consultation", "")
    if question:
        asked = consult.read(context.session(), forms.ident_needed(request.args, "consultation"))
        who = consult.asker(context.session(), asked)
        given |= {"consultation": question, "narrative": asked.words, "your_name": who.name, "phone": who.phone}
    return given


@blueprint.post("/<uuid:draft>/beside")
@endpoint("complaint.take")
def look(draft: UUID) -> Any:  # noqa: ARG001 - the address is the screen's own
    """What stands beside, while it is typed: stores, the caller's earlier cases, likely duplicates."""
    answers = taking_forms.answers_of(request.form, {})
    return render_template("officer/intake_beside.html", a=answers, **beside(answers))


@blueprint.post("/<uuid:draft>")
@endpoint("complaint.take")
def submit(draft: UUID) -> Any:
    """Keep it, or file it; a second time leads to what was filed."""
    row = find(draft, lock=True)
    if row is not None and row.ended_at is not None:
        return base.see_other(url_for("taking.one", draft=draft))
    answers = taking_forms.answers_of(request.form, opened(row) if row else {"consultation": _question()})
    faults = filing.take_photos(answers)
    row = save(draft, row, answers)
    if request.form.get("do") != "file" or faults:
        lacking = faults or lacks(answers)
        return show(draft, answers, taking_forms.errors(faults), lacking=lacking, kept=not faults)
    return filed(row, answers)


def _question() -> str:
    return request.form.get("consultation", "")[:36]


def filed(row: OfficerDraft, answers: Answers) -> Any:
    """File it, or show what lacks; what was typed stays."""
    try:
        with context.session().begin_nested():
            made = file(answers)
            ended(row, made, answers)
    except RuleBroken as broken:
        faults = broken.errors or [FieldError("", broken.code, context.t_or(f"error.{broken.code}", broken.message))]
        return show(row.id, answers, taking_forms.errors(list(faults))), 422
    except DomainError as error:
        words = context.t_or(f"error.{error.code}", error.message, **error.params)
        return show(row.id, answers, {"": words}), 422
    if made.code:
        return done(row, code=made.code)
    return base.see_other(url_for("taking.one", draft=row.id))


def file(answers: Answers) -> Filed:
    """File what was typed: a complaint, a report, or both.

    :raises RuleBroken: every field at fault, by name.
    """
    session, actor, clock = context.session(), context.actor(), context.clock()
    draft, unreadable = taking_forms.read(answers)
    if answers.get("kind") == "report":
        report = filing.report(answers | {"with_report": "1"})
        leads = taking_forms.unnamed(report, answers)
        return taking.take_report(
            session, draft.respondent, leads, draft.complainant, draft.channel, draft.received_on,
            actor=actor, clock=clock,
        )  # fmt: skip
    if unreadable:
        known = rules.faults(draft, clock.today())
        raise RuleBroken("validation", "some facts cannot be read", errors=[*unreadable, *known])
    return taking.take(session, draft, actor=actor, clock=clock)


def lacks(answers: Answers) -> list[FieldError]:
    """What still lacks before it can be filed."""
    draft, unreadable = taking_forms.read(answers)
    if answers.get("kind") == "report":
        report = filing.report(answers | {"with_report": "1"})
        found = [*rules.respondent_faults(draft.respondent), *(rules.report_faults(report) if report else [])]
        unnamed = answers.get("anonymous") == "1"
        return [*found, *([] if unnamed else intake_rules.phone_faults("phone", draft.complainant.phone))]
    phone = intake_rules.phone_faults("complainant.phone", draft.complainant.phone)
    return [*phone, *unreadable, *rules.faults(draft, draft.received_on or context.clock().today())]


def show(draft: UUID, answers: Answers, errors: dict[str, str], lacking: Sequence[FieldError] = (), **more: Any) -> str:
    """The screen with what was typed, what is wrong, and what still lacks."""
    session = context.session()
    return render_template(
        "officer/intake_new.html",
        draft=draft,
        a=answers,
        errors=errors,
        lacking=taking_forms.errors(list(lacking)),
        rows=filing_for.rows(answers),
        codes=codes,
        kinds=taking_forms.KINDS,
        channels=intake_rules.TAKEN_BY,
        scopes=capacity.SCOPES,
        districts=[r for r in directory.regions(session) if r.city == context.actor().city],
        today=context.clock().today(),
        **beside(answers),
        **more,
    )


def done(row: OfficerDraft, code: str = "") -> str:
    """What was filed: number, bureau, dates, and what can be printed at once."""
    kept = {"complaint": seen(queries.complaint, row.complaint_id), "report": seen(queries.report, row.report_id)}
    return render_template("officer/intake_done.html", row=row, told=opened(row)["told"], code=code, **kept)


@blueprint.post("/<uuid:draft>/print/<any(complaints, reports):kind>")
@endpoint("complaint.take")
def printed(draft: UUID, kind: str) -> Any:
    """Issue the register form of what was filed (form 1, form 2) and show it, ready to print."""
    row = find(draft)
    legs = {"complaints": row.complaint_id, "reports": row.report_id} if row else {}
    case = legs.get(kind)
    if case is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    shown = documents.case_of(kind, case)
    ready = [p for p in documents.visible(kind, shown) if p["form"] == REGISTERS[kind]]
    if ready:
        return base.see_other(f"/officer/{kind}/{case}/documents/{ready[0]['id']}")
    paper = documents.issue_from(documents.locked(kind, case, shown.version), REGISTERS[kind], {})
    return base.see_other(f"/officer/{kind}/{case}/documents/{paper.id}")


def seen(read: Any, case: UUID | None) -> Any:
    """A case that was filed, if it is the officer's own bureau's."""
    try:
        return read(context.session(), case) if case else None
    except NotFound:
        return None


def ended(row: OfficerDraft, made: Filed, answers: Answers) -> None:
    """Remember what became of it; what was typed is not kept a second time."""
    session, actor, clock = context.session(), context.actor(), context.clock()
    row.complaint_id = made.complaint.id if made.complaint else None
    row.report_id = made.report.id if made.report else None
    row.ended_at = clock.now()
    case: Any = made.complaint or made.report
    bureau = session.get_one(Bureau, case.bureau_id)
    told = {"bureau": bureau.name, "bureau_en": bureau.name_en, "respondent": case.respondent_name}
    told["received"] = str(case.received_on)
    for name, leg in (("complaint", made.complaint), ("report", made.report)):
        if leg is not None:
            told |= {name: leg.number, f"{name}_due": str(leg.next_due_on)}
    row.body_sealed = sealed(row.id, {"told": told})
    if made.complaint and (question := answers.get("consultation")):
        asked = consult.find(session, UUID(question))
        consult.turned(session, asked, made.complaint.id, actor=actor, clock=clock)
    session.flush()


def find(draft: UUID, *, lock: bool = False) -> OfficerDraft | None:
    """The officer's own draft."""
    query = select(OfficerDraft).where(OfficerDraft.id == draft, OfficerDraft.account_id == context.actor().account)
    return context.session().scalar(query.with_for_update() if lock else query)


def opened(row: OfficerDraft) -> Answers:
    """What was typed, or what it became."""
    answers: Answers = json.loads(keys_of(context.session()).open(f"officer_draft|body|{row.id}", row.body_sealed))
    return answers


def sealed(draft: UUID, answers: Answers) -> bytes:
    """What was typed, as it is kept."""
    body = json.dumps(answers, ensure_ascii=False)
    return keys_of(context.session()).seal(f"officer_draft|body|{draft}", body)


def save(draft: UUID, row: OfficerDraft | None, answers: Answers) -> OfficerDraft:
    """Keep what was typed, sealed."""
    session = context.session()
    if row is None:
        row = OfficerDraft(id=draft, account_id=context.actor().account)
        session.add(row)
    row.body_sealed, row.updated_at = sealed(draft, answers), context.clock().now()
    session.flush()
    return row
