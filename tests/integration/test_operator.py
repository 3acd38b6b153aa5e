"""The operator's commands against a real installation."""

from __future__ import annotations

import json
import os
from datetime import date

import pytest
from sqlalchemy import select, text, update
from stdnum.cn import uscc

from app.cli import status
from complaints.operations import decide
from seeds import people
from tests.chaos import harness
from tests.factories import FactsFactory
from tests.support.world import at
from workflows.case import clocks
from workflows.case.tables import CaseEvent
from workflows.delivery.tables import Message
from workflows.store.session import Role


@pytest.fixture
def system(tmp_path):
    found = harness.build(tmp_path / "var")
    yield found
    found.stop()


@pytest.fixture
def wuyou(system, capsys, monkeypatch):
    monkeypatch.setenv("WUYOU_DATA", str(system.places.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    def run(*arguments: str):
        code = status(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def notice_for_2027(holidays=None) -> str:
    return json.dumps(
        {
            "year": 2027,
            "notice": {
                "title": "测试通知",
                "number": "测试〔2026〕1号",
                "published_on": "2026-11-20",
                "url": "https://example.invalid/2027",
            },
            "amendments": [],
            "holidays": holidays or [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}],
            "make_up": [],
        },
        ensure_ascii=False,
    )


def test_loading_a_year_shows_first_what_moves_and_then_moves_it_with_an_event_each(system, wuyou, tmp_path):
    world = system.world
    near = at("2026-12-25")
    open_case = world.file(near, facts=FactsFactory(happened_on=date(2026, 12, 1)))
    told_case = world.file(near, facts=FactsFactory(happened_on=date(2026, 12, 1)))
    world.decide(told_case, decide.decline, "O121-16-1", "不属于职责。", clock=near)
    world.decide(told_case, decide.told, "phone", clock=near)
    assert world.read(open_case).next_due_on == date(2027, 1, 6)
    file = tmp_path / "2027.json"
    holidays = [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-05"}]
    file.write_text(notice_for_2027(holidays), "utf-8")

    code, out, _ = wuyou("calendar", "load", str(file), "--dry-run")
    assert code == 0
    assert f"{open_case} complaint.accept: 2027-01-06 → 2027-01-08" in out
    assert str(told_case) not in out
    assert "1 open deadlines would move" in out
    assert world.read(open_case).next_due_on == date(2027, 1, 6)
    assert wuyou("calendar", "show", "2027")[0] == 1

    assert "1 open deadlines moved" in wuyou("calendar", "load", str(file))[1]
    assert world.read(open_case).next_due_on == date(2027, 1, 8)
    with world.as_worker() as session:
        events = session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == open_case)).all()
        assert events == ["file", "clock_moved"]
        assert not clocks.of_case(session, open_case)[0].provisional
    assert wuyou("calendar", "show", "2027")[0] == 0
    assert wuyou("deadline", "complaint.accept", "2026-12-25")[1] == "2027-01-08\n"
    assert wuyou("verify", "clocks")[1].startswith("ok")
    assert wuyou("verify", "journal")[1] == "ok 2 cases, 5 events\n"


def test_a_year_that_moves_a_promises_last_day_moves_it_in_its_row_too(system, wuyou, tmp_path):
    """Entered so that its 1,095 days end on 2029-10-01; the notice of 2029 makes that day a holiday."""
    system.world.enrolled(clock=at("2026-10-02"))
    year = json.loads(notice_for_2027([{"name": "国庆节", "from": "2029-10-01", "to": "2029-10-07"}]))
    path = tmp_path / "2029.json"
    path.write_text(json.dumps(year | {"year": 2029}, ensure_ascii=False), "utf-8")
    code, out, _ = wuyou("calendar", "load", str(path))
    assert (code, "standing.term: 2029-10-01 → 2029-10-08" in out) == (0, True)
    with system.db.transaction(Role.WORKER) as session:
        assert session.scalar(text("SELECT expires_on FROM standing")) == date(2029, 10, 8)
    assert wuyou("verify", "clocks")[0] == 0


def test_a_faulty_year_file_changes_nothing(system, wuyou, tmp_path):
    file = tmp_path / "2027.json"
    file.write_text(notice_for_2027().replace("2027-01-03", "2026-12-01"), "utf-8")
    code, _, err = wuyou("calendar", "load", str(file))
    assert code == 2
    assert err.count("\n") == 1
    assert wuyou("calendar", "show", "2027")[0] == 1


def test_verify_names_a_stored_date_that_its_events_do_not_give(system, wuyou):
    case = system.world.file()
    with system.db.transaction(Role.WORKER) as session:
        session.execute(text("UPDATE case_clock SET due_on = due_on + 1"))
    code, out, _ = wuyou("verify", "clocks")
    assert code == 1
    assert str(case) in out


def test_verify_journal_names_an_altered_event(system, wuyou):
    case = system.world.file()
    with system.postgres.connect() as root:
        root.execute("ALTER TABLE case_event DISABLE TRIGGER ALL")
        root.execute("UPDATE case_event SET body = replace(body, 'quality', 'price')")
    code, out, _ = wuyou("verify", "journal")
    assert (code, f"case {case}, event 1: was altered" in out) == (1, True)


def test_the_doctor_says_what_needs_a_person(system, wuyou):
    system.world.file()
    code, out, _ = wuyou("doctor")
    assert code == 1
    assert "LOOK ticker: never seen" in out
    assert "ok   database" in out
    system.ticker()
    system.worker()
    system.drained()
    harness.wait_for(lambda: wuyou("doctor")[0] == 0, "the doctor to be content", 20)


def test_a_dead_letter_is_seen_and_replayed(system, wuyou):
    system.world.file()
    with system.db.transaction(Role.WORKER) as session:
        session.execute(update(Message).values(dead_at=text("now()"), attempts=12, last_error="ValueError"))
    assert "LOOK dead letters: 1" in wuyou("doctor")[1]
    assert wuyou("outbox", "replay")[1] == "1 messages are due again\n"


def test_measures_of_a_day_are_the_same_however_often_they_are_computed(system, wuyou):
    world = system.world
    early, late = world.file(at("2026-07-01")), world.file(at("2026-07-01"))
    for case, told in ((early, "2026-07-06"), (late, "2026-07-20")):
        world.decide(case, decide.decline, "O121-16-1", "不属于职责。", clock=at("2026-07-03"))
        world.decide(case, decide.told, "phone", clock=at(told))

    def figures():
        with system.db.transaction(Role.WORKER) as session:
            rows = session.execute(
                text("SELECT name, day, scope, numerator, denominator FROM measure ORDER BY 1, 2, 3")
            )
            return [tuple(row) for row in rows]

    wuyou("measure", "--day", "2026-07-20", "--days", "20")
    first = figures()
    wuyou("measure", "--day", "2026-07-20", "--days", "20")
    assert figures() == first
    on_time = [
        (day, n, d) for name, day, scope, n, d in first if name == "complaint.accept_on_time" and scope == "320508"
    ]
    assert on_time == [(date(2026, 7, 6), 1, 1), (date(2026, 7, 11), 0, 1)]


def test_an_export_is_checked_by_the_stand_alone_verifier(system, wuyou, tmp_path):
    system.world.file()
    exported = tmp_path / "journal.jsonl"
    assert wuyou("export-journal", str(exported))[0] == 0
    assert len(exported.read_text("utf-8").splitlines()) == 2


def test_the_demo_is_refused_where_it_must_not_exist(wuyou, monkeypatch):
    assert json.loads(wuyou("demo-accounts", "--json")[1])[0]["role"] == "consumer"
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert wuyou("demo-accounts", "--json")[0] == 2
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("WUYOU_BIND", "0.0.0.0")
    assert wuyou("demo-accounts", "--json")[0] == 2


def test_a_command_without_a_running_server_says_so_in_one_line(wuyou, monkeypatch, tmp_path):
    monkeypatch.setenv("WUYOU_DATA", str(tmp_path / "nothing"))
    code, _, err = wuyou("measure", "--day", "2026-07-01")
    assert (code, err.count("\n")) == (2, 1)
    assert "is Wuyou running" in err
    assert os.environ["WUYOU_DATA"].endswith("nothing")


def test_volume_is_loaded_by_seed_and_stays_verifiable(system, wuyou):
    with system.db.transaction(Role.OWNER) as session:
        people.load_crowd(session)
    code, out, _ = wuyou("load", "--merchants", "300", "--complaints", "200", "--seed", "5")
    assert (code, out) == (0, "300 merchants and 200 complaints added\n")
    assert wuyou("load", "--merchants", "300", "--seed", "5")[0] == 0
    with system.db.transaction(Role.WORKER) as session:
        assert session.scalar(text("SELECT count(*) FROM store WHERE name LIKE '演示门店%'")) == 300
        codes = session.scalars(text("SELECT uscc FROM enterprise WHERE name LIKE '演示商户%'")).all()
    assert all(uscc.is_valid(code) for code in codes)
    assert wuyou("verify", "journal")[0] == wuyou("verify", "clocks")[0] == 0
    assert wuyou("load", "--returns", "5")[0] == 2


def test_a_declared_setting_is_decided_from_a_day_on_and_never_backwards(system, wuyou):
    listed = {row["code"]: row for row in json.loads(wuyou("setting", "list", "--json")[1])}
    assert (listed["enrolment.review"]["value"], listed["standing.term"]["value"]) == (10, 1095)
    with system.db.transaction(Role.WORKER) as session:
        today = session.scalar(text("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date"))
    decide_it = ("setting", "set", "enrolment.review", "12", "--city", "3101", "--reason", "节后积压")
    assert wuyou(*decide_it, "--from", "2020-01-01")[0] == 2
    assert wuyou(*decide_it, "--from", str(today))[0] == 0
    assert wuyou(*decide_it, "--from", str(today))[0] == 2
    assert wuyou("setting", "set", "enrolment.review", "99", "--from", str(today), "--reason", "x")[0] == 2
    assert wuyou("setting", "set", "nothing", "1", "--from", str(today), "--reason", "x")[0] == 2
    assert "12" in wuyou("setting", "list", "--city", "3101")[1].splitlines()[0]
    assert " 10 " in wuyou("setting", "list", "--city", "3205")[1].splitlines()[0]


def test_open_data_can_be_published_at_once(system, wuyou):
    code, out, _ = wuyou("open-data", "--json")
    files = json.loads(out)["files"]
    assert code == 0
    assert {f["name"] for f in files} == {"enrolled.csv", "enrolled.json", "removed.csv", "removed.json"}
    assert (system.places.data / "open-data" / "current" / "index.json").exists()
    assert "enrolled.csv" in wuyou("open-data")[1]


def test_the_register_of_mediation_organisations_is_kept_from_the_command_line(wuyou):
    given = ("--phone", "0512-0", "--address", "某路1号", "--from", "2026-07-01")
    added = ("organisation", "add", "试样调解中心", "--kind", "other", "--city", "3205", *given)
    code, made, _ = wuyou(*added)
    assert code == 0
    (row,) = json.loads(wuyou("organisation", "list", "--city", "3205", "--json")[1])
    assert (row["id"], row["name_en"], row["until"]) == (made.strip(), "试样调解中心", None)
    assert wuyou("organisation", "end", made.strip(), "--on", "2026-08-01")[0] == 0
    assert "2026-08-01" in wuyou("organisation", "list")[1]
    unknown = "00000000-0000-7000-8000-000000000000"
    assert wuyou("organisation", "end", unknown, "--on", "2026-08-01")[0] == 2
    assert wuyou("organisation", "add", " ", *added[3:])[0] == 2
