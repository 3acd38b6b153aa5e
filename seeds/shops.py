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

from merchants.models import Enterprise, Store
from merchants.rules import LEAST_ADDRESS
from seeds.people import enterprise_id
from seeds.reference import CITIES, DATA, regions
from workflows.people.places import Place, district_of
from workflows.store.session import DatabaseClock

CHAIN = "chain"
BRANDS = {
    "pingjiang": ("平江衣坊", "3205", "320508", "goods.clothing"),
    "binjiang": ("滨江家电", "3101", "310101", "goods.appliance"),
    "lianhe": ("莲荷食品", "3205", "320505", "goods.food"),
    "yunjin": ("云锦丝绸", "3205", "320507", "goods.clothing"),
    "hushan": ("虎山茶行", "3205", "320506", "goods.food"),
    "jinji": ("金鸡湖数码", "3205", "320576", "goods.telecom"),
    "taihu": ("太湖家居", "3205", "320509", "goods.household"),
    "yushan": ("玉山美妆", "3205", "320583", "goods.cosmetics"),
    "shahe": ("沙河鞋业", "3205", "320581", "goods.clothing"),
    "gangcheng": ("港城健身", "3205", "320582", "service.culture_sport"),
    "liuhe": ("浏河宠物", "3205", "320585", "goods.pet"),
    "wutong": ("梧桐咖啡", "3101", "310104", "service.catering_lodging"),
    "suhe": ("苏河书画教育", "3101", "310106", "service.education"),
    "shenlu": ("申鹿珠宝", "3101", "310115", "goods.jewellery"),
    "hongmei": ("虹梅洗衣", "3101", "310112", "service.laundry"),
    "jiading": ("嘉行自行车", "3101", "310114", "goods.vehicle"),
}
"""Short name: brand, city, district of its seat, what it mostly sells."""

STORES_PER_BRAND = 12
STREETS = ("样板路", "示例街", "演示大道", "平安里", "长乐坊", "望亭路", "听枫巷", "星海街", "栖霞路", "晨光路")
BOXES = {"3205": ((120.45, 120.80), (31.20, 31.45)), "3101": ((121.20, 121.60), (31.05, 31.35))}


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
    for number, (short, (brand, city, district, _)) in enumerate(BRANDS.items(), 1):
        yield _enterprise(short, f"{brand}(演示)有限公司", city, district, number, now)
    yield _enterprise(CHAIN, "某连锁企业(示例)有限公司", "3101", "310101", 99, now)


def _enterprise(short: str, name: str, city: str, district: str, number: int, now: Any) -> dict[str, Any]:
    return {
        "id": enterprise_id(short),
        "uscc": credit_code(city, 90_000_000 + number),
        "name": name,
        "city": city,
        "district": district,
        "address": f"{CITIES[city][0]}{_name(district)}{STREETS[number % 10]}{number}号",
        "created_at": now,
    }


def _districts(city: str) -> list[dict[str, Any]]:
    return [row for row in regions() if row["city"] == city and row["merged_into"] is None]


def _name(code: str) -> str:
    return next(str(row["name"]) for row in regions() if row["code"] == code)


def stores(now: Any) -> Iterator[dict[str, Any]]:
    """A dozen stores per brand, in its own city mostly."""
    rng = random.Random(20260415)  # noqa: S311 - the same demo everywhere
    for short, (brand, city, _, category) in BRANDS.items():
        for number in range(STORES_PER_BRAND):
            where = city if number % 4 else rng.choice(tuple(CITIES))
            district = rng.choice(_districts(where))
            street, house = rng.choice(STREETS), rng.randrange(1, 400)
            yield {
                "id": store_id(f"{short}:{number}"),
                "enterprise_id": enterprise_id(short),
                "name": f"{brand}{district['name'][:-1]}{number + 1}号店",
                "brand": brand,
                "city": where,
                "district": district["code"],
                "address": f"{CITIES[where][0]}{district['name']}{street}{house}号",
                "lon": Decimal(f"{rng.uniform(*BOXES[where][0]):.6f}"),
                "lat": Decimal(f"{rng.uniform(*BOXES[where][1]):.6f}"),
                "categories": [category],
                "example_chain": False,
                "created_at": now,
            }


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
    return {
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
        "example_chain": True,
        "created_at": now,
    }


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
