from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from complaints import desks, queries
from complaints.desk import Absence, SavedFilter
from complaints.operations import assign, decide, desk, mediate
from seeds.reference import bureau_id
from tests.factories import AccountFactory, MembershipFactory
from tests.support.http import Api, make_app, token_for
from tests.support.pile import copies
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.store.session import Identity, Role
from workflows.time.clock import SystemClock

TODAY = date(2026, 7, 20)


@pytest.fixture
def colleague(world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="officer", login="gusu2", name="甲同事").id
        MembershipFactory(session=session, account_id=account, org_id=bureau_id("320508"))
    return account


def run(world, verb, *arguments, **named):
    with world.as_officer() as session:
        return verb(session, *arguments, actor=world.officer_actor, clock=world.clock, **named)


def absent(world, officer, first=TODAY, last=TODAY):
    return run(world, desk.enter_absence, officer, first, last)


def events(world, case):
    with world.as_worker() as session:
        found = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq))
        return [(e.event, json.loads(e.body)["facts"]) for e in found]


def seen(world, *cases):
    return {case: world.read(case).version for case in cases}


def ids(world, **asked):
    with world.as_officer() as session:
        return [row.id for row in queries.queue(session, (world.bureau,), **asked)]


def test_a_case_is_assigned_by_hand_and_the_journal_keeps_from_whom_to_whom_and_how(world, colleague):
    case = world.file()
    world.decide(case, assign.assign, world.officer)
    world.decide(case, assign.assign, colleague)
    assert world.read(case).assigned_to == colleague
    told = [facts for name, facts in events(world, case) if name == "assign"]
    mine, theirs = str(world.officer), str(colleague)
    assert told == [{"to": mine, "from": None, "how": "person"}, {"to": theirs, "from": mine, "how": "person"}]


def test_a_case_goes_to_officers_of_its_bureau_who_are_there_and_to_nobody_twice(world, colleague):
    case = world.file()
    absent(world, colleague)
    for officer in (colleague, world.far_officer, world.consumer, uuid4()):
        with pytest.raises(RuleBroken, match="no officer of the case's bureau, or is away"):
            world.decide(case, assign.assign, officer)
    world.decide(case, assign.assign, world.officer)
    with pytest.raises(RuleBroken, match="already"):
        world.decide(case, assign.assign, world.officer)


def test_an_ended_case_is_assigned_to_nobody(world):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-4", "已超过三年。")
    world.decide(case, decide.told, "phone")
    world.decide(case, mediate.close)
    with pytest.raises(Conflict, match="not possible in state closed"):
        world.decide(case, assign.assign, world.officer)


def test_who_decides_a_case_that_is_nobodys_has_it_and_one_that_is_somebodys_stays(world, colleague):
    first, second = world.file(), world.file()
    world.decide(first, decide.accept)
    world.decide(second, assign.assign, colleague)
    world.decide(second, decide.accept)
    assert (world.read(first).assigned_to, world.read(second).assigned_to) == (world.officer, colleague)


def test_a_case_that_leaves_the_bureau_is_nobodys_there(world):
    case = world.file()
    world.decide(case, assign.assign, world.officer)
    world.decide(case, decide.return_to_intake, "不归我们管")
    assert world.read(case).assigned_to is None


def test_the_queue_shows_mine_and_nobodys(world, colleague):
    mine, theirs, nobodys = world.file(), world.file(), world.file()
    world.decide(mine, assign.assign, world.officer)
    world.decide(theirs, assign.assign, colleague)
    assert ids(world) == [mine, theirs, nobodys]
    assert ids(world, officer=world.officer) == [mine]
    assert ids(world, unassigned=True) == [nobodys]


def test_by_load_each_gets_what_makes_it_even_and_who_is_away_gets_nothing(world, colleague):
    for _ in range(2):
        world.decide(world.file(), assign.assign, world.officer)
    cases = [world.file() for _ in range(4)]
    done, left = run(world, assign.assign_all, seen(world, *cases), None)
    assert (sorted(done), left) == (cases, [])
    with world.as_officer() as session:
        assert desks.loads(session, [world.officer, colleague]) == {world.officer: 3, colleague: 3}
    absent(world, colleague)
    more = [world.file() for _ in range(2)]
    run(world, assign.assign_all, seen(world, *more), None)
    assert {world.read(case).assigned_to for case in more} == {world.officer}


def test_several_are_assigned_at_the_versions_seen_and_what_moved_on_is_left(world, colleague):
    first, second = world.file(), world.file()
    wanted = seen(world, first, second)
    world.decide(first, decide.accept)
    assert run(world, assign.assign_all, wanted, colleague) == ([second], [first])
    assert world.read(first).assigned_to == world.officer
    for many in ({}, {uuid4(): 1 for _ in range(101)}):
        with pytest.raises(RuleBroken, match="1 to 100"):
            run(world, assign.assign_all, many, None)


def test_with_nobody_there_nothing_is_assigned(world):
    case = world.file()
    absent(world, world.officer)
    assert run(world, assign.assign_all, seen(world, case), None) == ([], [case])


def test_all_open_cases_of_somebody_away_are_handed_over_in_portions(world, colleague, monkeypatch):
    cases = [world.file() for _ in range(3)]
    for case in cases:
        world.decide(case, assign.assign, colleague)
    monkeypatch.setattr(assign, "MOST_BULK", 2)
    assert run(world, assign.hand_over_all, colleague) == (2, True)
    assert run(world, assign.hand_over_all, colleague) == (1, False)
    assert run(world, assign.hand_over_all, colleague) == (0, False)
    assert {world.read(case).assigned_to for case in cases} == {world.officer}
    assert events(world, cases[0])[-1][1]["how"] == "hand_over"


def test_without_a_colleague_the_cases_stay(world):
    case = world.file()
    world.decide(case, assign.assign, world.officer)
    assert run(world, assign.hand_over_all, world.officer) == (0, False)
    assert world.read(case).assigned_to == world.officer


def test_several_are_told_at_once_where_there_is_something_to_tell(world):
    accepted, fresh, moved = world.file(), world.file(), world.file()
    for case in (accepted, moved):
        world.decide(case, decide.accept)
    wanted = seen(world, accepted, fresh, moved)
    world.decide(moved, decide.told, "sms")
    done, left = run(world, assign.tell_all, wanted, "phone")
    assert (done, left) == ([accepted], [fresh, moved])
    assert world.read(accepted).told_on == TODAY
    assert events(world, accepted)[-1][1]["by"] == "phone"


def test_an_absence_is_entered_within_bounds_and_called_off(world, colleague):
    entered = absent(world, colleague, TODAY, date(2026, 7, 31))
    with world.as_officer() as session:
        assert [a.id for a in desks.away(session, (world.bureau,), TODAY)] == [entered.id]
        assert list(desks.away(session, (world.bureau,), date(2026, 8, 1))) == []
        desk.end_absence(session, entered.id, clock=world.clock)
        assert list(desks.away(session, (world.bureau,), TODAY)) == []
    wrong = ((TODAY, date(2026, 7, 19)), (date(2026, 7, 1), date(2026, 7, 19)), (TODAY, date(2027, 8, 1)))
    for first, last in wrong:
        with pytest.raises(RuleBroken, match="longer than a year"):
            absent(world, colleague, first, last)
    with pytest.raises(RuleBroken, match="choose an officer"):
        absent(world, world.far_officer)


def test_another_bureau_sees_neither_absences_nor_officers_nor_filters(world, colleague):
    entered = absent(world, colleague)
    run(world, desk.keep_filter, "急件", "mine", None, None)
    with world.as_far_officer() as session:
        assert [c.id for c in desks.colleagues(session)] == [world.far_officer]
        assert list(session.scalars(select(Absence))) == []
        assert list(session.scalars(select(SavedFilter))) == []
        with pytest.raises(NotFound):
            desk.end_absence(session, entered.id, clock=world.clock)
    with world.as_officer() as session:
        assert {c.id: c.name for c in desks.colleagues(session)}[colleague] == "甲同事"
    for stranger in (world.as_consumer(), world.as_merchant()):
        with stranger as session, pytest.raises(DBAPIError, match="permission denied"):
            desks.colleagues(session)


def test_a_filter_is_the_officers_own_even_within_the_bureau(world, colleague):
    run(world, desk.keep_filter, "急件", "mine", None, None)
    with world.db.transaction(Role.OFFICER, Identity(colleague, (colleague, world.bureau))) as session:
        assert list(session.scalars(select(SavedFilter))) == []


def kept(world):
    with world.as_officer() as session:
        return {row.name: (row.whose, row.state, row.district) for row in desks.filters(session, world.officer)}


def test_filters_are_kept_under_their_names_twenty_at_most_and_dropped(world):
    for number in range(20):
        run(world, desk.keep_filter, f"第{number}个", "all", None, None)
    with pytest.raises(RuleBroken, match="at most 20"):
        run(world, desk.keep_filter, "再一个", "all", None, None)
    run(world, desk.keep_filter, "第3个", "unassigned", "filed", "320508")
    assert kept(world)["第3个"] == ("unassigned", "filed", "320508")
    with world.as_officer() as session:
        row = session.scalars(select(SavedFilter).where(SavedFilter.name == "第3个")).one()
        desk.drop_filter(session, row.id, actor=world.officer_actor)
    assert len(kept(world)) == 19
    for name in (" ", "长" * 31):
        with pytest.raises(RuleBroken, match="1 to 30"):
            run(world, desk.keep_filter, name, "all", None, None)


@contextmanager
def counted(world):
    sent, engine = [], world.db.engine(Role.OFFICER)
    event.listen(engine, "before_cursor_execute", note := lambda *a: sent.append((a[2], a[3])))
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_counts_stop_at_a_hundred_and_cost_one_statement(world, root):
    case = world.file()
    copies(root, case, 300, assigned_to=f"CASE WHEN n <= 5 THEN '{world.officer}'::uuid END")
    with world.as_officer() as session:
        session.connection()
        with counted(world) as sent:
            found = desks.waiting(session, (world.bureau,), world.officer)
    assert found == {"all": 100, "mine": 5, "unassigned": 100}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("asked", "index"), [({}, "ix_complaint_unassigned"), ({"mine": True}, "ix_complaint_assigned")], ids=str
)
def test_the_queue_reads_mine_and_nobodys_off_their_own_indexes(world, root, asked, index):
    case = world.file()
    copies(
        root,
        case,
        4000,
        assigned_to=f"CASE WHEN n %% 10 = 1 THEN '{world.officer}'::uuid ELSE '{world.far_officer}' END",
    )
    root.execute("UPDATE complaint SET assigned_to = NULL WHERE number LIKE 'P%7'")
    root.commit()
    root.autocommit = True
    root.execute("VACUUM ANALYZE complaint")
    with world.as_officer() as session, counted(world) as sent:
        session.connection()
        sent.clear()
        chosen = {"officer": world.officer} if asked else {"unassigned": True}
        assert len(queries.queue(session, (world.bureau,), limit=50, **chosen)) == 50
        ((statement, values),) = sent
        plan = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    assert index in json.dumps(plan)


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var", WUYOU_DEMO="0")


@pytest.fixture
def officer(app, world):
    found = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    return found


def box(world, case):
    return f"{case}:{world.read(case).version}"


def test_the_queue_page_assigns_several_and_names_what_was_left(world, officer, colleague):
    first, second = world.file(), world.file()
    form = {"case": [box(world, first), box(world, second)], "officer": str(colleague)}
    world.decide(second, assign.assign, world.officer)
    page = officer.post("/officer/desk/assign", data=form).text
    assert "已分配 1 件" in page
    assert "同事已更新" in page
    assert world.read(first).assigned_to == colleague
    again = officer.post("/officer/desk/assign", data={"case": [box(world, first)], "officer": str(colleague)}).text
    assert "已由该承办人办理" in again
    assert officer.post("/officer/desk/assign", data={"officer": "load"}).status_code == 422
    assert officer.post("/officer/desk/assign", data={"case": ["x:y"]}).status_code == 422
    listed = officer.get("/officer/?whose=unassigned").text
    assert "都已分配" in listed
    assert "甲同事" in officer.get("/officer/").text


def test_the_queue_page_asks_before_it_records_that_several_were_told(world, officer):
    case = world.file()
    world.decide(case, decide.accept, clock=SystemClock())
    form = {"case": [box(world, case)], "by": "phone"}
    asked = officer.post("/officer/desk/told", data=form).text
    assert "确认登记 1 件" in asked
    assert world.read(case).told_on is None
    assert "已登记告知 1 件" in officer.post("/officer/desk/told", data=form | {"confirmed": "1"}).text
    assert world.read(case).told_on == SystemClock().today()


def test_filters_counts_and_the_case_page_are_on_the_pages(world, officer, colleague):
    case = world.file()
    officer.post("/officer/desk/filters", data={"name": "未分配的", "whose": "unassigned", "state": "filed"})
    page = officer.get("/officer/").text
    assert "/officer/?whose=unassigned&amp;state=filed" in page
    assert "还没有指定承办人" in officer.get(f"/officer/complaints/{case}").text
    form = {"version": "1", "officer": str(colleague)}
    assert officer.post(f"/officer/complaints/{case}/assign", data=form).status_code == 303
    assert "承办人：甲同事" in officer.get(f"/officer/complaints/{case}").text
    assert "甲同事 · 由同事指定" in officer.get(f"/officer/complaints/{case}").text
    with world.as_officer() as session:
        (row,) = desks.filters(session, world.officer)
    officer.post(f"/officer/desk/filters/{row.id}/drop")
    assert kept(world) == {}
    assert officer.post("/officer/desk/filters", data={"name": ""}).status_code == 422


def test_absences_are_entered_handed_over_and_called_off_on_their_page(world, officer, colleague):
    case = world.file()
    world.decide(case, assign.assign, colleague)
    today = str(SystemClock().today())
    assert "没有人请假" in officer.get("/officer/desk/absences").text
    wrong = officer.post("/officer/desk/absences", data={"officer": str(colleague), "from_on": today})
    assert wrong.status_code == 422
    days = {"officer": str(colleague), "from_on": today, "until_on": today}
    assert officer.post("/officer/desk/absences", data=days).status_code == 303
    assert "请假中" in officer.get("/officer/desk/absences").text
    done = officer.post(f"/officer/desk/absences/{colleague}/hand-over", follow_redirects=True).text
    assert "已交接 1 件" in done
    assert world.read(case).assigned_to == world.officer
    with world.as_officer() as session:
        (entered,) = desks.away(session, (world.bureau,), SystemClock().today())
    officer.post(f"/officer/desk/absences/{entered.id}/end")
    assert "没有人请假" in officer.get("/officer/desk/absences").text


def test_whose_case_it_is_is_no_business_of_the_parties(world, app, colleague):
    case = world.file()
    world.decide(case, assign.assign, colleague)
    for account, path in ((world.consumer, "my"), (world.merchant, "merchant")):
        client = app.test_client()
        client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
        page = client.get(f"/{path}/complaints/{case}").text
        assert "指定了承办人" not in page
        assert "甲同事" not in page
        assert str(colleague) not in page


def test_the_api_assigns_and_lists_mine_and_nobodys(world, app, colleague):
    api, consumer = Api(app, token_for(world.db, world.officer)), Api(app, token_for(world.db, world.consumer))
    case, other = world.file(), world.file()
    body, tag = {"officer": str(world.officer)}, '"1"'
    assert consumer.post(f"/complaints/{case}/assign", body, If_Match=tag).status_code == 403
    assert api.post(f"/complaints/{case}/assign", {}, If_Match=tag).json["errors"][0]["field"] == "officer"
    assert api.post(f"/complaints/{case}/assign", body, If_Match=tag).json["version"] == 2
    (mine,) = api.get("/complaints?queue=mine").json["items"]
    assert (mine["id"], mine["assigned_to"]) == (str(case), str(world.officer))
    assert [row["id"] for row in api.get("/complaints?queue=unassigned").json["items"]] == [str(other)]


def test_old_absences_stay_and_are_never_deleted(world, colleague):
    entered = absent(world, colleague)
    with world.as_officer() as session, pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("DELETE FROM officer_absence"))
    with world.as_officer() as session:
        assert session.get_one(Absence, entered.id).entered_by == world.officer


def test_the_queue_page_costs_the_same_statements_whatever_it_holds(world, officer, root):
    case = world.file()
    spent = []
    for many in (0, 60):
        if many:
            copies(root, case, many)
        with counted(world) as sent:
            assert officer.get("/officer/").status_code == 200
        spent.append(len(sent))
    assert spent[0] == spent[1]
    assert spent[0] <= 8
