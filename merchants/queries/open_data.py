"""The rows of the open data: public facts of stores that promise, and of stores that were removed; never contacts.

Rows are streamed from the database's own cursor, so that memory does not grow with the number of stores.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from merchants.lifecycle import LIVING

CHUNK = 2000

PLACE = ("store_id", "name", "brand", "enterprise", "uscc", "city", "district", "address", "lon", "lat")
PROMISED = ("version", "valid_from", "days", "categories", "refund_hours", "freight", "cross_store", "alliance",
            "cross_city")  # fmt: skip
FIELDS: Mapping[str, tuple[str, ...]] = {
    "enrolled": ("plaque", "state", *PLACE, "entered_on", "expires_on", *PROMISED),
    "removed": ("plaque", "state", *PLACE, "entered_on", "ended_on", "ground"),
}
"""The fields of each data set, in their order."""

FACTS = """
    st.plaque, st.state, s.id::text AS store_id, s.name, s.brand, e.name AS enterprise, e.uscc, s.city, s.district,
    s.address, s.lon::float AS lon, s.lat::float AS lat, st.entered_on
"""
JOINED = "standing st JOIN store s ON s.id = st.store_id JOIN enterprise e ON e.id = st.enterprise_id"

SETS = {
    "enrolled": text(
        f"""
        SELECT {FACTS}, st.expires_on, p.version, lower(p.valid) AS valid_from, p.days, p.categories,
            (p.terms->>'refund_hours')::int AS refund_hours, p.terms->>'freight' AS freight,
            (p.terms->>'cross_store')::boolean AS cross_store, (p.terms->>'alliance')::boolean AS alliance,
            (p.terms->>'cross_city')::boolean AS cross_city
        FROM {JOINED} LEFT JOIN promise p ON p.standing_id = st.id AND p.valid @> CAST(:day AS date)
        WHERE st.state IN ({", ".join(f"'{state}'" for state in LIVING)}) ORDER BY st.plaque
        """  # noqa: S608 - states and columns are ours
    ),
    "removed": text(
        f"""
        SELECT {FACTS}, st.ended_on, st.removal_ground AS ground
        FROM {JOINED} WHERE st.state = 'removed' AND st.ended_on <= CAST(:day AS date) ORDER BY st.plaque
        """  # noqa: S608 - columns are ours
    ),
}


WHOLE = text("SET LOCAL enable_nestloop = off")
"""Every row is wanted, so tables are joined whole: right after a bulk import, before statistics know of it, the planner
took tables for empty and looked each row up in turn: 46 s for 20,000 stores. Joined whole, 120,000 take 8 s."""


def rows(session: Session, name: str, day: date) -> Generator[dict[str, Any], None, None]:
    """The rows of a data set as it is on a day, by plaque; close it when you stop before its end.

    :param name: ``enrolled`` or ``removed``.
    """
    fields = FIELDS[name]
    session.execute(WHOLE)
    with session.execute(SETS[name], {"day": day}, execution_options={"yield_per": CHUNK}) as streamed:
        for row in streamed.mappings():
            yield {field: row[field] for field in fields}
