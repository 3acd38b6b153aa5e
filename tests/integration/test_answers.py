"""What the parties hand in while a complaint is open, and who sees which of it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from complaints import ledgers
from complaints.operations import answers, decide
from tests.integration.test_enrolment import work
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.store.db import new_id
from workflows.store.evidence import Evidence


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


def pages(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def picture(name):
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), (12, 90, 140)).save(kept, "JPEG")
    kept.seek(0)
    return kept, name


def post(app, world, account, address, expected=303, **form):
    answer = pages(app, world, account).post(address, data=form)
    assert answer.status_code == expected, answer.text
    return answer


def test_a_firms_answer_reaches_the_consumer_and_the_officer_with_its_file(app, world):
    case = world.file()
    address = f"/merchant/complaints/{case}"
    form = {"version": "1", "words": "已联系消费者，同意换货。", "proof": picture("quittung.jpg")}
    post(app, world, world.merchant, f"{address}/answer", **form)
    work(world)
    for account, page in ((world.consumer, "/my"), (world.officer, "/officer"), (world.merchant, "/merchant")):
        shown = pages(app, world, account).get(f"{page}/complaints/{case}").text
        assert "已联系消费者，同意换货。" in shown
        assert "quittung" in shown
    assert "作出了答复" in pages(app, world, world.consumer).get("/my/notices").text


def test_what_the_consumer_adds_is_for_both_and_the_firm_hears_of_it(app, world):
    case = world.file()
    post(app, world, world.consumer, f"/my/complaints/{case}/supplement", version="1", words="补充：小票已找到。")
    work(world)
    shown = pages(app, world, world.merchant).get(f"/merchant/complaints/{case}").text
    assert "补充：小票已找到。" in shown
    assert "补充了投诉" in pages(app, world, world.merchant).get("/my/notices").text


def test_proof_of_identity_is_seen_by_the_bureau_and_never_by_the_firm(app, world):
    case = world.file()
    officer = Api(app, token_for(world.db, world.officer))
    address = f"/my/complaints/{case}/prove_identity"
    early = post(app, world, world.consumer, address, 409, version="1", proof=picture("ausweis.jpg"))
    assert "尚未要求" in early.text
    assert (
        officer.post(f"/complaints/{case}/request_identity", {"until": "2099-01-01"}, If_Match='"1"').status_code == 200
    )
    post(app, world, world.consumer, address, version="2", proof=picture("ausweis.jpg"))
    assert "ausweis" in pages(app, world, world.officer).get(f"/officer/complaints/{case}").text
    assert "ausweis" in pages(app, world, world.consumer).get(f"/my/complaints/{case}").text
    shown = pages(app, world, world.merchant).get(f"/merchant/complaints/{case}").text
    assert "ausweis" not in shown
    assert "身份证明" not in shown


def test_the_firm_may_not_supplement_and_the_consumer_may_not_answer(app, world):
    case = world.file()
    for account, verb in (
        (world.merchant, "supplement"),
        (world.consumer, "answer"),
        (world.merchant, "prove_identity"),
    ):
        api = Api(app, token_for(world.db, account))
        assert api.post(f"/complaints/{case}/{verb}", {"words": "说明"}, If_Match='"1"').status_code == 403


def test_an_answer_needs_words_and_only_so_many(app, world):
    case = world.file()
    firm = Api(app, token_for(world.db, world.merchant))
    for words in ("", "好", "长" * 1001):
        answer = firm.post(f"/complaints/{case}/answer", {"words": words}, If_Match='"1"')
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "words")
    assert world.read(case).version == 1


def test_the_days_after_proof_was_handed_in_are_the_bureaus(app, world):
    case = world.file(at("2026-07-20"))
    world.decide(case, decide.request_identity, date(2026, 7, 30), clock=at("2026-07-21"))
    with world.as_consumer() as session:
        paper = Evidence(
            id=new_id(), owner_id=world.consumer, media_type="image/png", name="paper.png", original_digest="0" * 64,
            shown_digest="1" * 64, size=10, uploaded_at=world.clock.now(),
        )  # fmt: skip
        session.add(paper)
        session.flush()
        found = decide.find(session, case)
        answers.prove_identity(session, found, paper.id, actor=world.consumer_actor, clock=at("2026-07-23"))
    with world.as_worker() as session:
        held = ledgers.of_case(session, case, date(2026, 7, 25)).totals
    assert (held["bureau"], held["consumer"]) == (4, 2)
