"""What stands beside a case: likely duplicates, repeats and like cases, and the firm's last twelve months.

Reads of complaints alone: a report has no part in any of it (art. 37), whoever asks. Every read is limited, and
row-level security decides what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, union
from sqlalchemy.orm import Session, load_only

from complaints import factors, respondents
from complaints.factors import Filed, Flag
from complaints.likeness import Hint, Story, hints
from complaints.models import Complaint
from complaints.queries import ENDED, ROW
from workflows import declared
from workflows.store.search import grams

OF_PERSON = 30
OF_FIRM = 60
NEAR = timedelta(days=180)
YEAR = timedelta(days=365)
MOST_COUNTED = 200
"""Cases of a firm that are counted at most: beyond, the page says how many at least."""

COMPARED = (
    *ROW,
    Complaint.complainant_id,
    Complaint.phone_index,
    Complaint.address_index,
    Complaint.enterprise_id,
    Complaint.happened_on,
    Complaint.narrative,
)


@dataclass(frozen=True)
class FirmHistory:
    """A firm's complaints of the last twelve months, besides the case itself.

    :param full: whether there are more than were counted: each number is then a least one.
    """

    since: date
    open: int
    settled: int
    terminated: int
    declined: int
    full: bool
    silent: int = 0
    """Those of them in which the firm has answered nothing."""

    @property
    def total(self) -> int:
        """All that were counted."""
        return self.open + self.settled + self.terminated + self.declined


def like(session: Session, case: Complaint, bureaus: Sequence[UUID]) -> list[tuple[Hint, Complaint]]:
    """Hints beside a case with the cases they are about, in one statement.

    :param bureaus: whose cases about the firm are looked through.
    """
    found = {row.id: row for row in session.scalars(_candidates(case, bureaus))}
    told = hints(story(case), [story(row) for row in found.values()])
    return [(hint, found[hint.id]) for hint in told]


def _candidates(case: Complaint, bureaus: Sequence[UUID]) -> Select[Complaint]:
    """The newest cases of the same person, of the same phone, and about the same firm and class of goods."""
    newest = Complaint.id.desc()
    own = select(Complaint.id).where(Complaint.complainant_id == case.complainant_id).order_by(newest).limit(OF_PERSON)
    parts = [own]
    if case.phone_index is not None:
        phone = select(Complaint.id).where(Complaint.phone_index == case.phone_index)
        parts.append(phone.order_by(newest).limit(OF_PERSON))
    near = Complaint.received_on.between(case.received_on - NEAR, case.received_on + NEAR)
    firm = select(Complaint.id).where(_of_firm(case, bureaus), near, Complaint.category == case.category)
    parts.append(firm.order_by(Complaint.received_on.desc()).limit(OF_FIRM))
    chosen = union(*(select(part.subquery().c.id) for part in parts)).subquery()
    wanted = Complaint.id.in_(select(chosen.c.id))
    return select(Complaint).where(wanted, Complaint.id != case.id).options(load_only(*COMPARED))


def _of_firm(case: Complaint, bureaus: Sequence[UUID]) -> ColumnElement[bool]:
    """Cases of the bureaus about the respondent: by the directory's id, by name where the directory knows none."""
    if case.enterprise_id is not None:
        return and_(Complaint.bureau_id.in_(bureaus), Complaint.enterprise_id == case.enterprise_id)
    named = Complaint.respondent_name == case.respondent_name
    return and_(Complaint.bureau_id.in_(bureaus), Complaint.enterprise_id.is_(None), named)


def story(case: Complaint) -> Story:
    """What of a complaint is compared."""
    return Story(
        id=case.id,
        complainant=case.complainant_id,
        phone=case.phone_index,
        firm=str(case.enterprise_id or case.respondent_name),
        category=case.category,
        problem=case.problem,
        happened_on=case.happened_on,
        amount_fen=case.amount_fen,
        grams=frozenset(grams(case.narrative)),
    )


def flags(session: Session, case: Complaint, files: int, today: date) -> list[tuple[Flag, list[Complaint]]]:
    """The factors of art. 17 that the records touch, each with the cases it rests on, in two statements.

    :param files: how many files the complainant has handed in.
    """
    limits = declared.values(session, factors.SETTINGS.values(), case.city, today)
    since = case.received_on - timedelta(days=limits[factors.DAYS.code])
    found = {row.id: row for row in session.scalars(_of_person(case, since))}
    told = factors.flags(filed(case), [filed(row) for row in found.values()], files, limits)
    return [(flag, [found[case] for case in flag.cases]) for flag in told]


def _of_person(case: Complaint, since: date) -> Select[Complaint]:
    """The newest cases since a day of the same account, phone or address."""
    columns = (Complaint.complainant_id, Complaint.phone_index, Complaint.address_index)
    keys = ((column, getattr(case, column.key)) for column in columns)
    parts = [
        select(Complaint.id)
        .where(column == value, Complaint.received_on >= since)
        .order_by(Complaint.id.desc())
        .limit(OF_PERSON)
        for column, value in keys
        if value is not None
    ]
    chosen = union(*(select(part.subquery().c.id) for part in parts)).subquery()
    wanted = Complaint.id.in_(select(chosen.c.id))
    return select(Complaint).where(wanted, Complaint.id != case.id).options(load_only(*COMPARED))


def filed(case: Complaint) -> Filed:
    """What of a complaint is counted for art. 17."""
    return Filed(
        id=case.id,
        complainant=case.complainant_id,
        phone=case.phone_index,
        address=case.address_index,
        firm=str(case.enterprise_id or case.respondent_name),
        category=case.category,
        problem=case.problem,
        happened_on=case.happened_on,
    )


def history(session: Session, case: Complaint, bureaus: Sequence[UUID], today: date) -> FirmHistory:
    """How the firm's complaints of the last twelve months stand, in one limited statement.

    What was settled or terminated and closed since counts as what it was.
    """
    since = today - YEAR
    columns = (Complaint.id, Complaint.state, Complaint.settled_on, Complaint.terminated_on, Complaint.decline_ground)
    query = select(*columns).where(_of_firm(case, bureaus), Complaint.received_on >= since, Complaint.id != case.id)
    rows = session.execute(query.limit(MOST_COUNTED + 1)).all()
    counted = rows[:MOST_COUNTED]
    return FirmHistory(
        since=since,
        open=sum(
            1 for r in counted if r.state not in ENDED and not (r.settled_on or r.terminated_on or r.decline_ground)
        ),
        settled=sum(1 for r in counted if r.settled_on),
        terminated=sum(1 for r in counted if r.terminated_on),
        declined=sum(1 for r in counted if r.decline_ground),
        full=len(rows) > MOST_COUNTED,
        silent=len(counted) - respondents.answered(session, [r.id for r in counted]) if counted else 0,
    )
