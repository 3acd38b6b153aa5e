"""Reads of plans and visits, and what a draw looks at. They are the bureau's own; row-level security says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from merchants.inspection import Candidate
from merchants.lifecycle import PROMISING
from merchants.models import InspectionPlan, Store, Visit
from workflows.errors import NotFound

MOST = 100

CANDIDATES = text(
    f"""
    SELECT st.id, st.store_id, g.grade, f.n AS failed FROM standing st
    LEFT JOIN LATERAL (SELECT c.grade FROM credit_grade c WHERE c.enterprise_id = st.enterprise_id
        AND c.month <= :today ORDER BY c.month DESC, c.loaded_at DESC, c.source LIMIT 1) g ON true
    LEFT JOIN LATERAL (SELECT count(*) AS n FROM visit v WHERE v.store_id = st.store_id
        AND v.visited_on >= :since AND v.result = 'fail') f ON true
    WHERE st.bureau_id = :bureau AND st.state IN ({", ".join(f"'{state}'" for state in PROMISING)})
    """  # noqa: S608 - the states are ours
)


@dataclass(frozen=True)
class Progress:
    """How far a plan is, by result."""

    drawn: int
    done: int
    unmended: int
    missed: int


def candidates(
    session: Session, bureau: UUID, today: date, memory_days: int, complaints: Mapping[UUID, int]
) -> list[Candidate]:
    """Every promising store of a bureau, with what its chance depends on.

    :param memory_days: how far back failed visits count.
    :param complaints: open complaints by store.
    """
    values = {"bureau": bureau, "today": today, "since": today - timedelta(days=memory_days)}
    rows = session.execute(CANDIDATES, values)
    return [Candidate(r.id, r.store_id, r.grade, r.failed, complaints.get(r.store_id, 0)) for r in rows]


def plan(session: Session, plan_id: UUID) -> InspectionPlan:
    """A plan by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(InspectionPlan, plan_id)
    if found is None:
        raise NotFound("plan.unknown", "there is no such plan, or you may not see it")
    return found


def visit(session: Session, visit_id: UUID) -> Visit:
    """A visit by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Visit, visit_id)
    if found is None:
        raise NotFound("visit.unknown", "there is no such visit, or you may not see it")
    return found


def plans(session: Session, bureaus: Sequence[UUID], limit: int = 20) -> Sequence[InspectionPlan]:
    """Plans of the bureaus, newest first."""
    query = select(InspectionPlan).where(InspectionPlan.bureau_id.in_(bureaus)).order_by(InspectionPlan.id.desc())
    return session.scalars(query.limit(min(limit, MOST))).all()


def progress(session: Session, plan_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """How far each plan is."""
    counted = [
        func.count(),
        func.count(Visit.result),
        func.count().filter(Visit.result.in_(("mend", "fail"))),
        func.count().filter(Visit.result == "missed"),
    ]
    query = select(Visit.plan_id, *counted).where(Visit.plan_id.in_(plan_ids)).group_by(Visit.plan_id)
    return {row[0]: Progress(row[1], row[2], row[3], row[4]) for row in session.execute(query) if row[0]}


def of_plan(session: Session, plan_id: UUID, after: int = 0, limit: int = MOST) -> Sequence[tuple[Visit, Store]]:
    """A plan's visits in the order of the draw; keyset-paged by place."""
    query = select(Visit, Store).join(Store, Store.id == Visit.store_id)
    query = query.where(Visit.plan_id == plan_id, Visit.place > after).order_by(Visit.place)
    return [(v, s) for v, s in session.execute(query.limit(min(limit, MOST + 1)))]


def follow_ups(session: Session, bureaus: Sequence[UUID]) -> Sequence[tuple[Visit, Store]]:
    """What is to be seen again, the earliest first."""
    query = select(Visit, Store).join(Store, Store.id == Visit.store_id)
    query = query.where(Visit.bureau_id.in_(bureaus), Visit.result.is_(None), Visit.follows_id.is_not(None))
    return [(v, s) for v, s in session.execute(query.order_by(Visit.due_on, Visit.id).limit(MOST))]


def of_store(session: Session, store_id: UUID) -> Sequence[Visit]:
    """A store's visits, the latest first; those still to be made before the rest."""
    query = select(Visit).where(Visit.store_id == store_id)
    return session.scalars(query.order_by(Visit.visited_on.desc().nulls_first(), Visit.id.desc()).limit(MOST)).all()
