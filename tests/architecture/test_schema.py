"""The migrations add up to the models, one after the other, and every state, event and policy is accounted for."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import wiring
from app.catalogue import has
from app.database import alembic_config
from app.schema import METADATA
from complaints import codes
from complaints.jobs import COMPLAINANT_TOLD, RESPONDENT_TOLD
from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES, MACHINES
from workflows.errors import Conflict
from workflows.store.session import Role


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_migrated_schema_is_the_models_schema(db):
    with db.engine(Role.OWNER).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


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


def test_every_word_that_a_page_may_need_exists():
    states = {f"state.{s}" for m in MACHINES for s in m.states}
    events = {f"event.{e}" for e in (*COMPLAINT.events, *COMPLAINT_NOTES, "file", "correct")}
    listed = {f"{name}.{code}" for name, codes_of in codes.dictionary().items() for code in codes_of}
    terms = {
        f"term.{t.code}" for t in wiring.TERMS if t.code in ("complaint.accept", "complaint.mediate", "report.verify")
    }
    notices = {f"notice.complaint.{e}.complainant" for e in COMPLAINANT_TOLD}
    notices |= {f"notice.complaint.{e}.respondent" for e in RESPONDENT_TOLD}
    assert [key for key in sorted(states | events | listed | terms | notices) if not has(key)] == []


def test_every_event_that_tells_somebody_is_an_event_of_the_machine():
    known = {*COMPLAINT.events, *COMPLAINT_NOTES, "file", "correct", "clock_moved"}
    assert {*COMPLAINANT_TOLD, *RESPONDENT_TOLD} <= known
