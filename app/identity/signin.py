"""Signing in, in short transactions of its own: a refused request forgets none of its failures.

Merchants and officers sign in by login and password, officers with a one-time code besides; consumers by
phone and a code sent to it. Whatever is wrong, the answer is the same: nobody learns which logins or phones
exist.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import phonenumbers
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.channels import Channel, send_code
from app.identity import passwords, sessions, throttle, totp
from app.identity.tables import OneTimeCode
from workflows.errors import Refused, RuleBroken
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.sealed import index, seal, unseal
from workflows.store.session import DatabaseClock, Databases, Role

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODES_FREE = 5
ADDRESS_FREE = 30
WITH_TOTP = ("officer", "supervisor", "admin", "council")


class WrongCredentials(Refused):
    """The credentials do not fit; which of them is never said."""

    def __init__(self) -> None:
        super().__init__("signin.wrong", "login, password or code do not fit")


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token, given out this once, when it ends, whose it is."""

    token: str
    expires_at: datetime
    account: Account


def normal_phone(text: str) -> str:
    """A phone number in its one spelling, ``+8613900000000``.

    :raises RuleBroken: it is not a mobile number that can exist in mainland China.
    """
    try:
        parsed = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        parsed = None
    mobile = parsed and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    if parsed is None or parsed.country_code != 86 or not mobile:
        raise RuleBroken("phone", "is not a mobile number of mainland China: give its 11 digits", field="phone")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def by_password(db: Databases, login: str, password: str, code: str | None, address: str, kind: str) -> SignedIn:
    """Sign in by login and password, and for officers the one-time code of their app.

    :param address: where the request came from; failures are counted by it as well as by the login.
    :param kind: ``web`` or ``api``.
    :raises WrongCredentials: something does not fit.
    :raises TooMany: too many failures.
    """
    keys = [("login", login.lower()), ("address", address)]
    with db.transaction(Role.PUBLIC) as session:
        _check(session, keys)
    with db.transaction(Role.PUBLIC) as session:
        account = session.scalar(select(Account).where(Account.login == login, Account.disabled_at.is_(None)))
        right = passwords.matches(account.password_hash if account else None, password)
        if account is not None and right and _second_factor(session, account, code):
            throttle.passed(session, *keys[0])
            return SignedIn(*sessions.start(session, account, kind), account)
        _fail(session, keys)
    raise WrongCredentials


def _check(session: Session, keys: list[tuple[str, str]]) -> None:
    for scope, key in keys:
        throttle.check(session, scope, key)


def _fail(session: Session, keys: list[tuple[str, str]]) -> None:
    for scope, key in keys:
        throttle.failed(session, scope, key, ADDRESS_FREE if scope == "address" else throttle.FREE)


def _second_factor(session: Session, account: Account, code: str | None) -> bool:
    """Whether the one-time code fits and was not used before; the step is taken under the row's lock."""
    if account.kind not in WITH_TOTP:
        return True
    locked = session.get_one(Account, account.id, with_for_update=True, populate_existing=True)
    secret = unseal(session, locked, "totp")
    if secret is None or code is None:
        return False
    step = totp.step_of(secret, code.strip(), DatabaseClock(session).now(), locked.totp_step)
    if step is None:
        return False
    locked.totp_step = step
    return True


def send_phone_code(db: Databases, phone: str, address: str, channel: Channel, lang: str) -> None:
    """Send a one-time code to a phone; the newest code counts.

    :raises RuleBroken: not a phone number.
    :raises TooMany: too many codes for this phone or from this address.
    """
    normal = normal_phone(phone)
    with db.transaction(Role.PUBLIC) as session:
        _check(session, [("code", normal), ("code-address", address)])
        throttle.failed(session, "code", normal, CODES_FREE)
        throttle.failed(session, "code-address", address, ADDRESS_FREE)
        code = f"{secrets.randbelow(10**6):06d}"
        now = DatabaseClock(session).now()
        row = {
            "phone_index": index(session, "account", "phone", normal),
            "code_digest": sha256(code.encode()).digest(),
            "sent_at": now,
            "expires_at": now + CODE_LIFE,
            "tries": 0,
            "used_at": None,
        }
        session.execute(insert(OneTimeCode).values(row).on_conflict_do_update(index_elements=["phone_index"], set_=row))
        send_code(session, channel, normal, code, lang)


def by_phone(db: Databases, phone: str, code: str, address: str, kind: str) -> SignedIn:
    """Sign in by phone and the code sent to it; the first time an account is made.

    :raises WrongCredentials: a wrong, used or expired code.
    :raises TooMany: too many failures.
    """
    normal = normal_phone(phone)
    keys = [("phone", normal), ("address", address)]
    with db.transaction(Role.PUBLIC) as session:
        _check(session, keys)
    with db.transaction(Role.PUBLIC) as session:
        if use_code(session, normal, code):
            throttle.passed(session, *keys[0])
            throttle.passed(session, "code", normal)
            account = _consumer(session, normal)
            if account.disabled_at is None:
                return SignedIn(*sessions.start(session, account, kind), account)
        _fail(session, keys)
    raise WrongCredentials


def use_code(session: Session, phone: str, code: str) -> bool:
    """Whether the code sent to a phone fits; a code that fits is used up, one that does not costs a try."""
    sent = session.get(OneTimeCode, index(session, "account", "phone", phone), with_for_update=True)
    now = DatabaseClock(session).now()
    if sent is None or sent.used_at or sent.expires_at < now or sent.tries >= CODE_TRIES:
        return False
    sent.tries += 1
    if not secrets.compare_digest(sent.code_digest, sha256(code.strip().encode()).digest()):
        return False
    sent.used_at = now
    return True


def release_code(session: Session, phone: str) -> None:
    """Let a code that fitted be used again, as when something else of the form was wrong; its try is spent."""
    session.get_one(OneTimeCode, index(session, "account", "phone", phone)).used_at = None
    session.flush()


def _consumer(session: Session, phone: str) -> Account:
    found = session.scalar(select(Account).where(Account.phone_index == index(session, "account", "phone", phone)))
    if found is not None:
        return found
    account = Account(id=new_id(), kind="consumer", lang="zh", created_at=DatabaseClock(session).now())
    seal(session, account, "phone", phone)
    session.add(account)
    session.flush()
    return account


def sign_out(db: Databases, caller: sessions.Caller) -> None:
    """End the caller's session."""
    if caller.session is not None:
        with db.transaction(Role.PUBLIC) as session:
            sessions.end(session, caller.session)
