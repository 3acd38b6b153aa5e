"""The pages of the bridge: a sheet in two steps, a row to mend, the list to key in and its numbers, a day to settle."""

from __future__ import annotations

import io
import re

import pytest
import xlsxwriter
from sqlalchemy import select

from complaints import bridge_queries
from complaints.bridge_models import BridgeHandover, BridgeLook, BridgeNumber, BridgePush, BridgeRow
from complaints.models import Complaint
from complaints.operations import filing
from tests.factories import AccountFactory, DraftFactory, MembershipFactory, ReportFactory
from tests.support.http import make_app, token_for
from tests.support.platform import DAY, row, standing_in
from workflows.people.tables import Bureau
from workflows.store.session import Role

TITLES = {
    "投诉编号": "number", "登记类型": "kind", "接收时间": "received_on", "投诉人": "name", "联系电话": "phone",
    "联系地址": "address", "被投诉方": "respondent", "经营地址": "respondent_address", "类别": "category",
    "问题类别": "problem", "投诉请求": "requests", "消费日期": "happened_on", "金额": "amount", "投诉内容": "narrative",
}  # fmt: skip


@pytest.fixture
def platforms(world, tmp_path):
    with standing_in(world.db, tmp_path) as found:
        yield found


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


def signed_in(app, world, account):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return client


@pytest.fixture
def officer(app, world):
    return signed_in(app, world, world.officer)


def sheet(*rows) -> bytes:
    """A platform's export, with its Chinese headings."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, list(TITLES))
        for line, said in enumerate(rows, 1):
            page.write_row(line, 0, [said.get(name, "") for name in TITLES.values()])
    return out.getvalue()


def upload(officer, *rows, system="national"):
    file = (io.BytesIO(sheet(*rows)), "导出.xlsx")
    return officer.post("/officer/bridges/import", data={"system": system, "file": file})


def kept(world, model, **by):
    with world.as_worker() as session:
        return session.scalars(select(model).filter_by(**by).order_by(model.id)).all()


def test_a_sheet_is_checked_whole_and_filed_only_when_it_is_confirmed(officer, world, platforms):
    good, bad = row("QG20260717001", kind="投诉"), row("QG20260717002", problem="说不清", amount="很多")
    answer = upload(officer, good, bad, row("QG20260717001"))
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    assert "1 行可以登记，2 行有问题" in page
    assert "问题类别：请从给出的选项中选择" in page
    assert "涉及金额（元）：金额应为数字" in page
    assert "上面有一行编号相同" in page
    assert kept(world, Complaint) == []
    for _ in range(2):
        assert officer.post(f"{answer.location}/confirm").status_code == 303
    platforms.drain()
    (case,) = kept(world, Complaint)
    assert (case.problem, case.requests, case.amount_fen) == ("quality", ["return", "refund"], 39900)
    assert "已登记" in officer.get(answer.location).text
    assert "待补正" in officer.get(answer.location).text


def test_the_same_sheet_twice_and_a_file_that_is_none_are_told(officer, world, platforms):
    assert upload(officer, row("QG20260717001")).status_code == 303
    assert upload(officer, row("QG20260717001")).status_code == 409
    file = (io.BytesIO(b"\0\1"), "x.xlsx")
    assert officer.post("/officer/bridges/import", data={"system": "national", "file": file}).status_code == 422
    assert officer.post("/officer/bridges/import", data={"system": "national"}).status_code == 422
    lacking = (io.BytesIO("投诉编号,备注\n1,2\n".encode()), "x.csv")
    answer = officer.post("/officer/bridges/import", data={"system": "national", "file": lacking})
    assert "接收日期" in answer.text


def test_a_sheet_is_nobody_elses_to_confirm(officer, app, world, platforms):
    location = upload(officer, row("QG20260717001")).location
    other = signed_in(app, world, world.far_officer)
    assert other.post(f"{location}/confirm").status_code == 404
    assert kept(world, BridgeRow)[0].state == "checked"


def test_an_installations_own_headings_take_the_place_of_those_that_ship(officer, app, world):
    folder = app.extensions["wuyou"].told.data / "templates"
    folder.mkdir(parents=True)
    own = '[headings]\nnumber = ["流水号"]\nreceived_on = ["收件日"]\n'
    own += 'respondent = ["商户"]\nrespondent_address = ["商户住所"]\n'
    (folder / "bridge-headings.toml").write_text(own, "utf-8")
    file = (io.BytesIO("流水号,收件日,商户,商户住所\nQG0000001,2026-07-17,样店,姑苏区观前街1号\n".encode()), "x.csv")
    assert officer.post("/officer/bridges/import", data={"system": "national", "file": file}).status_code == 303
    assert kept(world, BridgeRow)[0].number == "QG0000001"


def test_a_row_set_aside_is_mended_on_a_page_and_half_of_its_facts_stay(officer, world, platforms):
    platforms.book.offer("hotline", "b", [row("RX20260717001", problem="", happened_on="")])
    platforms.fetch("hotline")
    listed = officer.get("/officer/bridges/rows/").text
    assert "RX20260717001" in listed
    assert "2026年7月28日" in listed
    (held,) = kept(world, BridgeRow)
    page = officer.get(f"/officer/bridges/rows/{held.id}").text
    assert row("x")["narrative"] in page
    said = dict(re.findall(r'name="(\w+)" maxlength="300" value="([^"]*)"', page)) | {
        "kind": "complaint", "category": "goods.clothing", "requests": ["return"], "narrative": row("x")["narrative"],
        "version": held.version,
    }  # fmt: skip
    again = officer.post(f"/officer/bridges/rows/{held.id}", data=said | {"problem": "quality"})
    assert again.status_code == 422
    said |= {"problem": "quality", "happened_on": "2026-07-01"}
    assert officer.post(f"/officer/bridges/rows/{held.id}", data=said).status_code == 412
    (held,) = kept(world, BridgeRow)
    done = officer.post(f"/officer/bridges/rows/{held.id}", data=said | {"version": held.version})
    assert done.status_code == 303
    platforms.drain()
    assert [str(c.received_on) for c in kept(world, Complaint)] == ["2026-07-17"]


def test_the_list_to_key_in_masks_persons_until_somebody_asks_and_keeps_who_did(officer, world, platforms):
    platforms.known = dict
    case = world.file()
    platforms.work()
    masked = officer.get("/officer/bridges/key-in/national").text
    assert "张试" not in masked
    assert "平江路9号" not in masked
    plain = officer.post("/officer/bridges/key-in/national/plain")
    assert "张试" in plain.text
    assert plain.headers["Cache-Control"] == "no-store"
    body = officer.post("/officer/bridges/key-in/national/sheet").data
    assert body.startswith(b"PK")
    assert [(look.about_id, look.account_id) for look in kept(world, BridgeLook)] == [(case, world.officer)] * 2


def test_numbers_are_pasted_back_matched_shown_and_kept_all_or_none(officer, world, platforms):
    platforms.known = dict
    first, second = world.file(), world.file()
    platforms.work()
    page = "/officer/bridges/key-in/national/numbers"
    said = {"numbers": "QG202607200001\n??\nQG202607200003", "on": str(DAY)}
    bad = officer.post(page, data=said).text
    assert "不是编号" in bad
    assert "编号比清单多" in bad
    assert officer.post(page, data=said | {"confirmed": "1"}).status_code == 422
    assert kept(world, BridgeNumber) == []
    said["numbers"] = f"{world.read(second).number}\tQG202607200002\n{world.read(first).number},QG202607200001"
    assert "保存 2 个编号" in officer.post(page, data=said).text
    assert kept(world, BridgeNumber) == []
    assert officer.post(page, data=said | {"confirmed": "1"}).status_code == 303
    found = {n.case_id: (n.number, n.source) for n in kept(world, BridgeNumber)}
    assert found == {first: ("QG202607200001", "typed"), second: ("QG202607200002", "typed")}
    assert "QG202607200001" in officer.get(f"/officer/complaints/{first}").text


def test_statuses_that_were_keyed_in_leave_the_list(officer, world, platforms):
    platforms.known = dict
    world.mediating()
    platforms.work()
    pushes = kept(world, BridgePush, what="status")
    assert "调解中" in officer.get("/officer/bridges/key-in/national").text
    officer.post("/officer/bridges/key-in/national/told", data={"push": [str(p.id) for p in pushes]})
    assert "调解中" not in officer.get("/officer/bridges/key-in/national").text
    assert {p.done_by for p in kept(world, BridgePush, what="status")} == {world.officer}


def test_a_red_day_is_settled_on_its_page_by_a_reason(officer, world, platforms):
    case = world.file()
    platforms.work()
    (held,) = kept(world, BridgeNumber)
    platforms.book.change("national", held.number, {"status": "closed"})
    platforms.compare()
    with world.as_officer() as session:
        day = bridge_queries.days(session, "national", "3205", DAY, 1)[0].found
        (row_,) = bridge_queries.differences(session, day.id)
    page = f"/officer/bridges/days/{day.id}"
    assert "状态不同" in officer.get(page).text
    settle = f"/officer/bridges/differences/{row_.id}"
    assert officer.post(settle, data={"act": "accepted", "reason": ""}).status_code == 422
    assert officer.post(settle, data={"act": "accepted", "reason": "平台先行办结"}).status_code == 303
    assert "平台先行办结" in officer.get(page).text
    platforms.compare()
    with world.as_officer() as session:
        assert bridge_queries.days(session, "national", "3205", DAY, 1)[0].open == 0
    assert case


def test_a_report_is_on_its_officers_pages_alone_and_in_no_count_of_a_colleagues(officer, app, world, platforms):
    platforms.known = dict
    with world.as_consumer() as session:
        draft = DraftFactory(report=ReportFactory(), respondent=filing.Respondent(store_id=world.store))
        leg = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock).report
    platforms.work()
    chief = signed_in(app, world, colleague(world))
    addresses = ("/officer/bridges/", "/officer/bridges/key-in/national", "/officer/bridges/rows/")
    assert leg.number in officer.get("/officer/bridges/key-in/national").text
    for address in addresses:
        text = chief.get(address).text
        assert leg.number not in text
        assert "货架上的" not in text
    assert '<b class="number">1</b>' in chief.get("/officer/bridges/").text
    assert '<b class="number">2</b>' in officer.get("/officer/bridges/").text


def colleague(world):
    """Another officer of the same bureau."""
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="officer", login="colleague").id
        MembershipFactory(session=session, account_id=account, org_id=world.bureau)
    return account


def test_a_consumer_whose_bureau_has_not_published_the_portal_is_told_where_it_went(app, world, platforms):
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Bureau, world.bureau).portal_channel = False
    consumer = signed_in(app, world, world.consumer)
    base = "/my/complaints/new"
    consumer.post(f"{base}/who", data={"name": "试样服饰店", "address": "苏州市姑苏区观前街1号"})
    consumer.post(f"{base}/what", data={"category": "goods.clothing", "problem": "quality", "requests": ["refund"]})
    facts = {"happened_on": "2026-07-01", "place": "观前街1号", "amount": "399", "narrative": "外套洗了一次就脱线。"}
    consumer.post(f"{base}/facts", data=facts)
    consumer.post(f"{base}/you", data={"your_name": "张试", "your_address": "苏州市姑苏区平江路9号"})
    answer = consumer.post(f"{base}/check")
    assert answer.status_code == 303
    assert "没有把本网站公布" in consumer.get(answer.location).text
    assert "正在转交" in consumer.get("/my/").text
    platforms.work()
    (handed,) = kept(world, BridgeHandover)
    assert handed.number in consumer.get(answer.location).text
    assert handed.number in consumer.get("/my/notices").text
    platforms.fetch("national")
    (case,) = kept(world, Complaint)
    assert f"/my/complaints/{case.id}" in consumer.get(answer.location).text
    assert kept(world, BridgeHandover)[0].body_sealed is None
