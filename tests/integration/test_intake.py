"""What an officer takes down for somebody; agents and joint complaints; the limit of a day; whom nobody can find."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.api import verbs
from app.wiring import HANDLERS
from complaints import intake_rules
from complaints.capacity import missing
from complaints.drafts import AgentDraft, CoPerson, Joint, Person, Respondent
from complaints.intake_models import CoComplainant
from complaints.models import Complaint, Filing, Report
from complaints.operations import acting, decide, filing, mediate, others, taking
from tests.factories import DraftFactory, FactsFactory, ReportFactory
from tests.support.world import at
from workflows import declared
from workflows.case import clocks
from workflows.case.tables import CaseEvent
from workflows.delivery import outbox
from workflows.delivery.notices import Notice
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.people.tables import Account
from workflows.store.sealed import unseal
from workflows.store.session import Role

CALLER = Person("李来电", "+8613800000777", "苏州市姑苏区人民路1号")
FAR = Respondent(name="外滩试样店", address="上海市黄浦区南京东路1号")


def taken(world, clock=None, **changes):
    draft = DraftFactory(**{"complainant": CALLER, "channel": "phone", **changes})
    with world.as_officer() as session:
        return taking.take(session, draft, actor=world.officer_actor, clock=clock or world.clock)


def account_of(world, phone):
    with world.db.transaction(Role.OWNER) as session:
        rows = session.scalars(select(Account).where(Account.kind == "consumer"))
        return next((row.id for row in rows if unseal(session, row, "phone") == phone), None)


def consumer(account):
    return Actor(ActorRole.CONSUMER, account, None, "3205")


def act(world, case, verb, account=None, clock=None, **given):
    """A step by its name, as a consumer of the case or as its officer."""
    opened = world.as_consumer(account) if account else world.as_officer()
    actor = consumer(account) if account else world.officer_actor
    with opened as session:
        found = decide.find(session, case)
        verbs.apply(session, found, verb, given, actor=actor, clock=clock or world.clock)


def drain(world):
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, HANDLERS, 200).more


def first_facts(world, case):
    with world.as_worker() as session:
        body = session.scalar(select(CaseEvent.body).where(CaseEvent.case_id == case, CaseEvent.seq == 1))
        return json.loads(body)["facts"]


def test_a_caller_without_an_account_gets_one_and_sees_the_case_after_signing_in(world):
    assert account_of(world, CALLER.phone) is None
    filed = taken(world)
    caller = account_of(world, CALLER.phone)
    assert world.read(filed.complaint.id).complainant_id == caller
    with world.as_consumer(caller) as session:
        assert session.scalars(select(Complaint.id)).all() == [filed.complaint.id]
        assert unseal(session, session.get_one(Complaint, filed.complaint.id), "name") == CALLER.name


def test_a_second_call_finds_the_same_account(world):
    one, two = taken(world), taken(world)
    assert world.read(one.complaint.id).complainant_id == world.read(two.complaint.id).complainant_id


def test_a_message_to_the_callers_phone_tells_how_to_follow(world):
    filed = taken(world)
    drain(world)
    with world.as_worker() as session:
        told = session.scalars(select(Notice).where(Notice.case_id == filed.complaint.id, Notice.channel == "sms"))
        keys = {notice.key for notice in told}
    assert "notice.complaint.file.taken" in keys


def test_a_letter_counts_from_the_day_it_was_received_and_the_late_entry_is_shown(world):
    filed = taken(world, channel="post", received_on=date(2026, 7, 15))
    case = world.read(filed.complaint.id)
    assert case.received_on == date(2026, 7, 15)
    with world.as_worker() as session:
        (clock,) = clocks.of_case(session, case.id)
        assert (clock.start_on, clock.due_on) == (date(2026, 7, 15), date(2026, 7, 24))
    facts = first_facts(world, case.id)
    assert (facts["channel"], facts["entered_on"]) == ("post", "2026-07-20")


def test_a_letter_from_before_the_new_order_is_handled_by_the_old_one(world):
    filed = taken(world, at("2026-04-20"), channel="post", received_on=date(2026, 4, 14),
                  facts=FactsFactory(happened_on=date(2026, 4, 1)))  # fmt: skip
    assert world.read(filed.complaint.id).rule_set == "O20"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": "post"}, "taken.post"),
        ({"channel": "post", "received_on": date(2026, 7, 21)}, "taken.day"),
        ({"channel": "post", "received_on": date(2025, 7, 1)}, "taken.day"),
        ({"channel": "portal"}, "taken.channel"),
        ({"complainant": replace(CALLER, phone="051265000000")}, "validation"),
        ({"received_on": date(2026, 6, 1)}, "validation"),
    ],
)
def test_what_cannot_be_so_is_not_taken_down(world, changes, code):
    with pytest.raises(RuleBroken) as broken:
        taken(world, **changes)
    assert broken.value.code == code


def test_a_case_of_another_bureau_is_that_bureaus_at_once_and_the_taker_keeps_no_access(world):
    filed = taken(world, respondent=FAR, report=ReportFactory())
    with world.as_far_officer() as session:
        assert session.scalars(select(Complaint.id)).all() == [filed.complaint.id]
        assert session.scalars(select(Report.id)).all() == [filed.report.id]
    with world.as_officer() as session:
        assert session.scalars(select(Complaint.id)).all() == []
        assert session.scalars(select(Report.id)).all() == []


def test_a_report_alone_may_be_named_or_without_a_name(world):
    with world.as_officer() as session:
        named = taking.take_report(
            session, Respondent(store_id=world.store), ReportFactory(), CALLER, "phone",
            actor=world.officer_actor, clock=world.clock,
        )  # fmt: skip
        unnamed = taking.take_report(
            session, Respondent(store_id=world.store), ReportFactory(anonymous=True), CALLER, "window",
            actor=world.officer_actor, clock=world.clock,
        )  # fmt: skip
    assert not named.code
    assert unnamed.code
    assert world.read_report(named.report.id).reporter_id == account_of(world, CALLER.phone)
    assert world.read_report(unnamed.report.id).reporter_id is None


def test_a_consumer_takes_nothing_down_for_others(world):
    with world.as_consumer() as session, pytest.raises(Refused):
        taking.take(session, DraftFactory(channel="phone"), actor=world.consumer_actor, clock=world.clock)


def test_what_an_officer_knows_from_an_earlier_case_he_need_not_ask_again(world):
    filed = taken(world)
    with world.as_officer() as session:
        assert taking.known(session, filed.complaint.id) == CALLER
    with world.as_far_officer() as session, pytest.raises(NotFound):
        taking.known(session, filed.complaint.id)


def test_whom_nobody_can_find_is_sought_where_the_purchase_was(world):
    nowhere = Respondent(name="流动摊贩", address="地址不详的摊位")
    case = world.read(world.file(respondent=nowhere, facts=FactsFactory(place="姑苏区观前街夜市")))
    assert (case.district, case.district_by) == ("320508", "place")
    assert world.read(world.file()).district_by == "store"
    with pytest.raises(RuleBroken, match="district is unknown"):
        world.file(respondent=nowhere, facts=FactsFactory(place="夜市"))
    chosen = taken(world, respondent=nowhere, facts=FactsFactory(place="夜市"), district="320508")
    assert world.read(chosen.complaint.id).district_by == "chosen"


def test_one_account_files_so_many_a_day_by_itself_and_an_officer_is_not_limited(world):
    with world.db.transaction(Role.OWNER) as session:
        session.add(
            declared.DeclaredSetting(
                code=intake_rules.PER_DAY.code,
                city="*",
                since=date(2026, 1, 1),
                value=2,
                reason="试",
                decided_at=world.clock.now(),
            )
        )
    world.file()
    world.file()
    with pytest.raises(RuleBroken) as broken:
        world.file()
    assert broken.value.code == "filing.limit"
    for _ in range(3):
        taken(world)
    world.file(clock=at("2026-07-21"))
    with world.as_worker() as session:
        assert session.scalar(select(func.count()).select_from(Filing)) == 6


AGENT = AgentDraft("王代理", "+8613800000888", ("mediate",), date(2026, 7, 1), date(2026, 12, 31), signed=True)


def through_agent(world, agent=AGENT, **changes):
    filed = taken(world, channel="window", agent=agent, **changes)
    return filed.complaint.id, account_of(world, CALLER.phone), account_of(world, agent.phone)


def test_an_agents_papers_are_shown_as_missing_until_an_officer_has_received_them(world):
    case, _, _ = through_agent(world)
    with world.as_officer() as session:
        assert missing(acting.power(acting.agent(session, case))) == ["original", "identity"]
    act(world, case, "agent_papers", kind="original")
    act(world, case, "agent_papers", kind="identity")
    with world.as_officer() as session:
        row = acting.agent(session, case)
        assert missing(acting.power(row)) == []
        assert (row.original_by, row.original_on) == (world.officer, world.clock.today())
    with pytest.raises(RuleBroken, match="already"):
        act(world, case, "agent_papers", kind="original")


def test_a_period_that_was_not_named_is_recorded_once_it_was_read(world):
    case, _, agent = through_agent(world, replace(AGENT, until_on=None))
    mediating(world, case)
    for until in (None, date(2026, 6, 1)):
        given = {"until": until} if until else {}
        with pytest.raises(RuleBroken):
            act(world, case, "agent_papers", kind="period", on=date(2026, 7, 1), **given)
    act(world, case, "agent_papers", kind="period", on=date(2026, 7, 1), until=date(2026, 7, 31))
    act(world, case, "offer", agent, side="complainant", amount_fen=1)
    with pytest.raises(Refused):
        act(world, case, "offer", agent, clock=at("2026-08-01"), side="complainant", amount_fen=1)


def mediating(world, case):
    world.decide(case, decide.accept)
    world.decide(case, decide.told, "phone")
    for side in ("complainant", "respondent"):
        world.decide(case, mediate.consent, side)
    world.decide(case, mediate.open_mediation)


def test_an_agent_takes_only_the_steps_his_power_names_and_only_within_its_period(world):
    case, principal, agent = through_agent(world)
    mediating(world, case)
    act(world, case, "offer", agent, side="complainant", amount_fen=30000)
    with pytest.raises(Refused) as refused:
        act(world, case, "withdraw", agent)
    assert refused.value.code == "acting.scope"
    with pytest.raises(Refused):
        act(world, case, "offer", agent, clock=at("2027-01-02"), side="complainant", amount_fen=30000)
    act(world, case, "agent_end", principal)
    with pytest.raises(Refused):
        act(world, case, "offer", agent, side="complainant", amount_fen=30000)
    act(world, case, "withdraw", principal)


def test_an_agreement_beyond_an_agents_power_needs_the_principals_own_consent_to_that_sum(world):
    case, principal, agent = through_agent(world)
    mediating(world, case)
    with pytest.raises(RuleBroken) as broken:
        act(world, case, "settle", amount_fen=30000)
    assert "李**" in broken.value.params["names"]
    with pytest.raises(Refused):
        act(world, case, "assent", agent, about="settle", amount_fen=30000)
    act(world, case, "assent", principal, about="settle", amount_fen=20000)
    with pytest.raises(RuleBroken):
        act(world, case, "settle", amount_fen=30000)
    act(world, case, "assent", principal, about="settle", amount_fen=30000)
    act(world, case, "settle", amount_fen=30000)
    assert world.read(case).settled_fen == 30000


def test_an_agent_with_the_scope_settles_without_more(world):
    case, _, _ = through_agent(world, replace(AGENT, scope=("mediate", "settle")))
    mediating(world, case)
    act(world, case, "settle", amount_fen=30000)


def test_somebody_files_for_another_on_the_portal_and_the_principal_hears_of_it(world):
    with world.as_consumer() as session:
        draft = DraftFactory(complainant=CALLER, respondent=Respondent(store_id=world.store), agent=AGENT)
        filed = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
        row = acting.agent(session, filed.complaint.id)
        assert (row.account_id, row.original_on) == (world.consumer, None)
    principal = account_of(world, CALLER.phone)
    assert world.read(filed.complaint.id).complainant_id == principal
    drain(world)
    with world.as_worker() as session:
        told = session.execute(
            select(Notice.recipient_id, Notice.key).where(Notice.case_id == filed.complaint.id)
        ).all()
    assert (principal, "notice.complaint.file.taken") in told


OTHERS = (
    Person("赵甲", "+8613800000901", "苏州市姑苏区十全街1号"),
    Person("钱乙", "+8613800000902", "苏州市姑苏区十全街2号"),
)


def joint(world, **changes):
    """A joint complaint of three, the first of whom represents all; its id and the others' accounts."""
    several = Joint(tuple(CoPerson(p) for p in OTHERS), date(2026, 7, 2), first=True)
    case = world.file(joint=several, **changes)
    return case, [account_of(world, p.phone) for p in OTHERS]


def test_whoever_is_named_joins_or_stays_out_and_sees_nobody_elses_details(world):
    case, (one, two) = joint(world)
    act(world, case, "join", one, kind="yes")
    act(world, case, "join", two, kind="no")
    with pytest.raises(RuleBroken, match="already"):
        act(world, case, "join", two, kind="yes")
    with world.as_worker() as session:
        rows = session.scalars(select(CoComplainant).order_by(CoComplainant.ordinal)).all()
        assert [(bool(r.joined_on), bool(r.left_on)) for r in rows] == [(True, False), (True, False), (False, True)]


def test_giving_up_needs_the_consent_of_everybody_who_is_represented_and_names_who_is_missing(world):
    case, accounts = joint(world)
    for account in accounts:
        act(world, case, "join", account, kind="yes")
    with pytest.raises(RuleBroken) as broken:
        act(world, case, "withdraw", world.consumer)
    assert broken.value.params["names"] == "2.赵*、3.钱*"
    act(world, case, "assent", accounts[0], about="withdraw")
    with pytest.raises(RuleBroken) as broken:
        act(world, case, "withdraw", world.consumer)
    assert broken.value.params["names"] == "3.钱*"
    with pytest.raises(Refused):
        act(world, case, "withdraw", accounts[0])
    act(world, case, "assent", accounts[1], about="withdraw")
    act(world, case, "withdraw", world.consumer)
    assert world.read(case).state == "withdrawn"


def test_settling_needs_the_consent_of_the_represented_to_the_same_sum(world):
    case, accounts = joint(world)
    for account in accounts:
        act(world, case, "join", account, kind="yes")
    mediating(world, case)
    for account in accounts:
        act(world, case, "assent", account, about="settle", amount_fen=50000)
    with pytest.raises(RuleBroken):
        act(world, case, "settle", amount_fen=40000)
    act(world, case, "settle", amount_fen=50000)


def test_representatives_change_only_with_the_consent_of_those_they_represent(world):
    case, accounts = joint(world)
    for account in accounts:
        act(world, case, "join", account, kind="yes")
    with world.as_officer() as session:
        ids = [row.id for row in acting.persons(session, case)]
    with pytest.raises(RuleBroken) as broken:
        act(world, case, "represent", persons=[ids[1]], on=date(2026, 7, 20))
    assert broken.value.code == "assent.missing"
    for person in ids[1:]:
        act(world, case, "assent", about="represent", person=person, by="phone")
    act(world, case, "represent", persons=[ids[1]], on=date(2026, 7, 20))
    with pytest.raises(Refused):
        act(world, case, "withdraw", world.consumer)
    with pytest.raises(RuleBroken):
        act(world, case, "represent", persons=[ids[0], ids[1], ids[2]], on=date(2026, 7, 20))


def test_nobody_agrees_for_another(world):
    case, (one, _) = joint(world)
    act(world, case, "join", one, kind="yes")
    with world.as_officer() as session:
        other = acting.persons(session, case)[2].id
    with pytest.raises(NotFound):
        act(world, case, "assent", one, about="withdraw", person=other)
    with world.as_consumer(world.other_consumer) as session, pytest.raises(NotFound):
        decide.find(session, case)
    with world.as_merchant() as session:
        assert session.get(Complaint, case) is not None


def test_more_than_two_representatives_or_one_phone_twice_are_faults(world):
    three = tuple(CoPerson(p, representative=True) for p in OTHERS)
    for several, code in (
        (Joint(three, date(2026, 7, 2), first=True), "representatives"),
        (Joint((CoPerson(OTHERS[0]), CoPerson(OTHERS[0]))), "twice"),
        (Joint((CoPerson(OTHERS[0], representative=True),)), "required"),
        (Joint(()), "too_many"),
    ):
        with pytest.raises(RuleBroken) as broken:
            world.file(joint=several)
        assert code in {fault.code for fault in broken.value.errors}


def test_an_officer_records_an_answer_that_came_on_paper(world):
    case, (one, _) = joint(world)
    with world.as_officer() as session:
        person = acting.persons(session, case)[1]
    assert person.account_id == one
    act(world, case, "join", kind="yes", person=person.id)
    with world.as_officer() as session:
        found = decide.find(session, case)
        with pytest.raises(RuleBroken):
            others.join(session, found, "yes", person.id, actor=world.officer_actor, clock=world.clock)
