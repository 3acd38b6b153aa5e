"""The one door for every state change.

Nothing else writes a case's state, version, chain or clocks. A step asks the machine, sets the evidence,
moves the clocks, chains the journal and publishes the message, all in the caller's transaction: either
everything of it is there afterwards or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, select, text
from sqlalchemy.orm import Session

from workflows.case import changes, clocks, journal, recording
from workflows.case.changes import ClockChange, ClockHappens, ClockStart, ClockStop
from workflows.case.machine import Machine
from workflows.case.tables import CaseClock, CaseEvent
from workflows.delivery import outbox
from workflows.errors import NotFound, RuleBroken, Stale
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.store.sealed import digests
from workflows.time.clock import Clock
from workflows.time.terms import TermBook

__all__ = [
    "Beginning", "ClockChange", "ClockHappens", "ClockStart", "ClockStop", "Party", "Step", "advance", "begin",
    "begin_all", "correct", "hand_over", "lock", "move_clock", "note", "share",
]  # fmt: skip

Case = TypeVar("Case")

CORRECT = "correct"
CLOCK_MOVED = "clock_moved"

OPEN_ACCESS = text("SELECT case_open_access(:case, :ids, :parties, :kinds, :reason)").bindparams(
    bindparam("case", type_=Uuid()),
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("parties", type_=ARRAY(Uuid())),
    bindparam("kinds", type_=ARRAY(Text())),
)

SHARE = text("SELECT case_share(:case, :id, :party, :kind, :reason, :hand_over)").bindparams(
    *(bindparam(name, type_=Uuid()) for name in ("case", "id", "party"))
)


@dataclass(frozen=True)
class Party:
    """Somebody who may see a case from now on.

    :param kind: ``consumer`` (an account), ``merchant`` (an enterprise) or ``officer`` (a bureau or an account).
    """

    id: UUID
    kind: str
    reason: str


@dataclass(frozen=True)
class Step:
    """What a step carries besides its event.

    :param evidence: columns of the case that the step sets; CHECK constraints bind them to the state.
    :param facts: what the journal says openly: ids, codes, dates, fen; no personal text.
    :param personal: personal texts that the case's row keeps, by field; the journal keeps salted commitments.
    :param words: texts of the event alone, as a reason; kept sealed beside the event, with a commitment in it.
    :param clocks: clocks started, stopped or moved, in this order.
    :param terms: the domain's periods, needed where a clock is moved.
    :param moved: clocks that another calendar moved before, for the journal to keep.
    """

    evidence: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    clocks: Sequence[ClockChange] = ()
    terms: TermBook = field(default_factory=lambda: TermBook([]))
    moved: Sequence[CaseClock] = ()


NOTHING = Step()


def begin(
    session: Session, case: Any, machine: Machine, *, actor: Actor, clock: Clock, parties: Sequence[Party], step: Step
) -> list[CaseClock]:
    """Begin a case: its first state, its first event, its clocks, and who may see it; the clocks it runs by.

    :param case: a new row of the domain's class, with everything but what the engine keeps.
    """
    return begin_all(session, [Beginning(case, parties, step)], machine, actor=actor, clock=clock)[0]


@dataclass(frozen=True)
class Beginning:
    """A case that is to begin, maybe together with others."""

    case: Any
    parties: Sequence[Party]
    step: Step


def begin_all(
    session: Session, beginnings: Sequence[Beginning], machine: Machine, *, actor: Actor, clock: Clock
) -> list[list[CaseClock]]:
    """Begin many cases of one kind, each as :func:`begin` does, in a few statements for all.

    Only the database's own function may give the first access to a case; see the migration.
    """
    if beginnings:
        session.execute(OPEN_ACCESS, [_access(b.case.id, b.parties) for b in beginnings])
    running = [_first(session, b.case, b.step, machine, actor, clock) for b in beginnings]
    session.flush()
    return running


def _first(session: Session, case: Any, step: Step, machine: Machine, actor: Actor, clock: Clock) -> list[CaseClock]:
    case.state, case.version, case.created_at = machine.initial, 1, clock.now()
    case.chain_seq, case.chain_hash = 0, journal.START
    for name, value in step.evidence.items():
        setattr(case, name, value)
    running = [changes.start(session, case, change) for change in step.clocks if isinstance(change, ClockStart)]
    case.next_due_on = clocks.next_due(running)
    _record(session, case, machine.begins, None, actor, clock, step, running)
    session.add(case)
    return running


def _access(case: UUID, parties: Sequence[Party]) -> dict[str, Any]:
    ids, parties_of, kinds = [new_id() for _ in parties], [party.id for party in parties], [p.kind for p in parties]
    return {"case": case, "ids": ids, "parties": parties_of, "kinds": kinds, "reason": parties[0].reason}


def lock(session: Session, cls: type[Case], case_id: UUID, expected: int | None = None) -> Case:
    """The case, locked and fresh: what another transaction wrote meanwhile is seen.

    :param expected: the version the caller decided on.
    :raises NotFound: no such case for this caller.
    :raises Stale: the case moved on since then.
    """
    query = select(cls).where(cls.id == case_id)  # type: ignore[attr-defined]
    case = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if case is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    version = case.version  # type: ignore[attr-defined]
    if expected is not None and version != expected:
        message = f"the case is at version {version}; you decided on version {expected}"
        raise Stale("case.stale", message, version=version)
    return case


def advance(
    session: Session,
    case: Any,
    machine: Machine,
    event: str,
    *,
    actor: Actor,
    clock: Clock,
    step: Step = NOTHING,
) -> CaseEvent:
    """Take one lawful step with a case that this transaction has locked.

    :raises Conflict: the state forbids the event.
    """
    edge = machine.step(case.state, event)
    before, case.state = case.state, edge.target
    return _write(session, case, event, before, actor, clock, step)


def note(session: Session, case: Any, event: str, *, actor: Actor, clock: Clock, step: Step = NOTHING) -> CaseEvent:
    """Record something that changes no state: a clock moved, a document served, a value revealed."""
    return _write(session, case, event, case.state, actor, clock, step)


def correct(
    session: Session,
    case: Any,
    machine: Machine,
    state: str,
    *,
    reason: str,
    actor: Actor,
    clock: Clock,
    step: Step = NOTHING,
) -> CaseEvent:
    """Force a case into a state that no edge leads to: the bureau corrects its own decision.

    Loudly named and never silent: the reason is mandatory, and the journal has an event of its own.

    :raises RuleBroken: no reason, or no such state.
    """
    if not reason.strip():
        raise RuleBroken("correct.reason", "a correction needs a reason", field="reason")
    if state not in machine.states:
        raise RuleBroken("correct.state", f"{machine.name} has no state {state}", field="state")
    before, case.state = case.state, state
    facts, words = {**step.facts, "corrected_from": before}, {**step.words, "reason": reason.strip()}
    told = replace(step, facts=facts, words=words)
    return _write(session, case, CORRECT, before, actor, clock, told)


def _write(session: Session, case: Any, event: str, before: str, actor: Actor, clock: Clock, step: Step) -> CaseEvent:
    for name, value in step.evidence.items():
        setattr(case, name, value)
    touched = changes.make(session, case, step.clocks, step.terms) if step.clocks else [*step.moved]
    case.version += 1
    recorded = _record(session, case, event, before, actor, clock, step, touched)
    session.flush()
    return recorded


def _record(
    session: Session,
    case: Any,
    event: str,
    before: str | None,
    actor: Actor,
    clock: Clock,
    step: Step,
    touched: Sequence[CaseClock],
) -> CaseEvent:
    entry = journal.Entry(
        event=event,
        actor=actor,
        at=clock.now(),
        before=before,
        after=case.state,
        facts=step.facts,
        personal=step.personal,
        words=step.words,
        sealed=digests(case, case.sealed_fields),
        columns=recording.columns(case, step.evidence, begins=before is None),
        clocks=recording.clocks(touched),
    )
    recorded = journal.append(session, case, entry)
    outbox.publish(session, f"{case.case_kind}.{event}", case, {"event": recorded.seq})
    return recorded


def share(session: Session, case: Any, to: Party, *, hand_over: bool = False) -> None:
    """Let another party handle a case too; the journal event is the caller's step, taken before."""
    values = {"case": case.id, "id": new_id(), "party": to.id, "kind": to.kind, "reason": to.reason}
    session.execute(SHARE, {**values, "hand_over": hand_over})


def hand_over(session: Session, case: Any, to: Party) -> None:
    """Let another party handle a case; who handled it so far may read on and writes no more, the caller included."""
    share(session, case, to, hand_over=True)


def move_clock(session: Session, case: Any, move: clocks.Move, *, actor: Actor, clock: Clock) -> None:
    """Move one open date of a locked case after a calendar changed, with an event that says why."""
    facts = move.facts()
    move.apply()
    session.flush()
    case.next_due_on = clocks.next_due(clocks.of_case(session, case.id))
    note(session, case, CLOCK_MOVED, actor=actor, clock=clock, step=Step(facts=facts, moved=(move.clock,)))
