from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document

from complaints.operations import decide, mediate
from tests.support.http import Api, filing, make_app, token_for
from tests.support.paper import text_of
from tests.support.world import at
from workflows.case import clocks


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def people(app, world):
    accounts = {"consumer": world.consumer, "merchant": world.merchant, "officer": world.officer}
    return {role: Api(app, token_for(world.db, account)) for role, account in accounts.items()}


def version(world, case):
    return world.read(case).version


def issue(world, people, case, form, expected=201, **values):
    answer = people["officer"].post(
        f"/complaints/{case}/documents", {"form": form, "values": values}, If_Match=f'"{version(world, case)}"'
    )
    assert answer.status_code == expected, answer.text
    return answer.json


def serve(world, people, case, paper, side, expected=200, **values):
    path = f"/complaints/{case}/documents/{paper['id']}/serve"
    answer = people["officer"].post(path, {"side": side, "by": "post"} | values, If_Match=f'"{version(world, case)}"')
    assert answer.status_code == expected, answer.text
    return answer.json


def test_a_party_gets_its_document_for_a_word_processor_too(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    paper = issue(world, people, case, 5)
    address = f"/complaints/{case}/documents/{paper['id']}?format="
    assert people["consumer"].get(f"{address}docx").status_code == 404
    serve(world, people, case, paper, "complainant")
    answer = people["consumer"].get(f"{address}docx")
    assert answer.headers["Content-Disposition"].endswith('.docx"')
    assert any(paper["digest"] in p.text for p in Document(BytesIO(answer.data)).paragraphs)
    assert people["consumer"].get(f"{address}exe").status_code == 422


def running(world, case, term):
    with world.as_worker() as session:
        return [c.stopped_on is None for c in clocks.of_case(session, case) if c.term == term]


def pdf(people, role, case, paper):
    answer = people[role].get(f"/complaints/{case}/documents/{paper['id']}")
    assert answer.status_code == 200, answer.text
    return text_of(answer.data)


def today_case(world, people):
    """A complaint filed now, through the API: issuing is done by the real clock."""
    return people["consumer"].post("/complaints", filing(world)).json["id"]


def act(people, role, case, verb, world, **values):
    answer = people[role].post(f"/complaints/{case}/{verb}", values, If_Match=f'"{version(world, case)}"')
    assert answer.status_code == 200, answer.text


def test_a_decision_to_accept_is_issued_and_the_clock_listens_to_its_service(world, people):
    case = today_case(world, people)
    assert issue(world, people, case, 5, 422)["code"] == "paper.state"
    act(people, "officer", case, "accept", world)
    paper = issue(world, people, case, 5)
    assert (paper["form"], paper["number"]) == (5, f"苏州市姑苏区市监﹝{datetime.now(UTC).year}﹞第1号")
    assert running(world, case, "complaint.accept") == [True]
    assert people["consumer"].get(f"/complaints/{case}/documents").json["items"] == []
    assert people["consumer"].get(f"/complaints/{case}/documents/{paper['id']}").status_code == 404
    serve(world, people, case, paper, "respondent", 422)
    serve(world, people, case, paper, "complainant", on="2020-01-01", expected=422)
    served = serve(world, people, case, paper, "complainant")
    assert [s["channel"] for s in served["services"]] == ["post"]
    assert running(world, case, "complaint.accept") == [False]
    assert world.read(case).told_on is not None
    serve(world, people, case, paper, "complainant", 422)
    text = pdf(people, "consumer", case, paper)
    for words in ("投诉受理决定书", "张试", "我局决定受理", "特此告知", paper["number"]):
        assert words in text
    assert people["merchant"].get(f"/complaints/{case}/documents").json["items"] == []


def test_a_decision_not_to_accept_ticks_the_ground_and_says_why(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "decline", world, ground="O121-16-2", reason="法院已经受理同一争议")
    paper = issue(world, people, case, 6)
    serve(world, people, case, paper, "complainant")
    text = pdf(people, "consumer", case, paper)
    for words in ("属以下第〔2〕项情形", "第16条", "法院已经受理同一争议", "第三十九条"):
        assert words in text
    assert running(world, case, "complaint.accept") == [False]


def test_the_end_of_mediation_is_told_when_both_sides_have_it(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    act(people, "officer", case, "terminate", world, ground="O121-23-2")
    paper = issue(world, people, case, 8)
    serve(world, people, case, paper, "complainant")
    assert running(world, case, "complaint.notify_termination") == [True]
    serve(world, people, case, paper, "respondent", by="phone")
    assert running(world, case, "complaint.notify_termination") == [False]
    assert world.read(case).termination_told_on is not None
    assert "终止调解" in pdf(people, "merchant", case, paper)


def test_a_notice_of_mediation_names_place_time_and_the_days_for_recusal(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    assert {e["field"] for e in issue(world, people, case, 7, 422)["errors"]} == {
        "at", "place", "mediators", "recusal_days",
    }  # fmt: skip
    values = {"at": "2026年8月3日9时", "place": "姑苏区局二楼调解室", "mediators": "顾经办", "recusal_days": "3"}
    paper = issue(world, people, case, 7, **values)
    serve(world, people, case, paper, "respondent")
    text = pdf(people, "merchant", case, paper)
    assert all(words in text for words in ("3日内对调解人员提出回避申请", "姑苏区局二楼调解室", "身份证明材料"))


def test_a_document_is_never_issued_from_a_stale_state(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    body = {"form": 5, "values": {}}
    stale = people["officer"].post(f"/complaints/{case}/documents", body, If_Match='"1"')
    assert (stale.status_code, stale.json["code"]) == (412, "case.stale")
    assert people["officer"].post(f"/complaints/{case}/documents", body).status_code == 428


def test_numbers_run_on_by_bureau_and_year_and_a_failed_issue_leaves_no_gap(world, people):
    cases = [today_case(world, people) for _ in range(3)]
    serials = []
    for case in cases:
        issue(world, people, case, 5, 422)
        serials.append(issue(world, people, case, 1)["number"].split("第")[1])
    assert serials == ["1号", "2号", "3号"]


def test_the_register_holds_what_form_1_asks_for(world, people):
    case = today_case(world, people)
    paper = issue(world, people, case, 1)
    text = pdf(people, "officer", case, paper)
    for words in ("投诉登记表", "张试", "姑苏区平江路9号", "脱线", "退货", "¥399.00", "是否同意公示投诉信息"):
        assert words in text
    assert people["consumer"].get(f"/complaints/{case}/documents").json["items"] == []


def test_an_agreement_is_written_with_what_was_agreed(world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    for role, side in (("consumer", "complainant"), ("merchant", "respondent")):
        act(people, role, case, "consent", world, side=side)
    act(people, "officer", case, "open_mediation", world)
    act(people, "officer", case, "settle", world, amount_fen=39900)
    paper = issue(world, people, case, 9, agreed="商家于三日内退还货款399元。", mediators="顾经办")
    serve(world, people, case, paper, "complainant")
    text = pdf(people, "consumer", case, paper)
    assert all(words in text for words in ("投诉调解书", "商家于三日内退还货款399元", "¥399.00"))


def test_a_reports_documents_are_never_the_firms(world, people):
    filed = (
        people["consumer"]
        .post("/complaints", filing(world, report={"clues": "标签与检测不符", "basis": "吊牌照片和小票"}))
        .json
    )
    report, officer = filed["report"]["id"], people["officer"]
    made = officer.post(f"/reports/{report}/documents", {"form": 2, "values": {}}, If_Match='"1"')
    assert made.status_code == 201, made.text
    assert people["merchant"].get(f"/reports/{report}/documents").status_code in (403, 404)
    assert people["merchant"].get(f"/reports/{report}/documents/{made.json['id']}").status_code in (403, 404)
    listed = officer.get(f"/reports/{report}/documents").json
    assert ([p["form"] for p in listed["items"]], listed["possible"]) == ([2], [2])


def test_telling_by_phone_still_stops_the_clock_and_a_later_service_changes_nothing(world, people):
    case = world.file(at("2026-07-20"))
    world.decide(case, decide.accept)
    world.decide(case, decide.told, "phone")
    told = world.read(case).told_on
    paper = issue(world, people, case, 5)
    serve(world, people, case, paper, "complainant")
    assert world.read(case).told_on == told
    with pytest.raises(Exception, match="consent"):
        world.decide(case, mediate.open_mediation)


def test_documents_are_issued_served_and_checked_on_the_pages(app, world, people):
    case = today_case(world, people)
    act(people, "officer", case, "accept", world)
    pages = {role: app.test_client() for role in ("officer", "consumer")}
    for role, found in pages.items():
        found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, getattr(world, role)))
    app.config["WTF_CSRF_ENABLED"] = False
    base = f"/officer/complaints/{case}/documents"
    sent = pages["officer"].post(base, data={"form": "5", "version": version(world, case)})
    assert sent.status_code == 303
    (paper,) = people["officer"].get(f"/complaints/{case}/documents").json["items"]
    served = pages["officer"].post(
        f"{base}/{paper['id']}/serve", data={"side": "complainant", "by": "sms", "version": version(world, case)}
    )
    assert served.status_code == 303
    assert "投诉受理决定书" in pages["consumer"].get(f"/my/complaints/{case}").text
    assert pages["consumer"].get(f"/my/complaints/{case}/documents/{paper['id']}").data.startswith(b"%PDF")
    checked = app.test_client().get(f"/papers/{paper['id']}")
    assert (checked.status_code, paper["digest"][:8] in checked.text) == (200, True)
    assert "张试" not in checked.text
    assert app.test_client().get(f"/papers/{case}").status_code == 404
