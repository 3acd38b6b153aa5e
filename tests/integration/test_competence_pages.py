"""Who is competent, over HTTP: the API's answers, the officer's pages, the filing."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from app.catalogue import has
from complaints import competence, lifecycle
from complaints.competence_models import ITEMS
from complaints.operations import disputes, helping, upward
from complaints.report_models import Report
from seeds.reference import bureau_id
from tests.integration.test_competence import WUZHONG, Bureau, events, misplaced
from tests.integration.test_help import register, wanted
from tests.support.http import Api, filing, make_app, token_for
from workflows.store.session import Role


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


@pytest.fixture
def chief(world):
    return Bureau(world, "3205", "supervisor", below=("320508", WUZHONG))


def browser(app, world, account):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return client


def version(page):
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def step(client, case, verb, **fields):
    page = client.get(f"/officer/complaints/{case}").text
    return client.post(f"/officer/complaints/{case}/{verb}", data={"version": version(page), **fields})


def test_every_word_of_who_is_competent_exists():
    links = [link for leg in competence.LEGS for kind in competence.KINDS[leg] for link in words(leg, kind)]
    needed = {f"competence.because.{link}" for link in links} | {f"help_item.{item}" for item in ITEMS}
    needed |= {f"bought.{kind}" for kind in competence.KINDS[competence.REPORT]}
    needed |= {f"competence.answer.{answer}" for answer in competence.ANSWERS}
    needed |= {f"event.{event}" for event in lifecycle.COMPLAINT_NOTES}
    assert [key for key in sorted(needed) if not has(key)] == []


def words(leg, kind):
    full = competence.Places(*["320508"] * 8)
    lost = competence.Places(*["320508"] * 8, reachable=False)
    return [link.words for places in (full, lost) for link in competence.links(leg, kind, places, "O121")]


def test_the_api_files_by_how_goods_were_bought_and_says_who_is_competent(app, world):
    consumer = Api(app, token_for(world.db, world.consumer))
    shop = {"name": "试样旗舰店", "address": "苏州市姑苏区观前街1号", "platform": "试样网", "bought": "platform_shop"}
    shop["platform_address"] = "上海市浦东新区样板路1号"
    filed = consumer.post("/complaints", filing(world, respondent=shop))
    assert filed.status_code == 201, filed.json
    found = consumer.get(f"/complaints/{filed.json['id']}/competence").json
    assert (found["answer"], found["bought"], found["first"], found["allowed"]) == (
        "yes",
        "platform_shop",
        "O121 14",
        [],
    )
    assert [(b["district"], b["place"], b["article"]) for b in found["bureaus"]] == [
        ("320508", "published", "O121 13(2)"),
        ("310115", "platform", "O121 13(2)"),
    ]
    officer = Api(app, token_for(world.db, world.officer))
    steps = officer.get(f"/complaints/{filed.json['id']}/competence").json["allowed"]
    assert steps == ["request_upward", "dispute_open"]
    bad = consumer.post("/complaints", filing(world, respondent=shop | {"unreachable": True, "platform_address": None}))
    assert (bad.status_code, bad.json["errors"][0]["field"]) == (422, "respondent.platform_address")


def test_a_dispute_by_the_pages_from_its_opening_to_the_other_bureaus_answer(app, world):
    case = world.file()
    wuzhong = Bureau(world, WUZHONG)
    ours, theirs = browser(app, world, world.officer), browser(app, world, wuzhong.account)
    done = step(ours, case, "dispute_open", district=WUZHONG, claim="theirs", reason="经营地在吴中")
    assert done.status_code == 303
    page = ours.get(f"/officer/complaints/{case}")
    assert page.status_code == 200
    assert "等对方答复" in page.text
    board = theirs.get("/officer/competence/")
    assert "经营地在吴中" in board.text
    assert theirs.get(f"/officer/complaints/{case}").status_code == 404
    row = Api(app, token_for(world.db, wuzhong.account)).get("/jurisdiction-disputes").json["items"][0]
    empty = theirs.post(f"/officer/competence/disputes/{row['id']}/answer", data={"agrees": "0", "words": ""})
    assert empty.status_code == 422
    theirs.post(f"/officer/competence/disputes/{row['id']}/answer", data={"agrees": "0", "words": "在姑苏"})
    assert "对方不同意" in ours.get(f"/officer/complaints/{case}").text
    step(ours, case, "dispute_refer", reason="协商不成")
    assert "已报请苏州市市场监督管理局指定" in ours.get(f"/officer/complaints/{case}").text
    assert events(world, case) == ["file", "dispute_open", "dispute_answer", "dispute_refer"]


def test_a_superior_designates_on_the_page_and_the_case_is_the_others(app, world, chief):
    case = world.file()
    world.decide(case, disputes.dispute_open, WUZHONG, "theirs", "经营地在吴中")
    world.decide(case, disputes.dispute_refer, "直接报请")
    above = browser(app, world, chief.account)
    assert "指定处理机关" in above.get(f"/officer/complaints/{case}").text
    done = step(above, case, "designate", bureau=str(bureau_id(WUZHONG)), reason="指定吴中")
    assert done.status_code == 303
    assert world.read(case).bureau_id == bureau_id(WUZHONG)


def test_a_request_upward_waits_on_the_superiors_board_and_is_decided_on_the_case(app, world, chief):
    case = world.file()
    world.decide(case, upward.request_upward, "涉及多区")
    above = browser(app, world, chief.account)
    assert "涉及多区" in above.get("/officer/competence/").text
    assert step(above, case, "send_down", reason="由你局处理").status_code == 303
    assert "涉及多区" not in above.get("/officer/competence/").text
    assert step(above, case, "take_up", reason="还是提级").status_code == 303
    page = browser(app, world, world.consumer).get(f"/my/complaints/{case}").text
    assert "上级局提级处理" in page
    assert "涉及多区" not in page


def test_help_by_api_and_page_with_everything_that_is_refused(app, world, chief):
    agreement = register(chief)
    case = world.file()
    row = world.decide(case, helping.ask_help, wanted(agreement)).id
    far = Api(app, token_for(world.db, world.far_officer))
    listed = far.get("/help-requests").json["items"]
    assert [(r["id"], r["answered_on"]) for r in listed] == [(str(row), None)]
    assert not {"narrative", "complainant", "case_id"} & set(listed[0])
    assert far.post(f"/help-requests/{row}/received").status_code == 200
    assert far.post(f"/help-requests/{row}/answered", {"words": "已核实"}).json["answer"] == "已核实"
    again = far.post(f"/help-requests/{row}/answered", {"words": "再答"})
    assert (again.status_code, again.json["code"]) == (422, "help.answered")
    ours = Api(app, token_for(world.db, world.officer))
    assert ours.get("/help-requests?side=asked_by").json["items"][0]["answer"] == "已核实"
    assert "已核实" in browser(app, world, world.officer).get(f"/officer/complaints/{case}").text
    consumer = browser(app, world, world.consumer).get(f"/my/complaints/{case}").text
    assert "这是帮忙，不是转走" in consumer
    assert "已核实" not in consumer


def test_the_register_by_page_names_faults_and_only_a_supervisor_registers(app, world, chief):
    above, officer = browser(app, world, chief.account), browser(app, world, world.officer)
    form = {
        "name": "试样协议",
        "number": "试样1号",
        "parties": [str(bureau_id("3205")), str(bureau_id("3101"))],
        "items": ["visit_site"],
        "duties": "职责",
        "tracking": "跟踪",
        "from_on": "2026-07-01",
        "answer_days": "5",
        "counted": "days",
    }
    assert officer.post("/officer/competence/agreements", data=form).status_code == 403
    assert above.post("/officer/competence/agreements", data=form | {"parties": form["parties"][:1]}).status_code == 422
    assert above.post("/officer/competence/agreements", data=form | {"answer_days": "many"}).status_code == 422
    assert above.post("/officer/competence/agreements", data=form).status_code == 303
    assert "5 日内答复" in officer.get("/officer/competence/agreements").text
    api = Api(app, token_for(world.db, chief.account))
    made = api.get("/region-agreements").json["items"][0]
    assert api.post(f"/region-agreements/{made['id']}/end", {"last": "2020-01-01"}).status_code == 422


def test_a_report_shows_who_is_competent_and_offers_whom_to_name_to_its_reporter(app, world):
    consumer = Api(app, token_for(world.db, world.consumer))
    against = {"name": "试样网店", "address": "苏州市姑苏区观前街1号", "bought": "online"}
    filed = consumer.post("/reports", {"respondent": against, "clues": "网店标签与检测不符", "basis": "照片和小票"})
    assert filed.status_code == 201, filed.json
    officer, address = browser(app, world, world.officer), f"/officer/reports/{filed.json['id']}"
    assert "本局有处理权限" in officer.get(address).text
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Report, UUID(filed.json["id"])).respondent_address = "上海市黄浦区样板路1号"
    page = officer.get(address).text
    assert "应当告知举报人直接向有权处理的局提出" in page
    assert 'value="上海市黄浦区市场监督管理局"' in page
    told = {"version": version(page), "to": "上海市黄浦区市场监督管理局"}
    assert officer.post(f"{address}/redirect", data=told).status_code == 303
    assert world.read_report(UUID(filed.json["id"])).state == "redirected"
    assert filed.json["number"] not in officer.get("/officer/competence/").text


def test_a_complaint_that_is_not_ours_is_declined_from_the_panel_with_the_competent_bureau_named(app, world):
    case = misplaced(world)
    officer = browser(app, world, world.officer)
    page = officer.get(f"/officer/complaints/{case}").text
    assert "核实以后，确认不归本局管的" in page, "the domicile of a trader outside the directory is not known"
    assert "请向苏州市吴中区市场监督管理局提出" in page
    assert "有关地址还要核实" in browser(app, world, world.consumer).get(f"/my/complaints/{case}").text
    declined = {"version": version(page), "ground": "O121-16-1", "reason": "请向苏州市吴中区市场监督管理局提出"}
    assert officer.post(f"/officer/complaints/{case}/decline", data=declined).status_code == 303
    assert world.read(case).decline_ground == "O121-16-1"
