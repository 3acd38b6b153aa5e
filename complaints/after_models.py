"""What comes after an agreement or a closing, as tables: outcomes with proof, questions by link, return visits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.codes import KEPT
from complaints.outcome import KINDS, QUESTIONS, REASONS, RESULTS
from workflows.store.db import Base, at_most, one_of

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


class ReturnSample(Base):
    """A draw of closed cases to visit again: everything that is needed to draw it again."""

    __tablename__ = "return_sample"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    first: Mapped[date]
    last: Mapped[date]
    seed: Mapped[str]
    method: Mapped[str]
    percent: Mapped[int]
    most: Mapped[int]
    population: Mapped[int]
    frame: Mapped[str]
    """The digest of the cases that were looked at."""

    drawn_on: Mapped[date]
    drawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("last >= first AND last <= drawn_on", name="period"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        at_most("seed", 64),
        Index("ix_return_sample_bureau", "bureau_id", "id"),
    )


class ReturnVisit(Base):
    """One return visit to make or made: why, by when, and what was found. Its words are kept with the journal alone.

    ``seq`` is the journal event that asks for it; one that was drawn names its sample instead.
    """

    __tablename__ = "return_visit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    reason: Mapped[str]
    seq: Mapped[int | None]
    sample_id: Mapped[UUID | None] = mapped_column(ForeignKey("return_sample.id"))
    opened_on: Mapped[date]
    due_on: Mapped[date]
    result: Mapped[str | None]
    done_on: Mapped[date | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("reason", REASONS),
        one_of("result", RESULTS),
        CheckConstraint("(reason = 'sample') = (sample_id IS NOT NULL)", name="drawn"),
        CheckConstraint("(reason = 'sample') = (seq IS NULL)", name="asked_by"),
        CheckConstraint("num_nonnulls(result, done_on, done_by) IN (0, 3)", name="recorded_whole"),
        Index("uq_return_visit_event", "case_id", "seq", unique=True, postgresql_where=text("seq IS NOT NULL")),
        Index("uq_return_visit_sample", "sample_id", "case_id", unique=True),
        Index("ix_return_visit_open", "bureau_id", "due_on", "id", postgresql_where=text("result IS NULL")),
        Index("ix_return_visit_due", "due_on", postgresql_where=text("reason = 'sample'")),
        Index("ix_return_visit_case", "case_id"),
    )
