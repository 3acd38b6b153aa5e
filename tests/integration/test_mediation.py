"""Mediation in its parts: sessions, recusal, testing, entrusting, negotiation on line – on a real database."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from complaints import ledgers, mediation_jobs, mediation_queries
from complaints.mediation_models import Entrustment, Recusal, Sitting
from complaints.models import Complaint, Report
from complaints.operations import (
    appraisal,
    decide,
    entrusting,
    mediate,
    negotiating,
    offers,
    recusal,
    sittings,
)
from tests.factories import ReportFactory
from tests.support.agreed import drained
from tests.support.mediating import (
    THURSDAY,
    acting,
    by,
    by_consumer,
    by_firm,
    by_officer,
    colleague,
    council,
    planned,
)
from tests.support.world import at
from workflows.case import clocks
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.store.session import Role


def events(world, case):
    with world.as_worker() as session:
        query = select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)
        return [(e.event, json.loads(e.body)["facts"]) for e in session.scalars(query)]


def told(world, case):
    drained(world)
    with world.as_worker() as session:
        return [(n.key, n.channel, n.values) for n in session.scalars(select(Notice).where(Notice.case_id == case))]


def day(world, moment):
    with world.as_worker() as session:
        return mediation_jobs.day_goes_by(session, datetime.fromisoformat(f"{moment}:00+08:00"))


def record(world, case, sitting, who=("came", "came"), result="go_on", on="2026-07-23T16:00+08:00"):
    by_officer(world, case, sittings.record_session, sitting, *who, result, "双方各自陈述。", on=on)


def one(world, kind, case):
    with world.as_worker() as session:
        return session.scalars(select(kind).where(kind.case_id == case)).one()


def test_both_sides_are_told_of_a_session_in_advance_and_reminded_the_day_before(world):
    case = world.mediating()
    planned(world, case)
    keys = {(key, channel) for key, channel, _ in told(world, case)}
    for side in ("complainant", "respondent"):
        assert (f"notice.complaint.plan_session.{side}", "page") in keys
    assert ("notice.complaint.plan_session.complainant", "sms") in keys
    values = next(v for k, _, v in told(world, case) if k == "notice.complaint.plan_session.respondent")
    assert (values["day"], values["time"], values["place"], values["mediators"]) == (
        23,
        "14:00",
        "二楼调解室",
        "顾经办",
    )
    assert day(world, "2026-07-21T09:25")["reminded"] == 0
    assert day(world, "2026-07-22T09:25")["reminded"] == 1
    assert day(world, "2026-07-22T10:25")["reminded"] == 0
    keys = {key for key, _, _ in told(world, case)}
    assert {f"notice.complaint.remind_session.{who}" for who in ("complainant", "respondent", "officer")} <= keys


def test_a_meeting_on_site_is_told_of_days_ahead_and_a_call_may_be_today(world):
    case = world.mediating()
    with pytest.raises(RuleBroken, match="at least 2 days ahead"):
        planned(world, case, "2026-07-21T14:00")
    planned(world, case, "2026-07-20T15:00", mode="phone")
    for starts in ("2026-07-19T15:00", "2028-01-01T10:00", "soon", "9999-12-31T23:59"):
        with pytest.raises(RuleBroken):
            planned(world, case, starts, mode="phone")
    with pytest.raises(RuleBroken) as broken:
        by_officer(world, case, sittings.plan_session, "tent", THURSDAY, " ", "x" * 101, 1)
    assert {e.field for e in broken.value.errors} == {"mode", "place", "mediators", "minutes"}


def test_a_moved_session_is_told_anew_and_a_cancelled_one_is_over(world):
    case = world.mediating()
    sitting = planned(world, case)
    by_officer(world, case, sittings.move_session, sitting, "2026-07-24T10:00", "", "商家当天盘点")
    assert any(
        (v["day"], v["time"]) == (24, "10:00")
        for k, _, v in told(world, case)
        if k.endswith("move_session.complainant")
    )
    by_officer(world, case, sittings.cancel_session, sitting, "改为电话调解")
    assert any(k.endswith("cancel_session.respondent") for k, _, _ in told(world, case))
    with pytest.raises(Conflict, match="called off"):
        by_officer(world, case, sittings.move_session, sitting, THURSDAY)
    with pytest.raises(NotFound):
        by_officer(world, world.mediating(), sittings.cancel_session, sitting)


def test_a_record_says_who_came_and_what_of_it_supports_an_ending(world):
    case = world.mediating()
    sitting = planned(world, case)
    with pytest.raises(RuleBroken, match="not begun"):
        record(world, case, sitting, on="2026-07-23T13:00+08:00")
    with pytest.raises(RuleBroken) as broken:
        record(world, case, sitting, ("came", "absent"), "go_on")
    assert broken.value.errors[0].code == "sitting.absent"
    record(world, case, sitting, ("came", "absent"), "not_held")
    with world.as_officer() as session:
        found = session.get_one(Complaint, case)
        assert mediation_queries.supported(session, found) == {"O121-23-2": "absent"}
    assert events(world, case)[-1][1]["respondent"] == "absent"
    other = world.mediating()
    record(world, other, planned(world, other), result="failed")
    with world.as_officer() as session:
        assert mediation_queries.supported(session, session.get_one(Complaint, other)) == {"O121-23-3": "failed"}


def test_each_side_sees_its_sessions_and_a_stranger_none(world):
    case = world.mediating()
    planned(world, case)
    for opened in (world.as_consumer, world.as_merchant, world.as_officer):
        with opened() as session:
            assert len(mediation_queries.sittings(session, case)) == 1
    for stranger in (world.as_consumer(world.other_consumer), world.as_merchant(world.other_enterprise)):
        with stranger as session:
            assert mediation_queries.sittings(session, case) == []
    with world.as_far_officer() as session:
        assert mediation_queries.sittings(session, case) == []
    with pytest.raises(ProgrammingError), world.as_consumer() as session:
        session.scalars(select(Sitting)).one().place = "别处"


def test_recusal_suspends_the_mediation_and_not_the_60_days_and_the_bureau_has_the_days(world):
    case = world.mediating()
    sitting = planned(world, case)
    with world.as_officer() as session:
        before = [c.due_on for c in clocks.of_case(session, case) if c.term == "complaint.mediate"]
    by_consumer(world, case, recusal.recuse, sitting, "调解员是店主的亲戚。", on="2026-07-21")
    for verb, values in (
        (sittings.plan_session, ("phone", THURSDAY, "电话", "顾经办")),
        (sittings.move_session, (sitting, THURSDAY)),
        (mediate.settle, (100,)),
        (offers.offer, ("respondent", 100)),
    ):
        with pytest.raises(Conflict, match="suspended"):
            by_officer(world, case, verb, *values, on="2026-07-22")
    with pytest.raises(Conflict, match="suspended"):
        record(world, case, sitting)
    with pytest.raises(Conflict, match="waits"):
        by_firm(world, case, recusal.recuse, sitting, "也要求回避。")
    with pytest.raises(Refused, match="against himself"):
        by_officer(world, case, recusal.decide_recusal, False, "无利害关系。", on="2026-07-24")
    head = colleague(world)
    assert "notice.complaint.recuse.officer" in {key for key, _, _ in told(world, case)}
    with pytest.raises(RuleBroken, match="instead"):
        by(world, head, case, recusal.decide_recusal, True, "属实。", on="2026-07-24")
    by(world, head, case, recusal.decide_recusal, True, "属实。", "陆调解", head.account, on="2026-07-24")
    with world.as_officer() as session:
        assert [c.due_on for c in clocks.of_case(session, case) if c.term == "complaint.mediate"] == before
        assert session.scalars(select(Sitting)).one().mediators == "陆调解"
        held = ledgers.of_case(session, case, date(2026, 7, 28))
    spans = [(s.holder, s.why, s.first, s.last) for s in held.spans if s.why == "recusal"]
    assert spans == [("bureau", "recusal", date(2026, 7, 22), date(2026, 7, 24))]
    record(world, case, sitting)


def test_a_refused_recusal_has_a_reason_and_the_mediation_goes_on(world):
    case = world.mediating()
    sitting = planned(world, case)
    by_firm(world, case, recusal.recuse, sitting, "不公正。")
    head = colleague(world)
    with pytest.raises(RuleBroken, match="say why"):
        by(world, head, case, recusal.decide_recusal, False, " ")
    by(world, head, case, recusal.decide_recusal, False, "没有利害关系。")
    assert one(world, Recusal, case).granted is False
    with pytest.raises(RuleBroken, match="no request"):
        by(world, head, case, recusal.decide_recusal, False, "再来一次。")
    record(world, case, sitting)


def test_who_tests_and_who_pays_is_recorded_before_or_with_the_testing(world):
    case = world.mediating()
    by_officer(world, case, appraisal.agree_testing, "苏州试样检测所", "agreed", "shared")
    by_officer(world, case, appraisal.begin)
    assert events(world, case)[-1] == (
        "testing",
        {"on": "2026-07-20", "laboratory": "苏州试样检测所", "chosen": "agreed", "cost_by": "shared"},
    )
    plain, other = world.mediating(), world.mediating()
    by_officer(world, plain, appraisal.begin)
    assert events(world, plain)[-1][1] == {"on": "2026-07-20"}
    with pytest.raises(RuleBroken) as broken:
        by_officer(world, other, appraisal.begin, None, "某所")
    assert {e.field for e in broken.value.errors} == {"chosen", "cost_by"}
    by_officer(world, other, appraisal.begin, None, "某所", "designated", "respondent")


def test_no_agreement_on_the_cost_supports_an_ending_until_there_is_one(world):
    case = world.mediating()
    with pytest.raises(RuleBroken):
        by_officer(world, case, appraisal.no_cost_agreement, " ")
    by_officer(world, case, appraisal.no_cost_agreement, "双方都不愿承担。")
    with world.as_officer() as session:
        found = session.get_one(Complaint, case)
        assert mediation_queries.supported(session, found) == {"O121-23-4": "cost"}
    by_officer(world, case, appraisal.agree_testing, "某所", "agreed", "respondent")
    with world.as_officer() as session:
        assert mediation_queries.supported(session, session.get_one(Complaint, case)) == {}


def entrusted(world, actor, until=date(2026, 8, 10), leg=None):
    case = world.file(**({"report": leg} if leg else {}))
    world.decide(case, decide.accept)
    world.decide(case, decide.told, "phone")
    for side in ("complainant", "respondent"):
        world.decide(case, mediate.consent, side)
    world.decide(case, mediate.open_mediation)
    by_officer(world, case, entrusting.ask_entrust, actor.org, until)
    by_consumer(world, case, entrusting.entrust_consent)
    by_firm(world, case, entrusting.entrust_consent)
    by_officer(world, case, entrusting.entrust)
    return case


def test_entrusting_needs_both_consents_and_an_organisation_of_the_citys_register(world):
    actor, far = council(world), council(world, "far", "3101")
    case = world.mediating()
    with pytest.raises(RuleBroken, match="register"):
        by_officer(world, case, entrusting.ask_entrust, far.org, date(2026, 8, 10))
    with pytest.raises(RuleBroken, match="ahead"):
        by_officer(world, case, entrusting.ask_entrust, actor.org, date(2026, 7, 20))
    by_officer(world, case, entrusting.ask_entrust, actor.org, date(2026, 8, 10))
    by_consumer(world, case, entrusting.entrust_consent)
    with pytest.raises(RuleBroken, match="both sides"):
        by_officer(world, case, entrusting.entrust)
    with pytest.raises(Conflict, match="agreed already"):
        by_consumer(world, case, entrusting.entrust_consent)
    with acting(world, actor) as session:
        assert session.scalars(select(Complaint)).all() == []


def test_a_council_holds_sessions_gives_the_case_back_and_sees_no_more_of_it(world):
    actor = council(world)
    case = entrusted(world, actor)
    with acting(world, actor) as session:
        assert [found.id for found, _ in mediation_queries.entrusted(session, (actor.org,))] == [case]
    planned_by = by(world, actor, case, sittings.plan_session, "phone", "2026-07-21T10:00", "电话", "陆委员")
    assert planned_by.org_id == actor.org
    when = "2026-07-21T11:00+08:00"
    by(world, actor, case, sittings.record_session, planned_by.id, "came", "came", "agreed", "同意退款。", on=when)
    by(world, actor, case, entrusting.give_back, "agreed", "双方同意退款399元。", on="2026-07-22")
    for stranger in (actor, council(world, "other")):
        with acting(world, stranger) as session:
            assert session.scalars(select(Complaint)).all() == []
            assert session.scalars(select(CaseEvent)).all() == []
    by_officer(world, case, mediate.settle, 39900, on="2026-07-22")
    assert one(world, Entrustment, case).result == "agreed"


def test_a_council_sees_the_files_of_both_sides_and_no_proof_of_identity(world):
    actor = council(world)
    case = entrusted(world, actor)
    with world.db.transaction(Role.OWNER) as session:
        for name, bureau_only in (("receipt.jpg", False), ("identity.jpg", True)):
            row = Evidence(
                id=new_id(), owner_id=world.consumer, case_id=case, media_type="image/jpeg", name=name, size=10,
                original_digest="0" * 64, shown_digest="1" * 64, uploaded_at=world.clock.now(), bureau_only=bureau_only,
            )  # fmt: skip
            session.add(row)
    with acting(world, actor) as session:
        assert session.scalars(select(Evidence.name)).all() == ["receipt.jpg"]


def test_a_council_decides_nothing_entrusts_nobody_and_never_sees_a_report(world):
    actor = council(world)
    case = entrusted(world, actor, leg=ReportFactory())
    with acting(world, actor) as session:
        assert session.scalars(select(CaseEvent.kind).distinct()).all() == ["complaint"]
    with pytest.raises(ProgrammingError), acting(world, actor) as session:
        session.scalars(select(Report)).all()
    for verb, values in (
        (mediate.settle, (100,)),
        (mediate.terminate, ("O121-23-3",)),
        (entrusting.ask_entrust, (actor.org, date(2026, 8, 1))),
    ):
        with pytest.raises((ProgrammingError, Conflict)):
            by(world, actor, case, verb, *values)


def test_on_the_day_of_return_the_case_comes_back_by_itself_and_the_60_days_ran_on(world):
    actor = council(world)
    case = entrusted(world, actor, date(2026, 7, 25))
    assert day(world, "2026-07-25T09:25")["returned"] == 0
    assert day(world, "2026-07-26T09:25")["returned"] == 1
    with acting(world, actor) as session:
        assert session.scalars(select(Complaint)).all() == []
    with world.as_officer() as session:
        clock = next(c for c in clocks.of_case(session, case) if c.term == "complaint.mediate")
        assert (clock.due_on, clock.paused_since) == (date(2026, 9, 18), None)


def test_what_is_over_leaves_nothing_waiting(world):
    actor = council(world)
    case = entrusted(world, actor)
    planned(world, case, "2027-01-05T10:00")
    by_officer(world, case, mediate.terminate, "O121-23-3", on="2026-07-21")
    drained(world)
    assert one(world, Sitting, case).cancelled_at is not None
    assert one(world, Entrustment, case).result == "lapsed"
    with acting(world, actor) as session:
        assert session.scalars(select(Complaint)).all() == []


def test_a_consumer_negotiates_on_line_with_an_enrolled_firm_and_no_clock_waits(world):
    case = world.file()
    with pytest.raises(RuleBroken, match="not enrolled"):
        by_consumer(world, case, negotiating.odr_begin)
    world.enrolled()
    with world.as_consumer() as session:
        before = [(c.term, c.due_on) for c in clocks.of_case(session, case)]
    by_consumer(world, case, negotiating.odr_begin)
    assert events(world, case)[-1][1]["due_on"] == "2026-08-03"
    by_firm(world, case, negotiating.odr_offer, None, "", "refund", 80)
    with world.as_consumer() as session:
        assert [(c.term, c.due_on) for c in clocks.of_case(session, case)] == before
        first = session.scalars(select(offers.Offer)).one()
        assert first.amount_fen == 31920
    with pytest.raises(RuleBroken, match="other side"):
        by_firm(world, case, negotiating.odr_take, first.id)
    with pytest.raises(NotFound):
        by_consumer(world, world.mediating(), offers.take_offer, first.id)
    by_consumer(world, case, negotiating.odr_take, first.id)
    by_consumer(world, case, mediate.withdraw)
    assert world.read(case).state == "withdrawn"


def test_a_negotiation_ends_after_ten_working_days_by_itself(world):
    world.enrolled()
    case = world.file()
    by_consumer(world, case, negotiating.odr_begin)
    assert day(world, "2026-08-03T09:25")["negotiations"] == 0
    assert day(world, "2026-08-04T09:25")["negotiations"] == 1
    with pytest.raises(Conflict, match="no negotiation"):
        by_firm(world, case, negotiating.odr_offer, 100, on="2026-08-04")
    with pytest.raises(Conflict, match="already"):
        by_consumer(world, case, negotiating.odr_begin, on="2026-08-04")


def test_an_offer_says_what_and_by_when_and_is_taken_by_the_other_side_only(world):
    case = world.mediating()
    made = by_firm(world, case, offers.offer, "respondent", None, "换一件同款新品", "replace", None, date(2026, 7, 30))
    assert (made.amount_fen, made.terms["kind"], made.terms["by"]) == (0, "replace", "2026-07-30")
    for values in (
        ("respondent",),
        ("respondent", 1, "", "gift"),
        ("respondent", 1, "", "refund", 10),
        ("respondent", None, "", "refund", 101),
        ("respondent", None, "", "repair"),
        ("respondent", 1, "", "refund", None, date(2026, 7, 1)),
    ):
        with pytest.raises(RuleBroken):
            by_firm(world, case, offers.offer, *values)
    with pytest.raises(RuleBroken, match="until"):
        by_consumer(world, case, offers.take_offer, made.id, on="2026-07-31")
    by_consumer(world, case, offers.take_offer, made.id)
    with pytest.raises(Conflict, match="taken"):
        by_consumer(world, case, offers.take_offer, made.id)
    assert world.read(case).state == "mediating"
    assert at("2026-07-20").today() == date(2026, 7, 20)
