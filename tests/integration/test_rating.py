"""A rating by link: one answer, by whoever the message reached, and never a second one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app import tasks
from app.http import guesses
from app.standin import StandInMessage
from complaints.after_models import Question
from complaints.models import Evaluation
from complaints.operations import asking, mediate
from tests.support.agreed import closed, drained, kinds, night
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.case.tables import CaseEvent
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.store.sealed import unseal
from workflows.store.session import Role

LINK = re.compile(r"https://wuyou.example(/rate/[\w-]{22})")


@pytest.fixture
def app(world, tmp_path):
    made = make_app(world.db, tmp_path / "var", WUYOU_ADDRESS="https://wuyou.example/")
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def links(world, app):
    """Every link that was sent, in order: the worker tells, the stand-in of the telephone network keeps."""
    drained(world)
    while tasks.deliver(world.db, app.extensions["wuyou"].told):
        pass
    with world.as_worker() as session:
        messages = session.scalars(select(StandInMessage).order_by(StandInMessage.at, StandInMessage.id))
        words = [str(unseal(session, message, "body")) for message in messages]
    return [found[1] for text in words for found in [LINK.search(text)] if found]


def ratings(world, case):
    with world.as_worker() as session:
        return session.scalars(select(Evaluation).where(Evaluation.case_id == case)).all()


def events(world, case, event):
    with world.as_worker() as session:
        query = select(CaseEvent).where(CaseEvent.case_id == case, CaseEvent.event == event)
        return session.scalars(query).all()


def test_the_message_of_a_closing_carries_a_link_and_the_database_only_its_digest(world, app, root):
    case = closed(world)
    (link,) = links(world, app)
    token = link.rsplit("/", 1)[1]
    for table in ("question", "notice", "outbox", "stand_in_message", "case_event"):
        assert token not in str(root.execute(f"SELECT t::text FROM {table} t").fetchall())
    with world.as_worker() as session:
        (question,) = session.scalars(select(Question).where(Question.case_id == case))
        assert question.token_digest == asking.token_digest(token)
        by_message = session.scalars(select(Notice).where(Notice.case_id == case, Notice.key.like("%.close.rate")))
        assert [n.channel for n in by_message] == ["sms"]


def test_one_rates_without_signing_in_and_once(world, app):
    case = closed(world)
    (link,) = links(world, app)
    browser = app.test_client()
    page = browser.get(link)
    assert page.status_code == 200
    assert "这件投诉处理得怎么样" in page.text
    sent = browser.post(link, data={"score": "4", "reasons": ["quick", "fair"], "comment": "谢谢"})
    assert (sent.status_code, sent.headers["Location"]) == (303, link)
    assert "已经收到您的回答" in browser.get(link).text
    assert browser.post(link, data={"score": "1"}).status_code == 409
    (rating,) = ratings(world, case)
    assert (rating.score, rating.reasons, rating.comment) == (4, ["quick", "fair"], "谢谢")
    (event,) = events(world, case, "evaluate")
    assert str(world.consumer) in event.body


def test_a_rating_by_link_and_one_signed_in_are_the_same_one(world, app):
    case = closed(world)
    (link,) = links(world, app)
    consumer = Api(app, token_for(world.db, world.consumer))
    rated = consumer.post(f"/complaints/{case}/evaluate", {"score": 5}, If_Match=f'"{world.read(case).version}"')
    assert rated.status_code == 200
    assert "已经收到您的回答" in app.test_client().get(link).text
    assert app.test_client().post(link, data={"score": "1"}).status_code == 409
    assert [r.score for r in ratings(world, case)] == [5]


def test_two_who_answer_at_once_leave_one_rating(world, app):
    case = closed(world)
    (link,) = links(world, app)
    with world.db.transaction(Role.PUBLIC) as session:
        asked = asking.look(session, link.rsplit("/", 1)[1])
    with world.as_consumer() as session:
        asking.rate(session, asked, 5, actor=world.consumer_actor, clock=at("2026-07-28"))
    with pytest.raises(Conflict, match="rated already"), world.as_consumer() as session:
        asking.rate(session, asked, 1, actor=world.consumer_actor, clock=at("2026-07-28"))
    assert [r.score for r in ratings(world, case)] == [5]


def test_a_link_that_is_too_old_takes_no_answer(world, app, root):
    case = closed(world)
    (link,) = links(world, app)
    root.execute("UPDATE question SET asked_at = asked_at - interval '40 days', expires_at = now() - interval '1 day'")
    browser = app.test_client()
    assert "已经过期" in browser.get(link).text
    assert browser.post(link, data={"score": "5"}).status_code == 409
    assert ratings(world, case) == []


@pytest.mark.parametrize("form", [{}, {"score": "6"}, {"score": "x"}, {"score": "5", "reasons": ["nonsense"]}])
def test_an_answer_that_is_none_comes_back_with_the_page(world, app, form):
    case = closed(world)
    (link,) = links(world, app)
    page = app.test_client().post(link, data=form | {"comment": "我写的话"})
    assert page.status_code == 422
    assert "我写的话" in page.text
    assert ratings(world, case) == []


def test_links_that_are_none_of_ours_are_counted_and_a_good_one_is_answered_all_the_same(world, app):
    closed(world)
    (link,) = links(world, app)
    browser = app.test_client()
    answers = [browser.get(f"/rate/{'x' * 20}{n:02}").status_code for n in range(guesses.FREE + 3)]
    assert answers[: guesses.FREE] == [404] * guesses.FREE
    assert answers[-1] == 429
    assert browser.get(link).status_code == 200


def test_a_link_opens_nothing_else(world, app):
    case = closed(world)
    (link,) = links(world, app)
    browser = app.test_client()
    browser.post(link, data={"score": "5"})
    assert browser.get(f"/my/complaints/{case}").status_code == 401


def test_weeks_later_the_consumer_is_asked_whether_the_promise_was_kept_and_answers_by_link(world, app):
    case = closed(world)
    assert len(links(world, app)) == 1
    assert night(world, "2026-08-14")["asked"] == 0
    assert night(world, "2026-08-15")["asked"] == 1
    assert night(world, "2026-08-15")["asked"] == 0
    link = links(world, app)[-1]
    browser = app.test_client()
    assert "做到了吗" in browser.get(link).text
    assert browser.post(link, data={}).status_code == 422
    assert browser.post(link, data={"kept": "partly"}).status_code == 303
    with world.as_worker() as session:
        (question,) = session.scalars(select(Question).where(Question.kind == "kept"))
        assert (question.answer, question.case_id) == ("partly", case)
    (event,) = events(world, case, "answer_kept")
    assert '"kept":"partly"' in event.body
    assert kinds(world, case) == []


def test_the_second_question_is_answered_signed_in_too_and_once(world, app):
    case = closed(world)
    night(world, "2026-08-15")
    consumer = Api(app, token_for(world.db, world.consumer))
    assert "answer_kept" in consumer.get(f"/complaints/{case}").json["allowed"]

    def answer(kept):
        version = f'"{world.read(case).version}"'
        return consumer.post(f"/complaints/{case}/answer_kept", {"kept": kept}, If_Match=version).status_code

    assert (answer("maybe"), answer("no"), answer("yes")) == (422, 200, 409)


def test_nobody_is_asked_about_an_agreement_that_there_never_was(world):
    case = world.mediating()
    world.decide(case, mediate.terminate, "O121-23-3", clock=at("2026-07-24"))
    assert night(world, "2026-08-20")["asked"] == 0


def test_an_unknown_token_stands_for_nothing(world):
    with pytest.raises(NotFound), world.db.transaction(Role.PUBLIC) as session:
        asking.look(session, "nonsense")


def test_an_unknown_reason_is_refused(world):
    case = closed(world)
    with pytest.raises(RuleBroken, match="reason is unknown"):
        world.decide(case, mediate.evaluate, 5, ["nonsense"])
