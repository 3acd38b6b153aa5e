"""What a search finds of a store: a projection of its standing and of the promise in force today.

Only this module writes it, with the worker's rights; it is computed anew from standing and promise, never added up,
so it may run at any time and any number of times.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from merchants.lifecycle import PROMISING
from merchants.models import Enterprise, Store
from merchants.rules import address_key, spelling
from workflows.store.search import grams

CHUNK = 2000

PROJECT = text(
    f"""
    UPDATE store AS target SET plaque = now_is.plaque, promise_days = now_is.days, promise_store = now_is.own,
        promise_alliance = now_is.alliance, promise_city = now_is.city
    FROM (
        SELECT s.id, st.plaque, p.days, coalesce((p.terms->>'cross_store')::boolean, false) AS own,
            coalesce((p.terms->>'alliance')::boolean, false) AS alliance,
            coalesce((p.terms->>'cross_city')::boolean, false) AS city
        FROM store s
        LEFT JOIN (standing st JOIN promise p ON p.store_id = st.store_id AND p.valid @> CAST(:today AS date))
            ON st.store_id = s.id AND st.state IN ({", ".join(f"'{state}'" for state in PROMISING)})
        WHERE s.id = ANY (CAST(:stores AS uuid[]))
    ) AS now_is
    WHERE target.id = now_is.id AND (target.plaque, target.promise_days, target.promise_store, target.promise_alliance,
        target.promise_city) IS DISTINCT FROM (now_is.plaque, now_is.days, now_is.own, now_is.alliance, now_is.city)
    """  # noqa: S608 - the states are ours
)

STARTING = text("SELECT store_id FROM promise WHERE lower(valid) = CAST(:today AS date) LIMIT 100000")


def project(session: Session, stores: list[UUID], today: date) -> None:
    """Bring stores' listings up to date; those that are right already are left alone."""
    session.execute(PROJECT, {"stores": stores, "today": today})


def project_day(session: Session, today: date) -> None:
    """Bring up to date the stores whose promise begins today."""
    starting = list(session.scalars(STARTING, {"today": today}))
    for first in range(0, len(starting), CHUNK):
        project(session, starting[first : first + CHUNK], today)


def fill_keys(session: Session) -> int:
    """Make the search keys of rows that have none yet, as after an upgrade; how many stores."""
    stores = session.scalars(select(Store).where(Store.grams == [])).all()
    for store in stores:
        values = {"grams": grams(store.name, store.brand, store.address), "address_key": address_key(store.address)}
        session.execute(update(Store).where(Store.id == store.id).values(values))
    for firm in session.scalars(select(Enterprise).where(Enterprise.spelling == "")):
        session.execute(update(Enterprise).where(Enterprise.id == firm.id).values(spelling=spelling(firm.name)))
    return len(stores)
