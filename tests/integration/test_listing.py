from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, text

from merchants.models import Store
from merchants.queries import listing
from merchants.queries.listing import Wanted
from tests.support.shelf import fill
from workflows.store.session import Role

HERE = (120.62, 31.31)
COUNT = 3000


@pytest.fixture
def shelf(world, root):
    fill(root, world.enterprise, COUNT)
    return world


@contextmanager
def public(world, statements=None):
    """A session of the public's, and the statements it sends."""
    sent = statements if statements is not None else []

    def note(conn, cursor, statement, parameters, context, executemany):
        sent.append((statement, parameters))

    engine = world.db.engine(Role.PUBLIC)
    with world.db.transaction(Role.PUBLIC) as session:
        session.connection()
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield session
        finally:
            event.remove(engine, "before_cursor_execute", note)


def plan(world, ask) -> str:
    """The plan of the one statement that a question sends, as the public role gets it."""
    sent = []
    with public(world, sent) as session:
        ask(session)
        ((statement, parameters),) = sent
        rows = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        return json.dumps(rows.scalar_one())


def everything(world, wanted, size) -> list:
    """All pages of a list, one after the other."""
    found, after = [], None
    with public(world) as session:
        while rows := listing.page(session, wanted, after, size):
            found += rows
            after = rows[-1].place
    return found


def promising(world, *conditions):
    with public(world) as session:
        return {s.id for s in session.scalars(select(Store).where(Store.plaque.is_not(None), *conditions))}


PLANS = (
    (Wanted(near=HERE), "ix_store_spot"),
    (Wanted(near=HERE, within_km=5, category="goods.pet"), "ix_store_spot"),
    (Wanted(), "ix_store_listed_name"),
    (Wanted(district="320508"), "ix_store_listed_district"),
    (Wanted(longest=True), "ix_store_listed_days"),
    (Wanted(words="没有这个词", any_store=True), "ix_store_grams"),
)


def test_every_page_comes_off_an_index_and_no_list_reads_all_stores(world, root):
    fill(root, world.enterprise, 20_000)
    for wanted, index in PLANS:
        first = plan(world, lambda session, w=wanted: listing.page(session, w, limit=20))
        assert index in first, wanted
        assert "Seq Scan" not in first, wanted
        with public(world) as session:
            last = listing.page(session, wanted, limit=20)[-1:]
        for row in last:
            assert index in plan(world, lambda s, w=wanted, p=row.place: listing.page(s, w, p, 20)), wanted


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(near=HERE, within_km=12),
        Wanted(district="320505"),
        Wanted(longest=True, district="310101"),
        Wanted(words="书香", category="goods.pet"),
    ],
)
def test_pages_give_every_store_once_in_the_lists_own_order(shelf, wanted):
    rows = everything(shelf, wanted, 97)
    conditions = [Store.district == wanted.district] if wanted.district else []
    conditions += [Store.categories.contains([wanted.category])] if wanted.category else []
    ids = [row.store.id for row in rows]
    assert len(set(ids)) == len(ids)
    if not wanted.near:
        assert set(ids) == promising(shelf, *conditions)
    keys = [row.place[1] for row in rows]
    assert keys == sorted(keys, reverse=wanted.longest)


def test_stores_within_some_kilometres_are_those_that_a_full_look_finds(shelf, root):
    rows = everything(shelf, Wanted(near=HERE, within_km=8), 50)
    seen = root.execute(
        "SELECT count(*) FROM store WHERE plaque IS NOT NULL AND 111.19 * sqrt(((lon - 120.62) * 0.855)^2"
        " + (lat - 31.31)^2) <= 8"
    ).fetchone()
    assert len(rows) == seen[0] > 50
    assert max(row.distance_km for row in rows) <= 8


def test_filters_are_about_what_is_promised(shelf):
    for wanted, condition in (
        (Wanted(cross_city=True), Store.promise_city.is_(True)),
        (Wanted(alliance=True), Store.promise_alliance.is_(True)),
        (Wanted(min_days=60), Store.promise_days >= 60),
    ):
        assert {row.store.id for row in everything(shelf, wanted, 100)} == promising(shelf, condition)


def test_a_page_costs_one_statement_whatever_it_holds(shelf):
    for size in (1, 100):
        sent = []
        with public(shelf, sent) as session:
            listing.page(session, Wanted(near=HERE), limit=size)
        assert len(sent) == 1


def test_promising_stores_are_counted_by_district(shelf):
    with public(shelf) as session:
        counted = listing.by_district(session)
    assert sum(counted.values()) == COUNT
    assert counted["310101"] == len(promising(shelf, Store.district == "310101"))


def test_the_map_draws_the_first_stores_of_the_list(shelf):
    with public(shelf) as session:
        wanted = Wanted(near=HERE)
        drawn = listing.dots(session, wanted, 30)
        listed = listing.page(session, wanted, limit=30)
    assert [d[0] for d in drawn] == [row.store.id for row in listed]


def test_other_stores_of_a_brand_are_the_nearest_ones(shelf, root):
    with public(shelf) as session:
        store = session.scalars(select(Store).where(Store.plaque == "SZP7")).one()
        found = listing.of_brand(session, store)
    assert len(found) == 6
    assert store.id not in [row.store.id for row in found]
    assert [row.distance_km for row in found] == sorted(row.distance_km for row in found)


def test_a_store_without_a_promise_is_found_only_where_any_store_will_do(world):
    with world.as_worker() as session:
        session.execute(text("UPDATE store SET name = '一家小店', grams = ARRAY['一家', '家小', '小店']"))
    with public(world) as session:
        assert listing.page(session, Wanted(words="一家")) == []
        assert [r.store.id for r in listing.page(session, Wanted(words="一家", any_store=True))] == [world.store]
