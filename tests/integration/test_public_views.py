from __future__ import annotations

from datetime import timedelta

import jsonschema_rs
import pytest
from sqlalchemy import event

from merchants.operations import promises, standing
from merchants.promise import PromiseTerms
from tests.integration.test_enrolment import as_bureau, as_firm, day, standing_of, work
from tests.support.http import Api, make_app
from tests.support.shelf import fill
from tests.support.world import at
from workflows.case import numbers
from workflows.store.session import DatabaseClock, Role

FORGED = "SZP260720-AAAA-AAAA-A"
NEW = PromiseTerms(days=30, categories=("goods.clothing",))


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def listed(world):
    """The world's store, promising and listed."""
    world.enrolled()
    work(world)
    return world


def today(world):
    with world.db.transaction(Role.PUBLIC) as session:
        return DatabaseClock(session).today()


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [store["id"] for store in answer.json["items"]]


def remove(world, on="2026-07-20", then="2026-08-03"):
    as_bureau(world, standing.propose_removal, "broken_promise", "三次拒绝退货", clock=at(on))
    as_bureau(world, standing.remove, "期满未陈述", clock=at(then))
    work(world)


def test_a_promising_store_is_told_with_its_promise_and_its_distance(listed, api):
    (found,) = api.get("/stores?near=120.63,31.31&within_km=3").json["items"]
    assert found["id"] == str(listed.store)
    assert found["promise"] == {"days": 7, "cross_store": False, "alliance": False, "cross_city": False}
    assert found["plaque"] == standing_of(listed).plaque
    assert found["distance_km"] == pytest.approx(0.95, abs=0.02)
    assert found["enterprise"]
    assert ids(api.get("/stores?near=120.63,31.31&within_km=0.5")) == []


def test_a_search_about_promises_leaves_out_stores_that_make_none(world, api):
    assert ids(api.get("/stores")) == []
    assert ids(api.get("/stores?near=120.62,31.31")) == []
    assert ids(api.get("/stores?q=试样&min_days=7")) == []
    (found,) = api.get("/stores?q=试样").json["items"]
    assert "promise" not in found
    assert "plaque" not in found
    assert "distance_km" not in found


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("category=goods.clothing", True),
        ("category=goods.pet", False),
        ("district=320508", True),
        ("district=320505", False),
        ("city=3205", True),
        ("city=3101", False),
        ("min_days=7", True),
        ("min_days=8", False),
        ("cross_city=true", False),
        ("cross_city=false", True),
        ("alliance=true", False),
        ("q=试样&near=120.62,31.31", True),
    ],
)
def test_every_filter_finds_and_leaves_out(listed, api, query, fits):
    assert ids(api.get(f"/stores?{query}")) == ([str(listed.store)] if fits else [])


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("near=31.31,120.62", "near", "near.swapped"),
        ("near=124.9,31.2", "near", "near.far"),
        ("near=苏州", "near", "near.numbers"),
        ("near=120.62", "near", "near.numbers"),
        ("near=nan,31", "near", "near.numbers"),
        ("near=120.62,31.31&within_km=0", "within_km", "invalid"),
        ("within_km=nan", "within_km", "invalid"),
        ("category=goods.gold", "category", "invalid"),
        ("district=110101", "district", "invalid"),
        ("min_days=3", "min_days", "invalid"),
        ("limit=101", "limit", "invalid"),
        ("nearby=1", "nearby", "invalid"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_which_field_and_why(world, api, query, field, code):
    answer = api.get(f"/stores?{query}")
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [(field, code)]


def test_errors_of_a_point_are_in_the_callers_language(world, api):
    (error,) = api.get("/stores?near=31.31,120.62&lang=zh").json["errors"]
    assert "经度在前" in error["message"]


def test_pages_of_stores_follow_each_other_and_a_cursor_of_another_order_is_refused(world, api, root):
    fill(root, world.enterprise, 250)
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/stores?near=120.8,31.3&limit=100&cursor={cursor}").json
        seen += [s["id"] for s in page["items"]]
        other, cursor = cursor, page["next"]
    assert len(seen) == len(set(seen)) == 250
    assert api.get(f"/stores?cursor={other}").json["code"] == "cursor"
    assert api.get("/stores?cursor=forged").json["code"] == "cursor"


def test_a_plaque_tells_its_store_and_what_was_promised_on_a_day(world, api):
    first = today(world) - timedelta(days=30)
    world.enrolled(PromiseTerms(days=15, categories=("goods.clothing",)), at(str(first)))
    begins = first + timedelta(days=10)
    as_firm(world, promises.change, NEW, begins, clock=at(str(first)))
    number = standing_of(world).plaque
    now = api.get(f"/plaques/{number}").json
    before = api.get(f"/plaques/{number}?on={begins - timedelta(days=1)}").json
    assert (now["promise"]["days"], now["promise"]["version"], now["valid"]) == (30, 2, True)
    assert (before["promise"]["days"], before["promise"]["version"]) == (15, 1)
    assert before["promise"]["valid_to"] == str(begins - timedelta(days=1))
    assert api.get(f"/plaques/{number}?on={first - timedelta(days=1)}").json["promise"] is None
    assert now["store"]["enterprise"]
    future = api.get(f"/plaques/{number}?on={today(world) + timedelta(days=1)}")
    assert (future.status_code, future.json["code"]) == (422, "plaque.future")


def test_a_new_plaque_does_not_speak_for_an_old_one(world, api):
    world.enrolled()
    old = standing_of(world).plaque
    remove(world)
    world.enrolled(NEW, at("2027-09-01"))
    assert api.get(f"/plaques/{old}").json["state"] == "removed"
    assert api.get(f"/plaques/{old}").json["promise"] is None


def test_the_published_schema_fits_a_real_answer_and_no_other(listed, api):
    published = api.get("/schemas/plaque.json")
    assert published.content_type == "application/schema+json"
    schema = published.json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)
    check = jsonschema_rs.validator_for(schema, validate_formats=True)
    answer = api.get(f"/plaques/{standing_of(listed).plaque}").json
    check.validate(answer)
    assert check.is_valid(answer | {"promise": None})
    for wrong in ({"state": "gone"}, {"on": "yesterday"}, {"more": 1}, {"promise": {"days": 7}}, {"valid": "yes"}):
        assert not check.is_valid(answer | wrong), wrong


def wrong_numbers():
    return iter(lambda: numbers.make("3205", at("2026-07-20").today(), "P"), None)


@pytest.mark.parametrize("path", ["/api/v1/plaques/{}", "/verify/{}"])
def test_trying_out_numbers_is_slowed_down_and_right_ones_are_answered_still(listed, client, path):
    answers = [
        client.get(path.format(number)).status_code for _, number in zip(range(20), wrong_numbers(), strict=False)
    ]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert client.get(path.format(next(wrong_numbers()))).headers["Retry-After"]
    assert client.get(path.format(standing_of(listed).plaque)).status_code == 200
    assert client.get("/verify").status_code == 200


def page(client, address, expected=200, lang="zh"):
    joined = "&" if "?" in address else "?"
    answer = client.get(f"{address}{joined}lang={lang}")
    assert answer.status_code == expected, answer.text
    return answer.text


def test_a_stranger_sees_green_for_a_promise_in_force(listed, client):
    text = page(client, f"/verify/{standing_of(listed).plaque}")
    assert 'class="verdict good"' in text
    assert "承诺有效" in text
    assert "姑苏区观前街1号" in text
    assert "7 天" in text


def test_a_suspended_and_a_leaving_store_show_amber(listed, client):
    number = standing_of(listed).plaque
    as_bureau(listed, standing.suspend, "complaints", "投诉集中", clock=at("2026-07-21"))
    suspended = page(client, f"/verify/{number}")
    assert 'class="verdict warn"' in suspended
    assert "暂停" in suspended
    assert "投诉集中" not in suspended
    as_bureau(listed, standing.lift, "已整改", clock=at("2026-07-22"))
    as_firm(listed, standing.give_notice, "closing", at("2027-01-10").today(), clock=at("2026-07-22"))
    leaving = page(client, f"/verify/{number}")
    assert 'class="verdict warn"' in leaving
    assert "2027年1月10日" in leaving


def test_a_removed_plaque_shows_red_and_what_was_sold_stays_covered(listed, client):
    number = standing_of(listed).plaque
    remove(listed)
    text = page(client, f"/verify/{number}")
    assert 'class="verdict bad"' in text
    assert "已摘牌" in text
    assert "期满未陈述" not in text
    bought = page(client, f"/verify/{number}?on=2026-07-25")
    assert "7 天" in bought


def test_a_lapsed_plaque_shows_red(world, client):
    world.enrolled()
    number = standing_of(world).plaque
    end = standing_of(world).expires_on
    day(world, str(end - timedelta(days=30)))
    day(world, str(end + timedelta(days=1)))
    assert 'class="verdict bad"' in page(client, f"/verify/{number}")


def test_a_forged_number_gets_a_red_page_that_helps(listed, client):
    unknown = page(client, f"/verify/{next(wrong_numbers())}", 404)
    assert 'class="verdict bad"' in unknown
    assert "查无此" in unknown
    typo = standing_of(listed).plaque[:-1] + ("2" if standing_of(listed).plaque[-1] != "2" else "3")
    assert "号码有误" in page(client, f"/verify/{typo}", 404)
    assert "号码有误" not in unknown


def test_all_unknown_numbers_get_the_same_page(world, client):
    pages = [page(client, f"/verify/{n}", 404).replace(n, "") for _, n in zip(range(2), wrong_numbers(), strict=False)]
    without = [part.split('href="/language/')[0] for part in pages]
    assert without[0] == without[1]


def test_a_typed_number_leads_to_its_page_however_it_is_written(listed, client):
    number = standing_of(listed).plaque
    sent = client.get("/verify", query_string={"number": number.lower().replace("-", " ")})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/verify/{number}")
    assert page(client, "/verify?number=", 422)


@pytest.mark.parametrize("on", ["2099-01-01", "yesterday", "2026-13-01"])
def test_a_day_that_cannot_be_is_told_so_on_the_page(listed, client, on):
    for address in (f"/verify/{standing_of(listed).plaque}", f"/stores/{listed.store}"):
        assert 'role="alert"' in page(client, f"{address}?on={on}", 422)


def test_pages_about_a_plaque_name_nobody(listed, client):
    text = page(client, f"/verify/{standing_of(listed).plaque}") + page(client, f"/stores/{listed.store}")
    with listed.as_worker() as session:
        people = session.connection().exec_driver_sql("SELECT id::text FROM account").scalars().all()
    assert not [person for person in people if person in text]


def test_public_pages_cost_the_same_statements_however_many_stores_there_are(world, root, client):
    few = statements(world, client, "/stores?near=120.8,31.3")
    fill(root, world.enterprise, 700)
    many = statements(world, client, "/stores?near=120.8,31.3")
    assert len(many) == len(few) <= 6


def statements(world, client, address):
    seen = []

    def note(conn, cursor, statement, parameters, context, executemany):
        seen.append(statement)

    engine = world.db.engine(Role.PUBLIC)
    event.listen(engine, "before_cursor_execute", note)
    try:
        page(client, address)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
