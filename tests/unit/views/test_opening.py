from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views import opening
from merchants.drafts import StoreDraft
from merchants.rules import store_faults

TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02d}:{t[1]:02d}")
SPANS = st.lists(st.tuples(TIMES, TIMES).map(sorted).map(list), min_size=1, max_size=4)
HOURS = st.dictionaries(st.sampled_from(opening.DAYS), SPANS)


@given(HOURS)
def test_what_is_shown_and_sent_back_unchanged_says_the_same(hours):
    assert opening.typed(opening.shown(hours)) == hours


@pytest.mark.parametrize(
    "line", ["10:00-22:00", "10：00－22：00", "10:00~22:00", "10:00 – 22:00", "10:00至22:00", "10:00到22:00"]
)
def test_hours_are_read_as_people_write_them(line):
    assert opening.spans(line) == [["10:00", "22:00"]]


def test_a_days_own_line_goes_before_the_line_for_every_day():
    hours = opening.typed({"hours_every": "9:30-18:00", "hours_sun": "10:00-12:00、14:00-17:00"})
    assert hours["sat"] == [["09:30", "18:00"]]
    assert hours["sun"] == [["10:00", "12:00"], ["14:00", "17:00"]]


@given(st.text(max_size=60))
def test_what_cannot_be_read_is_named_by_the_rules_of_a_store_and_never_lost(line):
    hours = opening.typed({"hours_mon": line})
    draft = StoreDraft("店", "店", "320508", "姑苏区平江路1号", ("goods.food",), hours=hours)
    wrong = [fault.code for fault in store_faults(draft, ["320508"])]
    assert wrong in ([], ["hours"])
    assert bool(hours) == bool(line.strip())
