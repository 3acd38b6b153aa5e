"""The first page of a filing: of whom goods were bought and where, a shop of the directory, a counter in a mall."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request

from app.http import context
from complaints import competence
from complaints.drafts import Respondent
from merchants import codes, queries

STORES = 12

Answers = dict[str, Any]
"""What was written so far, by field."""


def next_page(answers: Answers) -> str:
    """Where a choice leads: on with a shop, back to the page with a mall or nothing."""
    return "what" if "store_id" in answers else "who"


def search(answers: Answers) -> Any:
    """The stores that the search on the page found; in a mall that was chosen, its counters."""
    asked = request.args.get("q", "")[:50].strip()
    if host := answers.get("host_id"):
        return queries.counters(context.session(), UUID(host), asked, STORES)
    return queries.search_stores(context.session(), asked, limit=STORES) if asked else []


def chosen(answers: Answers, store_id: str, *, itself: bool = False) -> Answers:
    """The answers with a store chosen, or with none.

    :param itself: a mall is meant and not something in it.
    """
    try:
        store = queries.store(context.session(), UUID(store_id)) if store_id else None
    except ValueError:
        store = None
    if store is None:
        return {k: v for k, v in answers.items() if not k.startswith(("store_", "host_"))}
    if store.kind in codes.HOSTS and not itself:
        bare = chosen(answers, "")
        return bare | {"host_id": str(store.id), "host_name": store.name, "host_address": store.address}
    inside = {} if str(store.parent_id) == answers.get("host_id") else {"host_id": None, "host_name": None}
    found = {"store_id": str(store.id), "store_name": store.name, "store_address": store.address}
    return {k: v for k, v in (answers | inside | found).items() if v is not None}


def respondent(answers: Answers) -> Respondent:
    """Who is complained of."""
    how: dict[str, Any] = {
        "bought": answers.get("bought") or competence.TRADER,
        "platform": answers.get("platform") or None,
        "platform_address": answers.get("platform_address") or None,
        "unreachable": answers.get("unreachable") == "1",
    }
    if "store_id" in answers:
        return Respondent(store_id=UUID(answers["store_id"]), **how)
    host = UUID(answers["host_id"]) if "host_id" in answers else None
    address = "" if host else answers.get("address", "")
    return Respondent(name=answers.get("name", ""), address=address, host_id=host, **how)
