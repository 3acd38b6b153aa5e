"""Open work as counted and as it is: the same figures, for those who work for the bureau, of complaints alone."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy.exc import ProgrammingError

from complaints import workloads
from complaints.operations import assign, decide, mediate
from complaints.workloads import Load
from tests.factories import FactsFactory
from tests.integration.test_reports import file
from tests.support.http import make_app, token_for
from tests.support.oversight import CITY, as_of, person
from tests.support.world import at
from workflows.time.clock import SystemClock


@pytest.fixture
def chief(world):
    return person(world, "chief", "supervisor", CITY)


def count(world, day):
    with world.as_worker() as session:
        return workloads.count(session, datetime.fromisoformat(f"{day}T12:35:00+08:00"))


def counted(world, chief):
    with as_of(world, chief, CITY, world.bureau) as session:
        return sorted(workloads.counted(session, [world.bureau])[0], key=lambda load: str(load.officer or ""))


def filled(world):
    """Three open complaints of different age – one assigned – a closed one, and a report."""
    mine = world.file()
    world.decide(mine, assign.assign, world.officer)
    world.file(at("2026-07-10"))
    world.file(at("2026-06-01"), facts=FactsFactory(happened_on=date(2026, 5, 20)))
    done = world.file()
    world.decide(done, decide.decline, "O121-16-1", "不属于本局")
    world.decide(done, decide.told, "phone")
    world.decide(done, mediate.close)
    file(world)


def test_what_the_hour_counts_is_what_is_live_by_officer_and_age_and_counting_again_is_the_same(world, chief):
    filled(world)
    day = "2026-07-27"
    nobodys = Load(world.bureau, None, open=2, soon=0, late=2, upto_7=0, upto_30=1, upto_60=1, older=0)
    mine = Load(world.bureau, world.officer, open=1, soon=1, late=0, upto_7=1, upto_30=0, upto_60=0, older=0)
    assert count(world, day) == {"rows": 2}
    assert counted(world, chief) == [nobodys, mine]
    assert count(world, day) == {"rows": 2}
    with world.as_officer() as session:
        now = workloads.live(session, [world.bureau], "3205", at(day).today())
    assert sorted(now, key=lambda load: str(load.officer or "")) == [nobodys, mine]
    assert workloads.together([nobodys, mine]) == {
        world.bureau: Load(world.bureau, None, open=3, soon=1, late=2, upto_7=1, upto_30=1, upto_60=1, older=0)
    }


def test_another_bureau_knows_neither_the_count_nor_the_live_figures(world):
    filled(world)
    count(world, "2026-07-27")
    with world.as_far_officer() as session:
        assert workloads.counted(session, [world.bureau]) == ([], None)
    with world.as_far_officer() as session, pytest.raises(ProgrammingError, match="who works for a bureau"):
        workloads.live(session, [world.bureau], "3205", at("2026-07-27").today())


def test_a_report_changes_no_figure(world, chief):
    world.file()
    count(world, "2026-07-27")
    before = counted(world, chief)
    file(world)
    count(world, "2026-07-27")
    assert counted(world, chief) == before


def test_the_page_shows_an_officer_the_own_bureau_and_a_chief_all_of_them(world, chief, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    world.file(SystemClock())
    count(world, SystemClock().today())

    def page(account, asked=""):
        browser = app.test_client()
        browser.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
        return browser.get(f"/officer/oversight/workload{asked}").text

    own, all_ = page(world.officer), page(chief)
    assert "未分配" in own
    assert "各局情况" not in own
    assert "各局情况" in all_
    assert "昆山" in all_
    assert "未分配" in page(chief, f"?bureau={world.bureau}")
