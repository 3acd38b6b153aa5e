"""Stores that promise already, written in bulk by COPY as enrolment itself would have left them.

Each new row becomes a firm and a brand where they are missing, a store with its listing, an application that was
approved, a standing with its plaque, term and chained journal, a promise in force, and who may see both cases. What
the base has already – the same credit code, address and store name – is left alone, so a list may come again.
Nothing is announced: these shops were told by whoever keeps the list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from merchants import rules
from merchants.importing import Entry
from merchants.models import Brand, Enrolment, Enterprise, Standing, Store
from merchants.operations import enrol, listing, standing
from seeds.batches import Batch
from seeds.enrolled import Enrolled, access
from workflows.case import numbers
from workflows.people.tables import Bureau
from workflows.store.crypto import Keys
from workflows.store.db import new_id
from workflows.store.sealed import normal, sealed_place
from workflows.store.search import grams
from workflows.store.session import DatabaseClock, keys_of


class Register:
    """Writes entries of one list, chunk by chunk; no two entries of a list have the same key.

    Firms and brands are remembered from chunk to chunk, so that one chunk may be made ready while the one before it
    is still being written.

    :param source: names the list in the journal of every store that comes from it.
    :param happened: when an entry's steps happened; now, where it is not given.
    """

    def __init__(self, source: str, happened: Callable[[Entry], datetime] | None = None) -> None:
        self.enrolled, self.happened = Enrolled(source), happened
        self.firms: dict[str, tuple[UUID, str]] = {}
        self.brands: dict[str, UUID] = {}

    def ready(self, session: Session, entries: Sequence[Entry]) -> Batch:
        """The rows of the entries that are new; nothing is written yet."""
        writer = _Writer(self, session)
        return writer.make(list(writer.fresh(entries)))

    def add(self, session: Session, entries: Sequence[Entry]) -> int:
        """Write the entries that are new; how many."""
        batch = self.ready(session, entries)
        batch.copy(session)
        return batch.count

    def enrol(self, session: Session, entries: Mapping[UUID, Entry]) -> None:
        """Write the cases and promises of stores that are in the base and promise nothing yet, by the store's id."""
        writer = _Writer(self, session)
        writer.find_firms(entries.values())
        writer.make(list(entries.values()), list(entries)).copy(session)
        listing.project(session, list(entries), DatabaseClock(session).today())


class _Writer:
    """One chunk on its way into the base."""

    def __init__(self, register: Register, session: Session) -> None:
        self.register, self.session = register, session
        self.keys: Keys = keys_of(session)
        self.now = DatabaseClock(session).now()
        self.bureaus = {str(b.region): b for b in session.scalars(select(Bureau).where(Bureau.level == "county"))}
        self.firms, self.brands = register.firms, register.brands
        self.batch = Batch()

    def fresh(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Entries whose store is not in the base, each key once."""
        self.find_firms(entries)
        known = self._stores(entries)
        for entry in entries:
            code, place, name = entry.key
            firm = self.firms.get(code)
            key = (firm[0] if firm else code, place, name)
            if key not in known:
                known |= {key, (code, place, name)}
                yield entry

    def find_firms(self, entries: Iterable[Entry]) -> None:
        """The firms that are in the base, by their credit codes."""
        firms = select(Enterprise.uscc, Enterprise.id, Enterprise.name)
        wanted = {e.firm.uscc for e in entries} - set(self.firms)
        found = self.session.execute(firms.where(Enterprise.uscc.in_(wanted)))
        self.firms |= {str(code): (firm, name) for code, firm, name in found}

    def _stores(self, entries: Sequence[Entry]) -> set[Any]:
        query = select(Store.enterprise_id, Store.address_key, Store.name).where(
            Store.enterprise_id.in_({self.firms[e.firm.uscc][0] for e in entries if e.firm.uscc in self.firms}),
            Store.address_key.in_({entry.key[1] for entry in entries}),
            Store.closed_on.is_(None),
        )
        return {tuple(row) for row in self.session.execute(query)}

    def make(self, entries: Sequence[Entry], stores: Sequence[UUID | None] | None = None) -> Batch:
        """The rows of entries that are new.

        :param stores: the store of each entry where the base has it already.
        """
        self.batch.count = len(entries)
        if not entries:
            return self.batch
        self._find_brands(entries)
        marks = ((enrol.MARK, Enrolment.number), (standing.MARK, Standing.plaque))
        numbered = [self._numbers(entries, mark, column) for mark, column in marks]
        for entry, store, number, plaque in zip(entries, stores or [None] * len(entries), *numbered, strict=True):
            self._enter(entry, store, number, plaque)
        return self.batch

    def _find_brands(self, entries: Iterable[Entry]) -> None:
        """Brands by name; a store whose brand is its own name has none that others share."""
        wanted = {e.store.brand for e in entries if e.store.brand != e.store.name} - set(self.brands)
        query = select(Brand.name, Brand.id).where(Brand.name.in_(wanted))
        self.brands.update(self.session.execute(query).all())
        for name in sorted(wanted - set(self.brands)):
            self.brands[name] = new_id()
            self.batch.add("brand", id=self.brands[name], name=name, created_at=self.now)

    def _numbers(self, entries: Sequence[Entry], mark: str, column: InstrumentedAttribute[str]) -> list[str]:
        """A number for each entry that no other has; in the rare case that one is taken, all are drawn again."""
        made = [self._number(entry, mark) for entry in entries]
        taken = self.session.scalar(select(column).where(column.in_(made)).limit(1))
        return made if taken is None and len(set(made)) == len(made) else self._numbers(entries, mark, column)

    def _number(self, entry: Entry, mark: str) -> str:
        return numbers.make(self.bureaus[entry.store.district].city, entry.enrolled_on, mark)

    def _enter(self, entry: Entry, known: UUID | None, number: str, plaque: str) -> None:
        """One entry: its firm and its store where they are missing, and both of its cases."""
        at = self.register.happened(entry) if self.register.happened else self.now
        firm, name = self._firm(entry, at)
        store = known or self._store(entry, firm, plaque, at)
        common = {
            "city": self.bureaus[entry.store.district].city,
            "district": entry.store.district,
            "bureau_id": self.bureaus[entry.store.district].id,
            "store_id": store,
            "enterprise_id": firm,
            "created_at": at,
        }
        made, place = self.register.enrolled, (store, entry.store.name, entry.store.address)
        signed = enrol.letter(entry.firm.uscc, name, place, made.says(entry.terms)[0])
        applied = made.applied(self.keys, entry, common | {"number": number, "signed_digest": signed}, at)
        stands = made.stands(self.session, self.keys, entry, common | {"plaque": plaque}, applied)
        self.batch.add("promise", **made.promise(entry, stands))
        for past in (stands, applied):
            self.batch.cases.append(past)
            self.batch.access += access(past, self.brands.get(entry.store.brand))

    def _firm(self, entry: Entry, at: datetime) -> tuple[UUID, str]:
        draft = entry.firm
        if draft.uscc in self.firms:
            return self.firms[draft.uscc]
        firm = self.firms[draft.uscc] = (new_id(), draft.name)
        self.batch.add(
            "enterprise",
            id=firm[0],
            uscc=draft.uscc,
            name=draft.name,
            spelling=rules.spelling(draft.name),
            city=self.bureaus[draft.district].city,
            district=draft.district,
            address=draft.address,
            created_at=at,
        )
        self._reach(firm[0], firm[0], draft.contact.name, draft.contact.phone, at)
        return firm

    def _reach(self, org: UUID, firm: UUID, name: str, phone: str, at: datetime) -> None:
        """How the firm or the store is reached, sealed as :func:`merchants.operations.parties.reach` does."""
        if not name and not phone:
            return
        row = new_id()
        self.batch.add(
            "contact",
            id=row,
            org_id=org,
            enterprise_id=firm,
            name_sealed=self.keys.seal(sealed_place("contact", "name", row), name) if name else None,
            phone_sealed=self.keys.seal(sealed_place("contact", "phone", row), phone) if phone else None,
            phone_index=self.keys.blind("contact.phone", normal(phone)) if phone else None,
            updated_at=at,
        )

    def _store(self, entry: Entry, firm: UUID, plaque: str, at: datetime) -> UUID:
        draft, terms, store = entry.store, entry.terms, new_id()
        self.batch.add(
            "store",
            id=store,
            enterprise_id=firm,
            brand_id=self.brands.get(draft.brand),
            kind=draft.kind,
            name=draft.name,
            brand=draft.brand,
            city=self.bureaus[draft.district].city,
            district=draft.district,
            address=draft.address,
            address_key=entry.key[1],
            lon=_degrees(draft.lon),
            lat=_degrees(draft.lat),
            categories=list(draft.categories),
            takes=list(draft.takes),
            hours=json.dumps(draft.hours),
            capacity=draft.capacity,
            grams=grams(draft.name, draft.brand, draft.address),
            example_chain=False,
            created_at=at,
            plaque=plaque,
            promise_days=terms.days,
            promise_store=terms.cross_store,
            promise_alliance=terms.alliance,
            promise_city=terms.cross_city,
        )
        self._reach(store, firm, "", draft.phone, at)
        return store


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 6)))
