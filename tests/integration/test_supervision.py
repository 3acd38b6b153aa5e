from __future__ import annotations

import ast
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event, select, text, update

import merchants.operations.review as review_module
from merchants import mirrors, rules
from merchants.inspection import ITEMS, Sheet, Wanted
from merchants.mirrors import CreditRow, ListRow, RepairRow
from merchants.models import CreditGrade, Enrolment, Enterprise, InspectionPlan, ListEntry, Standing, Store, Visit
from merchants.operations import enrol, inspections, mirror, review, standing
from merchants.promise import PromiseTerms
from merchants.queries import enrolments, standings
from merchants.queries import inspections as queries
from tests.factories import EnterpriseFactory, StoreFactory
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.case import journal
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.actor import SYSTEM
from workflows.people.tables import Bureau
from workflows.store.session import Identity, Role

TERMS = PromiseTerms(days=15, categories=("goods.clothing",))
YES = dict.fromkeys(ITEMS, "yes")
NO = YES | {"plaque_shown": "no"}
FOUND = {"plaque_shown": "标牌收在抽屉里"}


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


def submitted(world, store=None, clock=None, *, green=False):
    """An application handed in and checked; its id."""
    clock = clock or world.clock
    with world.as_merchant() as session:
        shop = session.get_one(Store, store or world.store)
        case = enrol.draft(session, shop, TERMS, enrol.Papers(), actor=world.merchant_actor, clock=clock)
        enrol.submit(session, case, signed=True, actor=world.merchant_actor, clock=clock)
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=clock)
    if green:
        with world.as_worker() as session:
            session.execute(update(Enrolment).where(Enrolment.id == case.id).values(green=True))
    return case.id


def shops(world, count):
    """More stores of the world's firm, each at an address of its own."""
    with world.db.transaction(Role.OWNER) as session:
        return [
            StoreFactory(session=session, enterprise_id=world.enterprise, address=f"姑苏区样板路{n}号").id
            for n in range(count)
        ]


def code_of(world):
    with world.as_worker() as session:
        return session.get_one(Enterprise, world.enterprise).uscc


def entry(world, number="沪异1", **changes):
    values = {"kind": "abnormal", "uscc": code_of(world), "source": "上海市市场监管局", "number": number}
    values |= {"edition": "2026-07", "since": date(2026, 6, 1), "until": None}
    return ListRow(**values | changes)


def load(world, *rows):
    with world.as_worker() as session:
        return mirror.mirror(session, rows, actor=SYSTEM, clock=world.clock)


def repair(world, **changes):
    values = {"source": "上海市市场监管局", "number": "沪异1", "notice": "修复1", "repaired_on": date(2026, 7, 10)}
    row = RepairRow(**values | {"received_on": date(2026, 7, 17)} | changes)
    with world.as_worker() as session:
        return mirror.stop_by_repair(session, row, actor=SYSTEM, clock=world.clock)


def lists_of(world, case):
    with world.as_worker() as session:
        (found,) = [c for c in session.get_one(Enrolment, case).checks if c["code"] == "lists"]
    return found


def facts(world, case, verb):
    with world.as_worker() as session:
        query = select(CaseEvent.body).where(CaseEvent.case_id == case, CaseEvent.event == verb)
        return [json.loads(body)["facts"] for body in session.scalars(query.order_by(CaseEvent.seq))]


# Bulk


def test_bulk_approval_over_the_api_names_what_moved_on_and_why(world, officer):
    stores = shops(world, 3)
    fresh, moved, looked_at = (submitted(world, s, green=n < 2) for n, s in enumerate(stores))
    cases = [{"id": str(fresh), "version": 3}, {"id": str(moved), "version": 2}, {"id": str(looked_at), "version": 3}]
    answer = officer.post("/enrolments/bulk?lang=en", {"cases": cases})
    assert answer.status_code == 200, answer.text
    (entered,) = answer.json["approved"]
    with world.as_worker() as session:
        assert session.get_one(Standing, entered["id"]).store_id == stores[0]
    reasons = {row["id"]: row["reason"] for row in answer.json["left"]}
    assert reasons == {
        str(moved): "it changed after you saw it",
        str(looked_at): "not every check is in order any more",
    }
    again = officer.post("/enrolments/bulk?lang=en", {"cases": cases[:1]}).json
    assert (again["approved"], again["left"][0]["reason"]) == ([], "a colleague decided it (Approved)")
    assert officer.post("/enrolments/bulk", {"cases": cases[:1] * 2}).status_code == 422


def test_one_that_cannot_be_approved_keeps_no_other_from_it_and_leaves_nothing_half_done(world):
    world.enrolled(TERMS)
    (other,) = shops(world, 1)
    fine = submitted(world, other, green=True)
    with world.as_worker() as session:
        held = session.scalar(select(Standing).where(Standing.store_id == world.store))
        session.execute(update(Standing).where(Standing.id == held.id).values(state="expiring"))
    with world.as_merchant() as session:
        case = enrol.renew(session, standing.find(session, held.id), actor=world.merchant_actor, clock=world.clock)
        enrol.submit(session, case, signed=True, actor=world.merchant_actor, clock=world.clock)
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=world.clock)
        session.execute(update(Enrolment).where(Enrolment.id == case.id).values(green=True))
    with world.as_officer() as session:
        found = standing.find(session, held.id)
        standing.suspend(session, found, "complaints", "集中投诉", actor=world.officer_actor, clock=world.clock)
    with world.as_officer() as session:
        wanted = {fine: 3, case.id: 3}
        entered, left = review.approve_all(session, wanted, actor=world.officer_actor, clock=world.clock)
        assert ([e.store_id for e in entered], left) == ([other], [case.id])
    with world.as_worker() as session:
        kept = session.get_one(Enrolment, case.id)
        assert (kept.state, kept.version, kept.decided_on) == ("submitted", 3, None)
    assert facts(world, case.id, "approve") == []


# Lists


def test_an_entry_is_shown_to_the_officer_and_named_in_the_decisions_journal(world):
    load(world, entry(world))
    case = submitted(world)
    check = lists_of(world, case)
    (found,) = check["detail"]["entries"]
    assert check["verdict"] == "look"
    assert (found["source"], found["number"], found["edition"], found["since"]) == (
        "上海市市场监管局", "沪异1", "2026-07", "2026-06-01",
    )  # fmt: skip
    with world.as_officer() as session:
        review.approve(session, enrol.find(session, case), actor=world.officer_actor, clock=world.clock)
    assert facts(world, case, "check")[0]["lists"] == [found["id"]]
    assert facts(world, case, "approve")[0]["lists"] == [found["id"]]


def test_a_list_is_a_ground_only_where_the_checks_found_an_entry(world):
    case = submitted(world)
    with pytest.raises(RuleBroken, match="no entry of a list"):
        refuse_as_listed(world, case)
    load(world, entry(world))
    refuse_as_listed(world, case)
    assert len(facts(world, case, "refuse")[0]["lists"]) == 1


def refuse_as_listed(world, case):
    with world.as_officer() as session:
        found = enrol.find(session, case)
        review.refuse(session, found, "listed", "在名录中", actor=world.officer_actor, clock=world.clock)


def test_a_new_entry_and_its_repair_check_waiting_applications_again(world):
    case = submitted(world)
    assert lists_of(world, case)["verdict"] == "yes"
    assert load(world, entry(world)).changed == 1
    assert lists_of(world, case)["verdict"] == "look"
    stopped = repair(world)
    assert lists_of(world, case)["verdict"] == "yes"
    assert (stopped.notice, stopped.stopped_on) == ("修复1", date(2026, 7, 17))


def test_a_repair_notice_is_due_within_three_working_days_and_a_late_one_shows(world):
    load(world, entry(world), entry(world, "沪异2"))
    late = repair(world)
    assert (late.push_due_on, late.pushed_late) == (date(2026, 7, 15), True)
    assert repair(world, number="沪异2", received_on=date(2026, 7, 15)).pushed_late is False


def test_a_stopped_entry_stays_stopped_whatever_the_list_says_later(world):
    load(world, entry(world))
    repair(world)
    assert load(world, entry(world, edition="2026-08")).changed == 0
    assert repair(world).notice == "修复1"
    with pytest.raises(Conflict):
        repair(world, notice="修复2")
    with pytest.raises(NotFound):
        repair(world, number="没有")


@pytest.mark.parametrize("days", [{"repaired_on": date(2026, 5, 1)}, {"received_on": date(2026, 8, 1)}])
def test_days_of_a_repair_that_contradict_each_other_are_refused(world, days):
    load(world, entry(world))
    with pytest.raises(RuleBroken):
        repair(world, **days)


def test_the_same_list_twice_changes_nothing_and_an_entry_that_ended_is_used_no_more(world):
    assert load(world, entry(world, until=date(2026, 7, 19))).changed == 1
    assert load(world, entry(world, until=date(2026, 7, 19))).changed == 0
    assert lists_of(world, submitted(world))["verdict"] == "yes"


# Credit


def grade(world, month, letter, source="省平台"):
    with world.as_worker() as session:
        row = CreditRow(code_of(world), month, letter, source)
        return mirror.load_credit(session, [row], clock=world.clock)


def test_classes_are_kept_by_month_and_the_same_file_twice_changes_nothing(world):
    assert grade(world, date(2026, 5, 1), "B").changed == 1
    assert grade(world, date(2026, 6, 1), "D").changed == 1
    assert grade(world, date(2026, 6, 1), "D").changed == 0
    assert grade(world, date(2026, 6, 1), "C").changed == 1
    with world.as_worker() as session:
        stranger = CreditRow("91310115398635562J", date(2026, 6, 1), "A", "省平台")
        assert mirror.load_credit(session, [stranger], clock=world.clock).unknown == 1
        assert session.scalars(select(CreditGrade.grade).order_by(CreditGrade.month)).all() == ["B", "C"]


def test_no_decision_on_an_application_ever_reads_a_credit_class(world):
    """Neither in the code's words nor in the statements that the decisions run."""
    grade(world, date(2026, 6, 1), "D")
    said: list[str] = []
    engines = [world.db.engine(role) for role in (Role.WORKER, Role.OFFICER, Role.MERCHANT)]

    def listen(_connection, _cursor, statement, *_):
        said.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    approved = submitted(world)
    (other,) = shops(world, 1)
    refused = submitted(world, other)
    with world.as_officer() as session:
        review.refresh(session, enrol.find(session, approved), actor=world.officer_actor, clock=world.clock)
        review.approve(session, enrol.find(session, approved), actor=world.officer_actor, clock=world.clock)
        found = enrol.find(session, refused)
        review.refuse(session, found, "other", "材料不齐", actor=world.officer_actor, clock=world.clock)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(said) > 20
    assert [statement for statement in said if "credit" in statement] == []
    for module in (review_module, rules, enrolments, standing):
        names = {n.id for n in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))) if isinstance(n, ast.Name)}
        assert "CreditGrade" not in names


# Who sees what


def test_a_firm_the_public_and_other_bureaus_see_no_credit_list_plan_or_visit(world):
    world.enrolled(TERMS)
    grade(world, date(2026, 6, 1), "D")
    load(world, entry(world))
    plan(world)
    tables = ("credit_grade", "list_entry", "inspection_plan", "visit")
    for table, kind in zip(tables, (CreditGrade, ListEntry, InspectionPlan, Visit), strict=True):
        with world.as_officer() as session:
            assert session.scalars(select(kind)).all() != [], table
        with world.as_far_officer() as session:
            assert session.scalars(select(kind)).all() == [], table
        for role in (Role.MERCHANT, Role.CONSUMER, Role.PUBLIC):
            who = Identity(world.merchant, (world.enterprise,))
            with world.db.transaction(role, who) as session, pytest.raises(Exception, match="permission denied"):
                session.execute(text(f"SELECT 1 FROM {table}"))


def test_an_officer_writes_neither_credit_nor_lists_and_plans_for_no_other_bureau(world):
    for statement in ("UPDATE credit_grade SET grade = 'A'", "UPDATE list_entry SET until = NULL"):
        with world.as_officer() as session, pytest.raises(Exception, match="permission denied"):
            session.execute(text(statement))
    with pytest.raises(Exception, match="row-level security"):
        plan(world, bureau=world.far_bureau)


# The officer's page


def page(app, world, address):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    return found.get(address)


def test_the_page_links_a_reason_to_the_other_firm_at_the_address(app, world):
    world.enrolled(TERMS)
    with world.db.transaction(Role.OWNER) as session:
        shop = StoreFactory(session=session, enterprise_id=world.other_enterprise).id
        session.execute(text("UPDATE store SET plaque = 'x', promise_days = 7 WHERE id = :s"), {"s": world.store})
    actor = replace(world.merchant_actor, org=world.other_enterprise, manages=(world.other_enterprise,))
    with world.as_merchant(world.other_enterprise) as session:
        case = enrol.draft(session, session.get_one(Store, shop), TERMS, enrol.Papers(), actor=actor, clock=world.clock)
        enrol.submit(session, case, signed=True, actor=actor, clock=world.clock)
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=world.clock)
        held = session.scalar(select(Standing.id).where(Standing.store_id == world.store))
    html = page(app, world, f"/officer/enrolments/{case.id}").text
    assert f'href="/officer/standings/{held}"' in html
    assert "同一地址有 1 家其他已入驻企业" in html


def test_the_page_of_a_removed_store_names_the_removal_and_offers_no_approval(app, world):
    world.enrolled(TERMS)
    with world.as_officer() as session:
        held = standing.find(session, session.scalar(select(Standing.id)))
        given = {"actor": world.officer_actor, "clock": world.clock}
        standing.propose_removal(session, held, "broken_promise", "三次拒绝退货", **given)
        standing.remove(session, held, "拒不改正", actor=world.officer_actor, clock=at("2026-08-10"))
    case = submitted(world, clock=at("2026-09-01"))
    html = page(app, world, f"/officer/enrolments/{case}").text
    assert f'href="/officer/standings/{held.id}"' in html
    assert "不能通过：以下核对为“不通过”：曾被摘牌" in html
    assert f'action="/officer/enrolments/{case}/approve"' not in html
    assert f'action="/officer/enrolments/{case}/refuse"' in html


def test_another_bureaus_standing_may_be_looked_at_and_not_acted_on(app, world):
    world.enrolled(TERMS)
    with world.as_worker() as session:
        held = session.scalar(select(Standing.id))
    assert f'action="/officer/standings/{held}/suspend"' in page(app, world, f"/officer/standings/{held}").text
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.far_officer))
    shown = client.get(f"/officer/standings/{held}")
    assert (shown.status_code, f'action="/officer/standings/{held}/suspend"' in shown.text) == (200, False)
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"version": "1", "ground": "other", "reason": "x"}
    assert client.post(f"/officer/standings/{held}/suspend", data=form).status_code == 404


def test_a_step_that_is_not_possible_says_why_on_the_page_and_changes_nothing(app, world):
    case = submitted(world)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    form = {"version": "2", "ground": "other", "reason": "材料不齐全"}
    stale = client.post(f"/officer/enrolments/{case}/refuse", data=form)
    assert (stale.status_code, "材料不齐全" in stale.text) == (412, True)
    empty = client.post(f"/officer/enrolments/{case}/refuse", data=form | {"version": "3", "reason": " "})
    assert empty.status_code == 422
    assert client.post("/officer/enrolments/bulk", data={"case": "nonsense"}).status_code == 422
    assert client.post("/officer/enrolments/bulk").status_code == 422
    with world.as_worker() as session:
        assert session.get_one(Enrolment, case).version == 3


# Visits


def plan(world, seed="seed", most=None, bureau=None, complaints=None):
    with world.as_officer() as session:
        here = session.get_one(Bureau, bureau or world.bureau)
        wanted = Wanted(date(2026, 7, 20), date(2026, 8, 31), seed, most)
        return inspections.plan(session, here, wanted, complaints or {}, actor=world.officer_actor, clock=world.clock)


def visits(world, plan_id):
    with world.as_officer() as session:
        return [v for v, _ in queries.of_plan(session, plan_id)]


def record(world, visit, sheet, clock=None):
    with world.as_officer() as session:
        found = inspections.find(session, visit)
        inspections.record(session, found, sheet, actor=world.officer_actor, clock=clock or world.clock)
        return found


def drawn(world):
    """The world's store in force, of a firm of class D, and its visit."""
    world.enrolled(TERMS)
    grade(world, date(2026, 6, 1), "D")
    (visit,) = visits(world, plan(world).id)
    return visit


def test_the_same_seed_and_data_draw_the_same_plan_and_its_digest_says_so(world):
    for store in [world.store, *shops(world, 30)]:
        case = submitted(world, store)
        with world.as_officer() as session:
            review.approve(session, enrol.find(session, case), actor=world.officer_actor, clock=world.clock)
    with world.as_worker() as session:
        session.execute(text("UPDATE standing SET state = 'in_force'"))
    one, two, other = plan(world, "a"), plan(world, "a"), plan(world, "b")
    assert (one.frame, one.population) == (two.frame, 31)
    stores = [[v.store_id for v in visits(world, p.id)] for p in (one, two, other)]
    assert stores[0] == stores[1]
    grade(world, date(2026, 6, 1), "C")
    everybody = plan(world, "a")
    assert everybody.frame != one.frame
    assert len(visits(world, everybody.id)) == 31
    assert [v.store_id for v in visits(world, plan(world, "a", most=5).id)] == [
        v.store_id for v in visits(world, everybody.id)
    ][:5]


def test_what_the_draw_knew_is_kept_with_each_visit(world):
    visit = drawn(world)
    assert (visit.grade, visit.failed, visit.complaints, visit.chance) == ("D", 0, 0, 10_000)
    record(world, visit.id, Sheet("fail", NO, FOUND))
    again = plan(world, "next", complaints={world.store: 4})
    (second,) = visits(world, again.id)
    assert (second.failed, second.complaints) == (1, 4)


def test_a_result_is_noted_on_the_standing_without_class_or_chance_and_asks_a_renewal_to_be_looked_at(world):
    visit = drawn(world)
    record(world, visit.id, Sheet("mend", NO, FOUND, "请尽快整改", date(2026, 8, 3)))
    with world.as_worker() as session:
        held = session.scalar(select(Standing).where(Standing.store_id == world.store))
        assert journal.words_of(session, held.id)[held.chain_seq] == {"words": "请尽快整改"}
        case = session.scalar(select(Enrolment))
        found = enrolments.review_facts(session, case, world.clock.today())
        assert found.failed_visits == 1
    (noted,) = facts(world, held.id, "inspect")
    assert noted == {"visit": str(visit.id), "result": "mend", "no": ["plaque_shown"], "follow_up_on": "2026-08-03"}
    with world.as_officer() as session:
        ((second, _),) = queries.follow_ups(session, [world.bureau])
    record(world, second.id, Sheet("pass", YES), at("2026-08-03"))
    with world.as_worker() as session:
        assert enrolments.review_facts(session, session.scalar(select(Enrolment)), date(2026, 8, 3)).failed_visits == 0
    with world.as_officer() as session:
        assert queries.follow_ups(session, [world.bureau]) == []


def test_a_sheet_is_written_once_and_not_for_a_store_that_takes_part_no_longer(world):
    visit = drawn(world)
    with pytest.raises(RuleBroken):
        record(world, visit.id, Sheet("pass", NO, FOUND))
    record(world, visit.id, Sheet("pass", YES))
    with pytest.raises(Conflict):
        record(world, visit.id, Sheet("fail", NO, FOUND))
    (second,) = visits(world, plan(world, "b").id)
    with world.as_worker() as session:
        held = standings.standing(session, second.standing_id)
        session.execute(
            update(Standing).where(Standing.id == held.id).values(state="lapsed", ended_on=date(2026, 7, 20))
        )
    with pytest.raises(Conflict):
        record(world, second.id, Sheet("pass", YES))
    assert record(world, second.id, Sheet("missed", words="已停业")).result == "missed"
    assert len(facts(world, second.standing_id, "inspect")) == 1


def test_a_photo_must_be_the_officers_own(world):
    visit = drawn(world)
    with pytest.raises(RuleBroken):
        record(world, visit.id, Sheet("pass", YES, photos=[uuid4()]))
    with pytest.raises(RuleBroken):
        record(world, visit.id, Sheet("pass", YES, photos=[uuid4() for _ in range(7)]))


def test_a_visit_is_read_and_recorded_over_the_api_by_its_own_bureau_only(app, world, officer):
    visit = drawn(world)
    path = f"/visits/{visit.id}"
    assert officer.get(path).json["result"] is None
    assert officer.post(f"{path}/record", {"result": "pass"}).status_code == 422
    done = officer.post(f"{path}/record", {"result": "fail", "answers": NO, "notes": FOUND, "words": "见照片"})
    assert (done.status_code, done.json["result"]) == (200, "fail"), done.text
    assert officer.post(f"{path}/record", {"result": "missed", "words": "x"}).status_code == 409
    assert Api(app, token_for(world.db, world.far_officer)).get(path).status_code == 404
    assert Api(app, token_for(world.db, world.merchant)).get(path).status_code == 403
    held = officer.get(f"/standings/{visit.standing_id}")
    assert (held.json["state"], held.headers["ETag"]) == ("in_force", '"2"')


def test_a_store_may_be_drawn_once_a_plan_and_the_database_says_so(world, root):
    drawn(world)
    with pytest.raises(psycopg.errors.UniqueViolation):
        root.execute(
            "INSERT INTO visit SELECT gen_random_uuid(), plan_id, follows_id, bureau_id, standing_id, store_id, place,"
            " grade, failed, complaints, chance, due_on, result, visited_on, visited_by, answers, words, photos,"
            " follow_up_on FROM visit"
        )


def test_a_file_of_classes_of_many_firms_is_taken_in_at_once(world):
    with world.db.transaction(Role.OWNER) as session:
        codes = [EnterpriseFactory(session=session).uscc for _ in range(50)]
    lines = ["uscc,month,class,source\n", *(f"{code},2026-06,{'ABCD'[n % 4]},省平台\n" for n, code in enumerate(codes))]
    with world.as_worker() as session:
        found = mirror.load_credit(session, mirrors.credit_rows(lines), clock=world.clock)
    assert (found.rows, found.changed, found.unknown) == (50, 50, 0)
