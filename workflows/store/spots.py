"""Points on the map as PostgreSQL's own ``point``, in a plane where both axes have nearly the same scale.

At the latitude of the two cities a degree of longitude is 0.855 of a degree of latitude, so ``(lon * 0.855, lat)``
is flat enough: over 100 km a distance in this plane is off by less than a hundredth. A GiST index on the
expression finds the nearest places.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Float, func, literal, literal_column

SCALE = 0.855
KM_PER_DEGREE = 111.19


def of_table(table: str = "") -> str:
    """The expression of a table's own point, as its index has it word for word; lon and lat are its columns."""
    of = f"{table}." if table else ""
    return f"point({of}lon::double precision * '{SCALE}'::double precision, {of}lat::double precision)"


def distance(table: str, lon: float, lat: float) -> ColumnElement[float]:
    """How far a table's points lie from one given in degrees, in the plane; ordering by it uses the index."""
    here: ColumnElement[Any] = literal_column(of_table(table))
    return here.op("<->", return_type=Float())(func.point(literal(lon * SCALE, Float), literal(lat, Float)))


def degrees(km: float) -> float:
    """Kilometres as a distance in the plane."""
    return km / KM_PER_DEGREE


def kilometres(apart: float) -> float:
    """A distance in the plane as kilometres."""
    return apart * KM_PER_DEGREE


def within(table: str, lon: float, lat: float, km: float) -> ColumnElement[bool]:
    """Whether a table's points lie within so many kilometres of one given in degrees; the index answers it."""
    here: ColumnElement[Any] = literal_column(of_table(table))
    centre = func.point(literal(lon * SCALE, Float), literal(lat, Float))
    return here.op("<@", return_type=Boolean())(func.circle(centre, literal(degrees(km), Float)))
