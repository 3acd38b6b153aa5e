"""Streaming a made past into the database by COPY: set-based, fast, and verifiable afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid5

from psycopg import sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.models import Complaint
from merchants.models import Enterprise, Store
from seeds.past import Past, Shop
from workflows.people.tables import Bureau

CHUNK = 1000

EVENT = ("case_id", "seq", "kind", "event", "at", "body", "prev", "hash", "alg")
SALT = ("case_id", "seq", "field", "salt")
CLOCK = (
    "id", "case_id", "case_kind", "term", "rule", "start_on", "received_on", "events", "due_on", "safe_on",
    "provisional", "calendar_version", "stopped_on", "late",
)  # fmt: skip
ACCESS = ("id", "case_id", "party_id", "kind", "writes", "reason", "since")
FILING = ("id", "filer_id", "city", "channel", "received_at")
RATING = ("id", "case_id", "resolution", "score", "reasons", "comment", "given_at")
COMPLAINT = tuple(column.name for column in Complaint.__table__.columns)


def shops(session: Session) -> list[Shop]:
    """Every store with its bureau."""
    query = (
        select(Store, Enterprise.name, Bureau.id)
        .join(Enterprise, Enterprise.id == Store.enterprise_id)
        .join(Bureau, Bureau.region == Store.district)
        .order_by(Store.id)
    )
    return [
        Shop(s.id, s.enterprise_id, s.name, firm, s.address, s.city, s.district, s.categories[0], bureau)
        for s, firm, bureau in session.execute(query)
    ]


def load(session: Session, cases: Iterator[Past], progress: Callable[[int], object]) -> int:
    """Stream cases in; how many."""
    raw: Any = session.connection().connection.driver_connection
    total, chunk = 0, []
    for past in cases:
        chunk.append(past)
        if len(chunk) == CHUNK:
            _write(raw, chunk)
            total += len(chunk)
            progress(len(chunk))
            chunk = []
    _write(raw, chunk)
    progress(len(chunk))
    return total + len(chunk)


def _write(raw: Any, chunk: list[Past]) -> None:
    copy_rows(raw, "filing", FILING, (_filing(p) for p in chunk))
    copy_rows(raw, "complaint", COMPLAINT, (_complaint(p) for p in chunk))
    copy_rows(raw, "case_access", ACCESS, (row for p in chunk for row in _access(p)))
    copy_rows(raw, "case_event", EVENT, (row for p in chunk for row in p.events))
    copy_rows(raw, "case_commitment", SALT, (row for p in chunk for row in p.salts))
    copy_rows(raw, "case_clock", CLOCK, (row for p in chunk for row in clock_rows(p)))
    copy_rows(raw, "evaluation", RATING, (row for p in chunk for row in p.evaluations))


def copy_rows(raw: Any, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """By way of a temporary table: COPY straight into a table with row-level security is not possible."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target, scratch = sql.Identifier(table), sql.Identifier(f"scratch_{table}")
    with raw.cursor() as cursor:
        made = sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS) ON COMMIT DROP")
        cursor.execute(made.format(scratch, target))
        cursor.execute(sql.SQL("TRUNCATE {}").format(scratch))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(scratch, names)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, names, names, scratch))


def _filing(past: Past) -> tuple[Any, ...]:
    row = past.row
    return (row["filing_id"], row["complainant_id"], row["city"], "portal", row["created_at"])


def _complaint(past: Past) -> tuple[Any, ...]:
    row = past.row | past.engine()
    return tuple(row.get(name) for name in COMPLAINT)


def _access(past: Past) -> Iterator[tuple[Any, ...]]:
    row = past.row
    parties = (
        (row["complainant_id"], "consumer", "complainant"),
        (row["bureau_id"], "officer", "competent bureau"),
        (row["enterprise_id"], "merchant", "respondent"),
    )
    for party, kind, reason in parties:
        yield (_id(past, kind), past.id, party, kind, True, reason, row["created_at"])


def clock_rows(past: Past) -> Iterator[tuple[Any, ...]]:
    """The rows of a case's clocks, in the order of :data:`CLOCK`."""
    for clock in past.clocks:
        values = {
            **clock,
            "id": UUID(clock["id"]),
            "case_id": past.id,
            "case_kind": past.kind,
            "events": "[]",
        }
        yield tuple(values[name] for name in CLOCK)


def _id(past: Past, what: str) -> UUID:
    return uuid5(past.id, what)
