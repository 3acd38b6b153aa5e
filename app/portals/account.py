"""One's own details: the phone as it is known, an e-mail address for notices, the language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from marshmallow import ValidationError
from marshmallow.validate import Email, Length

from app.catalogue import LANGUAGES
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base
from workflows.people.tables import Account
from workflows.store.sealed import seal, unseal

blueprint = Blueprint("account", __name__, url_prefix="/my/account")

LONGEST = 254
"""Characters of an e-mail address (RFC 5321)."""


@blueprint.get("/")
@endpoint("account.self")
def details() -> Any:
    """What is known of me."""
    return show(own())


@blueprint.post("/")
@endpoint("account.self")
def change() -> Any:
    """Change the address for notices and the language; an empty address is taken out."""
    account, email = own(), request.form.get("email", "").strip()
    try:
        email_faults(email)
    except ValidationError:
        return show(account, email=email, errors={"email": context.t("field_error.email")}), 422
    seal(context.session(), account, "email", email or None)
    lang = request.form.get("lang", "")
    account.lang = lang if lang in LANGUAGES else account.lang
    response = base.see_other(url_for("account.details", kept=1))
    base.remember_language(response, account.lang)
    return response


def own() -> Account:
    """The caller's account."""
    return context.session().get_one(Account, context.actor().account)


def email_faults(email: str) -> None:
    """Let a well-formed address through, or none at all.

    :raises ValidationError: it is not one.
    """
    if email:
        Length(max=LONGEST)(email)
        Email()(email)


def show(account: Account, **more: Any) -> str:
    """The page."""
    session = context.session()
    known: dict[str, Any] = {"email": unseal(session, account, "email"), "errors": {}}
    return render_template(
        "shared/account.html",
        phone=unseal(session, account, "phone"),
        account=account,
        kept=request.args.get("kept") == "1",
        **(known | more),
    )
