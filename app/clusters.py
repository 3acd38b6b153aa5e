"""The worker's part of a run over a cluster: case by case, as the officer who began it, with a document for each.

A round ends after some seconds and rings for the next, so nothing is held up; killed in between, the next round finds
what waits. An item is marked in the transaction of its step, so no step is ever taken twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.views import papers as words
from app.views.papers import Facts
from complaints import papers
from complaints.models import Complaint
from complaints.operations import clusters, decide, mediate
from complaints.operations import papers as operations
from complaints.operations.papers import Service
from workflows.case import journal
from workflows.delivery.leases import Lease
from workflows.errors import DomainError, Refused
from workflows.people.actor import Actor, ActorRole
from workflows.people.tables import Account, Bureau
from workflows.store.sealed import unseal
from workflows.store.session import DatabaseClock, Databases, Identity, Role

SECONDS = 8.0
ACCEPTED_PAPER, ENDED_PAPER = 5, 8
BY = "internet"
"""Parties read their documents on this portal from the moment they are served; messages go out besides."""

UNREACHED = "cluster.respondent"
"""The case is done, but its respondent has no account here: the officer serves the document another way."""


@dataclass(frozen=True)
class Run:
    """What a round needs to know of its run."""

    id: UUID
    step: str
    values: dict[str, str]
    bureau: UUID
    actor: Actor
    able: bool
    address: str


def go(db: Databases, lease: Lease, address: str) -> None:
    """One round of a run.

    :param address: where the installation is reached; a document names the page where it is checked.
    """
    with db.transaction(Role.WORKER) as session:
        run = _run(session, lease.case_id, address)
        waiting = clusters.waiting(session, run.id)
    until = time.monotonic() + SECONDS
    for case in waiting:
        if time.monotonic() > until:
            break
        one(db, run, case)
    with db.transaction(Role.WORKER) as session:
        clusters.go_on(session, run.id, clock=DatabaseClock(session))


def _run(session: Session, run: UUID, address: str) -> Run:
    row = clusters.find(session, run)
    account = session.get_one(Account, row.started_by)
    actor = Actor(ActorRole(account.kind), account.id, row.bureau_id, account.city)
    return Run(row.id, row.step, row.values, row.bureau_id, actor, account.disabled_at is None, address)


def one(db: Databases, run: Run, case: UUID) -> None:
    """Take the step with one case in a transaction of its own; what the case does not allow is written down."""
    try:
        _in_turn(db, run, case, lambda session: _step(session, run, case))
    except DomainError as error:
        code = error.code
        _in_turn(db, run, case, lambda _: ("failed", code))


def _in_turn(db: Databases, run: Run, case: UUID, act: Callable[[Session], tuple[str, str | None]]) -> None:
    """Deal with an item that still waits, as the officer, and mark it in the same transaction."""
    account = run.actor.account
    with db.transaction(Role.OFFICER, Identity(account, (run.bureau, *((account,) if account else ())))) as session:
        item = clusters.take(session, run.id, case)
        if item is not None:
            state, code = act(session)
            clusters.end(item, state, code, clock=DatabaseClock(session))


def _step(session: Session, run: Run, case: UUID) -> tuple[str, str | None]:
    """Decide one case, issue its document, serve it; what is left to do, if anything.

    :raises DomainError: the case moved on, or does not allow it.
    """
    if not run.able:
        raise Refused("cluster.officer", "whoever began the run may not act any more")
    item = clusters.take(session, run.id, case)
    found = decide.find(session, case, item.version if item else None)
    clock: Any = DatabaseClock(session)
    if run.step == "accept":
        decide.accept(session, found, actor=run.actor, clock=clock)
        _paper(session, run, found, ACCEPTED_PAPER, clock)
        return "done", None
    mediate.terminate(session, found, run.values["ground"], run.values["reason"], actor=run.actor, clock=clock)
    _paper(session, run, found, ENDED_PAPER, clock)
    return "done", None if found.enterprise_id else UNREACHED


def _paper(session: Session, run: Run, found: Complaint, number: int, clock: Any) -> None:
    """The document of this case with its own facts, served on whoever can read it here."""
    form = papers.find(number)
    compose = words.compose(form, _facts(session, run, found, clock), {}, f"{run.address}/papers")
    paper = operations.issue(session, found, form, {}, compose, actor=run.actor, clock=clock)
    for side in form.to:
        if side == papers.COMPLAINANT or found.enterprise_id:
            how = Service(side, BY, proof={"run": str(run.id)})
            operations.serve(session, found, paper, how, actor=run.actor, clock=clock)


def _facts(session: Session, run: Run, found: Complaint, clock: Any) -> Facts:
    officer = session.get(Account, run.actor.account)
    name = "" if officer is None else unseal(session, officer, "name") or ""
    person = {field: str(unseal(session, found, field)) for field in Complaint.sealed_fields}
    said = journal.said(session, [found.id], [run.step]).get(found.id, {}).get("reason", "")
    return Facts(found, person, session.get_one(Bureau, found.bureau_id), name, said, clock.today())
