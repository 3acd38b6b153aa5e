"""Cases as they stood, from their journals alone; and the product that still goes every way that was recorded."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.commands.replay import MACHINE, NOTES, every
from complaints.models import Complaint
from complaints.operations import decide
from tests.support import histories
from tests.support.world import at
from tools.record_history import history, written
from workflows.case import replaying
from workflows.case.tables import CaseClock, CaseEvent
from workflows.errors import NotFound
from workflows.store.session import Role

CORPUS = Path(__file__).parent.parent / "corpus"
RECORDS = os.environ.get("WUYOU_CORPUS") == "record"


def journal(world, case) -> list[str]:
    with world.as_worker() as session:
        query = select(CaseEvent.body).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)
        return list(session.scalars(query))


def faults(world) -> list[str]:
    with world.db.transaction(Role.EXPORT) as session:
        return [fault for _, differs in every(session) for fault in differs]


@pytest.mark.parametrize("name", histories.names())
def test_the_product_goes_every_recorded_way_and_its_journal_gives_the_row_of_today(world, name):
    """A history that the product would write otherwise today is looked at by a person: record it anew on purpose."""
    case = histories.walked(world, name)
    told, path = history(journal(world, case)), CORPUS / f"{name}.json"
    if RECORDS:
        path.write_text(written(told), "utf-8")
    recorded = json.loads(path.read_text("utf-8"))
    assert [(e["event"], e["from"], e["to"]) for e in told] == [(e["event"], e["from"], e["to"]) for e in recorded]
    assert faults(world) == []


def test_a_case_is_shown_as_it_stood_on_any_day(world):
    case = histories.walked(world, "complaint-O121-tested_and_settled")
    with world.db.transaction(Role.EXPORT) as session:
        stood = replaying.one(session, case, MACHINE["complaint"], NOTES["complaint"], date(2026, 7, 21))
        assert (stood.state, stood.version, stood.columns["accepted_on"]) == ("accepted", 2, "2026-07-21")
        assert "told_on" not in stood.columns
        assert [clock["term"] for clock in stood.running] == ["complaint.accept", "complaint.mediate"]
        assert stood.next_due_on == "2026-07-29"
        testing = replaying.one(session, case, MACHINE["complaint"], NOTES["complaint"], date(2026, 7, 26))
        assert testing.state == "testing"
        assert [(c["term"], c["due_on"], c["paused_since"]) for c in testing.running] == [
            ("complaint.mediate", None, "2026-07-26")
        ]
        with pytest.raises(NotFound):
            replaying.one(session, case, MACHINE["complaint"], NOTES["complaint"], date(2026, 7, 19))


def test_the_cases_of_a_day_are_counted_by_state(world):
    histories.walked(world, "complaint-O121-declined")
    histories.walked(world, "complaint-O121-withdrawn_at_once")
    with world.db.transaction(Role.EXPORT) as session:
        assert replaying.counts(session, date(2026, 7, 20)) == [("complaint", "filed", 2)]
        assert replaying.counts(session, date(2026, 7, 22)) == [
            ("complaint", "declined", 1),
            ("complaint", "withdrawn", 1),
        ]


def test_a_column_or_a_clock_that_was_changed_past_the_one_door_is_named(world):
    case = world.file()
    world.decide(case, decide.accept, clock=at("2026-07-21"))
    with world.db.transaction(Role.OWNER) as session:
        session.execute(update(Complaint).where(Complaint.id == case).values(accepted_on=date(2026, 7, 22)))
        session.execute(
            update(CaseClock)
            .where(CaseClock.case_id == case, CaseClock.term == "complaint.mediate")
            .values(due_on=date(2026, 12, 1))
        )
    found = faults(world)
    assert any("accepted_on is 2026-07-22, but its journal gives 2026-07-21" in fault for fault in found)
    assert any("is not what its journal gives" in fault for fault in found)


def test_applications_and_standings_replay_too(world):
    world.enrolled()
    world.file()
    with world.db.transaction(Role.EXPORT) as session:
        found = list(every(session))
    assert sorted(stood.kind for stood, _ in found) == ["complaint", "enrolment", "standing"]
    assert [fault for _, differs in found for fault in differs] == []
