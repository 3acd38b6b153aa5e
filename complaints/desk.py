"""The tables of an officer's desk: who is away when, and the filters that an officer keeps."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

WHOSE = ("all", "mine", "unassigned")


class Absence(Base):
    """An officer is away from a day to a day, both included; ``ended_at`` tells that it was called off."""

    __tablename__ = "officer_absence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("until_on BETWEEN from_on AND from_on + 366", name="days"),
        Index("ix_officer_absence_bureau", "bureau_id", "until_on", postgresql_where=text("ended_at IS NULL")),
    )


class SavedFilter(Base):
    """A filter of the queue that an officer keeps under a name; nobody else sees it."""

    __tablename__ = "saved_filter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    whose: Mapped[str]
    state: Mapped[str | None]
    district: Mapped[str | None]
    made_at: Mapped[datetime]

    __table_args__ = (
        one_of("whose", WHOSE),
        at_most("name", 30),
        at_most("state", 20),
        at_most("district", 6),
        UniqueConstraint("account_id", "name"),
    )
