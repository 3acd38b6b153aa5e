"""An application to enrol a store, and the store's standing. CHECK constraints bind every state to its evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from merchants import codes
from merchants.lifecycle import (
    APPROVED,
    ENDED,
    ENROLMENT,
    EXPIRED,
    LAPSED,
    LEAVING,
    LEFT,
    LIVING,
    REFUSED,
    REMOVED,
    SENT_BACK,
    STANDING,
    SUBMITTED,
    SUSPENDED,
    UNDER_REVIEW,
    WITHDRAWN,
)
from workflows.case.tables import CaseColumns
from workflows.store.db import Base, at_most, evidence, one_of

PURPOSES = ("new", "renewal")
SIGNED = (SUBMITTED, UNDER_REVIEW, SENT_BACK, APPROVED, REFUSED)
OPEN = text("state IN ('draft', 'submitted', 'under_review', 'sent_back')")
WAITING = text("state IN ('submitted', 'under_review')")
ALIVE = text("state IN ('in_force', 'expiring', 'leaving', 'suspended')")


class Enrolment(CaseColumns, Base):
    """An application (申请) for one store: to enrol, or to renew. It ends with a decision.

    ``marked`` are the fields that the bureau sent back, each with what to mend; ``checks`` what the automatic checks
    found when it was submitted last, ``green`` that all were in order.
    """

    __tablename__ = "enrolment"
    case_kind = "enrolment"

    number: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    store_id: Mapped[UUID] = mapped_column(ForeignKey("store.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    standing_id: Mapped[UUID | None] = mapped_column(ForeignKey("standing.id"))
    applicant_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    promise: Mapped[dict[str, Any]]
    licence_file: Mapped[UUID | None]
    shop_file: Mapped[UUID | None]
    licence_expires_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    signed_digest: Mapped[str | None]
    submitted_on: Mapped[date | None]
    checks: Mapped[list[Any]] = mapped_column(default=list)
    green: Mapped[bool] = mapped_column(default=False)
    marked: Mapped[list[Any]] = mapped_column(default=list)
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]
    ground: Mapped[str | None]

    __table_args__ = (
        one_of("state", ENROLMENT.states),
        one_of("purpose", PURPOSES),
        one_of("ground", codes.REFUSALS),
        CheckConstraint("purpose = 'new' OR standing_id IS NOT NULL", name="renewal_of_something"),
        evidence("submitted_on", SIGNED, (WITHDRAWN, EXPIRED)),
        evidence("signed_on", SIGNED, (WITHDRAWN, EXPIRED)),
        evidence("signed_digest", SIGNED, (WITHDRAWN, EXPIRED)),
        evidence("decided_on", (APPROVED, REFUSED)),
        evidence("ground", (REFUSED,)),
        Index("uq_enrolment_open", "store_id", unique=True, postgresql_where=OPEN),
        Index("ix_enrolment_queue", "bureau_id", "next_due_on", "id", postgresql_where=WAITING),
        Index(
            "ix_enrolment_green",
            "bureau_id",
            "next_due_on",
            "id",
            postgresql_where=text("green AND state IN ('submitted', 'under_review')"),
        ),
        Index("ix_enrolment_enterprise", "enterprise_id", "id"),
        Index("ix_enrolment_store", "store_id", "id"),
    )


class Standing(CaseColumns, Base):
    """How a store stands (承诺状态) from its approval on; its plaque's number is what people scan."""

    __tablename__ = "standing"
    case_kind = "standing"

    plaque: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[UUID] = mapped_column(ForeignKey("store.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    entered_on: Mapped[date]
    expires_on: Mapped[date]
    warned: Mapped[int | None]
    suspended_on: Mapped[date | None]
    suspension: Mapped[str | None]
    leaving_on: Mapped[date | None]
    exit: Mapped[str | None]
    removal_proposed_on: Mapped[date | None]
    removal_ground: Mapped[str | None]
    hearing_until: Mapped[date | None]
    heard_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    reentry_from: Mapped[date | None]

    __table_args__ = (
        one_of("state", STANDING.states),
        one_of("suspension", codes.SUSPENSIONS),
        one_of("exit", codes.EXITS),
        one_of("removal_ground", codes.REMOVALS),
        evidence("suspended_on", (SUSPENDED,), ENDED),
        evidence("suspension", (SUSPENDED,), ENDED),
        evidence("leaving_on", (LEAVING, LEFT), (LAPSED, REMOVED)),
        evidence("exit", (LEAVING, LEFT), (LAPSED, REMOVED)),
        evidence("removal_ground", (REMOVED,), (*LIVING, LAPSED, LEFT)),
        evidence("ended_on", ENDED),
        evidence("reentry_from", (REMOVED,)),
        CheckConstraint("(removal_proposed_on IS NULL) = (hearing_until IS NULL)", name="hearing"),
        CheckConstraint("expires_on > entered_on", name="term"),
        Index("uq_standing_alive", "store_id", unique=True, postgresql_where=ALIVE),
        Index("ix_standing_bureau", "bureau_id", "state", "id"),
        Index("ix_standing_desk", "bureau_id", "state", "expires_on", "id"),
        Index("ix_standing_ends", "expires_on", "id", postgresql_where=ALIVE),
        Index("ix_standing_leaving", "leaving_on", postgresql_where=text("state = 'leaving'")),
        Index("ix_standing_ended", "city", "ended_on", "id", postgresql_where=text("ended_on IS NOT NULL")),
        Index("ix_standing_store", "store_id", "id"),
        Index("ix_standing_enterprise", "enterprise_id", "id"),
    )


class Promise(Base):
    """One version of a store's promise and the days it holds; two of one store never overlap.

    A return is judged by the version in force on the purchase date, whatever came later. An empty range is a version
    that was announced and never came into force.
    """

    __tablename__ = "promise"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    store_id: Mapped[UUID] = mapped_column(ForeignKey("store.id"))
    standing_id: Mapped[UUID] = mapped_column(ForeignKey("standing.id"))
    version: Mapped[int]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    terms: Mapped[dict[str, Any]]
    days: Mapped[int]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str] = mapped_column(default="store")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name="valid"),
        CheckConstraint("days >= 7", name="days"),
        at_most("source", 100),
        ExcludeConstraint(("store_id", "="), ("valid", "&&"), name="ex_promise_overlap", using="gist"),
        Index("uq_promise_version", "store_id", "version", unique=True),
        Index("ix_promise_standing", "standing_id"),
        Index("ix_promise_starts", text("lower(valid)")),
    )
