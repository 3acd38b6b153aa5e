"""A schematic map as an SVG picture drawn here: outlines, names, dots; no tiles, no script. Pure.

A frame is a window of the earth laid on a drawing of fixed size. Between 30 and 32 degrees north a degree of
longitude is 0.855 of one of latitude, which is all the projection there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from app.views.outlines import Outline, Point

WIDTH, HEIGHT = 1000.0, 800.0
NARROW = cos(radians(31.25))
KM_PER_DEGREE = 111.19
WHOLE = ((119.86, 30.60), (122.04, 32.08))
"""South-west and north-east of both cities."""

LEAST_KM = 3.0
MARGIN = 1.25
TOGETHER = 74.0
"""Dots nearer than this on the drawing become one."""

ROUND_KM = (0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Frame:
    """A window of the earth.

    :param lon: longitude of its middle; ``lat`` its latitude, both in degrees.
    :param km: how many kilometres the drawing is wide.
    """

    lon: float
    lat: float
    km: float

    @property
    def per_km(self) -> float:
        """Units of the drawing per kilometre."""
        return WIDTH / self.km

    def project(self, point: Point) -> Point:
        """Where a point lies on the drawing."""
        east = (point[0] - self.lon) * NARROW * KM_PER_DEGREE
        north = (point[1] - self.lat) * KM_PER_DEGREE
        return WIDTH / 2 + east * self.per_km, HEIGHT / 2 - north * self.per_km

    def point(self, x: float, y: float) -> Point:
        """Which point of the earth lies there on the drawing."""
        east, north = (x - WIDTH / 2) / self.per_km, (HEIGHT / 2 - y) / self.per_km
        return self.lon + east / (NARROW * KM_PER_DEGREE), self.lat + north / KM_PER_DEGREE

    def shows(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point lies inside, at least ``margin`` units from the edge."""
        x, y = self.project(point)
        return margin <= x <= WIDTH - margin and margin <= y <= HEIGHT - margin


def frame(points: Sequence[Point], centre: Point | None = None) -> Frame:
    """The window that shows all points with a margin, around a centre where one is given.

    Without points it is that of both cities, or a few kilometres around the centre.
    """
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    middle = centre or ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    east = max((abs(lon - middle[0]) for lon in lons), default=0.0) * NARROW * KM_PER_DEGREE
    north = max((abs(lat - middle[1]) for lat in lats), default=0.0) * KM_PER_DEGREE
    return Frame(middle[0], middle[1], max(2 * MARGIN * max(east, north * WIDTH / HEIGHT), 2 * LEAST_KM))


def whole() -> Frame:
    """The window of both cities."""
    (west, south), (east, north) = WHOLE
    return Frame((west + east) / 2, (south + north) / 2, (east - west) * NARROW * KM_PER_DEGREE)


@dataclass(frozen=True)
class Dot:
    """Something at a point of the earth: a store, or a district with its count.

    :param key: what it is; ``weight`` how many stores it stands for.
    """

    key: str
    point: Point
    weight: int = 1


@dataclass(frozen=True)
class Cluster:
    """Dots that lie so close on the drawing that they are one, heaviest first."""

    x: float
    y: float
    dots: tuple[Dot, ...]

    @property
    def weight(self) -> int:
        """How many stores they stand for together."""
        return sum(dot.weight for dot in self.dots)

    @property
    def size(self) -> int:
        """How many digits the count has: how large it is drawn."""
        return len(str(self.weight))


def clustered(dots: Iterable[Dot], window: Frame, together: float = TOGETHER) -> list[Cluster]:
    """The dots of a window, those that would cover each other put together at the heaviest one's place."""
    found: list[tuple[Point, list[Dot]]] = []
    for dot in sorted(dots, key=lambda d: -d.weight):
        if not window.shows(dot.point):
            continue
        x, y = window.project(dot.point)
        near = (members for (u, v), members in found if (u - x) ** 2 + (v - y) ** 2 < together**2)
        members = next(near, None)
        if members is None:
            found.append(((x, y), [dot]))
        else:
            members.append(dot)
    return [Cluster(round(x, 1), round(y, 1), tuple(members)) for (x, y), members in found]


def smooth(outline: Outline, window: Frame, *, closed: bool) -> str:
    """An outline as the path of a curve through its points (Catmull–Rom as cubic Béziers)."""
    spots = [window.project(point) for point in outline]
    around = [spots[-1], *spots, spots[0], spots[1]] if closed else [spots[0], *spots, spots[-1]]
    path = [f"M{_xy(around[1])}"]
    for before, start, end, after in zip(around, around[1:], around[2:], around[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        path.append(f"C{_xy(first)} {_xy(second)} {_xy(end)}")
    return "".join(path) + ("Z" if closed else "")


def _xy(spot: Point) -> str:
    return f"{spot[0]:.1f} {spot[1]:.1f}"


def round_km(most: float) -> float:
    """The largest round number of kilometres that is not more than ``most``, else the smallest there is."""
    return max((km for km in ROUND_KM if km <= most), default=ROUND_KM[0])


def rings(window: Frame) -> list[tuple[float, float]]:
    """Rings around the middle: kilometres and radius on the drawing; two that fit."""
    reach = HEIGHT / 2 / window.per_km * 0.95
    outer = round_km(reach)
    inner = round_km(outer * 0.5)
    return [(km, km * window.per_km) for km in sorted({inner, outer}) if km <= reach]
