"""The demo's register of organisations that mediations may be entrusted to: fictional ones, two in each city."""

from __future__ import annotations

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from complaints.mediation_models import MediationOrg
from seeds.people import council_id

SINCE = date(2026, 1, 1)
CITIES = {"3205": ("苏州", "Suzhou"), "3101": ("上海", "Shanghai")}


def load(session: Session) -> None:
    """Enter them, where they are missing."""
    rows = [row for city in CITIES for row in _of_city(city)]
    session.execute(insert(MediationOrg).on_conflict_do_nothing(), rows)


def _of_city(city: str) -> list[dict[str, object]]:
    name, english = CITIES[city]
    common = {"city": city, "phone": "12315", "address": f"{name}样例路1号", "since": SINCE, "until": None}
    council = {"id": council_id(city), "kind": "association", "name": f"{name}样例消保委"}
    other = {"id": uuid5(NAMESPACE_URL, f"wuyou:demo:mediators:{city}"), "kind": "other", "name": f"{name}样例调解中心"}
    return [
        {**council, "name_en": f"{english} Sample Consumer Council", **common},
        {**other, "name_en": f"{english} Sample Mediation Centre", **common},
    ]
