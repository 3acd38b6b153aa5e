"""The delay ledger of stored cases: journals read, charged by :mod:`complaints.delays`, and counted for the night."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.delays import HOLDERS, Happened, Ledger, ledger
from complaints.models import Complaint
from workflows.case.tables import CaseEvent
from workflows.measures import Figure

MOST_EVENTS = 1000
BATCH = 2000
VERSION = 1
ALL = "all"

NAMES = tuple(f"complaint.days_{holder}" for holder in HOLDERS)
"""``complaint.days_…`` 1: calendar days that the holder had, over the cases closed that day ÷ those cases.

A case counts on the day it was closed, with its whole life. Cases that were withdrawn before a decision are no part.
"""


def of_case(session: Session, case: UUID, today: date) -> Ledger:
    """The ledger of a complaint that the caller may see; empty where the caller sees none of its journal."""
    query = select(CaseEvent.seq, CaseEvent.event, CaseEvent.at, CaseEvent.body).where(CaseEvent.case_id == case)
    rows = session.execute(query.order_by(CaseEvent.seq).limit(MOST_EVENTS))
    return ledger(map(_happened, rows), today)


def _happened(row: Any) -> Happened:
    return Happened(row.seq, row.event, row.at, json.loads(row.body)["facts"])


def measure(session: Session, day: date) -> list[Figure]:
    """The days per holder over the cases closed on a day, for each district, each city and both together."""
    days: dict[str, Counter[str]] = {}
    cases: Counter[str] = Counter()
    for scopes, found in _closed(session, day):
        cases.update(scopes)
        for scope in scopes:
            days.setdefault(scope, Counter()).update(found.totals)
    return [
        Figure(f"complaint.days_{holder}", VERSION, scope, days[scope][holder], cases[scope])
        for scope in sorted(cases)
        for holder in HOLDERS
    ]


def _closed(session: Session, day: date) -> Iterator[tuple[tuple[str, str, str], Ledger]]:
    """Every case closed on a day: the scopes that it counts in, and its ledger; read as a stream."""
    columns = (CaseEvent.case_id, CaseEvent.seq, CaseEvent.event, CaseEvent.at, CaseEvent.body)
    query = select(*columns, Complaint.district, Complaint.city).join(Complaint, Complaint.id == CaseEvent.case_id)
    query = query.where(Complaint.closed_on == day).order_by(CaseEvent.case_id, CaseEvent.seq)
    rows = session.execute(query.execution_options(yield_per=BATCH))
    for _, events in groupby(rows, key=lambda row: row.case_id):
        of_one = list(events)
        yield (of_one[0].district, of_one[0].city, ALL), ledger(map(_happened, of_one), day)
