from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from complaints.models import Complaint, Report
from complaints.operations import decide
from tests.support.http import Api, filing, make_app, token_for


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def consumer(app, world):
    return Api(app, token_for(world.db, world.consumer))


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


@pytest.fixture
def merchant(app, world):
    return Api(app, token_for(world.db, world.merchant))


@pytest.fixture
def stranger(app, world):
    return Api(app, token_for(world.db, world.other_consumer))


def step(api, case, verb, version, expected=200, **values):
    answer = api.post(f"/complaints/{case}/{verb}", values, If_Match=f'"{version}"')
    assert answer.status_code == expected, answer.text
    return answer.json


def count(world, kind=Complaint):
    with world.as_worker() as session:
        return session.scalar(select(func.count()).select_from(kind))


def test_a_complaint_goes_through_the_api_from_filing_to_rating(world, consumer, officer, merchant):
    filed = consumer.post("/complaints", filing(world))
    assert filed.status_code == 201
    case, body = filed.json["id"], filed.json
    assert (body["state"], body["version"], filed.headers["ETag"]) == ("filed", 1, '"1"')
    assert [c["term"] for c in body["clocks"]] == ["complaint.accept"]
    assert body["clocks"][0]["explain_url"].startswith(f"/api/v1/complaints/{case}/clocks")
    assert [row["id"] for row in officer.get("/complaints?queue=open").json["items"]] == [case]
    v = step(officer, case, "accept", 1)["version"]
    v = step(officer, case, "told", v, by="phone")["version"]
    v = step(consumer, case, "consent", v, side="complainant")["version"]
    v = step(merchant, case, "consent", v, side="respondent")["version"]
    v = step(officer, case, "open_mediation", v)["version"]
    v = step(officer, case, "testing", v)["version"]
    v = step(officer, case, "tested", v)["version"]
    v = step(merchant, case, "offer", v, side="respondent", amount_fen=20000)["version"]
    v = step(officer, case, "settle", v, amount_fen=39900, paid_on="2026-07-20")["version"]
    v = step(officer, case, "close", v)["version"]
    final = step(consumer, case, "evaluate", v, score=5)
    assert (final["state"], final["settled_fen"]) == ("closed", 39900)
    history = consumer.get(f"/complaints/{case}/journal").json["items"]
    assert [e["seq"] for e in history] == list(range(1, 13))
    explained = consumer.get(f"/complaints/{case}/clocks").json["items"]
    assert explained[0]["days"][0]["verdict"] == "start"
    assert step(consumer, case, "evaluate", final["version"], 409, score=1)["code"] == "evaluate.twice"


def test_each_side_sees_its_own_view_and_only_the_complainant_plain_details(
    world, consumer, officer, merchant, stranger
):
    case = consumer.post("/complaints", filing(world)).json["id"]
    assert consumer.get(f"/complaints/{case}").json["complainant"]["name"] == "张试"
    for other in (officer, merchant):
        assert other.get(f"/complaints/{case}").json["complainant"]["name"] == "张*"
        assert "****" in other.get(f"/complaints/{case}").json["complainant"]["phone"]
    assert stranger.get(f"/complaints/{case}").status_code == 404
    assert stranger.get(f"/complaints/{case}").json == stranger.get(f"/complaints/{uuid4()}").json
    assert officer.get(f"/complaints/{case}").json["allowed"][:3] == ["accept", "decline", "return_to_intake"]
    assert merchant.get(f"/complaints/{case}").json["allowed"] == ["answer"]


def test_a_report_leg_is_known_to_its_filer_only(world, consumer, merchant, officer):
    filed = consumer.post("/complaints", filing(world, report={"clues": "标签与检测不符", "basis": "吊牌照片和小票"}))
    report = filed.json["report"]
    assert report["number"].startswith("SZJ")
    assert consumer.get(f"/reports/{report['id']}").json["state"] == "received"
    assert officer.get(f"/reports/{report['id']}").status_code == 200
    assert merchant.get(f"/reports/{report['id']}").status_code == 403
    seen = merchant.get(f"/complaints/{filed.json['id']}").text + officer.get(f"/complaints/{filed.json['id']}").text
    assert report["id"] not in seen
    assert report["number"] not in seen


def test_a_report_is_verified_and_decided_by_its_officer_and_its_reporter_learns_what_a_law_says(
    world, consumer, officer, merchant
):
    leg = consumer.post("/complaints", filing(world, report={"clues": "标签与检测不符", "basis": "吊牌照片一张"})).json[
        "report"
    ]

    def act(api, verb, version, expected=200, **values):
        answer = api.post(f"/reports/{leg['id']}/{verb}", values, If_Match=f'"{version}"')
        assert answer.status_code == expected, answer.text
        return answer.json

    shown = officer.get(f"/reports/{leg['id']}").json
    assert (shown["reporter"]["name"], shown["reporter"]["address"]) == ("张*", "苏州市姑苏区****")
    assert "****" in shown["reporter"]["phone"]
    assert {"verify", "open_case", "no_case", "redirect", "propose_extend"} <= set(shown["allowed"])
    assert not {"extend", "merge", "repeat", "told", "tested", "letter_sent"} & set(shown["allowed"])
    assert [r["id"] for r in officer.get("/reports").json["items"]] == [leg["id"]]
    act(officer, "extend", 1, 403)
    act(officer, "verify", 1, kind="visit", reason="现场检查")
    assert act(officer, "told", 2, 409, by="phone", basis="AD-53")["code"] == "case.state"
    assert act(officer, "no_case", 2, 422)["errors"][0]["field"] == "reason"
    decided = act(officer, "open_case", 2)
    assert (decided["state"], decided["clocks"][0]["late"]) == ("case_opened", False)
    assert consumer.get(f"/reports/{leg['id']}").json["state"] == "handled"
    assert [e["event"] for e in consumer.get(f"/reports/{leg['id']}/journal").json["items"]] == ["file"]
    assert act(officer, "told", 3, 422, by="post", basis="O121-34")["code"] == "told.basis"
    assert act(officer, "told", 3, by="post", basis="AD-53")["version"] == 4
    assert consumer.get(f"/reports/{leg['id']}").json["state"] == "case_opened"
    act(merchant, "open_case", 4, 403)
    act(consumer, "open_case", 4, 403)
    assert officer.get("/reports").json["items"] == []
    assert [r["id"] for r in officer.get("/reports?state=case_opened").json["items"]] == [leg["id"]]


def test_the_reporter_is_shown_in_plain_only_with_a_reason_and_for_that_answer(world, consumer, officer):
    leg = consumer.post("/complaints", filing(world, report={"clues": "标签与检测不符", "basis": "吊牌照片一张"})).json[
        "report"
    ]
    path = f"/reports/{leg['id']}/reveal"
    assert officer.post(path, {}, If_Match='"1"').status_code == 422
    shown = officer.post(path, {"reason": "需要电话核实时间"}, If_Match='"1"')
    assert (shown.json["name"], shown.json["address"]) == ("张试", "苏州市姑苏区平江路9号")
    assert shown.headers["Cache-Control"] == "no-store"
    assert "张试" not in officer.get(f"/reports/{leg['id']}").text
    assert officer.get(f"/reports/{leg['id']}/journal").json["items"][-1]["event"] == "reveal"
    assert consumer.post(path, {"reason": "x"}, If_Match='"2"').status_code == 403


def test_a_lead_is_opened_from_a_complaint_that_shows_nothing_of_it(world, consumer, officer, merchant):
    case = consumer.post("/complaints", filing(world)).json["id"]
    before = officer.get(f"/complaints/{case}")
    lead = officer.post("/reports/leads", {"complaint": case, "clues": "后厨没有许可证", "basis": "调解时店主承认"})
    assert lead.status_code == 201, lead.text
    after = officer.get(f"/complaints/{case}")
    assert (before.json, before.headers["ETag"]) == (after.json, after.headers["ETag"])
    assert officer.get(f"/reports/{lead.json['id']}").json["source"] == "mediation"
    for other in (consumer, merchant):
        assert other.get(f"/reports/{lead.json['id']}").status_code in (403, 404)


@pytest.mark.parametrize("signed_in", [False, True])
def test_an_anonymous_report_needs_no_name_and_shows_nothing_back_but_its_code(app, world, consumer, signed_in):
    body = {"respondent": {"store_id": str(world.store)}, "clues": "货架标签造假多日", "basis": "现场照片一张"}
    api = consumer if signed_in else Api(app)
    filed = api.post("/reports", body | {"anonymous": True})
    assert filed.status_code == 201, filed.text
    assert len(filed.json["code"].replace("-", "")) == 16
    assert api.get(f"/reports/{filed.json['id']}").status_code == (404 if signed_in else 401)
    assert world.read_report(filed.json["id"]).reporter_id is None


def test_an_anonymous_leg_of_a_complaint_has_its_code_too(world, consumer):
    leg = {"clues": "货架标签造假多日", "basis": "现场照片一张", "anonymous": True}
    filed = consumer.post("/complaints", filing(world, report=leg))
    assert filed.status_code == 201, filed.text
    assert len(filed.json["report"]["code"].replace("-", "")) == 16


def test_the_same_submission_never_makes_two_cases(world, consumer, stranger):
    first = consumer.post("/complaints", filing(world), Idempotency_Key="k1")
    again = consumer.post("/complaints", filing(world), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert (again.headers["Idempotent-Replay"], again.headers["ETag"]) == ("true", '"1"')
    other = consumer.post("/complaints", filing(world, problem="price"), Idempotency_Key="k1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency.other")
    assert stranger.post("/complaints", filing(world), Idempotency_Key="k1").json["id"] != first.json["id"]
    assert count(world) == 2


def test_a_refused_submission_is_not_remembered(world, consumer):
    bad = filing(world, requests=[])
    assert consumer.post("/complaints", bad, Idempotency_Key="k1").status_code == 422
    assert consumer.post("/complaints", filing(world), Idempotency_Key="k1").status_code == 201


def test_a_change_needs_the_version_last_seen(world, consumer, officer):
    case = consumer.post("/complaints", filing(world)).json["id"]
    assert officer.post(f"/complaints/{case}/accept").status_code == 428
    assert officer.post(f"/complaints/{case}/accept", If_Match='"x"').status_code == 422
    step(officer, case, "accept", 1)
    assert step(officer, case, "decline", 1, 412, ground="O121-16-1", reason="x")["code"] == "case.stale"
    assert step(officer, case, "accept", 2, 409)["code"] == "case.state"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"nonsense": 1}, {"nonsense"}),
        ({"category": "goods.dreams"}, {"category"}),
        ({"requests": ["tickets"]}, {"requests.0"}),
        ({"complainant": {"name": "", "address": ""}}, {"complainant.name", "complainant.address"}),
        ({"complainant": {"name": "张\u0000试", "address": "苏州市姑苏区"}}, {"complainant.name"}),
        ({"complainant": {"name": "长" * 51, "address": "苏州市姑苏区"}}, {"complainant.name"}),
        (
            {"respondent": {"name": "某店", "address": "姑苏区观前街1号", "uscc": "91320508MA1WXYZ12X"}},
            {"respondent.uscc"},
        ),
        ({"respondent": {"store_id": "x"}}, {"respondent.store_id"}),
        ({"evidence": [str(uuid4())]}, {"evidence"}),
        ({"facts": None}, {"facts"}),
    ],
)
def test_bad_input_names_each_field_and_stores_nothing(world, consumer, change, fields):
    answer = consumer.post("/complaints", filing(world, **change))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert {e["field"] for e in answer.json["errors"]} == fields
    assert count(world) == 0


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("happened_on", "2099-01-01", "future"),
        ("happened_on", "2026-02-30", "invalid"),
        ("amount_fen", -1, "range"),
        ("amount_fen", 1.5, "invalid"),
        ("amount_fen", "100", "invalid"),
        ("amount_fen", True, "invalid"),
        ("narrative", "长" * 3001, "invalid"),
        ("narrative", "短", "too_short"),
        ("narrative", "坏\ud800字符字符", "invalid"),
    ],
)
def test_bad_facts_are_named(world, consumer, name, value, code):
    body = filing(world)
    body["facts"] = body["facts"] | {name: value}
    answer = consumer.post("/complaints", body)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [(f"facts.{name}", code)]


def test_errors_come_in_the_callers_language(world, consumer):
    body = filing(world)
    body["facts"]["happened_on"] = "2099-01-01"
    assert consumer.post("/complaints?lang=zh", body).json["errors"][0]["message"] == "不能晚于今天。"
    assert "future" in consumer.post("/complaints?lang=en", body).json["errors"][0]["message"]


def test_direction_marks_and_zero_width_characters_do_not_get_in(world, consumer):
    body = filing(world, complainant={"name": "张\u202e试\u200b", "address": "苏州市姑苏区平江路9号"})
    assert consumer.post("/complaints", body).json["complainant"]["name"] == "张试"


def test_what_is_not_json_is_refused_in_words(app, world):
    client = app.test_client()
    token = token_for(world.db, world.consumer)
    headers = {"Authorization": f"Bearer {token}"}
    broken = client.post("/api/v1/complaints", data=b"{", content_type="application/json", headers=headers)
    form = client.post("/api/v1/complaints", data={"a": "b"}, headers=headers)
    assert (broken.status_code, broken.json["code"]) == (400, "http.400")
    assert form.status_code in (415, 422)


def test_who_is_nobody_gets_401_and_who_is_another_403(app, world, merchant, consumer):
    assert Api(app).get("/complaints").status_code == 401
    assert Api(app, "forged").get("/complaints").status_code == 401
    assert merchant.post("/complaints", filing(world)).status_code == 403
    assert consumer.get("/complaints").status_code == 403


def test_the_queue_is_paged_by_what_the_law_asks_first(world, consumer, officer):
    for _ in range(5):
        consumer.post("/complaints", filing(world))
    first = officer.get("/complaints?limit=2").json
    second = officer.get(f"/complaints?limit=2&cursor={first['next']}").json
    third = officer.get(f"/complaints?limit=2&cursor={second['next']}").json
    ids = [row["id"] for page in (first, second, third) for row in page["items"]]
    assert len(set(ids)) == 5
    assert third["next"] is None
    assert officer.get("/complaints?cursor=forged").json["code"] == "cursor"
    assert officer.get("/complaints?limit=1000").status_code == 422


def test_an_officers_own_queue_holds_what_that_officer_decided_on(world, consumer, officer):
    cases = [consumer.post("/complaints", filing(world)).json["id"] for _ in range(2)]
    step(officer, cases[1], "accept", 1)
    assert [row["id"] for row in officer.get("/complaints?queue=mine").json["items"]] == [cases[1]]
    assert len(officer.get("/complaints?queue=triage").json["items"]) == 2
    assert officer.get("/complaints?queue=nonsense").status_code == 422


def test_verbs_take_their_own_values_and_no_others(world, consumer, officer):
    case = consumer.post("/complaints", filing(world)).json["id"]
    assert step(officer, case, "decline", 1, 422)["errors"][0]["field"] == "ground"
    assert step(officer, case, "accept", 1, 422, ground="O121-16-1")["errors"][0]["code"] == "unknown"
    assert step(officer, case, "fly", 1, 404)["code"] == "verb.unknown"
    assert step(consumer, case, "accept", 1, 403)["code"] == "access.role"
    assert step(officer, case, "evaluate", 1, 403, score=5)["code"] == "access.role"


def test_a_session_ends_for_good(app, consumer):
    assert (
        consumer.client.delete(
            "/api/v1/sessions/current", headers={"Authorization": f"Bearer {consumer.token}"}
        ).status_code
        == 204
    )
    assert consumer.get(f"/complaints/{uuid4()}").status_code == 401


def test_public_directory(app, world):
    api = Api(app)
    assert [s["id"] for s in api.get("/stores?q=试样").json["items"]] == [str(world.store)]
    assert api.get("/stores?q=%25").json["items"] == []
    assert len(api.get("/districts").json["items"]) == 26
    lists = api.get("/codes?lang=zh").json["lists"]
    assert lists["category"][1] == {"code": "goods.clothing", "text": "服装鞋帽"}


def test_every_answer_carries_its_security_headers(app):
    answer = app.test_client().get("/healthz")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_health_readiness_and_figures(app):
    client = app.test_client()
    assert client.get("/readyz").json == {"status": "ready"}
    figures = client.get("/metrics").text
    assert "wuyou_outbox_undone 0.0" in figures


def test_the_spec_describes_every_route_of_the_api(app):
    spec = app.test_client().get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    described = {path.replace("{", "<").replace("}", ">") for path in spec["paths"]}
    rules = (rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/"))
    routes = {re.sub(r"<\w+(\([^)]*\))?:", "<", rule) for rule in rules}
    assert routes - described == {"/api/v1/openapi.json"}


def test_a_person_is_never_quoted_by_an_error(world, consumer):
    body = filing(world, respondent={"store_id": str(uuid4())})
    text = json.dumps(consumer.post("/complaints", body).json, ensure_ascii=False)
    assert "张试" not in text


def test_nothing_is_left_of_a_filing_that_failed_late(world, consumer):
    body = filing(world, evidence=[str(uuid4())], report={"clues": "标签与检测不符", "basis": "照片和小票"})
    assert consumer.post("/complaints", body).status_code == 422
    assert (count(world), count(world, Report)) == (0, 0)


def test_a_reason_is_told_to_the_parties_and_other_words_stay_with_the_bureau(app, world):
    declined, returned = world.file(), world.file()
    world.decide(declined, decide.decline, "O121-16-1", "超出本局职责范围")
    world.decide(returned, decide.return_to_intake, "应由别的部门处理")
    pages = app.test_client()
    pages.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.consumer))
    assert "超出本局职责范围" in pages.get(f"/my/complaints/{declined}").text
    assert "应由别的部门处理" not in pages.get(f"/my/complaints/{returned}").text


def test_a_cursor_is_good_for_its_own_list_only(app, world):
    officer = Api(app, token_for(world.db, world.officer))
    for _ in range(3):
        world.file()
    cursor = officer.get("/complaints?limit=1").json["next"]
    assert len(officer.get(f"/complaints?limit=1&cursor={cursor}").json["items"]) == 1
    elsewhere = officer.get(f"/enrolments?limit=1&cursor={cursor}")
    assert (elsewhere.status_code, elsewhere.json["errors"][0]["field"]) == (422, "cursor")
