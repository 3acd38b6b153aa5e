"""Registering as a merchant: a phone that answers, then a login and a password. In a short transaction of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity import passwords, sessions, throttle
from app.identity.signin import ADDRESS_FREE, SignedIn, WrongCredentials, normal_phone, release_code, use_code
from workflows.errors import FieldError, RuleBroken
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.sealed import place
from workflows.store.session import DatabaseClock, Databases, Role, keys_of

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{3,31}")


class LoginTaken(RuleBroken):
    """The login is somebody's already; only who holds a phone and its code is ever told."""

    def __init__(self) -> None:
        fault = FieldError("login", "register.taken", "is taken: choose another")
        super().__init__("register.taken", "the login is taken: choose another", errors=[fault])


def merchant(db: Databases, phone: str, code: str, login: str, password: str, *, address: str, lang: str) -> SignedIn:
    """Make a merchant's account and sign it in.

    The phone is kept sealed to reach the person by and is no key: the same phone may be a consumer's too. A login
    that is taken is said only after the code was right, so that nobody learns logins by asking; each such answer
    costs one of the code's tries.

    :raises RuleBroken: a login or password that cannot be used.
    :raises WrongCredentials: a wrong, used or expired code.
    :raises TooMany: too many failures.
    """
    normal, login = normal_phone(phone), login.strip().lower()
    check(login, password)
    keys = [("register", normal), ("address", address)]
    with db.transaction(Role.PUBLIC) as session:
        for scope, key in keys:
            throttle.check(session, scope, key)
    with db.transaction(Role.PUBLIC) as session:
        right = use_code(session, normal, code)
        made = _made(session, normal, login, password, lang) if right else None
        if made is not None:
            for scope, key in (keys[0], ("code", normal)):
                throttle.passed(session, scope, key)
            return made
        if right:
            release_code(session, normal)
        for scope, key in keys:
            throttle.failed(session, scope, key, ADDRESS_FREE if scope == "address" else throttle.FREE)
    raise LoginTaken if right else WrongCredentials


def check(login: str, password: str) -> None:
    """Let a usable login and password through.

    :raises RuleBroken: by field.
    """
    if faults := list(_faults(login, password)):
        raise RuleBroken("validation", "login or password cannot be used", errors=faults)


def _faults(login: str, password: str) -> Iterator[FieldError]:
    if not LOGIN.fullmatch(login):
        yield FieldError("login", "register.login", "has 4 to 32 letters and digits")
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        message = f"has {passwords.SHORTEST} to {passwords.LONGEST} characters"
        yield FieldError("password", "register.password", message)


def _made(session: Session, phone: str, login: str, password: str, lang: str) -> SignedIn | None:
    """The new account, signed in; None where the login is taken, also by somebody who registers at this moment."""
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        return None
    account = Account(
        id=new_id(),
        kind="merchant",
        login=login,
        password_hash=passwords.hashed(password),
        lang=lang,
        created_at=DatabaseClock(session).now(),
    )
    account.phone_sealed = keys_of(session).seal(place(account, "phone"), phone)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        return None
    return SignedIn(*sessions.start(session, account, "web"), account)
