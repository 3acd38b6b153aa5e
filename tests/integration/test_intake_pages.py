"""The pages of intake: an officer's one screen, the first step, agents, several together, questions."""

from __future__ import annotations

import io
import json
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from app.portals.tables import FilingDraft
from complaints.consultation_models import Consultation
from complaints.intake_models import CoComplainant, ComplaintAgent, OfficerDraft
from complaints.models import Complaint, Report
from tests.integration.test_intake import CALLER, OTHERS, account_of, joint
from tests.support.http import make_app, token_for
from tests.support.paper import text_of
from workflows.store.session import keys_of

STORY = {
    "kind": "complaint", "channel": "phone", "phone": "13800000777", "your_name": CALLER.name,
    "your_address": CALLER.address, "name": "试样服饰店", "address": "江苏省苏州市姑苏区观前街1号",
    "category": "goods.clothing", "problem": "quality", "requests": ["refund"], "happened_on": "2026-07-01",
    "place": "观前街1号", "amount": "399", "narrative": "外套洗了一次就脱线，店员拒绝退换。",
}  # fmt: skip
FILE = {"do": "file"}


@pytest.fixture
def app(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser(app, world, account):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return client


@pytest.fixture
def officer(app, world):
    return browser(app, world, world.officer)


@pytest.fixture
def consumer(app, world):
    return browser(app, world, world.consumer)


def rows(world, kind):
    with world.as_worker() as session:
        return session.scalars(select(kind)).all()


def picture():
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return io.BytesIO(data.getvalue())


def screen():
    return f"/officer/intake/{uuid4()}"


def test_half_a_call_is_kept_and_says_what_lacks_and_is_nobody_elses(app, world, officer):
    path = screen()
    kept = officer.post(path, data={"kind": "complaint", "channel": "phone", "phone": "13800000777", "do": "keep"})
    assert kept.status_code == 200
    assert "还缺" in kept.text
    assert 'href="#narrative"' in kept.text
    assert "13800000777" in officer.get(path).text
    other = browser(app, world, world.far_officer)
    assert "13800000777" not in other.get(path).text
    assert path.rpartition("/")[2] in officer.get("/officer/intake/").text
    (row,) = rows(world, OfficerDraft)
    assert b"13800000777" not in row.body_sealed


def test_a_call_is_filed_once_and_its_register_form_printed_at_once(world, officer):
    path = screen()
    done = officer.post(path, data=STORY | FILE, follow_redirects=True)
    assert "已登记" in done.text, done.text
    officer.post(path, data=STORY | FILE)
    (case,) = rows(world, Complaint)
    assert case.number in done.text
    for _ in range(2):
        printed = officer.post(f"{path}/print/complaints", follow_redirects=True)
        assert printed.mimetype == "application/pdf"
    assert case.number in text_of(printed.data)
    assert officer.post(f"{path}/print/reports").status_code == 404
    shown = officer.get(f"/officer/complaints/{case.id}").text
    assert "来源：电话" in shown


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world, officer):
    path = screen()
    wrong = officer.post(path, data=STORY | FILE | {"channel": "post", "amount": "viel", "happened_on": "gestern"})
    assert wrong.status_code == 422
    assert 'id="amount-error"' in wrong.text
    assert STORY["narrative"] in wrong.text
    future = officer.post(path, data=STORY | FILE | {"channel": "post"})
    assert 'id="received_on-error"' in future.text
    assert rows(world, Complaint) == []
    assert len(rows(world, OfficerDraft)) == 1


def test_a_report_without_a_name_shows_its_code_once(world, officer):
    path = screen()
    given = (
        STORY
        | FILE
        | {"kind": "report", "anonymous": "1", "phone": "", "clues": "标签造假多日", "basis": "现场照片一张"}
    )
    done = officer.post(path, data=given)
    assert done.status_code == 200
    assert "data-code" in done.text
    assert "data-code" not in officer.get(path).text
    (report,) = rows(world, Report)
    assert report.anonymous
    printed = officer.post(f"{path}/print/reports", follow_redirects=True)
    assert printed.mimetype == "application/pdf"


def test_both_legs_are_filed_and_the_case_page_says_nothing_of_the_report(world, officer):
    given = STORY | FILE | {"kind": "both", "clues": "标签造假多日", "basis": "现场照片一张"}
    done = officer.post(screen(), data=given, follow_redirects=True)
    (case,), (report,) = rows(world, Complaint), rows(world, Report)
    assert report.number in done.text
    assert report.number not in officer.get(f"/officer/complaints/{case.id}").text


def test_the_same_caller_need_not_be_asked_again_and_is_not_shown_in_plain(world, officer):
    officer.post(screen(), data=STORY | FILE)
    (case,) = rows(world, Complaint)
    beside = officer.post(
        f"{screen()}/beside", data={"phone": "138 0000 0777", "name": "试样", "narrative": STORY["narrative"]}
    )
    assert "李**" in beside.text
    assert CALLER.name not in beside.text
    assert str(world.store) in beside.text
    officer.post(screen(), data=STORY | FILE | {"your_name": "", "your_address": "", "known": str(case.id)})
    assert len({row.complainant_id for row in rows(world, Complaint)}) == 1
    forged = officer.post(
        screen(), data=STORY | FILE | {"your_name": "", "known": str(case.id), "phone": "13800000778"}
    )
    assert forged.status_code == 422


def test_likely_duplicates_show_while_it_is_typed(world, officer):
    officer.post(screen(), data=STORY | FILE)
    (case,) = rows(world, Complaint)
    beside = officer.post(f"{screen()}/beside", data=STORY).text
    assert case.number in beside
    assert "可能重复" in beside


def test_an_agent_and_several_persons_are_taken_down_at_the_window(world, officer):
    agent = {
        "agent_name": "王代理",
        "agent_phone": "13800000888",
        "scope": ["mediate", "settle"],
        "original_on": "2026-07-01",
    }
    officer.post(screen(), data=STORY | FILE | {"channel": "window", **agent})
    (row,) = rows(world, ComplaintAgent)
    assert (row.scope, str(row.original_on), row.original_by) == (["mediate", "settle"], "2026-07-01", world.officer)
    shown = officer.get(f"/officer/complaints/{row.case_id}").text
    assert "第十六条第五项" in shown
    assert "受托人身份证明" in shown
    several = {
        "other_name": [OTHERS[0].name, ""], "other_phone": [OTHERS[0].phone, ""],
        "other_address": [OTHERS[0].address, ""],
        "representative": "0", "first": "1", "chosen_on": "2026-07-02", "name": "另一家店",
    }  # fmt: skip
    done = officer.post(screen(), data=STORY | FILE | several, follow_redirects=True)
    assert "已登记" in done.text
    people = sorted(rows(world, CoComplainant), key=lambda r: r.ordinal)
    assert [(p.ordinal, p.representative) for p in people] == [(1, True), (2, True)]


def test_people_of_a_joint_complaint_answer_and_agree_on_the_page(app, world, officer):
    case, (one, two) = joint(world)
    mine = browser(app, world, one)
    page = mine.get(f"/my/complaints/{case}").text
    assert "您是否参加" in page
    assert OTHERS[0].name in page
    assert OTHERS[1].name not in page
    assert "张试" not in page
    assert mine.post(f"/my/complaints/{case}/join", data={"version": 1, "kind": "yes"}).status_code == 303
    assert mine.post(f"/my/complaints/{case}/assent", data={"version": 2, "about": "withdraw"}).status_code == 303
    desk = officer.get(f"/officer/complaints/{case}").text
    person = re.search(r'<option value="([0-9a-f-]{36})">3\.', desk)[1]
    assert (
        officer.post(
            f"/officer/complaints/{case}/join", data={"version": 3, "kind": "no", "person": person}
        ).status_code
        == 303
    )
    assert "不参加" in browser(app, world, two).get(f"/my/complaints/{case}").text
    assert str(case) in mine.get("/my/").text


def test_a_photo_comes_first_and_stays_in_the_draft(world, consumer):
    assert consumer.get("/my/complaints/new/").headers["Location"].endswith("/my/begin/")
    assert consumer.post("/my/begin/photos", data={}).status_code == 422
    kept = consumer.post("/my/begin/photos", data={"photos": (picture(), "小票.png")})
    assert kept.headers["Location"].endswith("/my/complaints/new/who")
    (draft,) = rows(world, FilingDraft)
    with world.as_worker() as session:
        body = json.loads(keys_of(session).open(f"filing_draft|body|{world.consumer}", draft.body_sealed))
    assert [photo["name"] for photo in body["photos"]] == ["小票.png"]
    assert consumer.get("/my/complaints/new/").headers["Location"].endswith("/who")


def fill(consumer, **you):
    consumer.post("/my/complaints/new/who", data={"name": "试样服饰店", "address": "苏州市姑苏区观前街1号"})
    consumer.post(
        "/my/complaints/new/what", data={"category": "goods.clothing", "problem": "quality", "requests": "refund"}
    )
    facts = {n: STORY[n] for n in ("happened_on", "place", "amount", "narrative")}
    consumer.post("/my/complaints/new/facts", data=facts)
    return consumer.post(
        "/my/complaints/new/you", data={"your_name": CALLER.name, "your_address": CALLER.address, **you}
    )


def test_somebody_files_for_another_on_the_pages(app, world, consumer):
    wrong = fill(consumer, for_other="1", agent_name="王代理", principal_phone="110")
    assert wrong.status_code == 422
    fine = fill(consumer, for_other="1", agent_name="王代理", principal_phone="13800000777", scope="mediate")
    assert fine.status_code == 303, fine.text
    assert "王代理" in consumer.get("/my/complaints/new/check").text
    assert consumer.post("/my/complaints/new/check").status_code == 303
    (case,) = rows(world, Complaint)
    assert case.complainant_id == account_of(world, CALLER.phone)
    assert case.number in consumer.get("/my/").text
    principal = browser(app, world, case.complainant_id)
    assert "解除委托" in principal.get(f"/my/complaints/{case.id}").text


def test_several_file_together_on_the_pages(world, consumer):
    row = {"other_name": OTHERS[0].name, "other_phone": "1", "other_address": OTHERS[0].address}
    assert fill(consumer, **row).status_code == 422
    assert fill(consumer, **row | {"other_phone": "13800000901"}).status_code == 303
    assert consumer.post("/my/complaints/new/check").status_code == 303
    assert len(rows(world, CoComplainant)) == 2


def test_a_question_is_asked_answered_and_becomes_a_complaint(world, officer, consumer):
    asked = {"about": "question", "name": "张试", "words": "奶粉没有中文标签，能不能退？"}
    assert consumer.post("/my/ask/", data=asked).status_code == 422
    sent = consumer.post("/my/ask/", data=asked | {"district": "320508"}, follow_redirects=True)
    assert "已收到" in sent.text
    (row,) = rows(world, Consultation)
    assert row.number in officer.get("/officer/consultations/").text
    path = f"/officer/consultations/{row.id}"
    assert "张*" in officer.get(path).text
    assert officer.post(f"{path}/answer", data={"version": 1, "words": "短"}).status_code == 422
    given = {"version": 1, "words": "可以要求退货。", "links": ["CPL39"]}
    assert officer.post(f"{path}/answer", data=given).status_code == 303
    assert "可以要求退货" in consumer.get(f"/my/consultations/{row.id}").text
    assert consumer.post(f"/my/consultations/{row.id}/turn").status_code == 303
    assert "奶粉没有中文标签" in consumer.get("/my/complaints/new/facts").text
    fill(consumer)
    assert consumer.post("/my/complaints/new/check").status_code == 303
    (turned,) = rows(world, Consultation)
    (case,) = rows(world, Complaint)
    assert (turned.state, turned.complaint_id) == ("turned", case.id)


def test_an_officer_takes_down_a_question_and_points_it_to_its_way(world, officer):
    given = {
        "channel": "phone",
        "about": "disclosure",
        "phone": "13800000777",
        "name": "李来电",
        "words": "想要一份检查记录的复印件",
    }
    assert officer.post("/officer/consultations/new", data=given | {"phone": "1"}).status_code == 422
    assert officer.post("/officer/consultations/new", data=given).status_code == 303
    (row,) = rows(world, Consultation)
    path = f"/officer/consultations/{row.id}"
    assert officer.post(f"{path}/point_elsewhere", data={"version": 1, "way": "disclosure"}).status_code == 422
    given = {"version": 1, "way": "disclosure", "words": "请向保有该信息的机关申请。"}
    assert officer.post(f"{path}/point_elsewhere", data=given).status_code == 303
    shown = officer.get(path).text
    assert "政府信息公开条例" in shown
    assert "第四十四条" in shown
    assert officer.post(f"{path}/close", data={"version": 2}).status_code == 303


def test_an_officer_makes_a_complaint_of_a_question(world, officer, consumer):
    consumer.post(
        "/my/ask/", data={"about": "question", "name": "张试", "words": "这家店不给退货怎么办", "district": "320508"}
    )
    (row,) = rows(world, Consultation)
    begun = officer.get(f"/officer/intake/new?consultation={row.id}", follow_redirects=True)
    assert "这家店不给退货怎么办" in begun.text
    officer.post(screen(), data=STORY | FILE | {"consultation": str(row.id)})
    assert rows(world, Consultation)[0].state == "turned"
