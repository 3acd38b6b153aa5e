from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.catalogue import has
from app.wiring import HANDLERS
from complaints import jobs
from complaints.drafts import Person, ReportDraft, Respondent
from complaints.lifecycle import REPORT, REPORT_NOTES
from complaints.models import Complaint
from complaints.operations import decide, extensions, filing, leads, letters, repeats, reports
from complaints.report_models import Report, ReportExtension, ReportLetter
from tests.factories import AccountFactory, MembershipFactory
from tests.support.world import at
from workflows.case import clocks
from workflows.case.tables import CaseEvent
from workflows.delivery import outbox
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import Identity, Role

WHO = Person("张试样", "+8613900000000", "苏州市姑苏区平江路9号")
LEADS = ReportDraft("货架标签与检测不符", "吊牌照片和小票")


@pytest.fixture
def head(world):
    """The head of the bureau."""
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="supervisor", login="head").id
        MembershipFactory(session=session, account_id=account, org_id=world.bureau)
    return account


def file(world, clock=None, draft=LEADS, respondent=None):
    against = respondent or Respondent(store_id=world.store)
    with world.as_consumer() as session:
        actor = world.consumer_actor
        return filing.report(session, against, draft, WHO, actor=actor, clock=clock or world.clock).report.id


def act(world, case, verb, *arguments, clock=None, **named):
    """Let the assigned officer take a step."""
    with world.as_officer() as session:
        found = reports.find(session, case)
        return verb(session, found, *arguments, actor=world.officer_actor, clock=clock or world.clock, **named)


def act_as_head(world, head, case, verb, *arguments, clock=None, **named):
    actor = Actor(ActorRole.SUPERVISOR, head, world.bureau, "3205")
    with world.db.transaction(Role.OFFICER, Identity(head, (head, world.bureau))) as session:
        found = reports.find(session, case)
        return verb(session, found, *arguments, actor=actor, clock=clock or world.clock, **named)


def book(world, case):
    with world.as_worker() as session:
        return {c.term: c for c in clocks.of_case(session, case)}


def history(world, case):
    with world.as_worker() as session:
        query = select(CaseEvent.event).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)
        return session.scalars(query).all()


def drain(world):
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, HANDLERS, 100).more


def notices(world, account):
    with world.as_worker() as session:
        rows = session.scalars(select(Notice).where(Notice.recipient_id == account, Notice.channel == "page"))
        return {row.key.removeprefix("notice.report."): row.values for row in rows}


def test_an_extension_is_asked_for_by_one_person_and_approved_by_another_before_the_end(world, head):
    case = file(world, at("2026-07-20"))
    due = book(world, case)["report.verify"].due_on
    act(world, case, extensions.propose, "需要异地取证", clock=at("2026-07-27"))
    assert book(world, case)["report.verify"].due_on == due
    with pytest.raises(Refused, match="only the head"):
        act(world, case, extensions.approve, clock=at("2026-07-28"))
    act_as_head(world, head, case, extensions.approve, clock=at("2026-07-28"))
    assert str(book(world, case)["report.verify"].due_on) == "2026-08-31"
    with world.as_worker() as session:
        row = session.scalars(select(ReportExtension)).one()
        assert (row.asked_by, row.decided_by, row.approved) == (world.officer, head, True)
    with pytest.raises(RuleBroken, match="once already"):
        act(world, case, extensions.propose, "还要更久", clock=at("2026-08-03"))


def test_after_the_end_nothing_is_extended_any_more(world, head):
    case = file(world, at("2026-07-20"))
    with pytest.raises(RuleBroken, match="the period is over"):
        act(world, case, extensions.propose, "太晚了", clock=at("2026-08-11"))
    act(world, case, extensions.propose, "还来得及", clock=at("2026-08-10"))
    with pytest.raises(RuleBroken, match="the period is over"):
        act_as_head(world, head, case, extensions.approve, clock=at("2026-08-11"))


def test_a_head_does_not_approve_what_he_asked_for_and_may_refuse_with_a_reason(world, head):
    case = file(world)
    act(world, case, extensions.propose, "需要异地取证")
    with pytest.raises(RuleBroken, match="asked for already"):
        act(world, case, extensions.propose, "再问一次")
    act_as_head(world, head, case, extensions.refuse, "时间足够")
    act_as_head(world, head, case, extensions.propose, "我自己再提")
    with pytest.raises(Refused, match="another person"):
        act_as_head(world, head, case, extensions.approve)


def test_a_bureau_without_a_head_is_told_so_and_nothing_is_written(world):
    case = file(world)
    with pytest.raises(Refused, match="entered as its head"):
        act(world, case, extensions.propose, "需要异地取证")
    assert history(world, case) == ["file"]


def test_testing_stops_the_clock_of_a_report_and_steps_are_recorded(world):
    case = file(world, at("2026-07-20"))
    act(world, case, reports.verify, "visit", "现场检查,货架上仍有三件", clock=at("2026-07-21"))
    act(world, case, reports.testing, clock=at("2026-07-22"))
    assert book(world, case)["report.verify"].due_on is None
    act(world, case, reports.tested, clock=at("2026-07-29"))
    assert str(book(world, case)["report.verify"].due_on) == "2026-08-17"
    with pytest.raises(RuleBroken, match="kind must be one of"):
        act(world, case, reports.verify, "guess", "没有依据")
    assert history(world, case) == ["file", "verify", "testing", "tested"]


def test_under_order_121_a_reporter_is_told_only_where_a_law_says_so(world):
    case = file(world)
    act(world, case, reports.no_case, "没有证据证明")
    assert "report.tell" not in book(world, case)
    with pytest.raises(RuleBroken, match="only where a law says so"):
        act(world, case, reports.told, "phone", "O20-31-2")
    act(world, case, reports.told, "phone", "AD-53")
    drain(world)
    assert set(notices(world, world.consumer)) == {"file.reporter", "told.reporter"}


def test_a_report_of_order_20_has_its_named_reporter_told_within_five_working_days_of_the_decision(world):
    case = file(world, at("2026-04-10"))
    act(world, case, reports.open_case, clock=at("2026-04-20"))
    tell = book(world, case)["report.tell"]
    assert (str(tell.start_on), str(tell.due_on)) == ("2026-04-20", "2026-04-27")
    act(world, case, reports.told, "post", "O20-31-2", clock=at("2026-04-28"))
    assert book(world, case)["report.tell"].late is True


def test_an_anonymous_report_of_order_20_starts_no_clock_of_telling(world):
    case = file(world, at("2026-04-10"), ReportDraft("货架标签与检测不符", "吊牌照片和小票", anonymous=True))
    act(world, case, reports.open_case, clock=at("2026-04-20"))
    assert "report.tell" not in book(world, case)


def test_a_bureau_without_authority_says_whom_to_turn_to_and_hands_nothing_on(world):
    case = file(world)
    with pytest.raises(RuleBroken):
        act(world, case, reports.redirect, " ")
    act(world, case, reports.redirect, "上海市黄浦区市场监督管理局")
    found = world.read_report(case)
    assert (found.state, found.redirect_to, found.bureau_id) == (
        "redirected",
        "上海市黄浦区市场监督管理局",
        world.bureau,
    )
    act(world, case, reports.told, "phone", "O121-34")


def test_the_same_facts_again_are_not_handled_again_and_only_the_reporter_learns_the_earlier_number(world):
    first, again = file(world), file(world)
    number = world.read_report(first).number
    act(world, again, repeats.repeat, number)
    found = world.read_report(again)
    assert (found.state, found.merged_into) == ("repeat", first)
    assert book(world, again)["report.verify"].stopped_on
    assert history(world, first) == ["file"]
    drain(world)
    assert notices(world, world.consumer)["repeat.reporter"]["earlier"] == number
    for stranger in (world.merchant, world.enterprise, world.bureau):
        assert notices(world, stranger) == {}


def test_new_facts_join_the_open_report_and_its_clock_starts_afresh_from_the_last_one(world):
    first = file(world, at("2026-07-20"))
    later = file(world, at("2026-07-27"), ReportDraft("又发现一批同样的标签", "新拍的照片"))
    act(world, later, repeats.merge, world.read_report(first).number, clock=at("2026-07-29"))
    assert world.read_report(later).state == "merged"
    clock = book(world, first)["report.verify"]
    assert clock.events == [{"kind": "restart", "on": "2026-07-27"}]
    assert str(clock.due_on) == "2026-08-17"
    assert history(world, first) == ["file", "restart"]


def test_after_a_restart_the_period_may_be_extended_once_more(world, head):
    first = file(world, at("2026-07-20"))
    act(world, first, extensions.propose, "需要异地取证", clock=at("2026-07-21"))
    act_as_head(world, head, first, extensions.approve, clock=at("2026-07-22"))
    later = file(world, at("2026-07-27"), ReportDraft("又发现一批同样的标签", "新拍的照片"))
    act(world, later, repeats.merge, world.read_report(first).number, clock=at("2026-07-29"))
    act(world, first, extensions.propose, "新事实也要取证", clock=at("2026-07-30"))


def test_a_report_joins_only_an_earlier_open_one_of_the_same_reporter_about_the_same_firm(world):
    first = file(world)
    number = world.read_report(first).number
    elsewhere = file(world, respondent=Respondent(name="别的店", address="苏州市姑苏区观前街9号"))
    with pytest.raises(RuleBroken, match="no such earlier"):
        act(world, elsewhere, repeats.merge, number)
    again = file(world)
    act(world, first, reports.testing)
    with pytest.raises(RuleBroken, match="being tested"):
        act(world, again, repeats.merge, number)
    act(world, first, reports.tested)
    act(world, first, reports.open_case)
    with pytest.raises(RuleBroken, match="decided already"):
        act(world, again, repeats.merge, number)
    old = file(world, at("2026-04-10"))
    with pytest.raises(RuleBroken, match="Order 20 knows"):
        act(world, old, repeats.repeat, number)


def test_a_lead_found_in_mediation_goes_its_own_way_and_the_complaint_does_not_know(world):
    complaint = world.mediating()
    before = (world.read(complaint).version, history(world, complaint))
    with world.as_officer() as session:
        found = decide.find(session, complaint)
        leg = leads.found(session, found, LEADS, actor=world.officer_actor, clock=world.clock).id
    assert (world.read(complaint).version, history(world, complaint)) == before
    clock = book(world, leg)["report.lead"]
    assert (clock.rule, str(clock.due_on)) == ("report.lead@O121-27(1)", "2026-08-10")
    with world.as_merchant() as session:
        assert leg not in {e.case_id for e in session.scalars(select(CaseEvent))}
    with world.as_consumer() as session:
        assert session.scalars(select(Report.id)).all() == []
    with pytest.raises(RuleBroken, match="no reporter to point elsewhere"):
        act(world, leg, reports.redirect, "上海市黄浦区市场监督管理局")
    act(world, leg, reports.no_case, "查无此事")
    assert book(world, leg)["report.lead"].stopped_on
    with pytest.raises(RuleBroken, match="only where a law says so"):
        act(world, leg, reports.told, "phone", "AD-53")


def test_a_lead_is_found_by_whoever_handles_the_complaint_and_not_before_it_came(world):
    complaint = world.file()
    with world.as_far_officer() as session, pytest.raises(NotFound):
        decide.find(session, complaint)
    early = at("2026-07-01").today()
    with world.as_officer() as session:
        found = session.get_one(Complaint, complaint)
        with pytest.raises(RuleBroken):
            leads.found(session, found, LEADS, early, actor=world.officer_actor, clock=world.clock)


def test_a_transfer_to_the_police_is_decided_in_three_days_and_handed_over_within_24_hours(world, head):
    case = file(world, at("2026-07-20"))
    act(world, case, letters.police_propose, "姑苏公安分局", "涉嫌调包骗取赔偿", clock=at("2026-07-21"))
    assert str(book(world, case)["report.police"].due_on) == "2026-07-24"
    with pytest.raises(Refused, match="only the head"):
        act(world, case, letters.police_approve)
    act_as_head(world, head, case, letters.police_approve, clock=at("2026-07-22"))
    with world.as_worker() as session:
        row = session.scalars(select(ReportLetter)).one()
    assert row.send_by == datetime(2026, 7, 23, 4, tzinfo=UTC)
    act(world, case, letters.letter_sent, row.id, clock=at("2026-07-23T12:00:01+08:00"))
    act(world, case, letters.letter_received, row.id, clock=at("2026-07-24"))
    act(world, case, letters.letter_answered, row.id, "已立案侦查", clock=at("2026-07-27"))
    with world.as_worker() as session:
        sent = session.scalars(select(CaseEvent).where(CaseEvent.event == "letter_sent")).one()
    assert '"late":true' in sent.body
    with pytest.raises(RuleBroken):
        act(world, case, letters.letter_answered, row.id, "再答一次", clock=at("2026-07-28"))


def test_a_refused_transfer_keeps_its_reason_and_is_not_sent(world, head):
    case = file(world)
    act(world, case, letters.police_propose, "姑苏公安分局", "涉嫌调包骗取赔偿")
    act_as_head(world, head, case, letters.police_refuse, "证据不足")
    with world.as_worker() as session:
        row = session.scalars(select(ReportLetter)).one()
    with pytest.raises(RuleBroken, match="not approved"):
        act(world, case, letters.letter_sent, row.id)
    assert book(world, case)["report.police"].stopped_on


def test_a_request_for_help_runs_from_its_receipt_and_has_its_receipts_in_order(world):
    case = file(world, at("2026-07-20"))
    act(world, case, letters.assist_send, "上海市黄浦区市场监督管理局", "请协助核实供货商", clock=at("2026-07-21"))
    with world.as_worker() as session:
        row = session.scalars(select(ReportLetter)).one()
    with pytest.raises(RuleBroken, match="receipt is not recorded"):
        act(world, case, letters.letter_answered, row.id, "查无此供货商", clock=at("2026-07-22"))
    act(world, case, letters.letter_received, row.id, at("2026-07-23").today(), clock=at("2026-07-24"))
    act(world, case, letters.letter_answered, row.id, "查无此供货商", clock=at("2026-08-03"))
    assert history(world, case) == ["file", "assist_send", "letter_received", "letter_answered"]


def test_the_reporter_of_a_report_reads_nothing_of_what_the_bureau_does_within(world, head):
    case = file(world)
    act(world, case, letters.police_propose, "姑苏公安分局", "涉嫌调包骗取赔偿")
    act(world, case, reports.verify, "online", "网页已存证")
    with world.as_consumer() as session:
        seen = session.scalars(select(CaseEvent.event).where(CaseEvent.case_id == case)).all()
        assert seen == ["file"]
        assert [c.term for c in clocks.of_case(session, case)] == ["report.verify"]
        assert session.scalars(select(Report.id)).all() == [case]


def test_looking_at_the_reporter_is_an_event_with_its_reason(world):
    case = file(world)
    with pytest.raises(RuleBroken):
        act(world, case, reports.reveal, " ")
    who = act(world, case, reports.reveal, "需要电话核实时间")
    assert (who.name, who.phone) == ("张试样", "+8613900000000")
    assert history(world, case) == ["file", "reveal"]
    unnamed = file(world, draft=ReportDraft("货架标签与检测不符", "吊牌照片和小票", anonymous=True))
    with pytest.raises(RuleBroken, match="names no reporter"):
        act(world, unnamed, reports.reveal, "想知道是谁")


def test_head_and_officer_are_told_what_waits_for_them(world, head):
    case = file(world)
    act(world, case, extensions.propose, "需要异地取证")
    drain(world)
    assert set(notices(world, head)) == {"propose_extend.head"}
    act_as_head(world, head, case, extensions.approve)
    drain(world)
    assert {"file.officer", "extend.officer"} <= set(notices(world, world.officer))


@pytest.mark.parametrize("state", REPORT.states)
def test_every_verb_of_a_report_is_refused_by_name_in_the_states_it_is_not_for(world, state):
    report = Report(state=state)
    for verb, states in REPORT_NOTES.items():
        if state in states:
            reports.check_note(report, verb)
        else:
            with pytest.raises(Conflict, match=f"{verb} is not possible in state {state}"):
                reports.check_note(report, verb)


def test_every_event_and_notice_of_a_report_has_its_words():
    events = {"file", "issue", "serve", "clock_moved", *REPORT.events, *REPORT_NOTES}
    told = {"reporter": jobs.REPORTER_TOLD, "head": jobs.HEAD_TOLD, "officer": jobs.OFFICER_TOLD}
    keys = {f"reports.event.{e}" for e in events}
    keys |= {f"notice.report.{e}.{side}" for side, names in told.items() for e in names}
    keys |= {f"reports.state.{s}" for s in (*REPORT.states, "handled")}
    keys |= {f"reports.plain.{s}" for s in (*REPORT.states, "handled")}
    assert sorted(k for k in keys if not has(k)) == []


def test_two_people_who_conclude_at_once_leave_one_decision(world):
    case = file(world)
    act(world, case, reports.open_case)
    with pytest.raises(Conflict):
        act(world, case, reports.no_case, "没有证据证明")
    assert history(world, case) == ["file", "open_case"]
