from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from complaints.lifecycle import CLOSED
from complaints.models import Complaint, Evaluation
from complaints.operations import decide, filing, mediate, offers
from complaints.terms import ACCEPT, MEDIATE, NOTIFY
from tests.factories import DraftFactory, FactsFactory, ReportFactory
from tests.support.world import at
from workflows.case import clocks, journal
from workflows.case.tables import CaseClock, CaseEvent
from workflows.delivery.tables import Message
from workflows.errors import Conflict, NotFound, Refused, RuleBroken, Stale


def book(world, case):
    with world.as_worker() as session:
        return {c.term: c for c in clocks.of_case(session, case)}


def events(world, case):
    with world.as_worker() as session:
        return session.scalars(select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)).all()


def faults(world, case):
    found = world.read(case)
    return list(journal.verify(case, events(world, case), (found.chain_seq, found.chain_hash)))


def test_a_filing_opens_a_case_with_a_number_a_clock_an_event_and_a_message(world):
    case = world.file()
    found = world.read(case)
    assert (found.state, found.version, found.rule_set, found.bureau_id) == ("filed", 1, "O121", world.bureau)
    assert found.number.startswith("SZ260720-")
    assert str(book(world, case)[ACCEPT].due_on) == "2026-07-29"
    assert found.next_due_on == date(2026, 7, 29)
    with world.as_worker() as session:
        assert [m.topic for m in session.scalars(select(Message))] == ["complaint.file"]
    assert faults(world, case) == []


def test_the_journal_holds_no_personal_text(world):
    text = "".join(e.body for e in events(world, world.file()))
    for secret in ("张试", "13900000000", "脱线"):
        assert secret not in text
    assert set(json.loads(text)["sealed"]) == {"name", "phone", "address"}


def test_a_complaint_lives_from_filing_to_rating(world):
    case = world.file()
    world.decide(case, decide.accept, clock=at("2026-07-21"))
    world.decide(case, decide.told, "phone", clock=at("2026-07-22"))
    for side in ("complainant", "respondent"):
        world.decide(case, mediate.consent, side, clock=at("2026-07-23"))
    world.decide(case, mediate.open_mediation, clock=at("2026-07-24"))
    world.decide(case, mediate.testing, clock=at("2026-07-27"))
    world.decide(case, mediate.tested, clock=at("2026-08-06"))
    assert str(book(world, case)[MEDIATE].due_on) == "2026-09-29"
    world.decide(case, offers.offer, "respondent", 30000, "七五折退款", clock=at("2026-08-07"))
    world.decide(case, mediate.settle, 39900, date(2026, 8, 10), clock=at("2026-08-10"))
    world.decide(case, mediate.close, clock=at("2026-08-11"))
    with world.as_consumer() as session:
        found = decide.find(session, case)
        mediate.evaluate(session, found, 5, ["quick"], "谢谢", actor=world.consumer_actor, clock=at("2026-08-12"))
    final = world.read(case)
    assert (final.state, final.settled_fen, final.paid_on) == (CLOSED, 39900, date(2026, 8, 10))
    assert [c.late for c in book(world, case).values()] == [False, False]
    assert final.next_due_on is None
    assert [e.event for e in events(world, case)] == [
        "file", "accept", "told", "consent", "consent", "open_mediation", "testing", "tested", "offer", "settle",
        "close", "evaluate",
    ]  # fmt: skip
    assert faults(world, case) == []


def test_a_declined_complaint_is_told_and_closed_with_its_ground(world):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-4", "已超过三年。")
    with pytest.raises(RuleBroken, match="tell the parties first"):
        world.decide(case, mediate.close)
    world.decide(case, decide.told, "sms")
    world.decide(case, mediate.close)
    assert (world.read(case).state, world.read(case).decline_ground) == (CLOSED, "O121-16-4")


def test_a_ground_of_the_other_order_is_refused(world):
    case = world.file()
    with pytest.raises(RuleBroken, match="not a ground of rule set O121"):
        world.decide(case, decide.decline, "O20-15-1", "x")
    with pytest.raises(RuleBroken, match="with a reason"):
        world.decide(case, decide.decline, "O121-16-1", " ")


def test_a_case_received_before_order_121_keeps_the_grounds_of_order_20(world):
    case = world.file(at("2026-04-14"), facts=FactsFactory(happened_on=date(2026, 4, 1)))
    world.decide(case, decide.decline, "O20-15-3", "不是为生活消费需要。", clock=at("2026-04-20"))
    assert world.read(case).rule_set == "O20"


def test_telling_after_the_seven_days_is_recorded_as_late_and_never_dated_back(world):
    case = world.file()
    world.decide(case, decide.accept, clock=at("2026-07-31"))
    with pytest.raises(RuleBroken, match="must lie from 2026-07-31"):
        world.decide(case, decide.told, "phone", date(2026, 7, 29), clock=at("2026-07-31"))
    world.decide(case, decide.told, "phone", clock=at("2026-07-31"))
    assert book(world, case)[ACCEPT].late is True


def test_everything_told_is_told_once(world):
    case = world.file()
    world.decide(case, decide.accept)
    with pytest.raises(RuleBroken, match="by must be one of"):
        world.decide(case, decide.told, "pigeon")
    world.decide(case, decide.told, "phone")
    with pytest.raises(RuleBroken, match="told already"):
        world.decide(case, decide.told, "phone")


def test_mediation_needs_both_consents_and_each_side_speaks_for_itself(world):
    case = world.file()
    world.decide(case, decide.accept)
    world.decide(case, mediate.consent, "complainant")
    with pytest.raises(RuleBroken, match="consent of: respondent"):
        world.decide(case, mediate.open_mediation)
    with pytest.raises(RuleBroken, match="consented already"):
        world.decide(case, mediate.consent, "complainant")
    with world.as_consumer() as session:
        found = decide.find(session, case)
        with pytest.raises(Refused, match="cannot speak for the respondent"):
            mediate.consent(session, found, "respondent", actor=world.consumer_actor, clock=world.clock)
    with world.as_merchant() as session:
        found = decide.find(session, case)
        mediate.consent(session, found, "respondent", actor=world.merchant_actor, clock=world.clock)
    world.decide(case, mediate.open_mediation)
    assert world.read(case).state == "mediating"


def test_lapse_of_time_is_a_ground_only_once_it_has_lapsed(world):
    case = world.mediating()
    with pytest.raises(RuleBroken, match="only after the period ended on 2026-09-18"):
        world.decide(case, mediate.terminate, "O121-23-5", clock=at("2026-09-18"))
    world.decide(case, mediate.terminate, "O121-23-5", clock=at("2026-09-19"))
    assert book(world, case)[MEDIATE].late is True
    assert str(book(world, case)[NOTIFY].due_on) == "2026-09-29"
    world.decide(case, decide.told, "sms", clock=at("2026-09-21"))
    world.decide(case, mediate.close, clock=at("2026-09-21"))
    assert world.read(case).termination_told_on == date(2026, 9, 21)


def test_a_withdrawal_before_the_decision_ends_the_case_and_after_it_the_mediation(world):
    early, late = world.file(), world.mediating()
    for case in (early, late):
        with world.as_consumer() as session:
            mediate.withdraw(session, decide.find(session, case), actor=world.consumer_actor, clock=world.clock)
    assert world.read(early).state == "withdrawn"
    assert (world.read(late).state, world.read(late).termination_ground) == ("terminated", "O121-23-1")


def test_a_resolution_is_rated_once(world):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-1", "不属于职责。")
    world.decide(case, decide.told, "sms")
    world.decide(case, mediate.close)
    with world.as_consumer() as session:
        mediate.evaluate(session, decide.find(session, case), 2, actor=world.consumer_actor, clock=world.clock)
    with world.as_consumer() as session, pytest.raises(Conflict, match="rated already"):
        mediate.evaluate(session, decide.find(session, case), 3, actor=world.consumer_actor, clock=world.clock)
    with world.as_worker() as session:
        assert [e.score for e in session.scalars(select(Evaluation))] == [2]


def test_a_complaint_without_authority_goes_back_to_intake_and_keeps_its_clock(world):
    case = world.file()
    world.decide(case, decide.return_to_intake, "经营地不在本区。")
    returned = world.read(case)
    assert returned.state == "returned"
    assert returned.bureau_id != world.bureau
    assert book(world, case)[ACCEPT].stopped_on is None
    with pytest.raises(NotFound):
        world.decide(case, decide.accept)
    with world.as_officer() as session:
        assert session.get(Complaint, case).number == returned.number


def test_a_correction_undoes_the_decision_with_a_reason_and_the_clock_runs_from_receipt(world):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-1", "不属于职责。")
    world.decide(case, decide.told, "phone")
    with pytest.raises(RuleBroken, match="needs a reason"):
        world.decide(case, decide.correct, " ")
    world.decide(case, decide.correct, "认定有误。")
    found = world.read(case)
    assert (found.state, found.decline_ground, found.next_due_on) == ("filed", None, date(2026, 7, 29))
    assert events(world, case)[-1].event == "correct"
    world.decide(case, decide.accept)
    assert faults(world, case) == []


def test_the_loser_of_two_decisions_hears_so(world):
    case = world.file()
    world.decide(case, decide.accept)
    with pytest.raises(Conflict, match="accept is not possible in state accepted; possible now: open_mediation"):
        world.decide(case, decide.accept)
    with world.as_officer() as session, pytest.raises(Stale, match="at version 2; you decided on version 1"):
        decide.find(session, case, expected=1)


def test_a_lock_shows_what_another_transaction_wrote_meanwhile(world):
    case = world.file()
    with world.as_officer() as session:
        assert session.get(Complaint, case).state == "filed"
        world.decide(case, decide.accept)
        assert decide.find(session, case).state == "accepted"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'accepted'",
        "state = 'closed'",
        "state = 'dreaming'",
        "decline_ground = 'O121-16-1'",
        "settled_on = '2026-07-21', settled_fen = 1",
        "amount_fen = -1",
    ],
)
def test_the_database_refuses_an_impossible_case(world, change):
    case = world.file()
    with pytest.raises(IntegrityError), world.as_worker() as session:
        session.connection().exec_driver_sql(f"UPDATE complaint SET {change} WHERE id = '{case}'")


def test_mediating_without_consents_cannot_be_stored(world):
    case = world.file()
    world.decide(case, decide.accept)
    with pytest.raises(IntegrityError), world.as_worker() as session:
        session.connection().exec_driver_sql(f"UPDATE complaint SET state = 'mediating' WHERE id = '{case}'")


def test_a_filing_with_faults_names_each_and_stores_nothing(world):
    draft = DraftFactory(
        requests=("free_tickets",),
        category="goods.dreams",
        facts=FactsFactory(amount_fen=-1, happened_on=date(2027, 1, 1)),
    )
    with pytest.raises(RuleBroken) as caught, world.as_consumer() as session:
        filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
    assert {e.field for e in caught.value.errors} == {"requests", "category", "facts.amount_fen", "facts.happened_on"}
    with world.as_worker() as session:
        assert session.scalar(select(Complaint.id)) is None


def test_an_address_that_names_no_district_is_asked_for_one(world):
    draft = DraftFactory(respondent=filing.Respondent(name="某店", address="人民路100号底商"))
    with pytest.raises(RuleBroken) as caught, world.as_consumer() as session:
        filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
    assert [(e.field, e.code) for e in caught.value.errors] == [("respondent.address", "district")]


def test_a_story_of_both_kinds_has_two_legs_with_nothing_in_common_but_the_filing(world):
    with world.as_consumer() as session:
        filed = filing.file(
            session, DraftFactory(report=ReportFactory()), actor=world.consumer_actor, clock=world.clock
        )
    complaint, report = filed.complaint, filed.report
    assert complaint.filing_id == report.filing_id
    assert report.number.startswith("SZJ260720-")
    assert str(book(world, report.id)["report.verify"].due_on) == "2026-08-10"
    assert str(report.id) not in "".join(e.body for e in events(world, complaint.id))


def test_the_journal_cannot_be_changed_by_the_roles_of_the_product(world):
    case = world.file()
    for statement in ("UPDATE case_event SET event = 'x'", "DELETE FROM case_event", "TRUNCATE case_event"):
        for role in (world.as_worker, world.as_officer):
            with pytest.raises(ProgrammingError), role() as session:
                session.connection().exec_driver_sql(statement)
    assert faults(world, case) == []


def test_even_a_superuser_meets_the_trigger(world, root):
    world.file()
    for statement in ("UPDATE case_event SET event = 'x'", "DELETE FROM case_event", "TRUNCATE case_event"):
        with pytest.raises(Exception, match="append-only"):
            root.execute(statement)


def test_a_clock_stands_for_one_running_period(world):
    case = world.file()
    with world.as_worker() as session:
        clock = session.scalars(select(CaseClock).where(CaseClock.case_id == case)).one()
        term = decide.TERMS.by_version(clock.rule)
        clocks.start(session, session.get(Complaint, case), term, clock.start_on, clock.start_on)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_an_unknown_case_is_not_found(world):
    with world.as_officer() as session, pytest.raises(NotFound):
        decide.find(session, world.store)
