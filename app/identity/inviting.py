"""Invitations to a firm's people: sent by text message, accepted by code; both are counted like signing in."""

from __future__ import annotations

from uuid import UUID

from app.catalogue import text
from app.channels import Channel
from app.identity import throttle
from app.identity.sessions import Caller
from app.identity.signin import ADDRESS_FREE
from merchants.operations import staff
from merchants.operations.staff import LIFE, Invited
from workflows.errors import RuleBroken
from workflows.store.session import DatabaseClock, Databases, Role

INVITATIONS_FREE = 20
HALF = staff.CODE_LENGTH // 2


def invite(db: Databases, caller: Caller, org: UUID, phone: str, rank: str, *, channel: Channel, lang: str) -> Invited:
    """Invite somebody, and send the code to the phone once the invitation is stored.

    :param phone: in its one spelling.
    :raises TooMany: too many invitations by this account in a short time.
    """
    who = str(caller.actor.account)
    with db.transaction(Role.PUBLIC) as session:
        throttle.check(session, "invite", who)
        throttle.failed(session, "invite", who, INVITATIONS_FREE)
    with db.transaction(caller.role, caller.identity) as session:
        made = staff.invite(session, org, phone, rank, actor=caller.actor, clock=DatabaseClock(session))
    with db.transaction(Role.PUBLIC) as session:
        words = text("sms.invitation", lang, name=made.name, code=readable(made.code), days=LIFE.days)
        channel.send(session, made.invitation.id, phone, words)
    return made


def readable(code: str) -> str:
    """A code in two halves, as people copy it."""
    return f"{code[:HALF]}-{code[HALF:]}"


def accept(db: Databases, caller: Caller, code: str, address: str) -> UUID:
    """Accept an invitation; what the caller works for from now on.

    :raises RuleBroken: the code is no good; which of wrong, used and expired is never said.
    :raises TooMany: too many failures.
    """
    keys = [("join", str(caller.actor.account)), ("address", address)]
    with db.transaction(Role.PUBLIC) as session:
        for scope, key in keys:
            throttle.check(session, scope, key)
    with db.transaction(caller.role, caller.identity) as session:
        joined = staff.accept(session, code, actor=caller.actor, clock=DatabaseClock(session))
    if joined is not None:
        return joined
    with db.transaction(Role.PUBLIC) as session:
        for scope, key in keys:
            throttle.failed(session, scope, key, ADDRESS_FREE if scope == "address" else throttle.FREE)
    raise RuleBroken("invitation.wrong", "the code is not right, or no longer good", field="code")
