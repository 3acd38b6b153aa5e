"""A lifecycle as a table of edges, each naming its event. Pure: no database, no callbacks.

The table is the machine: which states there are, which are terminal, what is allowed and how the
drawing looks are all derived from the edges, so that no second list can disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from workflows.errors import Conflict


@dataclass(frozen=True)
class Edge:
    """One lawful step: in state ``source``, ``event`` leads to ``target``.

    :param article: where the law provides for the step.
    """

    source: str
    event: str
    target: str
    article: str = ""


@dataclass(frozen=True)
class Machine:
    """One lifecycle.

    :param name: stable name, as in ``complaint``.
    :param initial: the state a case begins in, by the event ``begins``.
    """

    name: str
    initial: str
    begins: str
    edges: tuple[Edge, ...]

    @cached_property
    def _by_step(self) -> dict[tuple[str, str], Edge]:
        steps = {(edge.source, edge.event): edge for edge in self.edges}
        if len(steps) != len(self.edges):
            raise ValueError(f"{self.name}: two edges leave one state by the same event")
        return steps

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order the table names them."""
        named = (self.initial, *(s for edge in self.edges for s in (edge.source, edge.target)))
        return tuple(dict.fromkeys(named))

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Every event of the table, in its order."""
        return tuple(dict.fromkeys(edge.event for edge in self.edges))

    @cached_property
    def terminal(self) -> frozenset[str]:
        """States that nothing leaves."""
        return frozenset(self.states) - {edge.source for edge in self.edges}

    def allowed(self, state: str) -> tuple[str, ...]:
        """The events that are lawful in ``state``, in the table's order."""
        return tuple(edge.event for edge in self.edges if edge.source == state)

    def step(self, state: str, event: str) -> Edge:
        """The edge that ``event`` takes from ``state``.

        :raises Conflict: the state forbids the event; the error says what is allowed instead.
        """
        edge = self._by_step.get((state, event))
        if edge is None:
            allowed = ", ".join(self.allowed(state)) or "nothing"
            message = f"{self.name}: {event} is not possible in state {state}; possible now: {allowed}"
            raise Conflict("case.state", message, state=state, event=event, allowed=self.allowed(state))
        return edge

    def replay(self, events: Iterable[str]) -> str:
        """The state that a history of events leads to, its first being the beginning.

        :raises Conflict: a step that the table does not know.
        """
        history = iter(events)
        first = next(history, None)
        if first != self.begins:
            raise Conflict("case.state", f"{self.name}: a history begins with {self.begins}, not {first}")
        state = self.initial
        for event in history:
            state = self.step(state, event).target
        return state

    def to_mermaid(self) -> str:
        """The lifecycle as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}: {self.begins}"]
        lines += [f"    {e.source} --> {e.target}: {_label(e)}" for e in self.edges]
        lines += [f"    {state} --> [*]" for state in self.states if state in self.terminal]
        return "\n".join(lines) + "\n"


def _label(edge: Edge) -> str:
    return f"{edge.event} ({edge.article})" if edge.article else edge.event
