"""Alliances, brands, makers and statements on a real database, as the people who use them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from merchants.alliance import Question
from merchants.jobs import agreements
from merchants.models import Bond, Brand, Delegation, Enterprise, Promise, PromiseBatch, Standing, StatementLook, Store
from merchants.operations import alliances, bonds, brands, makers, many, promises, standing, statements
from merchants.operations.alliances import AllianceDraft, Document, RowDraft
from merchants.operations.makers import VersionDraft
from merchants.promise import PromiseTerms
from merchants.queries import alliances as alliance_queries
from merchants.queries import brands as brand_queries
from merchants.queries import makers as maker_queries
from merchants.queries import standings
from merchants.queries import statements as statement_queries
from merchants.queries.brands import Asked
from merchants.queries.places import Purchase, hand_in_places
from merchants.rules import Verdict
from merchants.statement import FORM, Figure
from tests.factories import AccountFactory, MembershipFactory, StoreFactory
from tests.support.world import World, at
from tools import verify_statement
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.crypto import framed
from workflows.store.db import new_id
from workflows.store.session import Identity, Role
from workflows.time.clock import SystemClock

TERMS = PromiseTerms(days=15, categories=("goods.clothing",), cross_store=True, refund_hours=24)
DIGEST = "ab" * 32
HALVES = {"seller": 5000, "taker": 5000, "fund": 0}
MAKERS = {cost: {"maker": 6000, "brand": 1000, "shop": 3000} for cost in ("freight", "handling", "devaluation")}
TODAY = date(2026, 7, 20)


@dataclass
class Side:
    """A firm with its manager and a store, other than the world's."""

    world: World
    account: UUID
    firm: UUID
    store: UUID

    @property
    def actor(self) -> Actor:
        return Actor(ActorRole.MERCHANT, self.account, self.firm, "3101", (self.firm,))

    @contextmanager
    def session(self):
        with self.world.db.transaction(Role.MERCHANT, Identity(self.account, (self.firm,))) as session:
            yield session


@pytest.fixture
def other(world):
    with world.db.transaction(Role.OWNER) as session:
        account = AccountFactory(session=session, kind="merchant", login="other").id
        MembershipFactory(session=session, account_id=account, org_id=world.other_enterprise, org_kind="enterprise")
        store = StoreFactory(session=session, enterprise_id=world.other_enterprise, city="3101", district="310101").id
    return Side(world, account, world.other_enterprise, store)


@pytest.fixture
def brand(world):
    """The world's firm owns a brand, its store carries it, and its manager is the brand's too."""
    with world.db.transaction(Role.OWNER) as session:
        row = Brand(id=new_id(), name="试样", owner_id=world.enterprise, created_at=world.clock.now())
        session.add(row)
        session.flush()
        session.get_one(Store, world.store).brand_id = row.id
        MembershipFactory(session=session, account_id=world.merchant, org_id=row.id, org_kind="brand")
    return row.id


@contextmanager
def as_brand(world, brand):
    parties = (world.enterprise, brand)
    with world.db.transaction(Role.MERCHANT, Identity(world.merchant, parties)) as session:
        yield session


def brand_actor(world, brand) -> Actor:
    return Actor(ActorRole.MERCHANT, world.merchant, world.enterprise, "3205", (world.enterprise, brand))


def draft(world, **changes) -> AllianceDraft:
    plain = {
        "name": "沪苏通退联盟(测试)",
        "cities": ("3205", "3101"),
        "organiser_kind": "enterprise",
        "organiser_id": world.enterprise,
        "document": Document(digest=DIGEST),
        "since": TODAY,
    }
    return AllianceDraft(**plain | changes)


def founded(world, other=None) -> UUID:
    """An alliance of the world's firm, and of the other one, with one row for everything."""
    clock = world.clock
    with world.as_merchant() as session:
        whole = alliances.found(session, draft(world), actor=world.merchant_actor, clock=clock)
        join(session, whole.id, world.enterprise, world.merchant_actor, clock)
        row = join(session, whole.id, other.firm, world.merchant_actor, clock) if other else None
        alliances.add_row(session, whole, RowDraft(since=TODAY), actor=world.merchant_actor, clock=clock)
        alliances.share(session, whole, "freight", HALVES, TODAY, actor=world.merchant_actor, clock=clock)
    if other:
        with other.session() as session:
            bonds.confirm(session, bonds.find(session, row.id), actor=other.actor, clock=clock)
    return whole.id


def join(session, of_id, org, actor, clock, kind="alliance", org_kind="enterprise", since=TODAY):
    return bonds.propose(session, kind, of_id, org_kind, org, since, actor=actor, clock=clock)


def question(world, other, bought="2026-07-21", handed="2026-07-22", **changes) -> Question:
    days = date.fromisoformat(bought), date.fromisoformat(handed)
    return Question(frozenset({world.enterprise}), frozenset({other.firm}), "goods.clothing", "3205", "3101", *days)


def bond_of(world, org) -> Bond:
    with world.as_worker() as session:
        return session.scalar(select(Bond).where(Bond.org_id == org).order_by(Bond.id.desc()))


def work(world, on):
    with world.as_worker() as session:
        return agreements(session, at(on).now())


def held(world) -> Standing:
    with world.as_worker() as session:
        return session.scalar(select(Standing).where(Standing.store_id == world.store))


def promised(world, on) -> Promise | None:
    with world.as_worker() as session:
        return standings.promise_on(session, world.store, date.fromisoformat(on))


def test_a_member_joins_by_its_own_word_and_then_takes_the_others_goods(world, other):
    founded(world, other)
    with world.as_consumer() as session:
        assert alliance_queries.acceptance(session, question(world, other)).verdict is Verdict.YES
        other_way = Question(
            frozenset({uuid4()}), frozenset({other.firm}), "goods.clothing", "3205", "3101", TODAY, TODAY
        )
        assert alliance_queries.acceptance(session, other_way).reasons == ("no_alliance",)


def test_without_its_own_word_nobody_is_a_member(world, other):
    with world.as_merchant() as session:
        whole = alliances.found(session, draft(world), actor=world.merchant_actor, clock=world.clock)
        row = join(session, whole.id, other.firm, world.merchant_actor, world.clock)
        with pytest.raises(Refused):
            bonds.confirm(session, row, actor=world.merchant_actor, clock=world.clock)
    with world.as_consumer() as session:
        assert session.scalars(select(Bond)).all() == []
    with other.session() as session:
        bonds.decline(session, bonds.find(session, row.id), actor=other.actor, clock=world.clock)
        with pytest.raises(Conflict):
            bonds.confirm(session, bonds.find(session, row.id), actor=other.actor, clock=world.clock)


def test_the_database_lets_no_side_confirm_for_the_other(world, other):
    with world.as_merchant() as session:
        whole = alliances.found(session, draft(world), actor=world.merchant_actor, clock=world.clock)
        row = join(session, whole.id, other.firm, world.merchant_actor, world.clock)
    with world.as_merchant() as session:
        session.get_one(Bond, row.id).org_at = world.clock.now()
        with pytest.raises(DBAPIError, match="confirms for itself"):
            session.flush()
        session.rollback()
    stranger = uuid4()
    with world.db.transaction(Role.MERCHANT, Identity(stranger, (stranger,))) as session:
        assert session.scalars(select(Bond)).all() == []


def test_a_stranger_writes_nothing_of_an_alliance_and_sees_no_shares(world, other):
    whole = founded(world)
    with other.session() as session:
        found = alliance_queries.alliance(session, whole)
        assert alliance_queries.shares(session, whole) == []
        with pytest.raises(Refused):
            alliances.add_row(session, found, RowDraft(since=TODAY), actor=other.actor, clock=world.clock)
    forged = Actor(ActorRole.MERCHANT, other.account, other.firm, "3101", (world.enterprise,))
    with other.session() as session:
        found = alliance_queries.alliance(session, whole)
        with pytest.raises(DBAPIError, match="row-level security"):
            alliances.add_row(session, found, RowDraft(since=TODAY), actor=forged, clock=world.clock)
        session.rollback()
    with world.as_officer() as session:
        assert [s.cost for s in alliance_queries.shares(session, whole)] == ["freight"]


def test_overlapping_memberships_are_refused_by_us_and_by_the_database(world, other, root):
    whole = founded(world, other)
    with pytest.raises(Conflict, match="already"), world.as_merchant() as session:
        join(session, whole, other.firm, world.merchant_actor, world.clock)
    with pytest.raises(Exception, match="ex_bond_overlap"):
        root.execute(
            "INSERT INTO bond SELECT gen_random_uuid(), kind, of_id, org_kind, org_id, valid, proposed_at, proposed_by,"
            " host_at, host_by, org_at, org_by FROM bond"
        )


def test_shares_that_do_not_make_up_the_whole_are_refused_by_us_and_by_the_database(world, root):
    whole = founded(world)
    by = {"actor": world.merchant_actor, "clock": world.clock}
    with world.as_merchant() as session:
        found = alliance_queries.alliance(session, whole)
        with pytest.raises(RuleBroken) as refused:
            alliances.share(session, found, "freight", HALVES | {"fund": 1}, TODAY, **by)
    assert refused.value.errors[0].code == "share.sum"
    with pytest.raises(Exception, match="ck_alliance_share_whole"):
        root.execute("UPDATE alliance_share SET fund = 1")


def test_new_shares_hold_from_their_day_and_the_old_ones_before(world):
    whole = founded(world)
    parts = {"seller": 10000, "taker": 0, "fund": 0}
    with world.as_merchant() as session:
        found = alliance_queries.alliance(session, whole)
        alliances.share(
            session, found, "freight", parts, date(2026, 8, 1), actor=world.merchant_actor, clock=world.clock
        )
        assert alliance_queries.shares_on(session, whole, date(2026, 7, 31))["freight"] == HALVES
        assert alliance_queries.shares_on(session, whole, date(2026, 8, 1))["freight"] == parts


def test_an_exit_has_notice_and_keeps_what_was_bought_before_it(world, other):
    founded(world, other)
    row = bond_of(world, other.firm)
    with other.session() as session:
        with pytest.raises(RuleBroken, match="earliest"):
            bonds.leave(session, bonds.find(session, row.id), date(2026, 7, 26), actor=other.actor, clock=world.clock)
        bonds.leave(session, bonds.find(session, row.id), date(2026, 7, 27), actor=other.actor, clock=world.clock)
    with world.as_worker() as session:
        ask = alliance_queries.acceptance
        assert ask(session, question(world, other, "2026-07-27", "2026-08-20")).reasons == ("accepted", "left_since")
        assert ask(session, question(world, other, "2026-07-28", "2026-08-20")).verdict is Verdict.NO


def test_a_row_that_ends_covers_what_was_bought_under_it(world, other):
    whole = founded(world, other)
    with world.as_merchant() as session:
        found = alliance_queries.alliance(session, whole)
        (row,) = alliance_queries.rows(session, whole)
        locked = alliances.find_row(session, found, row.id)
        alliances.end_row(session, found, locked, date(2026, 7, 25), actor=world.merchant_actor, clock=world.clock)
        ask = alliance_queries.acceptance
        assert ask(session, question(world, other, "2026-07-25", "2026-08-01")).verdict is Verdict.YES
        assert ask(session, question(world, other, "2026-07-26", "2026-08-01")).reasons == ("no_row",)


def test_an_alliance_is_promised_by_members_stores_only(world, other):
    reaching = PromiseTerms(**TERMS.__dict__ | {"alliance": True})
    with pytest.raises(RuleBroken) as refused:
        world.enrolled(reaching)
    assert [(e.field, e.code) for e in refused.value.errors] == [("alliance", "promise.no_alliance")]
    founded(world, other)
    world.enrolled(reaching)
    assert promised(world, "2026-07-20").terms["alliance"] is True


def test_a_brands_name_alone_makes_nobody_a_member(world, other, brand):
    """The other firm's store carries the brand's name; only by confirmation of both does the membership reach it."""
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Store, other.store).brand_id = brand
    with as_brand(world, brand) as session:
        actor = brand_actor(world, brand)
        whole = alliances.found(session, draft(world), actor=actor, clock=world.clock)
        join(session, whole.id, brand, actor, world.clock, org_kind="brand")
        assert alliance_queries.in_alliance(session, world.store, TODAY)
        assert not alliance_queries.in_alliance(session, other.store, TODAY)
        row = join(session, brand, other.firm, actor, world.clock, kind="brand")
    with other.session() as session:
        bonds.confirm(session, bonds.find(session, row.id), actor=other.actor, clock=world.clock)
        assert alliance_queries.in_alliance(session, other.store, TODAY)


def test_a_store_stops_promising_an_alliance_that_its_firm_has_left(world, other):
    founded(world, other)
    world.enrolled(PromiseTerms(**TERMS.__dict__ | {"alliance": True, "cross_city": True}))
    row = bond_of(world, world.enterprise)
    with world.as_merchant() as session:
        bonds.leave(
            session, bonds.find(session, row.id), date(2026, 7, 30), actor=world.merchant_actor, clock=world.clock
        )
    assert work(world, "2026-07-21")["left_alliance"] == 1
    assert work(world, "2026-07-21")["left_alliance"] == 0
    assert [promised(world, d).terms["alliance"] for d in ("2026-07-30", "2026-07-31")] == [True, False]
    assert promised(world, "2026-07-31").terms["cross_city"] is True


def test_places_to_hand_in_follow_the_promise_on_the_purchase_date(world, other):
    founded(world, other)
    with world.db.transaction(Role.OWNER) as session:
        session.get_one(Store, other.store).plaque, session.get_one(Store, other.store).promise_days = "SHP-1", 7
        station = StoreFactory(
            session=session, enterprise_id=world.other_enterprise, kind="station", takes=["goods.clothing"],
            capacity=40, hours={"mon": [["09:00", "18:00"]]}, plaque="SZP-2", promise_days=7, name="平江服务站",
        ).id  # fmt: skip
        StoreFactory(
            session=session, enterprise_id=world.other_enterprise, kind="drop_off", takes=["goods.food"],
            capacity=4, plaque="SZP-3", promise_days=7,
        )  # fmt: skip
    world.enrolled(PromiseTerms(**TERMS.__dict__ | {"alliance": True, "cross_city": True}))
    with world.as_consumer() as session:
        bought = Purchase(world.store, "goods.clothing", date(2026, 7, 21), date(2026, 7, 25))
        found = {p.store_id: p for p in hand_in_places(session, bought)}
        assert {i: p.relation for i, p in found.items()} == {
            world.store: "same",
            other.store: "alliance",
            station: "station",
        }
        assert (found[station].capacity, found[station].takes) == (40, ("goods.clothing",))
        before = Purchase(world.store, "goods.clothing", date(2026, 7, 19), date(2026, 7, 25))
        assert hand_in_places(session, before) == []


def agreement(other, clock, **changes) -> UUID:
    terms = PromiseTerms(**TERMS.__dict__ | {"days": 30} | changes)
    with other.session() as session:
        made = VersionDraft(terms, MAKERS, Document(digest=DIGEST))
        maker = session.get_one(Enterprise, other.firm)
        return makers.found(session, maker, "厂商一体化协议", None, made, actor=other.actor, clock=clock).id


def joined(world, other, of_id):
    with other.session() as session:
        row = join(session, of_id, world.store, other.actor, world.clock, kind="maker", org_kind="store")
    with world.as_merchant() as session:
        bonds.confirm(session, bonds.find(session, row.id), actor=world.merchant_actor, clock=world.clock)
    return row.id


def test_a_shop_that_joins_a_maker_promises_what_the_agreement_says(world, other):
    world.enrolled(TERMS)
    of_id = agreement(other, world.clock)
    joined(world, other, of_id)
    assert work(world, "2026-07-20")["joined"] == 1
    assert work(world, "2026-07-20")["joined"] == 0
    assert [promised(world, d).days for d in ("2026-07-20", "2026-07-21")] == [15, 30]
    with world.as_worker() as session:
        number = maker_queries.agreement(session, of_id).number
    assert promised(world, "2026-07-21").source == f"maker:{number}@1"
    less = PromiseTerms(**TERMS.__dict__ | {"days": 20})
    with pytest.raises(RuleBroken) as refused, world.as_merchant() as session:
        promises.change(
            session,
            standing.find(session, held(world).id),
            less,
            date(2026, 8, 10),
            actor=world.merchant_actor,
            clock=at("2026-07-21"),
        )
    assert [(e.field, e.code) for e in refused.value.errors] == [("days", "promise.maker_bound")]


def test_joining_a_maker_never_lessens_what_a_shop_promises(world, other):
    world.enrolled(PromiseTerms(**TERMS.__dict__ | {"days": 60}))
    with pytest.raises(RuleBroken) as refused:
        joined(world, other, agreement(other, world.clock))
    assert [(e.field, e.code) for e in refused.value.errors] == [("days", "maker.less")]


def test_a_new_version_of_an_agreement_reaches_its_shops_with_the_notice_of_a_lesser_promise(world, other):
    world.enrolled(TERMS)
    of_id = agreement(other, world.clock)
    row = joined(world, other, of_id)
    work(world, "2026-07-20")
    lesser = VersionDraft(PromiseTerms(**TERMS.__dict__ | {"days": 20}), MAKERS, Document(digest=DIGEST))
    with other.session() as session:
        found = maker_queries.agreement(session, of_id)
        with pytest.raises(RuleBroken, match="2026-07-28"):
            makers.change(session, found, lesser, date(2026, 7, 27), actor=other.actor, clock=at("2026-07-21"))
        makers.change(session, found, lesser, date(2026, 7, 28), actor=other.actor, clock=at("2026-07-21"))
    assert work(world, "2026-07-21")["joined"] == 1
    assert [promised(world, d).days for d in ("2026-07-27", "2026-07-28")] == [30, 20]
    assert promised(world, "2026-07-28").source.endswith("@2")
    with world.as_merchant() as session:
        clock = at("2026-07-29")
        bonds.leave(session, bonds.find(session, row), date(2026, 7, 31), actor=world.merchant_actor, clock=clock)
    assert work(world, "2026-07-29") == {"joined": 0, "left_maker": 1, "left_alliance": 0}
    after = promised(world, "2026-08-01")
    assert (after.source, after.days) == ("store", 20)
    assert work(world, "2026-07-29")["left_maker"] == 0


def test_a_brands_inbox_has_what_waits_at_every_bureau_and_hands_it_to_colleagues(world, other, brand):
    world.enrolled(TERMS)
    with world.db.transaction(Role.OWNER) as session:
        clerk = AccountFactory(session=session, kind="merchant", login="clerk").id
        MembershipFactory(session=session, account_id=clerk, org_id=brand, org_kind="brand", rank="clerk")
    with world.as_officer() as session:
        standing.propose_removal(
            session,
            standing.find(session, held(world).id),
            "broken_promise",
            "三次拒绝退货",
            actor=world.officer_actor,
            clock=world.clock,
        )
    actor = brand_actor(world, brand)
    with as_brand(world, brand) as session:
        (line,) = brand_queries.inbox(session, brand, Asked())
        assert (line.asks, line.due) == ("hearing", held(world).hearing_until)
        assert brand_queries.inbox(session, brand, Asked(city="3101")) == []
        assert brand_queries.inbox(session, brand, Asked(after=(line.due, line.id))) == []
        late = line.due + timedelta(days=1)
        with pytest.raises(RuleBroken) as refused:
            brands.delegate(session, brand, line.id, uuid4(), late, actor=actor, clock=world.clock)
        assert {e.code for e in refused.value.errors} == {"delegation.late", "delegation.nobody"}
        brands.delegate(session, brand, line.id, world.merchant, line.due, actor=actor, clock=world.clock)
        given = brands.delegate(session, brand, line.id, clerk, TODAY, actor=actor, clock=world.clock)
        assert [x.to_id for x in brand_queries.inbox(session, brand, Asked(mine=clerk))] == [clerk]
    with world.db.transaction(Role.MERCHANT, Identity(clerk, (brand,))) as session:
        mine = Actor(ActorRole.MERCHANT, clerk, brand, "3205")
        assert len(brand_queries.inbox(session, brand, Asked(mine=clerk))) == 1
        with pytest.raises(Refused):
            brands.delegate(session, brand, line.id, clerk, TODAY, actor=mine, clock=world.clock)
        brands.done(session, brand, given.id, actor=mine, clock=world.clock)
        assert brand_queries.inbox(session, brand, Asked(mine=clerk)) == []
    with other.session() as session:
        assert session.scalars(select(Delegation)).all() == []
        assert brand_queries.colleagues(session, brand) == {}


def test_one_change_reaches_chosen_stores_each_with_its_own_event(world, brand):
    world.enrolled(TERMS)
    actor, clock = brand_actor(world, brand), world.clock
    with as_brand(world, brand) as session:
        (line,) = many.preview(session, brand, [held(world).id], {"days": 7}, TODAY, TODAY)
        assert (line.less, line.starts) == (("days",), date(2026, 7, 27))
        (line,) = many.preview(session, brand, [held(world).id], {"days": 30}, TODAY, TODAY)
        assert (line.less, line.starts) == ((), date(2026, 7, 21))
        batch = many.begin(session, brand, [held(world).id], {"days": 30}, TODAY, actor=actor, clock=clock)
        assert many.go_on(session, many.find(session, batch.id), actor=actor, clock=clock) == 1
        with pytest.raises(Conflict):
            many.go_on(session, many.find(session, batch.id), actor=actor, clock=clock)
    assert promised(world, "2026-07-21").days == 30
    with as_brand(world, brand) as session:
        with pytest.raises(RuleBroken) as refused:
            many.begin(session, brand, [held(world).id], {"alliance": True}, TODAY, actor=actor, clock=clock)
        assert [e.code for e in refused.value.errors] == ["promise.no_alliance"]
        with pytest.raises(RuleBroken, match="nothing would change"):
            many.begin(session, brand, [held(world).id], {"days": 30}, TODAY, actor=actor, clock=clock)
        with pytest.raises(RuleBroken, match="not clear"):
            many.preview(session, brand, [held(world).id], {"categories": []}, TODAY, TODAY)
        with pytest.raises(RuleBroken, match="chosen"):
            many.preview(session, brand, [], {"days": 30}, TODAY, TODAY)


def test_a_change_for_many_goes_on_by_two_hundred(world, brand, monkeypatch):
    world.enrolled(TERMS)
    monkeypatch.setattr(many, "AT_ONCE", 1)
    with as_brand(world, brand) as session:
        batch = PromiseBatch(
            brand_id=brand, changes={"days": 30}, starts_on=TODAY, total=2, todo=[held(world).id] * 2,
            made_at=world.clock.now(),
        )  # fmt: skip
        session.add(batch)
        session.flush()
        actor = brand_actor(world, brand)
        counts = [many.go_on(session, many.find(session, batch.id), actor=actor, clock=world.clock) for _ in range(2)]
        assert counts == [1, 0]
        assert many.find(session, batch.id).finished_at is not None


def statement_of(world):
    with world.as_merchant() as session:
        firm = session.get_one(Enterprise, world.enterprise)
        figures = [Figure("settled", 3, 4)]
        return statements.make(session, firm, figures, TODAY, actor=world.merchant_actor, clock=world.clock)


def let_in(world, of, days=30):
    with world.as_merchant() as session:
        found = statement_queries.statement(session, of.id)
        return statements.consent(
            session, found, "示例银行", "lender", days, actor=world.merchant_actor, clock=SystemClock()
        )


def look(world, secret):
    with world.db.transaction(Role.PUBLIC) as session:
        return statements.look(session, secret, "203.0.113.9")


def test_a_statement_is_signed_and_every_look_at_it_is_recorded(world, other):
    world.enrolled(TERMS)
    made = statement_of(world)
    row, secret = let_in(world, made)
    shown = look(world, secret)
    assert shown.recipient == "示例银行"
    world.db.keys.public.verify(shown.signature, framed(FORM, shown.body.encode()))
    with pytest.raises(InvalidSignature):
        world.db.keys.public.verify(shown.signature, framed(FORM, shown.body.replace("3", "4").encode()))
    public = world.db.keys.public.public_bytes_raw()
    assert verify_statement.check(shown.body.encode(), shown.signature, public)
    assert not verify_statement.check(shown.body.encode() + b" ", shown.signature, public)
    says = json.loads(shown.body)
    assert [e["event"] for e in says["standings"][0]["events"]] == ["enter"]
    assert "credit" not in shown.body
    look(world, secret)
    with world.as_merchant() as session:
        assert [x.recipient for x in statement_queries.looks(session, made.id)] == ["示例银行"] * 2
    with other.session() as session:
        assert session.scalars(select(StatementLook)).all() == []
        with pytest.raises(NotFound):
            statement_queries.statement(session, made.id)
    assert row.token_digest != secret.encode()
    assert len(secret) >= 32


def test_a_consent_that_is_ended_or_over_kills_its_link_at_once(world, root):
    made = statement_of(world)
    row, secret = let_in(world, made)
    look(world, secret)
    with world.as_merchant() as session:
        statements.end(session, row.id, actor=world.merchant_actor, clock=world.clock)
        with pytest.raises(Conflict):
            statements.end(session, row.id, actor=world.merchant_actor, clock=world.clock)
    with pytest.raises(NotFound):
        look(world, secret)
    _, second = let_in(world, made)
    root.execute(
        "UPDATE statement_consent SET given_at = now() - interval '3 days', expires_at = now() - interval '1s'"
    )
    with pytest.raises(NotFound):
        look(world, second)
    with pytest.raises(NotFound):
        look(world, "guessed")
    with world.as_merchant() as session:
        assert len(statement_queries.looks(session, made.id)) == 1


def test_nobody_reads_a_statement_but_by_the_function_that_records_the_look(world, root):
    statement_of(world)
    with pytest.raises(Exception, match="permission denied"), world.db.transaction(Role.PUBLIC) as session:
        session.execute(select(StatementLook))
    for table in ("statement", "statement_look"):
        with pytest.raises(Exception, match="append-only"):
            root.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("recipient", "kind", "days"), [("", "lender", 30), ("银行", "police", 30), ("银行", "lender", 91)]
)
def test_a_consent_names_its_recipient_its_kind_and_an_end(world, recipient, kind, days):
    made = statement_of(world)
    with world.as_merchant() as session:
        found = statement_queries.statement(session, made.id)
        with pytest.raises(RuleBroken):
            statements.consent(session, found, recipient, kind, days, actor=world.merchant_actor, clock=world.clock)


def test_a_firm_brings_in_its_brand_and_becomes_its_first_manager(world, other):
    with world.as_merchant() as session:
        firm = session.get_one(Enterprise, world.enterprise)
        made = brands.found(session, " 新牌 ", firm, actor=world.merchant_actor, clock=world.clock)
        with pytest.raises(Conflict):
            brands.found(session, "新牌", firm, actor=world.merchant_actor, clock=world.clock)
        assert list(brand_queries.colleagues(session, made.id)) == [world.merchant]
    with pytest.raises(Refused), other.session() as session:
        brands.found(session, "别牌", firm, actor=other.actor, clock=world.clock)


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"cities": ("3301",)}, {"since": date(2026, 7, 1)}, {"document": Document()}],
)
def test_an_alliance_with_faults_is_not_founded(world, changes):
    with pytest.raises(RuleBroken), world.as_merchant() as session:
        alliances.found(session, draft(world, **changes), actor=world.merchant_actor, clock=world.clock)
