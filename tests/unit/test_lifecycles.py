"""Totality, generated from the edge tables."""

from __future__ import annotations

import pytest

from app.wiring import MACHINES
from complaints.lifecycle import COMPLAINT
from workflows.case.machine import Edge, Machine
from workflows.errors import Conflict


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_can_be_reached_and_the_ends_are_derived(machine):
    reached, frontier = set(), {machine.initial}
    while frontier:
        reached |= frontier
        frontier = {e.target for e in machine.edges if e.source in frontier} - reached
    assert reached == set(machine.states)
    assert machine.terminal
    assert all(machine.allowed(state) == () for state in machine.terminal)


@pytest.mark.parametrize(
    ("machine", "state", "event"),
    [(m, s, e) for m in MACHINES for s in m.states for e in m.events],
    ids=lambda v: getattr(v, "name", v),
)
def test_every_step_is_lawful_or_refused_by_name(machine, state, event):
    if event in machine.allowed(state):
        assert machine.step(state, event).source == state
    else:
        with pytest.raises(Conflict, match=f"{event} is not possible in state {state}"):
            machine.step(state, event)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_edge_replays_and_the_drawing_shows_it(machine):
    drawing = machine.to_mermaid()
    for edge in machine.edges:
        assert f"{edge.source} --> {edge.target}: {edge.event}" in drawing
    assert machine.replay([machine.begins]) == machine.initial
    with pytest.raises(Conflict):
        machine.replay(["something else"])


def test_a_history_that_the_table_does_not_know_is_refused():
    assert COMPLAINT.replay(["file", "accept", "terminate", "close"]) == "closed"
    with pytest.raises(Conflict):
        COMPLAINT.replay(["file", "close"])


def test_two_edges_of_one_event_from_one_state_are_refused():
    double = Machine("x", "a", "begin", (Edge("a", "go", "b"), Edge("a", "go", "c")))
    with pytest.raises(ValueError, match="two edges leave one state"):
        double.step("a", "go")
