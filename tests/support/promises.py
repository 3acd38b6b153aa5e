"""Promises of every kind, for tests that must hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from merchants import codes
from merchants.promise import PromiseTerms

CATEGORIES = st.lists(st.sampled_from(codes.CATEGORIES), min_size=1, unique=True).map(tuple)
TERMS = st.builds(
    PromiseTerms,
    days=st.integers(7, 366),
    categories=CATEGORIES,
    exclusions=st.lists(st.sampled_from(codes.EXCLUSIONS), unique=True).map(tuple),
    condition=st.sampled_from(codes.CONDITIONS),
    proofs=st.lists(st.sampled_from(codes.PROOFS), min_size=1, unique=True).map(tuple),
    gifts=st.sampled_from(codes.GIFTS),
    bundles=st.sampled_from(codes.BUNDLES),
    freight=st.sampled_from(codes.FREIGHT),
    refund_hours=st.integers(0, 168),
    cross_store=st.booleans(),
    alliance=st.booleans(),
    cross_city=st.booleans(),
)
