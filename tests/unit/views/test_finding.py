from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from app.views import finding
from app.views.finding import Asked, Reader
from merchants.geography import SEATS
from merchants.models import Store
from merchants.queries.listing import MOST_DOTS, Found, Wanted

READER = Reader("zh", {code: f"区{code[-2:]}" for code in SEATS})
HERE = (120.62, 31.31)


def found(count: int, step: float = 0.03) -> list[Found]:
    rows = []
    for n in range(count):
        store = Store(name=f"第{n + 1}店", lon=Decimal(str(120.5 + n * step)), lat=Decimal("31.30"))
        rows.append(Found(store, "firm", None, []))
    return rows


def dots(rows):
    return [(row.store.id, (float(row.store.lon), float(row.store.lat))) for row in rows]


def test_pins_carry_the_numbers_of_the_list():
    rows = found(5)
    drawn = finding.stores_map(Wanted(words="店"), rows, dots(rows), READER)
    pins = sorted((m.label, m.says, m.href) for m in drawn.marks)
    assert pins == [(str(n), f"{n}. 第{n}店", f"#store-{n}") for n in range(1, 6)]
    assert drawn.says == "图上 5 家，序号与列表一致。"


def test_stores_at_one_place_are_one_mark_with_their_count():
    rows = found(4, step=0)
    (mark,) = finding.stores_map(Wanted(words="店"), rows, dots(rows), READER).marks
    assert (mark.kind, mark.label) == ("many", "4")
    assert "4 家" in mark.says
    assert mark.href.startswith("/stores?near=120.5000%2C31.3000&within_km=")


def test_looking_closer_keeps_the_filters():
    reader = Reader("zh", {}, Asked({"q": "店", "category": "goods.food", "cursor": "old"}))
    rows = found(4, step=0)
    (mark,) = finding.stores_map(Wanted(words="店"), rows, dots(rows), reader).marks
    assert "category=goods.food" in mark.href
    assert "cursor" not in mark.href


def test_stores_of_later_pages_are_dots_without_a_number():
    rows = found(8)
    drawn = finding.stores_map(Wanted(words="店"), rows[:3], dots(rows), READER)
    assert sorted(m.kind for m in drawn.marks) == ["pin"] * 3 + ["spot"] * 5
    assert "8 家" in drawn.says


def test_a_map_that_cannot_draw_all_says_how_many_it_draws():
    many = [(uuid4(), (120.5 + n * 1e-4, 31.3)) for n in range(MOST_DOTS + 1)]
    drawn = finding.stores_map(Wanted(district="320508"), [], many, READER)
    assert f"前 {MOST_DOTS} 家" in drawn.says


def test_around_a_person_there_are_rings_and_the_pages_own_stores():
    rows = found(3, step=0.01)
    far = [(uuid4(), (121.5, 31.2))]
    drawn = finding.stores_map(Wanted(near=HERE), rows, dots(rows) + far, READER)
    assert drawn.here
    assert drawn.rings
    assert not [m for m in drawn.marks if m.kind == "spot"]


def test_without_a_place_there_is_no_map_but_around_a_person_there_is():
    nowhere = [Found(Store(name="x", lon=None, lat=None), "firm", None, [])]
    assert finding.stores_map(Wanted(words="x"), nowhere, [], READER) is None
    assert finding.stores_map(Wanted(near=HERE), [], [], READER).marks == []


def test_all_districts_stand_on_the_map_of_both_cities_and_every_store_is_counted():
    drawn = finding.overview(dict.fromkeys(SEATS, 10), READER)
    assert sum(int(m.label) for m in drawn.marks) == 260
    assert "260" in drawn.says
    assert any(m.href == "/stores?district=310151" for m in drawn.marks)
    assert finding.overview({"999999": 3}, READER).marks == []


def test_names_on_the_map_cover_neither_each_other_nor_a_mark():
    drawn = finding.overview(dict.fromkeys(SEATS, 10), READER)
    boxes = [finding._box(n.x, n.y, n.words) for n in drawn.names]
    marks = [finding._around(m) for m in drawn.marks]
    assert len(boxes) >= 10
    for i, box in enumerate(boxes):
        assert finding._free(box, boxes[:i] + boxes[i + 1 :] + marks)


def test_a_mark_that_is_one_district_has_its_name_below():
    drawn = finding.overview({"310151": 7}, READER)
    (mark,) = drawn.marks
    assert any(n.words == "区51" and 0 < n.y - mark.y < 70 for n in drawn.names)


def test_distances_are_said_as_people_say_them():
    assert READER.km(0.234) == "230 米"
    assert READER.km(0.001) == "10 米"
    assert READER.km(3.14) == "3.1 公里"


def test_links_keep_the_filters_and_drop_what_is_empty():
    asked = Asked({"q": "平江", "near": ""})
    assert asked.link(cursor="abc") == "/stores?q=%E5%B9%B3%E6%B1%9F&cursor=abc"
    assert Asked().link() == "/stores"
    assert (asked.some, asked.more, Asked({"sort": "days"}).some, Asked({"sort": "days"}).more) == (
        True,
        False,
        False,
        True,
    )
