from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from complaints import searching
from complaints.drafts import Person
from complaints.models import Complaint
from complaints.operations import decide, indexing, mediate
from tests.factories import FactsFactory
from tests.support.http import Api, make_app, token_for
from tests.support.pile import copies
from workflows.errors import RuleBroken
from workflows.store.session import Role

COUNT = 4000


@contextmanager
def counted(world):
    """The statements that an officer's session sends from here on."""
    sent = []

    def note(conn, cursor, statement, parameters, context, executemany):
        sent.append(statement)

    engine = world.db.engine(Role.OFFICER)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def found(world, asked, **options):
    with world.as_officer() as session:
        return [row.id for row in searching.search(session, asked, **options)]


@pytest.fixture
def cases(world):
    coat = world.file()
    lamp = world.file(
        facts=FactsFactory(narrative="台灯插上电就冒烟，ＳＴＯＲＥ不肯退款。", place="平江路夜市"),
        complainant=Person("李样", "+8613700000009", "苏州市姑苏区平江路10号"),
    )
    return coat, lamp


def test_words_of_two_characters_are_found_in_the_story_the_place_and_the_respondents_name(world, cases):
    coat, lamp = cases
    assert found(world, "外套") == [coat]
    assert found(world, "台灯 冒烟") == [lamp]
    assert found(world, "夜市") == [lamp]
    assert found(world, "试样") == [lamp, coat]
    assert found(world, "store") == [lamp]
    assert found(world, "台灯 外套") == []
    assert found(world, "灯台") == []


def test_a_number_is_found_whole_in_any_spelling_or_by_a_part_of_it(world, cases):
    coat, _ = cases
    number = world.read(coat).number
    assert found(world, number) == [coat]
    assert found(world, number.replace("-", "").lower()) == [coat]
    assert found(world, number.split("-")[1]) == [coat]


@pytest.mark.parametrize("typed", ["13700000009", "+86 137 0000 0009", "137-0000-0009", "8613700000009"])
def test_the_complainants_phone_is_found_by_its_blind_index(world, cases, typed):
    assert found(world, typed) == [cases[1]]


def test_the_phone_is_no_word_and_other_digits_are_no_phone(world, cases):
    assert found(world, "1370000") == []
    assert searching.phone_of("23700000009") is None
    assert searching.phone_of("电话13700000009") is None


def test_a_single_character_is_too_little_and_says_so(world, cases):
    with pytest.raises(RuleBroken, match="two characters"):
        found(world, "灯")


def test_an_officer_finds_what_the_bureau_may_see_and_nothing_else(world, cases):
    for asked in ("外套", "13700000009", world.read(cases[0]).number):
        with world.as_far_officer() as session:
            assert searching.search(session, asked) == []


def test_what_was_handed_back_and_what_has_ended_is_still_found(world, cases):
    coat, lamp = cases
    world.decide(coat, decide.return_to_intake, "不归我们管")
    world.decide(lamp, decide.decline, "O121-16-4", "已超过三年。")
    world.decide(lamp, decide.told, "phone")
    world.decide(lamp, mediate.close)
    assert found(world, "试样") == [lamp, coat]


def test_what_is_found_comes_in_pages_newest_first(world):
    filed = [world.file() for _ in range(5)]
    first = found(world, "外套", limit=2)
    second = found(world, "外套", limit=2, after=first[-1])
    last = found(world, "外套", limit=2, after=second[-1])
    assert first + second + last == filed[::-1]
    by_phone = found(world, "13900000000", limit=2)
    assert by_phone + found(world, "13900000000", after=by_phone[-1]) == filed[::-1]


def test_a_case_from_before_is_found_once_the_job_has_been_there(world, cases):
    coat, lamp = cases
    with world.as_worker() as session:
        session.execute(text("UPDATE complaint SET grams = NULL, phone_index = NULL, address_index = NULL"))
    assert found(world, "外套") == []
    before = world.read(coat)
    with world.as_worker() as session:
        assert (indexing.fill(session, 1), indexing.fill(session), indexing.fill(session)) == (1, 1, 0)
    assert found(world, "外套") == [coat]
    assert found(world, "13700000009") == [lamp]
    assert (world.read(coat).version, world.read(coat).chain_hash) == (before.version, before.chain_hash)


def used(seen):
    """Wait until the server has counted: a session tells what it did about once a second."""
    until = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < until, "the index was not used"
        time.sleep(0.1)


def uses(root, index):
    return root.execute("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = %s", [index]).fetchone()[0]


def scans(root):
    return root.execute("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'complaint'").fetchone()[0]


def test_a_search_among_thousands_goes_by_the_index_of_words_and_reads_the_table_never_as_a_whole(world, cases, root):
    coat, lamp = cases
    copies(root, coat, COUNT)
    root.autocommit = True
    root.execute("SELECT pg_stat_force_next_flush()")
    before, whole = uses(root, "ix_complaint_grams"), scans(root)
    assert found(world, "台灯") == [lamp]
    used(lambda: uses(root, "ix_complaint_grams") > before)
    before = uses(root, "ix_complaint_phone")
    assert found(world, "13700000009") == [lamp]
    used(lambda: uses(root, "ix_complaint_phone") > before)
    assert len(found(world, "外套", limit=50)) == 50
    assert found(world, "QG20260720000001") == []
    assert scans(root) == whole


def plan(root, search):
    """The plan of the function's own statement, as its owner gets it."""
    (body,) = root.execute("SELECT prosrc FROM pg_proc WHERE proname = 'complaints_found'").fetchone()
    statement = body.split("RETURN QUERY")[2].split("END IF")[0]
    statement = statement.replace("app_parties()", "%(parties)s::uuid[]").replace("before", "%(before)s::uuid")
    statement = statement.replace("wanted", "%(wanted)s::text[]").replace("patterns", "%(patterns)s::text[]")
    statement = statement.replace("LIMIT most", "LIMIT 50").rstrip().rstrip(";")
    return str(root.execute(f"EXPLAIN (FORMAT JSON) {statement}", search).fetchone()[0])


def test_a_rare_word_is_planned_by_the_words_and_a_frequent_one_by_the_bureaus_newest_cases(world, cases, root):
    copies(root, cases[0], COUNT)
    asked = {"parties": [world.officer, world.bureau], "before": None}
    assert "ix_complaint_grams" in plan(root, asked | {"wanted": ["台灯"], "patterns": ["%台灯%"]})
    frequent = plan(root, asked | {"wanted": ["外套"], "patterns": ["%外套%"]})
    assert "ix_case_access_party" in frequent
    assert "Seq Scan on complaint" not in frequent


def test_a_search_costs_one_statement_whatever_it_finds(world, root):
    copies(root, world.file(), 60)
    for asked in ("外套", "13900000000"):
        for limit in (1, 50):
            with world.as_officer() as session, counted(world) as sent:
                session.connection()
                sent.clear()
                assert len(searching.search(session, asked, limit=limit)) == limit
            assert len(sent) == 1


def test_nobody_but_an_officer_may_ask_the_databases_function(world, cases):
    for stranger in (world.as_consumer(), world.as_merchant()):
        with stranger as session, pytest.raises(Exception, match="permission denied for function"):
            searching.search(session, "外套")


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


def test_the_api_searches_in_pages_and_a_cursor_is_good_for_its_own_list(world, officer):
    filed = [str(world.file()) for _ in range(3)]
    first = officer.get("/complaints?q=外套&limit=2").json
    second = officer.get(f"/complaints?q=外套&limit=2&cursor={first['next']}").json
    assert [row["id"] for row in first["items"] + second["items"]] == filed[::-1]
    assert second["next"] is None
    assert officer.get(f"/complaints?cursor={first['next']}").json["errors"][0]["field"] == "cursor"
    queued = officer.get("/complaints?limit=2").json["next"]
    assert officer.get(f"/complaints?q=外套&cursor={queued}").json["errors"][0]["field"] == "cursor"


def test_what_cannot_be_searched_is_named_by_field(world, officer):
    short = officer.get("/complaints?q=外")
    assert (short.status_code, short.json["errors"][0]["field"]) == (422, "q")
    both = officer.get("/complaints?q=外套&district=320508")
    assert [e["field"] for e in both.json["errors"]] == ["district"]


def test_the_officers_page_finds_tells_what_is_wrong_and_finds_nothing_kindly(world, app):
    case = world.file()
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    number = world.read(case).number
    assert number in client.get("/officer/search/?q=外套").text
    assert "至少两个字" in client.get("/officer/search/?q=外").text
    assert "没有查到" in client.get("/officer/search/?q=飞机").text
    assert "手机号" in client.get("/officer/search/").text
    assert "Find complaints" in client.get("/officer/search/?lang=en").text


def test_an_old_case_row_is_not_read_with_its_keys(world, cases):
    with world.as_officer() as session:
        assert "grams" not in session.get_one(Complaint, cases[0]).__dict__
