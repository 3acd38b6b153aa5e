from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.silence import Act, silence

FIRST = date(2026, 7, 1)
DAYS = st.integers(0, 400).map(lambda n: FIRST + timedelta(days=n))
ACTS = st.builds(
    Act,
    event=st.sampled_from(("accept", "consent", "offer", "told", "decline", "close", "withdraw")),
    on=DAYS,
    role=st.sampled_from(("officer", "merchant", "consumer", "system")),
    side=st.sampled_from(("", "complainant", "respondent")),
)


def on(day: int, event: str = "accept", role: str = "officer", side: str = "") -> Act:
    return Act(event, FIRST + timedelta(days=day), role, side)


def test_a_firm_that_never_answers_is_silent_up_to_today():
    found = silence([on(3)], FIRST, FIRST + timedelta(days=9))
    assert (found.answered_on, found.days) == (None, 9)


def test_its_own_act_ends_the_silence_and_so_does_what_an_officer_wrote_down_for_it():
    by_itself = silence([on(3), on(4, "offer", "merchant")], FIRST, FIRST + timedelta(days=9))
    by_phone = silence([on(5, "consent", "officer", "respondent")], FIRST, FIRST + timedelta(days=9))
    assert (by_itself.answered_on, by_itself.days) == (FIRST + timedelta(days=4), 4)
    assert by_phone.days == 5


def test_what_the_consumer_says_is_no_answer_of_the_firm():
    assert silence([on(2, "consent", "consumer", "complainant")], FIRST, FIRST + timedelta(days=6)).days == 6


def test_a_case_that_is_over_counts_no_further_day():
    assert silence([on(4, "close")], FIRST, FIRST + timedelta(days=30)).days == 4
    assert silence([on(2, "withdraw"), on(5, "close")], FIRST, FIRST + timedelta(days=30)).days == 2


def test_nothing_from_before_the_firm_was_told_counts():
    told = FIRST + timedelta(days=3)
    found = silence([on(1, "consent", "officer", "respondent"), on(2, "decline")], told, told + timedelta(days=5))
    assert (found.answered_on, found.days) == (None, 0)


@given(st.lists(ACTS, max_size=8), DAYS, st.integers(0, 100))
def test_days_of_silence_are_never_negative_and_never_beyond_today(acts, told, more):
    today = told + timedelta(days=more)
    known = [act for act in acts if act.on <= today]
    found = silence(known, told, today)
    assert 0 <= found.days <= more
    assert found.answered_on is None or told <= found.answered_on <= today
