"""One inbox for heads: what waits, who may decide it, what a deputy's decision says, and nobody decides his own."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from complaints import approvals
from complaints.operations import deputies, extensions, letters, second
from complaints.oversight_models import Deputy
from complaints.report_models import Report
from tests.integration.test_reports import act, file
from tests.support.http import Api, make_app, token_for
from tests.support.oversight import actor_of, as_of, drain, person
from tests.support.world import at
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, Refused, RuleBroken, Stale
from workflows.people.actor import ActorRole
from workflows.time.clock import SystemClock

REASON = "多次以同一理由投诉，难以认定为生活消费。"


@pytest.fixture
def head(world):
    return person(world, "head", "supervisor", world.bureau)


@pytest.fixture
def colleague(world):
    return person(world, "colleague", "officer", world.bureau)


def deputy_actor(world, account):
    return actor_of(account, world.bureau, ActorRole.OFFICER)


def waiting(world, account, role=ActorRole.SUPERVISOR, clock=None):
    with as_of(world, account, world.bureau) as session:
        who = actor_of(account, world.bureau, role)
        found = approvals.waiting(session, [account, world.bureau], actor=who, clock=clock or world.clock)
        return [(w.kind, w.case.id, w.reason, w.due) for w in found]


def name(world, head, who, first=date(2026, 7, 20), last=date(2026, 7, 24), clock=None):
    with as_of(world, head, world.bureau) as session:
        actor = actor_of(head, world.bureau)
        return deputies.name(session, who, first, last, actor=actor, clock=clock or world.clock).id


def resolve(world, account, kind, case, refused=None, version=None, role=ActorRole.SUPERVISOR, clock=None):
    with as_of(world, account, world.bureau) as session:
        who, seen = actor_of(account, world.bureau, role), version
        if seen is None:
            seen = approvals.DECISIONS[kind].find(session, case).version
        approvals.resolve(session, kind, case, seen, refused, actor=who, clock=clock or world.clock)


def facts_of(world, case, event):
    with world.as_worker() as session:
        query = select(CaseEvent.body).where(CaseEvent.case_id == case, CaseEvent.event == event)
        return json.loads(session.scalars(query).one())["facts"]


def test_the_inbox_has_everything_that_waits_with_its_reason_the_nearest_date_first(world, head):
    case, report, other = world.file(), file(world), file(world)
    world.decide(case, second.propose_decline, REASON)
    act(world, report, extensions.propose, "需要到外地核实")
    act(world, other, letters.police_propose, "姑苏区公安分局", "涉嫌犯罪")
    assert waiting(world, head) == [
        ("police", other, "涉嫌犯罪", date(2026, 7, 23)),
        ("decline", case, REASON, date(2026, 7, 29)),
        ("extension", report, "需要到外地核实", date(2026, 8, 10)),
    ]
    assert waiting(world, world.officer, ActorRole.OFFICER) == []


def test_what_waits_is_approved_or_refused_and_is_gone(world, head):
    case, report, other = world.file(), file(world), file(world)
    world.decide(case, second.propose_decline, REASON)
    act(world, report, extensions.propose, "需要到外地核实")
    act(world, other, letters.police_propose, "姑苏区公安分局", "涉嫌犯罪")
    resolve(world, head, "extension", report)
    resolve(world, head, "police", other, "证据还不够")
    resolve(world, head, "decline", case, "看起来是生活消费")
    assert waiting(world, head) == []
    found = world.read(case)
    assert (found.state, found.proposed_on) == ("filed", None)
    with world.as_worker() as session:
        assert session.get_one(Report, report).next_due_on == date(2026, 8, 31)


def test_a_proposal_is_refused_by_another_with_a_reason_and_only_while_it_stands(world, head):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    with pytest.raises(RuleBroken, match="second"):
        world.decide(case, second.refuse_decline, "不")
    with pytest.raises(RuleBroken, match="say why"):
        resolve(world, head, "decline", case, " ")
    resolve(world, head, "decline", case, "看起来是生活消费")
    with pytest.raises(Conflict, match="nothing has been proposed"):
        resolve(world, head, "decline", case, "再来一次")
    drain(world)
    with world.as_worker() as session:
        keys = set(session.scalars(select(Notice.key).where(Notice.recipient_id == world.consumer)))
    assert "notice.complaint.refuse_decline.complainant" in keys


def test_a_decision_from_a_stale_page_is_refused(world, head):
    report = file(world)
    act(world, report, extensions.propose, "需要到外地核实")
    with pytest.raises(Stale):
        resolve(world, head, "extension", report, version=1)


def test_a_deputy_decides_on_behalf_of_the_head_and_the_journal_says_so(world, head, colleague):
    report = file(world)
    act(world, report, extensions.propose, "需要到外地核实")
    assert waiting(world, colleague, ActorRole.OFFICER) == []
    name(world, head, colleague)
    assert [w[0] for w in waiting(world, colleague, ActorRole.OFFICER)] == ["extension"]
    resolve(world, colleague, "extension", report, role=ActorRole.OFFICER)
    assert facts_of(world, report, "extend")["on_behalf_of"] == str(head)
    assert facts_of(world, report, "deputise") == {"deputy": str(colleague), "head": str(head)}


def test_what_is_asked_while_a_deputy_stands_in_reaches_the_deputy_and_a_notice_says_so(world, head, colleague):
    clock = SystemClock()
    name(world, head, colleague, clock.today(), clock.today() + timedelta(days=3), clock)
    report = file(world, clock)
    act(world, report, letters.police_propose, "姑苏区公安分局", "涉嫌犯罪", clock=clock)
    drain(world)
    with world.as_worker() as session:
        keys = set(session.scalars(select(Notice.key).where(Notice.recipient_id == colleague)))
    assert keys == {"notice.report.police_propose.head"}
    resolve(world, colleague, "police", report, role=ActorRole.OFFICER, clock=clock)
    assert facts_of(world, report, "police_approve")["on_behalf_of"] == str(head)


def test_nobody_decides_what_he_asked_for_also_not_as_a_deputy(world, head):
    name(world, head, world.officer)
    report = file(world)
    act(world, report, extensions.propose, "需要到外地核实")
    assert waiting(world, world.officer, ActorRole.OFFICER) == []
    with pytest.raises(Refused, match="another person"):
        resolve(world, world.officer, "extension", report, role=ActorRole.OFFICER)


def test_before_and_after_the_days_and_once_called_off_a_deputy_decides_nothing(world, head, colleague):
    row = name(world, head, colleague, date(2026, 7, 21), date(2026, 7, 22))
    report = file(world)
    act(world, report, extensions.propose, "需要到外地核实")
    for day in ("2026-07-20", "2026-07-23"):
        assert waiting(world, colleague, ActorRole.OFFICER, at(day)) == []
    with world.as_worker() as session:
        opened = [deputies.begin(session, datetime.fromisoformat(f"2026-07-{d}T01:02:00+08:00")) for d in (20, 21, 21)]
    assert [done["opened"] for done in opened] == [0, 1, 0]
    assert len(waiting(world, colleague, ActorRole.OFFICER, at("2026-07-22"))) == 1
    with as_of(world, head, world.bureau) as session:
        deputies.end(session, row, actor=actor_of(head, world.bureau), clock=world.clock)
    assert waiting(world, colleague, ActorRole.OFFICER, at("2026-07-22")) == []
    with pytest.raises(Refused, match="only the head"):
        resolve(world, colleague, "extension", report, role=ActorRole.OFFICER, clock=at("2026-07-22"))


def test_only_a_head_names_another_officer_of_the_own_bureau_for_days_that_fit(world, head, colleague):
    for who, first, last in (
        (head, date(2026, 7, 20), date(2026, 7, 21)),
        (world.far_officer, date(2026, 7, 20), date(2026, 7, 21)),
        (colleague, date(2026, 7, 22), date(2026, 7, 21)),
        (colleague, date(2026, 7, 10), date(2026, 7, 19)),
        (colleague, date(2026, 7, 20), date(2027, 7, 22)),
    ):
        with pytest.raises(RuleBroken):
            name(world, head, who, first, last)
    with as_of(world, colleague, world.bureau) as session:
        me = deputy_actor(world, colleague)
        with pytest.raises(Refused):
            deputies.name(session, head, date(2026, 7, 20), date(2026, 7, 21), actor=me, clock=world.clock)
    row = name(world, head, colleague)
    with as_of(world, colleague, world.bureau) as session, pytest.raises(NotFound):
        deputies.end(session, row, actor=deputy_actor(world, colleague), clock=world.clock)


def test_a_reporter_reads_nothing_of_deputies(world, head, colleague):
    report = file(world)
    act(world, report, extensions.propose, "需要到外地核实")
    name(world, head, colleague)
    with world.as_consumer() as session:
        events = set(session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == report)))
    assert events == {"file"}


@pytest.fixture
def app(world, tmp_path):
    made = make_app(world.db, tmp_path / "var")
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def browser(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def test_the_pages_let_a_head_decide_and_name_a_deputy(world, app, head, colleague):
    clock = SystemClock()
    report = file(world, clock)
    act(world, report, extensions.propose, "需要到外地核实", clock=clock)
    phone = browser(app, world, head)
    page = phone.get("/officer/oversight/").text
    assert "需要到外地核实" in page
    assert "批准" in page
    at_it = f"/officer/oversight/approvals/extension/{report}"
    assert phone.post(at_it, data={"version": "2"}).status_code == 422
    assert phone.post(at_it, data={"version": "1", "decision": "approve"}).status_code == 412
    days = {"deputy": str(colleague), "from_on": str(clock.today()), "until_on": str(clock.today())}
    assert phone.post("/officer/oversight/deputies", data=days).status_code == 303
    assert phone.post("/officer/oversight/deputies", data=days | {"until_on": "2020-01-01"}).status_code == 422
    other = browser(app, world, colleague)
    assert "需要到外地核实" in other.get("/officer/oversight/").text
    assert other.post(at_it, data={"version": "3", "decision": "approve"}).status_code == 303
    assert "没有等您审批的事" in phone.get("/officer/oversight/").text
    with world.as_worker() as session:
        row = session.scalars(select(Deputy.id)).one()
    assert phone.post(f"/officer/oversight/deputies/{row}/end").status_code == 303


def test_the_api_takes_a_refusal_of_a_proposal(world, app, head):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    api = Api(app, token_for(world.db, head))
    assert "refuse_decline" in api.get(f"/complaints/{case}").json["allowed"]
    done = api.post(f"/complaints/{case}/refuse_decline", {"reason": "看起来是生活消费"}, If_Match='"2"')
    assert done.status_code == 200
