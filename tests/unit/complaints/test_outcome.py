from __future__ import annotations

import pytest

from complaints.outcome import CONFIRMED, DENIED, KINDS, PROVED, SILENT, enough, may_answer, may_perform


def test_what_was_performed_is_enough_only_when_it_is_known_and_as_much_as_agreed():
    assert enough(100, 100)
    assert enough(101, 100)
    assert not enough(99, 100)
    assert not enough(None, 0)
    assert not enough(0, None)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_proof_is_the_end_of_it_and_an_open_account_waits_for_its_answer(kind):
    assert may_answer(kind) is (kind not in PROVED)
    assert may_perform(kind, is_open=False) is (kind not in PROVED)
    assert may_perform(kind, is_open=True) is False


def test_silence_is_no_proof():
    assert SILENT not in PROVED
    assert DENIED not in PROVED
    assert CONFIRMED in PROVED
