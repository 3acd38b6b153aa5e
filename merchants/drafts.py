"""What somebody brings to enrol, before anything of it is stored. Plain values, checked by :mod:`merchants.rules`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Contact:
    """Whom the bureau or a consumer can reach; kept sealed."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class EnterpriseDraft:
    """A legal entity as it is brought; the unified social credit code names it (GB 32100)."""

    uscc: str
    name: str
    district: str
    address: str
    contact: Contact = Contact()


@dataclass(frozen=True)
class StoreDraft:
    """A place of business as it is brought.

    :param lon: degrees east; with ``lat`` or not at all.
    :param hours: opening hours by weekday, ``{"mon": [["10:00", "22:00"]], …}``; empty where not said.
    :param parent_id: the mall or business circle that a counter belongs to.
    :param capacity: parcels that a station or drop-off point holds at once, and ``takes`` the categories it takes in.
    """

    name: str
    brand: str
    district: str
    address: str
    categories: tuple[str, ...]
    kind: str = "shop"
    lon: float | None = None
    lat: float | None = None
    phone: str = ""
    hours: dict[str, Any] = field(default_factory=dict)
    parent_id: UUID | None = None
    capacity: int | None = None
    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """An entry of a mirrored list about a firm, in force on the day it is looked at.

    :param number: the keeper's own number of its decision; ``edition`` the version of the list it was read from.
    """

    id: UUID
    kind: str
    source: str
    number: str
    edition: str
    since: date


@dataclass(frozen=True)
class Removal:
    """An earlier removal of a store at the same place or of the same firm."""

    on: date
    reentry_from: date


@dataclass(frozen=True)
class ReviewFacts:
    """What the automatic checks of an application look at, read in one go.

    :param district_named: the district that the address names, None where it names none.
    :param same_store: other living applications or standings of the same firm at the same address and name.
    :param same_address: promising stores of other firms at the same address.
    :param same_phone: other firms with the same telephone.
    :param other_names: other spellings under the same credit code.
    """

    uscc: str | None
    district: str
    district_named: str | None
    point: tuple[float, float] | None
    same_store: int = 0
    same_address: int = 0
    same_phone: int = 0
    other_names: tuple[str, ...] = ()
    removals: tuple[Removal, ...] = ()
    licence_expires_on: date | None = None
    licence_photo: bool = False
    shop_photo: bool = False
    listings: tuple[Listing, ...] = ()
    failed_visits: int = 0
