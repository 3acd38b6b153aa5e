"""One number per measure, definition version, day and scope: what the night computes.

A day is replaced whole in one transaction, so running it again gives the same rows and never doubles.
Numerator and denominator are kept, and a ratio without cases is undefined, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.store.db import Base
from workflows.store.session import DatabaseClock

MOST = 10000


class Measured(Base):
    """A measured number. ``scope`` is a region code, a city code or ``all``; amounts are integer fen."""

    __tablename__ = "measure"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[int]
    denominator: Mapped[int]
    computed_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("denominator >= 0", name="denominator"),)


@dataclass(frozen=True)
class Figure:
    """One computed number before it is stored."""

    name: str
    version: int
    scope: str
    numerator: int
    denominator: int


def replace_day(session: Session, day: date, names: Iterable[str], figures: Iterable[Figure]) -> int:
    """Put a day's figures in place of what was there for these measures; how many."""
    rows = [
        {
            "name": f.name,
            "version": f.version,
            "day": day,
            "scope": f.scope,
            "numerator": f.numerator,
            "denominator": f.denominator,
            "computed_at": DatabaseClock(session).now(),
        }
        for f in figures
    ]
    session.execute(delete(Measured).where(Measured.day == day, Measured.name.in_(list(names))))
    if rows:
        session.execute(insert(Measured), rows)
    return len(rows)


def series(session: Session, name: str, first: date, last: date, scopes: Sequence[str] = ()) -> Sequence[Measured]:
    """The figures of a measure over days, oldest first."""
    query = select(Measured).where(Measured.name == name, Measured.day.between(first, last))
    if scopes:
        query = query.where(Measured.scope.in_(scopes))
    return session.scalars(query.order_by(Measured.day, Measured.scope).limit(MOST)).all()
