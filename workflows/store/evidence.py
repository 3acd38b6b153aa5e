"""Evidence files: sniffed, re-encoded in a process of their own, content-addressed, kept outside the web root.

No name, type or size from the client is believed. Pictures are decoded under limits of memory and time
and encoded anew, which drops positions and whatever was hidden behind the picture; the digest of the
original bytes is kept, and the original itself sealed, because it is the evidence.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
MOST_BYTES = 20 * 1024 * 1024


class Evidence(Base):
    """One stored file; ``case_id`` is empty until the filing it was uploaded for is made.

    A file that came with a secret code has no owner: it belongs to the case alone. ``erased_at`` tells that its period
    is over: nobody is given it any more, and ``swept_at`` that it is gone from the disk.
    """

    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    case_id: Mapped[UUID | None]
    media_type: Mapped[str]
    name: Mapped[str]
    original_digest: Mapped[str]
    shown_digest: Mapped[str]
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    bureau_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """For the bureau's eyes, as proof of identity: the other side never sees it."""
    erased_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("media_type", TYPES),
        at_most("name", 100),
        CheckConstraint("num_nonnulls(owner_id, case_id) > 0", name="owned"),
        CheckConstraint(f"size BETWEEN 1 AND {MOST_BYTES}", name="size"),
        Index("ix_evidence_case", "case_id"),
        Index("ix_evidence_owner", "owner_id"),
        Index("ix_evidence_unclaimed", "uploaded_at", postgresql_where=text("case_id IS NULL AND erased_at IS NULL")),
        Index("ix_evidence_erased", "erased_at", postgresql_where=text("swept_at IS NULL")),
    )
