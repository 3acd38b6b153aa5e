from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import has
from complaints import bases
from complaints.lifecycle import REPORT
from complaints.terms import O20_LAST_DAY, O121_IN_FORCE, TELL
from workflows.errors import RuleBroken

STATES = st.sampled_from(REPORT.states)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(STATES, DAYS, st.booleans(), st.sampled_from([b.code for b in bases.BASES] + ["nothing"]))
def test_a_basis_is_found_exactly_where_it_is_lawful(state, received, named, code):
    possible = {b.code for b in bases.lawful(state, received, named=named)}
    if code in possible:
        assert bases.find(code, state, received, named=named).code == code
    else:
        with pytest.raises(RuleBroken, match="only where a law says so"):
            bases.find(code, state, received, named=named)


@given(STATES, DAYS)
def test_the_five_days_of_order_20_are_for_named_reporters_of_its_time_only(state, received):
    runs = bases.started(state, received, named=True) == TELL
    assert runs == (state in ("case_opened", "no_case") and received <= O20_LAST_DAY)
    assert bases.started(state, received, named=False) is None


@given(DAYS)
def test_nobody_is_told_while_the_verification_runs(received):
    assert list(bases.lawful("received", received, named=True)) == []


def test_a_reporter_who_is_pointed_elsewhere_is_told_under_either_order():
    for day, code in ((O20_LAST_DAY, "O20-29"), (O121_IN_FORCE, "O121-34")):
        assert [b.code for b in bases.lawful("redirected", day, named=False)] == [code]


def test_every_basis_has_its_words():
    assert all(has(f"reports.basis.{b.code}") and has(f"reports.law.{b.code}") for b in bases.BASES)
