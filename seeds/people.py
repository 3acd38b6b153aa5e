"""The demo's people: plainly fictional, with passwords everybody knows. They exist on demo installations only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from seeds.brands import INVENTED
from seeds.reference import bureau_id, regions
from workflows.people.tables import Account, Membership
from workflows.store.sealed import seal
from workflows.store.session import DatabaseClock

PASSWORD = "wuyou-demo-2026"  # noqa: S105 - known to everybody, on purpose
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Person:
    """One person of the demo.

    :param org: the bureau's region code, or the enterprise's short name.
    """

    role: str
    city: str
    login: str
    name: str
    phone: str = ""
    org: str = ""

    @property
    def id(self) -> UUID:
        """The same on every installation."""
        return uuid5(NAMESPACE_URL, f"wuyou:demo:{self.login}")


PEOPLE = (
    Person("consumer", "3205", "lin.demo", "林晓样", "+8613900000001"),
    Person("consumer", "3101", "chen.demo", "陈小样", "+8613900000002"),
    Person("merchant", "3205", "shop.suzhou", "吴掌柜", org="pingjiang"),
    Person("merchant", "3101", "shop.shanghai", "沪掌柜", org="binjiang"),
    Person("merchant", "3101", "shop.chain", "连掌柜", org="chain"),
    Person("officer", "3205", "officer.gusu", "顾经办", org="320508"),
    Person("officer", "3101", "officer.huangpu", "黄经办", org="310101"),
    Person("supervisor", "3205", "head.gusu", "顾局长", org="320508"),
    Person("supervisor", "3101", "head.huangpu", "黄局长", org="310101"),
    Person("supervisor", "3205", "chief.suzhou", "苏督办", org="3205"),
    Person("supervisor", "3101", "chief.shanghai", "申督办", org="3101"),
    Person("admin", "3205", "admin.demo", "管理员"),
    Person("council", "3205", "council.suzhou", "陆委员", org="3205"),
    Person("council", "3101", "council.shanghai", "江委员", org="3101"),
)


CROWD = 300
"""Consumers of the demo's past; they have no phone of their own and never sign in."""


def crowd_id(number: int) -> UUID:
    """The id of one of the crowd."""
    return uuid5(NAMESPACE_URL, f"wuyou:demo:crowd:{number}")


def desk_id(region: str) -> UUID:
    """The id of the officer at a bureau's desk for reports."""
    return uuid5(NAMESPACE_URL, f"wuyou:demo:desk:{region}")


def keeper_id(short: str) -> UUID:
    """The id of whoever keeps the stores of a demo enterprise: its merchant who signs in, or one who never does."""
    signs_in = next((p.id for p in PEOPLE if p.role == "merchant" and p.org == short), None)
    return signs_in or uuid5(NAMESPACE_URL, f"wuyou:demo:keeper:{short}")


def enterprise_id(short: str) -> UUID:
    """The id of a demo enterprise by its short name."""
    return uuid5(NAMESPACE_URL, f"wuyou:demo:enterprise:{short}")


def council_id(city: str) -> UUID:
    """The id of a city's consumer council of the demo."""
    return uuid5(NAMESPACE_URL, f"wuyou:demo:council:{city}")


def load(session: Session, hashed: str) -> None:
    """Make the people that are missing.

    :param hashed: the hash of :data:`PASSWORD`.
    """
    known = set(session.scalars(select(Account.id).where(Account.id.in_([p.id for p in PEOPLE]))))
    for person in PEOPLE:
        if person.id not in known:
            _add(session, person, hashed)


def load_crowd(session: Session) -> list[UUID]:
    """The demo's past consumers, an officer at every bureau's desk, a keeper of every brand; the consumers' ids."""
    now = DatabaseClock(session).now()
    ids = [crowd_id(number) for number in range(CROWD)]
    desks = {desk_id(str(r["code"])): r for r in regions() if r["merged_into"] is None}
    known = {"lang": "zh", "created_at": now}
    accounts = [{**known, "id": i, "kind": "consumer", "city": None, "login": None} for i in ids]
    accounts += [
        {**known, "id": i, "kind": "officer", "city": r["city"], "login": f"desk.{r['code']}"} for i, r in desks.items()
    ]
    keepers = {keeper_id(short): (enterprise_id(short), brand.city) for short, brand in INVENTED.items()}
    accounts += [
        {**known, "id": i, "kind": "merchant", "city": city, "login": None} for i, (_, city) in keepers.items()
    ]
    members = [{"account_id": i, "org_id": bureau_id(str(r["code"])), "org_kind": "bureau"} for i, r in desks.items()]
    members += [{"account_id": i, "org_id": firm, "org_kind": "enterprise"} for i, (firm, _) in keepers.items()]
    session.execute(insert(Account).on_conflict_do_nothing(), accounts)
    session.execute(insert(Membership).on_conflict_do_nothing(), members)
    return ids


def _add(session: Session, person: Person, hashed: str) -> None:
    account = Account(
        id=person.id,
        kind=person.role,
        city=person.city,
        login=person.login,
        password_hash=hashed,
        lang="zh",
        created_at=DatabaseClock(session).now(),
    )
    seal(session, account, "name", person.name)
    if person.phone:
        seal(session, account, "phone", person.phone)
    if person.role in ("officer", "supervisor", "admin", "council"):
        seal(session, account, "totp", TOTP)
    session.add(account)
    session.flush()
    if person.org:
        org, kind = _org(person)
        session.add(Membership(account_id=person.id, org_id=org, org_kind=kind))


def _org(person: Person) -> tuple[UUID, str]:
    """What a person of the demo works for."""
    if person.role == "council":
        return council_id(person.org), "council"
    if person.role in ("officer", "supervisor"):
        return bureau_id(person.org), "bureau"
    return enterprise_id(person.org), "enterprise"
