"""Where the two cities lie: the seats of their districts, and whether a point can belong to one. Pure.

Seats are rounded to a hundredth of a degree, about a kilometre; enough to tell a point in the sea, in another
province, or with longitude and latitude swapped.
"""

from __future__ import annotations

from math import asin, cos, isfinite, radians, sin, sqrt

from workflows.errors import FieldError, RuleBroken

EARTH_KM = 6371.0

SEATS: dict[str, tuple[float, float]] = {
    "310101": (121.49, 31.23), "310104": (121.44, 31.19), "310105": (121.42, 31.22), "310106": (121.45, 31.23),
    "310107": (121.40, 31.25), "310109": (121.48, 31.26), "310110": (121.53, 31.26), "310112": (121.38, 31.11),
    "310113": (121.49, 31.40), "310114": (121.27, 31.38), "310115": (121.54, 31.22), "310116": (121.34, 30.74),
    "310117": (121.23, 31.03), "310118": (121.12, 31.15), "310120": (121.47, 30.92), "310151": (121.40, 31.62),
    "320505": (120.57, 31.30), "320506": (120.63, 31.26), "320507": (120.64, 31.37), "320508": (120.62, 31.31),
    "320509": (120.64, 31.14), "320576": (120.72, 31.32), "320581": (120.75, 31.65), "320582": (120.55, 31.88),
    "320583": (120.98, 31.39), "320585": (121.13, 31.46),
}  # fmt: skip
"""Longitude and latitude of each district's seat, by its code."""

REACH_KM = 45.0
"""No place of a district lies farther from its seat; beyond it, somebody must look."""

FAR_KM = 120.0
"""Beyond this a point is in the sea or in another province."""


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points, each longitude and latitude in degrees, along the great circle."""
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(map(radians, point)) for point in (a, b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, h)))


def swapped(lon: float, lat: float) -> bool:
    """Whether longitude and latitude were given the other way round."""
    return 20 < lon < 55 and 70 < lat < 140


def off_km(district: str, lon: float, lat: float) -> float | None:
    """How far a point lies from its district's seat; None for a district we have no seat of."""
    seat = SEATS.get(district)
    return None if seat is None else distance_km(seat, (lon, lat))


def asked_point(given: str, field: str = "near") -> tuple[float, float]:
    """The point that somebody asks about, written ``LON,LAT`` in degrees.

    :raises RuleBroken: not two numbers, the two swapped, or a place far from both cities.
    """
    numbers = _numbers(given)
    if numbers is None:
        raise _no_point(field, "near.numbers", "must be two numbers in degrees, LON,LAT, such as 120.62,31.31")
    if swapped(*numbers):
        raise _no_point(field, "near.swapped", "has longitude and latitude swapped: longitude comes first")
    if min(distance_km(seat, numbers) for seat in SEATS.values()) > FAR_KM:
        raise _no_point(field, "near.far", f"lies more than {FAR_KM:.0f} km from every district of the two cities")
    return numbers


def _numbers(given: str) -> tuple[float, float] | None:
    try:
        lon, lat = (float(part) for part in given.replace("，", ",").split(","))  # fmt: skip
    except ValueError:
        return None
    return (lon, lat) if isfinite(lon) and isfinite(lat) else None


def _no_point(field: str, code: str, message: str) -> RuleBroken:
    return RuleBroken("validation", message, errors=[FieldError(field, code, message)])
