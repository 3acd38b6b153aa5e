from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views import maps
from app.views.maps import Dot, Frame
from app.views.outlines import LAKES, LAND, RIVERS, TAIHU
from merchants.geography import SEATS, distance_km

LON = st.floats(120.0, 122.0)
LAT = st.floats(30.7, 32.0)
POINTS = st.tuples(LON, LAT)
SUZHOU = (120.62, 31.31)


@given(POINTS, POINTS, st.floats(2, 200))
def test_a_projected_point_can_be_read_back(middle, point, km):
    frame = Frame(*middle, km)
    lon, lat = frame.point(*frame.project(point))
    assert (lon, lat) == pytest.approx(point, abs=1e-9)


@given(POINTS, POINTS)
def test_distances_on_the_drawing_are_those_of_the_earth(a, b):
    frame = maps.whole()
    (x, y), (u, v) = frame.project(a), frame.project(b)
    drawn = ((x - u) ** 2 + (y - v) ** 2) ** 0.5 / frame.per_km
    assert drawn == pytest.approx(distance_km(a, b), rel=0.01, abs=0.01)


@given(st.lists(POINTS, min_size=1, max_size=30), st.none() | POINTS)
def test_a_frame_shows_every_point_it_was_made_for(points, centre):
    frame = maps.frame(points, centre)
    assert all(frame.shows(point, 20) for point in points)
    assert frame.km >= 2 * maps.LEAST_KM


def test_a_frame_around_a_place_without_points_shows_a_few_kilometres():
    assert maps.frame([], SUZHOU) == Frame(*SUZHOU, 6.0)


def test_the_whole_map_shows_every_districts_seat_north_up_and_east_right():
    frame = maps.whole()
    assert all(frame.shows(seat, 30) for seat in SEATS.values())
    west, east = frame.project((120.5, 31.3)), frame.project((121.5, 31.3))
    south, north = frame.project((121.0, 31.0)), frame.project((121.0, 31.6))
    assert west[0] < east[0]
    assert north[1] < south[1]


@given(st.lists(st.builds(Dot, st.text(max_size=3), POINTS, st.integers(1, 500)), max_size=60))
def test_clusters_hold_every_dot_of_the_window_once_and_keep_apart(dots):
    frame = maps.whole()
    clusters = maps.clustered(dots, frame)
    assert sum(c.weight for c in clusters) == sum(d.weight for d in dots if frame.shows(d.point))
    for i, one in enumerate(clusters):
        for other in clusters[i + 1 :]:
            assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (maps.TOGETHER - 1) ** 2


def test_a_cluster_is_drawn_by_the_digits_of_its_count():
    (cluster,) = maps.clustered([Dot("a", SUZHOU, 90), Dot("b", SUZHOU, 20)], maps.whole())
    assert (cluster.weight, cluster.size, cluster.dots[0].key) == (110, 3, "a")


def test_dots_outside_the_window_are_not_drawn():
    assert maps.clustered([Dot("far", (121.9, 31.9))], Frame(*SUZHOU, 10)) == []


def test_a_closed_curve_passes_through_its_points_and_ends_where_it_began():
    frame = maps.whole()
    path = maps.smooth(TAIHU, frame, closed=True)
    x, y = frame.project(TAIHU[5])
    assert path.startswith("M")
    assert path.endswith("Z")
    assert f"{x:.1f} {y:.1f}" in path
    assert path.count("C") == len(TAIHU)
    assert maps.smooth(RIVERS[0], frame, closed=False).count("C") == len(RIVERS[0]) - 1


@pytest.mark.parametrize(("most", "km"), [(0.1, 0.5), (0.9, 0.5), (7, 5), (49, 20), (900, 50)])
def test_scales_are_round(most, km):
    assert maps.round_km(most) == km


@given(st.floats(6, 240))
def test_rings_fit_into_the_drawing(km):
    rings = maps.rings(Frame(*SUZHOU, km))
    assert 1 <= len(rings) <= 2
    assert all(radius <= maps.HEIGHT / 2 for _, radius in rings)


def inside(point, outline) -> bool:
    """Whether a point lies within an outline, by counting what a ray crosses."""
    x, y = point
    pairs = zip(outline, [*outline[1:], outline[0]], strict=True)
    crossed = [
        a for a, b in pairs if (a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]
    ]
    return len(crossed) % 2 == 1


def test_every_districts_seat_stands_on_land_and_in_no_lake():
    for code, seat in SEATS.items():
        assert any(inside(seat, land) for land in LAND), code
        assert not any(inside(seat, lake) for lake in LAKES), code
