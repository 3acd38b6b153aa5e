"""Following up an anonymous report (匿名举报跟进): a secret code stands in the place of an account.

The code is shown once. Kept is only a keyed digest of it, as the party that the report is open to, so that the
database's own rules say what whoever knows the code may see: this one report, and nothing else.
"""

from __future__ import annotations

import secrets
import unicodedata
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from complaints.lifecycle import REPORT_NOTES
from complaints.operations.reports import check_note
from complaints.report_models import Report
from workflows.case import casework
from workflows.case.casework import Step
from workflows.case.numbers import ALPHABET, GROUP, normal
from workflows.case.tables import CaseEvent
from workflows.errors import NotFound, RuleBroken
from workflows.people.actor import ANONYMOUS
from workflows.store.crypto import Keys
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

GROUPS = 4
SUPPLEMENTED = REPORT_NOTES["supplement"]
NOTE = 1000
MOST = 20
"""Additions that one anonymous report takes, and files."""

MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def new_code() -> str:
    """A code that nobody can guess: 80 bits, in four groups of letters that are not mistaken for digits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP))
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def party(keys: Keys, number: str, code: str) -> UUID:
    """Whom a number and a code let act: the keyed digest of both."""
    return UUID(bytes=keys.blind("report.code", f"{_plain(number)}|{_plain(code)}"))


def _plain(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed[:60]).upper()
    return "".join(c for c in folded if c.isascii() and c.isalnum()).translate(MISREAD)


def followed(session: Session, number: str) -> Report:
    """The report of a number, for whoever the transaction acts as.

    :raises NotFound: none that this code opens; a wrong number and a wrong code are one.
    """
    found = session.scalar(select(Report).where(Report.number == (normal(number[:60]) or number[:60])))
    if found is None:
        raise NotFound("follow.unknown", "no report has this number and code")
    return found


def supplement(session: Session, report: Report, note: str, files: int = 0, *, clock: Clock) -> None:
    """Add words or files to one's anonymous report (补充材料); they go to the assigned officer.

    :raises Conflict: the report is decided.
    :raises RuleBroken: nothing added, too long, or more than a report takes.
    """
    check_note(report, "supplement")
    words = note.strip()
    if not words and not files:
        raise RuleBroken("follow.empty", "write something or choose a file", field="note")
    if len(words) > NOTE:
        raise RuleBroken("too_long", f"has more than {NOTE} characters", field="note")
    _check_room(session, report)
    step = Step(facts={"files": files}, words={"reason": words} if words else {})
    casework.note(session, report, "supplement", actor=ANONYMOUS, clock=clock, step=step)


def _check_room(session: Session, report: Report) -> None:
    mine = select(func.count()).where(CaseEvent.case_id == report.id, CaseEvent.event == "supplement")
    held = select(func.count()).where(Evidence.case_id == report.id)
    if (session.scalar(mine) or 0) >= MOST or (session.scalar(held) or 0) > MOST:
        raise RuleBroken("follow.full", f"a report takes {MOST} additions at most", field="note")
