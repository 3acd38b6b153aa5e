"""Return visits: what asks for one, what is found, samples that anybody can draw again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from complaints import after_queries, sampling
from complaints.after_models import Outcome, Question, ReturnSample, ReturnVisit
from complaints.models import Complaint
from complaints.operations import asking, mediate, outcomes, visits
from complaints.sampling import Wanted
from tests.support.agreed import by_consumer, by_firm, closed, drained, figures, night
from tests.support.http import Api, make_app, secure, token_for
from tests.support.world import at
from workflows.case import journal
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.tables import Bureau
from workflows.store.crypto import digest
from workflows.store.session import Role


def tasks(world, case):
    with world.as_officer() as session:
        return after_queries.visits(session, case)


def drawn(world, wanted, clock="2026-07-30"):
    with world.as_officer() as session:
        bureau = session.get_one(Bureau, world.bureau)
        return visits.sample(session, bureau, wanted, actor=world.officer_actor, clock=at(clock))


def recorded(world, visit, *values, clock="2026-07-31"):
    with world.as_officer() as session:
        found = visits.find(session, visit)
        visits.record(session, found, *values, actor=world.officer_actor, clock=at(clock))


WEEK = Wanted(date(2026, 7, 20), date(2026, 7, 30), "probe", 100, 50)


def test_an_unhappy_rating_a_denial_and_a_broken_promise_open_a_visit_each_and_nothing_else_does(world):
    unhappy, denied, broken, happy = (closed(world) for _ in range(4))
    by_consumer(world, unhappy, mediate.evaluate, 2)
    by_consumer(world, happy, mediate.evaluate, 3)
    by_firm(world, denied, 39900)
    by_consumer(world, denied, outcomes.deny)
    night(world, "2026-08-15")
    by_consumer(world, broken, asking.answer_kept, "no", clock="2026-08-16")
    drained(world)
    reasons = {case: [t.reason for t in tasks(world, case)] for case in (unhappy, denied, broken, happy)}
    assert reasons == {unhappy: ["unhappy"], denied: ["denied"], broken: ["broken"], happy: []}
    (task,) = tasks(world, unhappy)
    assert (task.bureau_id, (task.due_on - task.opened_on).days) == (world.bureau, 7)


def test_a_visit_is_opened_once_however_often_its_message_is_handled(world):
    case = closed(world)
    by_consumer(world, case, outcomes.deny)
    drained(world)
    with world.as_worker() as session:
        complaint = session.get_one(Complaint, case)
        seq = tasks(world, case)[0].seq
        visits.open_visit(session, complaint, "denied", seq, clock=at("2026-07-30"))
    assert len(tasks(world, case)) == 1


def test_what_was_found_is_written_once_and_its_words_are_for_officers_alone(world):
    case = closed(world)
    by_consumer(world, case, outcomes.deny)
    drained(world)
    (task,) = tasks(world, case)
    with pytest.raises(RuleBroken, match="result must be"):
        recorded(world, task.id, "fine")
    with pytest.raises(RuleBroken, match="at most"):
        recorded(world, task.id, "solved", "长" * 501)
    recorded(world, task.id, "unsolved", "消费者说仍未收到。")
    with pytest.raises(Conflict, match="recorded on 2026-07-31"):
        recorded(world, task.id, "solved")
    (task,) = tasks(world, case)
    assert (task.result, task.done_on, task.done_by) == ("unsolved", date(2026, 7, 31), world.officer)
    with world.as_worker() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.event == "return_visit")).one()
        assert "仍未收到" not in event.body
        assert journal.words_of(session, case)[event.seq] == {"words": "消费者说仍未收到。"}
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case).order_by(CaseEvent.seq)).all()
        found = session.get_one(Complaint, case)
        assert list(journal.verify(case, events, (found.chain_seq, found.chain_hash))) == []


def test_a_sample_keeps_everything_that_is_needed_to_draw_it_again(world):
    found = [closed(world) for _ in range(8)]
    sample = drawn(world, Wanted(date(2026, 7, 20), date(2026, 7, 30), "probe", 40, 50))
    with world.as_officer() as session:
        ids = session.scalars(select(ReturnVisit.case_id).where(ReturnVisit.sample_id == sample.id)).all()
    again = sampling.draw(found, Wanted(sample.first, sample.last, sample.seed, sample.percent, sample.most), digest)
    assert sorted(ids) == sorted(again)
    assert (sample.population, sample.method) == (8, sampling.METHOD)
    assert sample.frame == digest(visits.FRAME, sampling.frame(found)).hex()


def test_only_cases_closed_in_the_days_and_by_the_bureau_are_drawn(world):
    closed(world)
    assert drawn(world, Wanted(date(2026, 7, 26), date(2026, 7, 30), "probe", 100, 50)).population == 0
    assert drawn(world, WEEK).population == 1
    with pytest.raises(RuleBroken):
        drawn(world, Wanted(date(2026, 7, 26), date(2026, 8, 30), "probe", 100, 50))


def test_another_bureaus_tasks_are_nobody_elses(world):
    closed(world)
    drawn(world, WEEK)
    with world.as_far_officer() as session:
        assert session.scalars(select(ReturnVisit)).all() == []
        assert session.scalars(select(ReturnSample)).all() == []
    with world.as_worker() as session:
        (task,) = session.scalars(select(ReturnVisit)).all()
    with pytest.raises(NotFound), world.as_far_officer() as session:
        visits.find(session, task.id)


def test_the_open_ones_are_paged_by_their_dates_and_a_samples_progress_is_counted(world):
    for _ in range(5):
        closed(world)
    drawn(world, WEEK)
    with world.as_officer() as session:
        first = after_queries.open_visits(session, [world.bureau], limit=3)
        after = (first[-1][0].due_on, first[-1][0].id)
        rest = after_queries.open_visits(session, [world.bureau], after, 3)
    assert len({row[0].id for row in (*first, *rest)}) == 5
    recorded(world, first[0][0].id, "unreached")
    with world.as_officer() as session:
        ((_, progress),) = after_queries.samples(session, [world.bureau])
        assert (progress.drawn, progress.done, progress.unreached) == (5, 1, 1)
        assert len(after_queries.open_visits(session, [world.bureau])) == 4


def test_the_night_counts_visits_made_in_time_and_promises_kept(world, root):
    kept, broken = closed(world), closed(world)
    drawn(world, WEEK)
    recorded(world, tasks(world, kept)[0].id, "solved")
    assert figures(world, "visited", date(2026, 8, 6)) == {"visited": (1, 2)}
    night(world, "2026-08-15")
    by_consumer(world, kept, asking.answer_kept, "yes", clock="2026-08-16")
    by_consumer(world, broken, asking.answer_kept, "partly", clock="2026-08-16")
    assert figures(world, "kept", date(2026, 8, 16)) == {"kept": (1, 2)}


@pytest.fixture
def officer(world, tmp_path):
    made = make_app(world.db, tmp_path / "var")
    made.config["WTF_CSRF_ENABLED"] = False
    secure(world, world.officer, "gusu", "officer")
    browser = made.test_client()
    browser.set_cookie(made.extensions["wuyou"].cookie, token_for(world.db, world.officer))
    return browser


def test_an_officer_draws_a_sample_and_records_in_one_touch(world, officer):
    closed(world)
    page = officer.get("/officer/return-visits/")
    assert page.status_code == 200
    assert "没有待回访的投诉" in page.text
    asked = {"bureau": str(world.bureau), "first": "2026-07-20", "last": "2026-07-30", "percent": "100", "most": "9"}
    failed = officer.post("/officer/return-visits/samples", data=asked | {"percent": "200"})
    assert failed.status_code == 422
    assert "比例为 1 至 100" in failed.text
    assert officer.post("/officer/return-visits/samples", data={"bureau": str(world.bureau)}).status_code == 422
    assert officer.post("/officer/return-visits/samples", data=asked).status_code == 303
    with world.as_worker() as session:
        (task,) = session.scalars(select(ReturnVisit)).all()
    assert "抽样" in officer.get("/officer/return-visits/").text
    assert officer.post(f"/officer/return-visits/{task.id}", data={"result": "?"}).status_code == 422
    assert officer.post(f"/officer/return-visits/{task.id}", data={"result": "solved"}).status_code == 303
    assert officer.post(f"/officer/return-visits/{task.id}", data={"result": "solved"}).status_code == 409
    assert "作了回访" in officer.get(f"/officer/complaints/{task.case_id}").text


def test_a_stranger_sees_nothing_of_what_came_after_and_the_firm_no_question(world):
    case = closed(world)
    by_firm(world, case, 39900)
    by_consumer(world, case, outcomes.deny)
    drained(world)
    with world.as_consumer() as session:
        assert len(session.scalars(select(Outcome)).all()) == len(session.scalars(select(Question)).all()) == 1
    for stranger in (world.as_consumer(world.other_consumer), world.as_far_officer()):
        with stranger as session:
            assert session.scalars(select(Outcome)).all() == session.scalars(select(Question)).all() == []
    with pytest.raises(ProgrammingError, match="permission denied"), world.as_merchant() as session:
        session.scalars(select(Question)).all()


def test_no_party_may_look_at_the_tasks(world):
    for role in (Role.CONSUMER, Role.MERCHANT, Role.PUBLIC):
        with world.db.engine(role).connect() as connection:
            allowed = connection.exec_driver_sql("SELECT has_table_privilege('return_visit', 'SELECT')").scalar()
            assert allowed is False


def test_the_api_lists_records_and_draws(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    secure(world, world.officer, "gusu", "officer")
    officer, far = (Api(app, token_for(world.db, account)) for account in (world.officer, world.far_officer))
    for _ in range(3):
        closed(world)
    asked = {"bureau_id": str(world.bureau), "first": "2026-07-20", "last": "2026-07-30", "seed": "probe"}
    asked |= {"percent": 100, "most": 9}
    assert far.post("/return-samples", asked).status_code == 404
    assert officer.post("/return-samples", asked | {"percent": 0}).status_code == 422
    drawn = officer.post("/return-samples", asked)
    assert (drawn.status_code, drawn.json["population"]) == (201, 3)
    first = officer.get("/return-visits?limit=2").json
    rest = officer.get(f"/return-visits?limit=2&cursor={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert far.get("/return-visits").json["items"] == []
    task = first["items"][0]["id"]
    assert far.post(f"/return-visits/{task}/record", {"result": "solved"}).status_code == 404
    done = officer.post(f"/return-visits/{task}/record", {"result": "solved", "words": "已收到退款。"})
    assert (done.status_code, done.json["result"]) == (200, "solved")
    assert officer.post(f"/return-visits/{task}/record", {"result": "solved"}).status_code == 409
