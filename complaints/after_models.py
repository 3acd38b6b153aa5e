"""What comes after an agreement or a closing, as tables: outcomes with their proof, questions by link."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.codes import KEPT
from complaints.outcome import KINDS, QUESTIONS
from workflows.store.db import Base, one_of

NOT_DECIDED = text("kind IS NULL")


class Outcome(Base):
    """One account of whether an agreement was kept, bound to what proves it; open while the consumer is asked.

    ``seq`` is the journal event that recorded it. A denied or silent one may be followed by another.
    """

    __tablename__ = "outcome"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    seq: Mapped[int]
    recorded_on: Mapped[date]
    performed_fen: Mapped[int | None]
    performed_on: Mapped[date | None]
    proof_file: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))
    kind: Mapped[str | None]
    decided_on: Mapped[date | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    matched_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    noticed_on: Mapped[date | None]

    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("(kind IS NULL) = (decided_on IS NULL)", name="decided"),
        CheckConstraint("num_nonnulls(performed_fen, performed_on) IN (0, 2)", name="performed_whole"),
        CheckConstraint("performed_on IS NOT NULL OR kind IS NOT DISTINCT FROM 'denied'", name="performed"),
        CheckConstraint("performed_on <= recorded_on", name="performed_before"),
        CheckConstraint("performed_fen BETWEEN 0 AND 100000000000", name="performed_amount"),
        CheckConstraint(
            "(answered_by IS NOT NULL) = (coalesce(kind, '') IN ('confirmed', 'denied'))", name="answered_evidence"
        ),
        CheckConstraint("(matched_by IS NOT NULL) = (kind IS NOT DISTINCT FROM 'receipt')", name="matched_evidence"),
        CheckConstraint("kind IS DISTINCT FROM 'receipt' OR proof_file IS NOT NULL", name="receipt_evidence"),
        CheckConstraint("(notice_id IS NOT NULL) = (kind IS NOT DISTINCT FROM 'silent')", name="silent_evidence"),
        CheckConstraint("num_nonnulls(notice_id, noticed_on) IN (0, 2)", name="noticed_whole"),
        CheckConstraint("noticed_on < decided_on", name="silent_after_notice"),
        Index("uq_outcome_open", "case_id", unique=True, postgresql_where=NOT_DECIDED),
        Index("ix_outcome_case", "case_id", "id"),
        Index("ix_outcome_waiting", "recorded_on", "id", postgresql_where=NOT_DECIDED),
        Index("ix_outcome_decided", "decided_on", postgresql_where=text("kind IS NOT NULL")),
    )


class Question(Base):
    """Something that a consumer is asked by a link, once per resolution: ``seq`` is the event that closed the case.

    Of the link's token only a digest is kept. A rating is a row of its own; the answer whether a promise was kept is
    kept here.
    """

    __tablename__ = "question"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    __table_args__ = (
        one_of("kind", QUESTIONS),
        one_of("answer", KEPT),
        CheckConstraint("(answer IS NOT NULL) = (kind = 'kept' AND answered_at IS NOT NULL)", name="answer_evidence"),
        CheckConstraint("expires_at > asked_at", name="expires"),
        UniqueConstraint("case_id", "seq", "kind"),
        Index("ix_question_answered", "answered_at", postgresql_where=text("answer IS NOT NULL")),
    )
