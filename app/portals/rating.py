"""Answering by a link from a message, without signing in: one question, one answer, by whoever the message reached."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.http import context, guesses
from app.http.endpoint import endpoint
from app.portals import base, forms, supervision
from complaints import codes
from complaints.operations import asking, decide
from complaints.operations.asking import Asked
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import DatabaseClock, Identity, Role

blueprint = Blueprint("rating", __name__)

SCOPE = "question"


@blueprint.get("/rate/<token>")
@endpoint("public", transaction=False)
def ask(token: str) -> Any:
    """What the link asks; thanks where it has been answered."""
    found = looked(token)
    return page(found, 200) if found else unknown()


@blueprint.post("/rate/<token>")
@endpoint("public", transaction=False)
def answer(token: str) -> Any:
    """Keep the answer; where it cannot be taken, the page comes back with what was written."""
    found = looked(token)
    if found is None:
        return unknown()
    if found.answered or found.expired:
        return page(found, 409)
    try:
        keep(found)
    except RuleBroken as broken:
        return page(found, 422, forms.errors(broken))
    except Conflict:
        pass
    return base.see_other(url_for("rating.ask", token=token))


def looked(token: str) -> Asked | None:
    """The question of a token, read as anybody; None where there is none, and that is counted."""
    try:
        with context.installation().db.transaction(Role.PUBLIC) as session:
            return asking.look(session, token)
    except NotFound:
        guesses.wrong(SCOPE)
        return None


def keep(found: Asked) -> None:
    """Take the answer as the complainant's, in a transaction of its own as a consumer's: for this case and this once.

    :raises RuleBroken: no answer, or one that cannot be taken.
    :raises Conflict: it was answered meanwhile.
    """
    here, actor = context.installation(), Actor(ActorRole.CONSUMER, found.account, None, found.city)
    with here.db.transaction(Role.CONSUMER, Identity(found.account, (found.account,))) as session:
        clock = DatabaseClock(session)
        if found.kind == "kept":
            complaint = decide.find(session, found.case_id)
            asking.answer_kept(session, complaint, request.form.get("kept", ""), actor=actor, clock=clock)
        else:
            words = supervision.words(request.form, "comment")
            asking.rate(session, found, score(), request.form.getlist("reasons"), words, actor=actor, clock=clock)
    if session.info.get("ring"):
        here.bell.ring()


def score() -> int:
    """The score that was chosen.

    :raises RuleBroken: none.
    """
    given = request.form.get("score", "")
    if given not in ("1", "2", "3", "4", "5"):
        fault = FieldError("score", "required", "choose a score")
        raise RuleBroken("validation", "choose a score", errors=[fault])
    return int(given)


def page(found: Asked, status: int, errors: dict[str, str] | None = None) -> Any:
    """The page of a question."""
    typed = {"score": request.form.get("score", ""), "kept": request.form.get("kept", "")}
    typed |= {"comment": request.form.get("comment", "")[:500]}
    html = render_template(
        "public/rate.html",
        found=found,
        codes=codes,
        errors=errors or {},
        typed=typed,
        reasons=request.form.getlist("reasons"),
    )
    return html, status


def unknown() -> Any:
    """The page of a link that is none of ours."""
    return render_template("public/rate.html", found=None), 404
