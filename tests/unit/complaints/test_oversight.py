"""The rules of oversight that need no database: days, words, the figures' sums."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints import oversight
from complaints.lifecycle import COMPLAINT
from complaints.operations.clusters import supports
from complaints.oversight import LEVELS, LONGEST, MACHINES, PRACTICE, SETTINGS
from complaints.workloads import FIGURES, Load, together
from workflows.errors import RuleBroken

TODAY = date(2026, 7, 20)
DAYS = st.dates(TODAY - timedelta(days=800), TODAY + timedelta(days=800))


@given(st.text(max_size=1100))
def test_words_are_taken_without_the_space_around_them_or_refused_by_their_field(words):
    if 1 <= len(words.strip()) <= oversight.MOST_WORDS:
        assert oversight.check_words("reason", words) == words.strip()
    else:
        with pytest.raises(RuleBroken) as broken:
            oversight.check_words("reason", words)
        assert broken.value.errors[0].field == "reason"


@given(DAYS)
def test_a_day_to_do_something_by_lies_from_today_to_a_year_ahead(day):
    if TODAY <= day <= TODAY + LONGEST:
        oversight.check_ahead("answer_by", day, TODAY)
    else:
        with pytest.raises(RuleBroken, match="must lie from"):
            oversight.check_ahead("answer_by", day, TODAY)


@given(DAYS, DAYS)
def test_a_deputy_stands_in_from_a_day_to_a_day_that_is_not_over(first, last):
    if first <= last <= first + LONGEST and last >= TODAY:
        oversight.check_deputy_days(first, last, TODAY)
    else:
        with pytest.raises(RuleBroken):
            oversight.check_deputy_days(first, last, TODAY)


def test_no_step_of_the_machines_claims_an_article_and_every_default_is_in_its_range():
    assert {edge.article for machine in MACHINES for edge in machine.edges} == {PRACTICE}
    assert all(setting.least <= setting.default <= setting.most for setting in SETTINGS.values())
    assert len(LEVELS) == 3


@given(st.sampled_from(COMPLAINT.states))
def test_a_run_offers_a_step_only_where_the_machine_has_it(state):
    assert all(step in COMPLAINT.allowed(state) for step in supports(state))
    assert set(supports(state)) == {"accept", "terminate"} & set(COMPLAINT.allowed(state))


NUMBERS = st.tuples(*[st.integers(0, 1000)] * len(FIGURES))


@given(st.lists(st.tuples(st.integers(1, 3), NUMBERS)))
def test_a_bureaus_figures_are_the_sums_of_its_officers(rows):
    loads = [Load(UUID(int=bureau), UUID(int=n + 10), *figures) for n, (bureau, figures) in enumerate(rows)]
    found = together(loads)
    for name in FIGURES:
        assert sum(getattr(load, name) for load in found.values()) == sum(getattr(load, name) for load in loads)
    assert set(found) == {load.bureau for load in loads}
    assert all(load.officer is None for load in found.values())
