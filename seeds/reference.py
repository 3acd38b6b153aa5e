"""Reference data: the districts of both cities and their bureaus. Loading it again changes nothing.

Districts follow the national statistics of 2023; retired codes name their successor; each district
in use has one county-level bureau under its city's. Bureaus' telephone numbers and addresses are an
installation's own to fill in; until then 12315 stands there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflows.people.tables import Bureau, Region

DATA = Path(__file__).parent / "data"
CITIES = {"3205": ("苏州市", "Suzhou"), "3101": ("上海市", "Shanghai")}
OWN_NAME = ("市", "园区")
"""Districts whose bureau carries their own name without the city's before it."""


def regions() -> list[dict[str, str | None]]:
    """Every district, those in use before those that were merged away."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def bureau_id(code: str) -> UUID:
    """The id of a city's or district's bureau: the same on every installation."""
    return uuid5(NAMESPACE_URL, f"wuyou:bureau:{code}")


def bureaus(*, portal: bool) -> Iterator[dict[str, object]]:
    """Both city bureaus and one county-level bureau per district in use."""
    common = {"phone": "12315", "address": "", "portal_channel": portal}
    for city, (name, name_en) in CITIES.items():
        title = {"name": f"{name}市场监督管理局", "name_en": f"{name_en} Administration for Market Regulation"}
        yield {
            "id": bureau_id(city),
            "parent_id": None,
            "level": "city",
            "city": city,
            "region": None,
            **title,
            **common,
        }
    for row in regions():
        if row["merged_into"] is None:
            yield {**_county(row), **common}


def _county(row: dict[str, str | None]) -> dict[str, object]:
    code, city, name = str(row["code"]), str(row["city"]), str(row["name"])
    prefix = "" if name.endswith(OWN_NAME) else CITIES[city][0]
    return {
        "id": bureau_id(code),
        "parent_id": bureau_id(city),
        "level": "county",
        "city": city,
        "region": code,
        "name": f"{prefix}{name}市场监督管理局",
        "name_en": f"{row['name_en']} Administration for Market Regulation",
    }


def load(session: Session, *, portal: bool = False) -> None:
    """Load what is missing.

    :param portal: whether the bureaus declare this portal a published channel (art. 8); the demo does.
    """
    session.execute(insert(Region).on_conflict_do_nothing(), regions())
    session.execute(insert(Bureau).on_conflict_do_nothing(), list(bureaus(portal=portal)))
