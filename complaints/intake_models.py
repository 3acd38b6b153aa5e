"""Who stands beside a complainant, and what an officer has begun to write: tables of intake."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints import capacity, codes
from workflows.store.db import Base, at_most, one_of

ACCOUNT = "account.id"


class ComplaintAgent(Base):
    """An agent (受托人) with the power of attorney (授权委托书) as far as it is known (art. 11).

    ``original_on`` and ``original_by`` tell when the original came and who received it; ``identity_on`` and
    ``identity_by`` the same of the agent's identity paper, whose number is not kept.
    """

    __tablename__ = "complaint_agent"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    name_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    signed: Mapped[bool]
    original_on: Mapped[date | None]
    original_by: Mapped[UUID | None] = mapped_column(ForeignKey(ACCOUNT))
    identity_on: Mapped[date | None]
    identity_by: Mapped[UUID | None] = mapped_column(ForeignKey(ACCOUNT))
    ended_on: Mapped[date | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    entered_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="period"),
        CheckConstraint("num_nonnulls(original_on, original_by) IN (0, 2)", name="original_whole"),
        CheckConstraint("num_nonnulls(identity_on, identity_by) IN (0, 2)", name="identity_whole"),
        Index("ix_complaint_agent_account", "account_id", "case_id"),
    )


class CoComplainant(Base):
    """One of the persons of a joint complaint (共同投诉, art. 12); the one who filed is the first of them.

    ``joined_on`` is the consent to complain together, ``left_on`` the answer that one has no part in it.
    ``chosen_on`` is the day of the writing by which a representative was chosen.
    """

    __tablename__ = "co_complainant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    ordinal: Mapped[int]
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    name_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    address_sealed: Mapped[bytes]
    representative: Mapped[bool]
    chosen_on: Mapped[date | None]
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))

    __table_args__ = (
        UniqueConstraint("case_id", "ordinal"),
        UniqueConstraint("case_id", "account_id"),
        CheckConstraint(f"ordinal BETWEEN 1 AND {capacity.MOST_PERSONS}", name="ordinal"),
        CheckConstraint("NOT representative OR chosen_on IS NOT NULL", name="chosen_in_writing"),
        CheckConstraint("num_nonnulls(joined_on, left_on) < 2", name="in_or_out"),
        Index("ix_co_complainant_account", "account_id", "case_id"),
    )


class Assent(Base):
    """The consent of somebody who is represented (被代表人同意, art. 12; or the principal's own) to one step.

    It is used once: a step that was taken leaves it used, and the next one needs a new one.
    """

    __tablename__ = "assent"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    about: Mapped[str]
    amount_fen: Mapped[int | None]
    given_on: Mapped[date]
    given_by: Mapped[str]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    entered_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("about", capacity.ASSENTS),
        one_of("given_by", codes.TOLD_BY),
        CheckConstraint("(about = 'settle') = (amount_fen IS NOT NULL)", name="amount"),
        Index("ix_assent_case", "case_id", "about", postgresql_where=text("used_at IS NULL")),
    )


class OfficerDraft(Base):
    """What an officer has begun to write down for somebody, sealed; his own alone.

    After filing it names what became of it, so that pressing the button twice is harmless.
    """

    __tablename__ = "officer_draft"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(ACCOUNT))
    body_sealed: Mapped[bytes]
    updated_at: Mapped[datetime]
    complaint_id: Mapped[UUID | None]
    report_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_officer_draft_account", "account_id", "updated_at"),)


class IntakeColumns:
    """What intake keeps of a complaint: which of its facts led to the district it was filed in."""

    district_by: Mapped[str | None]


SOURCES = ("store", "address", "place", "chosen")
"""The directory, the respondent's address, the place of purchase, or an officer: the last two are to be looked at."""

ARGUMENTS = (one_of("district_by", SOURCES), at_most("district_by", 10))
"""Constraints of these columns."""
