"""An officer's desk: absences entered and called off, filters kept and dropped."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from complaints import desks
from complaints.desk import WHOSE, Absence, SavedFilter
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

LONGEST = timedelta(days=366)
NAME = 30


def enter_absence(
    session: Session, officer: UUID, from_on: date, until_on: date, *, actor: Actor, clock: Clock
) -> Absence:
    """Enter that an officer of the caller's bureaus is away from a day to a day, both included.

    :raises RuleBroken: no such officer, or days that do not fit.
    """
    found = next((c for c in desks.colleagues(session) if c.id == officer), None)
    if found is None or actor.account is None:
        raise RuleBroken("absence.officer", "choose an officer of the bureau", field="officer")
    if not from_on <= until_on <= from_on + LONGEST or until_on < clock.today():
        raise RuleBroken(
            "absence.days", "ends before it begins, lies behind, or is longer than a year", field="until_on"
        )
    entered = Absence(
        id=new_id(), account_id=officer, bureau_id=found.bureau, from_on=from_on, until_on=until_on,
        entered_by=actor.account, entered_at=clock.now(),
    )  # fmt: skip
    session.add(entered)
    session.flush()
    return entered


def end_absence(session: Session, absence: UUID, *, clock: Clock) -> None:
    """Call an absence off; the officer is there again today.

    :raises NotFound: none that the caller may see.
    """
    found = session.get(Absence, absence)
    if found is None:
        raise NotFound("absence.unknown", "there is no such absence, or you may not see it")
    found.ended_at = found.ended_at or clock.now()
    session.flush()


def keep_filter(
    session: Session, name: str, whose: str, state: str | None, district: str | None, *, actor: Actor, clock: Clock
) -> None:
    """Keep a filter of the queue under a name; the same name again stands for the new one.

    :raises RuleBroken: no name, too long a one, or twenty filters already.
    """
    if actor.account is None:
        raise Refused("access.account", "a filter belongs to somebody")
    name = name.strip()
    if not 1 <= len(name) <= NAME or whose not in WHOSE:
        raise RuleBroken("filter.name", f"a name of 1 to {NAME} characters is needed", field="name", most=NAME)
    others = select(func.count()).where(SavedFilter.account_id == actor.account, SavedFilter.name != name)
    if (session.scalar(others) or 0) >= desks.MOST_FILTERS:
        most = desks.MOST_FILTERS
        raise RuleBroken("filter.many", f"at most {most} filters: drop one first", field="name", most=most)
    kept = {"whose": whose, "state": state, "district": district}
    row = {"id": new_id(), "account_id": actor.account, "name": name, "made_at": clock.now(), **kept}
    added = insert(SavedFilter).values(row)
    session.execute(added.on_conflict_do_update(index_elements=["account_id", "name"], set_=kept))


def drop_filter(session: Session, kept: UUID, *, actor: Actor) -> None:
    """Drop one of one's own filters; dropped already, nothing happens."""
    session.execute(delete(SavedFilter).where(SavedFilter.id == kept, SavedFilter.account_id == actor.account))
