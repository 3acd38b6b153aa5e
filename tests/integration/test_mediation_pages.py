"""Mediation on its pages and in the API: both sides, the bureau, an entrusted organisation, the calendar, the head."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from complaints.mediation_models import BidRound, Entrustment, Instalment, Sitting
from complaints.models import Offer, Report
from complaints.operations import filing, reassigning
from tests.factories import DraftFactory, ReportFactory
from tests.support.agreed import drained
from tests.support.http import Api, make_app, now, token_for
from tests.support.mediating import acting, colleague, council
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Refused, RuleBroken
from workflows.time.clock import SHANGHAI, SystemClock


@pytest.fixture
def app(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser(app, world, account):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return client


@pytest.fixture
def people(app, world):
    return {
        "my": browser(app, world, world.consumer),
        "merchant": browser(app, world, world.merchant),
        "officer": browser(app, world, world.officer),
    }


@pytest.fixture
def case(world):
    """In mediation since today, by the clock that pages go by."""
    world.clock = SystemClock()
    return world.mediating()


def page(people, who, case):
    answer = people[who].get(f"/{who}/complaints/{case}/mediation")
    assert answer.status_code == 200, answer.text
    return answer.text


def step(world, people, who, case, verb, expected=303, **values):
    form = {"version": world.read(case).version, **values}
    answer = people[who].post(f"/{who}/complaints/{case}/mediation/{verb}", data=form)
    assert answer.status_code == expected, answer.text
    return answer


def ahead(days, hour="14:00"):
    return {"day": str(now().astimezone(SHANGHAI).date() + timedelta(days=days)), "time": hour}


def one(world, kind, case):
    with world.as_worker() as session:
        return session.scalars(select(kind).where(kind.case_id == case).order_by(kind.id.desc())).first()


def test_a_session_is_planned_seen_by_both_sides_and_in_the_calendar(world, people, case):
    assert "还没有安排调解" in page(people, "my", case)
    step(
        world, people, "officer", case, "plan_session", mode="site", place="二楼调解室", mediators="顾经办", **ahead(3)
    )
    for who in people:
        assert "二楼调解室" in page(people, who, case)
    assert "申请回避" in page(people, "my", case)
    assert "安排调解" not in page(people, "my", case).replace("调解安排", "")
    shown = people["officer"].get(f"/officer/sessions/?day={ahead(3)['day']}").text
    assert world.read(case).number in shown
    assert "二楼调解室" in people["officer"].get(f"/officer/sessions/?view=day&day={ahead(3)['day']}&mine=1").text
    assert "这几天没有安排调解" in people["officer"].get("/officer/sessions/?day=2020-01-01").text
    assert people["officer"].get("/officer/sessions/?day=nonsense").status_code == 200
    file = people["officer"].get("/officer/sessions.ics")
    assert file.mimetype == "text/calendar"
    assert "LOCATION:二楼调解室" in file.text
    sitting = one(world, Sitting, case).id
    assert "BEGIN:VEVENT" in people["my"].get(f"/my/sessions/{sitting}.ics").text
    assert people["my"].get(f"/my/sessions/{case}.ics").status_code == 404


def test_a_form_with_faults_names_them(world, people, case):
    step(world, people, "officer", case, "plan_session", 422, mode="site", place="x", mediators="y", **ahead(0))
    step(world, people, "officer", case, "plan_session", 422, mode="site", place="x", mediators="y")
    step(
        world,
        people,
        "officer",
        case,
        "plan_session",
        422,
        mode="phone",
        place="x",
        mediators="y",
        minutes="viel",
        **ahead(1),
    )
    step(world, people, "my", case, "plan_session", 403)
    step(world, people, "my", case, "accept", 404)


def test_a_recusal_stops_the_page_until_a_colleague_decides(app, world, people, case):
    step(world, people, "officer", case, "plan_session", mode="phone", place="电话", mediators="顾经办", **ahead(2))
    sitting = one(world, Sitting, case).id
    step(world, people, "merchant", case, "recuse", session_id=sitting, reason="和消费者是亲戚。")
    assert "中止调解" in page(people, "my", case)
    assert "同事或者负责人决定" in page(people, "officer", case)
    other = {"officer": browser(app, world, colleague(world).account)}
    assert 'name="granted"' in page(other, "officer", case)
    step(world, other, "officer", case, "decide_recusal", granted="yes", reason="属实。", mediators="陆调解")
    assert "陆调解" in page(people, "my", case)
    assert "中止调解" not in page(people, "my", case)


def test_offers_and_blind_bids_on_the_page(world, people, case):
    step(world, people, "merchant", case, "offer", side="respondent", kind="refund", percent="50", words="退一半")
    assert "¥199.50" in page(people, "my", case)
    step(world, people, "my", case, "bid", limit_yuan="250")
    assert "250" not in page(people, "merchant", case)
    drained(world)
    step(world, people, "merchant", case, "bid", limit_yuan="300.00")
    drained(world)
    mine, theirs = page(people, "my", case), page(people, "merchant", case)
    assert "其他法律" in mine
    assert "第24条" in mine
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', mine)[1]
    assert seen in theirs
    officers = page(people, "officer", case)
    assert "seen" not in officers
    proposed = re.search(r"¥(2\d\d|300)\.\d\d，由商家付给消费者", mine)[0]
    assert proposed not in officers
    step(world, people, "my", case, "confirm_terms", seen=seen)
    assert "您已确认" in page(people, "my", case)
    step(world, people, "merchant", case, "confirm_terms", seen=seen)
    assert "双方已确认" in page(people, "officer", case)
    agreed = proposed.split("，")[0]
    assert agreed in page(people, "officer", case)
    assert f'value="{agreed[1:]}"' in people["officer"].get(f"/officer/complaints/{case}").text
    assert one(world, BidRound, case).ended == "agreed"
    step(world, people, "my", case, "take_offer", offer_id=one(world, Offer, case).id)
    assert "双方已经谈定" in page(people, "officer", case)


def test_testing_and_the_grounds_that_facts_support(world, people, case):
    step(world, people, "officer", case, "no_cost_agreement", reason="双方都不愿出。")
    assert "检测费用没有谈成" in page(people, "officer", case)
    assert "有记录支持" in people["officer"].get(f"/officer/complaints/{case}").text
    values = {"laboratory": "试样所", "chosen": "agreed", "cost_by": "shared"}
    step(world, people, "officer", case, "agree_testing", **values)
    assert "试样所" in page(people, "my", case)


def test_an_agreement_in_parts_on_the_page(world, people, case):
    settle = {"version": world.read(case).version, "amount_yuan": "399.00"}
    assert people["officer"].post(f"/officer/complaints/{case}/settle", data=settle).status_code == 303
    first, second = ahead(0)["day"], ahead(30)["day"]
    half = {"due_on": [first, second], "part_yuan": ["200", ""]}
    step(world, people, "officer", case, "schedule", 422, **half)
    step(world, people, "officer", case, "schedule", due_on=[first, second], part_yuan=["200", "199"])
    assert "第 2 期" in page(people, "my", case)
    part = one(world, Instalment, case).id
    step(world, people, "merchant", case, "pay_instalment", instalment_id=part)
    assert "等凭证或者消费者确认" in page(people, "my", case)
    step(world, people, "my", case, "confirm_instalment", instalment_id=part)
    assert "消费者已确认" in page(people, "merchant", case)


@pytest.fixture
def entrusted(app, world, people, case):
    actor = council(world)
    step(world, people, "officer", case, "ask_entrust", organisation=actor.org, until=ahead(20)["day"])
    step(world, people, "my", case, "entrust_consent", side="complainant")
    step(world, people, "merchant", case, "entrust_consent", side="respondent")
    step(world, people, "officer", case, "entrust")
    return actor, browser(app, world, actor.account)


def test_the_council_works_on_its_own_pages_and_gives_the_case_back(world, people, case, entrusted):
    _, client = entrusted
    assert world.read(case).number in client.get("/council/").text
    shown = client.get(f"/council/complaints/{case}").text
    assert "张*" in shown
    assert "张试" not in shown

    def act(verb, expected=303, **values):
        form = {"version": world.read(case).version, **values}
        assert client.post(f"/council/complaints/{case}/{verb}", data=form).status_code == expected

    act("plan_session", mode="phone", place="电话", mediators="陆委员", **ahead(0, "00:01"))
    sitting = one(world, Sitting, case).id
    assert "填写调解记录" in client.get(f"/council/complaints/{case}").text
    assert "陆委员" in client.get("/council/sessions.ics").text
    act("settle", 404)
    values = {"complainant": "came", "respondent": "came", "result": "agreed", "record": "谈好了。"}
    act("record_session", session_id=sitting, **values)
    for client_of, address in (
        (client, f"/council/complaints/{case}"),
        (people["my"], f"/my/complaints/{case}/mediation"),
    ):
        assert "谈好了。" in client_of.get(address).text
    act("give_back", result="agreed", reason="同意退款。")
    assert "现在没有受托的投诉" in client.get("/council/").text
    assert client.get(f"/council/complaints/{case}").status_code == 404
    assert one(world, Entrustment, case).result == "agreed"
    assert "谈好了" in people["my"].get(f"/my/complaints/{case}").text
    for path in ("/", "/stores", "/verify", "/my/account/", "/sign-in"):
        assert client.get(path).status_code in (200, 302, 303), path


def test_the_council_in_the_api(app, world, case, entrusted):
    actor, _ = entrusted
    api = Api(app, token_for(world.db, actor.account))
    (row,) = api.get("/entrusted").json["items"]
    assert (row["id"], row["state"]) == (str(case), "mediating")
    etag = api.get(f"/entrusted/{case}/mediation").headers["ETag"]
    body = {"result": "failed", "reason": "双方不同意。"}
    assert api.post(f"/entrusted/{case}/terminate", {"ground": "O121-23-3"}, If_Match=etag).status_code == 404
    assert api.post(f"/entrusted/{case}/give_back", body).status_code == 428
    assert api.post(f"/entrusted/{case}/give_back", body, If_Match=etag).status_code == 204
    assert api.get("/entrusted").json["items"] == []
    for path in (f"/complaints/{case}", f"/complaints/{case}/mediation", "/complaints", "/reports", "/measures"):
        assert api.get(path).status_code in (401, 403, 405), path


def test_the_api_shows_a_mediation_without_any_limit(app, world, case):
    officer, consumer = (Api(app, token_for(world.db, a)) for a in (world.officer, world.consumer))
    etag = consumer.get(f"/complaints/{case}").headers["ETag"]
    bid = consumer.post(f"/complaints/{case}/bid", {"limit_fen": 31_415_926}, If_Match=etag)
    assert bid.status_code == 200
    assert "bid" in bid.json["allowed"]
    plan = {"mode": "video", "at": f"{ahead(1)['day']}T10:00", "place": "https://meet.example/1", "mediators": "顾经办"}
    assert officer.post(f"/complaints/{case}/plan_session", plan, If_Match=bid.headers["ETag"]).status_code == 200
    for api in (officer, consumer):
        shown = api.get(f"/complaints/{case}/mediation")
        assert shown.status_code == 200
        assert (len(shown.json["sessions"]), shown.json["rounds"][0]["number"], shown.json["proposal"]) == (1, 1, None)
        assert "31415926" not in shown.text + api.get(f"/complaints/{case}/journal").text
    found = officer.get(f"/sessions-calendar?first={ahead(0)['day']}&mine=true").json["items"]
    assert [row["mode"] for row in found] == ["video"]
    assert officer.get("/sessions-calendar?first=0001-01-01").status_code == 422
    assert officer.get("/mediation-organisations").json == {"items": []}
    offer = {"side": "respondent"}
    etag = officer.get(f"/complaints/{case}").headers["ETag"]
    missing = officer.post(f"/complaints/{case}/offer", offer, If_Match=etag)
    assert (missing.status_code, missing.json["errors"][0]["field"]) == (422, "amount_fen")


def test_a_consumer_negotiates_on_line_from_the_page(world, people):
    world.clock = SystemClock()
    world.enrolled()
    case = world.file()
    step(world, people, "my", case, "odr_begin")
    step(world, people, "merchant", case, "odr_offer", kind="refund", amount_yuan="100")
    step(world, people, "my", case, "odr_take", offer_id=one(world, Offer, case).id)
    assert "您可以撤回投诉" in page(people, "my", case)


def with_report(world):
    with world.as_consumer() as session:
        draft = DraftFactory(report=ReportFactory(), respondent=filing.Respondent(store_id=world.store))
        return filing.file(session, draft, actor=world.consumer_actor, clock=world.clock).report.id


def seen_by(world, actor):
    with acting(world, actor) as session:
        return session.scalars(select(Report.id)).all()


def test_the_head_hands_on_an_officers_reports_and_sees_none_of_them(app, world, people):
    ids = [with_report(world), with_report(world)]
    other, head = colleague(world), colleague(world, "supervisor", "head")
    client = browser(app, world, head.account)
    assert people["officer"].get("/officer/reports/hand-on").status_code == 403
    assert client.get("/officer/reports/hand-on").status_code == 200
    values = {"officer": world.officer, "to": other.account, "reason": "轮岗"}
    assert client.post("/officer/reports/hand-on", data=values | {"reason": ""}).status_code == 422
    assert client.post("/officer/reports/hand-on", data=values | {"to": ""}).status_code == 422
    done = client.post("/officer/reports/hand-on", data=values)
    assert "已改派 2 件" in done.text
    assert sorted(seen_by(world, other)) == sorted(ids)
    assert seen_by(world, world.officer_actor) == []
    assert seen_by(world, head) == []
    with world.as_worker() as session:
        events = session.scalars(select(CaseEvent).where(CaseEvent.event == "reassign")).all()
        assert {e.case_id for e in events} == set(ids)
    again = people["officer"].post("/officer/reports/hand-on", data=values)
    assert again.status_code == 403
    assert "已改派 0 件" in client.post("/officer/reports/hand-on", data=values).text


def test_only_the_head_of_the_officers_own_bureau_opens_a_desk(app, world):
    report = with_report(world)
    head, far = colleague(world, "supervisor", "head"), colleague(world, "supervisor", "far", world.far_bureau)
    other = colleague(world)
    for actor, error in ((far, Refused), (other, Refused)):
        with pytest.raises(error), acting(world, actor) as session:
            reassigning.reassign_desk(session, world.officer, other.account, "轮岗", actor=actor, clock=world.clock)
    with pytest.raises(RuleBroken), acting(world, head) as session:
        reassigning.reassign_desk(session, world.officer, world.officer, "轮岗", actor=head, clock=world.clock)
    with pytest.raises(RuleBroken, match="no officer"), acting(world, head) as session:
        reassigning.reassign_desk(session, world.officer, world.far_officer, "轮岗", actor=head, clock=world.clock)
    api = Api(app, token_for(world.db, head.account))
    body = {"officer": str(other.account), "reason": "轮岗"}
    assert api.post(f"/reports/{report}/reassign", body, If_Match='"1"').status_code == 404
    assert seen_by(world, world.officer_actor) == [report]


def test_a_head_who_sees_a_report_hands_it_on_from_its_page_and_the_new_officer_hears_of_it(app, world, people):
    world.clock = SystemClock()
    report = with_report(world)
    other, head = colleague(world), colleague(world, "supervisor", "head")
    asked = {"version": world.read_report(report).version, "reason": "需要更多时间"}
    assert people["officer"].post(f"/officer/reports/{report}/propose_extend", data=asked).status_code == 303
    client = browser(app, world, head.account)
    assert 'name="officer"' in client.get(f"/officer/reports/{report}").text
    assert 'name="officer"' not in people["officer"].get(f"/officer/reports/{report}").text
    values = {"version": world.read_report(report).version, "officer": other.account, "reason": "轮岗"}
    assert client.post(f"/officer/reports/{report}/reassign", data=values).status_code == 303
    assert (seen_by(world, other), seen_by(world, world.officer_actor)) == ([report], [])
    assert seen_by(world, head) == [report]
    drained(world)
    with world.as_worker() as session:
        told = session.scalars(select(Notice).where(Notice.key == "notice.report.reassign.officer")).all()
    assert [n.recipient_id for n in told] == [other.account]
