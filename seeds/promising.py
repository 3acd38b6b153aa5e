"""Who promises in the demo: most stores of the invented brands, for some weeks or some years; and volume to add.

The points of the example chain are real places, so nothing is ever said here about what they promise.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.codes import CATEGORIES
from merchants.drafts import EnterpriseDraft, StoreDraft
from merchants.importing import Entry
from merchants.models import Enterprise, Standing, Store
from merchants.operations import parties
from merchants.promise import PromiseTerms
from seeds.people import enterprise_id
from seeds.reference import CITIES, regions
from seeds.registering import Register
from seeds.shops import BOXES, BRANDS, STORES_PER_BRAND, STREETS, credit_code, store_id
from workflows.store.session import DatabaseClock

CHUNK = 2000
OPENS = time(2, tzinfo=UTC)
"""Ten in the morning in Shanghai: when a bureau's decisions of the past were made."""

OUT = (3, 10)
"""Of each brand's dozen stores, those that promise nothing; so about 85 in 100 do."""

SOON_OVER = 7
"""Of every third brand, the store whose term ends within the window for renewal."""

DAYS = (7, 15, 30)
OLDEST = 900
NEARLY_OVER = 1050


def load_demo(session: Session) -> None:
    """Let the demo's stores promise what they have not promised yet, and give the brands to their firms."""
    clock = DatabaseClock(session)
    for short, (name, *_) in BRANDS.items():
        brand = parties.brand(session, name, enterprise_id(short), clock=clock)
        for store in session.scalars(select(Store).where(Store.brand == name, Store.brand_id.is_(None))):
            store.brand_id = brand.id
    session.flush()
    entries = demo_entries(session, clock.today())
    if entries:
        Register("demo", _that_day).enrol(session, entries)


def demo_entries(session: Session, today: date) -> dict[UUID, Entry]:
    """What each demo store promises, by its id; those that stand already are left out."""
    wanted = {store_id(f"{short}:{n}"): (b, n) for b, short in enumerate(BRANDS) for n in range(STORES_PER_BRAND)}
    stands = select(Standing.id).where(Standing.store_id == Store.id)
    query = select(Store, Enterprise).join(Enterprise, Enterprise.id == Store.enterprise_id)
    found = session.execute(query.where(Store.id.in_(wanted), ~stands.exists()).order_by(Store.id))
    return {
        store.id: _of_demo(store, firm, *wanted[store.id], today)
        for store, firm in found
        if wanted[store.id][1] not in OUT
    }


def _of_demo(store: Store, firm: Enterprise, brand: int, number: int, today: date) -> Entry:
    age = NEARLY_OVER if number == SOON_OVER and brand % 3 == 0 else (brand * 157 + number * 71) % OLDEST + 3
    terms = PromiseTerms(
        days=DAYS[(brand + number) % 3],
        categories=tuple(store.categories),
        freight=("consumer", "store")[brand % 2],
        refund_hours=(0, 24, 48)[number % 3],
        cross_store=number % 4 != 1,
        cross_city=number % 4 in (0, 2) and brand % 2 == 0,
    )
    return Entry(number, _firm(firm), _store(store), terms, today - timedelta(days=age))


def _firm(firm: Enterprise) -> EnterpriseDraft:
    return EnterpriseDraft(firm.uscc or "", firm.name, firm.district, firm.address)


def _store(store: Store) -> StoreDraft:
    return StoreDraft(store.name, store.brand, store.district, store.address, tuple(store.categories))


def _that_day(entry: Entry) -> datetime:
    return datetime.combine(entry.enrolled_on, OPENS)


def load_volume(session: Session, count: int, seed: int, progress: Callable[[int], object]) -> None:
    """Add ``count`` invented enterprises with a promising store each; the same seed adds the same ones once."""
    rng, today = random.Random(seed), DatabaseClock(session).today()  # noqa: S311 - the same volume for the same seed
    places = [row for row in regions() if row["merged_into"] is None]
    register = Register(f"volume:{seed}", _that_day)
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        register.add(session, [_invented(seed, number, rng.choice(places), rng, today) for number in numbers])
        progress(len(numbers))


def _invented(seed: int, number: int, place: dict[str, Any], rng: random.Random, today: date) -> Entry:
    city, district = place["city"], place["code"]
    address = f"{CITIES[city][0]}{place['name']}{rng.choice(STREETS)}{rng.randrange(1, 900)}号"
    code = credit_code(city, (seed % 80 + 10) * 1_000_000 + number)
    firm = EnterpriseDraft(code, f"演示商户{seed}-{number}", district, address)
    store = StoreDraft(
        name=f"演示门店{seed}-{number}",
        brand=f"演示品牌{number % 500}",
        district=district,
        address=address,
        categories=(rng.choice(CATEGORIES),),
        lon=rng.uniform(*BOXES[city][0]),
        lat=rng.uniform(*BOXES[city][1]),
    )
    terms = PromiseTerms(days=rng.choice(DAYS), categories=store.categories, cross_store=rng.random() < 0.7)
    terms = replace(terms, cross_city=terms.cross_store and rng.random() < 0.3)
    return Entry(number, firm, store, terms, today - timedelta(days=rng.randrange(1, OLDEST)))
