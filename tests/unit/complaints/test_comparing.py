from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from complaints.comparing import DIFFERENCES, Ours, differences
from workflows.delivery.platforms import Listed

DAY = date(2026, 7, 20)
BUREAU = UUID(int=7)


def ours(number, kind="complaint", on=DAY, status="received", case=1):
    return Ours(number, kind, on, status, UUID(int=case), BUREAU)


def theirs(number, kind="complaint", on=DAY, status="received"):
    return Listed(number, kind, on, status)


def kinds(mine, listed, elsewhere=()):
    known = {(row.number, row.kind): row for row in elsewhere}
    return [d.kind for d in differences(DAY, mine, listed, known)]


def test_two_books_that_agree_differ_in_nothing():
    assert kinds([ours("A"), ours("A", "report")], [theirs("A"), theirs("A", "report")]) == []


def test_each_difference_has_its_name():
    assert kinds([], [theirs("A")]) == ["missing_here"]
    assert kinds([ours("A")], []) == ["missing_there"]
    assert kinds([ours(None)], []) == ["no_number"]
    assert kinds([ours("A")], [theirs("A"), theirs("A")]) == ["twice"]
    assert kinds([ours("A")], [theirs("A", status="closed")]) == ["state"]
    assert kinds([ours("A", on=DAY - timedelta(days=1))], [theirs("A")]) == ["date"]


def test_a_number_that_the_platform_has_on_another_day_is_no_missing_one_but_another_date():
    assert kinds([ours("A")], [], [theirs("A", on=DAY + timedelta(days=1))]) == ["date"]


def test_a_case_of_another_day_that_the_list_does_not_have_is_no_business_of_this_day():
    assert kinds([ours("A", on=DAY - timedelta(days=1))], []) == []


def test_twice_there_and_unknown_here_are_two_differences():
    assert Counter(kinds([], [theirs("A"), theirs("A")])) == {"twice": 1, "missing_here": 1}


def test_a_complaint_and_a_report_under_one_number_are_two_cases():
    assert kinds([ours("A")], [theirs("A"), theirs("A", "report")]) == ["missing_here"]


NUMBERS = st.sampled_from(["A", "B", "C", "D"])
LEGS = st.sampled_from(["complaint", "report"])
DAYS = st.sampled_from([DAY, DAY - timedelta(days=1)])
STATES = st.sampled_from(["received", "closed"])
OURS = st.lists(st.builds(ours, NUMBERS, LEGS, DAYS, STATES), max_size=6, unique_by=lambda o: (o.number, o.kind))
THEIRS = st.lists(st.builds(theirs, NUMBERS, LEGS, st.just(DAY), STATES), max_size=6)


@given(OURS, THEIRS)
def test_every_difference_is_named_once_and_green_means_the_same_on_both_sides(mine, listed):
    found = list(differences(DAY, mine, listed, {}))
    assert {d.kind for d in found} <= set(DIFFERENCES)
    assert len({d.key for d in found}) == len(found)
    if not found:
        today = {(o.number, o.kind, o.received_on, o.status) for o in mine if o.received_on == DAY}
        assert today == {(t.number, t.kind, t.received_on, t.status) for t in listed}
        assert len(listed) == len(today)
