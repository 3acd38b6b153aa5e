"""One change of promise for chosen stores of a brand: looked at first, then made, two hundred in a transaction.

Only what changes is said; categories and everything else stay each store's own. Each store begins as early as its
own notice allows, and each change is an event in its own journal. Within a transaction it is all or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants import promise as rules
from merchants.models import PromiseBatch
from merchants.operations import promises, standing
from merchants.promise import PromiseTerms, of_facts
from merchants.queries import alliances, brands
from merchants.queries.standings import promise_on
from workflows.errors import Conflict, FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

AT_ONCE = 200
MOST = 20_000
DAY = timedelta(days=1)

CHANGEABLE = (
    "days", "condition", "gifts", "bundles", "freight", "refund_hours", "cross_store", "alliance", "cross_city",
)  # fmt: skip
"""What may be changed for many at once."""

SHOWN_FAULTS = 20


@dataclass(frozen=True)
class Line:
    """What a change means for one store.

    :param less: in what it promises less than before; such a change begins only after its notice.
    :param starts: the first day of the new version; None where nothing changes or it cannot be.
    :param fault: why it cannot be, by code (``batch.*``); empty where it can.
    """

    standing_id: UUID
    store: str
    plaque: str
    city: str
    less: tuple[str, ...]
    starts: date | None
    fault: str = ""


def check_changes(changes: Mapping[str, Any]) -> None:
    """Let through what may be changed for many.

    :raises RuleBroken: nothing to change, or something that each store says for itself.
    """
    if not changes or not set(changes) <= set(CHANGEABLE):
        fault = FieldError("changes", "batch.changes", f"must name some of {', '.join(CHANGEABLE)}")
        raise RuleBroken("validation", "the change is not clear", errors=[fault])


def preview(
    session: Session, brand_id: UUID, ids: Sequence[UUID], changes: Mapping[str, Any], on: date, today: date
) -> list[Line]:
    """For each chosen store: in what it would promise less, and from which day. Reads only."""
    check_changes(changes)
    _check_count(ids)
    first = max(on, today + DAY)
    rows = brands.promising(session, brand_id, first, ids)
    notices = {c: standing.setting(session, "promise.notice", c, today) for c in {r.city for r in rows}}
    stores = [row.store_id for row in rows]
    members = alliances.members_among(session, stores, first) if changes.get("alliance") else set(stores)
    return [_line(row, changes, first, today + timedelta(days=notices[row.city]), members) for row in rows]


def _line(row: Any, changes: Mapping[str, Any], first: date, noticed: date, members: set[UUID]) -> Line:
    old = of_facts(row.terms)
    new = replace(old, **changes)
    less = tuple(rules.lessened(old, new))
    starts = max(first, noticed) if less else first
    fault = _fault(row, old, new, starts, members)
    return Line(row.standing_id, row.store, row.plaque, row.city, less, None if fault else starts, fault)


def _fault(row: Any, old: PromiseTerms, new: PromiseTerms, starts: date, members: set[UUID]) -> str:
    if not row.held:
        return "not_held"
    if old == new:
        return "same"
    if found := [*rules.faults(new), *rules.alliance_fault(new, member=row.store_id in members)]:
        return found[0].code
    return "too_late" if starts > row.last else ""


def _check_count(ids: Sequence[UUID]) -> None:
    if not 1 <= len(set(ids)) <= MOST:
        fault = FieldError("stores", "batch.stores", f"choose from 1 to {MOST} stores")
        raise RuleBroken("validation", "no stores are chosen", errors=[fault])


def begin(
    session: Session,
    brand_id: UUID,
    ids: Sequence[UUID],
    changes: Mapping[str, Any],
    on: date,
    *,
    actor: Actor,
    clock: Clock,
) -> PromiseBatch:
    """Begin a change for chosen stores; those where nothing changes are left out.

    :raises RuleBroken: nothing to change anywhere; or stores where it cannot be, named.
    :raises Refused: the actor does not manage the brand.
    """
    if brand_id not in actor.manages:
        raise Refused("org.other", "only a manager of the brand may do this")
    todo = _todo(preview(session, brand_id, ids, changes, on, clock.today()), len(set(ids)))
    row = PromiseBatch(
        id=new_id(),
        brand_id=brand_id,
        changes=dict(changes),
        starts_on=max(on, clock.today() + DAY),
        total=len(todo),
        todo=todo,
        made_at=clock.now(),
        made_by=actor.account,
    )
    session.add(row)
    session.flush()
    return row


def _todo(lines: Sequence[Line], chosen: int) -> list[UUID]:
    """The stores to change: every chosen one can be, and at least one differs.

    :raises RuleBroken: stores where it cannot be, named; or nothing to change.
    """
    faults = [line for line in lines if line.fault not in ("", "same")]
    missing = chosen - len(lines)
    errors = [FieldError("stores", _code(f), f"{f.store} ({f.plaque})") for f in faults[:SHOWN_FAULTS]]
    errors += [FieldError("stores", "batch.gone", f"{missing} without a promise in force")] if missing else []
    if errors:
        raise RuleBroken("validation", "it cannot be changed for every chosen store", errors=errors)
    todo = [line.standing_id for line in lines if not line.fault]
    if not todo:
        fault = FieldError("changes", "batch.same", "nothing would change at any of the chosen stores")
        raise RuleBroken("validation", "nothing would change", errors=[fault])
    return todo


def _code(line: Line) -> str:
    return line.fault if "." in line.fault else f"batch.{line.fault}"


def find(session: Session, batch: UUID) -> PromiseBatch:
    """A change that was begun, locked.

    :raises NotFound: none that this caller may see.
    """
    query = select(PromiseBatch).where(PromiseBatch.id == batch).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("batch.unknown", "there is no such change")
    return found


def go_on(session: Session, batch: PromiseBatch, *, actor: Actor, clock: Clock) -> int:
    """Change the next stores, at most :data:`AT_ONCE`, all or none of them; how many were changed.

    :raises Conflict: finished already.
    :raises Refused: the actor does not manage the brand.
    :raises RuleBroken: a store's own fault; then none of these is changed.
    """
    if batch.finished_at is not None:
        raise Conflict("batch.finished", "this change is finished")
    if batch.brand_id not in actor.manages:
        raise Refused("org.other", "only a manager of the brand may do this")
    now, later = batch.todo[:AT_ONCE], batch.todo[AT_ONCE:]
    changed = sum(_change(session, batch, one, actor=actor, clock=clock) for one in sorted(now))
    batch.todo = later
    batch.finished_at = None if later else clock.now()
    session.flush()
    return changed


def _change(session: Session, batch: PromiseBatch, standing_id: UUID, *, actor: Actor, clock: Clock) -> bool:
    """Change one store from the earliest day on; one that says so already is left alone."""
    held = standing.find(session, standing_id)
    first = max(batch.starts_on, clock.today() + DAY)
    before = promise_on(session, held.store_id, first)
    wanted = None if before is None else replace(of_facts(before.terms), **batch.changes)
    if before is None or wanted is None or wanted == of_facts(before.terms):
        return False
    on = max(first, promises.earliest(session, held, wanted, clock.today()))
    promises.change(session, held, wanted, on, actor=actor, clock=clock)
    return True
