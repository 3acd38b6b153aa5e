"""Numbers of other platforms, and what a platform is still to be told of a case: written with the step it tells of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from complaints import bridging
from complaints.bridge_models import BridgeNumber, BridgePush
from complaints.bridging import COMPLAINT, HOTLINE, NATIONAL, STATUS, STEPS
from complaints.models import Complaint, Filing, Report
from workflows.case import casework
from workflows.case.tables import CaseEvent
from workflows.delivery import outbox
from workflows.delivery.platforms import Receipt
from workflows.delivery.tables import Message
from workflows.errors import RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock, shanghai_date

PUSH = "bridge.push"
LEGS: dict[str, Any] = {"complaint": Complaint, "report": Report}


@dataclass(frozen=True)
class Envelope:
    """What a message is about that is no case."""

    id: UUID
    chain_seq: int = 0


def note_step(session: Session, message: Message) -> None:
    """Note for every platform concerned that a leg took a public step; asked twice, noted once."""
    kind, _, _ = message.topic.partition(".")
    case = session.get_one(LEGS[kind], message.case_id)
    event = session.get_one(CaseEvent, (case.id, message.payload["event"]))
    for system in _systems(session, case):
        note(session, case, system, event)


def _systems(session: Session, case: Any) -> Sequence[str]:
    """The national platform of every case (O121 40), the hotline of those that it passed on."""
    channel = session.get_one(Filing, case.filing_id).channel
    return (NATIONAL, HOTLINE) if channel == HOTLINE else (NATIONAL,)


def note(session: Session, case: Any, system: str, event: CaseEvent) -> None:
    """Note one step for one platform: first the filing where it has no number yet, then the status if it is another."""
    pushed = select(BridgePush.status).where(BridgePush.case_id == case.id, BridgePush.system == system)
    last = session.scalar(pushed.order_by(BridgePush.seq.desc(), BridgePush.what.desc()).limit(1))
    if last is None and number_of(session, case.id, system) is None:
        _add(session, case, system, "file", event, "received")
        last = "received"
    status = STATUS[json.loads(event.body)["to"]]
    if status != (last or "received"):
        _add(session, case, system, "status", event, status)
    own = (BridgePush.case_id == case.id) & BridgePush.done_at.is_(None)
    session.execute(update(BridgePush).where(own).values(party_id=party_of(case)))
    session.flush()
    ring(session, case, system)


def _add(session: Session, case: Any, system: str, what: str, event: CaseEvent, status: str) -> None:
    same = select(BridgePush.id).filter_by(case_id=case.id, system=system, what=what, seq=event.seq)
    if session.scalar(same) is None:
        push = BridgePush(case_id=case.id, case_kind=case.case_kind, system=system, what=what, seq=event.seq)
        push.party_id, push.status, push.on_day = party_of(case), status, shanghai_date(event.at)
        push.made_at = DatabaseClock(session).now()
        session.add(push)
        session.flush()


def party_of(case: Any) -> UUID:
    """Whose eyes what is told of a case is for: the bureau of a complaint, the assigned officer of a report."""
    party: UUID = case.bureau_id if case.case_kind == COMPLAINT else (case.officer_id or case.bureau_id)
    return party


def ring(session: Session, case: Any, system: str) -> None:
    """Ask for what a platform is to be told of a case to be told now."""
    outbox.publish(session, PUSH, case, {"system": system}, external=True)


def sweep(session: Session, system: str, before: Any, most: int = 200) -> int:
    """Ask anew for what has waited for long, as after an interface was made or a message died; for how many cases."""
    old = select(BridgePush.case_id, BridgePush.case_kind).where(
        BridgePush.system == system,
        BridgePush.done_at.is_(None),
        BridgePush.refused.is_(None),
        BridgePush.made_at < before,
    )
    undone = select(Message.id).where(
        Message.case_id == BridgePush.case_id,
        Message.topic == PUSH,
        Message.done_at.is_(None),
        Message.dead_at.is_(None),
    )
    rows = session.execute(old.where(~undone.exists()).distinct().limit(most)).all()
    for case, kind in rows:
        ring(session, session.get_one(LEGS[kind], case), system)
    return len(rows)


def number_of(session: Session, case: UUID, system: str) -> BridgeNumber | None:
    """The case's number in a system, if it has one."""
    query = select(BridgeNumber).where(BridgeNumber.case_id == case, BridgeNumber.system == system)
    return session.scalar(query.where(BridgeNumber.ended_at.is_(None)))


def holder(session: Session, system: str, number: str, kind: str) -> BridgeNumber | None:
    """Who has a number of a system among the cases that the caller may see."""
    query = select(BridgeNumber).where(BridgeNumber.number == number, BridgeNumber.system == system)
    return session.scalar(query.where(BridgeNumber.case_kind == kind, BridgeNumber.ended_at.is_(None)))


def give(
    session: Session, case: Any, system: str, receipt: Receipt, source: str, clock: Clock, by: UUID | None = None
) -> None:
    """Keep a case's number in a system; the same one again changes nothing.

    :raises RuleBroken: the case has another one, or another case has it.
    """
    if not bridging.check_number(receipt.number):
        raise RuleBroken("bridge.number", f"{receipt.number!r} is no number", field="number")
    held = number_of(session, case.id, system)
    if held is not None and held.number == receipt.number:
        return
    other = holder(session, system, receipt.number, case.case_kind)
    if held is not None or other is not None:
        taken = held.number if held else receipt.number
        raise RuleBroken("bridge.taken", f"there is {taken} already", field="number", number=taken)
    row = BridgeNumber(case_id=case.id, case_kind=case.case_kind, system=system, number=receipt.number)
    row.received_on, row.source, row.noted_at, row.noted_by = receipt.received_on, source, clock.now(), by
    session.add(row)
    session.flush()


@dataclass(frozen=True)
class Parcel:
    """The next thing that a platform is to be told of a case."""

    push: UUID
    what: str
    number: str | None
    case: Any
    body: dict[str, Any]


def following(session: Session, case: UUID, system: str) -> Parcel | None:
    """The earliest thing untold; None when all is told, or a person must look at what was refused first."""
    query = select(BridgePush).where(BridgePush.case_id == case, BridgePush.system == system)
    query = query.where(BridgePush.done_at.is_(None)).order_by(BridgePush.what, BridgePush.seq)
    push = session.scalar(query.limit(1))
    if push is None or push.refused is not None:
        return None
    number = number_of(session, case, system)
    if push.what == "status" and number is None:
        return None
    told = {"status": push.status, "on": str(push.on_day), "seq": push.seq}
    found = session.get_one(LEGS[push.case_kind], case)
    return Parcel(push.id, push.what, number.number if number else None, found, told)


def told(session: Session, push: UUID, receipt: Receipt | None, clock: Clock) -> None:
    """Keep that a platform was told, with the number it gave; whoever comes second changes nothing."""
    row = session.get_one(BridgePush, push, with_for_update=True, populate_existing=True)
    if row.done_at is not None:
        return
    if receipt is not None:
        case = session.get_one(LEGS[row.case_kind], row.case_id)
        try:
            give(session, case, row.system, receipt, "answer", clock)
        except RuleBroken as error:
            row.refused = error.code
            return
    row.done_at = clock.now()


def refused(session: Session, push: UUID, code: str) -> None:
    """Keep that a platform said no: a person keys it in, or mends the case."""
    session.get_one(BridgePush, push).refused = code


def typed(session: Session, push: BridgePush, number: str, on: date, *, actor: Actor, clock: Clock) -> None:
    """Keep the number that a platform gave when somebody keyed a case in there.

    :raises RuleBroken: it is none, or taken.
    """
    case = session.get_one(LEGS[push.case_kind], push.case_id)
    give(session, case, push.system, Receipt(number, on), "typed", clock, actor.account)
    keyed(session, push, actor=actor, clock=clock)


def keyed(session: Session, push: BridgePush, *, actor: Actor, clock: Clock) -> None:
    """Keep that somebody told the platform by hand."""
    push.done_at, push.done_by = push.done_at or clock.now(), push.done_by or actor.account
    session.flush()


def renumber(session: Session, case: Any, system: str, *, actor: Actor, clock: Clock) -> None:
    """Take a wrong number off a case: it ends, and the case waits for its number anew.

    :raises RuleBroken: the case has none.
    """
    held = number_of(session, case.id, system)
    if held is None:
        raise RuleBroken("bridge.no_number", "the case has no number there", field="act")
    held.ended_at, held.ended_by = clock.now(), actor.account
    last = session.scalar(select(func.max(BridgePush.seq)).filter_by(case_id=case.id, system=system, what="file"))
    push = BridgePush(case_id=case.id, case_kind=case.case_kind, system=system, what="file", seq=(last or 0) + 1)
    push.party_id, push.status, push.on_day = party_of(case), STATUS[case.state], clock.today()
    push.made_at = clock.now()
    session.add(push)
    session.flush()
    ring(session, case, system)


def handlers() -> dict[str, tuple[Any, ...]]:
    """Every public step of both legs, each with what follows from it here."""
    return {f"{kind}.{event}": (note_step,) for kind, events in STEPS.items() for event in events}


def find(session: Session, kind: str, case: UUID | None) -> Any:
    """A leg by its kind, locked.

    :raises NotFound: none that the caller may see.
    """
    return casework.lock(session, LEGS[kind], case or new_id())
