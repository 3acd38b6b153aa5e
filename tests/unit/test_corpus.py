"""Recorded histories of cases, replayed through the machines of today: an old case must never become impossible."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands.replay import MACHINE, NOTES
from complaints.lifecycle import COMPLAINT, COMPLAINT_NOTES
from tests.support import histories
from workflows.case.replay import replay
from workflows.errors import Conflict

CORPUS = Path(__file__).parent.parent / "corpus"
FILES = sorted(CORPUS.glob("*.json"))


def bodies(path: Path) -> list[str]:
    return [json.dumps(event) for event in json.loads(path.read_text("utf-8"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_recorded_history_is_still_possible_and_ends_where_it_ended(path):
    told = bodies(path)
    kind = path.stem.split("-")[0]
    stood = replay(told, MACHINE[kind], NOTES[kind])
    last = json.loads(told[-1])
    assert (stood.state, stood.version, stood.kind) == (last["to"], len(told), kind)
    assert stood.whole
    running = {clock["term"] for clock in stood.running}
    assert running <= {"complaint.accept", "complaint.notify_termination", "report.verify", "report.tell"}


def test_every_way_that_is_known_has_been_recorded():
    assert set(histories.names()) <= {path.stem for path in FILES}


def test_every_edge_of_a_complaint_and_of_a_report_is_taken_by_some_history():
    taken = {
        (path.stem.split("-")[0], event["from"], event["event"])
        for path in FILES
        for event in json.loads(path.read_text("utf-8"))
    }
    missing = [
        (name, edge.source, edge.event)
        for name in ("complaint", "report")
        for edge in MACHINE[name].edges
        if (name, edge.source, edge.event) not in taken
    ]
    assert missing == []


def test_an_edge_that_is_taken_away_breaks_the_histories_that_took_it():
    without = replace(COMPLAINT, edges=tuple(edge for edge in COMPLAINT.edges if edge.event != "testing"))
    told = bodies(CORPUS / "complaint-O121-tested_and_settled.json")
    with pytest.raises(Conflict, match="event 7, testing from mediating to testing, is not possible today"):
        replay(told, without, COMPLAINT_NOTES)
    led_elsewhere = replace(
        COMPLAINT, edges=tuple(replace(e, target="closed") if e.event == "settle" else e for e in COMPLAINT.edges)
    )
    with pytest.raises(Conflict, match="settle from mediating to settled"):
        replay(told, led_elsewhere, COMPLAINT_NOTES)


def test_a_note_in_a_state_that_no_longer_has_it_breaks_too():
    told = bodies(CORPUS / "complaint-O20-settled.json")
    with pytest.raises(Conflict, match="offer from mediating to mediating"):
        replay(told, COMPLAINT, {**COMPLAINT_NOTES, "offer": ()})


def test_a_history_never_holds_a_text_of_a_person():
    for path in FILES:
        text = path.read_text("utf-8")
        assert not any(word in text for word in ("张试", "平江路", "13900000000", "货架", "脱线", "退一半"))
