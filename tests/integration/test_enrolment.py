from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from app import settings as app_settings
from app import tasks
from merchants.jobs import day_goes_by
from merchants.models import Promise, Standing, Store
from merchants.operations import enrol, listing, promises, review, standing
from merchants.promise import PromiseTerms
from merchants.queries import standings
from tests.factories import credit_code
from tests.support.http import Api, make_app, token_for
from tests.support.world import at
from workflows.delivery import notices
from workflows.errors import Conflict, Refused, RuleBroken, Stale
from workflows.people.actor import SYSTEM

PROMISE = {"days": 15, "categories": ["goods.clothing"], "cross_store": True}
TERMS = PromiseTerms(days=15, categories=("goods.clothing",), cross_store=True)


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var")


@pytest.fixture
def merchant(app, world):
    return Api(app, token_for(world.db, world.merchant))


@pytest.fixture
def officer(app, world):
    return Api(app, token_for(world.db, world.officer))


def work(world):
    """Let the worker do everything that is due."""
    told = app_settings.read({"WUYOU_DATA": "/nonexistent"})
    while tasks.drain_messages(world.db) or tasks.deliver(world.db, told):
        pass


def step(api, case, verb, version, expected=200, **values):
    answer = api.post(f"/enrolments/{case}/{verb}", values, If_Match=f'"{version}"')
    assert answer.status_code == expected, answer.text
    return answer.json


def standing_of(world):
    with world.as_worker() as session:
        return session.scalars(select(Standing).where(Standing.store_id == world.store).order_by(Standing.id)).all()[-1]


def as_firm(world, verb, *arguments, clock, **named):
    with world.as_merchant() as session:
        found = standing.find(session, standing_of(world).id)
        return verb(session, found, *arguments, actor=world.merchant_actor, clock=clock, **named)


def as_bureau(world, verb, *arguments, clock, **named):
    with world.as_officer() as session:
        found = standing.find(session, standing_of(world).id)
        return verb(session, found, *arguments, actor=world.officer_actor, clock=clock, **named)


def day(world, on):
    with world.as_worker() as session:
        done = day_goes_by(session, at(on).now())
    return {k: v for k, v in done.items() if v}


def test_a_merchant_enrols_a_store_and_anybody_checks_its_plaque(app, world, merchant, officer):
    firm = merchant.post(
        "/enterprises",
        {
            "uscc": f" {credit_code(77)[:8]} {credit_code(77)[8:]}",
            "name": "苏州新试商贸有限公司",
            "district": "320508",
            "address": "姑苏区平江路88号",
        },
    )
    assert firm.status_code == 201, firm.text
    assert firm.json["uscc"] == credit_code(77)
    shop = {"enterprise_id": firm.json["id"], "name": "新试平江店", "brand": "新试", "district": "320508"}
    store = merchant.post(
        "/stores", shop | {"address": "姑苏区平江路88号", "categories": ["goods.clothing"], "point": [120.63, 31.31]}
    )
    assert store.status_code == 201, store.text
    begun = merchant.post("/enrolments", {"store_id": store.json["id"], "promise": PROMISE})
    assert begun.status_code == 201, begun.text
    case = begun.json["id"]
    assert (begun.json["state"], begun.json["allowed"]) == ("draft", ["submit", "withdraw", "amend"])
    assert step(merchant, case, "submit", 1, 422, signed=False)["code"] == "enrolment.unsigned"
    assert step(merchant, case, "submit", 1, signed=True)["state"] == "submitted"
    assert step(officer, case, "approve", 2, 422)["code"] == "enrolment.unchecked"
    work(world)
    (row,) = officer.get("/enrolments?queue=review").json["items"]
    assert (row["id"], row["store"], row["version"]) == (case, "新试平江店", 3)
    seen = officer.get(f"/enrolments/{case}").json
    assert {c["code"]: c["verdict"] for c in seen["checks"]} == {
        "uscc": "yes", "names": "yes", "duplicate": "yes", "same_address": "yes", "same_phone": "yes",
        "district": "yes", "point": "yes", "removed": "yes", "licence": "yes", "photos": "look",
        "lists": "yes", "visits": "yes",
    }  # fmt: skip
    approved = step(officer, case, "approve", 3)
    number = approved["standing"]["plaque"]
    work(world)
    plaque = Api(app).get(f"/plaques/{number.lower()}").json
    assert (plaque["state"], plaque["valid"], plaque["promise"]["days"]) == ("in_force", True, 15)
    assert Api(app).get("/plaques/SZP260720-AAAA-AAAA-A").status_code == 404
    with world.as_worker() as session:
        keys = set(session.scalars(select(notices.Notice.key)))
    assert {"notice.enrolment.submit", "notice.enrolment.approve", "notice.standing.enter"} <= keys


def test_an_application_goes_back_is_mended_and_refused_with_its_reason(world, merchant, officer):
    begun = merchant.post("/enrolments", {"store_id": str(world.store), "promise": PROMISE}).json
    step(merchant, begun["id"], "submit", 1, signed=True)
    work(world)
    marked = [{"field": "licence", "words": "执照照片看不清,请重新拍摄"}]
    assert step(officer, begun["id"], "send_back", 3, 422, marked=[])["code"] == "validation"
    back = step(officer, begun["id"], "send_back", 3, marked=marked)
    assert (back["state"], back["marked"]) == ("sent_back", marked)
    mended = step(merchant, begun["id"], "amend", 4, promise=PROMISE | {"days": 30})
    again = step(merchant, begun["id"], "submit", mended["version"], signed=True)
    assert (again["state"], again["promise"]["days"], again["marked"]) == ("submitted", 30, [])
    work(world)
    assert step(officer, begun["id"], "refuse", 7, 422, ground="dreams", reason="x")["code"] == "ground.unknown"
    refused = step(officer, begun["id"], "refuse", 7, ground="not_eligible", reason="营业执照已注销")
    assert (refused["state"], refused["ground"], refused["allowed"]) == ("refused", "not_eligible", [])
    assert merchant.post("/enrolments", {"store_id": str(world.store), "promise": PROMISE}).status_code == 201


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"days": 3}, {"days"}),
        ({"refund_hours": 169}, {"refund_hours"}),
        ({"exclusions": ["activated"], "confirmed": False}, {"confirmed"}),
        ({"cross_store": False, "cross_city": True}, {"cross_city"}),
        ({"proofs": []}, {"proofs"}),
    ],
)
def test_a_promise_below_the_law_is_refused_by_field(world, merchant, change, fields):
    answer = merchant.post("/enrolments", {"store_id": str(world.store), "promise": PROMISE | change})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json["errors"]} == fields


def test_a_store_has_one_open_application_and_one_living_standing(world, merchant):
    body = {"store_id": str(world.store), "promise": PROMISE}
    assert merchant.post("/enrolments", body).status_code == 201
    assert merchant.post("/enrolments", body).json["code"] == "enrolment.open"
    with world.as_merchant() as session:
        enrol.withdraw(
            session, enrol.find(session, enrolled_open(session, world)), actor=world.merchant_actor, clock=world.clock
        )
    world.enrolled()
    assert merchant.post("/enrolments", body).json["code"] == "standing.alive"


def enrolled_open(session, world):
    return session.scalar(text("SELECT id FROM enrolment WHERE store_id = :s AND state = 'draft'"), {"s": world.store})


def test_two_officers_deciding_at_once_have_one_winner(world, officer):
    case = submitted(world)
    step(officer, case, "approve", 3)
    answer = officer.post(f"/enrolments/{case}/refuse", {"ground": "other", "reason": "x"}, If_Match='"3"')
    assert answer.status_code in (409, 412)
    with pytest.raises((Conflict, Stale)), world.as_officer() as session:
        review.approve(session, enrol.find(session, case), actor=world.officer_actor, clock=world.clock)


def submitted(world, clock=None):
    clock = clock or world.clock
    with world.as_merchant() as session:
        store = session.get_one(Store, world.store)
        case = enrol.draft(session, store, TERMS, enrol.Papers(), actor=world.merchant_actor, clock=clock)
        enrol.submit(session, case, signed=True, actor=world.merchant_actor, clock=clock)
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=clock)
    return case.id


def test_bulk_approval_takes_the_green_ones_at_the_version_seen_and_names_the_rest(world):
    case = submitted(world)
    with world.as_officer() as session:
        approved, left = review.approve_all(session, {case: 3}, actor=world.officer_actor, clock=world.clock)
    assert (approved, left) == ([], [case])
    with world.as_worker() as session:
        session.execute(text("UPDATE enrolment SET green = true"))
    with world.as_officer() as session:
        approved, left = review.approve_all(session, {case: 2}, actor=world.officer_actor, clock=world.clock)
        assert left == [case]
        approved, left = review.approve_all(session, {case: 3}, actor=world.officer_actor, clock=world.clock)
    assert (len(approved), left) == (1, [])


def test_a_clerk_and_a_stranger_make_no_promises(world):
    with world.as_merchant() as session:
        store = session.get_one(Store, world.store)
        clerk = type(world.merchant_actor)(world.merchant_actor.role, world.merchant, world.enterprise, "3205", ())
        with pytest.raises(Refused):
            enrol.draft(session, store, TERMS, enrol.Papers(), actor=clerk, clock=world.clock)


def test_a_promise_changes_forward_only_and_a_lesser_one_after_notice(world):
    world.enrolled(TERMS)
    better, lesser = PromiseTerms(**TERMS.facts() | tuples(days=30)), PromiseTerms(**TERMS.facts() | tuples(days=7))
    clock = at("2026-07-21")
    for terms, on in ((TERMS, "2026-07-22"), (better, "2026-07-21"), (lesser, "2026-07-22")):
        with pytest.raises(RuleBroken):
            as_firm(world, promises.change, terms, date.fromisoformat(on), clock=clock)
    as_firm(world, promises.change, better, date(2026, 7, 22), clock=clock)
    as_firm(world, promises.change, lesser, date(2026, 7, 28), clock=clock)
    with world.as_worker() as session:
        held = {d: standings.promise_on(session, world.store, date(2026, 7, d)) for d in (19, 20, 21, 22, 27, 28)}
    assert {d: p.days if p else None for d, p in held.items()} == {19: None, 20: 15, 21: 15, 22: 30, 27: 30, 28: 7}


def tuples(**changes):
    return {"categories": TERMS.categories, "exclusions": TERMS.exclusions, "proofs": TERMS.proofs} | changes


def test_a_version_announced_and_overtaken_never_comes_into_force(world):
    world.enrolled(TERMS)
    clock = at("2026-07-21")
    for days, on in ((60, 25), (30, 22)):
        as_firm(
            world, promises.change, PromiseTerms(**TERMS.facts() | tuples(days=days)), date(2026, 7, on), clock=clock
        )
    with world.as_worker() as session:
        rows = session.scalars(select(Promise).order_by(Promise.version)).all()
        assert [(p.days, p.valid.isempty) for p in rows] == [(15, False), (60, True), (30, False)]


def test_the_database_refuses_two_promises_of_one_store_at_once(world, root):
    world.enrolled()
    with pytest.raises(Exception, match="ex_promise_overlap"):
        root.execute(
            "INSERT INTO promise SELECT gen_random_uuid(), store_id, standing_id, version + 1, valid, terms, days,"
            " categories, source, made_at, made_by FROM promise"
        )


def test_a_term_runs_out_with_warnings_and_is_renewed_by_one_confirmation(world):
    world.enrolled(TERMS)
    ends = standing_of(world).expires_on
    assert ends == date(2026, 7, 20) + timedelta(days=1095)
    early = at(str(ends - timedelta(days=91)))
    with pytest.raises(Conflict):
        as_firm(world, enrol.renew, clock=early)
    assert day(world, str(ends - timedelta(days=90))) == {"expiring": 1}
    assert day(world, str(ends - timedelta(days=60))) == {"warned": 1}
    assert day(world, str(ends - timedelta(days=60))) == {}
    clock = at(str(ends - timedelta(days=5)))
    with world.as_merchant() as session:
        case = enrol.renew(
            session, standing.find(session, standing_of(world).id), actor=world.merchant_actor, clock=clock
        )
        enrol.submit(session, case, signed=True, actor=world.merchant_actor, clock=clock)
    assert day(world, str(ends + timedelta(days=3))).get("lapsed") is None
    with world.as_worker() as session:
        review.check(session, enrol.find(session, case.id), actor=SYSTEM, clock=clock)
    with world.as_officer() as session:
        review.approve(session, enrol.find(session, case.id), actor=world.officer_actor, clock=clock)
    renewed = standing_of(world)
    assert (renewed.state, renewed.expires_on) == ("in_force", ends + timedelta(days=1095))


def test_what_is_not_renewed_lapses_and_a_renewal_a_day_late_is_refused(world):
    world.enrolled(TERMS)
    ends = standing_of(world).expires_on
    day(world, str(ends))
    late = at(str(ends + timedelta(days=1)))
    with pytest.raises(Conflict, match="apply anew"):
        as_firm(world, enrol.renew, clock=late)
    assert day(world, str(ends + timedelta(days=1)))["lapsed"] == 1
    assert standing_of(world).state == "lapsed"
    with world.as_worker() as session:
        assert standings.promise_on(session, world.store, ends) is not None
        assert standings.promise_on(session, world.store, ends + timedelta(days=1)) is None


def test_removal_comes_after_the_firm_was_heard_or_had_the_time_to_be(world):
    world.enrolled(TERMS)
    clock = at("2026-08-03")
    with pytest.raises(RuleBroken, match="propose"):
        as_bureau(world, standing.remove, "拒不兑现", clock=clock)
    as_bureau(world, standing.propose_removal, "broken_promise", "三次拒绝退货", clock=clock)
    with pytest.raises(RuleBroken, match="may be heard until"):
        as_bureau(world, standing.remove, "拒不兑现", clock=at("2026-08-10"))
    as_firm(world, standing.hear, "已整改,请从轻处理", clock=at("2026-08-05"))
    as_bureau(world, standing.remove, "拒不兑现", clock=at("2026-08-06"))
    gone = standing_of(world)
    assert (gone.state, gone.reentry_from) == ("removed", date(2027, 8, 6))
    work(world)
    again = submitted(world, at("2026-09-01"))
    with pytest.raises(RuleBroken, match="removed"), world.as_officer() as session:
        review.approve(session, enrol.find(session, again), actor=world.officer_actor, clock=at("2026-09-01"))


def test_closing_is_announced_thirty_days_ahead_and_the_promise_holds_to_the_last_day(world):
    world.enrolled(TERMS)
    clock = at("2026-08-03")
    with pytest.raises(RuleBroken, match="at the earliest"):
        as_firm(world, standing.give_notice, "closing", date(2026, 9, 1), clock=clock)
    as_firm(world, standing.give_notice, "closing", date(2026, 9, 2), clock=clock)
    with world.as_worker() as session:
        assert standings.promise_on(session, world.store, date(2026, 9, 2)) is not None
        assert standings.promise_on(session, world.store, date(2026, 9, 3)) is None
    assert day(world, "2026-09-02").get("left") is None
    assert day(world, "2026-09-03") == {"left": 1}


def test_a_suspended_store_is_found_no_more_and_its_buyers_stay_covered(world):
    world.enrolled(TERMS)
    work(world)
    assert listed(world) == (standing_of(world).plaque, 15)
    as_bureau(world, standing.suspend, "complaints", "一周内十二件投诉", clock=at("2026-07-22"))
    work(world)
    assert listed(world) == (None, None)
    with world.as_worker() as session:
        assert standings.promise_on(session, world.store, date(2026, 7, 22)) is not None
    as_bureau(world, standing.lift, "已整改", clock=at("2026-07-25"))
    work(world)
    assert listed(world)[1] == 15


def listed(world):
    with world.as_worker() as session:
        listing.project(session, [world.store], date(2026, 7, 25))
        store = session.get_one(Store, world.store)
        return store.plaque, store.promise_days
