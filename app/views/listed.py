"""The columns of lists as files, in the reader's language: personal values masked, no word of a report's existence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue import text
from app.listing import Cell, Column
from complaints import desks
from complaints.models import Complaint
from workflows.people import directory
from workflows.people.masks import masked_name, masked_phone
from workflows.store.sealed import sealed_place
from workflows.store.session import keys_of

BESIDE = (
    Complaint.id,
    Complaint.name_sealed,
    Complaint.phone_sealed,
    Complaint.requests,
    Complaint.happened_on,
    Complaint.decided_on,
    Complaint.accepted_on,
    Complaint.told_on,
    Complaint.decline_ground,
    Complaint.settled_on,
    Complaint.settled_fen,
    Complaint.paid_on,
    Complaint.terminated_on,
    Complaint.termination_ground,
    Complaint.closed_on,
)
"""What a file has beside a line of the list."""


class Words:
    """Names and codes in one language, looked up once for a whole file."""

    def __init__(self, session: Session, lang: str, *, officers: bool) -> None:
        self.lang = lang
        self.regions = {r.code: r.name if lang == "zh" else r.name_en for r in directory.regions(session)}
        self.officers = {c.id: c.name for c in desks.colleagues(session)} if officers else {}

    def code(self, table: str, value: str | None) -> str | None:
        """A code's name."""
        return None if value is None else text(f"{table}.{value}", self.lang)

    def codes(self, table: str, values: Sequence[str]) -> str:
        """Several codes' names."""
        return (";" if self.lang == "zh" else "; ").join(text(f"{table}.{value}", self.lang) for value in values)


def beside(session: Session, cases: Sequence[UUID]) -> Mapping[UUID, Any]:
    """What the file has beside the lines of one page, in one statement; no more than the caller may see."""
    rows = session.execute(select(*BESIDE).where(Complaint.id.in_(cases)))
    return {row.id: row for row in rows}


def yuan(fen: int | None) -> Decimal | None:
    """An amount in yuan, exactly."""
    return None if fen is None else Decimal(fen) / 100


def masked(session: Session, row: Any, field: str) -> str:
    """A personal value, masked; empty where its period is over."""
    sealed = getattr(row, f"{field}_sealed")
    if sealed is None:
        return ""
    opened = keys_of(session).open(sealed_place(Complaint.__tablename__, field, row.id), bytes(sealed))
    return masked_name(opened) if field == "name" else masked_phone(opened)


def complaints(session: Session, words: Words) -> list[Column]:
    """The columns of a list of complaints; each row is a complaint and what stands beside it."""
    own = [
        Column("export.number", lambda r: r[0].number),
        Column("export.state", lambda r: words.code("state", r[0].state)),
        Column("export.received_on", lambda r: r[0].received_on),
        Column("export.due_on", lambda r: r[0].next_due_on),
        Column("export.district", lambda r: words.regions.get(r[0].district, r[0].district)),
        Column("export.category", lambda r: words.code("category", r[0].category)),
        Column("export.problem", lambda r: words.code("problem", r[0].problem)),
        Column("export.requests", lambda r: words.codes("requests", r[1].requests)),
        Column("export.respondent", lambda r: r[0].respondent_name),
        Column("export.amount", lambda r: yuan(r[0].amount_fen)),
        Column("export.complainant", lambda r: masked(session, r[1], "name")),
        Column("export.phone", lambda r: masked(session, r[1], "phone")),
        Column("export.happened_on", lambda r: r[1].happened_on),
    ]
    assigned = Column("export.officer", lambda r: words.officers.get(r[0].assigned_to, ""))
    return [*own, *([assigned] if words.officers else []), *_decided(words)]


def _decided(words: Words) -> list[Column]:
    return [
        Column("export.decided_on", lambda r: r[1].decided_on),
        Column("export.told_on", lambda r: r[1].told_on),
        Column("export.decline_ground", lambda r: words.code("refusal", r[1].decline_ground)),
        Column("export.settled_on", lambda r: r[1].settled_on),
        Column("export.settled", lambda r: yuan(r[1].settled_fen)),
        Column("export.paid_on", lambda r: r[1].paid_on),
        Column("export.terminated_on", lambda r: r[1].terminated_on),
        Column("export.termination_ground", lambda r: words.code("termination", r[1].termination_ground)),
        Column("export.closed_on", lambda r: r[1].closed_on),
    ]


def reports(words: Words) -> list[Column]:
    """The columns of an officer's own reports: nothing of who reported."""
    return [
        Column("export.number", lambda r: r.number),
        Column("export.state", lambda r: words.code("reports.state", r.state)),
        Column("export.received_on", lambda r: r.received_on),
        Column("export.due_on", lambda r: r.next_due_on),
        Column("export.district", lambda r: words.regions.get(r.district, r.district)),
        Column("export.respondent", lambda r: r.respondent_name),
        Column("export.source", lambda r: words.code("export.source_of", r.source)),
    ]


def visits(words: Words) -> list[Column]:
    """The columns of return visits to make."""
    return [
        Column("export.number", lambda r: r[1]),
        Column("export.respondent", lambda r: r[2]),
        Column("export.reason", lambda r: words.code("return_visit.reason", r[0].reason)),
        Column("export.opened_on", lambda r: r[0].opened_on),
        Column("export.visit_due_on", lambda r: r[0].due_on),
    ]


def cells(columns: Sequence[Column], row: Any) -> list[Cell]:
    """A row's cells."""
    return [column.of(row) for column in columns]
