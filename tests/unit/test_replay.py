"""Replay and what a journal lets in, without a database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.case import recording
from workflows.case.machine import Edge, Machine
from workflows.case.replay import Stood, differences, replay
from workflows.errors import Conflict

LIGHT = Machine("light", "red", "made", (Edge("red", "go", "green"), Edge("green", "stop", "red")))
CLOCK = {"id": "c1", "term": "t", "due_on": "2026-07-30", "stopped_on": None, "paused_since": None}


def body(seq, event, before, after, at="2026-07-20T04:00:00.000000Z", **more):
    return json.dumps(
        {"case": "x", "kind": "light", "seq": seq, "event": event, "at": at, "from": before, "to": after} | more
    )


def made(**more):
    return body(1, "made", None, "red", set={"a": 1, **more}, clocks=[CLOCK])


def test_a_history_gives_state_version_columns_and_clocks():
    told = [made(), body(2, "go", "red", "green", set={"b": "2026-07-21"}, clocks=[CLOCK | {"due_on": "2026-08-01"}])]
    stood = replay(told, LIGHT)
    assert (stood.state, stood.version, stood.columns, stood.whole) == ("green", 2, {"a": 1, "b": "2026-07-21"}, True)
    assert stood.next_due_on == "2026-08-01"
    assert stood.facts()["clocks"][0]["due_on"] == "2026-08-01"


def test_events_after_the_day_have_not_happened_yet_and_the_day_is_shanghais():
    late = "2026-07-20T16:30:00.000000Z"
    told = [made(), body(2, "go", "red", "green", at=late, set={}, clocks=[])]
    assert replay(told, LIGHT, until=date(2026, 7, 20)).state == "red"
    assert replay(told, LIGHT, until=date(2026, 7, 21)).state == "green"
    assert replay(told, LIGHT, until=date(2026, 7, 19)) == Stood()


def test_an_old_event_without_columns_makes_the_replay_less_than_whole():
    stood = replay([body(1, "made", None, "red")], LIGHT)
    assert (stood.state, stood.whole, stood.columns) == ("red", False, {})
    assert list(differences(stood, {"state": "red", "version": 1}, {})) == []


@pytest.mark.parametrize(
    "told",
    [
        [body(1, "made", None, "green")],
        [body(1, "go", "red", "green")],
        [made(), body(2, "go", "red", "red")],
        [made(), body(2, "go", "green", "green")],
        [made(), body(2, "stop", "green", "red")],
        [made(), body(2, "stop", "red", "red"), body(3, "shine", "red", "green")],
        [made(), body(2, "correct", "red", "blue")],
        [made(), body(2, "correct", "green", "red")],
        [made(), body(2, "wink", "red", "red")],
    ],
)
def test_a_step_that_the_table_does_not_know_is_refused_by_name(told):
    with pytest.raises(Conflict, match="is not possible today"):
        replay(told, LIGHT, {"wink": ("green",), "stop": ()})


def test_a_correction_leads_anywhere_and_a_note_of_the_engine_is_possible_everywhere():
    told = [made(), body(2, "correct", "red", "green"), body(3, "clock_moved", "green", "green")]
    assert replay(told, LIGHT).state == "green"


def test_every_difference_from_today_is_named():
    stood = replay([made()], LIGHT)
    row = {"state": "red", "version": 1, "a": 1, "next_due_on": "2026-07-30"}
    assert list(differences(stood, row, {"c1": CLOCK})) == []
    worse = row | {"a": 2, "version": 3, "next_due_on": None}
    assert list(differences(stood, worse, {"c1": CLOCK | {"due_on": None}, "c2": CLOCK})) == [
        "clock c1 is not what its journal gives",
        "clock c2 is not what its journal gives",
        "version is 3, but its journal gives 1",
        "a is 2, but its journal gives 1",
        "next_due_on is None, but its journal gives 2026-07-30",
    ]


@dataclass
class Row:
    begins_with = ("city", "nothing")
    city: str = "3205"
    nothing: None = None


def test_a_beginning_keeps_the_columns_that_its_class_names():
    values = {"on": date(2026, 7, 20), "by": UUID(int=1), "words": "在观前街买的外套", "gone": None}
    assert recording.columns(Row(), values, begins=True) == {"city": "3205", "on": "2026-07-20", "by": str(UUID(int=1))}
    assert recording.columns(Row(), values) == {"on": "2026-07-20", "by": str(UUID(int=1)), "gone": None}


@pytest.mark.parametrize(
    "text", ["张试样", "+8613900000000", "13900000000", "a b", "l@example.com", "苏州市", "x" * 61, ""]
)
def test_no_text_of_a_person_gets_into_a_journal(text):
    assert not recording.is_open(text)


@pytest.mark.parametrize("value", ["O121-16-1", "320508", "3205", True, 39900, None, datetime(2026, 7, 20)])  # noqa: DTZ001
def test_codes_days_and_amounts_get_in(value):
    assert recording.is_open(value)


@given(st.one_of(st.lists(st.text()), st.dictionaries(st.text(), st.text()), st.binary(), st.floats()))
def test_nothing_that_could_hold_a_text_gets_in(value):
    assert not recording.is_open(value)
