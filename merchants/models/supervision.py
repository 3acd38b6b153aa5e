"""What the bureau alone knows of those who take part: credit classes, mirrored lists, plans of visits and visits.

Row-level security shows these tables to officers of the firm's own bureaus and to the worker, to nobody else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from merchants import codes, inspection
from workflows.store.db import Base, at_most, one_of

TEXTS = {"source": 100, "number": 100, "edition": 40, "notice": 100}


class CreditGrade(Base):
    """A firm's credit class (信用风险分类) of one month, with where it came from.

    An internal aid of supervision: it steers how often a store is visited, and is read for nothing else.
    """

    __tablename__ = "credit_grade"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    grade: Mapped[str]
    loaded_at: Mapped[datetime]

    __table_args__ = (
        one_of("grade", inspection.GRADES),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        at_most("source", TEXTS["source"]),
    )


class ListEntry(Base):
    """An entry of a list that another region keeps, mirrored here; a repair notice stops it for good.

    ``until`` is the last day the keeper gave. ``number`` is the keeper's own number of its decision, and ``notice``
    that of the repair notice; ``repaired_on`` the day of the repair decision, ``push_due_on`` by when the deciding
    region had to push it (CR 4), ``stopped_on`` the day from which the entry is used no more.
    """

    __tablename__ = "list_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    uscc: Mapped[str]
    source: Mapped[str]
    number: Mapped[str]
    edition: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    mirrored_at: Mapped[datetime]
    notice: Mapped[str | None]
    repaired_on: Mapped[date | None]
    push_due_on: Mapped[date | None]
    stopped_on: Mapped[date | None]

    @property
    def pushed_late(self) -> bool:
        """Whether the repair notice arrived after the day by which it had to be pushed (CR 4)."""
        return self.stopped_on is not None and self.push_due_on is not None and self.stopped_on > self.push_due_on

    __table_args__ = (
        one_of("kind", codes.LISTS),
        CheckConstraint("until >= since", name="span"),
        CheckConstraint(
            "num_nonnulls(notice, repaired_on, push_due_on, stopped_on) IN (0, 4)", name="stopped_with_its_notice"
        ),
        *(at_most(column, most) for column, most in TEXTS.items()),
        Index("uq_list_entry_number", "source", "number", unique=True),
        Index("ix_list_entry_uscc", "uscc", postgresql_where=text("stopped_on IS NULL")),
    )


class InspectionPlan(Base):
    """A plan of visits (检查计划) of one bureau for a period, drawn from a seed.

    ``rates`` are the declared settings as they were on the day, ``frame`` the digest of everything the draw looked at:
    seed, day and data give the same plan again, and whoever has them can show it.
    """

    __tablename__ = "inspection_plan"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    city: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    seed: Mapped[str]
    method: Mapped[str]
    rates: Mapped[dict[str, Any]]
    most: Mapped[int | None]
    population: Mapped[int]
    frame: Mapped[str]
    drawn_on: Mapped[date]
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("last >= first", name="period"),
        at_most("seed", inspection.MOST_SEED),
        Index("ix_inspection_plan_bureau", "bureau_id", "id"),
    )


class Visit(Base):
    """A visit to a store (现场检查), with a test purchase where one was made: from a plan, or to see what was mended.

    What the draw knew is kept as it was then; the sheet is written once.
    """

    __tablename__ = "visit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection_plan.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    standing_id: Mapped[UUID] = mapped_column(ForeignKey("standing.id"))
    store_id: Mapped[UUID] = mapped_column(ForeignKey("store.id"))
    place: Mapped[int]
    grade: Mapped[str | None]
    failed: Mapped[int]
    complaints: Mapped[int]
    chance: Mapped[int]
    due_on: Mapped[date]
    result: Mapped[str | None]
    visited_on: Mapped[date | None]
    visited_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(default="")
    photos: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)
    follow_up_on: Mapped[date | None]

    __table_args__ = (
        one_of("grade", inspection.GRADES),
        one_of("result", inspection.RESULTS),
        CheckConstraint("num_nonnulls(result, visited_on, visited_by) IN (0, 3)", name="recorded_whole"),
        CheckConstraint("(plan_id IS NULL) = (follows_id IS NOT NULL)", name="drawn_or_following"),
        CheckConstraint("(result = 'mend') <= (follow_up_on IS NOT NULL)", name="mend_is_seen_again"),
        CheckConstraint("chance BETWEEN 0 AND 10000", name="chance"),
        at_most("words", inspection.MOST_WORDS),
        Index("uq_visit_plan_store", "plan_id", "store_id", unique=True),
        Index("uq_visit_follows", "follows_id", unique=True, postgresql_where=text("follows_id IS NOT NULL")),
        Index("ix_visit_plan", "plan_id", "place"),
        Index("ix_visit_open", "bureau_id", "due_on", "id", postgresql_where=text("result IS NULL")),
        Index("ix_visit_store", "store_id", "visited_on"),
        Index("ix_visit_standing", "standing_id"),
    )
