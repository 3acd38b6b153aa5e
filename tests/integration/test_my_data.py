"""Everything that is held about a person, as one file: whole, readable, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app import files
from app.places import Places
from app.portals import my_data
from app.subject_tables import SubjectAccess
from complaints.drafts import Person, Respondent
from complaints.operations import filing
from tests.factories import DraftFactory, ReportFactory
from tests.support import histories
from tests.support.http import make_app, secure, token_for
from workflows.store.crypto import sm3
from workflows.store.db import new_id
from workflows.store.evidence import Evidence

PERSON = Person("欧阳试样", "+8613912345678", "苏州市姑苏区平江路9号")


@pytest.fixture
def app(world, tmp_path):
    made = make_app(world.db, tmp_path / "var")
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def client(app, world, account, lang="zh"):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    found.set_cookie("lang", lang)
    return found


def taken(app, world, account, lang="zh"):
    """The file's parts by name."""
    with client(app, world, account, lang).post("/my/data/") as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
            assert pack.testzip() is None
            return {name: pack.read(name) for name in pack.namelist()}


@pytest.fixture
def filed(world):
    draft = DraftFactory(
        complainant=PERSON,
        respondent=Respondent(store_id=world.store),
        report=ReportFactory(clues="羊毛标签与检测报告不符。"),
    )
    with world.as_consumer() as session:
        return filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)


def upload(world, app, owner, case, name="小票.png", size=4):
    content = f"{name} content".encode()
    digest = sm3(content).hex()
    path = files.shown_path(Places(app.extensions["wuyou"].told.data), digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with world.as_worker() as session:
        session.add(
            Evidence(
                id=new_id(), owner_id=owner, case_id=case, media_type="image/png", name=name, original_digest=digest,
                shown_digest=digest, size=size, uploaded_at=world.clock.now(),
            )
        )  # fmt: skip


def test_it_holds_account_cases_reports_documents_and_files(app, world, filed):
    upload(world, app, world.consumer, filed.complaint.id)
    parts = taken(app, world, world.consumer)
    told = json.loads(parts["data.json"])
    assert told["account"]["name"].startswith("测试人")
    (complaint,) = told["complaints"]
    assert complaint["complainant"] == {
        "name": "欧阳试样",
        "phone": "139 1234 5678",
        "address": "苏州市姑苏区平江路9号",
    }
    assert complaint["history"][0]["event"] == "file"
    (report,) = told["reports"]
    assert report["clues"] == "羊毛标签与检测报告不符。"
    assert report["reporter"]["name"] == "欧阳试样"
    assert [row["name"] for row in told["files"]] == ["小票.png"]
    assert [content for name, content in parts.items() if name.endswith("小票.png")] == ["小票.png content".encode()]
    page = parts["data.html"].decode()
    for word in (filed.complaint.number, filed.report.number, "羊毛标签", "欧阳试样", "小票.png"):
        assert word in page
    assert b"prefers-color-scheme" in parts["data.css"]
    assert "password" not in parts["data.json"].decode()
    assert "totp" not in parts["data.json"].decode()


def test_the_page_in_english_reads_in_english(app, world, filed):
    page = taken(app, world, world.consumer, "en")["data.html"].decode()
    assert "What is held about me" in page
    assert "What happened" in page


def test_nobody_elses_case_name_or_report_is_in_it(app, world, filed):
    other = taken(app, world, world.other_consumer)
    told = json.loads(other["data.json"])
    assert (told["complaints"], told["reports"], told["files"]) == ([], [], [])
    firm = taken(app, world, world.merchant)
    officer = taken(app, world, world.officer)
    for parts in (other, firm, officer):
        text = parts["data.json"].decode() + parts["data.html"].decode()
        for secret in ("欧阳", "12345678", "平江路9号", filed.report.number, str(filed.report.id), "羊毛标签"):
            assert secret not in text
    assert json.loads(firm["data.json"])["works_for"][0]["kind"] == "enterprise"


def test_an_outcome_that_no_law_tells_a_reporter_is_not_in_the_file_either(app, world):
    case = histories.walked(world, "report-O20-case_opened")
    assert world.read_report(case).told_on is None
    told = json.loads(taken(app, world, world.consumer)["data.json"])
    (report,) = told["reports"]
    assert report["state"] == "handled"
    assert "open_case" not in json.dumps(report)


def test_each_taking_is_in_the_register_and_the_sixth_of_a_day_is_refused(app, world, filed):
    own = client(app, world, world.consumer)
    digest = sm3(taken(app, world, world.consumer)["data.json"]).hex()
    with world.as_consumer() as session:
        (row,) = session.scalars(select(SubjectAccess)).all()
        assert (row.cases, row.files, row.digest) == (2, 0, digest)
    assert digest in own.get("/my/data/").text
    for _ in range(my_data.MOST_A_DAY - 1):
        taken(app, world, world.consumer)
    refused = own.post("/my/data/")
    assert refused.status_code == 409
    assert "明天再来" in refused.text
    assert "明天再来" in own.get("/my/data/").text
    with world.as_consumer(world.other_consumer) as session:
        assert session.scalars(select(SubjectAccess)).all() == []


def test_files_that_do_not_fit_are_named_and_left_out(app, world, filed, monkeypatch):
    monkeypatch.setattr(my_data, "MOST_BYTES", 10)
    for number in range(3):
        upload(world, app, world.consumer, filed.complaint.id, f"照片{number}.png", 5)
    parts = taken(app, world, world.consumer)
    assert sum(name.startswith("files/") for name in parts) == 2
    assert "还有 1 个文件太大" in parts["data.html"].decode()


def test_the_page_shows_how_much_there_is_and_how_long_it_is_kept(app, world, filed):
    page = client(app, world, world.consumer).get("/my/data/").text
    assert "投诉 1 件" in page
    assert "举报 1 件" in page
    assert "1825 天" in page
    assert client(app, world, world.merchant).get("/my/data/").status_code == 200
    assert client(app, world, world.officer).get("/my/data/").status_code == 200
    assert app.test_client().get("/my/data/").status_code == 401
    secure(world, world.other_consumer, "admin", "admin")
    assert client(app, world, world.other_consumer).get("/my/data/").status_code == 403
