"""Taking in a list of shops that promise already: looked through whole first, then written in chunks that hold.

Nothing is written unless every row is good, or the caller says to leave the bad ones out. Each chunk is committed
with the count of rows done, so a run that was killed goes on where it was; and since a store that is in the base
already is left alone, the same file again changes nothing.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import catalogue, sheets
from app.import_tables import ImportRun
from merchants import cells, codes, columns, importing, rules
from merchants.importing import Book, Entry, Fault, Together
from merchants.models import Enterprise
from merchants.operations import standing
from merchants.terms import TERM
from seeds.batches import Batch
from seeds.registering import Register
from workflows.errors import Conflict, RuleBroken
from workflows.people import directory
from workflows.people.places import Place
from workflows.store.session import DatabaseClock, Databases, Role

CHUNK = 2_000
MOST_FAULTS = 10_000
"""Faults kept for the report; a file with more of them is not a list that somebody looked through."""

TAKE_TURN = text("SELECT pg_try_advisory_lock(hashtext('wuyou.import'))")
END_TURN = text("SELECT pg_advisory_unlock(hashtext('wuyou.import'))")
Progress = Callable[[int], object]


@dataclass
class Report:
    """What a file says, and what became of it.

    :param faults: by row and column, the first ten thousand; ``bad_rows`` counts every row with a grave one.
    :param known: good rows whose store is in the base already.
    """

    rows: int = 0
    bad_rows: int = 0
    good: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    added: int = 0
    known: int = 0
    resumed_at: int = 0
    written: bool = False

    def note(self, faults: Sequence[Fault]) -> None:
        """Keep the faults of a row."""
        self.faults += faults[: max(0, MOST_FAULTS - len(self.faults))]
        self.bad_rows += any(fault.grave for fault in faults)

    def facts(self) -> dict[str, Any]:
        """The report as plain data."""
        names = ("rows", "bad_rows", "added", "known", "resumed_at", "written", "unknown_columns")
        return {n: getattr(self, n) for n in names} | {
            "good_rows": len(self.good),
            "faults": [fault.facts() for fault in self.faults],
        }


def check(db: Databases, path: Path, progress: Progress) -> Report:
    """Look a file through, row by row, against the rules, against itself and against the base.

    :raises RuleBroken: the file is no table, breaks a limit, or lacks a column.
    """
    sheet = sheets.open_sheet(path, columns.names(sheets.header))
    missing = [name for name in columns.ENTERED if name not in sheet.columns.values()]
    if missing:
        said = ", ".join(f"{name} ({columns.COLUMNS[name][0]})" for name in missing)
        raise RuleBroken("import.columns", f"the file lacks these columns: {said}", field="file", columns=missing)
    report = Report(unknown_columns=sheet.unknown)
    looker = _Looker(db)
    for number, row in sheet.rows:
        report.rows += 1
        looker.look(report, number, row)
        progress(1)
    looker.settle(report)
    return report


class _Looker:
    """Looks at rows, and asks the base for a chunk of firms at a time; no transaction waits for the file."""

    def __init__(self, db: Databases) -> None:
        self.db, self.together = db, Together()
        with db.transaction(Role.OWNER) as session:
            self.book = book(session)
        self.waiting: list[tuple[Entry, list[Fault]]] = []

    def look(self, report: Report, number: int, row: Mapping[str, str]) -> None:
        entry, faults = importing.read(number, row, self.book)
        if entry is None:
            report.note(faults)
            return
        self.waiting.append((entry, self.together.faults(entry)))
        if len(self.waiting) == CHUNK:
            self.settle(report)

    def settle(self, report: Report) -> None:
        """Compare what waits with the firms in the base."""
        known = self._known()
        for entry, faults in self.waiting:
            found = [*faults, *_other_firm(entry, known.get(entry.firm.uscc))]
            report.note(found)
            if not any(fault.grave for fault in found):
                report.good.append(entry)
        self.waiting = []

    def _known(self) -> dict[str | None, str]:
        wanted = {entry.firm.uscc for entry, _ in self.waiting}
        query = select(Enterprise.uscc, Enterprise.name).where(Enterprise.uscc.in_(wanted))
        with self.db.transaction(Role.OWNER) as session:
            return dict(session.execute(query).all())


def _other_firm(entry: Entry, known: str | None) -> Iterator[Fault]:
    if known is None or known == entry.firm.name:
        return
    if rules.spelling(known) == rules.spelling(entry.firm.name):
        message = f"is known here as {known}; that spelling stays"
        yield Fault(entry.row, "enterprise", "spelling", message, grave=False)
    else:
        yield Fault(entry.row, "uscc", "uscc.reused", f"belongs to {known} here: one code is one firm")


def book(session: Session) -> Book:
    """What the words of a file are read by, as the base and the catalogue have them."""
    today = DatabaseClock(session).today()
    regions = directory.regions(session)
    places = tuple(Place(r.code, r.name, r.city) for r in regions)
    lasts = min(standing.setting(session, TERM, city, today) for city in {p.city for p in places})
    return Book(places, words_of_codes(), importing.first_day(lasts, today), today)


@cache
def words_of_codes() -> dict[str, dict[str, str]]:
    """By column, the code of each word that the catalogue has for one, and of the code itself."""
    known = codes.dictionary()
    return {
        column: {cells.plain(n).lower(): c for c in known[k] for n in _names(k, c)}
        for column, k in columns.LISTS.items()
    }


def _names(kind: str, code: str) -> tuple[str, ...]:
    return (code, *catalogue.catalogue()[f"{kind}.{code}"])


def write(db: Databases, path: Path, report: Report, progress: Progress) -> None:
    """Write the good rows of a file that was looked through, in chunks; goes on with a run that was cut off.

    A chunk is made ready while the one before it is being written: the one keeps a processor busy, the other the
    database. Two imports never run at once.
    """
    with _alone(db), _without_pauses():
        run = _begin(db, _digest(path, report.good), path.name, len(report.good))
        report.resumed_at = run.done_rows
        progress(run.done_rows)
        with ThreadPoolExecutor(1) as hand:
            for done, count in _chunks(db, run, report.good, hand):
                run = done.result()
                progress(count)
    report.added, report.known, report.written = run.added, run.rows - run.added, True


def _chunks(
    db: Databases, run: ImportRun, good: Sequence[Entry], hand: Executor
) -> Iterator[tuple[Future[ImportRun], int]]:
    """Every chunk's writing and size, each given when the next one is ready."""
    register, waiting = Register(f"import:{run.id}"), None
    for first in range(run.done_rows, run.rows, CHUNK):
        chunk = good[first : first + CHUNK]
        with db.transaction(Role.OWNER) as session:
            batch = register.ready(session, chunk)
        if waiting:
            yield waiting
        waiting = hand.submit(_write_chunk, db, run.id, batch, first + len(chunk)), len(chunk)
    if waiting:
        yield waiting


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Rows hold no circles, so looking for some among millions of them only takes time: a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _alone(db: Databases) -> Iterator[None]:
    """Keep other imports out; one that is killed lets go with its connection.

    :raises Conflict: another import is at work.
    """
    with db.engine(Role.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(TAKE_TURN):
            raise Conflict("import.busy", "another import is at work: try again when it has ended")
        try:
            yield
        finally:
            connection.execute(END_TURN)


def _digest(path: Path, good: Sequence[Entry]) -> str:
    """Names a file and the rows of it that are written: where other rows are good by now, it is another run."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
    found.update(",".join(str(entry.row) for entry in good).encode())
    return found.hexdigest()


def _begin(db: Databases, digest: str, name: str, rows: int) -> ImportRun:
    with db.transaction(Role.OWNER) as session:
        cut_off = select(ImportRun).where(ImportRun.digest == digest, ImportRun.finished_at.is_(None))
        run = session.scalar(cut_off.order_by(ImportRun.id.desc()).limit(1))
        if run is None:
            now = DatabaseClock(session).now()
            values = {"done_rows": 0, "added": 0, "started_at": now, "finished_at": None if rows else now}
            run = ImportRun(digest=digest, file=name[-255:], rows=rows, **values)
            session.add(run)
        return run


def _write_chunk(db: Databases, run_id: UUID, batch: Batch, end: int) -> ImportRun:
    with db.transaction(Role.OWNER) as session:
        run = session.get_one(ImportRun, run_id, with_for_update=True)
        batch.copy(session)
        run.added += batch.count
        run.done_rows = end
        if run.done_rows == run.rows:
            run.finished_at = DatabaseClock(session).now()
        return run
