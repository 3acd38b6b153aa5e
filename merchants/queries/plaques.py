"""What a plaque's number stands for: the standing, its store, and the promise that held on a day, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from merchants.lifecycle import LIVING, PROMISING
from merchants.models import Enterprise, Promise, Standing, Store
from workflows.case.numbers import normal
from workflows.errors import RuleBroken

LONGEST = 40
"""No number of ours is longer, however it is typed."""


@dataclass(frozen=True)
class Checked:
    """A plaque that is one of ours.

    :param version: the promise that this plaque stood for on the day asked about; None where it stood for none.
    """

    standing: Standing
    store: Store
    enterprise: str
    day: date
    version: Promise | None

    @property
    def valid(self) -> bool:
        """Whether the store promises to whoever buys today."""
        return self.standing.state in PROMISING

    @property
    def alive(self) -> bool:
        """Whether the standing goes on: valid, or suspended."""
        return self.standing.state in LIVING


def look(session: Session, number: str, day: date, today: date) -> Checked | None:
    """What a number stands for and stood for on a day; None for a number that is none of ours.

    :param number: as it was typed or scanned.
    :raises RuleBroken: a day that has not come yet.
    """
    if day > today:
        raise RuleBroken("plaque.future", "the day lies in the future", field="on")
    known = normal(number[:LONGEST])
    held_then = and_(Promise.standing_id == Standing.id, Promise.valid.contains(day))
    query = (
        select(Standing, Store, Enterprise.name, Promise)
        .join(Store, Store.id == Standing.store_id)
        .join(Enterprise, Enterprise.id == Standing.enterprise_id)
        .outerjoin(Promise, held_then)
        .where(Standing.plaque == (known or ""))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Checked(row[0], row[1], row[2], day, row[3])
