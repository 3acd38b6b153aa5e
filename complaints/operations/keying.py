"""The list "to key in today" (今日待录入): where no interface exists, a person is the bridge.

A case on the list is a leg or a hand-over without a number there. Its personal details are shown in plain, since they
have to be typed: that they were is kept, with who looked and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import bridge_queries, pasting
from complaints.bridge_models import BridgeHandover, BridgeLook, BridgePush
from complaints.bridging import NATIONAL
from complaints.operations import bridge_bodies, bridges, handing
from complaints.operations.bridges import LEGS
from complaints.pasting import Pasted
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.people.masks import masked_address, masked_name, masked_phone
from workflows.time.clock import Clock

MASKED = ("name", "phone", "address")


@dataclass(frozen=True)
class Item:
    """One case to key in.

    :ivar label: our own number; of a hand-over one that is made of its id.
    :ivar said: what the platform's form asks for, by field.
    """

    label: str
    row: BridgePush | BridgeHandover
    said: Mapping[str, str]
    case: Any = None

    @property
    def about(self) -> UUID:
        """The case, or the hand-over."""
        return self.row.case_id if isinstance(self.row, BridgePush) else self.row.id


def items(session: Session, parties: Sequence[UUID], system: str, *, plain: bool) -> list[Item]:
    """What is to be keyed in, oldest first, hand-overs before the rest.

    :param plain: personal details as they are, and not masked.
    """
    handed = bridge_queries.to_hand_over(session, parties) if system == NATIONAL else ()
    found = [Item(f"ZJ{row.id.hex[-10:].upper()}", row, handing.body_of(session, row)) for row in handed]
    pushes = bridge_queries.to_key_in(session, parties, system, "file")
    cases = {case.id: case for kind in LEGS for case in _cases(session, kind, pushes)}
    for push in pushes:
        case = cases[push.case_id]
        found.append(Item(case.number, push, bridge_bodies.of_case(session, case), case))
    return found if plain else [Item(i.label, i.row, masked(i.said), i.case) for i in found]


def _cases(session: Session, kind: str, pushes: Sequence[BridgePush]) -> Sequence[Any]:
    ids = [push.case_id for push in pushes if push.case_kind == kind]
    return session.scalars(select(LEGS[kind]).where(LEGS[kind].id.in_(ids))).all()


def masked(said: Mapping[str, str]) -> dict[str, str]:
    """What is said, without the personal details."""
    hidden = {
        "name": masked_name(said["name"]),
        "phone": masked_phone(said["phone"]),
        "address": masked_address(said["address"]),
    }
    return {**said, **{name: hidden[name] if said[name] else "" for name in MASKED}}


def look(session: Session, found: Sequence[Item], system: str, *, actor: Actor, clock: Clock) -> None:
    """Keep that somebody was shown the personal details of cases.

    :raises Refused: nobody in particular.
    """
    if actor.account is None:
        raise Refused("access.account", "a look belongs to somebody")
    for item in found:
        session.add(BridgeLook(about_id=item.about, account_id=actor.account, system=system, at=clock.now()))
    session.flush()


def matched(session: Session, text: str, found: Sequence[Item], system: str) -> list[Pasted]:
    """The pasted lines with their cases, each checked against the list and against the book."""
    read = pasting.read(text, [item.label for item in found])
    kinds = {item.label: item.row.case_kind if isinstance(item.row, BridgePush) else "complaint" for item in found}
    return [_free(session, pasted, system, kinds) for pasted in read]


def _free(session: Session, pasted: Pasted, system: str, kinds: Mapping[str, str]) -> Pasted:
    if pasted.fault is None and bridges.holder(session, system, pasted.number, kinds[pasted.label]):
        return Pasted(pasted.line, pasted.label, pasted.number, "taken")
    return pasted


def keep(
    session: Session, pasted: Sequence[Pasted], found: Sequence[Item], on: date, *, actor: Actor, clock: Clock
) -> int:
    """Keep all pasted numbers, or none; how many.

    :param on: the day that the platform received them.
    :raises RuleBroken: nothing was pasted, a line has a fault, or a number was taken meanwhile.
    """
    faults = [FieldError("numbers", f"bridge.pasted_{p.fault}", f"line {p.line}: {p.fault}") for p in pasted if p.fault]
    if faults or not pasted:
        raise RuleBroken("bridge.pasted", "nothing was kept: mend the lines first", errors=faults)
    if on > clock.today():
        raise RuleBroken("bridge.pasted_day", "the day of receipt lies ahead", field="on")
    by = {item.label: item for item in found}
    for each in pasted:
        _keep(session, by[each.label], each.number, on, actor=actor, clock=clock)
    return len(pasted)


def _keep(session: Session, item: Item, number: str, on: date, *, actor: Actor, clock: Clock) -> None:
    if isinstance(item.row, BridgePush):
        bridges.typed(session, item.row, number, on, actor=actor, clock=clock)
    else:
        handing.typed(session, item.row, number, on)


def keyed(session: Session, pushes: Sequence[UUID], *, actor: Actor, clock: Clock) -> int:
    """Keep that statuses were keyed in; how many were."""
    found = [push for push in (session.get(BridgePush, one) for one in pushes) if push and push.what == "status"]
    for push in found:
        bridges.keyed(session, push, actor=actor, clock=clock)
    return len(found)
