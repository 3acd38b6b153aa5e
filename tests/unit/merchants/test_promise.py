from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants import codes
from merchants.promise import LEAST_DAYS, MOST_DAYS, PromiseTerms, faults, lessened, of_facts

PLAIN = PromiseTerms(days=15, categories=("goods.clothing", "goods.food"))


def subsets(known, least=0):
    return st.lists(st.sampled_from(known), min_size=least, unique=True).map(tuple)


LAWFUL = st.builds(
    PromiseTerms,
    days=st.integers(LEAST_DAYS, MOST_DAYS),
    categories=subsets(codes.CATEGORIES, 1),
    exclusions=subsets(codes.EXCLUSIONS),
    confirmed=st.just(True),
    condition=st.sampled_from(codes.CONDITIONS),
    proofs=subsets(codes.PROOFS, 1),
    gifts=st.sampled_from(codes.GIFTS),
    bundles=st.sampled_from(codes.BUNDLES),
    freight=st.sampled_from(codes.FREIGHT),
    refund_hours=st.integers(0, 168),
    cross_store=st.just(True),
    alliance=st.booleans(),
    cross_city=st.booleans(),
)


@given(LAWFUL)
def test_a_lawful_promise_has_no_faults_and_survives_its_plain_form(terms):
    assert faults(terms) == []
    assert of_facts(terms.facts()) == terms
    assert terms.on_the_spot == (terms.refund_hours == 0)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"days": 6}, "days", "promise.days_least"),
        ({"days": 367}, "days", "promise.days_most"),
        ({"categories": ()}, "categories", "required"),
        ({"categories": ("goods.dreams",)}, "categories", "choice"),
        ({"categories": ("goods.food", "goods.food")}, "categories", "choice"),
        ({"exclusions": ("everything",)}, "exclusions", "choice"),
        ({"exclusions": ("activated",), "confirmed": False}, "confirmed", "promise.confirm"),
        ({"condition": "perfect"}, "condition", "choice"),
        ({"proofs": ()}, "proofs", "required"),
        ({"refund_hours": -1}, "refund_hours", "promise.refund"),
        ({"refund_hours": 169}, "refund_hours", "promise.refund"),
        ({"cross_city": True}, "cross_city", "promise.reach"),
    ],
)
def test_what_falls_below_the_law_or_contradicts_itself_is_named(change, field, code):
    assert [(f.field, f.code) for f in faults(replace(PLAIN, **change))] == [(field, code)]


def test_what_the_rule_always_leaves_out_needs_no_confirmation():
    assert faults(replace(PLAIN, exclusions=codes.ALWAYS_OUT, confirmed=False)) == []


@pytest.mark.parametrize(
    ("old", "new", "less"),
    [
        ({"days": 15}, {"days": 14}, ["days"]),
        ({}, {"categories": ("goods.food",)}, ["categories"]),
        ({}, {"exclusions": codes.EXCLUSIONS}, ["exclusions"]),
        ({"condition": "intact"}, {"condition": "resaleable"}, ["condition"]),
        ({}, {"proofs": ("invoice",)}, ["proofs"]),
        ({"gifts": "keep"}, {"gifts": "return_or_pay"}, ["gifts"]),
        ({"bundles": "item_price"}, {"bundles": "whole_set"}, ["bundles"]),
        ({"freight": "store"}, {"freight": "consumer"}, ["freight"]),
        ({"refund_hours": 0}, {"refund_hours": 48}, ["refund_hours"]),
        ({"cross_store": True}, {"cross_store": False}, ["cross_store"]),
        ({"alliance": True}, {"alliance": False}, ["alliance"]),
        ({"cross_store": True, "cross_city": True}, {"cross_city": False}, ["cross_city"]),
        ({}, {"days": 30, "gifts": "keep", "freight": "store", "cross_store": True, "refund_hours": 0}, []),
    ],
)
def test_a_lesser_promise_names_in_what_it_is_less(old, new, less):
    assert lessened(replace(PLAIN, **old), replace(PLAIN, **old | new)) == less


@given(LAWFUL, LAWFUL)
def test_two_promises_that_lessen_each_other_in_nothing_are_the_same_to_a_buyer(one, other):
    if not lessened(one, other) and not lessened(other, one):
        ordered = {"categories", "exclusions", "proofs"}
        for field in fields(PromiseTerms):
            a, b = getattr(one, field.name), getattr(other, field.name)
            assert (set(a) == set(b)) if field.name in ordered else (a == b or field.name == "confirmed")
