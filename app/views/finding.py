"""What the page of stores shows: its filters as they were typed, the list, and a map that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from app.catalogue import text
from app.views import maps
from app.views.maps import Cluster, Dot, Frame
from app.views.outlines import LAKES, LAND, RIVERS, WATER_NAMES, XISHAN
from merchants.geography import SEATS
from merchants.queries.listing import MOST_DOTS, Found, Point, Wanted, point_of

CHINESE, LATIN, ABOVE, BELOW = 29.0, 15.5, 26.0, 8.0
"""How much room a character takes on the drawing, and a line above and below its foot."""

MARK_ROOM = 31.0
HAN = "\u2e80"
CLOSE_KM = 1.0
ROUND = 4
"""Decimals of a degree that an address of ours names a place by: ten metres."""


Box = tuple[float, float, float, float]
"""Left, top, right and bottom on the drawing."""


@dataclass(frozen=True)
class Mark:
    """One thing on the map.

    :param kind: ``pin`` is a store of this page with its number, ``spot`` another one, ``many`` several.
    :param says: the same in words.
    """

    kind: str
    x: float
    y: float
    label: str
    says: str
    href: str
    size: int = 1


@dataclass(frozen=True)
class Label:
    """A name on the map."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Map:
    """A map ready to be drawn: outlines as paths, names, marks, rings around a person, a scale."""

    land: Sequence[str]
    lakes: Sequence[str]
    island: str
    rivers: Sequence[str]
    waters: Mapping[str, tuple[float, float]]
    names: Sequence[Label]
    marks: Sequence[Mark]
    rings: Sequence[tuple[str, float]]
    scale: tuple[str, float]
    says: str
    here: bool = False
    width: float = maps.WIDTH
    height: float = maps.HEIGHT


@dataclass(frozen=True)
class Asked:
    """The filters as they were typed, for the form, and for links that keep them."""

    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What was typed for a filter."""
        return self.values.get(name, "")

    @property
    def some(self) -> bool:
        """Whether anything was asked for."""
        return any(value for name, value in self.values.items() if name not in ("sort", "cursor"))

    @property
    def more(self) -> bool:
        """Whether one of the filters behind *more* is in use."""
        return any(self.get(name) for name in ("category", "min_days", "cross_city", "alliance", "sort", "within_km"))

    def link(self, **changes: str) -> str:
        """An address with these filters and some changed; empty ones are left out."""
        values = {k: v for k, v in ({**self.values, **changes}).items() if v}
        return "/stores" + (f"?{urlencode(values)}" if values else "")


@dataclass(frozen=True)
class Reader:
    """Who looks: the language, the districts' names in it, and what they asked for."""

    lang: str
    districts: Mapping[str, str]
    asked: Asked = field(default_factory=Asked)

    def t(self, key: str, **values: Any) -> str:
        """A text in the reader's language."""
        return text(key, self.lang, **values)

    def km(self, km: float) -> str:
        """A distance as people say it."""
        if km < CLOSE_KM:
            return self.t("listing.near_by", n=max(10, round(km * 100) * 10))
        return self.t("listing.apart", n=f"{km:.1f}")


def stores_map(wanted: Wanted, found: Sequence[Found], dots: Sequence[tuple[Any, Point]], reader: Reader) -> Map | None:
    """The map of a list: this page's stores with their numbers, the others of the list as dots; None without a place.

    :param dots: the first stores of the whole list, one more than a map draws where there are more.
    """
    numbers = {str(row.store.id): number for number, row in enumerate(found, 1)}
    own = {str(row.store.id): place for row in found if (place := point_of(row.store))}
    places = {str(key): point for key, point in dots[:MOST_DOTS]} | own
    if not places and not wanted.near:
        return None
    window = _window(wanted, list(own.values() if wanted.near else places.values()))
    shown = [Dot(key, point) for key, point in places.items() if window.shows(point)]
    shown.sort(key=lambda dot: numbers.get(dot.key, len(places)))
    says = reader.t(_extent(shown, numbers, len(dots) > MOST_DOTS and not wanted.near), n=len(shown))
    clusters = maps.clustered(shown, window, maps.TOGETHER * 0.8)
    marks = [_mark(cluster, window, numbers, found, reader) for cluster in clusters]
    return _drawn(window, sorted(marks, key=lambda m: m.kind == "pin"), says, reader, here=wanted.near is not None)


def _extent(shown: Sequence[Dot], numbers: Mapping[str, int], cut: bool) -> str:
    """Which text says how much of the list the map shows."""
    if cut:
        return "map.some"
    return "map.all" if all(dot.key in numbers for dot in shown) else "map.around"


def _window(wanted: Wanted, points: list[Point]) -> Frame:
    if not wanted.near and not wanted.district and len(points) > 1:
        spread = maps.frame(points)
        return maps.whole() if spread.km > maps.whole().km * 0.6 else spread
    centre = wanted.near or (SEATS.get(wanted.district) if wanted.district and not points else None)
    return maps.frame(points, centre)


def _mark(cluster: Cluster, window: Frame, numbers: dict[str, int], found: Sequence[Found], reader: Reader) -> Mark:
    first = cluster.dots[0]
    if cluster.weight > 1:
        says = reader.t("map.cluster", n=cluster.weight)
        return Mark(
            "many", cluster.x, cluster.y, str(cluster.weight), says, _closer(cluster, window, reader), cluster.size
        )
    if first.key not in numbers:
        return Mark("spot", cluster.x, cluster.y, "", "", "")
    number = numbers[first.key]
    says = f"{number}. {found[number - 1].store.name}"
    return Mark("pin", cluster.x, cluster.y, str(number), says, f"#store-{number}", len(str(number)))


def _closer(cluster: Cluster, window: Frame, reader: Reader) -> str:
    lon, lat = window.point(cluster.x, cluster.y)
    km = max(0.3, round(maps.TOGETHER / window.per_km, 1))
    return reader.asked.link(near=f"{lon:.{ROUND}f},{lat:.{ROUND}f}", within_km=str(km), cursor="")


def overview(counts: Mapping[str, int], reader: Reader) -> Map:
    """The map of both cities: how many stores promise in each district."""
    window = maps.whole()
    dots = [Dot(code, SEATS[code], count) for code, count in counts.items() if code in SEATS and count]
    marks = [_area(cluster, window, reader) for cluster in maps.clustered(dots, window)]
    says = reader.t("map.overview", n=f"{sum(counts.values()):,}")
    return _drawn(window, marks, says, reader)


def _area(cluster: Cluster, window: Frame, reader: Reader) -> Mark:
    first, count = cluster.dots[0], len(cluster.dots)
    name = reader.districts.get(first.key, first.key)
    if count == 1:
        says = reader.t("map.area", name=name, n=cluster.weight)
        return Mark(
            "many", cluster.x, cluster.y, str(cluster.weight), says, f"/stores?district={first.key}", cluster.size
        )
    says = reader.t("map.areas", name=name, count=count, n=cluster.weight)
    return Mark("many", cluster.x, cluster.y, str(cluster.weight), says, _closer(cluster, window, reader), cluster.size)


def _drawn(window: Frame, marks: Sequence[Mark], says: str, reader: Reader, *, here: bool = False) -> Map:
    wide = maps.round_km(window.km / 4)
    taken = [_around(mark) for mark in marks]
    taken += [_box(maps.WIDTH / 2, maps.HEIGHT / 2, "・")] if here else []
    names = _names(window, marks, taken, reader)
    waters = _waters(window, taken + [_box(n.x, n.y, n.words) for n in names], reader)
    return Map(
        land=[maps.smooth(outline, window, closed=True) for outline in LAND],
        lakes=[maps.smooth(outline, window, closed=True) for outline in LAKES],
        island=maps.smooth(XISHAN, window, closed=True),
        rivers=[maps.smooth(outline, window, closed=False) for outline in RIVERS],
        waters=waters,
        names=names,
        marks=marks,
        rings=[(_distance(km, reader), radius) for km, radius in maps.rings(window)] if here else [],
        scale=(_distance(wide, reader), wide * window.per_km),
        says=says,
        here=here,
    )


def _distance(km: float, reader: Reader) -> str:
    return reader.t("map.m", n=round(km * 1000)) if km < CLOSE_KM else reader.t("map.km", n=f"{km:g}")


def _names(window: Frame, marks: Sequence[Mark], taken: Sequence[Box], reader: Reader) -> list[Label]:
    """Names of districts at their seats, below a mark where one stands there; none that would cover something."""
    full = list(taken)
    names: list[Label] = []
    for code, seat in SEATS.items():
        x, y = window.project(seat)
        y += 58 if any(abs(m.x - x) < 40 and abs(m.y - y) < 40 for m in marks) else 10
        words = reader.districts.get(code, "")
        box = _box(x, y, words)
        if words and _free(box, full):
            full.append(box)
            names.append(Label(round(x, 1), round(y, 1), words))
    return names


def _waters(window: Frame, taken: Sequence[Box], reader: Reader) -> dict[str, Point]:
    """Names of waters where nothing else stands."""
    spots = {name: window.project(point) for name, point in WATER_NAMES.items()}
    return {name: spot for name, spot in spots.items() if _free(_box(*spot, reader.t(f"map.{name}")), taken)}


def _box(x: float, y: float, words: str) -> Box:
    half = sum(CHINESE if c >= HAN else LATIN for c in words) / 2
    return x - half, y - ABOVE, x + half, y + BELOW


def _around(mark: Mark) -> Box:
    return mark.x - MARK_ROOM, mark.y - MARK_ROOM, mark.x + MARK_ROOM, mark.y + MARK_ROOM


def _free(box: Box, taken: Sequence[Box]) -> bool:
    """Whether a box lies on the drawing and touches nothing that is taken."""
    left, top, right, bottom = box
    inside = left >= 0 and top >= 0 and right <= maps.WIDTH and bottom <= maps.HEIGHT
    return inside and not any(left < r and le < right and top < b and t < bottom for le, t, r, b in taken)
