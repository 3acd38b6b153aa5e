"""The register of subject access (个人信息查阅、复制, PIPL 45): who took out what is held about them, and when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base


class SubjectAccess(Base):
    """Somebody took everything that is held about them: when, how much, and the digest of what was handed over."""

    __tablename__ = "subject_access"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    cases: Mapped[int]
    files: Mapped[int]
    size: Mapped[int]
    digest: Mapped[str]

    __table_args__ = (Index("ix_subject_access_account", "account_id", "at"),)
