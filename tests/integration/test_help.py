"""Help by agreement between two cities: the register, the consumer's consent, and how little the helper sees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from complaints import competence_queries
from complaints.competence_models import HelpRequest, RegionAgreement
from complaints.models import Complaint
from complaints.operations import agreements, decide, helping
from complaints.operations.agreements import AgreementDraft
from complaints.operations.helping import Wanted
from seeds.reference import bureau_id
from tests.integration.test_competence import Bureau, access, events
from workflows.case.tables import CaseEvent
from workflows.errors import NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.store.session import Identity, Role

SUZHOU, SHANGHAI, HUANGPU, PUDONG = bureau_id("3205"), bureau_id("3101"), "310101", "310115"
DRAFT = AgreementDraft(
    name="试样协作协议",
    number="试样〔2026〕1号",
    parties=(SUZHOU, SHANGHAI),
    items=("visit_site", "reach_firm"),
    duties="受托方查看现场、联系经营者，不作处理决定。",
    tracking="双方在本登记中记录接收与答复。",
    from_on=date(2026, 1, 1),
    until_on=date(2026, 12, 31),
    answer_days=5,
    counted="working_days",
)


@pytest.fixture
def chief(world):
    return Bureau(world, "3205", "supervisor", below=("320508",))


@pytest.fixture
def pudong(world):
    return Bureau(world, PUDONG)


def register(bureau, draft=DRAFT):
    with bureau.session() as session:
        return agreements.register(session, draft, actor=bureau.actor, clock=bureau.world.clock).id


def changed(**changes):
    return AgreementDraft(**{**vars(DRAFT), **changes})


def wanted(agreement, **changes):
    values = {"district": HUANGPU, "item": "visit_site", "question": "请查看店招和价签。", "consented_on": None}
    values |= {"agreement": agreement, **changes}
    values["consented_on"] = values["consented_on"] or date(2026, 7, 20)
    return Wanted(**values)


def asked(world, agreement, **changes):
    case = world.file()
    return case, world.decide(case, helping.ask_help, wanted(agreement, **changes)).id


def as_helper(world, step, *arguments, **named):
    actor = Actor(ActorRole.OFFICER, world.far_officer, world.far_bureau, "3101")
    with world.as_far_officer() as session:
        return step(session, *arguments, actor=actor, clock=world.clock, **named)


def test_help_is_asked_under_an_agreement_and_the_case_stays_where_it_is(world, chief):
    case, row = asked(world, register(chief))
    with world.as_far_officer() as session:
        found = session.get_one(HelpRequest, row)
        assert (found.number, found.question, str(found.due_on)) == (
            world.read(case).number,
            "请查看店招和价签。",
            "2026-07-27",
        )
        assert session.get(Complaint, case) is None
        assert session.scalars(select(CaseEvent).where(CaseEvent.case_id == case)).all() == []
    as_helper(world, helping.help_received, row)
    as_helper(world, helping.help_answered, row, "店招与登记一致，价签未标明。")
    with world.as_far_officer() as session:
        assert session.get(Complaint, case) is None
    assert world.read(case).bureau_id == world.bureau
    assert access(world, case) == {world.bureau: True}
    assert events(world, case) == ["file", "ask_help", "help_received", "help_answered"]
    with world.as_officer() as session:
        [line] = competence_queries.helps(session, case)
        assert (line.answer, line.answered_by) == ("店招与登记一致，价签未标明。", world.far_officer)
    with pytest.raises(RuleBroken, match="answered already"):
        as_helper(world, helping.help_answered, row, "再答一次")


def test_an_answer_may_bring_a_file_that_the_asking_bureau_reads_and_nobody_else(world, chief, pudong):
    _, row = asked(world, register(chief))
    with world.db.transaction(Role.OWNER) as session:
        file = Evidence(
            owner_id=world.far_officer,
            case_id=None,
            media_type="image/jpeg",
            name="现场.jpg",
            original_digest="a" * 64,
            shown_digest="b" * 64,
            size=10,
            uploaded_at=world.clock.now(),
        )
        session.add(file)
        session.flush()
        kept = file.id
    with pytest.raises(NotFound, match="no such file"):
        as_helper(world, helping.help_answered, row, "附照片", new_id())
    as_helper(world, helping.help_answered, row, "附照片", kept)
    with world.as_officer() as session:
        assert session.get(Evidence, kept) is not None
    with pudong.session() as session:
        assert session.get(Evidence, kept) is None
    for who in (world.as_consumer, world.as_merchant):
        with who() as session:
            assert session.get(Evidence, kept) is None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"item": "serve_papers"}, "no such item"),
        ({"district": "320506"}, "bureau of the other city"),
        ({"consented_on": date(2026, 7, 21)}, "given_on must lie"),
        ({"consented_on": date(2026, 7, 19)}, "given_on must lie"),
        ({"question": " "}, "words is needed"),
    ],
)
def test_help_that_the_agreement_or_the_consent_does_not_carry_is_refused(world, chief, changes, fault):
    agreement = register(chief)
    with pytest.raises(RuleBroken, match=fault):
        asked(world, agreement, **changes)
    with world.as_worker() as session:
        assert session.scalars(select(HelpRequest)).all() == []


def test_an_agreement_must_be_in_force_and_join_the_two(world, chief):
    past = register(chief, changed(until_on=date(2026, 7, 19)))
    with pytest.raises(RuleBroken, match="not in force"):
        asked(world, past)
    narrow = register(chief, changed(parties=(SUZHOU, bureau_id(PUDONG))))
    with pytest.raises(RuleBroken, match="does not join"):
        asked(world, narrow)
    with pytest.raises(NotFound, match="no such agreement"):
        asked(world, new_id())


def test_without_a_period_of_its_own_an_agreement_sets_no_day(world, chief):
    _, row = asked(world, register(chief, changed(answer_days=None, counted=None)))
    with world.as_worker() as session:
        assert session.get_one(HelpRequest, row).due_on is None


def test_who_was_not_asked_sees_nothing_and_answers_nothing(world, chief, pudong):
    case, row = asked(world, register(chief))
    with pudong.session() as session, pytest.raises(NotFound):
        helping.help_received(session, row, actor=pudong.actor, clock=world.clock)
    with world.as_officer() as session, pytest.raises(Refused, match="only the bureau that was asked"):
        helping.help_answered(session, row, "自问自答", actor=world.officer_actor, clock=world.clock)
    with pytest.raises(Refused, match="only the bureau that has the case"):
        chief.act(case, helping.ask_help, wanted(row))


def test_only_a_supervisor_of_a_party_registers_and_ends_an_agreement(world, chief):
    with pytest.raises(Refused, match="only a supervisor"), world.as_officer() as session:
        agreements.register(session, DRAFT, actor=world.officer_actor, clock=world.clock)
    with pytest.raises(Refused, match="one of its parties"):
        register(chief, changed(parties=(SHANGHAI, bureau_id(PUDONG))))
    made = register(chief)
    stranger = Bureau(world, "3101", "supervisor")
    last = world.clock.today() + timedelta(days=3)
    with stranger.session() as session:
        agreements.end(session, made, last, actor=stranger.actor, clock=world.clock)
    with chief.session() as session:
        row = session.get_one(RegionAgreement, made)
        assert (row.until_on, row.ended_by) == (last, stranger.account)
    with chief.session() as session, pytest.raises((NotFound, RuleBroken)):
        agreements.end(session, made, last, actor=chief.actor, clock=world.clock)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"number": " ", "duties": "", "tracking": "长" * 3001}, ["number", "duties", "tracking"]),
        ({"parties": (SUZHOU,)}, ["parties"]),
        ({"parties": (SUZHOU, new_id())}, ["parties"]),
        ({"items": ("anything",)}, ["items"]),
        ({"until_on": date(2025, 12, 31)}, ["until_on"]),
        ({"answer_days": 0, "counted": None}, ["answer_days", "counted"]),
    ],
)
def test_an_agreement_with_faults_is_not_registered_and_each_is_named(chief, changes, fields):
    with pytest.raises(RuleBroken) as broken:
        register(chief, changed(**changes))
    assert [e.field for e in broken.value.errors] == fields


def test_an_agreement_is_ended_from_today_on_and_within_its_own_days(world, chief):
    made = register(chief)
    for last in (date(2026, 7, 19), date(2027, 1, 1)):
        with chief.session() as session, pytest.raises(RuleBroken, match="last day"):
            agreements.end(session, made, last, actor=chief.actor, clock=world.clock)


def test_a_firm_and_a_consumer_read_neither_agreements_nor_requests(world, chief):
    asked(world, register(chief))
    account = world.consumer
    for role, who in ((Role.CONSUMER, account), (Role.MERCHANT, world.enterprise)):
        with world.db.transaction(role, Identity(account, (who,))) as session:
            for table in (HelpRequest, RegionAgreement):
                with pytest.raises(Exception, match="permission denied"), session.begin_nested():
                    session.scalars(select(table)).all()


def test_help_under_way_keeps_no_decision_waiting(world, chief):
    case, row = asked(world, register(chief))
    world.decide(case, decide.accept)
    as_helper(world, helping.help_answered, row, "已核实。")
    assert events(world, case) == ["file", "ask_help", "accept", "help_answered"]
