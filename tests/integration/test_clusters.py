"""A run over a cluster: every case by itself, with its own document, nothing twice, every failure named."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app import clusters as worker
from app import tasks
from app.settings import read
from complaints.drafts import Respondent
from complaints.models import Complaint, Paper, PaperService
from complaints.operations import clusters, decide, papers
from complaints.oversight_models import ClusterItem, ClusterRun
from tests.support.http import make_app, token_for
from workflows.case.tables import CaseClock, CaseEvent
from workflows.delivery import leases
from workflows.delivery.tables import Message
from workflows.errors import NotFound, RuleBroken
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.session import Role
from workflows.time.clock import SystemClock

NOW = SystemClock()
ENDED = {"ground": "O121-23-7", "reason": "门店已关闭，企业失联。"}


def begin(world, step, cases, values=ENDED, run=None):
    with world.as_officer() as session:
        seen = {case: session.get_one(Complaint, case).version for case in cases}
        row = clusters.begin(session, run or new_id(), step, seen, values, actor=world.officer_actor, clock=world.clock)
        return row.id


def work(world, rounds=10):
    """Let workers go on with runs until nothing is to do; how many rounds there were."""
    for done in range(rounds):
        with world.as_worker() as session:
            taken = leases.take(session, only=(clusters.GO,))
        if not taken:
            return done
        for lease in taken:
            worker.go(world.db, lease, "http://wuyou.example")
            with world.as_worker() as session:
                assert leases.done(session, lease)
    return rounds


def items(world, run):
    with world.as_worker() as session:
        query = select(ClusterItem).where(ClusterItem.run_id == run).order_by(ClusterItem.case_id)
        return [(item.case_id, item.state, item.code) for item in session.scalars(query)]


def count(world, what, *where):
    with world.as_worker() as session:
        return session.scalar(select(func.count()).select_from(what).where(*where))


def test_every_case_is_accepted_with_its_own_document_and_its_telling_stops_its_clock(world):
    cases = [world.file(NOW) for _ in range(3)]
    run = begin(world, "accept", cases)
    assert work(world) == 1
    assert items(world, run) == [(case, "done", None) for case in cases]
    with world.as_worker() as session:
        assert session.get_one(ClusterRun, run).state == "done"
        found = session.scalars(select(Paper).order_by(Paper.serial)).all()
        assert [p.case_id for p in found] == cases
        assert len({p.digest for p in found}) == 3
        body = papers.opened(session, found[0])
        assert "试样" in body
        assert "http://wuyou.example/papers/" in body
        stopped = session.scalars(select(CaseClock.term).where(CaseClock.stopped_on.is_not(None))).all()
        assert stopped == ["complaint.accept"] * 3
        services = session.scalars(select(PaperService)).all()
    assert {(s.side, s.channel, s.proof["run"]) for s in services} == {("complainant", "internet", str(run))}
    assert all(world.read(case).told_on for case in cases)


def test_what_one_case_does_not_allow_is_named_and_keeps_no_other_from_it(world):
    moved, gone, good = (world.file(NOW) for _ in range(3))
    run = begin(world, "accept", [moved, gone, good])
    world.decide(moved, decide.accept, clock=NOW)
    world.decide(gone, decide.return_to_intake, "不归我们管", clock=NOW)
    work(world)
    assert items(world, run) == [
        (moved, "failed", "case.stale"), (gone, "failed", "case.unknown"), (good, "done", None),
    ]  # fmt: skip
    assert count(world, Paper) == 1
    with world.as_officer() as session:
        assert clusters.progress(session, run) == {"waiting": 0, "done": 1, "failed": 2}
        assert [number for _, number in clusters.noted(session, run)] == [world.read(c).number for c in (moved, gone)]


def test_mediations_are_ended_with_the_reason_in_each_document_and_a_firm_unknown_here_is_left_to_the_officer(world):
    known = world.file(NOW)
    unknown = world.file(NOW, respondent=Respondent(name="试样健身", address="江苏省苏州市姑苏区观前街1号"))
    waits = world.file(NOW)
    for case in (known, unknown):
        world.decide(case, decide.accept, clock=NOW)
        world.decide(case, decide.told, "phone", clock=NOW)
    run = begin(world, "terminate", [known, unknown, waits])
    work(world)
    assert items(world, run) == [
        (known, "done", None), (unknown, "done", "cluster.respondent"), (waits, "failed", "case.state"),
    ]  # fmt: skip
    assert (world.read(known).termination_told_on, world.read(unknown).termination_told_on) == (NOW.today(), None)
    with world.as_worker() as session:
        said = [papers.opened(session, paper) for paper in session.scalars(select(Paper).order_by(Paper.case_id))]
    assert ["试样健身" in words for words in said] == [False, True]


def test_a_round_that_dies_is_gone_on_with_and_nothing_is_done_twice(world, monkeypatch):
    cases = [world.file(NOW) for _ in range(4)]
    run = begin(world, "accept", cases)
    taken, whole = [], worker.one

    def dies(db, of_run, case):
        if len(taken) == 2:
            raise RuntimeError("killed")
        taken.append(case)
        whole(db, of_run, case)

    monkeypatch.setattr(worker, "one", dies)
    with world.as_worker() as session:
        (lease,) = leases.take(session, only=(clusters.GO,))
    with pytest.raises(RuntimeError):
        worker.go(world.db, lease, "http://wuyou.example")
    assert [state for _, state, _ in items(world, run)] == ["done", "done", "waiting", "waiting"]
    monkeypatch.setattr(worker, "one", whole)
    with world.as_worker() as session:
        session.execute(update(Message).values(leased_until=None))
    work(world)
    worker.go(world.db, lease, "http://wuyou.example")
    assert count(world, Paper) == 4
    assert count(world, CaseEvent, CaseEvent.event == "accept") == 4


def test_a_round_ends_after_its_time_and_rings_for_the_next(world, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS", -1.0)
    run = begin(world, "accept", [world.file(NOW)])
    assert work(world, 3) == 3
    monkeypatch.setattr(worker, "SECONDS", 8.0)
    work(world)
    assert [state for _, state, _ in items(world, run)] == ["done"]


def test_begun_twice_under_one_id_it_is_one_run(world):
    case, run = world.file(NOW), new_id()
    assert begin(world, "accept", [case], run=run) == begin(world, "accept", [case], run=run)
    assert count(world, ClusterRun) == 1
    assert count(world, Message, Message.topic == clusters.GO) == 1


def test_whoever_began_it_and_may_not_act_any_more_does_nothing(world):
    run = begin(world, "accept", [world.file(NOW)])
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Account, world.officer).disabled_at = world.clock.now()
    work(world)
    assert [code for *_, code in items(world, run)] == ["cluster.officer"]


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("close", ENDED, "step"),
        ("terminate", {"ground": "x", "reason": "x"}, "ground"),
        ("terminate", {"ground": "O121-23-7", "reason": " "}, "reason"),
    ],
)
def test_a_run_needs_a_step_and_what_belongs_to_it(world, step, values, field):
    with pytest.raises(RuleBroken) as broken:
        begin(world, step, [world.file(NOW)], values)
    assert broken.value.errors[0].field == field


def test_a_run_is_over_cases_of_one_bureau_and_not_over_too_many(world):
    with world.as_officer() as session:
        for cases in ({}, {new_id(): 1}, {new_id(): 1 for _ in range(clusters.MOST + 1)}):
            with pytest.raises(RuleBroken):
                clusters.begin(session, new_id(), "accept", cases, {}, actor=world.officer_actor, clock=world.clock)


def test_a_cluster_is_the_firms_the_stores_or_what_a_search_finds_of_the_own_bureau(world):
    one, two = world.file(NOW), world.file(NOW)
    other = world.file(NOW, respondent=Respondent(name="试样健身", address="江苏省苏州市姑苏区观前街1号"))
    with world.as_worker() as session:
        from_case = session.get_one(Complaint, one)
    with world.as_officer() as session:
        for store in (False, True):
            found = clusters.of_firm(session, world.bureau, from_case, store=store)
            assert [row.id for row in found] == [one, two]
        unknown = session.get_one(Complaint, other)
        assert [r.id for r in clusters.of_firm(session, world.bureau, unknown, store=True)] == [other]
        assert [r.id for r in clusters.searched(session, world.bureau, "试样健身")] == [other]
    with world.as_far_officer() as session:
        assert clusters.of_firm(session, world.bureau, from_case, store=False) == []
        with pytest.raises(NotFound):
            clusters.find(session, new_id())


def test_the_worker_that_drains_takes_a_run_with_everything_else(world, tmp_path):
    run = begin(world, "accept", [world.file(NOW)])
    told = read({"WUYOU_DATA": str(tmp_path)})
    with tasks.beside(world.db, told) as aside:
        assert tasks.deliver_aside(world.db, aside)
    assert [state for _, state, _ in items(world, run)] == ["done"]


def test_the_pages_pick_begin_and_show_a_run(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    cases, run = [world.file(NOW) for _ in range(2)], new_id()
    page = browser.get(f"/officer/oversight/clusters/?about={cases[0]}").text
    assert all(world.read(case).number in page for case in cases)
    assert browser.get("/officer/oversight/clusters/?q=试").status_code == 422
    assert "没有找到" in browser.get("/officer/oversight/clusters/?q=没有这家店").text
    values = {"run": str(run), "step": "terminate", "about": str(cases[0]), "case": [f"{c}:1" for c in cases]}
    assert browser.post("/officer/oversight/clusters/", data=values).status_code == 422
    values["step"] = "accept"
    for _ in range(2):
        assert browser.post("/officer/oversight/clusters/", data=values).status_code == 303
    assert "等待 2 件" in browser.get(f"/officer/oversight/clusters/{run}").text
    work(world)
    part = browser.get(f"/officer/oversight/clusters/{run}", headers={"HX-Request": "true"}).text
    assert "办好 2 件" in part
    assert "<html" not in part
    assert "最近的批量办理" in browser.get("/officer/oversight/clusters/").text
