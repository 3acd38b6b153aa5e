"""What belongs to who is competent: how goods were bought, cases that go up, disputes, agreements, help by them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints import competence
from workflows.store.db import Base, at_most, one_of

REASON = 1000
ITEMS = ("answer_questions", "visit_site", "collect_evidence", "serve_papers", "reach_firm")
"""What one bureau may do for another; our own words, since no list was found."""

COUNTED = ("working_days", "days")
OPENED = ("theirs", "ours")
"""What the bureau that opens a dispute says: the other is competent, or we are."""

ENDS = ("agreed", "designated")


class Origin(Base):
    """How goods were bought, where it was not simply in a shop, and in which mall or business circle (IR 13(3)).

    One row for a leg of its own: who sees one leg learns nothing of the other.
    """

    __tablename__ = "case_origin"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_kind: Mapped[str]
    kind: Mapped[str]
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey("store.id"))
    published_address: Mapped[str | None]
    platform_address: Mapped[str | None]
    unreachable: Mapped[bool]

    __table_args__ = (
        one_of("case_kind", competence.LEGS),
        one_of("kind", competence.KINDS[competence.REPORT]),
        CheckConstraint("case_kind = 'report' OR kind NOT LIKE 'ad%'", name="of_leg"),
        at_most("published_address", 300),
        at_most("platform_address", 300),
        Index("ix_case_origin_host", "host_id", postgresql_where=text("host_id IS NOT NULL")),
    )


class Upward(Base):
    """A bureau asks the one above it to take a complaint (报请上级处理, O121 13(3)); one at a time for each case."""

    __tablename__ = "upward_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    reason: Mapped[str]
    from_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]
    taken: Mapped[bool | None]

    __table_args__ = (
        at_most("reason", REASON),
        CheckConstraint("num_nonnulls(decided_by, decided_on, taken) IN (0, 3)", name="decided_whole"),
        Index("uq_upward_request_open", "case_id", unique=True, postgresql_where=text("decided_on IS NULL")),
        Index("ix_upward_request_to", "to_id", "id", postgresql_where=text("decided_on IS NULL")),
    )


class Dispute(Base):
    """A dispute of two bureaus over who is competent for a complaint (处理权限争议, O121 33, O20 30).

    Settled in seven working days by agreement, or referred to the superior that both have, which designates. Where both
    have none in the product, ``superior_name`` says who was asked, and its answer is recorded.
    """

    __tablename__ = "jurisdiction_dispute"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    number: Mapped[str]
    respondent_name: Mapped[str]
    respondent_address: Mapped[str]
    received_on: Mapped[date]
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    claim: Mapped[str]
    reason: Mapped[str]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    opened_on: Mapped[date]
    agrees: Mapped[bool | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_on: Mapped[date | None]
    superior_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    superior_name: Mapped[str | None]
    referred_on: Mapped[date | None]
    ended: Mapped[str | None]
    ended_on: Mapped[date | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    competent_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    basis: Mapped[str | None]

    __table_args__ = (
        one_of("claim", OPENED),
        one_of("ended", ENDS),
        CheckConstraint("bureau_id <> other_id", name="two"),
        CheckConstraint("num_nonnulls(agrees, answered_by, answered_on) IN (0, 3)", name="answered_whole"),
        CheckConstraint("(referred_on IS NULL) = (superior_name IS NULL)", name="referred_whole"),
        CheckConstraint("superior_id IS NULL OR referred_on IS NOT NULL", name="referred_inside"),
        CheckConstraint("num_nonnulls(ended, ended_on, ended_by, competent_id) IN (0, 4)", name="ended_whole"),
        CheckConstraint("competent_id IN (bureau_id, other_id)", name="one_of_the_two"),
        CheckConstraint("ended IS DISTINCT FROM 'designated' OR referred_on IS NOT NULL", name="designated_evidence"),
        at_most("reason", REASON),
        at_most("answer", REASON),
        at_most("superior_name", 100),
        at_most("basis", 200),
        Index("uq_jurisdiction_dispute_open", "case_id", unique=True, postgresql_where=text("ended IS NULL")),
        Index("ix_jurisdiction_dispute_case", "case_id", "id"),
        Index("ix_jurisdiction_dispute_bureau", "bureau_id", "id"),
        Index("ix_jurisdiction_dispute_other", "other_id", "id"),
        Index("ix_jurisdiction_dispute_superior", "superior_id", "id"),
    )


class RegionAgreement(Base):
    """An agreement between regions (区域协作协议): parties, items, duties, tracking, from–to, and its document.

    It is never changed: it is ended, and another one is registered. ``example`` marks a made-up one of the demo.
    """

    __tablename__ = "region_agreement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[str]
    parties: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    items: Mapped[list[str]] = mapped_column(ARRAY(Text))
    duties: Mapped[str]
    tracking: Mapped[str]
    answer_days: Mapped[int | None]
    counted: Mapped[str | None]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    document_file: Mapped[UUID | None]
    document_digest: Mapped[str | None]
    example: Mapped[bool]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        at_most("name", 200),
        at_most("number", 100),
        at_most("duties", 3000),
        at_most("tracking", 3000),
        one_of("counted", COUNTED),
        CheckConstraint("cardinality(parties) BETWEEN 2 AND 50", name="parties"),
        CheckConstraint("cardinality(items) BETWEEN 1 AND 20", name="items"),
        CheckConstraint("num_nonnulls(answer_days, counted) IN (0, 2)", name="period_whole"),
        CheckConstraint("answer_days BETWEEN 1 AND 365", name="answer_days"),
        CheckConstraint("until_on >= from_on", name="days"),
        CheckConstraint("document_digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("(document_file IS NULL) OR (document_digest IS NOT NULL)", name="document"),
        CheckConstraint("num_nonnulls(ended_by, ended_at) IN (0, 2)", name="ended_whole"),
    )


class HelpRequest(Base):
    """Help that another city's bureau is asked for under an agreement (异地协助); the case stays where it is.

    The row is all that the helping bureau sees: no complainant, no narrative, no file of the case.
    """

    __tablename__ = "help_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("region_agreement.id"))
    number: Mapped[str]
    respondent_name: Mapped[str]
    respondent_address: Mapped[str]
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    helper_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    item: Mapped[str]
    question: Mapped[str]
    consented_on: Mapped[date]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    due_on: Mapped[date | None]
    received_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    received_on: Mapped[date | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_on: Mapped[date | None]
    answer: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))

    __table_args__ = (
        one_of("item", ITEMS),
        at_most("question", REASON),
        at_most("answer", 3000),
        CheckConstraint("bureau_id <> helper_id", name="two"),
        CheckConstraint("consented_on <= asked_on", name="consented"),
        CheckConstraint("num_nonnulls(received_by, received_on) IN (0, 2)", name="received_whole"),
        CheckConstraint("num_nonnulls(answered_by, answered_on, answer) IN (0, 3)", name="answered_whole"),
        CheckConstraint("answered_on IS NULL OR received_on <= answered_on", name="answered_when_received"),
        CheckConstraint("file_id IS NULL OR answered_on IS NOT NULL", name="file_with_answer"),
        Index("ix_help_request_case", "case_id", "id"),
        Index("ix_help_request_bureau", "bureau_id", "id"),
        Index("ix_help_request_helper", "helper_id", "id"),
        Index("ix_help_request_file", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    )
