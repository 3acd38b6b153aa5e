"""A run over a cluster of like cases (批量办理): the same step with each, one transaction per case, nothing twice.

A gym shuts overnight and three hundred people complain: each complaint is still decided by itself, at the version that
was seen, with its own document and its own telling. What one case does not allow is named and keeps no other from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session, load_only

from complaints import codes, searching
from complaints.lifecycle import ACCEPTED, FILED, MEDIATING, TESTING
from complaints.models import Complaint
from complaints.oversight import check_words
from complaints.oversight_models import STEPS, ClusterItem, ClusterRun
from complaints.queries import MOST as PAGE
from complaints.queries import OPEN, ROW
from workflows.delivery import outbox
from workflows.errors import NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

GO = "cluster.go"
MOST = 500
PAGES = 5
ALLOWED = {"accept": (FILED,), "terminate": (ACCEPTED, MEDIATING, TESTING)}
"""The states in which a step is possible, if the facts of the case allow it too."""

GROUNDS = tuple(ground for grounds in codes.TERMINATIONS.values() for ground in grounds)
RUNS = 20


def of_firm(session: Session, bureau: UUID, case: Complaint, *, store: bool) -> Sequence[Complaint]:
    """Open complaints of a bureau about the same firm as a case, or the same store, by number; at most 500.

    A firm that is not known is told by its name.
    """
    same = Complaint.store_id == case.store_id if store and case.store_id else _same_firm(case)
    query = (
        select(Complaint).where(OPEN, Complaint.bureau_id == bureau, same).options(load_only(*ROW, Complaint.narrative))
    )
    return session.scalars(query.order_by(Complaint.id).limit(MOST)).all()


def _same_firm(case: Complaint) -> Any:
    if case.enterprise_id:
        return Complaint.enterprise_id == case.enterprise_id
    return Complaint.enterprise_id.is_(None) & (Complaint.respondent_name == case.respondent_name)


def searched(session: Session, bureau: UUID, asked: str) -> Sequence[Complaint]:
    """Open complaints of a bureau that have what was asked for, by number; at most 500.

    :raises RuleBroken: nothing that can be looked for.
    """
    found: list[UUID] = []
    for _ in range(PAGES):
        page = searching.search(session, asked, found[-1] if found else None, PAGE)
        found += [row.id for row in page]
        if len(page) < PAGE:
            break
    query = select(Complaint).where(OPEN, Complaint.bureau_id == bureau, Complaint.id.in_(found))
    return session.scalars(query.options(load_only(*ROW, Complaint.narrative)).order_by(Complaint.id)).all()


def supports(state: str) -> tuple[str, ...]:
    """The steps that a case's state supports. Pure."""
    return tuple(step for step in STEPS if state in ALLOWED[step])


def begin(
    session: Session,
    run: UUID,
    step: str,
    cases: Mapping[UUID, int],
    values: Mapping[str, str],
    *,
    actor: Actor,
    clock: Clock,
) -> ClusterRun:
    """Begin a run over cases of one bureau at the versions seen; begun already under this id, it is that one.

    :param values: for an end of mediation its ``ground`` and ``reason``.
    :raises RuleBroken: no cases, too many, cases of several bureaus, an unknown step or ground, or no reason.
    """
    known = session.get(ClusterRun, run)
    if known is not None:
        return known
    if not 1 <= len(cases) <= MOST:
        raise RuleBroken("cluster.many", f"choose 1 to {MOST} cases", field="case", most=MOST)
    kept = _values(step, values)
    row = ClusterRun(
        id=run, bureau_id=_bureau(session, cases), step=step, values=kept, state="running",
        chain_seq=0, started_by=actor.account, started_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    items = [{"run_id": run, "case_id": case, "version": seen, "state": "waiting"} for case, seen in cases.items()]
    session.execute(insert(ClusterItem), items)
    ring(session, row)
    return row


def _values(step: str, values: Mapping[str, str]) -> dict[str, str]:
    if step not in STEPS:
        raise RuleBroken("cluster.step", f"step must be one of {', '.join(STEPS)}", field="step")
    if step == "accept":
        return {}
    if values.get("ground") not in GROUNDS:
        raise RuleBroken("ground.unknown", "choose a ground", field="ground", grounds=GROUNDS)
    return {"ground": values["ground"], "reason": check_words("reason", values.get("reason", ""))}


def _bureau(session: Session, cases: Mapping[UUID, int]) -> UUID:
    """The one bureau of the cases.

    :raises RuleBroken: they are several bureaus', or some cannot be seen.
    """
    query = select(Complaint.bureau_id, func.count()).where(Complaint.id.in_(cases)).group_by(Complaint.bureau_id)
    found = session.execute(query).all()
    if len(found) != 1 or found[0][1] != len(cases):
        raise RuleBroken("cluster.bureau", "choose cases of one bureau that you may see", field="case")
    bureau: UUID = found[0][0]
    return bureau


def ring(session: Session, run: ClusterRun) -> None:
    """Ask a worker to go on with a run; each round is a message of its own."""
    run.chain_seq += 1
    outbox.publish(session, GO, run, {}, external=True)


def waiting(session: Session, run: UUID) -> list[UUID]:
    """The cases of a run that nobody has dealt with yet, in their order."""
    query = select(ClusterItem.case_id).where(ClusterItem.run_id == run, ClusterItem.state == "waiting")
    return list(session.scalars(query.order_by(ClusterItem.case_id)))


def take(session: Session, run: UUID, case: UUID) -> ClusterItem | None:
    """A waiting item, locked; None where somebody was quicker."""
    item = session.get(ClusterItem, (run, case), with_for_update=True, populate_existing=True)
    return item if item is not None and item.state == "waiting" else None


def end(item: ClusterItem, state: str, code: str | None, *, clock: Clock) -> None:
    """Write down what became of an item."""
    item.state, item.code, item.finished_at = state, code, clock.now()


def go_on(session: Session, run: UUID, *, clock: Clock) -> None:
    """After a round: another one while cases wait, else the run is done."""
    row = session.get_one(ClusterRun, run, with_for_update=True, populate_existing=True)
    if row.state == "done":
        return
    if waiting(session, run):
        ring(session, row)
    else:
        row.state, row.finished_at = "done", clock.now()


def find(session: Session, run: UUID) -> ClusterRun:
    """A run.

    :raises NotFound: none that the caller may see.
    """
    found = session.get(ClusterRun, run)
    if found is None:
        raise NotFound("cluster.unknown", "there is no such run, or you may not see it")
    return found


def progress(session: Session, run: UUID) -> dict[str, int]:
    """How many cases of a run wait, are done, and failed."""
    query = select(ClusterItem.state, func.count()).where(ClusterItem.run_id == run).group_by(ClusterItem.state)
    return {"waiting": 0, "done": 0, "failed": 0} | {row[0]: row[1] for row in session.execute(query)}


def noted(session: Session, run: UUID) -> Sequence[tuple[ClusterItem, str]]:
    """What failed, or is done with something left to do, each with the case's number."""
    query = select(ClusterItem, Complaint.number).join(Complaint, Complaint.id == ClusterItem.case_id)
    query = query.where(ClusterItem.run_id == run, or_(ClusterItem.state == "failed", ClusterItem.code.is_not(None)))
    rows = session.execute(query.order_by(ClusterItem.case_id).limit(MOST))
    return [(row[0], row[1]) for row in rows]


def runs(session: Session, bureaus: Sequence[UUID]) -> Sequence[ClusterRun]:
    """The latest runs of bureaus."""
    query = select(ClusterRun).where(ClusterRun.bureau_id.in_(bureaus)).order_by(ClusterRun.id.desc())
    return session.scalars(query.limit(RUNS)).all()
