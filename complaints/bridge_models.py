"""The bridge as tables: numbers of other platforms, what is still to be told them, batches, hand-overs, compared days.

Everything that could tell of a report names whose eyes it is for (``party_id``): the bureau for a complaint, the
assigned officer for whatever has a report in it. No table keeps a count over both.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaints.bridging import COMPLAINT, KINDS, REPORT, SYSTEMS
from complaints.comparing import DIFFERENCES
from workflows.store.db import Base, at_most, one_of

LEGS = (COMPLAINT, REPORT)
SOURCES = ("inbound", "answer", "typed")
"""Where a number came from: with the row itself, as the platform's answer, typed in by a person."""

ROW_STATES = ("checked", "waiting", "filed", "seen", "aside", "dropped")
HANDED_STATES = ("waiting", "handed", "arrived")
ACTS = ("mended", "accepted", "renumbered", "gone")
"""How a difference was settled: put right on one side, left with a reason, number taken off; or it went by itself."""

LIVES = text("ended_at IS NULL")
UNTOLD = text("done_at IS NULL")
OPEN = text("settled_at IS NULL")


class BridgeNumber(Base):
    """A case's number in another system, and the day it was received there. A wrong one ends and is never changed."""

    __tablename__ = "bridge_number"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_kind: Mapped[str]
    system: Mapped[str]
    number: Mapped[str]
    received_on: Mapped[date]
    source: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("case_kind", LEGS),
        one_of("system", SYSTEMS),
        one_of("source", SOURCES),
        at_most("number", 40),
        Index("uq_bridge_number", "number", "system", "case_kind", unique=True, postgresql_where=LIVES),
        Index("uq_bridge_number_case", "case_id", "system", unique=True, postgresql_where=LIVES),
        Index("ix_bridge_number_day", "system", "received_on", postgresql_where=LIVES),
    )


class BridgePush(Base):
    """One thing that a platform is still to be told of a case, or was: in the order of the case's own events.

    :ivar what: ``file`` – the filing itself, for a number – or ``status``.
    :ivar seq: the journal event that it is about.
    """

    __tablename__ = "bridge_push"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_kind: Mapped[str]
    system: Mapped[str]
    party_id: Mapped[UUID]
    what: Mapped[str]
    seq: Mapped[int]
    status: Mapped[str]
    on_day: Mapped[date]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    refused: Mapped[str | None]

    __table_args__ = (
        one_of("case_kind", LEGS),
        one_of("system", SYSTEMS),
        one_of("what", ("file", "status")),
        at_most("refused", 50),
        UniqueConstraint("case_id", "system", "what", "seq"),
        Index("ix_bridge_push_untold", "party_id", "system", "id", postgresql_where=UNTOLD),
        Index("ix_bridge_push_waiting", "made_at", postgresql_where=UNTOLD),
    )


class BridgeBatch(Base):
    """A batch that came from a platform or a spreadsheet: once per key, however often it is offered."""

    __tablename__ = "bridge_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    system: Mapped[str]
    city: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("system", SYSTEMS),
        at_most("key", 100),
        at_most("name", 100),
        UniqueConstraint("system", "key"),
    )


class BridgeRow(Base):
    """One row of a batch: filed, seen before, or set aside with its faults until a person mends it."""

    __tablename__ = "bridge_row"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("bridge_batch.id"))
    party_id: Mapped[UUID | None]
    line: Mapped[int]
    number: Mapped[str]
    kind: Mapped[str]
    received_on: Mapped[date | None]
    state: Mapped[str]
    body_sealed: Mapped[bytes | None]
    faults: Mapped[list[Any]]
    case_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    dropped_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None]

    __table_args__ = (
        one_of("kind", KINDS),
        at_most("reason", 300),
        CheckConstraint("(state = 'dropped') = (num_nonnulls(dropped_by, reason) = 2)", name="dropped_evidence"),
        one_of("state", ROW_STATES),
        at_most("number", 40),
        CheckConstraint("state IN ('checked', 'waiting', 'aside') OR body_sealed IS NULL", name="body_kept"),
        CheckConstraint("state <> 'filed' OR case_id IS NOT NULL", name="filed_evidence"),
        UniqueConstraint("batch_id", "line"),
        Index("ix_bridge_row_aside", "party_id", "id", postgresql_where=text("state = 'aside'")),
        Index("ix_bridge_row_waiting", "batch_id", "line", postgresql_where=text("state = 'waiting'")),
    )


class BridgeHandover(Base):
    """A filing that this portal may not take (art. 8, 40): on its way to the national platform, and back by a batch."""

    __tablename__ = "bridge_handover"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    party_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str]
    body_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]
    number: Mapped[str | None]
    received_on: Mapped[date | None]
    refused: Mapped[str | None]
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaint.id"))

    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", HANDED_STATES),
        at_most("number", 40),
        at_most("refused", 50),
        CheckConstraint("(state = 'waiting') = (number IS NULL)", name="number_evidence"),
        CheckConstraint("(number IS NULL) = (received_on IS NULL)", name="received_evidence"),
        CheckConstraint("(state = 'arrived') = (complaint_id IS NOT NULL)", name="arrived_evidence"),
        Index("uq_bridge_handover_number", "number", unique=True),
        Index("ix_bridge_handover_account", "account_id", "id"),
        Index("ix_bridge_handover_waiting", "party_id", "id", postgresql_where=text("state = 'waiting'")),
    )


class BridgeDay(Base):
    """A day whose two books were compared: when last. Whether they agree is asked of the differences one may see."""

    __tablename__ = "bridge_day"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    system: Mapped[str]
    city: Mapped[str]
    day: Mapped[date]
    compared_at: Mapped[datetime]

    __table_args__ = (one_of("system", SYSTEMS), UniqueConstraint("city", "system", "day"))


class BridgeDifference(Base):
    """One difference of a day, until it is gone or a person settled it."""

    __tablename__ = "bridge_difference"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day_id: Mapped[UUID] = mapped_column(ForeignKey("bridge_day.id"))
    party_id: Mapped[UUID | None]
    kind: Mapped[str]
    case_kind: Mapped[str]
    number: Mapped[str | None]
    case_id: Mapped[UUID | None]
    ours: Mapped[str]
    theirs: Mapped[str]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str | None]
    reason: Mapped[str | None]

    __table_args__ = (
        one_of("kind", DIFFERENCES),
        one_of("case_kind", LEGS),
        one_of("act", ACTS),
        at_most("number", 40),
        at_most("ours", 50),
        at_most("theirs", 50),
        at_most("reason", 300),
        CheckConstraint("(settled_at IS NULL) = (act IS NULL)", name="settled_whole"),
        CheckConstraint(
            "act IS NULL OR act = 'gone' OR num_nonnulls(settled_by, reason) = 2", name="settled_by_person"
        ),
        Index("ix_bridge_difference_day", "day_id", "id"),
        Index("ix_bridge_difference_open", "party_id", "day_id", postgresql_where=OPEN),
    )


class BridgeLook(Base):
    """Somebody was shown a case's personal details in plain, to key them in elsewhere: who, whose, when."""

    __tablename__ = "bridge_look"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    about_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    system: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (one_of("system", SYSTEMS), Index("ix_bridge_look_about", "about_id", "at"))
