"""The tables of oversight: supervision orders, talks, deputies, workload, runs over a cluster, challenges."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.oversight import ABOUT, ANSWERED, CLOSED, HELD, ORDER, PLACE, TALK
from workflows.case.tables import CaseColumns
from workflows.store.db import Base, at_most, evidence, one_of

OPEN_ORDER = text("state IN ('issued', 'answered')")
STEPS = ("accept", "terminate")
RUN_STATES = ("running", "done")
ITEM_STATES = ("waiting", "done", "failed")
CHALLENGES = ("reconsideration", "litigation")
OUTCOMES = ("upheld", "changed", "revoked", "ordered", "withdrawn", "other")


class SupervisionOrder(CaseColumns, Base):
    """A supervision order (督办单): ``issuer_id`` asks ``bureau_id`` to deal with a case or a backlog by a day."""

    __tablename__ = "supervision_order"
    case_kind = "order"

    number: Mapped[str] = mapped_column(unique=True)
    about: Mapped[str]
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaint.id"))
    issuer_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    issued_on: Mapped[date]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    answer_by: Mapped[date]
    answered_on: Mapped[date | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_on: Mapped[date | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("state", ORDER.states),
        one_of("about", ABOUT),
        CheckConstraint("(about = 'case') = (complaint_id IS NOT NULL)", name="about_what"),
        evidence("answered_on", (ANSWERED, CLOSED)),
        evidence("answered_by", (ANSWERED, CLOSED)),
        evidence("closed_on", (CLOSED,)),
        evidence("closed_by", (CLOSED,)),
        CheckConstraint("closed_by <> answered_by", name="another_person"),
        Index("ix_supervision_order_bureau", "bureau_id", "answer_by", "id", postgresql_where=OPEN_ORDER),
        Index("ix_supervision_order_issuer", "issuer_id", "id"),
        Index("ix_supervision_order_complaint", "complaint_id"),
    )


class Talk(CaseColumns, Base):
    """A talk with a firm about how it behaves over cases (约谈), which are named by their numbers.

    ``at`` is when it is to take place, ``follow_on`` the day from which the firm's undertakings are looked into.
    """

    __tablename__ = "talk"
    case_kind = "talk"

    number: Mapped[str] = mapped_column(unique=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    firm_name: Mapped[str]
    numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    notified_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    place: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    held_on: Mapped[date | None]
    follow_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    __table_args__ = (
        one_of("state", TALK.states),
        evidence("held_on", (HELD, CLOSED)),
        evidence("follow_on", (HELD, CLOSED)),
        evidence("closed_on", (CLOSED,)),
        at_most("firm_name", 200),
        at_most("place", PLACE),
        Index("ix_talk_bureau", "bureau_id", "id"),
        Index("ix_talk_enterprise", "enterprise_id", "id"),
    )


class Deputy(Base):
    """Somebody stands in for a bureau's head from a day to a day, both included; ``ended_at``: it was called off."""

    __tablename__ = "deputy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    head_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("until_on BETWEEN from_on AND from_on + 366", name="days"),
        CheckConstraint("deputy_id <> head_id", name="another_person"),
        Index("ix_deputy_bureau", "bureau_id", "until_on", postgresql_where=text("ended_at IS NULL")),
    )


class Workload(Base):
    """Open complaints of a bureau and an officer as the last hour counted them; nobody's where there is no officer.

    Complaints alone: how many reports a bureau has is no part of any figure (art. 37).
    """

    __tablename__ = "workload"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    counted_at: Mapped[datetime]
    open: Mapped[int]
    soon: Mapped[int]
    late: Mapped[int]
    upto_7: Mapped[int]
    upto_30: Mapped[int]
    upto_60: Mapped[int]
    older: Mapped[int]

    __table_args__ = (Index("ix_workload_bureau", "bureau_id"),)


class ClusterRun(Base):
    """One step taken with many like cases, each in a transaction of its own; ``chain_seq`` counts its rounds."""

    __tablename__ = "cluster_run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    step: Mapped[str]
    values: Mapped[dict[str, Any]]
    state: Mapped[str]
    chain_seq: Mapped[int] = mapped_column(default=0)
    started_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("step", STEPS),
        one_of("state", RUN_STATES),
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished"),
        Index("ix_cluster_run_bureau", "bureau_id", "id"),
    )


class ClusterItem(Base):
    """A case of a run at the version that was seen: waiting, done – ``code`` says what is left – or failed, and why."""

    __tablename__ = "cluster_item"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("cluster_run.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    code: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ITEM_STATES),
        at_most("code", 50),
        CheckConstraint("state <> 'failed' OR code IS NOT NULL", name="failed"),
        Index("ix_cluster_item_waiting", "run_id", "case_id", postgresql_where=text("state = 'waiting'")),
    )


class Challenge(Base):
    """A reconsideration (行政复议) or lawsuit (行政诉讼): while it lasts, nothing of the case is erased."""

    __tablename__ = "challenge"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_kind: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    body: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    outcome: Mapped[str | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]

    __table_args__ = (
        one_of("case_kind", ("complaint", "report")),
        one_of("kind", CHALLENGES),
        one_of("outcome", OUTCOMES),
        at_most("number", 100),
        at_most("body", 200),
        CheckConstraint("(until_on IS NULL) = (outcome IS NULL)", name="ended_with_outcome"),
        CheckConstraint("until_on >= from_on", name="ends_after_start"),
        UniqueConstraint("case_id", "kind", "number"),
        Index("ix_challenge_held", "case_id", postgresql_where=text("until_on IS NULL")),
    )
