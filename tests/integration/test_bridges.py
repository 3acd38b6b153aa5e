"""The bridge to the national platform and the hotline, over loopback with the stand-in that ships with the product."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from complaints import bridge_queries, queries, searching
from complaints.bridge_models import BridgeBatch, BridgeNumber, BridgePush, BridgeRow
from complaints.models import Complaint, Filing, Report
from complaints.operations import bridge_rows, bridge_sheets, bridges, decide, filing, handing, mediate
from complaints.operations.bridge_days import find as difference
from complaints.operations.bridge_days import settle
from tests.factories import DraftFactory, ReportFactory
from tests.support.platform import DAY, row, standing_in
from workflows.delivery import notices
from workflows.errors import Conflict, Refused, RuleBroken, Stale
from workflows.store.session import DatabaseClock, Identity, Role


@pytest.fixture
def platforms(world, tmp_path):
    with standing_in(world.db, tmp_path) as found:
        yield found


def number(world, case, system="national"):
    with world.as_worker() as session:
        query = select(BridgeNumber).filter_by(case_id=case, system=system, ended_at=None)
        return session.scalars(query).one().number


def there(platforms, number, system="national"):
    return platforms.book.cases(system, "number", number)


def rows(world, **by):
    with world.as_worker() as session:
        return session.scalars(select(BridgeRow).filter_by(**by).order_by(BridgeRow.line)).all()


def complaints(world):
    with world.as_worker() as session:
        return session.scalars(select(Complaint).order_by(Complaint.id)).all()


def test_a_filing_gets_its_national_number_and_every_step_is_told_once_in_order(world, platforms):
    case = world.mediating()
    platforms.work()
    found = there(platforms, number(world, case))
    assert [(c["status"], c["changes"]) for c in found] == [("mediating", 2)]
    world.decide(case, mediate.settle, 39900, None)
    platforms.work()
    assert there(platforms, number(world, case))[0]["status"] == "settled"
    assert there(platforms, number(world, case))[0]["changes"] == 3


def test_both_sides_read_the_number_and_an_officer_finds_the_case_by_it(world, platforms):
    case = world.file()
    platforms.work()
    theirs = number(world, case)
    for reader in (world.as_consumer, world.as_merchant, world.as_officer):
        with reader() as session:
            assert [n.number for n in bridge_queries.numbers_of(session, case)] == [theirs]
    with world.as_officer() as session:
        assert [c.id for c in searching.search(session, theirs)] == [case]
    with world.as_far_officer() as session:
        assert searching.search(session, theirs) == []


@pytest.mark.parametrize("fault", ["500", "garbage", "timeout", "lost"])
def test_what_fails_is_told_again_with_the_same_key_and_stands_there_once(world, platforms, fault):
    platforms.server.break_next(fault, times=2)
    platforms.seconds = 0.5
    case = world.file()
    world.decide(case, decide.accept)
    platforms.work(rounds=10)
    assert platforms.failed
    listed = platforms.book.cases("national", "received_on", str(DAY))
    assert [(c["number"], c["status"], c["changes"]) for c in listed] == [(number(world, case), "accepted", 1)]


def test_what_the_platform_refuses_waits_for_a_person_and_nothing_overtakes_it(world, platforms):
    platforms.server.break_next("refuse")
    case = world.file()
    world.decide(case, decide.accept)
    platforms.work()
    with world.as_officer() as session:
        waiting = bridge_queries.to_key_in(session, [world.bureau], "national", "file")
        assert [(p.case_id, p.refused) for p in waiting] == [(case, "refused_on_demand")]
        assert len(bridge_queries.to_key_in(session, [world.bureau], "national", "status")) == 1
    assert platforms.book.cases("national", "received_on", str(DAY)) == []


def test_a_report_is_handed_over_as_itself_and_the_firm_sees_nothing_of_it(world, platforms):
    with world.as_consumer() as session:
        draft = DraftFactory(report=ReportFactory(), respondent=filing.Respondent(store_id=world.store))
        filed = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
        complaint, report = filed.complaint.id, filed.report.id
    platforms.work()
    ours, theirs = number(world, complaint), number(world, report)
    assert ours != theirs
    assert [c["kind"] for c in there(platforms, ours)] == ["complaint"]
    assert [c["kind"] for c in there(platforms, theirs)] == ["report"]
    with world.as_merchant() as session:
        assert [n.number for n in session.scalars(select(BridgeNumber))] == [ours]
    with world.as_officer() as session:
        assert {p.case_kind for p in session.scalars(select(BridgePush))} == {"complaint", "report"}


def test_a_batch_is_filed_with_its_numbers_and_the_clock_of_the_day_the_bureau_received_it(world, platforms):
    both = {"kind": "投诉举报", "clues": "货架上的标签与检测不符", "basis": "照片和小票", "phone": "13900000088"}
    platforms.book.offer("hotline", "b1", [row("RX26071700001"), row("RX26071700002", **both)])
    platforms.fetch("hotline")
    first, second = complaints(world)
    assert first.received_on == date(2026, 7, 17)
    assert number(world, first.id, "hotline") == "RX26071700001"
    assert number(world, first.id) != ""
    with world.as_worker() as session:
        assert session.get_one(Filing, first.filing_id).channel == "hotline"
        leg = session.scalars(select(Report)).one()
        assert leg.filing_id == second.filing_id
        assert [n.number for n in bridge_queries.numbers_of(session, leg.id) if n.system == "hotline"] == [
            "RX26071700002"
        ]
    with world.as_officer() as session:
        due = queries.complaint(session, first.id).next_due_on
    assert due == date(2026, 7, 28)
    outcomes = platforms.book.outcomes("hotline")["b1"]
    assert [(o["number"], o["outcome"]) for o in outcomes] == [("RX26071700001", "filed"), ("RX26071700002", "filed")]


def test_a_bad_row_in_the_middle_is_set_aside_with_its_faults_and_everything_good_is_filed(world, platforms):
    bad = row("RX26071700002", respondent_address="某地", problem="说不清", happened_on="上周")
    platforms.book.offer("hotline", "b1", [row("RX26071700001"), bad, row("RX26071700003")])
    platforms.fetch("hotline")
    assert [r.state for r in rows(world)] == ["filed", "aside", "filed"]
    aside = rows(world, state="aside")[0]
    assert {f["field"] for f in aside.faults} == {"respondent_address", "problem", "happened_on"}
    with world.as_worker() as session:
        assert bridge_rows.body_of(session, aside)["narrative"] == bad["narrative"]
    assert platforms.book.outcomes("hotline")["b1"][1]["outcome"] == "aside"


def test_a_duplicate_batch_changes_nothing_and_a_row_seen_before_is_named(world, platforms):
    for _ in range(2):
        platforms.book.offer("hotline", "b1", [row("RX26071700001")])
        platforms.fetch("hotline")
    platforms.book.offer("hotline", "b2", [row("RX26071700001"), row("RX26071700009")])
    platforms.fetch("hotline")
    assert len(complaints(world)) == 2
    assert [(r.number, r.state) for r in rows(world)].count(("RX26071700001", "seen")) == 1
    with world.as_worker() as session:
        assert len(session.scalars(select(BridgeBatch)).all()) == 2
    assert platforms.book.waiting("hotline") == []


def mendable(world, platforms, **changes):
    platforms.book.offer("hotline", "b1", [row("RX26071700001", **changes)])
    platforms.fetch("hotline")
    return rows(world, state="aside")[0]


def test_a_row_is_mended_by_a_person_and_filed_with_the_day_it_was_received(world, platforms):
    aside = mendable(world, platforms, problem="")
    with world.as_officer() as session:
        found = bridge_sheets.find(session, aside.id, aside.version)
        said = bridge_rows.body_of(session, found)
        assert bridge_sheets.mend(session, found, said | {"problem": "nonsense"}, clock=world.clock)
    with world.as_officer() as session, pytest.raises(Stale):
        bridge_sheets.find(session, aside.id, aside.version)
    with world.as_officer() as session:
        found = bridge_sheets.find(session, aside.id)
        assert bridge_sheets.mend(session, found, said | {"problem": "quality"}, clock=world.clock) == []
    platforms.work()
    assert [c.received_on for c in complaints(world)] == [date(2026, 7, 17)]
    with world.as_officer() as session, pytest.raises(Conflict):
        bridge_sheets.find(session, aside.id)


def test_a_row_that_is_no_case_is_let_go_of_with_a_reason_only(world, platforms):
    aside = mendable(world, platforms, name="", narrative="")
    with world.as_officer() as session, pytest.raises(RuleBroken):
        bridge_sheets.drop(session, bridge_sheets.find(session, aside.id), " ", actor=world.officer_actor)
    with world.as_officer() as session:
        bridge_sheets.drop(session, bridge_sheets.find(session, aside.id), "测试工单", actor=world.officer_actor)
    assert [(r.state, r.reason, r.body_sealed) for r in rows(world)] == [("dropped", "测试工单", None)]


def test_a_row_with_a_report_in_it_is_for_the_desk_of_reports_alone(world, platforms):
    mendable(world, platforms, kind="举报", clues="", basis="有照片")
    with world.as_officer() as session:
        assert len(session.scalars(select(BridgeRow)).all()) == 1
    with world.as_worker() as session:
        assert session.scalars(select(BridgeRow.party_id)).one() == world.officer
    with world.as_far_officer() as session:
        assert session.scalars(select(BridgeRow)).all() == []


def test_a_day_that_agrees_is_green_and_each_difference_is_named(world, platforms):
    cases = [world.file() for _ in range(4)]
    platforms.work()
    platforms.compare()
    with world.as_officer() as session:
        assert [(d.found is not None, d.open) for d in bridge_queries.days(session, "national", "3205", DAY, 1)] == [
            (True, 0)
        ]
    numbers = [number(world, case) for case in cases]
    platforms.book.change("national", numbers[0], {"status": "closed"})
    platforms.book.change("national", numbers[1], {"received_on": "2026-07-19"})
    platforms.book.change("national", numbers[2], {})
    platforms.book.offer("national", "unseen", [row("QG99990001", received_on=str(DAY))])
    platforms.server.break_next("refuse", path="/v1/filings")
    world.file()
    platforms.work()
    platforms.compare()
    with world.as_worker() as session:
        day = bridge_queries.days(session, "national", "3205", DAY, 1)[0]
        found = {(d.kind, d.number) for d in bridge_queries.differences(session, day.found.id)}
    assert found == {
        ("state", numbers[0]),
        ("date", numbers[1]),
        ("missing_there", numbers[2]),
        ("missing_here", "QG99990001"),
        ("no_number", None),
    }
    with world.as_officer() as session:
        assert bridge_queries.days(session, "national", "3205", DAY, 1)[0].open == 4


def test_a_difference_goes_by_itself_or_by_a_persons_act_with_a_reason(world, platforms):
    cases = [world.file() for _ in range(2)]
    platforms.work()
    numbers = [number(world, case) for case in cases]
    platforms.book.change("national", numbers[0], {"status": "closed"})
    platforms.book.change("national", numbers[1], {})
    platforms.compare()
    with world.as_officer() as session:
        day = bridge_queries.days(session, "national", "3205", DAY, 1)[0]
        by = {d.kind: d.id for d in bridge_queries.differences(session, day.found.id)}
        with pytest.raises(RuleBroken):
            settle(
                session, difference(session, by["state"]), "accepted", "", actor=world.officer_actor, clock=world.clock
            )
    with world.as_officer() as session:
        gone = difference(session, by["missing_there"])
        settle(session, gone, "renumbered", "编号录错", actor=world.officer_actor, clock=world.clock)
    platforms.book.change("national", numbers[0], {"status": "received"})
    platforms.work()
    assert number(world, cases[1]) != numbers[1]
    platforms.compare()
    with world.as_officer() as session:
        again = bridge_queries.days(session, "national", "3205", DAY, 1)[0]
        assert again.open == 0
        assert {d.kind: d.act for d in bridge_queries.differences(session, again.found.id)} == {
            "state": "gone", "missing_there": "renumbered"
        }  # fmt: skip


@pytest.fixture
def unpublished(world, root):
    root.execute("UPDATE bureau SET portal_channel = false WHERE id = %s", [world.bureau])
    root.commit()
    return world


def handed(world, platforms, **changes):
    with world.as_consumer() as session:
        draft = DraftFactory(**changes)
        return handing.hand_over(session, draft, actor=world.consumer_actor, clock=world.clock).id


def read_handed(world, found):
    with world.as_consumer() as session:
        return bridge_queries.handover(session, found)


def test_a_filing_for_a_bureau_that_has_not_published_the_portal_goes_to_the_national_platform(unpublished, platforms):
    world = unpublished
    found = handed(world, platforms)
    assert complaints(world) == []
    platforms.work()
    on_its_way = read_handed(world, found)
    assert (on_its_way.state, on_its_way.received_on) == ("handed", DAY)
    with world.as_consumer() as session:
        told = [n for n in notices.of_recipients(session, [world.consumer]) if n.key == "notice.bridge.handed"]
        assert [n.values["number"] for n in told] == [on_its_way.number]
    platforms.fetch("national")
    (case,) = complaints(world)
    assert (case.complainant_id, case.received_on, number(world, case.id)) == (world.consumer, DAY, on_its_way.number)
    assert (read_handed(world, found).state, read_handed(world, found).complaint_id) == ("arrived", case.id)
    platforms.compare()
    with world.as_worker() as session:
        assert bridge_queries.days(session, "national", "3205", DAY, 1)[0].open == 0


@pytest.mark.parametrize("fault", ["500", "garbage", "timeout", "lost"])
def test_a_hand_over_whose_answer_is_lost_becomes_one_case(unpublished, platforms, fault):
    world, platforms.seconds = unpublished, 0.5
    platforms.server.break_next(fault, path="/v1/filings")
    found = handed(world, platforms)
    platforms.drain()
    platforms.deliver()
    platforms.fetch("national")
    platforms.fetch("national")
    (case,) = complaints(world)
    assert read_handed(world, found).complaint_id == case.id
    assert len(platforms.book.cases("national", "received_on", str(DAY))) == 1


def test_without_an_interface_everything_waits_to_be_keyed_in_and_is_told_once_there_is_one(world, platforms):
    known, platforms.known = platforms.known, dict
    case = world.file()
    world.decide(case, decide.accept)
    platforms.work()
    with world.as_officer() as session:
        assert [p.case_id for p in bridge_queries.to_key_in(session, [world.bureau], "national", "file")] == [case]
    platforms.known = known
    with world.as_worker() as session:
        later = DatabaseClock(session).now() + timedelta(minutes=1)
        assert bridges.sweep(session, "national", later) == 1
        assert bridges.sweep(session, "national", later) == 0
    platforms.work()
    assert there(platforms, number(world, case))[0]["status"] == "accepted"


def test_a_number_typed_in_is_checked_and_ends_the_waiting(world, platforms):
    platforms.known = dict
    first, second = world.file(), world.file()
    platforms.work()
    with world.as_officer() as session:
        pushes = {p.case_id: p for p in bridge_queries.to_key_in(session, [world.bureau], "national", "file")}
        bridges.typed(session, pushes[first], "QG2026070001", DAY, actor=world.officer_actor, clock=world.clock)
        for bad in ("QG2026070001", "??", ""):
            with pytest.raises(RuleBroken):
                bridges.typed(session, pushes[second], bad, DAY, actor=world.officer_actor, clock=world.clock)
        left = bridge_queries.to_key_in(session, [world.bureau], "national", "file")
        assert [p.case_id for p in left] == [second]
    assert number(world, first) == "QG2026070001"


def test_a_hand_over_with_a_report_in_it_is_for_the_desk_of_reports_alone(unpublished, platforms, root):
    world, platforms.known = unpublished, dict
    found = handed(world, platforms, report=ReportFactory())
    assert read_handed(world, found).party_id == world.officer
    with world.db.transaction(Role.OFFICER, Identity(world.other_consumer, (world.bureau,))) as session:
        assert bridge_queries.to_hand_over(session, [world.bureau, world.officer]) == []
    root.execute("UPDATE account SET disabled_at = now() WHERE kind = 'officer'")
    root.commit()
    with pytest.raises(Refused, match="no officer for reports"):
        handed(world, platforms, report=ReportFactory())
