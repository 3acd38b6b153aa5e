"""What stands beside a screen while it is typed: stores, the caller's earlier cases, likely duplicates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.bringing import typed
from app.http import context
from app.portals import filing
from app.views import cases
from complaints import beside as besides
from complaints import searching
from complaints.models import Complaint
from merchants import queries as merchants
from workflows.store.db import new_id
from workflows.store.sealed import index

STORES = 5
EARLIER = 5
LEAST = 2
Answers = dict[str, Any]


def beside(answers: Answers) -> dict[str, Any]:
    """Everything that stands beside: within what the officer may see, and each list short."""
    return {"stores": stores(answers), "earlier": earlier(answers), "alike": alike(answers)}


def stores(answers: Answers) -> list[Any]:
    """Stores of the directory that the respondent may be; one that was chosen stays first."""
    session, asked = context.session(), answers.get("name", "").strip()
    found = list(merchants.search_stores(session, asked, limit=STORES)) if len(asked) >= LEAST else []
    chosen = store_id(answers)
    kept = merchants.store(session, chosen) if chosen else None
    others = [row for row in found if row.id != chosen]
    return [*([kept] if kept else []), *others]


def store_id(answers: Answers) -> UUID | None:
    """The store that was chosen, if it can be one."""
    try:
        return UUID(answers.get("store_id", ""))
    except ValueError:
        return None


def earlier(answers: Answers) -> list[dict[str, Any]]:
    """The caller's earlier cases: masked, to ask whether it is the same person at the same address."""
    session, phone = context.session(), searching.phone_of(answers.get("phone", ""))
    if phone is None:
        return []
    rows = searching.search(session, phone, limit=EARLIER)
    return [{"case": row, **cases.complainant(session, row, context.actor())} for row in rows]


def alike(answers: Answers) -> list[Any]:
    """Likely duplicates of what is being typed, with their reasons."""
    session, parties = context.session(), context.caller().identity.parties
    phone, words = typed(answers.get("phone", "")), answers.get("narrative", "")
    if not (answers.get("name") or answers.get("store_id")) or not (words or phone):
        return []
    store = merchants.business(session, chosen) if (chosen := store_id(answers)) else None
    return besides.like(session, unfiled(answers, phone, store), parties)


def unfiled(answers: Answers, phone: str, store: Any) -> Complaint:
    """What is being typed, as far as it can be compared; it is no case and is stored nowhere."""
    today = context.clock().today()
    facts = filing.facts(answers, [])
    return Complaint(
        id=new_id(),
        complainant_id=new_id(),
        phone_index=index(context.session(), Complaint.__tablename__, "phone", phone) if phone else None,
        enterprise_id=store.enterprise_id if store else None,
        respondent_name=answers.get("name", ""),
        category=answers.get("category", ""),
        problem=answers.get("problem", ""),
        happened_on=facts.happened_on,
        received_on=today,
        amount_fen=facts.amount_fen,
        narrative=facts.narrative,
    )
