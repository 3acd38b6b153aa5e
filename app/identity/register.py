"""Registering as a merchant: a phone that answers, then a login and a password. In a short transaction of its own."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity import passwords, sessions, throttle
from app.identity.signin import ADDRESS_FREE, SignedIn, WrongCredentials, normal_phone, use_code
from workflows.errors import FieldError, RuleBroken
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.sealed import place
from workflows.store.session import DatabaseClock, Databases, Role, keys_of

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{3,31}")


def merchant(db: Databases, phone: str, code: str, login: str, password: str, address: str) -> SignedIn:
    """Make a merchant's account and sign it in.

    The phone is kept sealed to reach the person by and is no key: the same phone may be a consumer's too.

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
        if session.scalar(select(Account.id).where(Account.login == login)) is not None:
            throttle.failed(session, "address", address, ADDRESS_FREE)
            taken = True
        elif use_code(session, normal, code):
            return _made(session, normal, login, password)
        else:
            taken = False
            for scope, key in keys:
                throttle.failed(session, scope, key, ADDRESS_FREE if scope == "address" else throttle.FREE)
    if taken:
        raise RuleBroken("register.login", "this login cannot be used: choose another", field="login")
    raise WrongCredentials


def check(login: str, password: str) -> None:
    """Let a usable login and password through.

    :raises RuleBroken: by field.
    """
    faults = []
    if not LOGIN.fullmatch(login):
        faults.append(FieldError("login", "register.login", "has 4 to 32 letters and digits"))
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        message = f"has {passwords.SHORTEST} to {passwords.LONGEST} characters"
        faults.append(FieldError("password", "register.password", message))
    if faults:
        raise RuleBroken("validation", "login or password cannot be used", errors=faults)


def _made(session: Session, phone: str, login: str, password: str) -> SignedIn:
    account = Account(
        id=new_id(),
        kind="merchant",
        login=login,
        password_hash=passwords.hashed(password),
        lang="zh",
        created_at=DatabaseClock(session).now(),
    )
    account.phone_sealed = keys_of(session).seal(place(account, "phone"), phone)
    session.add(account)
    session.flush()
    return SignedIn(*sessions.start(session, account, "web"), account)
