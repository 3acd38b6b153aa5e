"""The demo's 沪苏 alliance over the brands that are there, stations and drop-off points, and one maker's agreement.

It leans on nothing but the stores' brand names; run twice, it changes nothing. Everything goes through the product's
own verbs, so that what the demo shows is what an installation would have.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants import codes
from merchants.geography import SEATS
from merchants.models import Alliance, AllianceRow, AllianceShare, Bond, Brand, Enterprise, Store
from merchants.operations import alliances, bonds, enrol, listing, makers, parties, review
from merchants.operations.alliances import AllianceDraft, Document, RowDraft
from merchants.operations.makers import VersionDraft
from merchants.promise import PromiseTerms
from merchants.rules import address_key
from seeds.reference import CITIES, regions
from workflows.errors import RuleBroken
from workflows.people.actor import SYSTEM
from workflows.people.tables import Account, Membership
from workflows.store.crypto import digest
from workflows.store.search import grams
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock

NAME = "沪苏同城异地异店无理由退货联盟（演示）"
LEAST_STORES = 3
MOST_BRANDS = 60
PAST = timedelta(days=500)
"""The demo's alliance is older than the oldest purchase anybody tries."""

COSTS = {"freight": (5000, 2000, 3000), "handling": (7000, 3000, 0), "devaluation": (10000, 0, 0)}
HOSTS = (
    ("mall", "姑苏样板百货", "320508"),
    ("circle", "金鸡湖样板商圈", "320576"),
    ("mall", "淮海样板广场", "310101"),
    ("circle", "徐汇样板商圈", "310104"),
)
"""Kind, name, district: invented malls and business circles, for counters to belong to. Each enrols like any store."""

PLACES = (
    ("station", "观前退货服务站", "320508", 120),
    ("drop_off", "平江路退货寄存点", "320508", 20),
    ("drop_off", "金鸡湖退货寄存点", "320576", 20),
    ("drop_off", "昆山站退货寄存点", "320583", 16),
    ("station", "南京东路退货服务站", "310101", 150),
    ("drop_off", "徐家汇退货寄存点", "310104", 24),
    ("drop_off", "陆家嘴退货寄存点", "310115", 24),
)
"""Kind, name, district, parcels: invented places of an invented operator."""

HOURS = {day: [["09:30", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def load(session: Session) -> None:
    """Load what is missing."""
    if session.scalar(select(Alliance.id).where(Alliance.name == NAME)) is not None:
        return
    clock = DatabaseClock(session)
    brands = load_brands(session, clock)
    if brands:
        managed = load_people(session)
        brands.sort(key=lambda brand: (brand.id not in managed, brand.name))
        load_alliance(session, brands, clock)
        load_maker(session, brands, clock)
    load_places(session, clock)


def load_brands(session: Session, clock: Clock) -> list[Brand]:
    """The brands that the demo's stores name, each owned by the firm with most of its stores."""
    many = (
        select(Store.brand, Store.enterprise_id, func.count())
        .where(Store.example_chain.is_(False), Store.brand != "")
        .group_by(Store.brand, Store.enterprise_id)
        .having(func.count() >= LEAST_STORES)
        .order_by(func.count().desc(), Store.brand, Store.enterprise_id)
    )
    owners: dict[str, UUID] = {}
    for name, firm, _ in session.execute(many.limit(MOST_BRANDS)):
        owners.setdefault(name, firm)
    return [_brand(session, name, firm, clock) for name, firm in owners.items()]


def _brand(session: Session, name: str, firm: UUID, clock: Clock) -> Brand:
    row = parties.brand(session, name, firm, clock=clock)
    row.owner_id = row.owner_id or firm
    named = update(Store).where(Store.brand == name, Store.brand_id.is_(None))
    session.execute(named.values(brand_id=row.id))
    session.flush()
    return row


def load_people(session: Session) -> set[UUID]:
    """Whoever manages a brand's firm in the demo works for the brand too; the brands that somebody works for."""
    query = (
        select(Membership.account_id, Brand.id)
        .join(Brand, Brand.owner_id == Membership.org_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Account.login.is_not(None), Membership.rank == "manager")
    )
    found = session.execute(query).all()
    for account, brand in found:
        if session.get(Membership, (account, brand)) is None:
            session.add(Membership(account_id=account, org_id=brand, org_kind="brand", rank="manager"))
    session.flush()
    return {brand for _, brand in found}


def load_alliance(session: Session, brands: list[Brand], clock: Clock) -> None:
    """One alliance of every brand: whatever goods, to two thousand yuan without a person looking."""
    today, by = clock.today(), _by(clock)
    draft = AllianceDraft(NAME, tuple(CITIES), "brand", brands[0].id, _document("alliance"), today)
    whole = alliances.found(session, draft, **by)
    for brand in brands:
        bonds.propose(session, "alliance", whole.id, "brand", brand.id, today, **by)
    alliances.add_row(session, whole, RowDraft(today, categories=codes.GOODS, most_fen=200_000), **by)
    alliances.add_row(session, whole, RowDraft(today, goods_of=brands[0].id), **by)
    for cost, parts in COSTS.items():
        named = dict(zip(codes.ALLIANCE_BEARERS, parts, strict=True))
        alliances.share(session, whole, cost, named, today, **by)
    past = Range(today - PAST, None)
    for cls, same in ((Alliance, Alliance.id), (AllianceRow, AllianceRow.alliance_id), (Bond, Bond.of_id)):
        session.execute(update(cls).where(same == whole.id).values(valid=past))
    session.execute(update(AllianceShare).where(AllianceShare.alliance_id == whole.id).values(valid=past))


def _by(clock: Clock) -> dict[str, Any]:
    """The demo is nobody's doing."""
    return {"actor": SYSTEM, "clock": clock}


def _document(of: str) -> Document:
    """Stands for a paper that a demo does not have."""
    return Document(digest=digest("wuyou.demo.document", of.encode()).hex())


def load_maker(session: Session, brands: list[Brand], clock: Clock) -> None:
    """A maker of appliances: some of its shops have joined, and one of another firm is asked to."""
    by = _by(clock)
    ids = [brand.id for brand in brands]
    sells = select(Store.brand_id).where(Store.brand_id.in_(ids), Store.categories.contains(["goods.appliance"]))
    made = next((b for b in brands if b.id == session.scalar(sells.order_by(Store.brand_id).limit(1))), brands[-1])
    maker = session.get_one(Enterprise, made.owner_id)
    terms = PromiseTerms(15, ("goods.appliance", "goods.household"), cross_store=True, cross_city=True, refund_hours=24)
    shares = {cost: {"maker": 6000, "brand": 1000, "shop": 3000} for cost in codes.COSTS}
    draft = VersionDraft(terms, shares, _document("maker"))
    row = makers.found(session, maker, f"{made.name}厂商一体化退货协议（演示）", made.id, draft, **by)
    shops = select(Store.id).where(Store.brand_id == made.id, Store.closed_on.is_(None)).order_by(Store.id).limit(3)
    for shop in session.scalars(shops).all():
        with suppress(RuleBroken):  # a shop that promises more than the agreement does not join it
            bonds.propose(session, "maker", row.id, "store", shop, clock.today(), **by)
    other = next((b for b in brands if b.id != made.id), made)
    asked = session.scalar(select(Store.id).where(Store.brand_id == other.id).order_by(Store.id).limit(1))
    if asked is not None:
        session.add(_asked(row.id, asked, clock))
    session.flush()


def _asked(agreement: UUID, shop: UUID, clock: Clock) -> Bond:
    """An invitation that waits for the shop's word."""
    return Bond(
        kind="maker",
        of_id=agreement,
        org_kind="store",
        org_id=shop,
        valid=Range(clock.today(), None),
        proposed_at=clock.now(),
        host_at=clock.now(),
    )


def load_places(session: Session, clock: Clock) -> None:
    """Stations and drop-off points of both cities, enrolled like any store, and malls that have not enrolled."""
    operator = _operator(session, clock)
    for host in HOSTS:
        _place(session, operator, host, None, clock)
    for kind, name, district, capacity in PLACES:
        store = _place(session, operator, (kind, name, district), capacity, clock)
        terms = PromiseTerms(7, codes.GOODS)
        case = enrol.draft(session, store, terms, enrol.Papers(), actor=SYSTEM, clock=clock)
        enrol.submit(session, case, signed=True, actor=SYSTEM, clock=clock)
        review.check(session, case, actor=SYSTEM, clock=clock)
        review.approve(session, case, actor=SYSTEM, clock=clock)
        listing.project(session, [store.id], clock.today())


def _operator(session: Session, clock: Clock) -> Enterprise:
    row = Enterprise(
        id=uuid5(NAMESPACE_URL, "wuyou:demo:enterprise:stations"),
        uscc=None,
        name="沪苏退货服务站（演示）",
        spelling="沪苏退货服务站演示",
        city="3205",
        district="320508",
        address="苏州市姑苏区观前街示例1号",
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def _place(
    session: Session, operator: Enterprise, what: tuple[str, str, str], capacity: int | None, clock: Clock
) -> Store:
    kind, name, district = what
    taker = kind in codes.TAKERS
    region = next(r for r in regions() if r["code"] == district)
    city = str(region["city"])
    address = f"{CITIES[city][0]}{region['name']}示例街{capacity or 300}号"
    lon, lat = SEATS[district]
    row = Store(
        id=uuid5(NAMESPACE_URL, f"wuyou:demo:place:{name}"),
        enterprise_id=operator.id,
        kind=kind,
        name=f"{name}（演示）",
        brand="退货服务站" if taker else name,
        city=city,
        district=district,
        address=address,
        address_key=address_key(address),
        lon=Decimal(str(lon)),
        lat=Decimal(str(lat)),
        categories=["service.other"],
        takes=list(codes.GOODS) if taker else [],
        hours=HOURS,
        capacity=capacity,
        grams=grams(name, address),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
