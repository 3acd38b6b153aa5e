"""Versions of a promise: one at a time, from a day on, never backwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants import promise as rules
from merchants.lifecycle import STANDING_NOTES
from merchants.models import Promise, Standing
from merchants.operations.parties import check_keeper
from merchants.promise import PromiseTerms
from merchants.queries import alliances, makers
from merchants.queries.standings import promise_on
from merchants.rules import check_note
from merchants.terms import SETTINGS
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

DAY = timedelta(days=1)
NEVER: Range[date] = Range(empty=True)


def check(terms: PromiseTerms) -> None:
    """Let a promise through that may be made.

    :raises RuleBroken: every field at fault, each with its article.
    """
    if faults := rules.faults(terms):
        raise RuleBroken("validation", "the promise has faults", errors=faults)


def check_for(session: Session, store: UUID, terms: PromiseTerms, on: date) -> None:
    """Let a promise through that this store may make from a day on.

    :raises RuleBroken: every field at fault; the alliance is promised by members' stores only.
    """
    check(terms)
    member = not terms.alliance or alliances.in_alliance(session, store, on)
    if faults := rules.alliance_fault(terms, member=member):
        raise RuleBroken("validation", "the promise has faults", errors=faults)


def begin(
    session: Session, standing: Standing, terms: PromiseTerms, on: date, *, actor: Actor, clock: Clock, source: str
) -> Promise:
    """Put a promise in force from a day on, after whatever version comes before it.

    :param source: ``store``, or the agreement of a maker that it comes from.
    """
    check_for(session, standing.store_id, terms, on)
    _end(session, standing, on - DAY)
    last = select(func.coalesce(func.max(Promise.version), 0)).where(Promise.store_id == standing.store_id)
    row = Promise(
        id=new_id(),
        store_id=standing.store_id,
        standing_id=standing.id,
        version=int(session.scalar(last) or 0) + 1,
        valid=Range(on, None),
        terms=terms.facts(),
        days=terms.days,
        categories=list(terms.categories),
        source=source,
        made_at=clock.now(),
        made_by=actor.account,
    )
    session.add(row)
    session.flush()
    return row


def change(
    session: Session,
    standing: Standing,
    terms: PromiseTerms,
    on: date,
    *,
    actor: Actor,
    clock: Clock,
    source: str = "store",
) -> Promise:
    """Change the promise from a day on (变更承诺): never for purchases already made, and a lesser one with notice.

    :param on: the first day of the new version: tomorrow or later.
    :param source: ``store``, or the maker's agreement that it comes from.
    :raises RuleBroken: a promise below the law, the standard or a maker's agreement, a day too early, or no change.
    :raises Refused: the actor manages neither the store nor its firm or brand.
    """
    check_keeper(session, standing.store_id, actor)
    check_note(STANDING_NOTES, "promise", standing.state)
    check_for(session, standing.store_id, terms, on)
    if source == "store":
        _check_bound(session, standing.store_id, terms, on)
    less = _lessened(session, standing, terms, on)
    _check_day(session, standing, on, less, clock.today())
    row = begin(session, standing, terms, on, actor=actor, clock=clock, source=source)
    facts = {"promise": row.version, "from": str(on), "days": terms.days, "less": less, "source": source}
    casework.note(session, standing, "promise", actor=actor, clock=clock, step=Step(facts=facts))
    return row


def earliest(session: Session, standing: Standing, terms: PromiseTerms, today: date) -> date:
    """The first day from which a changed promise may hold."""
    tomorrow = today + DAY
    if not _lessened(session, standing, terms, tomorrow):
        return tomorrow
    return today + _notice(session, standing, today)


def end(session: Session, standing: Standing, last: date) -> None:
    """End the store's promise with a day, its last; versions that would come later never do."""
    _end(session, standing, last)


def _check_bound(session: Session, store: UUID, terms: PromiseTerms, on: date) -> None:
    """A store that joined a maker's agreement may promise more than it, never less."""
    bound = makers.binding(session, store, on)
    less = rules.lessened(rules.of_facts(bound.terms), terms) if bound else []
    if less:
        faults = [FieldError(f, "promise.maker_bound", "may not be less than the maker's agreement") for f in less]
        raise RuleBroken("validation", "the store has joined a maker's agreement", errors=faults)


def _notice(session: Session, standing: Standing, today: date) -> timedelta:
    return timedelta(days=declared.value(session, SETTINGS["promise.notice"], standing.city, today))


def _lessened(session: Session, standing: Standing, terms: PromiseTerms, on: date) -> list[str]:
    before = promise_on(session, standing.store_id, on)
    if before is None:
        return []
    old = rules.of_facts(before.terms)
    if old == terms:
        raise RuleBroken("promise.same", "the promise would say what it says already", field="promise")
    return rules.lessened(old, terms)


def _check_day(session: Session, standing: Standing, on: date, less: list[str], today: date) -> None:
    first = today + (_notice(session, standing, today) if less else DAY)
    last = standing.leaving_on or standing.expires_on
    if not first <= on <= last:
        raise RuleBroken(
            "promise.from",
            f"a new version may hold from {first} to {last}",
            field="from",
            first=first,
            last=last,
            less=", ".join(less),
        )


def _end(session: Session, standing: Standing, last: date) -> None:
    """Cut what runs beyond ``last``; the update leaves before any insert, or the two versions would overlap."""
    later = Promise.valid.op("&&")(Range(last + DAY, None))
    for row in session.scalars(select(Promise).where(Promise.store_id == standing.store_id, later)):
        starts: Any = row.valid.lower
        row.valid = Range(starts, last + DAY) if starts <= last else NEVER
    session.flush()
