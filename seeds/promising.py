"""Who promises in the demo: most stores of the invented brands, for some weeks or some years.

The points of the example chain are real places, so nothing is ever said here about what they promise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.drafts import EnterpriseDraft, StoreDraft
from merchants.importing import Entry
from merchants.models import Enrolment, Enterprise, Standing, Store
from merchants.operations import listing, parties
from merchants.promise import PromiseTerms
from seeds.brands import INVENTED
from seeds.fates import APPLYING, OPENS, Fates, fate
from seeds.people import enterprise_id
from seeds.pictures import Album
from seeds.registering import Register
from seeds.shops import store_id
from workflows.store.session import DatabaseClock

DAYS = (7, 15, 30)
OLDEST = 900
TERM_DAYS = 1095
Known = dict[UUID, tuple[Store, Enterprise]]


def load_demo(session: Session, album: Album | None = None) -> None:
    """Let the demo's stores promise what they have not promised yet, and give the brands to their firms."""
    clock = DatabaseClock(session)
    for short, invented in INVENTED.items():
        brand = parties.brand(session, invented.name, enterprise_id(short), clock=clock)
        for store in session.scalars(select(Store).where(Store.brand == brand.name, Store.brand_id.is_(None))):
            store.brand_id = brand.id
    session.flush()
    known, today = untouched(session), clock.today()
    stand(session, known, today)
    apply(session, known, today, album)
    listing.project(session, list(known), today)


def untouched(session: Session) -> Known:
    """The demo's stores that neither stand nor have ever applied, with their firms."""
    wanted = [store_id(f"{short}:{n}") for short, brand in INVENTED.items() for n in range(brand.stores)]
    stands, applied = (select(t.id).where(t.store_id == Store.id).exists() for t in (Standing, Enrolment))
    query = select(Store, Enterprise).join(Enterprise, Enterprise.id == Store.enterprise_id)
    found = session.execute(query.where(Store.id.in_(wanted), ~stands, ~applied).order_by(Store.id))
    return {store.id: (store, firm) for store, firm in found}


def numbered() -> list[tuple[str, int, int, UUID]]:
    """Every demo store: its firm's short name, its brand's number, its own, its id."""
    brands = enumerate(INVENTED.items())
    return [(short, b, n, store_id(f"{short}:{n}")) for b, (short, brand) in brands for n in range(brand.stores)]


def stand(session: Session, known: Known, today: date) -> None:
    """Stores that entered once, and what became of them since."""
    entries, ends = dict[UUID, Entry](), dict[UUID, tuple[str, str]]()
    for short, b, n, store in numbered():
        if store in known and (end := fate(b, n)) not in (*APPLYING, "none"):
            since = today - timedelta(days=age(end, b, n))
            entries[store] = Entry(
                n, _firm(known[store][1]), _store(known[store][0]), terms(known[store][0], b, n), since
            )
            ends[store] = (short, end)
    if entries:
        Register("demo", that_day).enrol(session, entries)
        Fates(session, today).end_all(ends)


def age(end: str, brand: int, number: int) -> int:
    """For how many days a store has promised."""
    turn = brand * 157 + number * 71
    ages = {"expiring": TERM_DAYS - 5 - turn % 80, "lapsed": TERM_DAYS + 5 + turn % 60, "in_force": turn % OLDEST + 3}
    return ages.get(end, turn % 600 + 200)


def apply(session: Session, known: Known, today: date, album: Album | None) -> None:
    """Stores whose application is under way or came to nothing."""
    groups: dict[tuple[str, str], list[tuple[Store, PromiseTerms]]] = {}
    for short, b, n, store in numbered():
        if store in known and (end := fate(b, n)) in APPLYING:
            asked = replace(terms(known[store][0], b, n), alliance=False)  # the alliance is founded after them
            groups.setdefault((short, end), []).append((known[store][0], asked))
    fates = Fates(session, today, album)
    for turn, ((short, end), wanted) in enumerate(groups.items()):
        fates.apply(short, end, wanted, turn)


def terms(store: Store, brand: int, number: int) -> PromiseTerms:
    """What a demo store promises: days, refund and reach differ by brand and store."""
    own = number % 4 != 1
    return PromiseTerms(
        days=DAYS[(brand + number) % 3],
        categories=tuple(store.categories),
        freight=("consumer", "store")[brand % 2],
        refund_hours=(0, 24, 48)[number % 3],
        cross_store=own,
        alliance=number % 5 != 2,
        cross_city=own and number % 4 in (0, 2) and brand % 2 == 0,
    )


def _firm(firm: Enterprise) -> EnterpriseDraft:
    return EnterpriseDraft(firm.uscc or "", firm.name, firm.district, firm.address)


def _store(store: Store) -> StoreDraft:
    return StoreDraft(store.name, store.brand, store.district, store.address, tuple(store.categories))


def that_day(entry: Entry) -> datetime:
    """When an entry's steps happened: in the morning of the day it entered."""
    return datetime.combine(entry.enrolled_on, OPENS)
