"""Warnings before a period ends: to whom, when, once each, and of a report to nobody who was not given it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.catalogue import has
from complaints import warning_jobs
from complaints.operations import decide, extensions, letters
from complaints.oversight_models import Deputy
from complaints.report_models import ReportLetter
from complaints.warning_jobs import NAMED, OTHER, PREFIX, last_overdue
from tests.factories import AccountFactory, MembershipFactory
from tests.integration.test_reports import act, act_as_head, file
from tests.support.world import at
from workflows.case import calendars
from workflows.declared import DeclaredSetting
from workflows.delivery.notices import Notice
from workflows.store.db import new_id
from workflows.store.session import Role


@pytest.fixture
def head(world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="supervisor", login="head").id
        MembershipFactory(session=session, account_id=account, org_id=world.bureau)
    return account


@pytest.fixture
def colleague(world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="officer", login="colleague").id
        MembershipFactory(session=session, account_id=account, org_id=world.bureau)
    return account


def warned(world, day):
    """Run the hour's job for a day; how many it told."""
    with world.as_worker() as session:
        return warning_jobs.warn(session, datetime.fromisoformat(f"{day}T12:25:00+08:00"))


def told(world, *accounts):
    """The warnings of these accounts: whose, and of which level."""
    with world.as_worker() as session:
        rows = session.scalars(select(Notice).where(Notice.key.like("notice.warning.%")).order_by(Notice.id)).all()
        return [(accounts.index(n.recipient_id), n.values.get("level", n.key.rpartition(".")[2])) for n in rows]


def assigned(world):
    case = world.file()
    world.decide(case, decide.accept)
    return case


def test_an_officer_is_warned_once_and_the_head_from_the_second_warning_on(world, head):
    """Filed on Monday 20 July: seven working days end on Wednesday 29 July, nine days later."""
    assigned(world)
    people = (world.officer, head)
    assert warned(world, "2026-07-24")["complaints"] == 0
    assert warned(world, "2026-07-25")["complaints"] == 1
    assert warned(world, "2026-07-26")["complaints"] == 0
    assert warned(world, "2026-07-28")["complaints"] == 2
    assert warned(world, "2026-07-29")["complaints"] == 0
    assert told(world, *people) == [(0, "first"), (0, "eve"), (1, "eve")]


def test_each_level_has_its_day_and_the_highest_that_came_is_told(world, head):
    """Sixty days of mediation from 20 July end on 18 September: half on 19 August, four fifths on 6 September."""
    case = assigned(world)
    world.decide(case, decide.told, "phone")
    people = (world.officer, head)
    seen = {}
    for day in ("2026-08-18", "2026-08-19", "2026-09-05", "2026-09-06", "2026-09-16", "2026-09-17", "2026-09-18"):
        before = len(told(world, *people))
        warned(world, day)
        seen[day] = told(world, *people)[before:]
    assert seen == {
        "2026-08-18": [],
        "2026-08-19": [(0, "first")],
        "2026-09-05": [],
        "2026-09-06": [(0, "second"), (1, "second")],
        "2026-09-16": [],
        "2026-09-17": [(0, "eve"), (1, "eve")],
        "2026-09-18": [],
    }


def test_a_complaint_that_is_nobodys_warns_the_head_and_the_deputy_from_the_start(world, head, colleague):
    world.file()
    days = {"from_on": date(2026, 7, 20), "until_on": date(2026, 7, 31), "named_at": world.clock.now()}
    with world.as_worker() as session:
        session.add(Deputy(id=new_id(), bureau_id=world.bureau, head_id=head, deputy_id=colleague, **days))
    warned(world, "2026-07-25")
    assert sorted(told(world, head, colleague)) == [(0, "first"), (1, "first")]


def test_a_stopped_clock_and_one_whose_end_lies_long_behind_warn_nobody(world, head):
    case = world.file()
    world.decide(case, decide.accept)
    world.decide(case, decide.told, "phone")
    assert warned(world, "2026-07-28")["complaints"] == 0
    world.file()
    assert warned(world, "2026-08-06")["complaints"] == 0
    assert warned(world, "2026-08-05")["complaints"] == 1


def test_a_city_decides_its_own_shares_from_a_day_on(world, head):
    world.file()
    decided = {"value": 20, "reason": "试行", "decided_at": world.clock.now(), "since": date(2026, 7, 1)}
    with world.as_worker() as session:
        session.add(DeclaredSetting(code="warning.first", city="3205", **decided))
    assert warned(world, "2026-07-22")["complaints"] == 1


def test_a_date_that_moved_warns_anew_for_the_new_date(world, head):
    case = file(world)
    warned(world, "2026-08-06")
    before = len(told(world, world.officer, head))
    act(world, case, extensions.propose, "需要到外地核实", clock=at("2026-08-06"))
    act_as_head(world, head, case, extensions.approve, clock=at("2026-08-07"))
    warned(world, "2026-08-10")
    assert len(told(world, world.officer, head)) > before


def test_a_report_warns_those_alone_who_were_given_it(world, head, colleague):
    """Fifteen working days from 20 July end on 10 August."""
    case = file(world)
    warned(world, "2026-07-31")
    warned(world, "2026-08-07")
    assert told(world, world.officer, head, colleague) == [(0, "first"), (0, "eve")]
    act(world, case, letters.police_propose, "姑苏区公安分局", "涉嫌犯罪", clock=at("2026-08-07"))
    warned(world, "2026-08-09")
    assert (1, "eve") in told(world, world.officer, head, colleague)
    assert all(who != 2 for who, _ in told(world, world.officer, head, colleague))


def test_letters_without_an_answer_or_not_handed_over_warn_once_when_they_are_overdue(world, head):
    case = file(world)
    act(world, case, letters.assist_send, "上海市黄浦区市场监督管理局", "请协助核实")
    with world.as_worker() as session:
        letter = session.scalars(select(ReportLetter)).one().id
    act(world, case, letters.letter_received, letter)
    assert warned(world, "2026-08-10")["letters"] == 0
    assert warned(world, "2026-08-11")["letters"] == 1
    assert warned(world, "2026-08-12")["letters"] == 0
    act(world, case, letters.police_propose, "姑苏区公安分局", "涉嫌犯罪")
    act_as_head(world, head, case, letters.police_approve)
    assert warned(world, "2026-08-12")["letters"] == 3
    of_both = [(0, "letter_assist"), (0, "letter_police"), (1, "letter_assist"), (1, "letter_police")]
    assert sorted(who for who in told(world, world.officer, head) if who[1].startswith("letter")) == of_both


def test_the_last_overdue_receipt_is_the_one_that_the_rule_itself_says(world):
    with world.as_worker() as session:
        calendar = calendars.current(session)
    for back in range(60):
        today = date(2026, 10, 20) - timedelta(days=back)
        last = last_overdue(calendar, today)
        assert (
            warning_jobs._help_due(calendar, last) < today <= warning_jobs._help_due(calendar, last + timedelta(days=1))
        )


def test_every_warning_has_its_words():
    keys = {f"{PREFIX}.{level}.{term}" for level in ("share", "eve") for term in (*NAMED, OTHER)}
    assert [key for key in keys | {f"{PREFIX}.letter_assist", f"{PREFIX}.letter_police"} if not has(key)] == []


def test_nothing_of_a_case_changes_by_a_warning(world, head):
    case = world.file()
    before = world.read(case).version
    warned(world, "2026-07-28")
    assert world.read(case).version == before
