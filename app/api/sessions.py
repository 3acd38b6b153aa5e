"""``/sessions``: signing in and out."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.http import context
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.identity import signin
from app.wiring import CHANNELS
from workflows.schema import Strict, Words

blueprint = Blueprint("sessions", __name__, description="Signing in: by password and one-time code, or by phone.")


class CodeIn(Strict):
    """Where to send a code."""

    phone = Words(20, least=1, required=True)


class SignIn(Strict):
    """Login and password, with a one-time code for officers; or phone and the code sent to it."""

    login = Words(64)
    password = fields.String()
    totp = Words(10, load_default=None, allow_none=True)
    phone = Words(20)
    code = Words(10)

    @validates_schema
    def pairs(self, data: dict[str, Any], **_: Any) -> None:
        """Either pair, whole."""
        for one, other in (("login", "password"), ("phone", "code")):
            if bool(data.get(one)) != bool(data.get(other)):
                raise ValidationError("is needed", other if data.get(one) else one)
        if bool(data.get("login")) == bool(data.get("phone")):
            raise ValidationError("give login and password, or phone and code", "login")


class ActorOut(Strict):
    """Whose session it is."""

    account = fields.UUID(required=True)
    role = fields.String(required=True)
    city = fields.String(required=True, allow_none=True)


class SessionOut(Strict):
    """A new session; the token is shown this once."""

    token = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    actor = fields.Nested(ActorOut, required=True)


@blueprint.route("/sessions/codes", methods=["POST"])
@endpoint("public", transaction=False)
@blueprint.arguments(CodeIn())
@blueprint.response(202)
def send_code(data: dict[str, Any]) -> Any:
    """Send a one-time code to a phone; the answer is the same whoever's it is."""
    here = context.installation()
    signin.send_phone_code(here.db, data["phone"], context.address(), CHANNELS["sms"], context.lang())


@blueprint.route("/sessions", methods=["POST"])
@endpoint("public", transaction=False)
@blueprint.arguments(SignIn())
@blueprint.response(201, SessionOut())
def sign_in(data: dict[str, Any]) -> Any:
    """Sign in and get a token."""
    db, address = context.installation().db, context.address()
    if data.get("login"):
        new = signin.by_password(db, data["login"], data["password"], data["totp"], address, "api")
    else:
        new = signin.by_phone(db, data["phone"], data["code"], address, "api")
    actor = {"account": new.account.id, "role": new.account.kind, "city": new.account.city}
    return {"token": new.token, "expires_at": new.expires_at, "actor": actor}


@blueprint.route("/sessions/current", methods=["DELETE"])
@endpoint("account.self", transaction=False)
@blueprint.response(204)
def sign_out() -> None:
    """End this session; its token is worth nothing from now on."""
    signin.sign_out(context.installation().db, context.caller())
