"""Mediation as tables: sessions, recusal, blind bids, payments, testing, entrusting, negotiation on line."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints import mediation
from complaints.codes import SIDES
from workflows.store.db import Base, at_most, one_of

OPEN_ROUND = text("ended IS NULL")
TO_COME = text("recorded_at IS NULL AND cancelled_at IS NULL")


class Sitting(Base):
    """One session of a mediation (调解会): when and how, who holds it, who came, what it ended with.

    ``seq`` is the journal event that named its present time: a reminder is of that event. The record's words are kept
    with the journal alone. ``org_id`` names an entrusted organisation that holds it in the bureau's name.
    """

    __tablename__ = "sitting"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("mediation_org.id"))
    mode: Mapped[str]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str]
    mediators: Mapped[str]
    helpers: Mapped[str]
    mediator_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    seq: Mapped[int]
    complainant: Mapped[str | None]
    respondent: Mapped[str | None]
    result: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("mode", mediation.MODES),
        one_of("complainant", mediation.ATTENDANCE),
        one_of("respondent", mediation.ATTENDANCE),
        one_of("result", mediation.RESULTS),
        CheckConstraint(
            "num_nonnulls(complainant, respondent, result, recorded_at, recorded_by) IN (0, 5)", name="recorded_whole"
        ),
        CheckConstraint("num_nonnulls(recorded_at, cancelled_at) < 2", name="held_or_cancelled"),
        CheckConstraint("minutes BETWEEN 5 AND 600", name="minutes"),
        at_most("place", 500),
        at_most("mediators", 100),
        at_most("helpers", 200),
        Index("ix_sitting_case", "case_id", "starts_at"),
        Index("ix_sitting_bureau", "bureau_id", "starts_at"),
        Index("ix_sitting_remind", "starts_at", postgresql_where=TO_COME),
    )


class Recusal(Base):
    """A side's request that a mediator stand aside (申请回避), and the bureau's decision (art. 21(2)(3))."""

    __tablename__ = "recusal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    side: Mapped[str]
    mediator: Mapped[str]
    mediator_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    asked_on: Mapped[date]
    granted: Mapped[bool | None]
    decided_on: Mapped[date | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("side", SIDES),
        at_most("mediator", 100),
        CheckConstraint("num_nonnulls(granted, decided_on, decided_by) IN (0, 3)", name="decided_whole"),
        CheckConstraint("decided_by <> mediator_id", name="another_person"),
        Index("uq_recusal_open", "case_id", unique=True, postgresql_where=text("decided_on IS NULL")),
        Index("ix_recusal_case", "case_id", "id"),
    )


class BidRound(Base):
    """One round of blind bids (暗标): open until a day, then a proposal that both confirm, or an end.

    The proposal's sum is sealed: a sum that was declined is nobody's but the two sides', and theirs only for a while.
    """

    __tablename__ = "bid_round"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    number: Mapped[int]
    opened_on: Mapped[date]
    until_on: Mapped[date]
    proposal_sealed: Mapped[bytes | None]
    proposed_at: Mapped[datetime | None]
    complainant_at: Mapped[datetime | None]
    respondent_at: Mapped[datetime | None]
    ended: Mapped[str | None]
    ended_on: Mapped[date | None]

    __table_args__ = (
        one_of("ended", mediation.ROUND_ENDS),
        UniqueConstraint("case_id", "number"),
        CheckConstraint("until_on >= opened_on", name="days"),
        CheckConstraint("num_nonnulls(ended, ended_on) IN (0, 2)", name="ended_whole"),
        CheckConstraint("proposal_sealed IS NULL OR proposed_at IS NOT NULL", name="proposed"),
        CheckConstraint(
            "proposed_at IS NOT NULL OR num_nonnulls(complainant_at, respondent_at) = 0", name="confirmed_proposal"
        ),
        CheckConstraint(
            "ended IS DISTINCT FROM 'agreed' OR num_nonnulls(complainant_at, respondent_at) = 2", name="agreed_by_both"
        ),
        CheckConstraint(
            "ended IS NULL OR ended = 'agreed' OR proposal_sealed IS NULL", name="nothing_kept_of_what_came_to_nothing"
        ),
        Index("uq_bid_round_open", "case_id", unique=True, postgresql_where=OPEN_ROUND),
        Index("ix_bid_round_until", "until_on", postgresql_where=OPEN_ROUND),
    )


class Bid(Base):
    """One side's limit in a round, sealed; erased as soon as both are in or the round is over.

    Each side reads that it has bid; neither the other side nor any officer reads the row.
    """

    __tablename__ = "bid"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("bid_round.id"))
    side: Mapped[str]
    limit_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]

    __table_args__ = (one_of("side", SIDES), UniqueConstraint("round_id", "side"))


class Instalment(Base):
    """One payment of an agreement that is kept in parts (分期履行): due when, paid when, with what proof."""

    __tablename__ = "instalment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    number: Mapped[int]
    due_on: Mapped[date]
    amount_fen: Mapped[int]
    paid_fen: Mapped[int | None]
    paid_on: Mapped[date | None]
    proof_file: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))
    confirmed_on: Mapped[date | None]
    late_noted_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("amount_fen BETWEEN 1 AND 100000000000", name="amount"),
        CheckConstraint("paid_fen BETWEEN 0 AND 100000000000", name="paid_amount"),
        CheckConstraint("num_nonnulls(paid_fen, paid_on) IN (0, 2)", name="paid_whole"),
        CheckConstraint("paid_on IS NOT NULL OR num_nonnulls(proof_file, confirmed_on) = 0", name="proof_of_payment"),
        Index("ix_instalment_due", "due_on", postgresql_where=text("paid_on IS NULL AND late_noted_on IS NULL")),
    )


class Appraisal(Base):
    """What both sides agreed about testing (鉴定、检测, art. 22), or that they did not agree on its cost."""

    __tablename__ = "appraisal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    recorded_on: Mapped[date]
    laboratory: Mapped[str | None]
    chosen: Mapped[str | None]
    cost_by: Mapped[str | None]

    __table_args__ = (
        one_of("chosen", mediation.CHOSEN),
        one_of("cost_by", mediation.BEARERS),
        at_most("laboratory", 200),
        CheckConstraint("num_nonnulls(laboratory, chosen, cost_by) IN (0, 3)", name="agreed_whole"),
        Index("ix_appraisal_case", "case_id", "id"),
    )


class MediationOrg(Base):
    """An organisation of the register that mediations may be entrusted to (art. 19), while it is in it."""

    __tablename__ = "mediation_org"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    city: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]

    __table_args__ = (one_of("kind", mediation.ORGANISATIONS), at_most("name", 100), Index("ix_org_city", "city", "id"))


class Entrustment(Base):
    """A mediation that is asked to be, or is, entrusted to an organisation (委托调解), and comes back on a day."""

    __tablename__ = "entrustment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("mediation_org.id"))
    asked_on: Mapped[date]
    return_by: Mapped[date]
    complainant_on: Mapped[date | None]
    respondent_on: Mapped[date | None]
    entrusted_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    result: Mapped[str | None]

    __table_args__ = (
        one_of("result", (*mediation.ENTRUSTED_RESULTS, "lapsed", "dropped")),
        CheckConstraint(
            "entrusted_on IS NULL OR num_nonnulls(complainant_on, respondent_on) = 2", name="entrusted_with_consents"
        ),
        CheckConstraint("num_nonnulls(returned_on, result) IN (0, 2)", name="returned_whole"),
        Index("uq_entrustment_open", "case_id", unique=True, postgresql_where=text("returned_on IS NULL")),
        Index("ix_entrustment_org", "org_id", "return_by", postgresql_where=text("returned_on IS NULL")),
        Index("ix_entrustment_due", "return_by", postgresql_where=text("returned_on IS NULL")),
    )


class Negotiation(Base):
    """A negotiation on line with an enrolled firm (在线和解, ODR): the firm has ten working days; it delays nothing."""

    __tablename__ = "negotiation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"))
    began_on: Mapped[date]
    ended: Mapped[str | None]
    ended_on: Mapped[date | None]

    __table_args__ = (
        one_of("ended", mediation.NEGOTIATION_ENDS),
        CheckConstraint("num_nonnulls(ended, ended_on) IN (0, 2)", name="ended_whole"),
        UniqueConstraint("case_id"),
        Index("ix_negotiation_open", "began_on", postgresql_where=text("ended IS NULL")),
    )
