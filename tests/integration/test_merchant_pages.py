from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import settings as app_settings
from app import tasks
from app.standin import StandInMessage
from merchants.models import Enrolment, Standing, Store
from tests.factories import credit_code
from tests.support.http import Api, make_app, now, token_for
from workflows.people.tables import Account
from workflows.store.sealed import unseal
from workflows.time.clock import FixedClock

DAYS = {"days": "15"}
COVERS = {"categories": ["goods.clothing"], "exclusions": ["custom_made"], "confirmed": "1"}
GOODS = {"condition": "resaleable", "proofs": ["receipt"], "gifts": "keep", "bundles": "item_price"}
MONEY = {"freight": "store", "refund_hours": "0"}
PROMISE = DAYS | COVERS | GOODS | MONEY
STEPS = {
    "days": DAYS, "covers": COVERS, "goods": GOODS, "money": MONEY, "where": {"cross_store": "1"}, "preview": {},
    "papers": {},
}  # fmt: skip


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


@pytest.fixture
def pages(app, world):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.merchant))
    return client


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


def work(world):
    told = app_settings.read({"WUYOU_DATA": "/nonexistent"})
    while tasks.drain_messages(world.db) or tasks.deliver(world.db, told):
        pass


def case_of(world, store):
    with world.as_worker() as session:
        query = select(Enrolment).where(Enrolment.store_id == store).order_by(Enrolment.id.desc())
        return session.scalars(query).first()


def answer(pages, world, store, name, **values):
    case = case_of(world, store)
    return pages.post(f"/merchant/applications/{case.id}/{name}", data=values | {"version": case.version})


def apply(pages, world, store):
    assert pages.post(f"/merchant/stores/{store}/apply").status_code == 303
    for name, values in STEPS.items():
        answered = answer(pages, world, store, name, **values)
        assert answered.status_code == 303, (name, answered.text)
    return case_of(world, store)


def test_a_merchant_applies_page_by_page_and_what_is_promised_is_said_in_plain_words(pages, world, officer):
    apply(pages, world, world.store)
    signing = pages.get(f"/merchant/applications/{case_of(world, world.store).id}/sign").text
    for words in (
        "收到商品（需要安装的，安装完成）后 15 天内可以无理由退货",
        "当场退款",
        "本品牌承诺门店都可以退",
        "第十二条",
    ):
        assert words in signing
    assert answer(pages, world, world.store, "sign").status_code == 422
    assert answer(pages, world, world.store, "sign", signed="1").status_code == 303
    work(world)
    case = case_of(world, world.store)
    assert "将在下面的日期前决定" in pages.get(f"/merchant/applications/{case.id}").text
    done = officer.post(f"/enrolments/{case.id}/approve", {}, If_Match=f'"{case.version}"')
    assert done.status_code == 200, done.text
    number = done.json["standing"]["plaque"]
    store = pages.get(f"/merchant/stores/{world.store}").text
    assert number in store
    assert pages.get(f"/merchant/stores/{world.store}/plaque.pdf?size=board").data.startswith(b"%PDF")
    assert pages.get(f"/merchant/stores/{world.store}/plaque.png").data.startswith(b"\x89PNG")
    assert number in pages.get("/merchant/").text


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("days", {"days": "3"}, "不得少于 7 天"),
        ("days", {"days": "many"}, "不得少于 7 天"),
        ("days", {"days": "other", "days_other": "6"}, "不得少于 7 天"),
        ("covers", COVERS | {"categories": []}, "必填"),
        ("covers", COVERS | {"exclusions": ["activated"], "confirmed": ""}, "第七条"),
        ("goods", GOODS | {"gifts": "maybe"}, "请从给出的选项中选择"),
        ("money", MONEY | {"refund_hours": "other", "refund_hours_other": "999"}, "168 小时"),
        ("where", {"cross_city": "1"}, "本企业门店通退或联盟通退"),
        ("papers", {"licence_expires_on": "soon"}, "无法识别"),
    ],
)
def test_a_page_with_a_fault_says_so_beside_it_and_keeps_what_was_there(pages, world, name, values, words):
    pages.post(f"/merchant/stores/{world.store}/apply")
    before = case_of(world, world.store).promise
    refused = answer(pages, world, world.store, name, **values)
    assert (refused.status_code, words in refused.text) == (422, True)
    assert case_of(world, world.store).promise == before


def test_what_was_sent_back_is_shown_where_it_is_mended(pages, world, officer):
    apply(pages, world, world.store)
    answer(pages, world, world.store, "sign", signed="1")
    work(world)
    case = case_of(world, world.store)
    marked = [{"field": "shop", "words": "门头照片里看不到店名"}]
    assert officer.post(f"/enrolments/{case.id}/send_back", {"marked": marked}, If_Match=f'"{case.version}"').json
    following = pages.get(f"/merchant/applications/{case.id}").text
    assert f"/merchant/applications/{case.id}/papers" in following
    for address, there in (("papers", True), ("days", False)):
        assert ("门头照片里看不到店名" in pages.get(f"/merchant/applications/{case.id}/{address}").text) is there
    assert "改好退回的申请" in pages.get("/merchant/").text
    withdrawn = answer(pages, world, world.store, "withdraw")
    assert withdrawn.status_code == 303
    assert case_of(world, world.store).state == "withdrawn"


def test_a_firm_and_a_store_are_brought_in_with_their_faults_named(pages, world):
    firm = {
        "uscc": credit_code(91),
        "name": "苏州页面商贸有限公司",
        "district": "320508",
        "address": "姑苏区平江路66号",
    }
    wrong = pages.post("/merchant/firm/new", data=firm | {"uscc": "91320508MA1WXYZ12X"})
    assert (wrong.status_code, "18 位字符" in wrong.text) == (422, True)
    assert pages.post("/merchant/firm/new", data=firm).status_code == 303
    assert "苏州页面商贸有限公司" in pages.get("/merchant/stores/new").text
    known = pages.post("/merchant/firm/new", data=firm)
    assert (known.status_code, known.location) == (303, f"/merchant/firm/claim?uscc={firm['uscc']}")
    shop = {"name": "页面平江店", "brand": "页面", "district": "320508", "address": "姑苏区平江路66号"}
    for change, words in (({"lon": "31.3", "lat": "120.6"}, "填反"), ({"lon": "x"}, "无法识别"), ({}, "必填")):
        refused = pages.post("/merchant/stores/new", data=shop | change)
        assert (refused.status_code, words in refused.text) == (422, True)
    hours = {"hours_every": "10:00-22:00", "hours_sun": "10点到晚上"}
    refused = pages.post("/merchant/stores/new", data=shop | {"categories": "goods.food"} | hours)
    assert (refused.status_code, "营业时间格式" in refused.text) == (422, True)
    made = pages.post(
        "/merchant/stores/new", data=shop | {"categories": "goods.food", "hours_every": "10：00至12:00、14:00-22:00"}
    )
    assert made.status_code == 303
    again = pages.post("/merchant/stores/new", data=shop | {"categories": "goods.food"})
    assert (again.status_code, "同名门店" in again.text) == (422, True)
    edit = f"{made.location}/edit"
    assert "10:00-12:00, 14:00-22:00" in pages.get(edit).text
    renamed = shop | {"categories": "goods.food", "name": "页面平江新店", "kind": "shop", "hours_sun": "9:00-20:00"}
    assert pages.post(edit, data=renamed).status_code == 303
    assert "页面平江新店" in pages.get("/merchant/stores/").text
    with world.as_worker() as session:
        store = session.scalars(select(Store).where(Store.name == "页面平江新店")).one()
        assert store.hours == {"sun": [["09:00", "20:00"]]}


def test_a_station_and_a_counter_are_asked_for_what_only_they_have(pages, world):
    place = {"brand": "页面", "district": "320508", "categories": "service.other"}
    station = place | {
        "name": "页面服务站",
        "address": "姑苏区平江路1号",
        "kind": "station",
        "hours_every": "9:00-20:00",
    }
    refused = pages.post("/merchant/stores/new", data=station | {"capacity": "很多"})
    assert (refused.status_code, "无法识别" in refused.text) == (422, True)
    refused = pages.post("/merchant/stores/new", data=station)
    assert (refused.status_code, refused.text.count('class="error"')) == (422, 2)
    goods = {"takes": ["goods.clothing", "goods.food"], "capacity": "40"}
    assert pages.post("/merchant/stores/new", data=station | goods).status_code == 303
    mall = place | {"name": "页面百货", "address": "姑苏区平江路2号", "kind": "mall"}
    assert pages.post("/merchant/stores/new", data=mall).status_code == 303
    counter = place | {"name": "页面专柜", "address": "姑苏区平江路2号3层", "kind": "counter"}
    refused = pages.post("/merchant/stores/new", data=counter | {"parent_id": "别的百货"})
    assert (refused.status_code, "没有这个商场或商圈" in refused.text) == (422, True)
    made = pages.post("/merchant/stores/new", data=counter | {"parent_id": "页面百货（姑苏区）"})
    assert 'value="页面百货（姑苏区）"' in pages.get(f"{made.location}/edit").text
    with world.as_worker() as session:
        found = {s.name: s for s in session.scalars(select(Store).where(Store.brand == "页面"))}
    assert (found["页面服务站"].takes, found["页面服务站"].capacity) == (goods["takes"], 40)
    assert found["页面专柜"].parent_id == found["页面百货"].id


def test_a_promise_is_changed_and_a_store_leaves_from_its_page(pages, world):
    world.enrolled(clock=FixedClock(now()))
    held = standing(world)
    today = held.entered_on
    proofs = {"proofs": ["invoice", "receipt", "payment_record"]}
    change = PROMISE | proofs | {"days": "30", "version": held.version}
    address = f"/merchant/stores/{world.store}/promise"
    assert pages.get(address).status_code == 200
    looked = pages.post(address, data=change)
    assert (looked.status_code, "没有哪一项比现在少" in looked.text, standing(world).version) == (
        200,
        True,
        held.version,
    )
    lesser = pages.post(address, data=change | {"freight": "consumer", "gifts": "return_or_pay", "proofs": ["invoice"]})
    assert ("认可的凭证" in lesser.text, "提前 7 天" in lesser.text) == (True, True)
    too_soon = pages.post(address, data=change | {"on": str(today)})
    assert (too_soon.status_code, "之间的某天起生效" in too_soon.text) == (422, True)
    below = pages.post(address, data=change | {"days": "3"})
    assert (below.status_code, "不得少于 7 天" in below.text) == (422, True)
    assert pages.post(address, data=change | {"on": str(today + timedelta(days=1))}).status_code == 303
    assert "提前 30 日" in pages.get(f"/merchant/stores/{world.store}/leave").text
    early = {"why": "closing", "on": str(today + timedelta(days=5)), "version": standing(world).version}
    refused = pages.post(f"/merchant/stores/{world.store}/give_notice", data=early)
    assert (refused.status_code, "最后一天最早为" in refused.text) == (422, True)
    assert pages.post(f"/merchant/stores/{world.store}/give_notice", data=early | {"on": ""}).status_code == 422
    later = early | {"on": str(today + timedelta(days=40))}
    assert pages.post(f"/merchant/stores/{world.store}/give_notice", data=later).status_code == 303
    assert standing(world).state == "leaving"
    stale = pages.post(f"/merchant/stores/{world.store}/renew", data={"version": 1})
    assert stale.status_code in (409, 412)


def standing(world):
    with world.as_worker() as session:
        return session.scalars(select(Standing).where(Standing.store_id == world.store)).one()


def test_another_firms_store_and_application_are_not_there(app, world, pages):
    apply(pages, world, world.store)
    case = case_of(world, world.store)
    with world.as_worker() as session:
        other = session.scalars(select(Store.id).where(Store.enterprise_id != world.enterprise)).first()
    assert other is None or pages.get(f"/merchant/stores/{other}").status_code == 404
    stranger = app.test_client()
    code = register(world, stranger, "13900004321", "fremd.shop")
    assert code == 302
    assert stranger.get(f"/merchant/stores/{world.store}").status_code == 404
    assert stranger.get(f"/merchant/applications/{case.id}").status_code == 404
    assert stranger.get(f"/merchant/stores/{world.store}/plaque.pdf").status_code == 404
    assert stranger.post(f"/merchant/stores/{world.store}/apply").status_code in (403, 409)


def register(world, client, phone, login, password="ein langes passwort"):
    client.post("/merchant/register/", data={"phone": phone})
    with world.as_worker() as session:
        newest = session.scalars(select(StandInMessage).order_by(StandInMessage.at.desc())).first()
        code = re.search(r"\d{6}", unseal(session, newest, "body")).group()
    form = {"phone": phone, "code": code, "login": login, "password": password}
    return client.post("/merchant/register/account", data=form).status_code


def test_a_merchant_registers_by_phone_and_is_signed_in(app, world):
    client = app.test_client()
    assert register(world, client, "13900001234", "neu.shop") == 302
    assert "登记企业" in client.get("/merchant/").text
    with world.as_worker() as session:
        made = session.scalars(select(Account).where(Account.login == "neu.shop")).one()
        assert (made.kind, made.phone_index) == ("merchant", None)
    assert register(world, app.test_client(), "13900001235", "neu.shop") == 422
    assert register(world, app.test_client(), "13900001236", "zu.kurz", "kurz") == 422
    wrong = {"phone": "13900001234", "code": "000000", "login": "anders", "password": "ein langes passwort"}
    assert app.test_client().post("/merchant/register/account", data=wrong).status_code == 422
