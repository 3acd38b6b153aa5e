"""Reports with what belongs to them alone. Nothing of a complaint names any of it, so nothing leads here (art. 37)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.lifecycle import CASE_OPENED, MERGED, NO_CASE, REDIRECTED, REPEAT, REPORT
from workflows.case.tables import CaseColumns
from workflows.store.db import Base, at_most, evidence, one_of

CONCLUDED = (CASE_OPENED, NO_CASE, REDIRECTED)
FOLDED = (REPEAT, MERGED)
SOURCES = ("filed", "mediation")
LETTERS = ("police", "assist")


class Report(CaseColumns, Base):
    """The report leg: leads that an operator broke the law (art. 3(2)); its reporter is kept secret (art. 37).

    A lead found in mediation (art. 27) has no reporter: ``source`` says so, and ``complaint_id`` where it was found.
    Name, phone and address of a named reporter are sealed; looking at them is an event of its own.
    """

    __tablename__ = "report"
    case_kind = "report"
    sealed_fields = ("name", "phone", "address")
    begins_with = ("rule_set", "received_on", "district")

    number: Mapped[str] = mapped_column(unique=True)
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filing.id"))
    rule_set: Mapped[str]
    received_on: Mapped[date]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    anonymous: Mapped[bool]
    source: Mapped[str] = mapped_column(default="filed")
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaint.id"))

    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]

    store_id: Mapped[UUID | None] = mapped_column(ForeignKey("store.id"))
    respondent_name: Mapped[str]
    respondent_address: Mapped[str]
    clues: Mapped[str]
    basis: Mapped[str]

    verified_on: Mapped[date | None]
    """The day the bureau decided, whatever it decided."""

    redirect_to: Mapped[str | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"))
    """The earlier report that this one repeats or adds to."""

    erased_on: Mapped[date | None]
    told_on: Mapped[date | None]
    told_basis: Mapped[str | None]

    __table_args__ = (
        one_of("state", REPORT.states),
        one_of("source", SOURCES),
        CheckConstraint("(source = 'mediation') = (complaint_id IS NOT NULL)", name="lead"),
        CheckConstraint("NOT anonymous OR num_nonnulls(reporter_id, name_sealed, phone_sealed) = 0", name="unnamed"),
        evidence("verified_on", (*CONCLUDED, *FOLDED)),
        evidence("redirect_to", (REDIRECTED,)),
        evidence("merged_into", FOLDED),
        evidence("told_on", (), CONCLUDED),
        evidence("told_basis", (), CONCLUDED),
        CheckConstraint("erased_on IS NULL OR state <> 'received'", name="erased_when_ended"),
        at_most("clues", 3000),
        at_most("basis", 3000),
        at_most("redirect_to", 200),
        Index("ix_report_queue", "officer_id", "next_due_on", "id", postgresql_where=text("state = 'received'")),
        Index("ix_report_officer", "officer_id", "id"),
        Index("ix_report_reporter", "reporter_id", "id"),
        Index(
            "ix_report_keeping", "verified_on", postgresql_where=text("erased_on IS NULL AND verified_on IS NOT NULL")
        ),
        Index("ix_report_day", "city", "received_on"),
    )


class ReportExtension(Base):
    """An extension of the verification (延长核查), asked for by one person and decided by another (art. 27, PEN 18)."""

    __tablename__ = "report_extension"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]
    approved: Mapped[bool | None]

    __table_args__ = (
        CheckConstraint("num_nonnulls(decided_by, decided_on, approved) IN (0, 3)", name="decided_whole"),
        CheckConstraint("decided_by <> asked_by", name="another_person"),
        Index("uq_report_extension_open", "case_id", unique=True, postgresql_where=text("decided_on IS NULL")),
    )


class ReportLetter(Base):
    """A letter of a report with its receipts: a transfer to the police (移送) or a request for help (协助调查).

    A transfer is asked for, decided by the bureau's head within three days, and handed over within 24 hours
    (``send_by``); a request is answered within fifteen working days of its receipt.
    """

    __tablename__ = "report_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[str]
    to_name: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]
    approved: Mapped[bool | None]
    send_by: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    answered_on: Mapped[date | None]

    __table_args__ = (
        one_of("kind", LETTERS),
        at_most("to_name", 200),
        CheckConstraint("kind = 'police' OR num_nonnulls(decided_by, decided_on, approved, send_by) = 0", name="help"),
        CheckConstraint("num_nonnulls(decided_by, decided_on, approved) IN (0, 3)", name="decided_whole"),
        CheckConstraint("decided_by <> asked_by", name="another_person"),
        CheckConstraint("sent_at IS NULL OR kind = 'assist' OR approved", name="sent_when_approved"),
        CheckConstraint("received_on IS NULL OR sent_at IS NOT NULL", name="received_when_sent"),
        CheckConstraint("answered_on IS NULL OR answered_on >= received_on", name="answered_when_received"),
        CheckConstraint("answered_on IS NULL OR received_on IS NOT NULL", name="answered_after_receipt"),
        Index("ix_report_letter_case", "case_id", "id"),
        Index("ix_report_letter_open", "received_on", postgresql_where=text("answered_on IS NULL")),
        Index(
            "uq_report_letter_police",
            "case_id",
            unique=True,
            postgresql_where=text("kind = 'police' AND decided_on IS NULL"),
        ),
    )
