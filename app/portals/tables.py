"""Drafts of filings: kept while somebody writes, sealed, one per person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base


class FilingDraft(Base):
    """What a consumer has written so far.

    After filing it names what became of it, so that pressing the button twice is harmless.
    """

    __tablename__ = "filing_draft"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    body_sealed: Mapped[bytes]
    updated_at: Mapped[datetime]
    filed_as: Mapped[UUID | None]
