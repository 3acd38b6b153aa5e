"""A row of somebody's spreadsheet as a firm, a store and a promise, with every fault of it by column. Pure.

Used for shops that promise already and come over from a list, so a row also says since when (``enrolled_on``).
Nothing here guesses: what a column says and we do not know is a fault, and only the district may come from the
address, since an address names it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from merchants import cells, promise, rules
from merchants.drafts import Contact, EnterpriseDraft, StoreDraft
from merchants.promise import PromiseTerms
from workflows.errors import FieldError
from workflows.people.places import Place, district_of

SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]+", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CONTROL_SAID = "contains control characters: type the text anew"
DEGREES = 180
OWN = {"name": "enterprise", "district": "district", "address": "enterprise_address", "uscc": "uscc"}
"""Columns of a firm's fields."""

OF_STORE = {"name": "store", "point": "lon"}
USUAL = PromiseTerms(days=promise.LEAST_DAYS, categories=())
"""What a promise says where a row says nothing."""

CHOSEN = ("condition", "gifts", "bundles", "freight")
TICKED = ("cross_store", "alliance", "cross_city")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one row: what is wrong in which column; ``grave`` where the row cannot be taken so.

    :ivar values: what a text in another language needs to say the same.
    """

    row: int
    column: str
    code: str
    message: str
    grave: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """The fault as plain data."""
        return {n: getattr(self, n) for n in ("row", "column", "code", "message", "grave", "values")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that is in order: a firm, its store, what it promises, and since when."""

    row: int
    firm: EnterpriseDraft
    store: StoreDraft
    terms: PromiseTerms
    enrolled_on: date

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two rows the same store: credit code, place, name."""
        return self.firm.uscc, rules.address_key(self.store.address), self.store.name


@dataclass(frozen=True)
class Book:
    """What the words of a file are read by.

    :param names: by column, the code of each of its words, in small letters as :func:`cells.plain` gives them.
    :param first: the earliest day of enrolment whose term still runs; ``today`` the last.
    """

    places: Sequence[Place]
    names: Mapping[str, Mapping[str, str]]
    first: date
    today: date

    @cached_property
    def districts(self) -> dict[str, str]:
        """Code of a district by its code and by its name."""
        return {p.code: p.code for p in self.places} | {p.name: p.code for p in self.places}


def read(row: int, said: Mapping[str, str], book: Book) -> tuple[Entry | None, list[Fault]]:
    """What a row says, or everything that is wrong with it."""
    reader = _Reader(said, book)
    firm, store = reader.firm(), reader.store()
    terms, since = reader.terms(), reader.since()
    faults = [
        *reader.faults,
        *_named(rules.enterprise_faults(firm, reader.known), OWN),
        *_named(rules.store_faults(store, reader.known), OF_STORE),
        *_named(promise.faults(terms), {}),
    ]
    found = [Fault(row, *fault) for fault in _once(faults)]
    return (None if found else Entry(row, firm, store, terms, since)), found


Told = tuple[str, str, str]


def _named(errors: list[FieldError], columns: Mapping[str, str]) -> Iterator[Told]:
    for error in errors:
        yield columns.get(error.field, error.field), error.code, error.message


def _once(faults: list[Told]) -> Iterator[Told]:
    """The first fault of every column: a cell that could not be read breaks the rules behind it too."""
    seen: set[str] = set()
    for fault in faults:
        if fault[0] not in seen:
            seen.add(fault[0])
            yield fault


class _Reader:
    """Reads the cells of one row and keeps what could not be read."""

    def __init__(self, row: Mapping[str, str], book: Book) -> None:
        self.row, self.book = row, book
        self.known = book.districts
        self.faults: list[Told] = [(n, "control", CONTROL_SAID) for n, said in row.items() if CONTROL.search(said)]
        self._code()
        self.district = self._district()

    def text(self, name: str) -> str:
        return self.row.get(name, "").strip()

    def short(self, name: str) -> str:
        said = self.text(name)
        if len(said) > rules.NAME:
            self.fault(name, "too_long", f"has {len(said)} characters; at most {rules.NAME} are possible")
        return said

    def fault(self, column: str, code: str, message: str) -> None:
        self.faults.append((column, code, message))

    def firm(self) -> EnterpriseDraft:
        address = self.text("enterprise_address") or self.text("address")
        contact = Contact(self.short("contact"), self.short("contact_phone"))
        return EnterpriseDraft(self.code, self.text("enterprise"), self.district, address, contact)

    def store(self) -> StoreDraft:
        return StoreDraft(
            name=self.text("store"),
            brand=self.text("brand") or self.text("store"),
            district=self.district,
            address=self.text("address"),
            categories=self.categories(),
            kind=self.code_of("kind", self.text("kind") or "shop"),
            lon=self.number("lon"),
            lat=self.number("lat"),
            phone=self.short("phone"),
            hours=self.hours(),
            capacity=self.whole("capacity"),
            takes=self.listed("takes"),
        )

    def terms(self) -> PromiseTerms:
        hours = self.whole("refund_hours")
        chosen: dict[str, Any] = {n: self.code_of(n, self.text(n)) or getattr(USUAL, n) for n in CHOSEN}
        ticked: dict[str, Any] = {n: self.yes(n) for n in TICKED}
        return PromiseTerms(
            days=self.whole("days") or 0,
            categories=self.categories(),
            exclusions=self.listed("exclusions") or USUAL.exclusions,
            proofs=self.listed("proofs") or USUAL.proofs,
            refund_hours=promise.ADVANCE_HOURS if hours is None else hours,
            confirmed=self.yes("confirmed") if self.text("confirmed") else USUAL.confirmed,
            **chosen,
            **ticked,
        )

    def _code(self) -> None:
        self.code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", self.text("uscc"))).upper()
        if SCIENTIFIC.fullmatch(self.code):
            message = "was cut by the spreadsheet: format the column as Text and type all 18 characters anew"
            self.fault("uscc", "uscc.number", message)

    def _district(self) -> str:
        said = self.text("district")
        if said:
            return self.known.get(said, said)
        found = district_of(self.text("address"), self.book.places)
        if found is None:
            self.fault("district", "outside", "is empty, and the address names no district of the two cities")
        return found.code if found else ""

    def categories(self) -> tuple[str, ...]:
        return self.listed("categories")

    def listed(self, name: str) -> tuple[str, ...]:
        """The codes of a cell's words, each once."""
        known = self.book.names.get(name, {})
        return tuple(dict.fromkeys(self.code_of(name, word) for word in cells.words(self.text(name), known)))

    def code_of(self, name: str, word: str) -> str:
        """The code of a word; a word that is none stays, and the rules name it."""
        return self.book.names.get(name, {}).get(cells.plain(word).lower(), word)

    def hours(self) -> dict[str, Any]:
        found = cells.hours(self.text("hours"))
        if found is None:
            self.fault("hours", "hours", "must be like 10:00-22:00, or 周一至周五 10:00-21:00; 周六、周日 9:00-22:00")
        return found or {}

    def number(self, name: str) -> float | None:
        """A number; longitude and latitude beyond any on earth are faults here."""
        said = self.text(name)
        try:
            value = float(unicodedata.normalize("NFKC", said)) if said else None
        except ValueError:
            value = math.nan
        if value is not None and not abs(value) <= DEGREES:
            self.fault("lon", "number", f"{name} must be a number of degrees, like 120.62")
            return None
        return value

    def whole(self, name: str) -> int | None:
        said = unicodedata.normalize("NFKC", self.text(name)).removesuffix("天").removesuffix("小时").strip()
        if not said:
            return None
        if not (said.isascii() and said.isdigit() and len(said) <= 9):
            self.fault(name, "number", "must be a whole number")
            return None
        return int(said)

    def yes(self, name: str) -> bool:
        said = self.text(name).lower()
        if said not in cells.YES | cells.NO:
            self.fault(name, "choice", "must be yes or no (是 or 否)")
        return said in cells.YES

    def since(self) -> date:
        """The day of enrolment: not after today, and its term not over."""
        found = cells.day(self.text("enrolled_on"))
        if found is None:
            self.fault("enrolled_on", "date", "must be a day like 2026-07-20")
        elif found > self.book.today:
            self.fault("enrolled_on", "future", f"lies after today, {self.book.today}")
        elif found < self.book.first:
            self.fault("enrolled_on", "over", f"lies before {self.book.first}: the term is over, enrol the store anew")
        return found or self.book.today


def first_day(term_days: int, today: date) -> date:
    """The earliest day of enrolment whose term is not over today."""
    return today - timedelta(days=term_days)


@dataclass
class Together:
    """What rows of one file say against each other; every row is shown once, in order."""

    rows: dict[tuple[str, str, str], int] = field(default_factory=dict)
    firms: dict[str, tuple[str, int]] = field(default_factory=dict)
    spellings: dict[str, tuple[str, int]] = field(default_factory=dict)

    def faults(self, entry: Entry) -> list[Fault]:
        """A store that came before, a credit code used by another firm, one firm under two codes."""
        return [*self._twice(entry), *self._reused(entry), *self._two_codes(entry)]

    def _twice(self, entry: Entry) -> Iterator[Fault]:
        before = self.rows.setdefault(entry.key, entry.row)
        if before != entry.row:
            message = f"is in row {before} already: same credit code, address and name"
            yield Fault(entry.row, "store", "twice", message, values={"row": before})

    def _reused(self, entry: Entry) -> Iterator[Fault]:
        """Another company under the same code is a fault; another spelling of one firm is told, and the first kept."""
        name, before = self.firms.setdefault(entry.firm.uscc, (entry.firm.name, entry.row))
        if name == entry.firm.name:
            return
        if rules.spelling(name) == rules.spelling(entry.firm.name):
            message = f"is spelled {name} in row {before}; that spelling is taken"
            yield Fault(entry.row, "enterprise", "spelling", message, grave=False, values={"name": name})
        else:
            message = f"belongs to {name} in row {before}: one code is one firm"
            yield Fault(entry.row, "uscc", "uscc.reused", message, values={"name": name, "row": before})

    def _two_codes(self, entry: Entry) -> Iterator[Fault]:
        """Two shops of sole traders may share a name, so it is told and no fault."""
        code, before = self.spellings.setdefault(rules.spelling(entry.firm.name), (entry.firm.uscc, entry.row))
        if code != entry.firm.uscc:
            message = f"has another credit code in row {before}: {code}; check that these are two firms"
            yield Fault(
                entry.row, "enterprise", "two_codes", message, grave=False, values={"uscc": code, "row": before}
            )
