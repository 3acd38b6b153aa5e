from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select, text

from complaints.operations import following
from complaints.report_models import Report
from tests.factories import AccountFactory, MembershipFactory
from tests.support.http import Api, filing, make_app, token_for
from tests.support.paper import text_of
from workflows.case import journal
from workflows.store.evidence import Evidence
from workflows.store.session import Identity, Role

LEG = {"clues": "标签与检测不符", "basis": "吊牌照片和小票"}
STORY = {
    "name": "试样服饰店",
    "address": "江苏省苏州市姑苏区观前街1号",
    "clues": "货架标签造假多日",
    "basis": "现场照片一张",
}


@pytest.fixture
def app(world, tmp_path):
    app = make_app(world.db, tmp_path / "var")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def browser(app, world, account=None):
    client = app.test_client()
    if account:
        client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return client


@pytest.fixture
def officer(app, world):
    return browser(app, world, world.officer)


@pytest.fixture
def head(app, world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="supervisor", login="head").id
        MembershipFactory(session=session, account_id=account, org_id=world.bureau)
    return browser(app, world, account)


@pytest.fixture
def leg(app, world):
    filed = Api(app, token_for(world.db, world.consumer)).post("/complaints", filing(world, report=LEG)).json
    return filed["report"]["id"]


@pytest.fixture
def secret(app, world):
    """An anonymous report as the page showed it: its number and its code."""
    shown = browser(app, world).post("/reports/new", data=STORY)
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    number, code = re.findall(r'<dd class="number">([^<]+)</dd>', shown.text)
    return {"number": number, "code": code}


def picture():
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(data, "PNG")
    return data.getvalue()


def version(world, leg):
    return world.read_report(leg).version


def step(world, client, leg, verb, expected=303, **values):
    answer = client.post(f"/officer/reports/{leg}/{verb}", data={"version": version(world, leg), **values})
    assert answer.status_code == expected, answer.text
    return answer


def test_an_officer_works_on_a_report_on_one_page_and_the_head_decides_on_it(world, officer, head, leg):
    queue = officer.get("/officer/reports/").text
    assert world.read_report(leg).number in queue
    page = officer.get(f"/officer/reports/{leg}").text
    assert "张*" in page
    assert "张试" not in page
    assert "批准延长" not in page
    assert world.read_report(leg).number not in head.get("/officer/reports/").text
    step(world, officer, leg, "verify", kind="visit", reason="现场检查,仍在销售")
    step(world, officer, leg, "propose_extend", reason="需要异地取证")
    assert world.read_report(leg).number in head.get("/officer/reports/").text
    assert "批准延长" in head.get(f"/officer/reports/{leg}").text
    step(world, head, leg, "extend")
    step(world, officer, leg, "assist_send", to="上海市黄浦区市场监督管理局", reason="请协助核实供货商")
    page = officer.get(f"/officer/reports/{leg}?lang=en").text
    assert "extended by 15 working days" in page
    assert "Request for help" in page
    step(world, officer, leg, "no_case", reason="没有证据证明")
    assert "没有证据证明" in officer.get(f"/officer/reports/{leg}").text


def test_the_reporter_is_shown_once_and_the_look_stays_in_the_history(world, officer, leg):
    shown = step(world, officer, leg, "reveal", 200, reason="需要电话核实时间")
    assert "张试" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    again = officer.get(f"/officer/reports/{leg}").text
    assert "张试" not in again
    assert "查看了举报人信息" in again
    assert "需要电话核实时间" in again


def test_the_reporters_own_page_tells_no_outcome_that_no_law_has_told(app, world, officer, leg):
    step(world, officer, leg, "no_case", reason="没有证据证明")
    consumer = browser(app, world, world.consumer)
    for address in (f"/my/reports/{leg}", "/my/"):
        assert "不予立案" not in consumer.get(address).text
    assert "核查已结束" in consumer.get(f"/my/reports/{leg}").text
    step(world, officer, leg, "told", by="phone", basis="AD-53")
    assert "不予立案" in consumer.get(f"/my/reports/{leg}").text


def test_the_outcome_is_written_only_on_a_legal_basis_and_served_on_the_reporter(app, world, officer, leg):
    step(world, officer, leg, "open_case")
    page = officer.get(f"/officer/reports/{leg}").text
    assert "举报处理结果告知书" in page
    base = f"/officer/reports/{leg}/documents"
    wrong = {"version": version(world, leg), "form": "10", "basis": "O20-31-2", "outcome": "已立案"}
    assert officer.post(base, data=wrong).status_code == 422
    sent = officer.post(base, data={**wrong, "basis": "AD-53"})
    assert sent.status_code == 303
    assert world.read_report(leg).told_on is None
    paper = re.search(rf"{base}/([0-9a-f-]+)/serve", officer.get(f"/officer/reports/{leg}").text)[1]
    consumer = browser(app, world, world.consumer)
    assert consumer.get(f"/my/reports/{leg}/documents/{paper}").status_code == 404
    served = {"version": version(world, leg), "side": "reporter", "by": "post"}
    assert officer.post(f"{base}/{paper}/serve", data=served).status_code == 303
    assert world.read_report(leg).told_on is not None
    pdf = text_of(consumer.get(f"/my/reports/{leg}/documents/{paper}").data)
    assert "中华人民共和国广告法》第五十三条" in pdf


def test_the_register_of_a_report_names_its_reporter_masked(world, officer, leg):
    base = f"/officer/reports/{leg}/documents"
    officer.post(base, data={"version": version(world, leg), "form": "2"})
    paper = re.search(rf'{base}/([0-9a-f-]+)"', officer.get(f"/officer/reports/{leg}").text)[1]
    pdf = text_of(officer.get(f"{base}/{paper}").data)
    assert "张*" in pdf
    assert "张试" not in pdf


def test_a_lead_is_recorded_on_a_page_and_faults_are_named(app, world, officer):
    case = world.file()
    form = f"/officer/reports/lead/{case}"
    assert form in officer.get(f"/officer/complaints/{case}").text
    assert officer.get(form).status_code == 200
    wrong = officer.post(form, data={"clues": "短", "basis": "店主承认"})
    assert wrong.status_code == 422
    made = officer.post(form, data={"clues": "后厨没有许可证", "basis": "调解时店主承认"})
    assert made.status_code == 303
    page = officer.get(made.headers["Location"]).text
    assert "无举报人" in page
    assert browser(app, world, world.merchant).get(made.headers["Location"]).status_code == 403


def test_an_anonymous_reporter_follows_with_number_and_code_and_sees_the_state_in_plain_words(app, world, secret):
    shown = browser(app, world).post("/reports/follow", data=secret)
    assert shown.status_code == 200
    assert "工作人员正在核查" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    untidy = {"number": secret["number"].lower().replace("-", " "), "code": secret["code"].lower().replace("-", "")}
    assert browser(app, world).post("/reports/follow", data=untidy).status_code == 200
    assert "货架标签造假" not in shown.text


def test_a_note_and_a_file_go_to_the_assigned_officer_and_twice_is_once(app, world, officer, secret):
    page = browser(app, world).post("/reports/follow", data=secret).text
    seen = re.search(r'name="version" value="(\d+)"', page)[1]
    sent = {**secret, "version": seen, "note": "今天又看到一批"}
    first = browser(app, world).post(
        "/reports/follow/add", data={**sent, "document": (io.BytesIO(picture()), "我家门口.png")}
    )
    assert "已收到" in first.text
    again = browser(app, world).post("/reports/follow/add", data=sent)
    assert "页面已更新" in again.text
    with world.as_worker() as session:
        report = session.scalars(select(Report).where(Report.number == secret["number"])).one()
        words = [w for w in journal.words_of(session, report.id).values() if w]
        file = session.scalars(select(Evidence)).one()
    assert words == [{"reason": "今天又看到一批"}]
    assert (file.owner_id, file.case_id) == (None, report.id)
    assert "我家" not in file.name
    page = officer.get(f"/officer/reports/{report.id}").text
    assert "今天又看到一批" in page
    assert file.name in page
    assert officer.get(f"/my/evidence/{file.id}").status_code == 200
    assert browser(app, world, world.merchant).get(f"/my/evidence/{file.id}").status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "AAAA-AAAA-AAAA-AAAA"},
        {"number": "SZJ260720-AAAA-AAAA-A"},
        {"number": "没有这个"},
        {"code": ""},
        {"number": "", "code": ""},
    ],
    ids=str,
)
def test_a_wrong_number_and_a_wrong_code_get_one_and_the_same_answer(app, world, secret, changed):
    wrong = browser(app, world).post("/reports/follow", data={**secret, **changed})
    none = browser(app, world).post("/reports/follow", data={"number": "x", "code": "y"})
    changing = r'nonce="[^"]+"|name="csrf_token" value="[^"]+"'
    both = [re.sub(changing, "", answer.text) for answer in (wrong, none)]
    assert wrong.status_code == none.status_code == 404
    assert both[0] == both[1]


def test_whoever_guesses_codes_has_to_wait_even_with_the_right_one(app, world, secret):
    client = browser(app, world)
    for _ in range(10):
        answer = client.post("/reports/follow", data={**secret, "code": "AAAA-AAAA-AAAA-AAAA"})
    assert client.post("/reports/follow", data=secret).status_code == 429
    assert answer.status_code == 404


def test_nothing_added_too_much_added_and_a_decided_report_are_told_in_words(app, world, officer, secret):
    with world.as_worker() as session:
        report = session.scalars(select(Report.id).where(Report.number == secret["number"])).one()
    send = {**secret, "version": 1}
    empty = browser(app, world).post("/reports/follow/add", data=send)
    assert empty.status_code == 422
    assert "请写几句话" in empty.text
    odd = {**send, "document": (io.BytesIO(b"MZ not a picture"), "x.exe")}
    assert browser(app, world).post("/reports/follow/add", data=odd).status_code == 422
    step(world, officer, report, "redirect", to="上海市黄浦区市场监督管理局")
    late = browser(app, world).post("/reports/follow/add", data={**send, "version": 2, "note": "还有一件事"})
    assert late.status_code == 409
    assert "上海市黄浦区市场监督管理局" in late.text


def test_a_code_opens_its_own_report_and_nothing_else_in_the_database(world, secret):
    who = following.party(world.db.keys, secret["number"], secret["code"])
    world.file()
    with world.db.transaction(Role.CONSUMER, Identity(None, (who,))) as session:
        assert session.scalars(select(Report.number)).all() == [secret["number"]]
        for table in ("complaint", "filing", "evidence", "account", "notice"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    with world.db.transaction(Role.CONSUMER, Identity(None, (uuid4(),))) as session:
        assert session.scalars(select(Report.number)).all() == []


def test_the_code_is_kept_nowhere(world, root, secret):
    tables = [n for (n,) in root.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'").fetchall()]
    for table in tables:
        dumped = str(root.execute(f"SELECT t::text FROM {table} t").fetchall())
        assert secret["code"] not in dumped, table
        assert secret["code"].replace("-", "") not in dumped, table


def test_faults_of_an_anonymous_report_are_named_beside_their_fields(app, world):
    answer = browser(app, world).post("/reports/new", data={"name": "店", "address": "", "clues": "短", "basis": ""})
    assert answer.status_code == 422
    for field in ("name", "address", "clues", "basis"):
        assert f'id="{field}-error"' in answer.text
