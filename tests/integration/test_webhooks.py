from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from app import hooks, tasks, wiring
from app import settings as app_settings
from app.catalogue import has
from app.outbound import Outbound
from complaints.operations import decide
from merchants.operations import standing
from tests.factories import MembershipFactory, ReportFactory
from tests.support.http import Api, make_app, token_for
from tests.support.receiver import answer, receiving, trickle
from workflows.delivery import endpoints, leases, notices, outbox, webhooks
from workflows.delivery.endpoints import Wish
from workflows.delivery.tables import DISABLED, Message, WebhookDelivery, WebhookEndpoint
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.session import DatabaseClock, Role

TOLD = app_settings.read({"WUYOU_DATA": "/nonexistent", "WUYOU_WEBHOOK_LOOPBACK": "1"})


@contextmanager
def acting(world, who):
    """A session of the firm or of the bureau, and its actor."""
    opened = {"firm": world.as_merchant, "bureau": world.as_officer, "far": world.as_far_officer}[who]
    far = Actor(ActorRole.OFFICER, world.far_officer, world.far_bureau, "3101")
    actor = {"firm": world.merchant_actor, "bureau": world.officer_actor, "far": far}[who]
    with opened() as session:
        yield session, actor


def org_of(world, who):
    return {"firm": world.enterprise, "bureau": world.bureau, "far": world.far_bureau}[who]


def listen(world, url, topics=("*",), who="firm"):
    """Make an endpoint; its id and secret."""
    with acting(world, who) as (session, actor):
        wish = Wish(url, topics)
        made, secret = endpoints.create(session, org_of(world, who), wish, actor=actor, clock=DatabaseClock(session))
        return made.id, secret


def verb(world, endpoint, act, *arguments, who="firm", **named):
    """Use a verb on an endpoint; what it gives back."""
    with acting(world, who) as (session, actor):
        return act(session, endpoints.find(session, endpoint, actor=actor), *arguments, **named)


def test_event(world, endpoint):
    with acting(world, "firm") as (session, actor):
        found = endpoints.find(session, endpoint, actor=actor)
        return endpoints.test(session, found, clock=DatabaseClock(session)).id


test_event.__test__ = False


def work(world, told=TOLD):
    """Let the worker do all that is due."""
    with tasks.beside(world.db, told) as aside:
        while any([tasks.step(world.db, told), tasks.deliver_aside(world.db, aside), aside.busy()]):
            pass


def tell(world, handlers=wiring.HANDLERS):
    """Handle every event, and send nothing."""
    more = True
    while more:
        with world.as_worker() as session:
            more = outbox.drain(session, handlers, 100).more


def attempt(world, seconds=1.0):
    """One attempt at what is due, as the worker makes it, with a shorter deadline."""
    with world.as_worker() as session:
        taken = leases.take(session, only=wiring.ASIDE)
    for lease in taken:
        try:
            hooks.send(world.db, lease, Outbound(loopback=True, seconds=seconds))
        except outbox.Postponed as error:
            with world.as_worker() as session:
                leases.failed(session, lease, error, webhooks.wait)
        else:
            with world.as_worker() as session:
                leases.done(session, lease)
    return len(taken)


def due_now(world):
    with world.as_worker() as session:
        open_ = Message.done_at.is_(None) & Message.dead_at.is_(None)
        session.execute(update(Message).where(open_).values(next_at=func.now(), leased_until=None))


def delivery(world, found):
    with world.as_worker() as session:
        return session.get_one(WebhookDelivery, found)


def endpoint_of(world, found):
    with world.as_worker() as session:
        return session.get_one(WebhookEndpoint, found)


def deliveries(world):
    with world.as_worker() as session:
        return session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()


def waits(world):
    """In how many seconds what is on its way is due."""
    with world.as_worker() as session:
        pending = (Message.topic == webhooks.DELIVER) & Message.done_at.is_(None) & Message.dead_at.is_(None)
        query = select(func.extract("epoch", Message.next_at - func.now())).where(pending)
        return [float(seconds) for seconds in session.scalars(query)]


def verified(secret, received):
    """Whether a request carries a signature by the secret: computed as the standard's text says, on our own."""
    head = received.headers
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join([head["webhook-id"].encode(), head["webhook-timestamp"].encode(), received.body])
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in head["webhook-signature"].split(" ")


def test_an_event_reaches_the_firm_signed_and_thin(world):
    with receiving(answer(200)) as receiver:
        _, secret = listen(world, receiver.url, ["enrolment.*", "plaque.*"])
        world.enrolled()
        work(world)
        told = {r.json["type"]: r for r in receiver.got}
        assert set(told) == {
            "enrolment.draft",
            "enrolment.submit",
            "enrolment.check",
            "enrolment.approve",
            "plaque.enter",
        }
        assert all(verified(secret, r) for r in receiver.got)
        assert not any(verified(webhooks.new_secret(), r) for r in receiver.got)
        entered = told["plaque.enter"].json
        assert set(entered) == {"type", "timestamp", "data"}
        assert set(entered["data"]) == {"case", "kind", "event", "seq", "state"}
        assert (entered["data"]["kind"], entered["data"]["state"]) == ("standing", "in_force")
        ids = {r.headers["webhook-id"] for r in receiver.got}
        assert ids == {str(d.id) for d in deliveries(world)}
        assert not any("." in i for i in ids)
        assert all(abs(int(r.headers["webhook-timestamp"]) - time.time()) < 60 for r in receiver.got)
        assert {r.headers["content-type"] for r in receiver.got} == {"application/json"}


def test_a_firms_system_hears_of_a_complaint_and_of_nothing_between_the_bureau_and_the_consumer(world):
    with receiving(answer(200)) as receiver:
        listen(world, receiver.url, ["complaint.*"])
        case = world.file()
        world.decide(case, decide.request_identity, date(2026, 8, 1))
        world.decide(case, decide.accept)
        work(world)
        assert [r.json["type"] for r in receiver.got] == ["complaint.file", "complaint.accept"]
        assert {r.json["data"]["case"] for r in receiver.got} == {str(case)}


def test_a_changed_promise_is_told_as_such_and_every_event_has_a_name_outside():
    assert hooks.TOPICS["standing.promise"] == "promise.changed"
    assert {t.partition(".")[0] for t in hooks.TOPICS.values()} == {"complaint", "enrolment", "plaque", "promise"}
    assert set(hooks.TOPICS) <= set(wiring.HANDLERS)


def test_only_organisations_that_may_see_the_case_are_told_and_a_firm_never_of_a_report(world):
    report = "report.file"
    handlers = {**wiring.HANDLERS, report: [lambda s, m: webhooks.fan_out(report, s, m)]}
    made = {who: listen(world, "https://hooks.example/", who=who)[0] for who in ("firm", "bureau", "far")}
    with world.as_merchant(world.other_enterprise) as session:
        other = Actor(ActorRole.MERCHANT, world.merchant, world.other_enterprise, "3205", (world.other_enterprise,))
        wish = Wish("https://hooks.example/", ["*"])
        made["other"] = endpoints.create(
            session, world.other_enterprise, wish, actor=other, clock=DatabaseClock(session)
        )[0].id
    world.enrolled()
    world.file(report=ReportFactory())
    tell(world, handlers)
    told = {(d.endpoint_id, d.topic.partition(".")[0]) for d in deliveries(world)}
    assert {e for e, family in told if family != "report"} == {made["firm"], made["bureau"]}
    assert made["firm"] not in {e for e, family in told if family == "report"}
    with world.as_worker() as session:
        assert session.scalar(text("SELECT count(*) FROM report")) == 1


def test_fan_out_run_again_adds_nothing(world):
    listen(world, "https://hooks.example/")
    world.enrolled()
    for _ in range(3):
        with world.as_worker() as session:
            session.execute(update(Message).values(done_at=None, next_at=func.now()))
        tell(world)
    found = deliveries(world)
    assert len(found) == len({(d.case_id, d.seq) for d in found}) == 5
    assert len(waits(world)) == 5


def test_topics_choose_what_is_told(world):
    listen(world, "https://hooks.example/", ["enrolment.approve", "promise.*"])
    world.enrolled()
    work(world, app_settings.read({"WUYOU_DATA": "/nonexistent"}))
    assert [d.topic for d in deliveries(world)] == ["enrolment.approve"]


def test_nothing_personal_is_in_what_is_sent(world, root):
    canary = "金丝雀13812345678"
    with receiving(answer(200)) as receiver:
        listen(world, receiver.url)
        listen(world, receiver.url, who="bureau")
        world.enrolled()
        with world.as_officer() as session:
            (held,) = session.scalars(select(standing.Standing)).all()
            found = standing.find(session, held.id)
            standing.suspend(session, found, "inspection", canary, actor=world.officer_actor, clock=world.clock)
        work(world)
        assert len(receiver.got) == 12
        assert not any("金丝雀" in r.body.decode() or "13812345678" in r.body.decode() for r in receiver.got)
        kept = root.execute("SELECT string_agg(d::text, '') FROM webhook_delivery d").fetchone()[0]
        assert "13812345678" not in kept


def test_while_a_secret_is_rotated_both_sign_and_afterwards_the_new_one_alone(world):
    with receiving(answer(200)) as receiver:
        made, old = listen(world, receiver.url)
        with acting(world, "firm") as (session, actor):
            found = endpoints.find(session, made, actor=actor)
            new = endpoints.rotate(session, found, clock=DatabaseClock(session))
        test_event(world, made)
        work(world)
        both = receiver.got[-1]
        assert len(both.headers["webhook-signature"].split(" ")) == 2
        assert verified(old, both)
        assert verified(new, both)
        with world.as_worker() as session:
            session.execute(update(WebhookEndpoint).values(previous_until=func.now()))
        test_event(world, made)
        work(world)
        assert not verified(old, receiver.got[-1])
        assert verified(new, receiver.got[-1])


def test_secrets_are_as_the_standard_wants_them_and_sealed(world, root):
    _, secret = listen(world, "https://hooks.example/")
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    kept = root.execute("SELECT e::text FROM webhook_endpoint e").fetchone()[0]
    assert secret not in kept
    assert base64.b64decode(secret.removeprefix("whsec_")).hex() not in kept


def test_the_example_of_the_standard_has_its_known_signature():
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = webhooks.sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_schedule_is_the_standards_and_the_tenth_failure_is_the_last(world):
    expected = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    with receiving(answer(500)) as receiver:
        made, _ = listen(world, receiver.url)
        sent = test_event(world, made)
        for seconds in expected:
            assert attempt(world) == 1
            (due,) = waits(world)
            assert seconds * 0.9 - 1 <= due <= seconds * 1.1
            assert attempt(world) == 0
            due_now(world)
        attempt(world)
        found = delivery(world, sent)
        assert (found.attempts, found.last_status, found.last_error) == (10, 500, "status")
        assert found.dead_at is not None
        assert waits(world) == []
        assert {r.headers["webhook-id"] for r in receiver.got} == {str(sent)}
        assert endpoint_of(world, made).failing_since is not None
        with world.as_worker() as session:
            assert outbox.health(session).dead == 0
        receiver.behave = answer(200)
        verb(world, made, endpoints.replay, sent)
        attempt(world)
        assert delivery(world, sent).delivered_at is not None
        assert endpoint_of(world, made).failing_since is None


def test_410_disables_the_endpoint_and_drops_what_was_on_its_way(world):
    with receiving(answer(410)) as receiver:
        made, _ = listen(world, receiver.url)
        first = test_event(world, made)
        attempt(world)
        assert endpoint_of(world, made).disabled_reason == "gone"
        assert delivery(world, first).last_error == "gone"
        with world.as_worker() as session:
            (told,) = notices.of_recipients(session, [world.enterprise])
        assert (told.key, told.values["host"]) == ("notice.webhook.disabled", "127.0.0.1")
        with pytest.raises(Conflict):
            test_event(world, made)
        world.enrolled()
        work(world)
        assert len(receiver.got) == 1
        assert len(deliveries(world)) == 1
        with acting(world, "firm") as (session, actor):
            found = endpoints.find(session, made, actor=actor)
            endpoints.change(session, found, {"enabled": True}, clock=DatabaseClock(session))
        test_event(world, made)
        assert attempt(world) == 1


def test_a_redirect_is_a_failure(world):
    with receiving(answer(200)) as other, receiving(answer(301, {"Location": other.url})) as receiver:
        made, _ = listen(world, receiver.url)
        sent = test_event(world, made)
        attempt(world)
        assert delivery(world, sent).last_error == "redirect"
        assert other.connections == 0


@pytest.mark.parametrize(
    ("status", "asked", "low", "high"),
    [(429, "600", 590, 600), (502, None, 28, 30), (504, "999999999", 3590, 3600), (503, "600", 4, 6)],
)
def test_a_receiver_that_asks_for_less_is_left_alone_an_hour_at_most(world, status, asked, low, high):
    with receiving(answer(status, {"Retry-After": asked} if asked else {})) as receiver:
        made, _ = listen(world, receiver.url)
        test_event(world, made)
        with world.as_worker() as session:
            (lease,) = leases.take(session, only=wiring.ASIDE)
        second = test_event(world, made)
        with pytest.raises(outbox.Postponed) as caught:
            hooks.send(world.db, lease, Outbound(loopback=True))
        with world.as_worker() as session:
            leases.failed(session, lease, caught.value, webhooks.wait)
        first_due, second_due = sorted(waits(world), reverse=True)
        assert low <= first_due <= high
        if status != 503:
            assert low - 1 <= second_due <= high
        assert delivery(world, second).attempts == 0


def test_an_endpoint_that_took_nothing_for_days_is_disabled(world):
    with receiving(answer(500)) as receiver:
        made, _ = listen(world, receiver.url)
        with world.as_worker() as session:
            session.execute(update(WebhookEndpoint).values(failing_since=func.now() - webhooks.GIVE_UP))
        test_event(world, made)
        attempt(world)
        assert endpoint_of(world, made).disabled_reason == "failing"


def test_a_replay_has_the_same_id_and_the_earlier_attempts_are_called_off(world):
    with receiving(answer(500)) as receiver:
        made, secret = listen(world, receiver.url)
        sent = test_event(world, made)
        attempt(world)
        receiver.behave = answer(200)
        again = verb(world, made, endpoints.replay, sent)
        assert (again.id, again.attempts) == (sent, 0)
        attempt(world)
        assert delivery(world, sent).delivered_at is not None
        due_now(world)
        attempt(world)
        assert [r.headers["webhook-id"] for r in receiver.got] == [str(sent)] * 2
        verb(world, made, endpoints.replay, sent)
        attempt(world)
        assert [r.headers["webhook-id"] for r in receiver.got] == [str(sent)] * 3
        assert receiver.got[0].body == receiver.got[2].body
        assert verified(secret, receiver.got[2])
        with pytest.raises(NotFound):
            verb(world, made, endpoints.replay, uuid4())


def test_who_no_longer_sees_the_case_is_not_told_what_was_on_its_way(world):
    with receiving(answer(200)) as receiver:
        listen(world, receiver.url, ["enrolment.approve"])
        world.enrolled()
        tell(world)
        with world.as_worker() as session:
            session.execute(text("UPDATE case_access SET until = now() WHERE kind = 'merchant'"))
        attempt(world)
        (found,) = deliveries(world)
        assert (found.last_error, receiver.got) == ("access", [])


def test_a_worker_that_lost_its_lease_writes_nothing(world):
    with receiving(answer(500)) as receiver:
        made, _ = listen(world, receiver.url)
        sent = test_event(world, made)
        with world.as_worker() as session:
            (zombie,) = leases.take(session, only=wiring.ASIDE)
            session.execute(update(Message).values(lease_no=Message.lease_no + 1))
        hooks.send(world.db, zombie, Outbound(loopback=True))
        assert delivery(world, sent).attempts == 0


def test_t36_a_slow_receiver_holds_up_nobody_else(world):
    with receiving(trickle(b"HTTP/1.1 200 OK\r\nX: ")) as slow, receiving(answer(200)) as quick:
        hell, _ = listen(world, slow.url)
        for _ in range(25):
            test_event(world, hell)
        good, _ = listen(world, quick.url)
        for _ in range(5):
            test_event(world, good)
        begun, took = time.monotonic(), []

        def watch():
            while len(quick.got) < 5 and time.monotonic() - begun < 30:
                time.sleep(0.05)
            took.append(time.monotonic() - begun)

        watcher = threading.Thread(target=watch)
        watcher.start()
        work(world)
        watcher.join()
        assert len(quick.got) == 5
        assert took[0] < 5
        assert slow.connections <= 2
        assert len(waits(world)) == 25
        assert all(due > 3 for due in waits(world))


def test_others_neither_see_nor_touch_an_endpoint(world):
    made, _ = listen(world, "https://hooks.example/")
    test_event(world, made)
    with acting(world, "far") as (session, actor):
        with pytest.raises(NotFound):
            endpoints.find(session, made, actor=actor)
        for table in ("webhook_endpoint", "webhook_delivery"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    with world.as_consumer() as session, pytest.raises(DBAPIError):
        session.execute(text("SELECT 1 FROM webhook_endpoint"))
    with world.db.transaction(Role.PUBLIC) as session, pytest.raises(DBAPIError):
        session.execute(text("SELECT 1 FROM webhook_delivery"))
    with world.as_merchant(world.other_enterprise) as session:
        webhooks.enqueue(session, made, uuid4(), 0)
        with pytest.raises(DBAPIError):
            session.flush()
        session.rollback()


def test_a_clerk_and_a_stranger_make_no_endpoint_and_there_is_a_limit(world):
    clerk = Actor(ActorRole.MERCHANT, world.merchant, world.enterprise, "3205", ())
    with world.as_merchant() as session:
        clock = DatabaseClock(session)
        with pytest.raises(Refused):
            endpoints.of_orgs(session, actor=clerk)
        wish = Wish("https://hooks.example/", ["*"])
        with pytest.raises(RuleBroken) as caught:
            endpoints.create(session, world.other_enterprise, wish, actor=world.merchant_actor, clock=clock)
        assert caught.value.errors[0].field == "org_id"
        for _ in range(endpoints.MOST_ENDPOINTS):
            endpoints.create(session, world.enterprise, wish, actor=world.merchant_actor, clock=clock)
        with pytest.raises(Conflict):
            endpoints.create(session, world.enterprise, wish, actor=world.merchant_actor, clock=clock)


@pytest.fixture
def app(world, tmp_path):
    return make_app(world.db, tmp_path / "var", WUYOU_WEBHOOK_LOOPBACK="1")


@pytest.fixture
def merchant(app, world):
    return Api(app, token_for(world.db, world.merchant))


def faults_of(response):
    assert response.status_code == 422, response.text
    return {e["field"]: e["code"] for e in response.json["errors"]}


def test_the_api_makes_tries_rotates_replays_and_disables_an_endpoint(world, merchant):
    with receiving(answer(200)) as receiver:
        made = merchant.post("/webhooks", {"url": receiver.url, "topics": ["enrolment.*"], "description": "ERP"})
        assert made.status_code == 201, made.text
        place = made.headers["Location"].removeprefix("/api/v1")
        assert made.json["org_id"] == str(world.enterprise)
        tried = merchant.post(f"{place}/test")
        assert (tried.status_code, tried.json["state"]) == (202, "waiting")
        rotated = merchant.post(f"{place}/rotate").json
        assert rotated["secret"] != made.json["secret"]
        work(world)
        (shown,) = merchant.get(f"{place}/deliveries").json["items"]
        assert (shown["id"], shown["state"], shown["last_status"]) == (tried.json["id"], "delivered", 200)
        again = merchant.post(f"{place}/deliveries/{shown['id']}/replay")
        assert (again.status_code, again.json["id"]) == (202, shown["id"])
        work(world)
        assert [r.headers["webhook-id"] for r in receiver.got] == [shown["id"]] * 2
        assert verified(made.json["secret"], receiver.got[0])
        assert verified(rotated["secret"], receiver.got[0])
        assert merchant.call("DELETE", place).json["disabled_reason"] == "owner"
        assert merchant.post(f"{place}/test").status_code == 409
        changed = merchant.call("PATCH", place, {"enabled": True, "topics": ["plaque.enter"]}).json
        assert (changed["enabled"], changed["topics"], changed["url"]) == (True, ["plaque.enter"], receiver.url)
        (listed,) = merchant.get("/webhooks").json["items"]
        assert "secret" not in listed
        assert listed["id"] == made.json["id"]


def test_deliveries_come_in_pages(world, merchant):
    made, _ = listen(world, "https://hooks.example/")
    sent = [str(test_event(world, made)) for _ in range(5)]
    first = merchant.get(f"/webhooks/{made}/deliveries?limit=3").json
    second = merchant.get(f"/webhooks/{made}/deliveries?limit=3&cursor={first['next']}").json
    assert [d["id"] for d in first["items"] + second["items"]] == sent[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": "ftp://hooks.example/"}, {"url": "webhook.url_scheme"}),
        ({"url": "https://u:p@hooks.example/"}, {"url": "webhook.url_userinfo"}),
        ({"url": "https://169.254.169.254/latest"}, {"url": "webhook.url_address"}),
        ({"url": "https://2130706433/"}, {"url": "webhook.url_address"}),
        ({"topics": ["enrollment.*"]}, {"topics": "webhook.topics"}),
        ({"topics": []}, {"topics": "invalid"}),
        ({"org_id": str(uuid4())}, {"org_id": "webhook.org"}),
        ({"colour": "red"}, {"colour": "invalid"}),
    ],
)
def test_a_wrong_wish_is_refused_by_field(merchant, change, fault):
    assert faults_of(merchant.post("/webhooks", {"url": "https://hooks.example/", "topics": ["*"]} | change)) == fault


def test_without_the_setting_this_machine_is_no_receiver(world, tmp_path):
    strict = Api(make_app(world.db, tmp_path / "var"), token_for(world.db, world.merchant))
    body = {"url": "http://127.0.0.1:9/", "topics": ["*"]}
    assert faults_of(strict.post("/webhooks", body)) == {"url": "webhook.url_scheme"}


def test_who_manages_several_organisations_says_which(world, merchant):
    with world.db.transaction(Role.OWNER) as session:
        MembershipFactory(
            session=session, account_id=world.merchant, org_id=world.other_enterprise, org_kind="enterprise"
        )
    body = {"url": "https://hooks.example/", "topics": ["*"]}
    assert faults_of(merchant.post("/webhooks", body)) == {"org_id": "webhook.org_needed"}
    made = merchant.post("/webhooks", body | {"org_id": str(world.other_enterprise)})
    assert made.json["org_id"] == str(world.other_enterprise)


def test_a_bureau_has_endpoints_and_its_officers_account_has_none(world, app):
    officer = Api(app, token_for(world.db, world.officer))
    body = {"url": "https://hooks.example/", "topics": ["*"]}
    assert officer.post("/webhooks", body).json["org_id"] == str(world.bureau)
    assert faults_of(officer.post("/webhooks", body | {"org_id": str(world.officer)})) == {"org_id": "webhook.org"}
    far = Api(app, token_for(world.db, world.far_officer))
    assert far.get("/webhooks").json["items"] == []


def test_consumers_strangers_and_clerks_are_refused(world, app, merchant):
    made, _ = listen(world, "https://hooks.example/")
    assert Api(app, token_for(world.db, world.consumer)).get("/webhooks").status_code == 403
    assert Api(app).get("/webhooks").status_code == 401
    with world.db.transaction(Role.OWNER) as session:
        session.execute(text("UPDATE membership SET rank = 'clerk' WHERE org_kind = 'enterprise'"))
    for method, path in (("GET", ""), ("DELETE", f"/{made}"), ("POST", f"/{made}/rotate"), ("POST", f"/{made}/test")):
        assert merchant.call(method, f"/webhooks{path}").status_code == 403
    assert endpoint_of(world, made).disabled_at is None


@pytest.fixture
def page(world, tmp_path):
    app = make_app(world.db, tmp_path / "var", WUYOU_WEBHOOK_LOOPBACK="1")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.set_cookie(app.extensions["wuyou"].cookie, token_for(world.db, world.merchant))
    return client


def test_the_page_shows_a_secret_once_and_a_form_sent_twice_makes_one_endpoint(world, page):
    form = {"key": str(uuid4()), "url": "https://hooks.example/", "topics": ["enrolment.*"], "description": "ERP"}
    first = page.post("/merchant/webhooks", data=form)
    assert first.text.count("whsec_") == 1
    second = page.post("/merchant/webhooks", data=form)
    assert second.status_code == 303
    shown = page.get(second.headers["Location"])
    assert shown.status_code == 200
    assert "whsec_" not in shown.text
    assert len(page.get("/merchant/webhooks").text.split("hooks.example")) == 2


def test_the_page_rotates_once_for_one_form(world, page):
    made, old = listen(world, "https://hooks.example/")
    rotated = page.post(f"/merchant/webhooks/{made}/rotate", data={"before": ""})
    assert rotated.text.count("whsec_") == 1
    assert old not in rotated.text
    assert page.post(f"/merchant/webhooks/{made}/rotate", data={"before": ""}).status_code == 303


def test_the_page_says_in_plain_words_what_went_wrong(world, page):
    with receiving(answer(500)) as receiver:
        made, _ = listen(world, receiver.url)
        page.post(f"/merchant/webhooks/{made}/test")
        attempt(world)
        shown = page.get(f"/merchant/webhooks/{made}").text
        assert "对方答复 500，不是成功" in shown
        assert "稍后重试" in shown
        sent = deliveries(world)[0].id
        receiver.behave = answer(200)
        assert page.post(f"/merchant/webhooks/{made}/deliveries/{sent}/replay").status_code == 303
        attempt(world)
        assert "已送达" in page.get(f"/merchant/webhooks/{made}").text
    wrong = page.post("/merchant/webhooks", data={"url": "http://10.0.0.1/", "topics": ["*"]})
    assert wrong.status_code == 422
    kept = page.post(f"/merchant/webhooks/{made}", data={"url": "ftp://x.example/", "topics": ["plaque.*"]})
    assert kept.status_code == 422
    assert "网址须以 https:// 开头" in kept.text
    assert endpoint_of(world, made).url == receiver.url
    page.post(f"/merchant/webhooks/{made}/enabled", data={"enabled": "0"})
    assert "已停用" in page.get("/merchant/webhooks").text


def test_every_reason_has_its_words():
    sent = {"redirect", "gone", "status", "disabled", "access", "dns", "connect", "tls", "timeout", "broken"}
    urls = {"syntax", "scheme", "port", "userinfo", "host", "address"}
    wanted = {f"webhook.error.{code}" for code in sent | urls} | {f"field_error.webhook.url_{code}" for code in urls}
    wanted |= {f"webhook.why.{reason}" for reason in DISABLED}
    assert [key for key in sorted(wanted) if not has(key)] == []
