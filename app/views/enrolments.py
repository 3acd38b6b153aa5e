"""Applications, standings and promises as outsiders see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from merchants.lifecycle import APPROVED, PROMISING
from merchants.models import Enrolment, Promise, Standing, Store
from merchants.promise import of_facts
from merchants.queries import standings
from workflows.people.actor import OFFICIALS, Actor

SHOWN = (
    "id", "number", "purpose", "state", "store_id", "enterprise_id", "district", "promise", "submitted_on",
    "decided_on", "ground", "marked", "next_due_on",
)  # fmt: skip
STANDING_SHOWN = (
    "id", "plaque", "state", "version", "entered_on", "expires_on", "leaving_on", "hearing_until", "ended_on",
)  # fmt: skip


def enrolment(session: Session, case: Enrolment, actor: Actor, allowed: list[str]) -> dict[str, Any]:
    """An application for its firm or its bureau; what the checks found is the bureau's.

    :param allowed: what the actor may do next.
    """
    held = standings.standing(session, case.standing_id) if case.standing_id else None
    shown: dict[str, Any] = {name: getattr(case, name) for name in SHOWN}
    shown["standing"] = None if held is None else {name: getattr(held, name) for name in STANDING_SHOWN}
    shown["version"] = acting_version(case, held)
    shown["allowed"] = allowed
    if actor.role in OFFICIALS:
        shown["checks"] = case.checks
    return shown


def acting_version(case: Enrolment, held: Standing | None) -> int:
    """The version that a change is held against: the application's, and after approval the standing's."""
    return held.version if held is not None and case.state == APPROVED else case.version


def row(case: Enrolment, store: Store) -> dict[str, Any]:
    """One line of a list of applications."""
    names = ("id", "number", "purpose", "state", "version", "district", "green", "next_due_on")
    return {name: getattr(case, name) for name in names} | {"store": store.name}


def promise(version: Promise) -> dict[str, Any]:
    """One version of a promise, with the days it holds."""
    upper = version.valid.upper
    days: dict[str, Any] = {
        "version": version.version,
        "valid_from": version.valid.lower,
        "valid_to": upper - timedelta(days=1) if upper else None,
        "source": version.source,
    }
    return days | of_facts(version.terms).facts()


def is_valid(held: Standing) -> bool:
    """Whether a plaque stands for a promise to whoever buys today."""
    return held.state in PROMISING
