"""T33: stuffing, brute force, replay, fixation, and sessions that end when they should."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, text, update

from app.channels import StandIn
from app.identity import sessions, signin, totp
from app.identity.tables import Throttle, WebSession
from app.identity.throttle import TooMany
from app.standin import StandInMessage
from tests.support.http import PASSWORD, Api, make_app, secure, token_for
from workflows.errors import RuleBroken
from workflows.people.tables import Account, Membership
from workflows.store.sealed import unseal
from workflows.store.session import Role
from workflows.time.clock import SystemClock


@pytest.fixture
def staff(world):
    world.secret = secure(world, world.officer, "gusu", "officer")
    secure(world, world.merchant, "shop", "merchant")
    return world


@pytest.fixture
def app(staff, tmp_path):
    return make_app(staff.db, tmp_path / "var")


def code(world) -> str:
    return totp.code(world.secret, SystemClock().now())


def sign_in(world, login="gusu", password=PASSWORD, given=None, address="10.0.0.1"):
    return signin.by_password(world.db, login, password, given, address, "web")


def test_an_officer_needs_password_and_code_and_a_merchant_the_password(staff):
    assert sign_in(staff, given=code(staff)).account.id == staff.officer
    assert sign_in(staff, "shop").account.id == staff.merchant
    for wrong in ({"given": None}, {"given": "000000"}, {"password": "x" * 12, "given": "123456"}, {"login": "nobody"}):
        with pytest.raises(signin.WrongCredentials):
            sign_in(staff, **{"address": str(wrong), **wrong})


def test_a_code_is_good_once_even_in_two_threads_at_once(staff):
    given = code(staff)

    def attempt(n):
        try:
            return sign_in(staff, given=given, address=f"10.0.1.{n}").token
        except signin.WrongCredentials:
            return None

    with ThreadPoolExecutor(4) as pool:
        tokens = [t for t in pool.map(attempt, range(4)) if t]
    assert len(tokens) == 1


def test_stuffing_one_login_from_many_addresses_locks_the_login(staff):
    outcomes = []
    for n in range(12):
        try:
            sign_in(staff, password="wrong-password", address=f"10.1.{n}.1")
        except (signin.WrongCredentials, TooMany) as error:
            outcomes.append(type(error))
    assert outcomes[:5] == [signin.WrongCredentials] * 5
    assert set(outcomes[5:]) == {TooMany}
    with pytest.raises(TooMany):
        sign_in(staff, given=code(staff), address="10.9.9.9")


def test_many_logins_from_one_address_lock_the_address(staff):
    outcomes = []
    for n in range(40):
        try:
            sign_in(staff, login=f"guess{n}", address="10.2.0.1")
        except (signin.WrongCredentials, TooMany) as error:
            outcomes.append(type(error))
    assert outcomes[-1] is TooMany
    assert outcomes.count(signin.WrongCredentials) <= 31


def test_a_lock_ends(staff):
    for _ in range(6):
        with pytest.raises((signin.WrongCredentials, TooMany)):
            sign_in(staff, password="wrong-password")
    with staff.db.transaction(Role.OWNER) as session:
        session.execute(update(Throttle).values(locked_until=text("locked_until - interval '2 hours'")))
    assert sign_in(staff, given=code(staff)).token


def sent_code(world) -> str:
    with world.db.transaction(Role.OWNER) as session:
        newest = session.scalars(select(StandInMessage).order_by(StandInMessage.at.desc())).first()
        return unseal(session, newest, "body").split("验证码 ")[1][:6]


def test_a_consumer_signs_in_by_phone_and_the_first_time_an_account_is_made(staff):
    send = signin.send_phone_code
    send(staff.db, "138 0013 8000", "a", StandIn("sms"), "zh")
    first = signin.by_phone(staff.db, "13800138000", sent_code(staff), "a", "web")
    send(staff.db, "+86 13800138000", "a", StandIn("sms"), "zh")
    again = signin.by_phone(staff.db, "+8613800138000", sent_code(staff), "a", "web")
    assert first.account.id == again.account.id
    with pytest.raises(signin.WrongCredentials):
        signin.by_phone(staff.db, "13800138000", sent_code(staff), "a", "web")


def test_guessing_a_phone_code_runs_out_of_tries(staff):
    signin.send_phone_code(staff.db, "13800138000", "a", StandIn("sms"), "zh")
    right = sent_code(staff)
    for n in range(5):
        with pytest.raises((signin.WrongCredentials, TooMany)):
            signin.by_phone(staff.db, "13800138000", f"{(int(right) + n + 1) % 10**6:06d}", f"b{n}", "web")
    with pytest.raises((signin.WrongCredentials, TooMany)):
        signin.by_phone(staff.db, "13800138000", right, "c", "web")


def test_codes_cannot_be_sent_without_end(staff):
    for _ in range(5):
        signin.send_phone_code(staff.db, "13800138000", "a", StandIn("sms"), "zh")
    with pytest.raises(TooMany):
        signin.send_phone_code(staff.db, "13800138000", "z", StandIn("sms"), "zh")


@pytest.mark.parametrize("phone", ["", "12345", "+1 202 555 0100", "010-12345678", "x" * 20])
def test_what_is_no_mobile_number_is_refused(staff, phone):
    with pytest.raises(RuleBroken):
        signin.send_phone_code(staff.db, phone, "a", StandIn("sms"), "zh")


def test_the_answer_is_the_same_for_an_unknown_login(app):
    api = Api(app)
    known = api.post("/sessions", {"login": "gusu", "password": "wrong-password"})
    unknown = api.post("/sessions", {"login": "nobody", "password": "wrong-password"})
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)


def test_a_session_is_new_at_every_sign_in_and_gone_at_once_when_it_should_be(staff):
    caller = sessions.find
    one, two = token_for(staff.db, staff.merchant), token_for(staff.db, staff.merchant)
    assert one != two
    with staff.db.transaction(Role.PUBLIC) as session:
        sessions.end(session, caller(staff.db, one).session)
    assert caller(staff.db, one) is None
    assert caller(staff.db, two) is not None
    with staff.db.transaction(Role.OWNER) as session:
        session.execute(update(Account).where(Account.id == staff.merchant).values(disabled_at=SystemClock().now()))
    assert caller(staff.db, two) is None


def test_idle_and_expired_sessions_are_nobody(staff):
    token = token_for(staff.db, staff.officer)
    assert sessions.find(staff.db, token) is not None
    with staff.db.transaction(Role.OWNER) as session:
        session.execute(update(WebSession).values(seen_at=text("seen_at - interval '31 minutes'")))
    assert sessions.find(staff.db, token) is None
    token = token_for(staff.db, staff.consumer)
    with staff.db.transaction(Role.OWNER) as session:
        session.execute(update(WebSession).values(expires_at=WebSession.created_at))
    assert sessions.find(staff.db, token) is None


def test_losing_a_membership_takes_effect_at_the_next_request(staff, app):
    api = Api(app, token_for(staff.db, staff.merchant))
    case = staff.file()
    assert api.get(f"/complaints/{case}").status_code == 200
    with staff.db.transaction(Role.OWNER) as session:
        session.execute(delete(Membership).where(Membership.account_id == staff.merchant))
    assert api.get(f"/complaints/{case}").status_code == 404


def test_a_session_cookie_is_not_taken_by_the_api_nor_a_token_by_the_pages(staff, app):
    token = token_for(staff.db, staff.officer)
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token)
    assert client.get("/api/v1/complaints").status_code == 401
    assert client.get("/officer/").status_code == 200
    assert app.test_client().get("/officer/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_form_from_elsewhere_is_refused(staff, app):
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(staff.db, staff.officer))
    case = staff.file()
    answer = client.post(f"/officer/complaints/{case}/accept", data={"version": "1"})
    assert answer.status_code == 403
    assert staff.read(case).state == "filed"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(app, target):
    page = app.test_client().get("/language/en", query_string={"to": target})
    assert page.headers["Location"] == "/"
