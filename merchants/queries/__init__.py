"""Reads of merchants, for other domains and for the pages."""

from __future__ import annotations

from merchants.queries.stores import Business, business, search_stores, store

__all__ = ["Business", "business", "search_stores", "store"]
