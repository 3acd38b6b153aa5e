"""Which district an address names: pure, for whoever types an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A district as a rule needs it: its code, its name, its city."""

    code: str
    name: str
    city: str


def district_of(address: str, places: Iterable[Place]) -> Place | None:
    """The district an address names; the longest name wins, and a name without its last character counts.

    ``昆山市花桥`` and ``江苏昆山花桥`` are both 昆山市. None when the address names no district of the two cities, or
    two of the same length.
    """
    named = [(_matched(address, place), place) for place in places]
    best = max((length for length, _ in named), default=0)
    found = [place for length, place in named if length == best]
    return found[0] if best and len(found) == 1 else None


def _matched(address: str, place: Place) -> int:
    if place.name in address:
        return len(place.name) * 2
    short = place.name[:-1]
    return len(short) * 2 - 1 if len(short) > 1 and short in address else 0
