"""What becomes of an agreement, from the verbs to the night's figures; and whose days the case had."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from complaints import ledgers
from complaints.after_models import Outcome
from complaints.operations import decide, mediate, outcomes
from complaints.outcome import CONFIRMED, DENIED, RECEIPT, SILENT
from tests.support.agreed import by_consumer, by_firm, closed, drained, figures, kinds, night, rows, served, settled
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, RuleBroken
from workflows.store.db import new_id
from workflows.store.evidence import Evidence


def uploaded(world, owner):
    with world.as_merchant() as session:
        file = Evidence(
            id=new_id(), owner_id=owner, case_id=None, media_type="image/png", name="refund.png",
            original_digest="0" * 64, shown_digest="1" * 64, size=10, uploaded_at=world.clock.now(),
        )  # fmt: skip
        session.add(file)
        return file.id


def test_the_firm_says_it_paid_and_the_consumer_confirms(world):
    case = closed(world)
    by_firm(world, case, 39900, date(2026, 7, 25))
    assert kinds(world, case) == [None]
    by_consumer(world, case, outcomes.confirm)
    (row,) = rows(world, case)
    assert (row.kind, row.performed_fen, row.decided_on, row.answered_by) == (
        CONFIRMED, 39900, date(2026, 7, 28), world.consumer,
    )  # fmt: skip
    assert world.read(case).paid_on == date(2026, 7, 25)


def test_the_consumer_needs_no_firm_to_say_that_the_money_came(world):
    case = settled(world)
    with pytest.raises(RuleBroken, match="how much"):
        by_consumer(world, case, outcomes.confirm)
    by_consumer(world, case, outcomes.confirm, 39900, date(2026, 7, 27))
    assert kinds(world, case) == [CONFIRMED]
    with pytest.raises(Conflict, match="recorded already"):
        by_firm(world, case, 1)
    with pytest.raises(Conflict, match="proved already"):
        by_consumer(world, case, outcomes.deny)


def test_less_than_agreed_is_no_payment_of_the_agreement(world):
    case = settled(world)
    by_consumer(world, case, outcomes.confirm, 100)
    assert world.read(case).paid_on is None


def test_what_was_denied_may_be_put_right_and_confirmed(world):
    case = closed(world)
    by_firm(world, case, 39900)
    with pytest.raises(Conflict, match="waiting for an answer"):
        by_firm(world, case, 39900)
    by_consumer(world, case, outcomes.deny, "没有收到钱。")
    by_firm(world, case, 39900, clock="2026-07-29")
    by_consumer(world, case, outcomes.confirm, clock="2026-07-30")
    assert kinds(world, case) == [DENIED, CONFIRMED]


def test_a_consumer_may_deny_though_nobody_claimed_anything(world):
    case = closed(world)
    by_consumer(world, case, outcomes.deny)
    (row,) = rows(world, case)
    assert (row.kind, row.performed_fen) == (DENIED, None)


def test_without_an_agreement_there_is_no_outcome(world):
    case = world.file()
    world.decide(case, decide.decline, "O121-16-4", "已超过三年。")
    world.decide(case, decide.told, "phone")
    world.decide(case, mediate.close)
    with pytest.raises(Conflict, match="nothing was settled"):
        by_firm(world, case, 100)
    with pytest.raises(Conflict, match="not possible in state"):
        by_firm(world, world.file(), 100)


def test_days_and_amounts_are_looked_at(world):
    case = settled(world)
    with pytest.raises(RuleBroken, match="on must lie"):
        by_firm(world, case, 39900, date(2026, 7, 27))
    with pytest.raises(RuleBroken, match="fen"):
        by_firm(world, case, -1)
    with pytest.raises(RuleBroken, match="unknown"):
        by_firm(world, case, 39900, proof=new_id())
    assert rows(world, case) == []


def test_a_receipt_is_matched_by_an_officer_and_only_with_all_that_was_agreed(world):
    case = closed(world)
    with pytest.raises(Conflict, match="nothing to match"):
        world.decide(case, outcomes.match_receipt, clock=at("2026-07-27"))
    by_firm(world, case, 39900)
    with pytest.raises(RuleBroken, match="no receipt"):
        world.decide(case, outcomes.match_receipt, clock=at("2026-07-27"))
    by_consumer(world, case, outcomes.deny)
    by_firm(world, case, 39000, proof=uploaded(world, world.merchant), clock="2026-07-28")
    with pytest.raises(RuleBroken, match="less was paid"):
        world.decide(case, outcomes.match_receipt, clock=at("2026-07-28"))
    by_consumer(world, case, outcomes.deny)
    by_firm(world, case, 39900, proof=uploaded(world, world.merchant), clock="2026-07-29")
    world.decide(case, outcomes.match_receipt, clock=at("2026-07-30"))
    assert kinds(world, case) == [DENIED, DENIED, RECEIPT]
    assert world.read(case).paid_on == date(2026, 7, 29)


def test_silence_counts_only_after_a_served_notice_and_the_declared_days(world):
    case = closed(world)
    by_firm(world, case, 39900)
    drained(world)
    assert night(world, "2026-08-20")["silent"] == 0
    served(world, case, "2026-07-27")
    assert night(world, "2026-08-11")["silent"] == 0
    assert night(world, "2026-08-12")["silent"] == 1
    assert night(world, "2026-08-12")["silent"] == 0
    (row,) = rows(world, case)
    assert (row.kind, row.noticed_on, row.decided_on) == (SILENT, date(2026, 7, 27), date(2026, 8, 12))
    assert world.read(case).paid_on is None
    with world.as_worker() as session:
        last = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq.desc())
        ).first()
        assert last.event == "silence"
        assert '"role":"system"' in last.body


def test_silence_is_broken_by_a_late_answer(world):
    case = closed(world)
    by_firm(world, case, 39900)
    drained(world)
    served(world, case, "2026-07-27")
    night(world, "2026-08-12")
    by_consumer(world, case, outcomes.confirm, 39900, clock="2026-08-20")
    assert kinds(world, case) == [SILENT, CONFIRMED]


def test_everybody_is_told_of_what_concerns_them(world):
    case = closed(world)
    by_firm(world, case, 39900)
    by_consumer(world, case, outcomes.deny)
    drained(world)
    with world.as_worker() as session:
        told = {(n.key, n.recipient_id) for n in session.scalars(select(Notice).where(Notice.case_id == case))}
    assert ("notice.complaint.perform.complainant", world.consumer) in told
    assert ("notice.complaint.deny.respondent", world.enterprise) in told


def test_the_database_itself_refuses_an_outcome_without_its_evidence(world, root):
    case = closed(world)
    by_firm(world, case, 39900)
    for broken in (
        "kind = 'confirmed', decided_on = '2026-07-28'",
        "kind = 'receipt', decided_on = '2026-07-28'",
        "kind = 'silent', decided_on = '2026-08-28'",
        "kind = 'denied'",
        "performed_on = NULL",
        "performed_on = '2027-01-01'",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            root.execute(f"UPDATE outcome SET {broken}")
        root.rollback()


def test_a_firm_confirms_nothing_by_itself_not_even_around_the_product(world):
    case = closed(world)
    by_firm(world, case, 39900)
    with pytest.raises(ProgrammingError, match="permission denied"), world.as_merchant() as session:
        session.execute(update(Outcome).values(kind=CONFIRMED, decided_on=date(2026, 7, 28)))
    with world.as_merchant(world.other_enterprise) as session:
        assert session.scalars(select(Outcome)).all() == []


def test_the_night_counts_proved_silent_and_denied_of_one_whole(world):
    first, second, third = (closed(world) for _ in range(3))
    by_consumer(world, first, outcomes.confirm, 39900)
    by_consumer(world, second, outcomes.deny)
    by_consumer(world, third, outcomes.deny)
    assert figures(world, "outcome_", date(2026, 7, 28)) == {
        "outcome_proved": (1, 3),
        "outcome_silent": (0, 3),
        "outcome_denied": (2, 3),
    }
    assert figures(world, "outcome_", date(2026, 7, 29)) == {}


def test_a_case_that_was_sent_on_keeps_its_days_and_the_night_counts_them(world):
    case = world.file()
    world.decide(case, decide.accept, clock=at("2026-07-22"))
    world.decide(case, decide.told, "phone", clock=at("2026-07-22"))
    world.decide(case, mediate.consent, "complainant", clock=at("2026-07-23"))
    world.decide(case, mediate.consent, "respondent", clock=at("2026-07-27"))
    world.decide(case, mediate.open_mediation, clock=at("2026-07-27"))
    world.decide(case, mediate.settle, 39900, clock=at("2026-07-29"))
    world.decide(case, mediate.close, clock=at("2026-07-30"))
    with world.as_merchant() as session:
        found = ledgers.of_case(session, case, date(2026, 8, 30))
    assert (found.days, found.totals["firm"], found.totals["bureau"], found.ended) == (11, 4, 7, True)
    assert figures(world, "days_", date(2026, 7, 30)) == {
        "days_consumer": (0, 1), "days_firm": (4, 1), "days_bureau": (7, 1), "days_other_bureau": (0, 1),
        "days_laboratory": (0, 1),
    }  # fmt: skip
    with world.as_consumer(world.other_consumer) as session:
        assert ledgers.of_case(session, case, date(2026, 8, 30)).days == 0


def test_both_sides_and_the_officer_read_days_and_outcomes_by_the_api_and_a_stranger_nothing(world, tmp_path):
    case = closed(world)
    by_firm(world, case, 39900)
    app = make_app(world.db, tmp_path / "var")
    for account in (world.consumer, world.merchant, world.officer):
        api = Api(app, token_for(world.db, account))
        days = api.get(f"/complaints/{case}/delays").json
        assert (days["days"], days["ended"]) == (6, True)
        assert sum(total["days"] for total in days["totals"]) == sum(span["days"] for span in days["spans"]) == 6
        assert days["spans"][0]["from"] == "2026-07-20"
        assert days["spans"][0]["says"]
        assert [o["performed_fen"] for o in api.get(f"/complaints/{case}/outcomes").json["items"]] == [39900]
    for account in (world.other_consumer, world.far_officer):
        api = Api(app, token_for(world.db, account))
        assert api.get(f"/complaints/{case}/delays").status_code == 404
        assert api.get(f"/complaints/{case}/outcomes").status_code == 404


def test_the_firm_proves_by_the_api_with_a_file_of_its_own(world, tmp_path):
    case = closed(world)
    app = make_app(world.db, tmp_path / "var")
    firm, consumer = (Api(app, token_for(world.db, account)) for account in (world.merchant, world.consumer))
    body = {"amount_fen": 39900, "proof": str(uploaded(world, world.merchant))}

    def act(api, verb, values):
        return api.post(f"/complaints/{case}/{verb}", values, If_Match=f'"{world.read(case).version}"')

    assert act(consumer, "perform", body).status_code == 403
    done = act(firm, "perform", body)
    assert (done.status_code, "perform" in done.json["allowed"]) == (200, True)
    assert act(firm, "confirm", {}).status_code == 403
    assert act(consumer, "confirm", {}).status_code == 200
    assert kinds(world, case) == [CONFIRMED]
