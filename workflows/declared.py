"""Declared settings: what no text says is decided here, openly, with a default and from a day on.

A setting may differ by city: cities differ in data, never in branches of the code. What was in force on a past
day stays known, so that a date computed then can be explained for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.store.db import Base, at_most
from workflows.time.declared import Declared

BOTH = "*"
"""Stands for both cities."""


class DeclaredSetting(Base):
    """A decision about a setting: its value from a day on, for one city or both. Rows are never changed."""

    __tablename__ = "declared_setting"

    code: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int]
    reason: Mapped[str]
    decided_at: Mapped[datetime]

    __table_args__ = (at_most("reason", 500),)


def value(session: Session, setting: Declared, city: str, on: date) -> int:
    """The setting's value in a city on a day: the city's own decision before that for both, else the default."""
    cities = or_(DeclaredSetting.city == city, DeclaredSetting.city == BOTH)
    query = select(DeclaredSetting).where(DeclaredSetting.code == setting.code, cities, DeclaredSetting.since <= on)
    order = ((DeclaredSetting.city == BOTH).asc(), DeclaredSetting.since.desc())
    found = session.scalar(query.order_by(*order).limit(1))
    return setting.default if found is None else found.value


def values(session: Session, settings: Iterable[Declared], city: str, on: date) -> dict[str, int]:
    """The values of several settings by code, as :func:`value` finds each, in one statement."""
    wanted = {setting.code: setting.default for setting in settings}
    cities = or_(DeclaredSetting.city == city, DeclaredSetting.city == BOTH)
    query = select(DeclaredSetting).where(DeclaredSetting.code.in_(wanted), cities, DeclaredSetting.since <= on)
    order = (DeclaredSetting.code, (DeclaredSetting.city == BOTH).asc(), DeclaredSetting.since.desc())
    rows = session.scalars(query.ext(distinct_on(DeclaredSetting.code)).order_by(*order))
    return wanted | {row.code: row.value for row in rows}
