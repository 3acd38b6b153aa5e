"""A case as one file: whole, with its contents, and for each reader no more than the case's page shows."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.documents import render
from complaints.drafts import Person, Respondent
from complaints.operations import assign, decide, filing, mediate, offers, second
from tests.factories import AccountFactory, DraftFactory, MembershipFactory, ReportFactory
from tests.support.http import Api, make_app, token_for
from tests.support.paper import text_of
from tests.support.world import at
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.store.session import Role

PARTS = ("投诉内容", "当事人与办理机关", "期限，逐日说明", "进展日志", "文书", "照片与凭证", "时间账")


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def case(world):
    """A complaint that was settled, with a document served on the complainant and a file."""
    case = world.mediating()
    for verb, day in ((mediate.testing, "2026-07-22"), (mediate.tested, "2026-07-29")):
        world.decide(case, verb, clock=at(day))
    world.decide(case, mediate.settle, 30000, clock=at("2026-08-03"))
    with world.as_worker() as session:
        session.add(
            Evidence(
                id=new_id(), owner_id=world.consumer, case_id=case, media_type="image/png", name="购物小票.png",
                original_digest="ab" * 32, shown_digest="cd" * 32, size=20480, uploaded_at=world.clock.now(),
            )
        )  # fmt: skip
    return case


def pdf(app, world, account, case, portal, lang="zh"):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    client.set_cookie("lang", lang)
    answer = client.get(f"/{portal}/complaints/{case}/file.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    if folder := os.environ.get("WUYOU_SCREENS"):
        Path(folder, f"casefile-{portal}-{lang}.pdf").write_bytes(answer.data)
    return answer.data


def test_the_file_has_every_part_under_its_contents(app, world, case):
    api = Api(app, token_for(world.db, world.officer))
    body = api.get(f"/complaints/{case}").json
    path = f"/complaints/{case}/documents"
    issued = api.post(path, {"form": 9, "values": {"agreed": "商家退款三百元。"}}, If_Match=f'"{body["version"]}"')
    assert issued.status_code == 201, issued.text
    said = pdf(app, world, world.officer, case, "officer")
    text = text_of(said)
    assert all(title in text for title in PARTS)
    for word in (world.read(case).number, "购物小票.png", "abababab", "脱线", "商家退款三百元。", "鉴定", "张*"):
        assert word in text, word
    titles = [entry.title for entry in PdfReader(io.BytesIO(said)).outline if not isinstance(entry, list)]
    assert [title for title in titles if title in PARTS] == list(PARTS)
    assert "平江路9号" not in text.split("调解书")[0]


def test_the_complainant_reads_own_values_in_plain_and_the_firm_reads_them_masked(app, world, case):
    own, firm = (
        text_of(pdf(app, world, who, case, portal))
        for who, portal in ((world.consumer, "my"), (world.merchant, "merchant"))
    )
    assert "苏州市姑苏区平江路9号" in own
    assert "苏州市姑苏区平江路9号" not in firm
    assert "139****0000" in firm
    assert "139****0000" not in own


def test_no_party_reads_what_the_bureau_weighed_within(app, world):
    with world.db.transaction(Role.OWNER) as session:
        colleague = AccountFactory(session=session, kind="officer", login="colleague").id
        MembershipFactory(session=session, account_id=colleague, org_id=world.bureau)
    case = world.file()
    world.decide(case, assign.assign, colleague, clock=at("2026-07-21"))
    world.decide(case, second.propose_decline, "内部判断:疑似非生活消费。", clock=at("2026-07-21"))
    world.decide(case, decide.request_identity, date(2026, 7, 30), clock=at("2026-07-22"))
    firm = text_of(pdf(app, world, world.merchant, case, "merchant"))
    officer = text_of(pdf(app, world, world.officer, case, "officer"))
    assert "内部判断" in officer
    assert "内部判断" not in firm
    assert "非生活消费" not in firm


def test_a_stranger_gets_no_file_and_a_report_leaves_no_trace_in_one(app, world):
    who = Person("张试", "+8613900000000", "苏州市姑苏区平江路9号")
    texts = []
    for report in (None, ReportFactory(clues="举报线索金丝雀与检测报告不符。")):
        draft = DraftFactory(respondent=Respondent(store_id=world.store), report=report, complainant=who)
        with world.as_consumer() as session:
            filed = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
        case, number = filed.complaint.id, filed.complaint.number
        text = text_of(pdf(app, world, world.merchant, case, "merchant")).replace(number, "NUMBER")
        texts.append(text)
    assert "金丝雀" not in "".join(texts)
    assert len(texts[0]) == len(texts[1])
    stranger = Api(app, token_for(world.db, world.far_officer))
    assert stranger.get(f"/complaints/{case}/file").status_code == 404


def test_the_api_gives_the_same_file_and_a_filing_of_today_has_one_too(app, world):
    answer = Api(app, token_for(world.db, world.officer)).get(f"/complaints/{world.file()}/file?lang=en")
    assert answer.status_code == 200
    text = text_of(answer.data)
    assert "Dates,explaineddaybyday" in text
    assert "None." in text


def test_the_longest_case_still_fits(app, world):
    case = world.mediating()
    for _ in range(30):
        with world.as_consumer() as session:
            found = decide.find(session, case)
            offers.offer(session, found, "complainant", 1, "出" * 500, actor=world.consumer_actor, clock=world.clock)
    said = pdf(app, world, world.officer, case, "officer")
    assert len(said) < render.MOST_OUTPUT
