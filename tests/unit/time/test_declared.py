from __future__ import annotations

import pytest

from merchants.terms import REVIEW, SETTINGS, TERMS
from workflows.errors import NotFound, RuleBroken
from workflows.time.declared import check
from workflows.time.terms import DECLARED


def test_every_declared_period_is_a_setting_whose_default_is_its_length():
    declared = [t for t in TERMS if t.article == DECLARED]
    assert declared
    assert all(SETTINGS[t.code].default == t.amount for t in declared)


def test_a_date_made_with_another_declared_length_finds_its_rule_again():
    term = next(t for t in TERMS if t.code == REVIEW)
    longer = term.of(20)
    assert longer.version == "enrolment.review@setting:20"
    assert TERMS.by_version(longer.version) == longer
    assert TERMS.by_version(term.version) == term
    for unknown in ("enrolment.review@setting:x", "nothing@setting:5"):
        with pytest.raises(NotFound):
            TERMS.by_version(unknown)


def test_a_value_out_of_range_is_refused_with_its_range():
    setting = SETTINGS[REVIEW]
    check(setting, setting.least)
    with pytest.raises(RuleBroken, match="from 1 to 60"):
        check(setting, 61)
