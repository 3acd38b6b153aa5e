"""Who is competent, in the database: where a filing goes, cases that go up, disputes with a clock of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app import wiring
from app.wiring import HANDLERS
from complaints import competence, competence_queries, ledgers
from complaints.competence_models import Dispute, Origin
from complaints.drafts import NOBODY, ReportDraft, Respondent
from complaints.models import Complaint, Report
from complaints.operations import decide, disputes, filing, upward
from seeds.reference import bureau_id
from tests.conftest import told
from tests.factories import (
    AccountFactory,
    DraftFactory,
    EnterpriseFactory,
    MembershipFactory,
    ReportFactory,
    StoreFactory,
)
from tests.support.world import at
from workflows.case import clocks
from workflows.case.tables import CaseAccess, CaseEvent
from workflows.delivery import outbox
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people.actor import ANONYMOUS, Actor, ActorRole
from workflows.store.session import Identity, Role

GUSU, WUZHONG, PUDONG = "320508", "320506", "310115"
PLATFORM = Respondent(
    name="试样旗舰店",
    address="苏州市姑苏区观前街1号",
    platform="试样网",
    platform_address="上海市浦东新区样板路1号",
    bought="platform_shop",
)


class Bureau:
    """An officer or supervisor of a bureau, acting with exactly its rights and those of the bureaus below it."""

    def __init__(self, world, code, kind="officer", below=()):
        with world.db.transaction(Role.OWNER) as session:
            self.account = AccountFactory(session=session, kind=kind, login=f"{kind}.{code}").id
            MembershipFactory(session=session, account_id=self.account, org_id=bureau_id(code))
        self.world, self.id = world, bureau_id(code)
        self.actor = Actor(ActorRole(kind), self.account, self.id, code[:4])
        self.identity = Identity(self.account, (self.account, self.id, *(bureau_id(c) for c in below)))

    def session(self):
        return self.world.db.transaction(Role.OFFICER, self.identity)

    def act(self, case, verb, *arguments, clock=None, **named):
        with self.session() as session:
            found = decide.find(session, case)
            return verb(session, found, *arguments, actor=self.actor, clock=clock or self.world.clock, **named)

    def sees(self, case):
        with self.session() as session:
            return session.get(Complaint, case) is not None


@pytest.fixture
def city(world):
    """The city bureau, whose officers see what the bureaus below it have."""
    return Bureau(world, "3205", "supervisor", below=(GUSU, WUZHONG))


@pytest.fixture
def wuzhong(world):
    return Bureau(world, WUZHONG)


@pytest.fixture
def pudong(world):
    return Bureau(world, PUDONG)


def seen(world, case, kind=Complaint):
    with world.as_worker() as session:
        return competence_queries.of_case(session, session.get_one(kind, case))


def origin(world, case):
    with world.as_worker() as session:
        return session.get(Origin, case)


def events(world, case):
    with world.as_worker() as session:
        query = select(CaseEvent.event).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)
        return session.scalars(query).all()


def book(world, case):
    with world.as_worker() as session:
        return {c.term: c for c in clocks.of_case(session, case)}


def access(world, case):
    with world.as_worker() as session:
        query = select(CaseAccess.party_id, CaseAccess.writes).where(
            CaseAccess.case_id == case, CaseAccess.until.is_(None), CaseAccess.kind == "officer"
        )
        return {row.party_id: row.writes for row in session.execute(query)}


def test_a_shop_of_the_directory_is_found_by_its_place_and_its_firms_domicile_is_competent_too(world):
    with world.db.transaction(Role.OWNER) as session:
        firm = EnterpriseFactory(session=session, district=WUZHONG).id
        store = StoreFactory(session=session, enterprise_id=firm).id
    case = world.file(respondent=Respondent(store_id=store))
    found = seen(world, case)
    assert [(b.region, c.link.words) for b, c in zip(found.others, found.found.bureaus, strict=True)] == [
        (GUSU, "business"),
        (WUZHONG, "domicile"),
    ]
    assert (found.verdict.answer, found.verdict.link.article) == ("yes", "O121 13(1)")
    assert origin(world, case) is None


def test_the_same_shops_goods_bought_on_line_are_for_the_firms_domicile(world):
    with world.db.transaction(Role.OWNER) as session:
        firm = EnterpriseFactory(session=session, district=WUZHONG).id
        store = StoreFactory(session=session, enterprise_id=firm).id
    case = world.file(respondent=Respondent(store_id=store, bought="online"))
    row = world.read(case)
    assert (row.district, row.bureau_id) == (WUZHONG, bureau_id(WUZHONG))
    assert seen(world, case).verdict.link.words == "domicile"


def test_a_shop_on_a_platform_goes_to_its_published_address_and_an_unreachable_one_to_the_platforms(world):
    published = world.file(respondent=PLATFORM)
    assert world.read(published).bureau_id == bureau_id(GUSU)
    assert [b.region for b in seen(world, published).others] == [GUSU, PUDONG]
    lost = Respondent(**{**vars(PLATFORM), "unreachable": True})
    case = world.file(respondent=lost)
    row = world.read(case)
    assert (row.city, row.bureau_id, row.number[:2]) == ("3101", bureau_id(PUDONG), "SH")
    assert (origin(world, case).unreachable, seen(world, case).verdict.link.words) == (True, "platform_instead")


def test_a_platform_elsewhere_leaves_nobody_here_and_the_field_is_named(world):
    away = Respondent(
        name="试样店", bought="platform_shop", platform="某网", platform_address="浙江省杭州市余杭区样板路1号"
    )
    with pytest.raises(RuleBroken) as broken:
        world.file(respondent=away)
    assert [e.field for e in broken.value.errors] == ["respondent.platform_address"]


def test_a_known_address_beside_a_platform_elsewhere_is_enough(world):
    case = world.file(respondent=Respondent(**{**vars(PLATFORM), "platform_address": "浙江省杭州市余杭区样板路1号"}))
    found = seen(world, case)
    assert [c.district for c in found.found.bureaus] == [GUSU, competence.OUTSIDE]
    assert (found.verdict.answer, [b.region for b in found.others]) == ("yes", [GUSU])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bought": "moon"}, "respondent.bought"),
        ({"bought": "ad_own"}, "respondent.bought"),
        ({"platform": None}, "respondent.platform"),
        ({"address": "", "platform_address": None}, "respondent.platform_address"),
        ({"unreachable": True, "platform_address": None}, "respondent.platform_address"),
        ({"address": "短"}, "respondent.address"),
    ],
)
def test_what_is_missing_of_how_it_was_bought_is_named_by_field(world, changes, field):
    with pytest.raises(RuleBroken) as broken:
        world.file(respondent=Respondent(**{**vars(PLATFORM), **changes}))
    assert field in [e.field for e in broken.value.errors]


def test_both_legs_of_one_story_go_each_to_its_own_bureau_and_keep_their_own_origin(world):
    shop = Respondent(
        **{**vars(PLATFORM), "address": "上海市黄浦区样板路2号", "platform_address": "苏州市姑苏区样板路1号"}
    )
    draft = DraftFactory(respondent=shop, report=ReportFactory())
    with world.db.transaction(Role.OWNER) as session:
        clerk = AccountFactory(session=session, kind="officer", login="desk").id
        MembershipFactory(session=session, account_id=clerk, org_id=bureau_id("310101"))
    with world.as_consumer() as session:
        filed = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
        legs = filed.complaint.id, filed.report.id
    assert {origin(world, leg).case_kind for leg in legs} == {"complaint", "report"}
    assert seen(world, legs[1], Report).verdict.link.article == "O121 31"
    with world.as_merchant() as session:
        assert session.scalar(select(func.count()).select_from(Origin)) == 0


def test_an_anonymous_report_of_an_advertisement_keeps_its_kind(world):
    against = Respondent(name="试样广告", address="苏州市姑苏区观前街1号", bought="ad_own")
    draft = ReportDraft("橱窗海报写着国家级", "照片和地点", anonymous=True)
    with world.db.transaction(Role.PUBLIC) as session:
        leg = filing.report(session, against, draft, NOBODY, actor=ANONYMOUS, clock=world.clock).report.id
    assert origin(world, leg).kind == "ad_own"
    assert seen(world, leg, Report).verdict.link.article == "O121 32"


def test_a_receipt_that_names_the_mall_leads_to_the_counter_and_the_case_keeps_both(world):
    with world.db.transaction(Role.OWNER) as session:
        mall = StoreFactory(session=session, enterprise_id=world.other_enterprise, kind="mall", name="试样百货").id
        counter = StoreFactory(
            session=session, enterprise_id=world.enterprise, kind="counter", parent_id=mall, name="一楼丝巾柜"
        ).id
    case = world.file(respondent=Respondent(store_id=counter))
    assert (world.read(case).store_id, origin(world, case).host_id) == (counter, mall)
    typed = world.file(respondent=Respondent(name="二楼茶叶柜", host_id=mall))
    row = world.read(typed)
    assert (row.store_id, row.respondent_address, row.bureau_id) == (None, "姑苏区观前街1号", bureau_id(GUSU))
    assert seen(world, typed).host.name == "试样百货"
    with pytest.raises(RuleBroken, match="not in that mall"):
        world.file(respondent=Respondent(store_id=world.store, host_id=mall))
    with pytest.raises(NotFound, match="no such mall"):
        world.file(respondent=Respondent(name="三楼鞋柜", host_id=world.store))


def misplaced(world):
    """A complaint that went to Gusu, against a trader whose place and domicile are in Wuzhong."""
    case = world.file()
    with world.db.transaction(Role.OWNER) as session:
        row = session.get_one(Complaint, case)
        row.store_id, row.enterprise_id = None, None
        row.respondent_address = "苏州市吴中区样板路3号"
    return case


def test_a_bureau_without_authority_reads_who_has_it_and_declines_on_the_first_ground(world):
    case = misplaced(world)
    found = seen(world, case)
    assert [b.region for b in found.others] == [WUZHONG]
    world.decide(case, decide.decline, competence.NOT_OURS["O121"], "由苏州市吴中区市场监督管理局处理")
    assert world.read(case).decline_ground == "O121-16-1"


def test_nothing_is_handed_on_by_itself_whoever_is_competent(world):
    case = misplaced(world)
    before = world.read(case).bureau_id, access(world, case)
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, HANDLERS, 100).more
    for job in wiring.jobs(told("/nonexistent")):
        if job.name.startswith("complaints."):
            with world.as_worker() as session:
                job.run(session, datetime(2026, 9, 30, 4, tzinfo=UTC))
    assert (world.read(case).bureau_id, access(world, case)) == before
    assert events(world, case) == ["file"]


def test_a_bureau_asks_the_one_above_which_takes_the_case_and_the_clock_goes_on(world, city):
    case = world.file(at("2026-07-20"))
    due = book(world, case)["complaint.accept"].due_on
    world.decide(case, upward.request_upward, "涉及全市连锁", clock=at("2026-07-22"))
    with pytest.raises(RuleBroken, match="asked already"):
        world.decide(case, upward.request_upward, "再问一次")
    with pytest.raises(Refused, match="only the bureau above"):
        world.decide(case, upward.take_up, "自己提级")
    city.act(case, upward.take_up, "同意提级", clock=at("2026-07-23"))
    row = world.read(case)
    assert (row.bureau_id, row.state) == (city.id, "filed")
    assert (book(world, case)["complaint.accept"].due_on, access(world, case)) == (
        due,
        {world.bureau: False, city.id: True},
    )
    assert events(world, case) == ["file", "request_upward", "take_up"]
    with world.as_worker() as session:
        held = ledgers.of_case(session, case, at("2026-07-24").today()).totals
    assert (held["other_bureau"], held["bureau"]) == (4, 1)
    city.act(case, decide.accept, clock=at("2026-07-24"))
    with pytest.raises(RuleBroken, match="no bureau above"):
        city.act(case, upward.request_upward, "再往上")


def test_a_superior_takes_one_on_its_own_or_leaves_what_was_asked_with_a_reason(world, city):
    own = world.file()
    city.act(own, upward.take_up, "案情重大")
    assert world.read(own).bureau_id == city.id
    asked = world.file()
    with pytest.raises(RuleBroken, match="has not been asked"):
        city.act(asked, upward.send_down, "没有人问")
    world.decide(asked, upward.request_upward, "涉及多区")
    city.act(asked, upward.send_down, "由你局处理")
    assert (world.read(asked).bureau_id, events(world, asked)[-1]) == (world.bureau, "send_down")
    world.decide(asked, upward.request_upward, "又有新情况")


def opened(world, district=WUZHONG, claim="theirs", clock=None):
    case = world.file(at("2026-07-20"))
    row = world.decide(
        case, disputes.dispute_open, district, claim, "实际经营地在对方辖区", clock=clock or at("2026-07-21")
    )
    return case, row.id


def test_a_dispute_has_seven_working_days_of_its_own_and_touches_no_other_clock(world, wuzhong):
    before = book(world, world.file(at("2026-07-20")))["complaint.accept"].due_on
    case, row = opened(world)
    running = book(world, case)
    assert str(running["jurisdiction.settle"].due_on) == "2026-07-30"
    assert running["complaint.accept"].due_on == before
    with wuzhong.session() as session:
        found = session.get_one(Dispute, row)
        assert competence_queries.settle_by(session, found).due_on == running["jurisdiction.settle"].due_on
    with pytest.raises(RuleBroken, match="a dispute over this case already"):
        world.decide(case, disputes.dispute_open, PUDONG, "theirs", "再开一个")


def answer(bureau, row, words="", *, agrees, clock=None):
    with bureau.session() as session:
        now = clock or at("2026-07-23")
        return disputes.dispute_answer(session, row, words, agrees=agrees, actor=bureau.actor, clock=now)


def test_the_other_bureau_answers_without_ever_seeing_the_case_and_agreement_stops_the_clock(world, wuzhong):
    case, row = opened(world)
    assert not wuzhong.sees(case)
    answer(wuzhong, row, "我局管辖", agrees=True)
    assert not wuzhong.sees(case)
    with world.as_worker() as session:
        found = session.get_one(Dispute, row)
        assert (found.ended, found.competent_id) == ("agreed", wuzhong.id)
    stopped = book(world, case)["jurisdiction.settle"]
    assert (str(stopped.stopped_on), stopped.late) == ("2026-07-23", False)
    assert book(world, case)["complaint.accept"].stopped_on is None
    assert world.read(case).bureau_id == world.bureau, "an agreement hands nothing on"
    with world.as_worker() as session:
        last = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq.desc())
        ).first()
    assert (last.event, str(wuzhong.account) in last.body) == ("dispute_answer", True)


def test_who_has_no_part_in_a_dispute_neither_sees_nor_answers_it(world, pudong, wuzhong):
    case, row = opened(world)
    with pudong.session() as session:
        assert session.get(Dispute, row) is None
    with pytest.raises(NotFound):
        answer(pudong, row, agrees=True)
    with pytest.raises(RuleBroken, match="words"):
        answer(wuzhong, row, agrees=False)
    with pytest.raises(Refused, match="only the bureau that the dispute is with"), world.as_officer() as session:
        disputes.dispute_answer(session, row, "", agrees=True, actor=world.officer_actor, clock=world.clock)
    assert events(world, case) == ["file", "dispute_open"]


def test_an_answer_otherwise_may_be_conceded(world, wuzhong):
    case, row = opened(world)
    with pytest.raises(RuleBroken, match="has not answered otherwise"):
        world.decide(case, disputes.dispute_concede, "算了")
    answer(wuzhong, row, "实际经营地仍在姑苏", agrees=False)
    with pytest.raises(RuleBroken, match="has been answered"):
        answer(wuzhong, row, "再答", agrees=True)
    world.decide(case, disputes.dispute_concede, "核实后由我局处理", clock=at("2026-08-03"))
    stopped = book(world, case)["jurisdiction.settle"]
    assert (stopped.late, str(stopped.stopped_on)) == (True, "2026-08-03")
    with world.as_worker() as session:
        assert session.get_one(Dispute, row).competent_id == world.bureau
    with pytest.raises(RuleBroken, match="no open dispute"):
        world.decide(case, disputes.dispute_refer, "晚了")


def test_the_common_superior_designates_and_the_case_goes_where_it_says(world, city, wuzhong):
    case, _ = opened(world)
    with pytest.raises(RuleBroken, match="not been referred"):
        city.act(case, disputes.designate, wuzhong.id, "指定吴中")
    world.decide(case, disputes.dispute_refer, "协商不成", clock=at("2026-07-24"))
    with pytest.raises(RuleBroken, match="referred already"):
        world.decide(case, disputes.dispute_refer, "再报")
    with pytest.raises(Refused, match="only the superior"):
        world.decide(case, disputes.designate, wuzhong.id, "自己指定")
    with pytest.raises(RuleBroken, match="one of the two"):
        city.act(case, disputes.designate, city.id, "指定自己")
    city.act(case, disputes.designate, wuzhong.id, "指定吴中局处理", clock=at("2026-07-27"))
    assert world.read(case).bureau_id == wuzhong.id
    assert access(world, case) == {world.bureau: False, wuzhong.id: True}
    assert events(world, case) == ["file", "dispute_open", "dispute_refer", "designate"]
    wuzhong.act(case, decide.accept, clock=at("2026-07-28"))


def test_two_cities_have_no_superior_here_so_its_document_is_recorded_and_nothing_crosses_the_border(world, pudong):
    case, row = opened(world, PUDONG)
    world.decide(case, disputes.dispute_refer, "报请指定", clock=at("2026-07-29"))
    with world.as_worker() as session:
        found = session.get_one(Dispute, row)
        assert (found.superior_id, found.superior_name) == (None, disputes.ABOVE_BOTH)
    world.decide(case, disputes.designate, pudong.id, "总局指定处理通知", clock=at("2026-07-30"))
    assert world.read(case).bureau_id == world.bureau
    assert not pudong.sees(case)
    world.decide(case, decide.decline, "O121-16-1", "总局指定由浦东新区局处理", clock=at("2026-07-30"))


def test_a_dispute_is_opened_by_whoever_has_the_case_and_with_another_bureau(world, city):
    case = world.file()
    with pytest.raises(Refused, match="only the bureau that has the case"):
        city.act(case, disputes.dispute_open, WUZHONG, "theirs", "替别人开")
    for arguments, fault in (((GUSU, "theirs"), "another bureau"), ((WUZHONG, "maybe"), "claim must be")):
        with pytest.raises(RuleBroken, match=fault):
            world.decide(case, disputes.dispute_open, *arguments, "说明")
