"""Regions and bureaus: which county bureau answers for a place, and what a bureau answers for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflows.errors import NotFound
from workflows.people.tables import Bureau, Region

MOST_REGIONS = 100


def region(session: Session, code: str) -> Region:
    """The region of a code; a retired code gives the region that took it over.

    :raises NotFound: no such code in the two cities.
    """
    found = session.get(Region, code)
    if found is None:
        raise NotFound("region.unknown", f"no district with code {code} in Suzhou or Shanghai", field="district")
    return region(session, found.merged_into) if found.merged_into else found


def regions(session: Session) -> Sequence[Region]:
    """The districts in use, by code."""
    query = select(Region).where(Region.merged_into.is_(None)).order_by(Region.code)
    return session.scalars(query.limit(MOST_REGIONS)).all()


def county_bureau(session: Session, district: str) -> Bureau:
    """The county-level bureau (县级市场监督管理局) of a district; a retired code leads to its successor's.

    :raises NotFound: the district has none here.
    """
    code = select(func.coalesce(Region.merged_into, Region.code)).where(Region.code == district).scalar_subquery()
    found = session.scalar(select(Bureau).where(Bureau.region == code, Bureau.level == "county"))
    if found is None:
        raise NotFound("bureau.unknown", f"no county-level bureau for district {district}", field="district")
    return found
