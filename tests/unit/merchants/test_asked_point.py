from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.geography import SEATS, asked_point
from workflows.errors import RuleBroken


def code(given: str) -> str:
    with pytest.raises(RuleBroken) as error:
        asked_point(given)
    return error.value.errors[0].code


@given(st.sampled_from(sorted(SEATS)), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_point_near_any_district_is_taken_as_it_was_written(district, east, north):
    lon, lat = SEATS[district]
    assert asked_point(f"{lon + east!r}, {lat + north!r}") == (lon + east, lat + north)


def test_a_full_width_comma_is_a_comma():
    assert asked_point("120.62，31.31") == (120.62, 31.31)


@pytest.mark.parametrize("given", ["", "120.62", "a,b", "120.62,31.31,5", "nan,31", "120,inf"])
def test_what_is_not_two_numbers_is_refused(given):
    assert code(given) == "near.numbers"


@given(st.sampled_from(sorted(SEATS)))
def test_swapped_numbers_are_told_apart_from_far_ones(district):
    lon, lat = SEATS[district]
    assert code(f"{lat},{lon}") == "near.swapped"


@pytest.mark.parametrize("given", ["124.5,31.2", "116.40,39.90", "0,0", "-120.6,31.3", "1e300,31"])
def test_a_point_in_the_sea_or_far_away_is_refused(given):
    assert code(given) == "near.far"
