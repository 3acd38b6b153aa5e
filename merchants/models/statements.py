"""Statements of standing: signed, shown to whom the firm consents, every look recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from merchants import codes
from workflows.store.db import Base, at_most, one_of


class Statement(Base):
    """A signed statement; it is never changed. ``body`` is the canonical JSON that the signature is under."""

    __tablename__ = "statement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    body: Mapped[str]
    signature: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    __table_args__ = (Index("ix_statement_enterprise", "enterprise_id", "id"),)


class StatementConsent(Base):
    """A firm lets one named recipient check one statement by a link, until a day or until it ends the consent.

    The link's secret is given out once; its digest is kept.
    """

    __tablename__ = "statement_consent"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    recipient: Mapped[str]
    recipient_kind: Mapped[str]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    given_at: Mapped[datetime]
    given_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        at_most("recipient", 100),
        one_of("recipient_kind", codes.RECIPIENTS),
        CheckConstraint("expires_at > given_at", name="expires"),
        Index("ix_statement_consent_statement", "statement_id", "id"),
        Index("ix_statement_consent_enterprise", "enterprise_id", "id"),
    )


class StatementLook(Base):
    """One look at a statement by its link: when, by whom it was consented to, from which address (as a hash)."""

    __tablename__ = "statement_look"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("statement_consent.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    at: Mapped[datetime]
    address: Mapped[bytes]

    __table_args__ = (Index("ix_statement_look_consent", "consent_id", "at"),)
