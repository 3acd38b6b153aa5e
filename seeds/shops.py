"""The demo's merchants: invented brands over both cities, and the points of one unnamed example chain.

The chain's points are real places of a public list of 2017, shown as an example only; they say nothing about
who takes part in anything. Their list is dirty: district and city are confused in it, so the district is
taken from the address where it names one, and otherwise spread evenly by the point's number.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from merchants.geography import SEATS
from merchants.models import Enterprise, Store
from merchants.rules import DAYS, LEAST_ADDRESS, address_key, spelling
from seeds.brands import INVENTED, Invented
from seeds.people import enterprise_id
from seeds.reference import CITIES, DATA, regions
from workflows.people.places import Place, district_of
from workflows.store.search import grams
from workflows.store.session import DatabaseClock

CHAIN = "chain"
STREETS = ("样板路", "示例街", "演示大道", "平安里", "长乐坊", "望亭路", "听枫巷", "星海街", "栖霞路", "晨光路")
HOURS = ((9, 21), (10, 22), (8, 20))
SPREAD = 0.01
"""Degrees around the middle of a district, about a kilometre: no store stands in a lake or a river."""

MIDDLES = SEATS | {
    "320576": (120.745, 31.325), "310101": (121.48, 31.225), "310110": (121.525, 31.285), "310151": (121.42, 31.635),
}  # fmt: skip
"""Where the stores of a district stand; off its seat where that lies at the water."""


def credit_code(city: str, number: int) -> str:
    """A well-formed code of an enterprise that does not exist."""
    digits = f"{number:08d}"
    weighed = sum(int(d) * w for d, w in zip(digits, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = (11 - weighed % 11) % 11
    body = f"91{city}00{digits}{'X' if check == 10 else check}"
    return body + str(uscc.calc_check_digit(body))


def store_id(key: str) -> UUID:
    """The same on every installation."""
    return uuid5(NAMESPACE_URL, f"wuyou:demo:store:{key}")


def enterprises(now: Any) -> Iterator[dict[str, Any]]:
    """One enterprise per brand, and the unnamed chain's."""
    for number, (short, brand) in enumerate(INVENTED.items(), 1):
        yield _enterprise(short, f"{brand.name}(演示)有限公司", brand.city, brand.seat, number, now)
    yield _enterprise(CHAIN, "某连锁企业(示例)有限公司", "3101", "310101", 99, now)


def _enterprise(short: str, name: str, city: str, district: str, number: int, now: Any) -> dict[str, Any]:
    return {
        "id": enterprise_id(short),
        "uscc": credit_code(city, 90_000_000 + number),
        "name": name,
        "spelling": spelling(name),
        "city": city,
        "district": district,
        "address": f"{CITIES[city][0]}{_name(district)}{STREETS[number % 10]}{number}号",
        "created_at": now,
    }


def _districts(city: str) -> list[dict[str, Any]]:
    return [row for row in regions() if row["city"] == city and row["merged_into"] is None]


def _name(code: str) -> str:
    return next(str(row["name"]) for row in regions() if row["code"] == code)


def point(district: str, rng: random.Random) -> tuple[Decimal, Decimal]:
    """A point of a district where a shop can be: longitude and latitude."""
    lon, lat = (middle + rng.uniform(-SPREAD, SPREAD) for middle in MIDDLES[district])
    return Decimal(f"{lon:.6f}"), Decimal(f"{lat:.6f}")


def stores(now: Any) -> Iterator[dict[str, Any]]:
    """The stores of every invented brand: three in four in its own city, the first in its own district."""
    rng = random.Random(20260415)  # noqa: S311 - the same demo everywhere
    names = {str(row["code"]): str(row["name"]) for row in regions()}
    for short, brand in INVENTED.items():
        own, other = ([str(r["code"]) for r in _districts(c)] for c in (brand.city, *(set(CITIES) - {brand.city})))
        for number in range(brand.stores):
            district = rng.choice(own if number % 4 else other) if number else brand.seat
            yield _store(short, brand, number, district, names[district], rng) | {"created_at": now}


def _store(short: str, brand: Invented, number: int, district: str, place: str, rng: random.Random) -> dict[str, Any]:
    city = "3205" if district.startswith("3205") else "3101"
    lon, lat = point(district, rng)
    opens, closes = rng.choice(HOURS)
    row = {
        "id": store_id(f"{short}:{number}"),
        "enterprise_id": enterprise_id(short),
        "name": f"{brand.name}{place[:-1]}{number + 1}号店",
        "brand": brand.name,
        "city": city,
        "district": district,
        "address": f"{CITIES[city][0]}{place}{rng.choice(STREETS)}{rng.randrange(1, 400)}号",
        "lon": lon,
        "lat": lat,
        "categories": [brand.sells],
        "hours": {day: [[f"{opens:02}:00", f"{closes}:00"]] for day in DAYS},
        "example_chain": False,
    }
    return row | _keys(row)


def _keys(row: dict[str, Any]) -> dict[str, Any]:
    """What a store is found by."""
    return {"grams": grams(row["name"], row["brand"], row["address"]), "address_key": address_key(row["address"])}


def chain_points(now: Any) -> Iterator[dict[str, Any]]:
    """The 661 points of the example chain."""
    places = [Place(str(r["code"]), str(r["name"]), str(r["city"])) for r in regions() if r["merged_into"] is None]
    retired = {str(r["name"]): str(r["merged_into"]) for r in regions() if r["merged_into"]}
    with (DATA / "chain_points.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            city = "3205" if row["city"] == "苏州市" else "3101"
            mine = [place for place in places if place.city == city]
            yield _point(row, city, _district(row["street_address"], mine, retired, number), now)


def _district(address: str, mine: list[Place], retired: dict[str, str], number: int) -> str:
    for name, successor in retired.items():
        if name in address and successor in {place.code for place in mine}:
            return successor
    found = district_of(address, mine)
    return found.code if found else mine[number % len(mine)].code


def _point(row: dict[str, str], city: str, district: str, now: Any) -> dict[str, Any]:
    found = {
        "id": store_id(f"{CHAIN}:{row['store_number']}"),
        "enterprise_id": enterprise_id(CHAIN),
        "name": row["store_name"].strip()[:200] or "示例门店",
        "brand": "示例连锁",
        "city": city,
        "district": district,
        "address": _address(row["street_address"].strip()[:300], city),
        "lon": Decimal(row["longitude"]),
        "lat": Decimal(row["latitude"]),
        "categories": ["service.catering_lodging"],
        "hours": {},
        "example_chain": True,
        "created_at": now,
    }
    return found | _keys(found)


def _address(found: str, city: str) -> str:
    """An address that only names its district gets its city before it."""
    return found if len(found) >= LEAST_ADDRESS else f"{CITIES[city][0]}{found}"


def load(session: Session) -> int:
    """Load what is missing; how many stores the demo has."""
    now = DatabaseClock(session).now()
    session.execute(insert(Enterprise).on_conflict_do_nothing(), list(enterprises(now)))
    rows = [*stores(now), *chain_points(now)]
    session.execute(insert(Store).on_conflict_do_nothing(), rows)
    return len(rows)
