from __future__ import annotations

import io
import re
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.standin import StandInMessage
from merchants.models import Claim, Enterprise, FormerMember, Invitation
from merchants.operations import claims, parties, staff
from merchants.queries import staff as queries
from tests.factories import AccountFactory, EnterpriseFactory, MembershipFactory
from tests.integration.test_enrolment import work
from tests.support.http import Api, make_app, now, token_for
from workflows.delivery import outbox
from workflows.delivery.notices import Notice
from workflows.errors import Conflict, Refused
from workflows.people.actor import Actor, ActorRole
from workflows.people.tables import Account, Membership
from workflows.store.sealed import unseal
from workflows.store.session import Identity, Role
from workflows.time.clock import FixedClock

WORDS = {"name": "吴掌柜", "words": "我是这家企业的法定代表人"}
PASSWORD = "ein langes passwort"


@pytest.fixture
def app(world, tmp_path):
    found = make_app(world.db, tmp_path / "var")
    found.config["WTF_CSRF_ENABLED"] = False
    return found


@pytest.fixture
def stranger(world):
    """A merchant's account that belongs to no firm."""
    with world.db.transaction(Role.OWNER) as session:
        return AccountFactory(session=session, kind="merchant", login="fremd").id


def client(app, world, account):
    found = app.test_client()
    found.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, account))
    return found


def picture() -> tuple[io.BytesIO, str]:
    kept = io.BytesIO()
    Image.new("RGB", (320, 200), (120, 150, 140)).save(kept, "JPEG")
    kept.seek(0)
    return kept, "licence.jpg"


def code_of(world) -> str:
    with world.as_worker() as session:
        return session.scalar(select(Enterprise.uscc).where(Enterprise.id == world.enterprise))


def claimed(world, pages, **changes):
    form = WORDS | {"uscc": code_of(world), "licence": picture()} | changes
    return pages.post("/merchant/firm/claim", data={k: v for k, v in form.items() if v is not None})


def the_claim(world) -> Claim:
    with world.as_worker() as session:
        return session.scalars(select(Claim).order_by(Claim.id.desc())).first()


def ranks(world, org=None) -> dict:
    with world.as_worker() as session:
        rows = session.scalars(select(Membership).where(Membership.org_id == (org or world.enterprise)))
        return {row.account_id: row.rank for row in rows}


def last_message(world) -> str:
    with world.as_worker() as session:
        newest = session.scalars(select(StandInMessage).order_by(StandInMessage.at.desc())).first()
        return unseal(session, newest, "body")


def test_a_known_firm_is_claimed_and_its_manager_says_yes(app, world, stranger):
    pages, manager = client(app, world, stranger), client(app, world, world.merchant)
    assert "已经登记过了" in pages.get(f"/merchant/firm/claim?uscc={code_of(world)}").text
    assert claimed(world, pages).status_code == 303
    claim = the_claim(world)
    assert "待核实" in pages.get("/merchant/").text
    assert "有人认领您的企业" in manager.get("/merchant/").text
    shown = manager.get(f"/merchant/claims/{claim.id}").text
    assert all(words in shown for words in WORDS.values())
    assert manager.get(f"/my/evidence/{claim.licence_file}").status_code == 200
    assert pages.post(f"/merchant/claims/{claim.id}/accept").status_code == 403
    assert manager.post(f"/merchant/claims/{claim.id}/refuse", data={"reason": " "}).status_code == 422
    assert manager.post(f"/merchant/claims/{claim.id}/accept").status_code == 303
    decided = the_claim(world)
    assert (decided.state, decided.decided_as, decided.decided_by) == ("accepted", "manager", world.merchant)
    assert ranks(world)[stranger] == "manager"
    assert pages.get(f"/merchant/stores/{world.store}").status_code == 200
    assert manager.post(f"/merchant/claims/{claim.id}/refuse", data={"reason": "x"}).status_code == 409


def test_the_county_bureau_refuses_a_claim_with_its_reason_and_it_may_be_made_again(app, world, stranger):
    pages, officer = client(app, world, stranger), client(app, world, world.officer)
    claimed(world, pages)
    claim = the_claim(world)
    desk = officer.get("/officer/claims").text
    assert all(words in desk for words in WORDS.values())
    assert officer.get(f"/my/evidence/{claim.licence_file}").status_code == 200
    assert client(app, world, world.far_officer).get(f"/my/evidence/{claim.licence_file}").status_code == 404
    assert WORDS["name"] not in client(app, world, world.far_officer).get("/officer/claims").text
    unreasoned = officer.post(f"/officer/claims/{claim.id}/refuse", data={"reason": ""})
    assert (unreasoned.status_code, "理由" in unreasoned.text) == (422, True)
    refused = officer.post(f"/officer/claims/{claim.id}/refuse", data={"reason": "执照与企业不符"})
    assert refused.status_code == 303
    assert "执照与企业不符" in pages.get("/merchant/").text
    assert stranger not in ranks(world)
    assert claimed(world, pages).status_code == 303
    again = the_claim(world)
    assert officer.post(f"/officer/claims/{again.id}/accept").status_code == 303
    assert (the_claim(world).decided_as, ranks(world)[stranger]) == ("officer", "manager")


def test_of_a_claim_the_firm_is_told_and_its_maker_hears_how_it_was_decided(app, world, stranger):
    pages, manager = client(app, world, stranger), client(app, world, world.merchant)
    claimed(world, pages)
    work(world)
    assert "有人认领" in manager.get("/my/notices").text
    assert "有人认领" not in pages.get("/my/notices").text
    manager.post(f"/merchant/claims/{the_claim(world).id}/refuse", data={"reason": "不是本店的人"})
    work(world)
    assert "申请未通过" in pages.get("/my/notices").text
    claimed(world, pages)
    manager.post(f"/merchant/claims/{the_claim(world).id}/accept")
    work(world)
    assert "已通过" in pages.get("/my/notices").text
    with world.as_worker() as session:
        assert Counter(n.channel for n in session.scalars(select(Notice).where(Notice.recipient_id == stranger))) == {
            "page": 2, "sms": 2,
        }  # fmt: skip


def test_nobody_writes_that_a_claim_was_decided_before_it_is(app, world, stranger):
    claimed(world, client(app, world, stranger))
    claim = the_claim(world)
    identity = Identity(stranger, (stranger,))
    with pytest.raises(DBAPIError, match="row-level security"), world.db.transaction(Role.MERCHANT, identity) as s:
        outbox.publish(s, "claim.accept", claim, {})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "必填"),
        ({"words": "是我"}, "太短"),
        ({"words": "字" * 501}, "太长"),
        ({"licence": None}, "必填"),
        ({"licence": (io.BytesIO(b"<html>"), "x.jpg")}, "只能上传"),
    ],
)
def test_a_claim_with_a_fault_says_so_and_stores_nothing(app, world, stranger, change, words):
    refused = claimed(world, client(app, world, stranger), **change)
    assert (refused.status_code, words in refused.text) == (422, True)
    assert the_claim(world) is None


def test_an_uploaded_licence_is_kept_when_the_form_had_another_fault(app, world, stranger):
    pages = client(app, world, stranger)
    refused = claimed(world, pages, name="")
    kept = re.search(r'name="licence_id" value="([0-9a-f-]{36})"', refused.text).group(1)
    assert claimed(world, pages, licence=None, licence_id=kept).status_code == 303
    assert str(the_claim(world).licence_file) == kept


def test_a_claim_is_made_once_and_by_nobody_who_manages_already(app, world, stranger):
    pages = client(app, world, stranger)
    claimed(world, pages)
    twice = claimed(world, pages)
    assert (twice.status_code, "正在等待核实" in twice.text) == (422, True)
    own = claimed(world, client(app, world, world.merchant))
    assert (own.status_code, "已经是这家企业的管理员" in own.text) == (422, True)
    claim = the_claim(world)
    assert pages.post(f"/merchant/claims/{claim.id}/withdraw").status_code == 303
    assert the_claim(world).state == "withdrawn"
    assert pages.post(f"/merchant/claims/{claim.id}/withdraw").status_code == 409
    assert pages.get("/merchant/firm/claim?uscc=91320508MA1WXYZ12X").status_code == 404


def test_only_who_the_claim_concerns_sees_it_and_a_forged_licence_is_refused_by_the_database(app, world, stranger):
    claimed(world, client(app, world, stranger))
    with world.db.transaction(Role.OWNER) as session:
        other = AccountFactory(session=session, kind="merchant", login="neugierig").id
        clerk = AccountFactory(session=session, kind="merchant", login="aushilfe").id
        MembershipFactory(
            session=session, account_id=clerk, org_id=world.enterprise, org_kind="enterprise", rank="clerk"
        )
    claim = the_claim(world)
    for account in (other, clerk):
        curious = client(app, world, account)
        assert curious.get(f"/merchant/claims/{claim.id}").status_code == 404
        assert curious.post(f"/merchant/claims/{claim.id}/accept").status_code == 404
        assert curious.get(f"/my/evidence/{claim.licence_file}").status_code == 404
    forged = claims.ClaimDraft("某人", "我想看看那张照片", claim.licence_file)
    with merchant(world, other) as session:
        firm = session.get_one(Enterprise, world.other_enterprise)
        with pytest.raises(DBAPIError, match="row-level security"):
            claims.make(session, firm, forged, actor=actor(other), clock=world.clock)
        session.rollback()


def merchant(world, account, *orgs):
    return world.db.transaction(Role.MERCHANT, Identity(account, (account, *orgs)))


def actor(account, *manages) -> Actor:
    return Actor(ActorRole.MERCHANT, account, None, None, manages)


def test_the_database_lets_nobody_decide_join_or_remove_who_has_no_right_to(app, world, stranger, root):
    claimed(world, client(app, world, stranger))
    claim = the_claim(world)
    calls = (
        ("SELECT claim_decide(:a, true, NULL)", claim.id),
        ("SELECT staff_remove(:a, CAST(:b AS uuid), CAST(:c AS uuid))", world.merchant),
    )
    for statement, subject in calls:
        values = {"a": subject, "b": str(world.enterprise), "c": str(uuid4())}
        with pytest.raises(DBAPIError, match="manager"), merchant(world, stranger, world.enterprise) as session:
            session.execute(text(statement), values)
    with merchant(world, stranger, world.enterprise) as session:
        assert session.scalar(text("SELECT count(*) FROM staff_of(:o)"), {"o": world.enterprise}) == 0
        assert session.scalar(text("SELECT invitation_accept('\\x00')")) is None
    with pytest.raises(psycopg.errors.CheckViolation):
        root.execute("UPDATE claim SET state = 'accepted'")


def test_an_account_has_few_claims_waiting_at_once(world, stranger, root):
    with world.db.transaction(Role.OWNER) as session:
        firms = [EnterpriseFactory(session=session).id for _ in range(claims.MOST_OPEN + 1)]
    root.execute(
        "INSERT INTO evidence (id, owner_id, media_type, name, original_digest, shown_digest, size, uploaded_at)"
        " VALUES (%s, %s, 'image/jpeg', 'x.jpg', 'a', 'a', 1, now())",
        [world.store, stranger],
    )
    draft = claims.ClaimDraft("某人", "我是法定代表人", world.store)
    for number, firm in enumerate(firms):
        with merchant(world, stranger) as session:
            found = session.get_one(Enterprise, firm)
            if number == claims.MOST_OPEN:
                with pytest.raises(Conflict, match="wait at once"):
                    claims.make(session, found, draft, actor=actor(stranger), clock=world.clock)
            else:
                claims.make(session, found, draft, actor=actor(stranger), clock=world.clock)


def test_nobody_decides_a_claim_of_their_own(app, world, stranger, root):
    pages = client(app, world, stranger)
    claimed(world, pages)
    root.execute(
        "INSERT INTO membership (account_id, org_id, org_kind, rank) VALUES (%s, %s, 'enterprise', 'manager')",
        [stranger, world.enterprise],
    )
    assert pages.post(f"/merchant/claims/{the_claim(world).id}/accept").status_code == 403
    with pytest.raises(DBAPIError, match="decides"), merchant(world, stranger, world.enterprise) as session:
        session.execute(claims.DECIDE, {"claim": the_claim(world).id, "accepted": True, "why": None})


def invited(world, pages, phone="13900000077", rank="clerk", org=None):
    return pages.post(f"/merchant/staff/{org or world.enterprise}/invite", data={"phone": phone, "rank": rank})


def code_sent(world) -> str:
    return re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", last_message(world)).group()


def test_a_clerk_is_invited_by_phone_joins_by_code_and_sees_no_form_that_promises(app, world, stranger):
    manager, pages = client(app, world, world.merchant), client(app, world, stranger)
    assert invited(world, manager).status_code == 303
    assert "139****0077" in manager.get(f"/merchant/staff/{world.enterprise}").text
    code = code_sent(world)
    with world.as_worker() as session:
        row = session.scalars(select(Invitation)).one()
        assert code.replace("-", "").encode() not in bytes(row.code_digest) + bytes(row.phone_sealed)
    assert pages.post("/merchant/join", data={"code": f" {code.lower()} "}).status_code == 303
    assert ranks(world)[stranger] == "clerk"
    used = client(app, world, world.merchant).post("/merchant/join", data={"code": code})
    assert (used.status_code, "已经失效" in used.text) == (422, True)
    world.enrolled()
    store = pages.get(f"/merchant/stores/{world.store}").text
    assert "plaque.pdf" in store
    for form in ("/promise", "/leave", "/edit", "/apply", "/renew"):
        assert f"/merchant/stores/{world.store}{form}" not in store
        assert pages.get(f"/merchant/stores/{world.store}{form}").status_code in (404, 405)
    assert pages.get("/merchant/complaints").status_code == 200
    assert "管理员办理" in pages.get("/merchant/").text
    assert pages.get(f"/merchant/staff/{world.enterprise}").status_code == 404


def test_a_clerk_promises_nothing_by_the_api_either(app, world, stranger):
    case = world.enrolled(clock=FixedClock(now()))
    with world.db.transaction(Role.OWNER) as session:
        MembershipFactory(
            session=session, account_id=stranger, org_id=world.enterprise, org_kind="enterprise", rank="clerk"
        )
    clerk = Api(app, token_for(world.db, stranger))
    on = str(now().date() + timedelta(days=40))
    promise = {"days": 30, "categories": ["goods.clothing"]}
    version = clerk.get(f"/enrolments/{case}").json["version"]
    for verb, body in (("promise", {"promise": promise, "on": on}), ("give_notice", {"why": "closing", "on": on})):
        answer = clerk.post(f"/enrolments/{case}/{verb}", body, If_Match=f'"{version}"')
        assert (answer.status_code, answer.json["code"]) == (403, "enterprise.other")


def test_an_invitation_is_taken_back_expires_and_ends_with_the_managers_right(app, world, stranger, root):
    manager, pages = client(app, world, world.merchant), client(app, world, stranger)
    invited(world, manager)
    code = code_sent(world)
    with world.as_worker() as session:
        invitation = session.scalars(select(Invitation.id)).one()
    address = f"/merchant/staff/{world.enterprise}/revoke"
    assert manager.post(address, data={"invitation": invitation}).status_code == 303
    assert manager.post(address, data={"invitation": invitation}).status_code == 409
    assert pages.post("/merchant/join", data={"code": code}).status_code == 422
    invited(world, manager)
    code = code_sent(world)
    root.execute("UPDATE invitation SET expires_at = now() - interval '1 minute'")
    assert pages.post("/merchant/join", data={"code": code}).status_code == 422
    invited(world, manager)
    code = code_sent(world)
    root.execute("UPDATE membership SET rank = 'clerk' WHERE account_id = %s", [world.merchant])
    assert pages.post("/merchant/join", data={"code": code}).status_code == 422
    assert stranger not in ranks(world)


def test_guessing_codes_is_slowed_down_and_so_is_inviting(app, world, stranger):
    pages, manager = client(app, world, stranger), client(app, world, world.merchant)
    answers = [pages.post("/merchant/join", data={"code": "AAAAA-AAAAA"}).text for _ in range(7)]
    assert ("尝试次数过多" in answers[0], "尝试次数过多" in answers[-1]) == (False, True)
    sent = [invited(world, manager, phone=f"139000001{n:02d}").status_code for n in range(22)]
    assert (sent[0], sent[-1]) == (303, 422)


@pytest.mark.parametrize(
    ("form", "words"), [({"phone": "123"}, "手机号码"), ({"rank": "king"}, "请从给出的选项中选择")]
)
def test_an_invitation_with_a_fault_says_so(app, world, form, words):
    refused = invited(world, client(app, world, world.merchant), **form)
    assert (refused.status_code, words in refused.text) == (422, True)


def test_a_store_has_staff_of_its_own_and_its_manager_manages_nothing_else(app, world, stranger):
    manager, pages = client(app, world, world.merchant), client(app, world, stranger)
    assert invited(world, manager, rank="manager", org=world.store).status_code == 303
    pages.post("/merchant/join", data={"code": code_sent(world)})
    assert ranks(world, world.store) == {stranger: "manager"}
    assert pages.get(f"/merchant/staff/{world.store}").status_code == 200
    assert pages.get(f"/merchant/staff/{world.enterprise}").status_code == 404
    assert pages.post(f"/merchant/stores/{world.store}/apply").status_code == 303
    assert invited(world, pages).status_code == 404
    assert pages.get("/merchant/staff/").location == f"/merchant/staff/{world.store}"


def test_a_membership_ends_at_once_and_a_firm_keeps_a_manager(app, world, stranger):
    manager, pages = client(app, world, world.merchant), client(app, world, stranger)
    address = f"/merchant/staff/{world.enterprise}/remove"
    last = manager.post(address, data={"account": world.merchant})
    assert (last.status_code, "至少要有一位管理员" in last.text) == (422, True)
    invited(world, manager, rank="manager")
    pages.post("/merchant/join", data={"code": code_sent(world)})
    assert pages.get("/merchant/stores/new").status_code == 200
    assert manager.post(address, data={"account": uuid4()}).status_code == 422
    assert manager.post(address, data={"account": stranger}).status_code == 303
    assert pages.get(f"/merchant/stores/{world.store}").status_code == 404
    assert pages.post(f"/merchant/stores/{world.store}/apply").status_code == 403
    with world.as_worker() as session:
        ended = session.scalars(select(FormerMember)).one()
        assert (ended.account_id, ended.rank, ended.ended_by) == (stranger, "manager", world.merchant)


def test_who_founded_a_firm_and_was_removed_has_no_right_left(app, world, stranger, root):
    root.execute("UPDATE enterprise SET created_by = %s WHERE id = %s", [stranger, world.enterprise])
    root.execute(
        "INSERT INTO membership (account_id, org_id, org_kind, rank) VALUES (%s, %s, 'enterprise', 'manager')",
        [stranger, world.enterprise],
    )
    manager, founder = client(app, world, world.merchant), client(app, world, stranger)
    manager.post(f"/merchant/staff/{world.enterprise}/remove", data={"account": stranger})
    assert founder.post(f"/merchant/stores/{world.store}/apply").status_code == 403
    with merchant(world, stranger) as session:
        firm = session.get_one(Enterprise, world.enterprise)
        with pytest.raises(Refused):
            parties.check_manager(firm, actor(stranger))


def test_two_managers_who_remove_each_other_leave_one(world, stranger):
    with world.db.transaction(Role.OWNER) as session:
        MembershipFactory(session=session, account_id=stranger, org_id=world.enterprise, org_kind="enterprise")
    both = (world.merchant, stranger)
    with merchant(world, world.merchant, world.enterprise) as session:
        staff.remove(session, stranger, world.enterprise, actor=actor(both[0], world.enterprise), clock=world.clock)
    with pytest.raises((Conflict, DBAPIError)), merchant(world, stranger, world.enterprise) as session:
        staff.remove(
            session, world.merchant, world.enterprise, actor=actor(both[1], world.enterprise), clock=world.clock
        )
    assert ranks(world) == {world.merchant: "manager"}
    with merchant(world, world.merchant, world.enterprise) as session:
        (left,) = queries.members(session, world.enterprise)
        assert (left.account, left.rank, left.phone.startswith("+86139")) == (world.merchant, "manager", True)


def register(world, pages, phone, login, password=PASSWORD, code=None):
    if code is None:
        pages.post("/merchant/register/", data={"phone": phone})
        code = re.search(r"\d{6}", last_message(world)).group()
    form = {"phone": phone, "code": code, "login": login, "password": password}
    return pages.post("/merchant/register/account", data=form), code


def test_registering_tells_a_stranger_no_logins_and_keeps_the_code_for_a_second_try(app, world):
    pages = app.test_client()
    taken, code = register(world, pages, "13900004001", "shop")
    assert (taken.status_code, "已有人使用" in taken.text) == (422, True)
    guess, _ = register(world, app.test_client(), "13900004001", "shop", code="000000")
    unknown, _ = register(world, app.test_client(), "13900004001", "niemand", code="000000")
    assert "已有人使用" not in guess.text
    assert plain(guess.text).replace("shop", "niemand") == plain(unknown.text)
    made, _ = register(world, pages, "13900004001", "Mein.Shop", code=code)
    assert (made.status_code, "登记企业" in pages.get("/merchant/").text) == (302, True)
    with world.as_worker() as session:
        account = session.scalars(select(Account).where(Account.login == "mein.shop")).one()
        assert (account.kind, account.phone_index, unseal(session, account, "phone")) == (
            "merchant", None, "+8613900004001",
        )  # fmt: skip
    spent, _ = register(world, app.test_client(), "13900004001", "noch.einer", code=code)
    assert spent.status_code == 422


def plain(page: str) -> str:
    """The page without its form's token and nonce."""
    return re.sub(r'(csrf_token" value|nonce)="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("login", "password", "words"),
    [
        ("abc", PASSWORD, "4 至 32 位"),
        ("mit leer", PASSWORD, "4 至 32 位"),
        ("neu.shop", "elf zeichen", "12 至 128"),
        ("neu.shop", "x" * 129, "12 至 128"),
    ],
)
def test_a_login_or_password_that_cannot_be_used_is_named(app, world, login, password, words):
    refused, _ = register(world, app.test_client(), "13900004002", login, password)
    assert (refused.status_code, words in refused.text) == (422, True)


def test_a_password_has_no_rules_but_its_length(app, world):
    for n, password in enumerate(("aaaaaaaaaaaa", "密码也可以是一句中文的话", "x" * 128)):
        made, _ = register(world, app.test_client(), f"1390000500{n}", f"laden.{n}", password)
        assert made.status_code == 302


def test_registering_is_throttled_like_signing_in(app, world):
    pages = app.test_client()
    _, code = register(world, pages, "13900004003", "zu.kurz", "kurz")
    wrong = "111111" if code != "111111" else "222222"
    answers = [register(world, pages, "13900004003", f"versuch.{n}", code=wrong)[0].text for n in range(7)]
    assert ("尝试次数过多" in answers[0], "尝试次数过多" in answers[-1]) == (False, True)
    right, _ = register(world, pages, "13900004003", "jetzt.aber", code=code)
    assert right.status_code == 422
