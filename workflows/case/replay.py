"""A case as it stood on any day, from its journal alone: state, version, evidence, clocks.

Every step is taken anew through the machine of today: where the table of edges no longer knows a step that a case
once took, the replay fails and says which. Events from before the journal kept columns and clocks give state and
version alone; :attr:`Stood.whole` tells so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflows.case.machine import Machine
from workflows.errors import Conflict
from workflows.time.clock import shanghai_date

CORRECT = "correct"

Notes = Mapping[str, Sequence[str]]
"""The states in which an event is possible that changes none; an event that is not named is the engine's own."""


@dataclass
class Stood:
    """A case after some of its events.

    :param columns: the columns that were set, as the journal writes them; what was never set is missing.
    :param clocks: every clock by its id, as the last event that touched it left it.
    :param whole: whether each event kept its columns and clocks.
    """

    case: str = ""
    kind: str = ""
    state: str = ""
    version: int = 0
    at: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    whole: bool = True

    @property
    def running(self) -> list[dict[str, Any]]:
        """The clocks that run, what is due first before the rest."""
        open_ones = [clock for clock in self.clocks.values() if clock["stopped_on"] is None]
        return sorted(open_ones, key=lambda clock: (clock["due_on"] or "9999-12-31", clock["term"]))

    @property
    def next_due_on(self) -> str | None:
        """The earliest date that the law asked for, of the clocks that run."""
        return min((clock["due_on"] for clock in self.running if clock["due_on"]), default=None)

    def facts(self) -> dict[str, Any]:
        """The case as JSON tells it."""
        names = ("case", "kind", "state", "version", "at", "columns", "whole")
        return {name: getattr(self, name) for name in names} | {"clocks": self.running, "next_due_on": self.next_due_on}


def replay(bodies: Iterable[str], machine: Machine, notes: Notes | None = None, until: date | None = None) -> Stood:
    """The case after its events, or after those up to the end of a day in Shanghai.

    :param bodies: the canonical texts of the journal's events, in their order.
    :param notes: also held against each event that changes no state.
    :raises Conflict: a step that the machine does not know today.
    """
    stood = Stood()
    for body in map(json.loads, bodies):
        if until is not None and day_of(body) > until:
            break
        check(body, stood, machine, notes or {})
        stood.case, stood.kind, stood.state, stood.at = body["case"], body["kind"], body["to"], body["at"]
        stood.version += 1
        stood.columns |= body.get("set", {})
        stood.clocks |= {clock["id"]: clock for clock in body.get("clocks", ())}
        stood.whole = stood.whole and "set" in body
    return stood


def day_of(body: Mapping[str, Any]) -> date:
    """The day of an event in Shanghai."""
    return shanghai_date(datetime.fromisoformat(body["at"]))


def check(body: Mapping[str, Any], before: Stood, machine: Machine, notes: Notes) -> None:
    """Whether an event may follow on what was before.

    :raises Conflict: it may not.
    """
    event, state, target = body["event"], body["from"], body["to"]
    if before.version == 0:
        known = (machine.begins, None, machine.initial) == (event, state, target)
    elif event in machine.allowed(state or ""):
        known = before.state == state and machine.step(state, event).target == target
    elif event == CORRECT:
        known = before.state == state and target in machine.states
    else:
        known = before.state == state == target and state in notes.get(event, machine.states)
    if not known:
        message = f"{machine.name}: event {body['seq']}, {event} from {state} to {target}, is not possible today"
        raise Conflict("replay.step", message, seq=body["seq"], event=event)


def differences(stood: Stood, row: Mapping[str, Any], clocks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Where a whole replay and the case as it is kept today are not the same, each in words.

    :param row: the row's columns as the journal writes values: state, version, ``next_due_on`` and those replayed.
    :param clocks: the kept clocks by id.
    """
    found = {"state": stood.state, "version": stood.version}
    if stood.whole:
        found |= stood.columns | {"next_due_on": stood.next_due_on}
        yield from _clocks_differ(stood.clocks, clocks)
    for name, value in found.items():
        if row[name] != value:
            yield f"{name} is {row[name]}, but its journal gives {value}"


def _clocks_differ(told: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for ident in sorted({*told, *kept}):
        if told.get(ident) != kept.get(ident):
            yield f"clock {ident} is not what its journal gives"
