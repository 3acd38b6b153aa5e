"""Filings and their legs. CHECK constraints bind every state to its evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints import codes, intake_models, triage
from complaints.lifecycle import (
    ACCEPTED,
    CLOSED,
    COMPLAINT,
    DECLINED,
    MEDIATING,
    SETTLED,
    TERMINATED,
    TESTING,
)
from complaints.report_models import Report
from workflows.case.tables import CaseColumns
from workflows.store.db import Base, at_most, evidence, one_of

__all__ = ["Complaint", "Evaluation", "Filing", "Offer", "Paper", "PaperSerial", "PaperService", "Report"]

HANDLED = (ACCEPTED, MEDIATING, TESTING, SETTLED, TERMINATED)
PROPOSED = text("proposed_on IS NOT NULL AND state = 'filed'")
OPEN = text("state NOT IN ('closed', 'withdrawn')")


class Filing(Base):
    """One story that somebody brought (art. 9): a complaint, a report, or both as two legs.

    The filing names neither leg; each leg names the filing, so that who sees one learns nothing of the other.
    ``received_at`` is when it was entered here; what came by post was received on its legs' ``received_on``.
    """

    __tablename__ = "filing"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    filer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    city: Mapped[str]
    channel: Mapped[str]
    received_at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", ("portal", "api", "phone", "post", "window", "hotline", "national")),
        Index("ix_filing_filer", "filer_id", "received_at"),
    )


class Complaint(intake_models.IntakeColumns, triage.TriageColumns, CaseColumns, Base):
    """The complaint leg: a dispute that a consumer asks the bureau to resolve (art. 3(1))."""

    __tablename__ = "complaint"
    case_kind = "complaint"
    sealed_fields = ("name", "phone", "address")
    begins_with = ("rule_set", "received_on", "district", "bureau_id", "officer_id", "assigned_to")

    number: Mapped[str] = mapped_column(unique=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filing.id"))
    rule_set: Mapped[str]
    received_on: Mapped[date]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    complainant_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]

    store_id: Mapped[UUID | None] = mapped_column(ForeignKey("store.id"))
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"))
    respondent_name: Mapped[str]
    respondent_address: Mapped[str]
    respondent_uscc: Mapped[str | None]
    platform: Mapped[str | None]

    category: Mapped[str]
    problem: Mapped[str]
    requests: Mapped[list[str]] = mapped_column(ARRAY(Text))
    happened_on: Mapped[date]
    place: Mapped[str]
    amount_fen: Mapped[int]
    narrative: Mapped[str]
    publish: Mapped[bool]
    entrust: Mapped[bool]

    decided_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    decline_ground: Mapped[str | None]
    told_on: Mapped[date | None]
    complainant_consent_on: Mapped[date | None]
    respondent_consent_on: Mapped[date | None]
    settled_on: Mapped[date | None]
    settled_fen: Mapped[int | None]
    paid_on: Mapped[date | None]
    terminated_on: Mapped[date | None]
    termination_ground: Mapped[str | None]
    termination_told_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    erased_on: Mapped[date | None]
    """The day the personal values went, the case's own words included (:mod:`complaints.operations.erasing`)."""

    __table_args__ = (
        one_of("state", COMPLAINT.states),
        one_of("rule_set", codes.RULE_SETS),
        one_of("category", codes.CATEGORIES),
        one_of("problem", codes.PROBLEMS),
        evidence("decided_on", (*HANDLED, DECLINED, CLOSED)),
        evidence("accepted_on", HANDLED, (CLOSED,)),
        evidence("decline_ground", (DECLINED,), (CLOSED,)),
        evidence("settled_on", (SETTLED,), (CLOSED,)),
        evidence("settled_fen", (SETTLED,), (CLOSED,)),
        evidence("paid_on", (), (SETTLED, CLOSED)),
        evidence("terminated_on", (TERMINATED,), (CLOSED,)),
        evidence("termination_ground", (TERMINATED,), (CLOSED,)),
        evidence("termination_told_on", (), (TERMINATED, CLOSED)),
        evidence("closed_on", (CLOSED,)),
        CheckConstraint(
            "state <> 'closed' OR num_nonnulls(decline_ground, settled_on, terminated_on) = 1", name="closed_one_way"
        ),
        CheckConstraint(
            "state NOT IN ('mediating', 'testing', 'settled') OR"
            " num_nonnulls(complainant_consent_on, respondent_consent_on) = 2",
            name="mediated_with_both_consents",
        ),
        CheckConstraint("amount_fen BETWEEN 0 AND 100000000000", name="amount"),
        CheckConstraint("settled_fen IS NULL OR settled_fen BETWEEN 0 AND 100000000000", name="settled_amount"),
        CheckConstraint("erased_on IS NULL OR state IN ('closed', 'withdrawn')", name="erased_when_ended"),
        CheckConstraint(
            "erased_on IS NOT NULL OR num_nonnulls(name_sealed, phone_sealed, address_sealed) = 3",
            name="kept_until_erased",
        ),
        at_most("narrative", 3000),
        at_most("respondent_name", 200),
        at_most("respondent_address", 300),
        at_most("place", 300),
        Index("ix_complaint_queue", "bureau_id", "next_due_on", "id", postgresql_where=OPEN),
        Index("ix_complaint_day", "city", "received_on", "district"),
        Index("ix_complaint_complainant", "complainant_id", "id"),
        Index("ix_complaint_enterprise", "enterprise_id", "id"),
        Index("ix_complaint_proposed", "bureau_id", "answer_until", "id", postgresql_where=PROPOSED),
        Index("ix_complaint_closed", "closed_on", "district", postgresql_where=text("closed_on IS NOT NULL")),
        Index("ix_complaint_keeping", "closed_on", postgresql_where=text("state = 'closed' AND erased_on IS NULL")),
        Index("ix_complaint_left", "received_on", postgresql_where=text("state = 'withdrawn' AND erased_on IS NULL")),
        *triage.ARGUMENTS,
        *intake_models.ARGUMENTS,
    )


class Evaluation(Base):
    """A consumer's rating of a resolution: one per resolution, five points with reasons."""

    __tablename__ = "evaluation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    resolution: Mapped[int]
    """The journal event that closed the case: a corrected and closed-again case may be rated again."""

    score: Mapped[int]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    comment: Mapped[str | None]
    given_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("case_id", "resolution"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        at_most("comment", 500),
    )


class Offer(Base):
    """An offer made in mediation: what one side would agree to. Words stay out of the journal, amounts go in.

    ``taken_on`` is the day on which the other side took it.
    """

    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    side: Mapped[str]
    amount_fen: Mapped[int]
    terms: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    taken_on: Mapped[date | None]

    __table_args__ = (one_of("side", codes.SIDES), Index("ix_offer_case", "case_id", "made_at"))


class Paper(Base):
    """A document issued in a case (文书): its number, its content as issued, sealed, and the digest printed on it.

    ``case_version`` is the version it was issued from; nothing of a document ever changes afterwards,
    but that its content goes with the personal values of an ended case.
    """

    __tablename__ = "paper"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_kind: Mapped[str]
    case_version: Mapped[int]
    form: Mapped[int]
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str]
    content_sealed: Mapped[bytes | None]
    digest: Mapped[str]
    issued_on: Mapped[date]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("form BETWEEN 1 AND 10", name="form"),
        UniqueConstraint("bureau_id", "year", "case_kind", "serial"),
        Index("ix_paper_case", "case_id", "id"),
        Index("ix_paper_digest", "digest"),
    )


class PaperService(Base):
    """One service of a document (送达): on whom, by which channel, when, with what proof."""

    __tablename__ = "paper_service"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"))
    case_id: Mapped[UUID]
    side: Mapped[str]
    channel: Mapped[str]
    served_on: Mapped[date]
    proof: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", codes.TOLD_BY),
        UniqueConstraint("paper_id", "side"),
        Index("ix_paper_service_case", "case_id"),
    )


class PaperSerial(Base):
    """The last number a bureau has given out in a year; locked while one is taken.

    Each kind of case has a series of its own: a gap in the numbers that a firm is served would tell of a report.
    """

    __tablename__ = "paper_serial"

    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_kind: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
