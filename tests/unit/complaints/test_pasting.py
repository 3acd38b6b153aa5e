from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from complaints.pasting import FAULTS, read

LABELS = ["SZ260720-AAAA-AAAA-A", "SZ260720-BBBB-BBBB-B", "ZJ0123456789"]


def found(text):
    return [(p.label, p.number, p.fault) for p in read(text, LABELS)]


def test_a_column_of_numbers_goes_by_the_order_of_the_list_and_an_empty_line_leaves_one_out():
    assert found("QG000001\n\nQG000003\n") == [(LABELS[0], "QG000001", None), (LABELS[2], "QG000003", None)]


def test_lines_with_our_own_number_go_by_that_in_any_order():
    text = f"{LABELS[2]}\tQG000003\n{LABELS[0].lower()},QG000001"
    assert found(text) == [(LABELS[2], "QG000003", None), (LABELS[0], "QG000001", None)]


def test_each_fault_has_its_name():
    assert found("QG000001\nQG000002\nQG000003\nQG000004")[-1][2] == "many"
    assert [fault for *_, fault in found("QG000001\nQG000001")] == ["twice", "twice"]
    assert found("??")[0][2] == "unreadable"
    assert found(f"SZ-NOBODY QG000001\n{LABELS[0]} QG000002")[0] == ("", "SZ-NOBODY", "unknown")
    assert [fault for *_, fault in found(f"{LABELS[0]} QG000001\n{LABELS[0]} QG000002")] == ["two", "two"]
    assert found(f"{LABELS[0]} QG000001\n{LABELS[1]}")[1][2] == "unreadable"


@given(st.text(max_size=200), st.lists(st.sampled_from(LABELS), unique=True))
def test_whatever_is_pasted_is_matched_once_or_named_at_fault(text, labels):
    pasted = read(text, labels)
    good = [p for p in pasted if p.fault is None]
    assert all(p.fault in FAULTS for p in pasted if p.fault)
    assert len({p.label for p in good}) == len({p.number for p in good}) == len(good)
    assert {p.label for p in good} <= set(labels)
