"""Signed-in sessions, kept in PostgreSQL: ended means ended, at once and everywhere.

The token has 256 bits and is given out once; the table keeps its digest. One statement per request finds
the session, the account and every party the account may act for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.identity.tables import WebSession
from workflows.people.actor import Actor, ActorRole
from workflows.people.tables import Account
from workflows.store.session import DatabaseClock, Databases, Identity, Role

ABSOLUTE = timedelta(hours=12)
IDLE = {
    "officer": timedelta(minutes=30),
    "supervisor": timedelta(minutes=30),
    "council": timedelta(minutes=30),
    "admin": timedelta(minutes=15),
}
IDLE_OTHERS = timedelta(hours=2)
TOUCH = timedelta(minutes=1)

DATABASE_ROLES = {
    "consumer": Role.CONSUMER,
    "merchant": Role.MERCHANT,
    "officer": Role.OFFICER,
    "supervisor": Role.OFFICER,
    "admin": Role.PUBLIC,
    "council": Role.COUNCIL,
}

FIND = text(
    """
    SELECT s.id AS session, s.seen_at, a.id AS account, a.kind, a.city, a.lang, a.phone_sealed, now() AS now,
        (SELECT array_agg(m.org_id ORDER BY m.org_id) FROM membership m WHERE m.account_id = a.id) AS orgs,
        (SELECT array_agg(m.org_id ORDER BY m.org_id) FROM membership m
         WHERE m.account_id = a.id AND m.rank = 'manager') AS managed,
        (WITH RECURSIVE tree AS (
            SELECT m.org_id AS id FROM membership m WHERE m.account_id = a.id AND m.org_kind = 'bureau'
            UNION ALL SELECT b.id FROM bureau b JOIN tree t ON b.parent_id = t.id)
         SELECT array_agg(id) FROM tree) AS bureaus
    FROM web_session s JOIN account a ON a.id = s.account_id
    WHERE s.token_digest = :digest AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL
    """
)


@dataclass(frozen=True)
class Caller:
    """Who a request is from: the actor for the domain, the identity and role for the database.

    :param phone_sealed: the account's phone, read with the session since a filing needs it at once.
    """

    actor: Actor
    identity: Identity
    role: Role
    session: UUID | None = None
    lang: str | None = None
    phone_sealed: bytes | None = None

    @property
    def principal(self) -> str:
        """The caller's name for idempotency keys."""
        return str(self.actor.account) if self.actor.account else "anon"


ANONYMOUS_CALLER = Caller(Actor(ActorRole.ANONYMOUS), Identity(), Role.PUBLIC)


def digest(token: str) -> bytes:
    """What the table keeps of a token."""
    return sha256(token.encode()).digest()


def start(session: Session, account: Account, kind: str) -> tuple[str, datetime]:
    """Start a session; the token, and when it ends at the latest."""
    token = secrets.token_urlsafe(32)
    now = DatabaseClock(session).now()
    session.add(
        WebSession(
            token_digest=digest(token),
            account_id=account.id,
            kind=kind,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
        )
    )
    return token, now + ABSOLUTE


def find(db: Databases, token: str) -> Caller | None:
    """The caller of a token; None when it is unknown, ended, expired, idle for too long, or its account disabled."""
    with db.engine(Role.PUBLIC).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(FIND, {"digest": digest(token)}).one_or_none()
        if row is None or row.now - row.seen_at > IDLE.get(row.kind, IDLE_OTHERS):
            return None
        if row.now - row.seen_at > TOUCH:
            connection.execute(update(WebSession).where(WebSession.id == row.session).values(seen_at=row.now))
    return _caller(row)


def _caller(row: Any) -> Caller:
    account, kind = row.account, row.kind
    orgs = tuple(row.orgs or ())
    parties = {
        "consumer": (account,),
        "merchant": (account, *orgs),
        "officer": (account, *(row.bureaus or ())),
        "supervisor": (account, *(row.bureaus or ())),
        "council": (account, *orgs),
    }.get(kind, (account,))
    actor = Actor(ActorRole(kind), account, orgs[0] if orgs else None, row.city, tuple(row.managed or ()))
    return Caller(actor, Identity(account, parties), DATABASE_ROLES[kind], row.session, row.lang, row.phone_sealed)


def end(session: Session, session_id: UUID) -> None:
    """End a session."""
    ended = update(WebSession).where(WebSession.id == session_id, WebSession.ended_at.is_(None))
    session.execute(ended.values(ended_at=DatabaseClock(session).now()))
