from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.terms import TERMS
from workflows.errors import NotFound, RuleBroken
from workflows.time.deadline import ClockEvent, deadline
from workflows.time.explain import Verdict, explain
from workflows.time.notices import published
from workflows.time.terms import Span, Term, TermBook, Unit

CALENDAR = published()
STARTS = st.dates(date(2020, 1, 1), date(2026, 9, 1))
WORKING = Term("t.working", 15, Unit.WORKING_DAYS, "X 1", ("", ""), pauses=frozenset({"testing"}), extension=15)
DAYS = Term("t.days", 60, Unit.DAYS, "X 2", ("", ""), pauses=frozenset({"testing"}))


def day(text: str) -> date:
    return date.fromisoformat(text)


def event(text: str) -> ClockEvent:
    kind, _, on = text.partition("@")
    return ClockEvent(kind, day(on))


def due(code: str, start: str, *events: str, received: str | None = None):
    term = TERMS.find(code, day(start), day(received) if received else None)
    return deadline(term, CALENDAR, day(start), map(event, events))


@pytest.mark.parametrize(
    ("accepted", "due_on", "safe_on"),
    [
        ("2026-08-03", "2026-10-08", "2026-10-02"),
        ("2026-08-08", "2026-10-08", "2026-10-07"),
        ("2026-06-10", "2026-08-09", "2026-08-09"),
        ("2026-04-15", "2026-06-14", "2026-06-14"),
        ("2026-07-28", "2026-09-28", "2026-09-26"),
    ],
)
def test_sixty_days_of_mediation_move_past_a_holiday_and_past_no_weekend(accepted, due_on, safe_on):
    found = due("complaint.mediate", accepted)
    assert (str(found.due_on), str(found.safe_on), found.provisional) == (due_on, safe_on, False)


def test_seven_working_days_across_spring_festival_2024_end_on_22_february():
    assert str(due("complaint.accept", "2024-02-07").due_on) == "2024-02-22"


@pytest.mark.parametrize(
    ("code", "start", "received", "article"),
    [
        ("complaint.accept", "2026-04-14", None, "O20 14"),
        ("complaint.accept", "2026-04-15", None, "O121 15"),
        ("complaint.mediate", "2024-06-30", None, "O20 21(1)(5)"),
        ("complaint.mediate", "2024-07-01", None, "IR 46(3)"),
        ("complaint.mediate", "2026-04-20", "2026-04-14", "IR 46(3)"),
        ("complaint.mediate", "2026-04-20", "2026-04-15", "O121 23(1)(5)"),
        ("complaint.notify_termination", "2026-05-01", "2026-04-01", "O20 21(2)"),
        ("complaint.accept", "2019-05-05", None, "O20 14"),
    ],
)
def test_the_rule_in_force_is_found_by_start_and_receipt(code, start, received, article):
    assert TERMS.find(code, day(start), day(received) if received else None).article == article


def test_mediation_accepted_before_july_2024_has_45_working_days():
    assert str(due("complaint.mediate", "2024-06-28").due_on) == str(CALENDAR.add_working_days(day("2024-06-28"), 45))


def test_testing_is_not_counted():
    plain, tested = (
        due("complaint.mediate", "2026-04-20"),
        due("complaint.mediate", "2026-04-20", "testing@2026-05-06", "tested@2026-05-20"),
    )
    assert tested.due_on == plain.safe_on + timedelta(days=14)


def test_a_lasting_test_holds_the_date_back():
    found = due("complaint.mediate", "2026-04-20", "testing@2026-05-06")
    assert (found.due_on, found.safe_on, found.paused_since) == (None, None, day("2026-05-06"))
    assert not found.provisional


def test_a_test_that_begins_after_the_period_ended_moves_nothing():
    found = due("complaint.mediate", "2026-04-15", "testing@2026-06-14")
    assert (str(found.due_on), found.paused_since) == ("2026-06-14", None)


def test_a_restart_counts_afresh():
    assert due("report.verify", "2026-06-01", "restart@2026-06-10").due_on == due("report.verify", "2026-06-10").due_on


def test_an_extension_adds_the_terms_own_fifteen_working_days():
    extended = due("report.verify", "2026-04-15", "extend@2026-04-30")
    assert str(extended.due_on) == "2026-05-29"
    assert extended.due_on == due("report.verify_extended", "2026-04-15").due_on


def test_a_date_that_runs_into_an_unpublished_year_is_provisional():
    found = due("report.verify", "2026-11-20", "extend@2026-11-30")
    assert (str(found.due_on), found.provisional) == ("2027-01-04", True)
    assert due("complaint.mediate", "2026-11-02").provisional
    assert not due("complaint.mediate", "2026-11-01").provisional


@pytest.mark.parametrize(
    ("code", "events", "says"),
    [
        ("complaint.accept", ["testing@2026-06-02"], "does not stop complaint.accept"),
        ("complaint.accept", ["extend@2026-06-02"], "no extension of its own"),
        ("report.verify", ["extend@2026-06-02", "extend@2026-06-03"], "extended once only"),
        ("complaint.mediate", ["tested@2026-06-02"], "ends nothing"),
        ("complaint.mediate", ["testing@2026-06-02", "testing@2026-06-03"], "has not ended"),
        ("complaint.mediate", ["testing@2026-05-02"], "before the start"),
        ("complaint.mediate", ["lunch@2026-06-02"], "unknown kind"),
    ],
)
def test_an_event_out_of_turn_is_refused_by_name(code, events, says):
    with pytest.raises(RuleBroken, match=says):
        due(code, "2026-06-01", *events)


def test_an_unknown_term_or_version_is_named():
    with pytest.raises(NotFound, match=r"unknown term 'x\.y'"):
        TERMS.find("x.y", day("2026-01-01"))
    with pytest.raises(NotFound, match="unknown term version"):
        TERMS.by_version("x@y")
    assert TERMS.by_version("complaint.accept@O121-15").amount == 7


def test_a_term_between_two_versions_is_not_in_force():
    book = TermBook([Term("t", 1, Unit.DAYS, "X", ("", ""), Span(None, day("2020-01-01")))])
    with pytest.raises(NotFound, match="no version of t was in force"):
        book.find("t", day("2020-01-02"))


def test_a_date_past_the_end_of_time_is_refused():
    with pytest.raises(RuleBroken, match="outside"):
        deadline(DAYS, CALENDAR, date(9999, 12, 1))


@st.composite
def histories(draw):
    """A start and up to three finished tests in a row, perhaps one that begins too late."""
    start = draw(STARTS)
    marks = sorted(draw(st.lists(st.integers(0, 90), max_size=6)))
    days = [start + timedelta(days=m) for m in marks[: len(marks) // 2 * 2]]
    kinds = ["testing", "tested"] * (len(days) // 2)
    return start, [ClockEvent(k, d) for k, d in zip(kinds, days, strict=True)]


def naive(term: Term, start: date, events: list[ClockEvent]) -> date:
    """Walk day by day, as a person with a wall calendar would."""
    pauses = list(zip(events[::2], events[1::2], strict=True))
    today, left = start, term.amount
    while left:
        today += timedelta(days=1)
        paused = any(a.on < today <= b.on for a, b in pauses)
        works = term.unit is Unit.DAYS or CALENDAR.is_working(today)
        left -= works and not paused
    return today


@given(histories(), st.sampled_from([WORKING, DAYS]))
def test_the_last_counted_day_equals_the_naive_walk(history, term):
    start, events = history
    assert deadline(term, CALENDAR, start, events).safe_on == naive(term, start, events)


@given(histories(), st.sampled_from([WORKING, DAYS]))
def test_the_explanation_counts_exactly_the_terms_days_and_ends_on_the_due_day(history, term):
    start, events = history
    found = deadline(term, CALENDAR, start, events)
    lines = explain(found, CALENDAR)
    assert [line.number for line in lines if line.verdict is Verdict.COUNTED] == list(range(1, term.amount + 1))
    assert lines[0].day == start
    assert lines[-1].day == found.due_on
    listed = [line.day for line in lines if line.reason != "explain.last_in_holiday"]
    assert listed == [start + timedelta(days=i) for i in range(len(listed))]


@given(STARTS)
def test_a_period_in_days_never_ends_inside_a_published_holiday(start):
    found = deadline(DAYS, CALENDAR, start)
    assert CALENDAR.holiday(found.due_on) is None
    assert found.due_on == found.safe_on or CALENDAR.holiday(found.due_on - timedelta(days=1))


def test_an_explanation_of_a_lasting_pause_runs_to_today_and_not_for_ever():
    found = due("complaint.mediate", "2026-04-20", "testing@2026-05-06")
    assert explain(found, CALENDAR)[-1].day == day("2026-05-06")
    assert explain(found, CALENDAR, day("2026-05-10"))[-1].verdict is Verdict.PAUSED
    assert len(explain(found, CALENDAR, day("2099-01-01"))) < 450


def test_an_explanation_marks_days_of_an_unpublished_year():
    lines = explain(due("report.verify", "2026-12-25"), CALENDAR)
    assert {line.day.year for line in lines if line.assumed} == {2027}


def test_an_explanation_starts_again_after_a_restart():
    lines = explain(due("report.verify", "2026-06-01", "restart@2026-06-10"), CALENDAR)
    assert (lines[0].day, lines[0].reason) == (day("2026-06-10"), "explain.restart")


def test_a_make_up_day_in_an_explanation_names_its_notice():
    lines = explain(due("complaint.accept", "2026-02-12"), CALENDAR)
    assert next(line for line in lines if line.day == day("2026-02-14")).detail == "国办发明电〔2025〕7号"
