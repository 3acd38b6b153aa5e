"""Blind bids and payments by schedule: what is sealed stays sealed, and nothing is settled but by both and by proof."""

from __future__ import annotations

import json
from datetime import date, datetime

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from complaints import mediation_jobs, mediation_queries
from complaints.mediation import Payment
from complaints.mediation_models import Bid, BidRound, Instalment
from complaints.models import Complaint
from complaints.operations import bidding, instalments, mediate, outcomes
from tests.support.agreed import drained, kinds
from tests.support.mediating import by_consumer, by_firm, by_officer
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.store.db import new_id
from workflows.store.evidence import Evidence

LEAST, MOST = 12_345_67, 23_456_78


def bids(world, case, least=LEAST, most=MOST):
    by_consumer(world, case, bidding.bid, least)
    drained(world)
    by_firm(world, case, bidding.bid, most)
    drained(world)


def a_round(world, case, number=1):
    with world.as_worker() as session:
        query = select(BidRound).where(BidRound.case_id == case, BidRound.number == number)
        return session.scalars(query).one()


def shown(world, opened, case):
    with opened() as session:
        complaint = session.get_one(Complaint, case)
        current = bidding.open_round(session, complaint)
        fen = bidding.proposal(session, current)
        return fen, bidding.terms_digest(current, fen, bidding.lawful(session, complaint))


def written(world, root, case):
    """Everything of the case that leaves its own sealed columns: journal, notices, messages, offers."""
    tables = ("case_event", "case_commitment", "notice", "outbox", "offer", "webhook_delivery", "idempotency_key")
    return "".join(str(root.execute(f"SELECT t::text FROM {t} t").fetchall()) for t in tables)


def test_two_limits_meet_in_a_proposal_that_settles_nothing_until_both_confirm(world):
    case = world.mediating()
    bids(world, case)
    fen, seen = shown(world, world.as_consumer, case)
    assert LEAST <= fen <= MOST
    assert shown(world, world.as_merchant, case) == (fen, seen)
    with pytest.raises(RuleBroken, match="look at the terms again"):
        by_consumer(world, case, bidding.confirm_terms, "00")
    by_consumer(world, case, bidding.confirm_terms, seen)
    with pytest.raises(Conflict, match="other side is awaited"):
        by_consumer(world, case, bidding.confirm_terms, seen)
    assert a_round(world, case).ended is None
    by_firm(world, case, bidding.confirm_terms, seen)
    assert a_round(world, case).ended == "agreed"
    assert world.read(case).state == "mediating"
    by_officer(world, case, mediate.settle, fen)
    assert world.read(case).settled_fen == fen


def test_no_limit_and_no_proposal_is_in_journal_notice_or_message_and_bids_are_erased(world, root):
    case = world.mediating()
    by_consumer(world, case, bidding.bid, LEAST)
    with world.as_worker() as session:
        sealed = bytes(session.scalars(select(Bid)).one().limit_sealed)
    assert str(LEAST).encode() not in sealed
    by_firm(world, case, bidding.bid, MOST)
    drained(world)
    fen, _ = shown(world, world.as_consumer, case)
    everything = written(world, root, case)
    for secret in (LEAST, MOST, fen):
        assert str(secret) not in everything
    with world.as_worker() as session:
        assert [row.limit_sealed for row in session.scalars(select(Bid))] == [None, None]


def test_declining_ends_the_round_and_leaves_no_sum_anywhere(world, root):
    case = world.mediating()
    bids(world, case)
    fen, _ = shown(world, world.as_merchant, case)
    by_firm(world, case, bidding.decline_terms)
    row = a_round(world, case)
    assert (row.ended, row.proposal_sealed) == ("declined", None)
    assert str(fen) not in written(world, root, case)
    with world.as_worker() as session:
        last = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq.desc())
        ).first()
    assert json.loads(last.body)["facts"] == {"round": 1, "side": "respondent"}


def test_limits_that_do_not_meet_end_the_round_alike_however_far_apart_they_are(world):
    said = []
    for least, most in ((100, 99), (99_999_999, 1)):
        case = world.mediating()
        bids(world, case, least, most)
        with world.as_worker() as session:
            query = select(CaseEvent.body).where(CaseEvent.case_id == case, CaseEvent.event == "end_bids")
            said.append(json.loads(session.scalars(query).one())["facts"])
            query = select(Notice.values).where(Notice.case_id == case, Notice.key.contains("end_bids"))
            assert len(session.scalars(query).all()) == 2
    assert said[0] == said[1] == {"round": 1, "why": "apart"}


def test_neither_the_other_side_nor_an_officer_reads_a_bid_whichever_way(world, root):
    case = world.mediating()
    by_consumer(world, case, bidding.bid, LEAST)
    with world.as_merchant() as session:
        assert session.scalars(select(Bid.side)).all() == []
    with world.as_consumer() as session:
        assert session.scalars(select(Bid.side)).all() == ["complainant"]
    for opened in (world.as_consumer, world.as_merchant, world.as_officer):
        with pytest.raises(ProgrammingError, match="permission denied"), opened() as session:
            session.execute(text("SELECT limit_sealed FROM bid"))
    with pytest.raises(ProgrammingError, match="permission denied"), world.as_officer() as session:
        session.execute(text("SELECT proposal_sealed FROM bid_round"))
    with world.as_officer() as session:
        assert [r.number for r in mediation_queries.rounds(session, case)] == [1]
    for_the_other = Bid(case_id=case, round_id=a_round(world, case).id, side="complainant", made_at=world.clock.now())
    with pytest.raises(ProgrammingError, match="row-level security"), world.as_merchant() as session:
        session.add(for_the_other)


def test_a_side_bids_once_a_round_and_a_case_has_three_rounds(world):
    case = world.mediating()
    for _ in range(3):
        by_consumer(world, case, bidding.bid, 200)
        with pytest.raises(Conflict, match="have bid"):
            by_consumer(world, case, bidding.bid, 150)
        by_firm(world, case, bidding.bid, 100)
        drained(world)
    with pytest.raises(Conflict, match="at most 3 rounds"):
        by_consumer(world, case, bidding.bid, 100)
    other = world.mediating()
    bids(world, other)
    with pytest.raises(Conflict, match="proposal waits"):
        by_firm(world, other, bidding.bid, 100)
    with pytest.raises(RuleBroken, match="fen"):
        by_firm(world, world.mediating(), bidding.bid, -1)
    with pytest.raises(Conflict, match="no proposal"):
        by_firm(world, case, bidding.decline_terms)


def test_a_round_that_nobody_answers_is_over_after_its_days(world):
    case = world.mediating()
    by_consumer(world, case, bidding.bid, LEAST)
    assert a_round(world, case).until_on == date(2026, 7, 23)
    for on, ended in (("2026-07-23", 0), ("2026-07-24", 1), ("2026-07-24", 0)):
        with world.as_worker() as session:
            found = mediation_jobs.day_goes_by(session, datetime.fromisoformat(f"{on}T09:25:00+08:00"))
            assert found["rounds"] == ended
    assert a_round(world, case).ended == "lapsed"
    with world.as_worker() as session:
        assert session.scalars(select(Bid)).one().limit_sealed is None


PARTS = (Payment(date(2026, 7, 25), 20000), Payment(date(2026, 8, 25), 19900))


def in_parts(world):
    case = world.mediating()
    by_officer(world, case, mediate.settle, 39900, on="2026-07-24")
    with pytest.raises(RuleBroken) as broken:
        by_officer(world, case, instalments.schedule, PARTS[:1], on="2026-07-24")
    assert {e.code for e in broken.value.errors} == {"schedule.count", "schedule.sum"}
    by_officer(world, case, instalments.schedule, PARTS, on="2026-07-24")
    with pytest.raises(Conflict, match="already"):
        by_officer(world, case, instalments.schedule, PARTS, on="2026-07-24")
    by_officer(world, case, mediate.close, on="2026-07-24")
    return case, [row.id for row in parts(world, case)]


def parts(world, case):
    with world.as_worker() as session:
        return instalments.of_case(session, case)


def receipt(world):
    with world.as_merchant() as session:
        file = Evidence(
            id=new_id(), owner_id=world.merchant, case_id=None, media_type="image/png", name="refund.png",
            original_digest="0" * 64, shown_digest="1" * 64, size=10, uploaded_at=world.clock.now(),
        )  # fmt: skip
        session.add(file)
        return file.id


def test_an_agreement_in_parts_is_resolved_only_when_all_is_paid_with_proof(world):
    case, (first, second) = in_parts(world)
    with pytest.raises(RuleBroken, match="every payment"):
        by_consumer(world, case, outcomes.confirm, 39900, on="2026-07-26")
    by_firm(world, case, instalments.pay_instalment, first, date(2026, 7, 25), receipt(world), on="2026-07-26")
    with pytest.raises(Conflict, match="proof already"):
        by_firm(world, case, instalments.pay_instalment, first, on="2026-07-26")
    by_firm(world, case, instalments.pay_instalment, second, on="2026-08-20")
    with pytest.raises(RuleBroken, match="every payment"):
        by_firm(world, case, outcomes.perform, 39900, on="2026-08-20")
    by_consumer(world, case, instalments.confirm_instalment, second, on="2026-08-21")
    with pytest.raises(Conflict, match="confirmed already"):
        by_consumer(world, case, instalments.confirm_instalment, second, on="2026-08-21")
    by_firm(world, case, outcomes.perform, 39900, on="2026-08-21")
    by_consumer(world, case, outcomes.confirm, on="2026-08-22")
    assert kinds(world, case) == ["confirmed"]
    assert world.read(case).paid_on == date(2026, 8, 21)


def test_a_late_payment_is_noted_once_and_told_and_the_consumer_may_still_confirm_it(world):
    case, (first, _) = in_parts(world)
    for on, late in (("2026-07-25", 0), ("2026-07-26", 1), ("2026-07-27", 0)):
        with world.as_worker() as session:
            found = mediation_jobs.day_goes_by(session, datetime.fromisoformat(f"{on}T09:25:00+08:00"))
            assert found["late"] == late
    drained(world)
    with world.as_worker() as session:
        keys = set(session.scalars(select(Notice.key).where(Notice.case_id == case)))
    assert {f"notice.complaint.instalment_late.{side}" for side in ("complainant", "respondent")} <= keys
    by_consumer(world, case, instalments.confirm_instalment, first, on="2026-07-28")
    assert (parts(world, case)[0].paid_on, parts(world, case)[0].late_noted_on) == (
        date(2026, 7, 28),
        date(2026, 7, 26),
    )
    with pytest.raises(NotFound):
        by_consumer(world, case, instalments.confirm_instalment, new_id(), on="2026-07-28")
    with pytest.raises(RuleBroken, match="must lie"):
        by_firm(world, case, instalments.pay_instalment, parts(world, case)[1].id, date(2026, 7, 1), on="2026-07-28")


def test_the_database_itself_refuses_a_proof_without_a_payment(world, root):
    in_parts(world)
    with pytest.raises(psycopg.errors.CheckViolation):
        root.execute("UPDATE instalment SET confirmed_on = '2026-07-26'")
    root.rollback()
    with pytest.raises(ProgrammingError), world.as_consumer() as session:
        session.scalars(select(Instalment)).first().amount_fen = 1
