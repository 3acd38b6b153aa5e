"""The firm a complaint is about: identified by the officer, reached by letter, its silence counted."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlparse

import pytest
from sqlalchemy import select

from complaints import beside, queries, respondents
from complaints.operations import decide, filing, mediate
from merchants.models import Activation, Enterprise
from tests.factories import AccountFactory, EnterpriseFactory, credit_code
from tests.integration.test_enrolment import work
from tests.support.http import Api, make_app, token_for
from tests.support.paper import text_of
from tests.support.world import at
from workflows.delivery.notices import Notice
from workflows.people.tables import Membership
from workflows.store.session import Identity, Role

UNKNOWN = filing.Respondent(name="苏州街角小铺有限公司", address="苏州市姑苏区道前街7号")
CODE = credit_code(61_000_001)


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


def pages(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def identify(world, officer, case, expected=200, **values):
    given = {"uscc": CODE, "name": "苏州街角小铺有限公司"} | values
    version = {"If_Match": f'"{world.read(case).version}"'}
    answer = officer.post(f"/complaints/{case}/identify_respondent", given, **version)
    assert answer.status_code == expected, answer.text
    return answer.json


def unstaffed(world) -> tuple:
    """A complaint about a firm that nobody has signed in for."""
    with world.db.transaction(Role.OWNER) as session:
        firm = EnterpriseFactory(session=session, name="苏州空屋商贸有限公司")
        code = firm.uscc
    case = world.file(respondent=filing.Respondent(name="苏州空屋商贸有限公司", address="苏州市姑苏区空屋巷1号"))
    return case, code


def letter(app, world, case, expected=200):
    answer = pages(app, world, world.officer).post(
        f"/officer/complaints/{case}/activation", data={"version": world.read(case).version}
    )
    assert answer.status_code == expected, answer.text
    return text_of(answer.data) if expected == 200 else answer.text


def code_in(words: str) -> str:
    return re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", words)[0]


def join(app, world, account, code):
    return pages(app, world, account).post("/merchant/join", data={"code": code})


def merchant_account(world, login):
    with world.db.transaction(Role.OWNER) as session:
        return AccountFactory(session=session, kind="merchant", login=login).id


def test_a_firm_that_the_officer_identifies_hears_of_the_case_and_sees_it(app, world, officer):
    case = world.file(respondent=UNKNOWN)
    work(world)
    identify(world, officer, case)
    work(world)
    with world.as_worker() as session:
        firm = session.scalar(select(Enterprise).where(Enterprise.uscc == CODE))
        told = session.scalars(select(Notice.key).where(Notice.recipient_id == firm.id)).all()
    assert (firm.name, firm.district, firm.created_by) == ("苏州街角小铺有限公司", "320508", None)
    assert told == ["notice.complaint.identify_respondent.respondent"]
    with world.db.transaction(Role.MERCHANT, Identity(world.merchant, (firm.id,))) as session:
        assert queries.complaint(session, case).enterprise_id == firm.id
    identify(world, officer, case, 409)


def test_a_code_that_is_another_firms_is_refused_by_its_name_and_nothing_is_shared(world, officer):
    with world.db.transaction(Role.OWNER) as session:
        other = EnterpriseFactory(session=session, name="苏州另一家商贸有限公司")
        code = other.uscc
    case = world.file(respondent=UNKNOWN)
    assert [e["field"] for e in identify(world, officer, case, 422, uscc=code)["errors"]] == ["name"]
    assert [e["field"] for e in identify(world, officer, case, 422, uscc="123")["errors"]] == ["uscc"]
    assert world.read(case).enterprise_id is None


def test_a_letter_opens_the_firm_to_whoever_brings_its_code_once(app, world, officer):
    case, code = unstaffed(world)
    assert "请先查明" in letter(app, world, case, 409)
    identify(world, officer, case, uscc=code, name="苏州空屋商贸有限公司")
    first, second = (letter(app, world, case) for _ in range(2))
    assert "苏州空屋商贸有限公司" in second
    assert urlparse(re.search(r"http\S+join", second)[0]).path == "/merchant/join"
    account = merchant_account(world, "leer.eins")
    assert join(app, world, account, code_in(first)).status_code == 422
    assert join(app, world, account, code_in(second)).status_code == 303
    assert join(app, world, merchant_account(world, "leer.zwei"), code_in(second)).status_code == 422
    with world.as_worker() as session:
        firm = session.scalar(select(Enterprise.id).where(Enterprise.uscc == code))
        rows = session.scalars(select(Membership).where(Membership.org_id == firm)).all()
        assert [(row.account_id, row.rank) for row in rows] == [(account, "manager")]
    assert "不需要激活信" in letter(app, world, case, 409)
    assert pages(app, world, account).get(f"/merchant/complaints/{case}").status_code == 200


def test_the_code_of_a_letter_is_kept_nowhere_and_ends_in_time(app, world, officer):
    case, code = unstaffed(world)
    identify(world, officer, case, uscc=code, name="苏州空屋商贸有限公司")
    words = code_in(letter(app, world, case))
    with world.db.transaction(Role.OWNER) as session:
        row = session.scalars(select(Activation)).one()
        assert words.replace("-", "").encode() not in row.code_digest
        row.expires_at = row.made_at
    assert join(app, world, merchant_account(world, "spaet"), words).status_code == 422


def test_a_firm_with_people_needs_no_letter(app, world):
    assert "不需要激活信" in letter(app, world, world.file(), 409)


def heard(world, case, today):
    with world.as_officer() as session:
        return respondents.heard(session, queries.complaint(session, case), today)


def test_silence_is_counted_until_the_firm_answers(app, world):
    case, other = world.file(), world.file()
    assert heard(world, case, date(2026, 7, 25)).silence.days == 5
    world.decide(case, decide.accept, clock=at("2026-07-22"))
    world.decide(case, mediate.consent, "respondent", clock=at("2026-07-23"))
    found = heard(world, case, date(2026, 7, 25))
    assert (found.silence.answered_on, found.silence.days) == (date(2026, 7, 23), 3)
    third = world.file()
    with world.as_officer() as session:
        history = beside.history(session, queries.complaint(session, third), (world.bureau,), date(2026, 7, 25))
    assert (history.total, history.silent) == (2, 1)
    assert heard(world, world.file(respondent=UNKNOWN), date(2026, 7, 25)) is None
    assert heard(world, other, date(2026, 7, 25)).opened_on is None


def test_that_the_firm_has_opened_the_case_is_known_to_the_officer(app, world):
    case = world.file()
    work(world)
    assert "尚未查看" in pages(app, world, world.officer).get(f"/officer/complaints/{case}").text
    assert pages(app, world, world.merchant).get(f"/merchant/complaints/{case}").status_code == 200
    page = pages(app, world, world.officer).get(f"/officer/complaints/{case}").text
    assert "尚未查看" not in page
    assert "已沉默" in page


def test_the_consumer_sees_that_the_firm_has_not_answered(app, world):
    case = world.file(at("2026-07-18"))
    page = pages(app, world, world.consumer).get(f"/my/complaints/{case}").text
    assert "商家已于" in page
    assert "尚未回应" in page
