"""An example list for testers: the points of the unnamed chain as a spreadsheet's rows, with an invented promise.

The points are real places of a public list of 2017. The promise is made up: it says nothing about who takes part.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from merchants import geography
from merchants.drafts import StoreDraft
from merchants.promise import PromiseTerms
from merchants.writing import store, terms
from seeds.shops import chain_points

NEVER = datetime(2017, 1, 1, tzinfo=UTC)
DAYS = (7, 15, 30)
SOLD = "goods.household"


def chain_rows() -> Iterator[dict[str, str]]:
    """The 661 rows by column; a point that lies far from its district is left out of its row, as the list is dirty."""
    for number, point in enumerate(chain_points(NEVER)):
        lon, lat = float(point["lon"]), float(point["lat"])
        near = (geography.off_km(point["district"], lon, lat) or 0) <= geography.REACH_KM
        draft = StoreDraft(
            name=point["name"],
            brand=point["brand"],
            district=point["district"],
            address=point["address"],
            categories=(SOLD,),
            lon=lon if near else None,
            lat=lat if near else None,
        )
        promised = PromiseTerms(days=DAYS[number % 3], categories=(SOLD,), refund_hours=0, cross_store=True)
        yield {**store(draft), **terms(promised)}
