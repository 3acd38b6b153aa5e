from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from complaints import beside, queries
from complaints.factors import MANY
from complaints.lifecycle import DECLINED, FILED
from complaints.operations import decide, mediate, second
from seeds.reference import bureau_id
from tests.factories import AccountFactory, FactsFactory, MembershipFactory
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.case import journal
from workflows.declared import DeclaredSetting
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import Identity, Role
from workflows.time.clock import SystemClock

REASON = "同一时间购买三十件，未说明用途。"
GROUND = "O121-16-3"


@pytest.fixture
def colleague(world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="officer", login="gusu2").id
        MembershipFactory(session=session, account_id=account, org_id=bureau_id("320508"))
    return account


def by(world, account, case, verb, *arguments, clock=None):
    actor = Actor(ActorRole.OFFICER, account, world.bureau, "3205")
    with world.db.transaction(Role.OFFICER, Identity(account, (account, world.bureau))) as session:
        return verb(session, decide.find(session, case), *arguments, actor=actor, clock=clock or world.clock)


def answer(world, case, words="自家婚宴用，付款记录已上传。"):
    with world.as_consumer() as session:
        second.answer_flags(session, decide.find(session, case), words, actor=world.consumer_actor, clock=world.clock)


def test_one_person_alone_does_not_decline_on_the_ground_that_rests_on_hints(world):
    case = world.file()
    with pytest.raises(RuleBroken, match="second person"):
        world.decide(case, decide.decline, GROUND, REASON)
    world.decide(case, decide.decline, "O121-16-4", "已超过三年。")
    assert world.read(case).state == DECLINED


def test_proposed_answered_and_approved_by_another_it_is_declined_with_the_reason_proposed(world, colleague):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    answer(world, case)
    by(world, colleague, case, second.approve_decline)
    found = world.read(case)
    assert (found.state, found.decline_ground, found.officer_id) == (DECLINED, GROUND, colleague)
    with world.as_worker() as session:
        words = journal.words_of(session, case)
    assert words == {2: {"reason": REASON}, 3: {"words": "自家婚宴用，付款记录已上传。"}, 5: {"reason": REASON}}


def test_who_proposed_does_not_approve(world):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    answer(world, case)
    with pytest.raises(RuleBroken, match="second person"):
        world.decide(case, second.approve_decline)
    assert world.read(case).state == FILED


def test_without_an_answer_approval_waits_for_the_declared_days(world, colleague):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    assert world.read(case).answer_until == date(2026, 7, 22)
    with pytest.raises(RuleBroken, match="may answer until 2026-07-22"):
        by(world, colleague, case, second.approve_decline, clock=at("2026-07-22"))
    by(world, colleague, case, second.approve_decline, clock=at("2026-07-23"))
    assert world.read(case).state == DECLINED


def test_proposed_anew_the_consumer_is_asked_again(world, colleague):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    answer(world, case)
    by(world, colleague, case, second.propose_decline, "另有五件同类投诉。")
    found = world.read(case)
    assert (found.proposed_by, found.answered_on) == (colleague, None)
    with pytest.raises(RuleBroken, match="second person"):
        by(world, colleague, case, second.approve_decline)


def test_nothing_is_approved_or_answered_that_was_not_proposed_nor_after_the_decision(world, colleague):
    case = world.file()
    for step in (lambda: by(world, colleague, case, second.approve_decline), lambda: answer(world, case)):
        with pytest.raises(Conflict, match="nothing has been proposed"):
            step()
    world.decide(case, decide.accept)
    with pytest.raises(Conflict, match="not possible in state accepted"):
        world.decide(case, second.propose_decline, REASON)


def test_a_proposal_needs_a_reason_and_the_rules_of_order_121_and_an_answer_needs_words(world):
    case = world.file()
    with pytest.raises(RuleBroken, match="with a reason"):
        world.decide(case, second.propose_decline, " ")
    old = world.file(at("2026-04-14"), facts=FactsFactory(happened_on=date(2026, 4, 1)))
    with pytest.raises(RuleBroken, match="not a ground of rule set O20"):
        world.decide(old, second.propose_decline, REASON)
    world.decide(case, second.propose_decline, REASON)
    for words in ("  ", "长" * 1001):
        with pytest.raises(RuleBroken, match="1 to 1000"):
            answer(world, case, words)


def test_a_proposal_is_over_when_the_case_goes_elsewhere_or_its_decision_is_corrected(world, colleague):
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    world.decide(case, decide.return_to_intake, "不归我们管")
    assert world.read(case).proposed_on is None
    case = world.file()
    world.decide(case, second.propose_decline, REASON)
    answer(world, case)
    by(world, colleague, case, second.approve_decline)
    world.decide(case, decide.correct, "漏看了说明")
    assert (world.read(case).state, world.read(case).proposed_on, world.read(case).answered_on) == (FILED, None, None)


def test_the_clock_goes_on_while_the_consumer_is_heard(world):
    case = world.file()
    before = world.read(case).next_due_on
    world.decide(case, second.propose_decline, REASON)
    assert world.read(case).next_due_on == before


def flags(world, case, files=1):
    with world.as_officer() as session:
        found = queries.complaint(session, case)
        return {
            flag.code: [c.id for c in rests] for flag, rests in beside.flags(session, found, files, date(2026, 7, 20))
        }


def test_flags_count_what_the_bureau_may_see_and_name_their_cases(world):
    one, two, three = world.file(), world.file(), world.file()
    assert sorted(flags(world, three)["many"]) == [one, two]
    assert "no_files" in flags(world, three, files=0)
    world.decide(one, decide.return_to_intake, "不归我们管")
    assert sorted(flags(world, three)["many"]) == [one, two]


def test_a_city_decides_its_own_numbers_from_a_day_on_and_they_stand_over_those_of_both(world):
    case = [world.file(), world.file()][1]
    assert "many" not in flags(world, case)
    decided = {"value": 2, "reason": "试行", "decided_at": world.clock.now()}
    with world.as_worker() as session:
        session.add(DeclaredSetting(code=MANY.code, city="*", since=date(2026, 7, 1), **decided))
    assert "many" in flags(world, case)
    with world.as_worker() as session:
        session.add(DeclaredSetting(code=MANY.code, city="3205", since=date(2026, 7, 2), **decided | {"value": 9}))
        session.add(DeclaredSetting(code=MANY.code, city="3205", since=date(2026, 8, 1), **decided))
    assert "many" not in flags(world, case)


def test_flags_cost_two_statements(world):
    for _ in range(5):
        case = world.file()
    sent = []
    with world.as_officer() as session:
        found = queries.complaint(session, case)
        engine = world.db.engine(Role.OFFICER)
        event.listen(engine, "before_cursor_execute", note := lambda *a: sent.append(a[2]))
        beside.flags(session, found, 0, date(2026, 7, 20))
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) == 2


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


def client(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def test_the_pages_offer_the_next_lawful_step_to_each_and_the_firm_sees_nothing_of_it(world, app, colleague):
    case = world.file()
    officer, other = client(app, world, world.officer), client(app, world, colleague)
    page = officer.get(f"/officer/complaints/{case}").text
    assert "第十七条情形提示" in page
    assert "没有提交购买凭证" in page
    assert f'value="{GROUND}"' not in page
    consumer = client(app, world, world.consumer)
    assert "answer_flags" not in consumer.get(f"/my/complaints/{case}").text
    world.decide(case, second.propose_decline, REASON, clock=SystemClock())
    asked = consumer.get(f"/my/complaints/{case}").text
    assert "请您说明情况" in asked
    assert REASON in asked
    assert "approve_decline" not in officer.get(f"/officer/complaints/{case}").text
    assert "approve_decline" not in other.get(f"/officer/complaints/{case}").text
    answer(world, case)
    assert "approve_decline" in other.get(f"/officer/complaints/{case}").text
    assert "approve_decline" not in officer.get(f"/officer/complaints/{case}").text
    firm = client(app, world, world.merchant).get(f"/merchant/complaints/{case}").text
    for words in (REASON, "婚宴", "第三项"):
        assert words not in firm
    assert "待第二人批准" in officer.get(f"/officer/complaints/{case}").text


def test_the_api_names_what_is_allowed_and_refuses_the_rest(world, app, colleague):
    case = world.file()
    officer, other = Api(app, token_for(world.db, world.officer)), Api(app, token_for(world.db, colleague))
    consumer, merchant = Api(app, token_for(world.db, world.consumer)), Api(app, token_for(world.db, world.merchant))

    def step(api, verb, version, **values):
        return api.post(f"/complaints/{case}/{verb}", values, If_Match=f'"{version}"')

    assert "approve_decline" not in officer.get(f"/complaints/{case}").json["allowed"]
    assert step(officer, "decline", 1, ground=GROUND, reason=REASON).json["code"] == "decline.second"
    assert step(officer, "propose_decline", 1, reason=REASON).status_code == 200
    assert "answer_flags" in consumer.get(f"/complaints/{case}").json["allowed"]
    assert step(merchant, "answer_flags", 2, words="x").status_code == 403
    assert step(other, "approve_decline", 2).json["code"] == "second.waits"
    assert step(consumer, "answer_flags", 2, words="自用").status_code == 200
    assert step(officer, "approve_decline", 3).json["code"] == "second.same"
    assert step(other, "approve_decline", 3).json["state"] == "declined"
    told = step(other, "told", 5, by="phone")
    assert told.status_code == 200
    world.decide(case, mediate.close)
