"""A firm's own spreadsheet of stores: looked through whole, then made in one transaction, or not at all.

The list says only what the firm does not have to say again: whose the stores are is known from the account, and since
when they promise follows from the review of each application.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import imports, sheets
from app.import_tables import StoreList
from app.sheets import Limits
from merchants import columns, importing
from merchants.importing import Book, Entry, Fault, Together
from merchants.lifecycle import LIVING
from merchants.models import Enrolment, Enterprise, Standing, Store
from merchants.operations import bulk
from workflows.errors import RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

MOST_ROWS = 1_000
MOST_FAULTS = 5_000
LIMITS = Limits(size=5 * 1024 * 1024, unpacked=60 * 1024 * 1024, rows=MOST_ROWS)
KEPT = timedelta(days=1)
"""For how long a file is kept that nobody confirms."""

OPEN = ("draft", "submitted", "under_review", "sent_back")

NEW, KNOWN, APPLIED, STANDS = "new", "known", "applied", "stands"
"""What becomes of a row: a store is made, or is here already and applied for; or is left alone, as it has an
application or stands."""


@dataclass(frozen=True)
class Row:
    """A good row, and what becomes of it."""

    entry: Entry
    fate: str
    store: UUID | None = None

    def shown(self) -> list[Any]:
        """The row as the page shows it."""
        made = self.entry
        return [made.row, made.store.name, made.store.district, made.terms.days, self.fate, None]


@dataclass
class Looked:
    """What a list says."""

    rows: int = 0
    good: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def grave(self) -> bool:
        """Whether anything keeps the list from being made."""
        return any(fault.grave for fault in self.faults)


def look(session: Session, firm: Enterprise, path: Path) -> Looked:
    """Look a firm's list through: every row against the rules, the other rows, and the stores that the firm has.

    :raises RuleBroken: the file is no table, breaks a limit, or lacks a column.
    """
    sheet = sheets.open_sheet(path, columns.names(sheets.header), LIMITS)
    missing = [name for name in columns.APPLIED if name not in sheet.columns.values()]
    if missing:
        said = "、".join(columns.COLUMNS[name][0] for name in missing)
        raise RuleBroken("import.columns", f"the file lacks these columns: {said}", field="file", columns=said)
    found, entries = Looked(unknown=sheet.unknown), list[Entry]()
    book, together = imports.book(session), Together()
    for number, said_row in sheet.rows:
        found.rows += 1
        entry, faults = _read(number, said_row, firm, book)
        found.faults += [*faults, *(together.faults(entry) if entry else ())]
        entries += [entry] if entry else []
    if not found.rows:
        raise sheets.bad("empty", "the file has no rows")
    found.good = list(_fates(session, firm, entries))
    del found.faults[MOST_FAULTS:]
    return found


def _read(number: int, said: Mapping[str, str], firm: Enterprise, book: Book) -> tuple[Entry | None, list[Fault]]:
    """A row with what is known of its firm; a row that names another firm's code is at fault."""
    known = {"uscc": firm.uscc or "", "enterprise": firm.name, "enterprise_address": firm.address}
    rest = {name: value for name, value in said.items() if name not in columns.OF_FIRM}
    entry, faults = importing.read(number, {**rest, **known, "enrolled_on": str(book.today)}, book)
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", said.get("uscc", ""))).upper()
    if code and code != firm.uscc:
        message = f"is not the code of {firm.name}, {firm.uscc}: a list is of one firm's own stores"
        return None, [Fault(number, "uscc", "uscc.other_firm", message, values={"firm": firm.name}), *faults]
    return entry, faults


def _fates(session: Session, firm: Enterprise, entries: list[Entry]) -> Iterator[Row]:
    """What becomes of each row, found for all at once."""
    keys = {entry.key[1] for entry in entries}
    query = select(Store.id, Store.address_key, Store.name).where(
        Store.enterprise_id == firm.id, Store.address_key.in_(keys), Store.closed_on.is_(None)
    )
    known = {(place, name): store for store, place, name in session.execute(query)}
    ids = list(known.values())
    applied = select(Enrolment.store_id).where(Enrolment.store_id.in_(ids), Enrolment.state.in_(OPEN))
    stands = select(Standing.store_id).where(Standing.store_id.in_(ids), Standing.state.in_(LIVING))
    of = dict.fromkeys(ids, KNOWN)
    of |= dict.fromkeys(session.scalars(applied), APPLIED) | dict.fromkeys(session.scalars(stands), STANDS)
    for entry in entries:
        store = known.get(entry.key[1:])
        yield Row(entry, of[store] if store else NEW, store)


def make(session: Session, firm: Enterprise, looked: Looked, *, actor: Actor, clock: Clock) -> dict[int, UUID]:
    """Make the stores that are new, and an application with its promise for each row that may have one, by row.

    :raises RuleBroken: the list has faults.
    """
    if looked.grave:
        raise RuleBroken("import.faults", "the list has faults: mend them first")
    fresh = [row for row in looked.good if row.fate == NEW]
    made = bulk.add_stores(session, firm, [row.entry.store for row in fresh], actor=actor, clock=clock)
    known = {row.store: row for row in looked.good if row.fate == KNOWN}
    here = list(session.scalars(select(Store).where(Store.id.in_(known))))
    rows = [*fresh, *(known[store.id] for store in here)]
    wanted = [(store, row.entry.terms) for store, row in zip([*made, *here], rows, strict=True)]
    cases = bulk.draft_all(session, wanted, actor=actor, clock=clock)
    return {row.entry.row: case.id for row, case in zip(rows, cases, strict=True)}


def forget(session: Session, slot: datetime) -> dict[str, int]:
    """Let go of files that nobody confirmed within a day, done up to a job's slot."""
    old = StoreList.body_sealed.is_not(None) & (StoreList.uploaded_at < slot - KEPT)
    gone = update(StoreList).where(old).values(state="dropped", body_sealed=None, shown=[], faults=[])
    return {"forgotten": session.execute(gone).rowcount}  # type: ignore[attr-defined]
