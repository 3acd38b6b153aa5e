"""Pages for everybody: home, stores, signing in; and the demo's page of messages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from app.catalogue import LANGUAGES
from app.http import context
from app.http.endpoint import endpoint
from app.identity import signin, totp
from app.portals import base
from app.standin import StandInMessage
from app.wiring import CHANNELS
from seeds import people
from workflows.errors import DomainError, NotFound
from workflows.store.sealed import unseal
from workflows.store.session import Role
from workflows.time.clock import SystemClock

blueprint = Blueprint("public", __name__)

MOST_MESSAGES = 50


@blueprint.get("/")
@endpoint("public", transaction=False)
def home() -> Any:
    """What one can do here."""
    return render_template("public/home.html")


@blueprint.get("/language/<code>")
@endpoint("public", transaction=False)
def language(code: str) -> Any:
    """Change the language and stay on the page."""
    response = redirect(base.safe_target(request.args.get("to")) or "/")
    if code in LANGUAGES:
        base.remember_language(response, code)
    return response


@blueprint.route("/sign-in", methods=["GET", "POST"])
@endpoint("public", transaction=False)
def sign_in() -> Any:
    """Sign in by phone, first step: where to send a code."""
    target = base.safe_target(request.values.get("to")) or ""
    if request.method == "GET":
        return render_template("public/sign_in.html", target=target)
    phone = request.form.get("phone", "")[:20]
    try:
        signin.send_phone_code(context.installation().db, phone, context.address(), CHANNELS["sms"], context.lang())
    except DomainError as error:
        return render_template("public/sign_in.html", target=target, phone=phone, error=told(error)), 422
    return render_template("public/sign_in_code.html", target=target, phone=phone)


@blueprint.post("/sign-in/code")
@endpoint("public", transaction=False)
def sign_in_code() -> Any:
    """Sign in by phone, second step: the code."""
    phone, code = request.form.get("phone", "")[:20], request.form.get("code", "")[:10]
    target = base.safe_target(request.form.get("to"))
    try:
        new = signin.by_phone(context.installation().db, phone, code, context.address(), "web")
    except DomainError as error:
        page = render_template("public/sign_in_code.html", target=target or "", phone=phone, error=told(error))
        return page, 422
    return base.signed_in(new.token, target or url_for("consumer.mine"))


@blueprint.route("/sign-in/staff", methods=["GET", "POST"])
@endpoint("public", transaction=False)
def sign_in_staff() -> Any:
    """Sign in by login and password, officers with a one-time code besides."""
    target = base.safe_target(request.values.get("to"))
    if request.method == "GET":
        return render_template("public/sign_in_staff.html", target=target or "")
    form = {name: request.form.get(name, "")[:200] for name in ("login", "password", "totp")}
    try:
        new = signin.by_password(
            context.installation().db,
            form["login"].strip(),
            form["password"],
            form["totp"] or None,
            context.address(),
            "web",
        )
    except DomainError as error:
        page = render_template("public/sign_in_staff.html", target=target or "", login=form["login"], error=told(error))
        return page, 422
    homes = {
        "merchant": "firm.home",
        "officer": "officer.queue",
        "supervisor": "officer.queue",
        "council": "council.home",
    }
    return base.signed_in(new.token, target or url_for(homes.get(new.account.kind, "public.home")))


@blueprint.post("/sign-out")
@endpoint("public", transaction=False)
def sign_out() -> Any:
    """Sign out: the session ends on the server, not only in the browser."""
    signin.sign_out(context.installation().db, context.caller())
    response = base.see_other(url_for("public.home"))
    response.delete_cookie(context.installation().cookie)
    return response


def told(error: DomainError) -> str:
    """An error in the reader's language."""
    return context.t_or(f"error.{error.code}", error.message, **error.params)


@blueprint.get("/demo/messages")
@endpoint("public", transaction=False)
def messages() -> Any:
    """The demo's stand-in for telephones and authenticator apps.

    :raises NotFound: this is no demo.
    """
    if not context.installation().told.demo:
        raise NotFound("http.404", "there is no such page")
    now = SystemClock().now()
    staff = [(p, totp.code(people.TOTP, now)) for p in people.PEOPLE if p.role in signin.WITH_TOTP]
    return render_template("public/messages.html", messages=_messages(), staff=staff, people=people)


def _messages() -> list[dict[str, Any]]:
    with context.installation().db.transaction(Role.PUBLIC) as session:
        rows = session.scalars(select(StandInMessage).order_by(StandInMessage.at.desc()).limit(MOST_MESSAGES))
        return [{"at": m.at, "to": unseal(session, m, "to"), "words": unseal(session, m, "body")} for m in rows]
