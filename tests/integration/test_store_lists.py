"""A firm's own spreadsheet of stores: checked, confirmed, signed, handed in, from the first page to the last."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app import lists as store_lists
from app import workbooks
from app.import_tables import StoreList
from app.portals import importing
from app.wiring import TERMS
from merchants.models import Contact, Enrolment, Store
from merchants.operations import enrol
from merchants.promise import of_facts
from seeds import examples
from tests.support.http import make_app, token_for
from workflows.case import clocks, journal
from workflows.case.tables import CaseAccess, CaseEvent
from workflows.people.tables import Membership
from workflows.store import cells
from workflows.store.sealed import unseal
from workflows.store.session import Role

HEADERS = ("门店名称", "门店地址", "商品类别", "无理由退货天数", "异店退货", "门店电话", "营业时间")


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var", WUYOU_DEMO="1")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


def client(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


@pytest.fixture
def pages(app, world):
    return client(app, world, world.merchant)


def line(number, **changes):
    place = ("姑苏区", "黄浦区")[number % 2]
    values = (
        f"试样{number}号店",
        f"{place}样板路{number}号",
        "服装鞋帽",
        ("7", "15")[number % 2],
        "是",
        "0512-6",
        "10:00-22:00",
    )
    return list((dict(zip(HEADERS, values, strict=True)) | changes).values())


def spreadsheet(lines, headers=HEADERS):
    out = io.StringIO()
    csv.writer(out).writerows([headers, *lines])
    return out.getvalue().encode()


def upload(pages, world, body, name="门店.csv", expected=303):
    form = {"firm": str(world.enterprise), "file": (io.BytesIO(body), name)}
    answer = pages.post("/merchant/import/", data=form, content_type="multipart/form-data")
    assert answer.status_code == expected, answer.text
    return answer.headers["Location"] if expected == 303 else answer.text


def kept(world):
    with world.as_worker() as session:
        return session.scalars(select(StoreList).order_by(StoreList.id.desc())).first()


def stores(world):
    with world.as_worker() as session:
        return session.scalar(select(func.count()).select_from(Store).where(Store.enterprise_id == world.enterprise))


def cases(world):
    with world.as_worker() as session:
        return session.scalars(select(Enrolment).order_by(Enrolment.id)).all()


def confirmed(pages, world, lines):
    page = upload(pages, world, spreadsheet(lines))
    assert pages.post(f"{page}/confirm").status_code == 303
    return page


def test_a_good_list_is_shown_before_anything_is_made(pages, world):
    before = stores(world)
    text = pages.get(upload(pages, world, spreadsheet(line(n) for n in range(4)))).text
    assert "检查通过" in text
    assert "苏州 2 家，上海 2 家" in text
    assert "试样3号店" in text
    assert (stores(world), cases(world)) == (before, [])


def test_confirming_makes_every_store_and_a_draft_with_its_promise_as_the_product_does(pages, world):
    page = confirmed(pages, world, [line(n) for n in range(4)])
    found = cases(world)
    assert [(case.state, case.version, case.number[:3]) for case in found] == [
        ("draft", 1, "SZE"), ("draft", 1, "SHE"), ("draft", 1, "SZE"), ("draft", 1, "SHE"),
    ]  # fmt: skip
    assert [of_facts(case.promise).days for case in found] == [7, 15, 7, 15]
    assert all(of_facts(case.promise).cross_store for case in found)
    row = kept(world)
    assert (row.state, row.body_sealed, row.cases) == ("made", None, [str(case.id) for case in found])
    with world.as_worker() as session:
        store = session.get_one(Store, found[1].store_id)
        assert (store.city, store.district, store.brand, store.hours["mon"]) == (
            "3101", "310101", store.name, [["10:00", "22:00"]],
        )  # fmt: skip
        reached = session.scalars(select(Contact).where(Contact.org_id == store.id)).one()
        assert unseal(session, reached, "phone") == "0512-6"
        for case in found:
            events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
            assert not list(journal.verify(case.id, events, (case.chain_seq, case.chain_hash)))
            seen = session.scalars(select(CaseAccess.party_id).where(CaseAccess.case_id == case.id)).all()
            assert set(seen) == {case.enterprise_id, case.store_id, case.bureau_id}
    assert "请阅读并签署承诺书" in pages.get(page).text


def test_one_signature_hands_all_of_them_in_portion_by_portion(pages, world, monkeypatch):
    monkeypatch.setattr(importing, "PORTION", 2)
    page = confirmed(pages, world, [line(n) for n in range(5)])
    refused = pages.post(f"{page}/sign")
    assert (refused.status_code, "请先勾选" in refused.text) == (422, True)
    assert {case.state for case in cases(world)} == {"draft"}
    assert pages.post(f"{page}/sign", data={"signed": "1"}).status_code == 303
    assert "已提交 2 / 5 份，还剩 3 份" in pages.get(page).text
    part = pages.post(f"{page}/sign", headers={"HX-Request": "true"})
    assert (part.status_code, "已提交 4 / 5 份" in part.text, "<html" in part.text) == (200, True, False)
    assert "全部提交：5 份申请" in pages.post(f"{page}/sign", headers={"HX-Request": "true"}).text
    assert pages.post(f"{page}/sign").status_code == 303
    found = cases(world)
    assert {(case.state, case.version) for case in found} == {("submitted", 2)}
    with world.as_worker() as session:
        assert all(case.signed_digest == enrol.commitment(session, case) for case in found)
        assert not list(clocks.faults(session, TERMS))
    assert kept(world).state == "handed_in"


def test_every_fault_is_named_by_row_and_column_and_nothing_is_made(pages, world):
    before = stores(world)
    lines = [
        line(1),
        line(2, 无理由退货天数="3", 营业时间="早上"),
        line(3, 门店名称="=1+1"),
        line(1),
        line(5, 门店地址="火星大道100号"),
    ]
    page = upload(pages, world, spreadsheet(lines))
    text = pages.get(page).text
    found = re.findall(r'class="number">(\d+)</td><td data-head="列">([^<]+)</td><td data-head="问题">([^<]+)', text)
    assert found == [
        ("3", "营业时间", "营业时间请写成 10:00-22:00，或 周一至周五 10:00-21:00; 周六、周日 9:00-22:00。"),
        ("3", "无理由退货天数", "不得少于 7 天。"),
        ("4", "门店名称", "不能以等号等公式符号开头。"),
        ("4", "品牌", "不能以等号等公式符号开头。"),
        ("5", "门店名称", "和第 2 行重复：地址、店名都相同。"),
        ("6", "区县", "不是苏州、上海的区或县级市；不填时请在地址里写明。"),
    ]
    assert pages.post(f"{page}/confirm").status_code == 409
    assert (stores(world), cases(world)) == (before, [])


def test_the_marked_list_has_the_faults_beside_the_rows_and_nothing_that_is_a_formula(pages, world):
    page = upload(pages, world, spreadsheet([line(1), line(2, 门店名称="=HYPERLINK(1)")]))
    answer = pages.get(f"{page}/marked.xlsx")
    assert answer.content_type == workbooks.MIME
    assert answer.headers["Content-Disposition"].isascii()  # a server sends no other bytes in a header
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["问题（改好后可保留此列）", "门店名称"]
    assert (rows[1][0], rows[1][1]) == ("", "试样1号店")
    assert rows[2][0].startswith("门店名称: 不能以等号等公式符号开头。")
    assert rows[2][1] == "'=HYPERLINK(1)"
    mended = [["" if place == 0 else cell for place, cell in enumerate(row)] for row in rows[1:2]]
    assert upload(pages, world, spreadsheet(mended, rows[0]))


def test_the_same_list_again_changes_nothing_and_a_known_store_without_an_application_gets_one(pages, world):
    with world.as_worker() as session:
        known = session.get_one(Store, world.store)
    first = [line(1), line(2), line(3, 门店名称=known.name, 门店地址=known.address)]
    before = stores(world)
    confirmed(pages, world, first)
    assert (stores(world), len(cases(world))) == (before + 2, 3)
    text = pages.get(upload(pages, world, spreadsheet(first))).text
    assert text.count("已有申请，保持原样") == 3
    confirmed(pages, world, first)
    assert (stores(world), len(cases(world)), kept(world).state) == (before + 2, 3, "handed_in")


def test_a_store_that_stands_is_left_as_it_is(pages, world):
    world.enrolled()
    with world.as_worker() as session:
        known = session.get_one(Store, world.store)
    text = pages.get(upload(pages, world, spreadsheet([line(3, 门店名称=known.name, 门店地址=known.address)]))).text
    assert "已在承诺中，保持原样" in text


def test_what_changed_since_the_check_is_found_when_it_is_confirmed(pages, world):
    page, other = (upload(pages, world, spreadsheet([line(1)])) for _ in range(2))
    assert pages.post(f"{page}/confirm").status_code == 303
    assert pages.post(f"{other}/confirm").status_code == 303
    assert len(cases(world)) == 1


def test_a_list_of_another_firms_code_and_one_for_a_firm_that_is_not_managed_are_refused(pages, world):
    page = upload(pages, world, spreadsheet([[*line(1), "91320508MA1MA2EX0W"]], (*HEADERS, "统一社会信用代码")))
    assert "不是“" in pages.get(page).text
    form = {"firm": str(world.other_enterprise), "file": (io.BytesIO(spreadsheet([line(1)])), "a.csv")}
    assert pages.post("/merchant/import/", data=form, content_type="multipart/form-data").status_code == 404


def test_a_clerk_brings_no_list(pages, world):
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Membership, (world.merchant, world.enterprise)).rank = "clerk"
    assert "只有企业的负责人可以添加门店" in pages.get("/merchant/import/").text


def test_nobody_else_sees_a_list(app, pages, world):
    page = upload(pages, world, spreadsheet([line(1)]))
    with world.db.transaction(Role.OWNER) as session:
        row = session.scalars(select(StoreList)).one()
        row.account_id = world.consumer
    assert pages.get(page).status_code == 404
    assert pages.post(f"{page}/confirm").status_code == 404


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"", "a.csv", "表格里没有内容"),
        ("备注\n1\n".encode(), "a.csv", "第一行应当是列名"),
        ("门店名称\n一店\n".encode(), "a.csv", "表格缺少这些列：门店地址、类别、无理由退货天数"),
        (spreadsheet([]), "a.csv", "表格里没有内容"),
        (b"\xff\xfe\x00\x01", "a.xlsx", "无法读取这个文件"),
        (spreadsheet([line(n) for n in range(1001)]), "a.csv", "最多 1000 行"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_plain_words(pages, world, body, name, said):
    assert said in upload(pages, world, body, name, expected=422)
    assert kept(world) is None


def test_a_file_that_is_too_large_is_refused_without_being_read(pages, world, monkeypatch):
    monkeypatch.setattr(store_lists, "LIMITS", replace(store_lists.LIMITS, size=1000))
    body = spreadsheet(line(n) for n in range(100))
    assert "文件太大" in upload(pages, world, body, expected=422)


def test_no_file_at_all_is_said_so(pages, world):
    answer = pages.post("/merchant/import/", data={"firm": str(world.enterprise)})
    assert (answer.status_code, "请选择一个表格文件" in answer.text) == (422, True)


def test_a_list_may_be_dropped_and_is_gone_after_a_day(pages, world):
    page = upload(pages, world, spreadsheet([line(1)]))
    assert pages.post(f"{page}/drop").status_code == 303
    assert (kept(world).state, kept(world).body_sealed) == ("dropped", None)
    assert pages.post(f"{page}/drop").status_code == 409
    page = upload(pages, world, spreadsheet([line(1)]))
    uploaded = kept(world).uploaded_at
    with world.as_worker() as session:
        assert store_lists.forget(session, uploaded + timedelta(hours=24)) == {"forgotten": 0}
        assert store_lists.forget(session, uploaded + timedelta(hours=25)) == {"forgotten": 1}
    assert "已删除" in pages.get(page).text
    assert pages.post(f"{page}/confirm").status_code == 409


def test_the_template_explains_each_column_and_is_a_list_without_rows(pages, world):
    body = pages.get("/merchant/import/template.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    head, explained = book.get_sheet_by_index(0).to_python()[0], book.get_sheet_by_index(1).to_python()
    assert [row[0] for row in explained[1:]] == head
    assert {row[0] for row in explained if row[1] == "必填"} == {"门店名称", "门店地址", "类别", "无理由退货天数"}
    assert "表格里没有内容" in upload(pages, world, body, "a.xlsx", expected=422)


def test_the_example_of_661_stores_is_good_from_the_first_row_to_the_last(pages, world):
    body = pages.get("/merchant/import/example.xlsx").data
    assert len(list(examples.chain_rows())) == 661
    page = upload(pages, world, body, "a.xlsx")
    assert "检查通过" in pages.get(page).text
    assert pages.post(f"{page}/confirm").status_code == 303
    assert len(cases(world)) == 661


def test_on_an_installation_that_is_no_demo_there_is_no_example(world, tmp_path):
    plain = client(make_app(world.db, tmp_path / "other", WUYOU_DEMO="0"), world, world.merchant)
    assert plain.get("/merchant/import/example.xlsx").status_code == 404


@pytest.mark.parametrize("text", ["=1", " +1", "\u00a0-1", "@a", "＝1", "|x", "%x", "\tx"])
def test_what_a_spreadsheet_would_run_is_written_with_an_apostrophe(text):
    assert cells.safe(text) == f"'{text}"
    assert cells.safe(f"一店\n{text}") == f"一店\n'{text}"
