"""Lists as files: the same rows as the list, one a case, masked, capped, and never a formula."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app import listing
from complaints.drafts import Person, Respondent
from complaints.operations import decide, filing
from tests.factories import DraftFactory, FactsFactory, ReportFactory
from tests.support import agreed
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.errors import RuleBroken

FORMULA = '=HYPERLINK("http://example.invalid","点我")'


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


def browser(world, app, account, lang="zh"):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    client.set_cookie("lang", lang)
    return client


def table(answer):
    """A CSV answer as its rows by title."""
    assert answer.status_code == 200, answer.text
    assert answer.data[:3] == b"\xef\xbb\xbf"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_queue_comes_as_one_row_a_case_with_the_filters_of_the_page(world, app):
    first = world.file()
    second = world.file()
    world.decide(second, decide.accept)
    officer = browser(world, app, world.officer)
    rows = table(officer.get("/officer/export.csv"))
    assert {row["编号"] for row in rows} == {world.read(first).number, world.read(second).number}
    (only,) = table(officer.get("/officer/export.csv?state=accepted"))
    assert (only["编号"], only["状态"]) == (world.read(second).number, "已受理")
    assert table(officer.get("/officer/export.csv?whose=unassigned"))[0]["编号"] == world.read(first).number
    answer = officer.get("/officer/export.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_personal_values_are_masked_and_a_person_who_is_not_there_is_empty(world, app):
    world.file(complainant=Person("欧阳试样", "+8613912345678", "苏州市姑苏区平江路9号"))
    answer = browser(world, app, world.officer).get("/officer/export.csv")
    (row,) = table(answer)
    assert (row["投诉人（已遮盖）"], row["电话（已遮盖）"]) == ("欧***", "139****5678")
    assert "平江路9号" not in answer.data.decode()
    assert "12345678" not in answer.data.decode()


def test_a_spreadsheet_holds_days_and_amounts_as_such(world, app):
    world.file()
    answer = browser(world, app, world.officer, "en").get("/officer/export.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    row = dict(zip(*sheet, strict=True))
    assert row["Received"] == date(2026, 7, 20)
    assert row["Amount (yuan)"] == 399
    assert row["Requests"].count("; ") == 1


def test_no_name_becomes_a_formula_in_either_kind(world, app):
    shop = Respondent(name=FORMULA[:60], address="江苏省苏州市姑苏区观前街1号")
    world.file(respondent=shop)
    officer = browser(world, app, world.officer)
    (row,) = table(officer.get("/officer/export.csv"))
    assert row["被投诉（举报）人"].startswith("'=")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(officer.get("/officer/export.xlsx").data)).get_sheet_by_index(0)
    assert any(isinstance(cell, str) and cell.startswith("'=HYPERLINK") for cell in sheet.to_python()[1])


def test_nobody_takes_out_what_the_list_does_not_show(world, app):
    world.file()
    assert table(browser(world, app, world.far_officer).get("/officer/export.csv")) == []
    assert browser(world, app, world.consumer).get("/officer/export.csv").status_code == 403
    assert browser(world, app, world.officer).get("/merchant/complaints/export.csv").status_code == 403
    (row,) = table(browser(world, app, world.merchant).get("/merchant/complaints/export.csv"))
    assert "承办人" not in row
    assert row["投诉人（已遮盖）"] == "张*"


def test_a_complaint_with_a_report_gives_the_same_file_as_one_without(world, app):
    plain = DraftFactory(respondent=Respondent(store_id=world.store))
    both = DraftFactory(respondent=Respondent(store_id=world.store), report=ReportFactory())
    for draft in (plain, both):
        with world.as_consumer() as session:
            filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
    rows = table(browser(world, app, world.officer).get("/officer/export.csv"))
    assert len(rows) == 2
    same = [{name: value for name, value in row.items() if name != "编号"} for row in rows]
    assert same[0] == same[1]
    assert not any("举报" in value for row in rows for value in row.values())


def test_an_officer_takes_out_own_reports_and_nothing_of_who_reported(world, app):
    with world.as_consumer() as session:
        who = Person("欧阳举报", "+8613912345678", "苏州市姑苏区平江路9号")
        draft = ReportFactory()
        filing.report(
            session, Respondent(store_id=world.store), draft, who, actor=world.consumer_actor, clock=world.clock
        )
    answer = browser(world, app, world.officer).get("/officer/reports/export.csv")
    (row,) = table(answer)
    assert row["来源"] == "举报人提出"
    assert "欧" not in answer.data.decode()
    assert table(browser(world, app, world.officer).get("/officer/reports/export.csv?state=no_case")) == []
    assert table(browser(world, app, world.far_officer).get("/officer/reports/export.csv")) == []


def test_a_search_and_the_visits_to_make_come_too(world, app):
    case = world.file(facts=FactsFactory(narrative="在店里买的羽绒服漏绒,店员不肯退。"))
    officer = browser(world, app, world.officer)
    (row,) = table(officer.get("/officer/search/export.csv?q=漏绒"))
    assert row["编号"] == world.read(case).number
    assert officer.get("/officer/search/export.csv?q=").status_code == 422
    denied = agreed.closed(world)
    agreed.by_firm(world, denied, 39900, date(2026, 7, 25))
    agreed.by_consumer(world, denied, agreed.outcomes.deny)
    agreed.drained(world)
    (visit,) = table(officer.get("/officer/return-visits/export.csv"))
    assert visit["编号"] == world.read(denied).number


def test_the_api_gives_files_by_path_and_by_accept(world, app):
    world.file()
    api = Api(app, token_for(world.db, world.officer))
    by_path = api.get("/complaints.csv?queue=unassigned", Accept_Language="zh")
    assert len(table(by_path)) == 1
    assert table(api.get("/complaints", Accept="text/csv", Accept_Language="zh")) == table(by_path)
    assert api.get("/complaints", Accept="application/json").is_json
    assert api.get("/complaints").is_json
    assert api.get("/complaints.xlsx").data[:2] == b"PK"
    assert table(api.get("/complaints.csv?q=外套"))[0]
    assert api.get("/complaints.csv?nonsense=1").status_code == 422
    assert table(api.get("/reports.csv")) == []
    assert table(api.get("/reports", Accept="text/csv")) == []
    assert Api(app, token_for(world.db, world.consumer)).get("/complaints.csv").status_code == 403


def test_a_list_that_is_too_long_is_refused_whole_with_what_to_do(world, app, monkeypatch):
    monkeypatch.setattr(listing, "MOST_ROWS", 1)
    for _ in range(2):
        world.file()
    answer = browser(world, app, world.officer).get("/officer/export.csv")
    assert answer.status_code == 422
    assert "超过 1 行" in answer.text
    problem = Api(app, token_for(world.db, world.officer)).get("/complaints.csv").json
    assert problem["code"] == "export.many"


def test_pages_are_gathered_to_the_end_and_begun_where_the_last_one_ended(monkeypatch):
    monkeypatch.setattr(listing, "MOST_ROWS", 250)
    rows = list(range(250))

    def fetch(after):
        return rows[(0 if after is None else after + 1) :][: listing.PAGE]

    assert [len(page) for page in listing.gathered(fetch, lambda row: row)] == [100, 100, 50]
    rows.append(250)
    with pytest.raises(RuleBroken, match="more than 250 rows"):
        list(listing.gathered(fetch, lambda row: row))
    del rows[200:]
    assert [len(page) for page in listing.gathered(fetch, lambda row: row)] == [100, 100]


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
@settings(max_examples=50)
def test_no_cell_of_a_file_begins_what_a_spreadsheet_would_run(rows):
    out = listing.written("csv", ["a", "b"], iter(rows)).read().decode("utf-8-sig")
    for line in csv.reader(io.StringIO(out, newline="")):
        for cell in line:
            for part in cell.split("\n"):
                assert not part.lstrip(" \u00a0\ufeff\u200b").startswith(
                    ("=", "+", "-", "@", "|", "%", "=", "+", "-", "@")
                )


def test_mine_are_the_ones_that_are_assigned_to_me(world, app):
    for _ in range(3):
        world.decide(world.file(), decide.accept, clock=at("2026-07-21"))
    assert len(table(browser(world, app, world.officer).get("/officer/export.csv?whose=mine"))) == 3
