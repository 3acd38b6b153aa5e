"""What a merchant's pages share: one's own stores, the right to promise for them, dates and faults in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import request

from app.http import context
from app.portals import base
from app.views import cases, dates
from merchants.models import Standing, Store
from merchants.operations import standing
from merchants.queries import standings, stores
from workflows.case import calendars, clocks
from workflows.errors import DomainError, NotFound, RuleBroken


def parties() -> Sequence[UUID]:
    """The firms, brands and stores that the caller works for."""
    return context.caller().identity.parties


def own_store(store_id: UUID) -> Store:
    """A store of one's own.

    :raises NotFound: it is somebody else's, or there is none.
    """
    found = stores.store(context.session(), store_id)
    if not {found.id, found.enterprise_id, found.brand_id} & set(parties()):
        raise NotFound("store.unknown", "there is no such store, or it is not yours")
    return found


def manages(store: Store) -> bool:
    """Whether the caller may promise for a store: a clerk serves there, and promises nothing."""
    return bool({store.id, store.enterprise_id, store.brand_id} & set(context.actor().manages))


def living(found: Store, version: int) -> Standing:
    """The store's living standing, locked at the version that the page showed.

    :raises NotFound: it has none.
    """
    return standing.find(context.session(), alive(found).id, version)


def alive(found: Store) -> Standing:
    """The store's living standing.

    :raises NotFound: it has none.
    """
    held = standings.alive(context.session(), found.id)
    if held is None:
        raise NotFound("standing.none", "the store has no promise in force")
    return held


def said(error: DomainError) -> dict[str, str]:
    """The faults of a form by field, in the reader's language; what is no field's stands under none."""
    if isinstance(error, RuleBroken) and error.errors and error.code == "validation":
        return {f.field: context.t_or(f"field_error.{f.code}", f.message) for f in error.errors}
    params = {k: dates.day_text(v, context.lang()) if isinstance(v, date) else v for k, v in error.params.items()}
    otherwise = context.t_or(f"field_error.{error.code}", error.message)
    return {error.field or "": context.t_or(f"error.{error.code}", otherwise, **params)}


def day_of(field: str) -> date | None:
    """A day of the form; None where there is none that can be read."""
    try:
        return date.fromisoformat(request.form.get(field, "").strip()[:10])
    except ValueError:
        return None


def clock_cards(case_id: UUID) -> list[tuple[dates.Promise, list[dict[str, Any]]]]:
    """The clocks of a case with the day-by-day explanation of each."""
    session, today = context.session(), context.clock().today()
    book = clocks.of_case(session, case_id)
    explained = [[cases.day_facts(line, context.lang()) for line in cases.days(session, c, today)] for c in book]
    return list(zip(base.promises(book), explained, strict=True))


def due(day: date | None) -> tuple[str, str, str]:
    """A day as a promise: the day in words, how far off it is, and its urgency; empty where there is none."""
    if day is None:
        return "", "", ""
    calendar = calendars.current(context.session())
    left, urgency = dates.remaining(day, context.clock().today(), calendar, context.lang())
    return context.t("clock.by", day=dates.day_text(day, context.lang())), left, urgency
