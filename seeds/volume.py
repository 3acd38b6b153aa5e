"""Volume to try things at: invented enterprises, each with a store that promises."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from merchants.codes import CATEGORIES
from merchants.drafts import EnterpriseDraft, StoreDraft
from merchants.importing import Entry
from merchants.promise import PromiseTerms
from seeds.promising import DAYS, OLDEST, that_day
from seeds.reference import CITIES, regions
from seeds.registering import Register
from seeds.shops import STREETS, credit_code, point
from workflows.store.session import DatabaseClock

CHUNK = 2000


def load_volume(session: Session, count: int, seed: int, progress: Callable[[int], object]) -> None:
    """Add ``count`` invented enterprises with a promising store each; the same seed adds the same ones once."""
    rng, today = random.Random(seed), DatabaseClock(session).today()  # noqa: S311 - the same volume for the same seed
    places = [row for row in regions() if row["merged_into"] is None]
    register = Register(f"volume:{seed}", that_day)
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        register.add(session, [_invented(seed, number, rng.choice(places), rng, today) for number in numbers])
        progress(len(numbers))


def _invented(seed: int, number: int, place: dict[str, Any], rng: random.Random, today: date) -> Entry:
    city, district = place["city"], place["code"]
    address = f"{CITIES[city][0]}{place['name']}{rng.choice(STREETS)}{rng.randrange(1, 900)}号"
    code = credit_code(city, (seed % 80 + 10) * 1_000_000 + number)
    firm = EnterpriseDraft(code, f"演示商户{seed}-{number}", district, address)
    lon, lat = point(district, rng)
    store = StoreDraft(
        name=f"演示门店{seed}-{number}",
        brand=f"演示品牌{number % 500}",
        district=district,
        address=address,
        categories=(rng.choice(CATEGORIES),),
        lon=float(lon),
        lat=float(lat),
    )
    terms = PromiseTerms(days=rng.choice(DAYS), categories=store.categories, cross_store=rng.random() < 0.7)
    terms = replace(terms, cross_city=terms.cross_store and rng.random() < 0.3)
    return Entry(number, firm, store, terms, today - timedelta(days=rng.randrange(1, OLDEST)))
