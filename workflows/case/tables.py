"""The tables of the engine: what every case has, whatever its domain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from workflows.store.db import Base, at_most, one_of


class CaseColumns:
    """Columns of every case, mixed into the domain's own class.

    Only :mod:`workflows.case.casework` writes ``state``, ``version``, ``next_due_on`` and the chain's head.
    """

    case_kind: ClassVar[str]
    """Stable name of the kind of case; the journal and the outbox carry it."""

    sealed_fields: ClassVar[tuple[str, ...]] = ()
    """Sealed fields whose ciphertexts the journal vouches for."""

    begins_with: ClassVar[tuple[str, ...]] = ()
    """Columns whose first values the journal keeps openly: what a later step may change, and no party must not know."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    city: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    chain_seq: Mapped[int] = mapped_column(default=0)
    chain_hash: Mapped[bytes]
    next_due_on: Mapped[date | None]
    """The earliest open statutory date; a projection of the clocks, for queues."""

    created_at: Mapped[datetime]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a class, as SQLAlchemy hands it over
        return {"version_id_col": cls.version, "version_id_generator": False}


class CaseAccess(Base):
    """Who may see a case, since when and why; row-level security reads nothing else.

    A row is never deleted: it ends with ``until``. ``writes`` tells who acts from who may only read, as a
    bureau that handed a case on.
    """

    __tablename__ = "case_access"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    party_id: Mapped[UUID]
    kind: Mapped[str]
    writes: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", ("consumer", "merchant", "officer", "council")),
        at_most("reason", 200),
        Index(
            "uq_case_access_open", "case_id", "party_id", "kind", unique=True, postgresql_where=text("until IS NULL")
        ),
        Index("ix_case_access_party", "party_id", "case_id", postgresql_where=text("until IS NULL")),
    )


class CaseEvent(Base):
    """One event of a case's journal: append-only, chained by SM3.

    ``body`` is the canonical JSON text that was hashed; the columns beside it repeat what queries need and
    the verifier compares them.
    """

    __tablename__ = "case_event"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    event: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[str]
    prev: Mapped[bytes]
    hash: Mapped[bytes]
    alg: Mapped[str]


class CaseCommitment(Base):
    """The salt of a commitment to a personal text; deleting it, with the text, erases without a broken chain.

    Words that belong to the event alone – a reason, a note – are kept here, sealed; others live in the case's row.
    """

    __tablename__ = "case_commitment"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[bytes]
    words_sealed: Mapped[bytes | None]


class CaseClock(Base):
    """One statutory clock of a case: its events, and the date computed from them (a projection).

    ``rule`` and ``calendar_version`` name what the date was computed with; :mod:`workflows.case.clocks`
    computes it anew when either changes, and an invariant says that the two agree.
    """

    __tablename__ = "case_clock"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_kind: Mapped[str]
    term: Mapped[str]
    rule: Mapped[str]
    start_on: Mapped[date]
    received_on: Mapped[date]
    events: Mapped[list[Any]] = mapped_column(default=list)
    due_on: Mapped[date | None]
    safe_on: Mapped[date | None]
    provisional: Mapped[bool]
    paused_since: Mapped[date | None]
    calendar_version: Mapped[str]
    stopped_on: Mapped[date | None]
    late: Mapped[bool | None]

    __table_args__ = (
        CheckConstraint("(due_on IS NULL) = (paused_since IS NOT NULL)", name="due_unless_paused"),
        CheckConstraint("(stopped_on IS NULL) = (late IS NULL)", name="late_when_stopped"),
        CheckConstraint("stopped_on IS NULL OR stopped_on >= start_on", name="stops_after_start"),
        Index("ix_case_clock_case", "case_id"),
        Index("uq_case_clock_running", "case_id", "term", unique=True, postgresql_where=text("stopped_on IS NULL")),
        Index("ix_case_clock_open", "calendar_version", "id", postgresql_where=text("stopped_on IS NULL")),
    )


class LoadedYear(Base):
    """A year's notice that this installation loaded; it stands over the one that ships with Wuyou."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str]
    version: Mapped[str]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[UUID | None]


class CalendarSerial(Base):
    """Counts the loads, so that every process sees at its next transaction that the calendar changed."""

    __tablename__ = "calendar_serial"

    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
