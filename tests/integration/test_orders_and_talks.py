"""Supervision orders and talks: who may take which step, who is told, and what the firm reads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from complaints import oversight_queries as queries
from complaints import queries as complaints
from complaints.operations import orders, talks
from complaints.operations.talks import Invitation
from merchants.models import Enterprise
from tests.support.http import make_app, token_for
from tests.support.oversight import CITY, actor_of, as_of, drain, person
from tests.support.world import at
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.tables import Bureau
from workflows.time.clock import SystemClock

DAY = date(2026, 7, 30)
DEMAND = "请查清这家店为何一周内有二十件同类投诉，并说明处理安排。"


@pytest.fixture
def chief(world):
    """The head of the city's bureau."""
    return person(world, "chief", "supervisor", CITY)


@pytest.fixture
def head(world):
    return person(world, "head", "supervisor", world.bureau)


def issue(world, chief, case=None, day=DAY, demand=DEMAND):
    with as_of(world, chief, CITY, world.bureau) as session:
        about = complaints.complaint(session, case) if case else None
        bureau = session.get_one(Bureau, world.bureau)
        return orders.issue(session, bureau, about, day, demand, actor=actor_of(chief, CITY), clock=world.clock).id


def by_chief(world, chief, order, verb, *arguments, clock=None):
    with as_of(world, chief, CITY, world.bureau) as session:
        found = orders.find(session, order)
        verb(session, found, *arguments, actor=actor_of(chief, CITY), clock=clock or world.clock)


def answer(world, order, words="已约谈企业并逐件受理。", clock=None):
    with world.as_officer() as session:
        orders.answer(
            session, orders.find(session, order), words, actor=world.officer_actor, clock=clock or world.clock
        )


def read(world, order):
    with world.as_worker() as session:
        return queries.order(session, order)


def told(world):
    drain(world)
    with world.as_worker() as session:
        rows = session.execute(select(Notice.recipient_id, Notice.key).order_by(Notice.id)).all()
        return [(r.recipient_id, r.key) for r in rows if r.key.startswith(("notice.order", "notice.talk"))]


def test_an_order_is_issued_answered_sent_back_answered_late_and_closed_by_whoever_issued_it(world, chief):
    order = issue(world, chief, world.file())
    assert (read(world, order).about, read(world, order).state) == ("case", "issued")
    answer(world, order)
    by_chief(world, chief, order, orders.send_back, "没有说明安排", DAY + timedelta(days=5))
    answer(world, order, clock=at("2026-08-05"))
    by_chief(world, chief, order, orders.close, "情况属实")
    found = read(world, order)
    assert (found.state, found.closed_by, found.answered_by) == ("closed", chief, world.officer)
    with world.as_worker() as session:
        bodies = session.scalars(select(CaseEvent.body).where(CaseEvent.case_id == order, CaseEvent.event == "answer"))
        assert ['"late":true' in body for body in bodies] == [False, True]
    events = ("issue", "answer", "send_back", "answer", "close")
    assert [key for _, key in told(world)] == [f"notice.order.{event}" for event in events]


def test_an_order_is_a_heads_to_a_bureau_below_and_answered_by_that_bureau_alone(world, chief, head):
    with as_of(world, chief, CITY, world.bureau, world.far_bureau) as session:
        far = session.get_one(Bureau, world.far_bureau)
        with pytest.raises(Refused, match="below it"):
            orders.issue(session, far, None, DAY, DEMAND, actor=actor_of(chief, CITY), clock=world.clock)
    with world.as_officer() as session:
        bureau = session.get_one(Bureau, world.bureau)
        with pytest.raises(Refused, match="only the head"):
            orders.issue(session, bureau, None, DAY, DEMAND, actor=world.officer_actor, clock=world.clock)
    order = issue(world, chief)
    with pytest.raises(Refused, match="answers it"):
        by_chief(world, chief, order, orders.answer, "我来答")
    answer(world, order)
    with as_of(world, head, world.bureau) as session, pytest.raises(Refused, match="issued the order"):
        orders.close(session, orders.find(session, order), "好", actor=actor_of(head, world.bureau), clock=world.clock)
    with world.as_far_officer() as session, pytest.raises(NotFound):
        queries.order(session, order)


def test_a_head_orders_in_the_own_bureau_and_does_not_close_the_own_answer(world, head):
    with as_of(world, head, world.bureau) as session:
        me, bureau = actor_of(head, world.bureau), session.get_one(Bureau, world.bureau)
        order = orders.issue(session, bureau, None, DAY, DEMAND, actor=me, clock=world.clock)
        orders.answer(session, order, "自己办的", actor=me, clock=world.clock)
        with pytest.raises(Refused, match="another person"):
            orders.close(session, order, "好", actor=me, clock=world.clock)


@pytest.mark.parametrize(
    ("day", "demand", "field"),
    [
        (DAY, " ", "demand"),
        (DAY, "长" * 1001, "demand"),
        (date(2026, 7, 19), DEMAND, "answer_by"),
        (date(2027, 7, 22), DEMAND, "answer_by"),
    ],
)
def test_an_order_needs_words_and_a_day_within_a_year(world, chief, day, demand, field):
    with pytest.raises(RuleBroken) as broken:
        issue(world, chief, None, day, demand)
    assert broken.value.errors[0].field == field


def test_an_order_on_a_case_of_another_bureau_is_refused_and_one_that_is_answered_is_not_withdrawn(world, chief):
    case = world.file()
    with as_of(world, chief, CITY, world.bureau, world.far_bureau) as session:
        about = complaints.complaint(session, case)
        about.bureau_id = world.far_bureau
        bureau = session.get_one(Bureau, world.bureau)
        with pytest.raises(RuleBroken, match="one of that bureau"):
            orders.issue(session, bureau, about, DAY, DEMAND, actor=actor_of(chief, CITY), clock=world.clock)
        session.rollback()
    order = issue(world, chief)
    answer(world, order)
    with pytest.raises(Conflict, match="withdraw is not possible"):
        by_chief(world, chief, order, orders.withdraw, "多余")
    other = issue(world, chief)
    by_chief(world, chief, other, orders.withdraw, "重复下达")
    assert read(world, other).state == "withdrawn"


def ask(world, numbers, moment="2026-07-22T14:00:00+08:00", firm=None):
    invitation = Invitation(at(moment).now(), "二楼约谈室", "一周内二十件同类投诉", numbers)
    with world.as_officer() as session:
        bureau, asked = session.get_one(Bureau, world.bureau), session.get_one(Enterprise, firm or world.enterprise)
        return talks.notify(session, bureau, asked, invitation, actor=world.officer_actor, clock=world.clock).id


def number_of(world, case):
    return world.read(case).number


def by_officer(world, talk, verb, *arguments, clock=None):
    with world.as_officer() as session:
        found = talks.find(session, talk)
        verb(session, found, *arguments, actor=world.officer_actor, clock=clock or world.clock)


def test_a_firm_is_asked_acknowledges_talks_undertakes_and_is_followed_up(world):
    talk = ask(world, [number_of(world, world.file())])
    with world.as_merchant() as session:
        talks.acknowledge(session, talks.find(session, talk), actor=world.merchant_actor, clock=world.clock)
    with world.as_merchant() as session, pytest.raises(Conflict):
        talks.acknowledge(session, talks.find(session, talk), actor=world.merchant_actor, clock=world.clock)
    held = at("2026-07-22")
    by_officer(world, talk, talks.hold, "店长到场", "三日内逐件退款", date(2026, 8, 1), clock=held)
    by_officer(world, talk, talks.close, "已全部退款", clock=at("2026-08-02"))
    with world.as_worker() as session:
        assert queries.talk(session, talk).state == "closed"
    firm, bureau = world.enterprise, world.bureau
    whom = [(firm, "notify"), (bureau, "acknowledge"), (firm, "hold"), (firm, "close")]
    assert [(who, key.rpartition(".")[2]) for who, key in told(world)] == whom


def test_a_talk_names_the_bureaus_complaints_about_this_firm_and_lies_ahead(world):
    number = number_of(world, world.file())
    for numbers, moment, firm, said in (
        ([], "2026-07-22", None, "1 to 50"),
        (["SZ260720-0000-0000-0"], "2026-07-22", None, "not the bureau's"),
        ([number], "2026-07-22", world.other_enterprise, "not the bureau's"),
        ([number], "2026-07-20", None, "lie ahead"),
    ):
        with pytest.raises(RuleBroken, match=said):
            ask(world, numbers, moment, firm)
    with pytest.raises(RuleBroken, match="held_on"):
        by_officer(world, ask(world, [number]), talks.hold, "记录", "承诺", date(2026, 8, 1), date(2026, 7, 21))


def test_another_firm_sees_no_talk_and_one_that_was_called_off_says_why(world):
    talk = ask(world, [number_of(world, world.file())])
    with world.as_merchant(world.other_enterprise) as session, pytest.raises(NotFound):
        queries.talk(session, talk)
    by_officer(world, talk, talks.cancel, "企业已整改")
    with pytest.raises(Conflict):
        by_officer(world, talk, talks.cancel, "再取消")


@pytest.fixture
def app(world, tmp_path):
    made = make_app(world.db, tmp_path / "var")
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def browser(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def test_the_pages_carry_an_order_from_the_chief_to_the_officer_and_back(world, app, chief):
    case = world.file()
    above, below = browser(app, world, chief), browser(app, world, world.officer)
    form = above.get(f"/officer/oversight/orders/new?case={case}").text
    assert number_of(world, case) in form
    soon = SystemClock().today() + timedelta(days=3)
    wrong = above.post("/officer/oversight/orders/new", data={"bureau": str(world.bureau), "complaint": str(case)})
    assert wrong.status_code == 422
    values = {"bureau": str(world.bureau), "complaint": str(case), "demand": DEMAND, "answer_by": str(soon)}
    at_order = above.post("/officer/oversight/orders/new", data=values).headers["Location"]
    assert DEMAND in below.get(at_order).text
    assert "等我们答复" in below.get("/officer/oversight/orders/").text
    assert "只有负责人" in below.get("/officer/oversight/orders/new").text
    assert below.post(f"{at_order}/answer", data={"version": "1", "words": ""}).status_code == 422
    assert below.post(f"{at_order}/close", data={"version": "1", "words": "x"}).status_code in (403, 409)
    assert below.post(f"{at_order}/answer", data={"version": "1", "words": "已逐件受理"}).status_code == 303
    assert "已逐件受理" in above.get(at_order).text
    later = {"version": "2", "words": "再补", "answer_by": str(soon)}
    assert above.post(f"{at_order}/send_back", data=later).status_code == 303
    assert below.post(f"{at_order}/answer", data={"version": "3", "words": "补好了"}).status_code == 303
    assert above.post(f"{at_order}/close", data={"version": "4", "words": "可以"}).status_code == 303
    assert "已销号" in below.get(at_order).text
    assert above.post(f"{at_order}/nothing", data={"version": "5", "words": "x"}).status_code == 404


def test_the_pages_ask_a_firm_to_a_talk_and_the_firm_reads_it(world, app):
    case = world.file()
    officer, firm = browser(app, world, world.officer), browser(app, world, world.merchant)
    assert number_of(world, case) in officer.get(f"/officer/oversight/talks/new?firm={world.enterprise}").text
    assert officer.get("/officer/oversight/talks/new?firm=x").status_code == 404
    soon = SystemClock().today() + timedelta(days=3)
    values = {"firm": str(world.enterprise), "subject": "同类投诉多", "place": "二楼", "at": str(soon), "hour": "09:30"}
    assert officer.post("/officer/oversight/talks/new", data=values).status_code == 422
    values["numbers"] = number_of(world, case)
    assert officer.post("/officer/oversight/talks/new", data=values | {"hour": "x"}).status_code == 422
    at_talk = officer.post("/officer/oversight/talks/new", data=values).headers["Location"]
    firms = at_talk.replace("/officer/oversight", "/merchant")
    assert "同类投诉多" in firm.get(firms).text
    assert firm.post(f"{firms}/acknowledge", data={"version": "1"}).status_code == 303
    held = {"version": "2", "record": "到场", "undertakes": "三日内退款", "follow_on": str(soon)}
    assert officer.post(f"{at_talk}/hold", data=held).status_code == 422
    held["held_on"] = str(SystemClock().today())
    assert officer.post(f"{at_talk}/hold", data=held).status_code == 303
    assert "三日内退款" in firm.get(firms).text
    assert officer.post(f"{at_talk}/close", data={"version": "3", "words": "都退了"}).status_code == 303
    assert "都退了" in firm.get(firms).text
    assert "已销号" in officer.get("/officer/oversight/talks/").text
    assert at_talk.rpartition("/")[2] in firm.get("/merchant/talks/").text
