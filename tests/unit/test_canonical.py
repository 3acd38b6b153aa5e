from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflows.store.canonical import MOST, canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(max_codepoint=127))
PLAIN = st.none() | st.booleans() | st.integers(-MOST, MOST) | TEXT
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(KEY, inner), max_leaves=30)


@given(VALUES)
def test_ours_equals_the_standards_reference_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {"é": 1}, {1: 2}, b"x", {"a": [{"b": 0.1}]}])
def test_what_could_be_written_in_two_ways_is_refused(value):
    with pytest.raises(ValueError, match=r"must|no place"):
        canonical(value)
