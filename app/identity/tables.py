"""The tables of signing in. Secrets are kept as digests: reading the table lets nobody in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, one_of


class WebSession(Base):
    """A signed-in session of a browser or of the API; the token itself is never stored."""

    __tablename__ = "web_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", ("web", "api")),
        Index("ix_web_session_account", "account_id"),
        Index("ix_web_session_expires", "expires_at"),
    )


class Throttle(Base):
    """Failures of one kind by one key (an account, an address, a phone), and until when it is locked."""

    __tablename__ = "throttle"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class OneTimeCode(Base):
    """A code sent to a phone; the newest counts, five tries, five minutes, once."""

    __tablename__ = "one_time_code"

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    code_digest: Mapped[bytes]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_one_time_code_expires", "expires_at"),)


class IdempotencyKey(Base):
    """The answer to a write that a client may send again; the answer is sealed, it may hold personal data."""

    __tablename__ = "idempotency_key"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    answer_sealed: Mapped[bytes]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_idempotency_key_created", "created_at"),)
