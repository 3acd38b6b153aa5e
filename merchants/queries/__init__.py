"""Reads of merchants, for other domains and for the pages."""

from __future__ import annotations

from merchants.queries.alliances import acceptance, shares_on
from merchants.queries.places import HandInPlace, Purchase, hand_in_places
from merchants.queries.stores import Business, business, counters, host, search_stores, store

__all__ = [
    "Business",
    "HandInPlace",
    "Purchase",
    "acceptance",
    "business",
    "counters",
    "hand_in_places",
    "host",
    "search_stores",
    "shares_on",
    "store",
]
