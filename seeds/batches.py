"""Rows of one chunk, made ready and then written by COPY: the making needs the processor, the writing the disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from merchants.models import Brand, Contact, Enrolment, Enterprise, Promise, Standing, Store
from seeds.loading import ACCESS, CLOCK, EVENT, SALT, clock_rows, copy_rows
from seeds.past import Past

TABLES = (Enterprise, Brand, Store, Contact, Standing, Enrolment, Promise)
"""In the order of their references."""

COLUMNS = {cls.__tablename__: tuple(column.name for column in cls.__table__.columns) for cls in TABLES}


@dataclass
class Batch:
    """Rows of one chunk, by table, and the journals of its cases.

    :param count: how many stores it is about.
    """

    count: int = 0
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    cases: list[Past] = field(default_factory=list)
    access: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, table: str, **values: Any) -> None:
        """Add a row."""
        self.rows[table].append(values)

    def copy(self, session: Session) -> None:
        """Write everything, in the session's transaction."""
        raw: Any = session.connection().connection.driver_connection
        for past in self.cases:
            self.rows[past.kind].append(kept(past))
        for table, columns in COLUMNS.items():
            copy_rows(raw, table, columns, (tuple(map(row.get, columns)) for row in self.rows[table]))
        copy_rows(raw, "case_access", ACCESS, iter(self.access))
        copy_rows(raw, "case_event", EVENT, (row for past in self.cases for row in past.events))
        copy_rows(raw, "case_commitment", SALT, (row for past in self.cases for row in past.salts))
        copy_rows(raw, "case_clock", CLOCK, (row for past in self.cases for row in clock_rows(past)))


def kept(past: Past) -> dict[str, Any]:
    """The case's row with what the engine keeps of its journal and clocks."""
    return past.row | past.engine()
