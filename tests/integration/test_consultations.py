"""Questions to a bureau, and what has a way of its own: recorded with a number, answered, never lost."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.wiring import HANDLERS
from complaints.consultation import WAYS
from complaints.consultation_models import Consultation
from complaints.operations import consult
from complaints.operations.consult import Question
from tests.factories import DraftFactory
from tests.integration.test_intake import CALLER, account_of, drain
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, RuleBroken
from workflows.people.tables import Bureau

WORDS = "买的奶粉没有中文标签，能不能退？"


def asked(world, about="question", clock=None):
    with world.as_consumer() as session:
        bureau = session.get_one(Bureau, world.bureau)
        question = Question("张试", "+8613900000000", about, WORDS)
        return consult.ask(session, question, bureau, actor=world.consumer_actor, clock=clock or world.clock).id


def work(world, case, verb, *given, clock=None):
    with world.as_officer() as session:
        row = consult.find(session, case)
        return verb(session, row, *given, actor=world.officer_actor, clock=clock or world.clock)


def read(world, case):
    with world.as_worker() as session:
        return session.get_one(Consultation, case)


def test_a_question_is_answered_with_words_and_rules_and_closed(world):
    case = asked(world)
    row = read(world, case)
    assert row.number.startswith("SZZ")
    assert (row.asked_on, row.answer_by) == (date(2026, 7, 20), date(2026, 7, 27))
    work(world, case, consult.answer, "可以要求退货。", ("O121-10", "CPL39"))
    work(world, case, consult.close)
    row = read(world, case)
    assert (row.state, row.answer, row.links) == ("closed", "可以要求退货。", ["O121-10", "CPL39"])
    drain(world)
    with world.as_worker() as session:
        told = set(session.scalars(select(Notice.key).where(Notice.case_id == case)))
    assert told == {"notice.consultation.ask", "notice.consultation.answer"}


@pytest.mark.parametrize("way", WAYS)
def test_what_belongs_elsewhere_has_a_number_and_is_pointed_to_its_way(world, way):
    case = asked(world, way)
    work(world, case, consult.point_elsewhere, way, "请向主管机关提出。")
    row = read(world, case)
    assert (row.state, row.way, row.number[2]) == ("pointed", way, "Z")


def test_a_late_answer_is_allowed_and_marked_late_by_our_own_time(world):
    case = asked(world)
    work(world, case, consult.answer, "现在答复您。", clock=at("2026-08-03"))
    with world.as_worker() as session:
        row = session.get_one(Consultation, case)
        assert row.answered_on > row.answer_by


def test_a_question_becomes_the_complaint_that_it_is_with_what_was_written(world):
    case = asked(world)
    with world.as_officer() as session:
        row = consult.find(session, case)
        draft = DraftFactory(complainant=CALLER, channel="phone")
        filed = consult.turn(session, row, draft, actor=world.officer_actor, clock=world.clock)
    row = read(world, case)
    assert (row.state, row.complaint_id) == ("turned", filed.complaint.id)
    with pytest.raises(Conflict):
        work(world, case, consult.answer, "再答复一次。")


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (consult.answer, ("短",)),
        (consult.answer, ("可以要求退货。", ("O121-99",))),
        (consult.answer, ("可以要求退货。", ("O121-10", "O121-8", "O121-12", "O121-13", "O121-15", "O121-16"))),
        (consult.point_elsewhere, ("question", "请向主管机关提出。")),
    ],
)
def test_an_answer_without_words_or_with_unknown_rules_is_none(world, verb, given):
    with pytest.raises(RuleBroken):
        work(world, asked(world), verb, *given)


def test_a_question_is_its_askers_and_the_asked_bureaus(world):
    case = asked(world)
    for opened, sees in ((world.as_consumer(), True), (world.as_officer(), True), (world.as_far_officer(), False)):
        with opened as session:
            assert (session.get(Consultation, case) is not None) is sees
    with world.as_consumer(world.other_consumer) as session:
        assert session.get(Consultation, case) is None


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


def test_the_api_asks_lists_answers_and_closes(app, world):
    consumer, officer = (Api(app, token_for(world.db, who)) for who in (world.consumer, world.officer))
    body = {"name": "张试", "words": WORDS, "district": "320508"}
    made = consumer.post("/consultations", body)
    assert made.status_code == 201, made.text
    assert consumer.post("/consultations", {"name": "张试", "words": WORDS}).status_code == 422
    assert consumer.post("/consultations", body | {"channel": "phone"}).status_code == 422
    (row,) = officer.get("/consultations").json["items"]
    assert row["allowed"] == ["answer", "point_elsewhere", "turn"]
    path = f"/consultations/{row['id']}"
    assert officer.post(f"{path}/answer", {"way": "discipline"}, If_Match='"1"').status_code == 422
    done = officer.post(f"{path}/answer", {"words": "可以要求退货。", "links": ["CPL39"]}, If_Match='"1"').json
    assert officer.post(f"{path}/answer", {"words": "可以要求退货。"}, If_Match='"1"').status_code == 412
    assert consumer.get(path).json["answer"] == "可以要求退货。"
    assert consumer.post(f"{path}/close", {}, If_Match='"2"').status_code == 403
    assert officer.post(f"{path}/close", {}, If_Match=f'"{done["version"]}"').json["state"] == "closed"
    assert officer.post(f"{path}/sing", {}, If_Match='"3"').status_code == 404
    assert officer.get("/consultations?state=closed&limit=1").json["items"][0]["id"] == row["id"]


def test_an_officer_records_what_somebody_asked_by_phone_and_pages_go_on_where_they_ended(app, world):
    officer = Api(app, token_for(world.db, world.officer))
    body = {"name": CALLER.name, "phone": "13800000777", "channel": "phone", "words": WORDS, "about": "disclosure"}
    made = [officer.post("/consultations", body) for _ in range(3)]
    assert [answer.status_code for answer in made] == [201] * 3
    assert read(world, made[0].json["id"]).asker_id == account_of(world, CALLER.phone)
    first = officer.get("/consultations?limit=2").json
    rest = officer.get(f"/consultations?limit=2&cursor={first['next']}").json
    ids = [row["id"] for row in (*first["items"], *rest["items"])]
    assert sorted(ids) == sorted(answer.json["id"] for answer in made)
    assert officer.post("/consultations", body | {"phone": "12345"}).status_code == 422
    assert set(HANDLERS) >= {"consultation.ask", "consultation.answer"}
