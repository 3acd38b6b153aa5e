"""Registering as a merchant: the phone first, then login and password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.http import context
from app.http.endpoint import endpoint
from app.identity import passwords, register, signin
from app.portals import base
from app.portals.public import told
from app.wiring import CHANNELS
from workflows.errors import DomainError, FieldError, RuleBroken

blueprint = Blueprint("registering", __name__, url_prefix="/merchant/register")

LONGEST = passwords.LONGEST + 1
"""One more than may be: a password that is too long is told so, and never cut."""


@blueprint.route("/", methods=["GET", "POST"])
@endpoint("public", transaction=False)
def phone() -> Any:
    """First the phone: a code is sent to it."""
    if request.method == "GET":
        return render_template("merchant/register.html")
    number = request.form.get("phone", "")[:20]
    try:
        signin.send_phone_code(context.installation().db, number, context.address(), CHANNELS["sms"], context.lang())
    except DomainError as error:
        return render_template("merchant/register.html", phone=number, error=told(error)), 422
    return second(number)


@blueprint.post("/account")
@endpoint("public", transaction=False)
def account() -> Any:
    """Then the code, a login and a password: the account is there and signed in."""
    form = {n: request.form.get(n, "")[:LONGEST] for n in ("phone", "code", "login", "password")}
    db = context.installation().db
    try:
        new = register.merchant(db, **form, address=context.address(), lang=context.lang())
    except DomainError as error:
        errors = {f.field: context.t_or(f"field_error.{f.code}", f.message) for f in faults(error)}
        return second(form["phone"], login=form["login"], errors=errors), 422
    return base.signed_in(new.token, url_for("firm.home"))


def second(number: str, **more: Any) -> str:
    """The page of the code, the login and the password."""
    known: dict[str, Any] = {"errors": {}, "login": "", "shortest": passwords.SHORTEST, "longest": passwords.LONGEST}
    return render_template("merchant/register_code.html", phone=number, **(known | more))


def faults(error: DomainError) -> Any:
    """The faults of the form; what is no field's is said at the code."""
    if isinstance(error, RuleBroken) and error.errors:
        return error.errors
    return [FieldError("code", "said", told(error))]
