"""Finding complaints: by number, by the complainant's phone, by words from two characters on; newest first.

Row-level security keeps the planner from using an index of words: PostgreSQL asks the policy of every row before
it lets a function that is not leakproof see one. So a function of the database looks into the index and asks the
same policy itself (``case_is_open``), and the rows are read under row-level security as ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Select, Text, Uuid, bindparam, select, text
from sqlalchemy.orm import Session, load_only

from complaints.bridge_models import BridgeNumber
from complaints.bridging import NUMBER
from complaints.models import Complaint
from complaints.queries import MOST, ROW
from workflows.case import numbers
from workflows.errors import RuleBroken
from workflows.store.sealed import index
from workflows.store.search import grams, words

LONGEST = 100
HEAD = re.compile(r"[A-Z]{2,3}\d{6}-")
PHONE_DIGITS = 11

FOUND = text(
    "SELECT id FROM complaints_found(:grams, :patterns, :phone, :before, CAST(:most AS integer)) AS found (id)"
).bindparams(
    bindparam("grams", type_=ARRAY(Text())),
    bindparam("patterns", type_=ARRAY(Text())),
    bindparam("phone", type_=LargeBinary()),
    bindparam("before", type_=Uuid()),
)


def search(session: Session, asked: str, after: UUID | None = None, limit: int = MOST) -> Sequence[Complaint]:
    """Complaints that the caller may see and that have what was asked for, open or ended, newest first; one statement.

    :param asked: a number, a mobile phone number, or up to five words of number, respondent, place and story.
    :param after: the last one of the page before.
    :raises RuleBroken: nothing that can be looked for.
    """
    most = min(limit, MOST + 1)
    rows: Select[Complaint] = select(Complaint).options(load_only(*ROW)).order_by(Complaint.id.desc())
    if number := number_of(asked):
        rows = rows.where(Complaint.number == number)
        return session.scalars(rows.where(Complaint.id < after) if after else rows).all()
    values = _wanted(session, asked) | {"before": after, "most": most}
    found = FOUND.bindparams(**values).columns(Complaint.id).subquery()
    ids = select(found.c.id)
    wanted = ids.union_all(_numbered(asked, after)) if elsewhere(asked) else ids
    return session.scalars(rows.where(Complaint.id.in_(wanted))).all()


def _numbered(asked: str, after: UUID | None) -> Select[UUID]:
    """The case that has a number in another system: looked up by itself, so that each index stays in use."""
    held = select(BridgeNumber.case_id).where(BridgeNumber.number == asked.strip(), BridgeNumber.ended_at.is_(None))
    held = held.where(BridgeNumber.case_kind == Complaint.case_kind)
    return held.where(BridgeNumber.case_id < after) if after else held


def elsewhere(asked: str) -> bool:
    """Whether what was asked for may be a number of another system."""
    plain = asked.strip()
    return NUMBER.fullmatch(plain) is not None and any(c.isdigit() for c in plain) and phone_of(plain) is None


def _wanted(session: Session, asked: str) -> dict[str, object]:
    """What the database's function is to look for."""
    if phone := phone_of(asked):
        return {"grams": [], "patterns": [], "phone": index(session, Complaint.__tablename__, "phone", phone)}
    wanted = words(asked[:LONGEST])
    if not wanted:
        raise RuleBroken("search.short", "give at least two characters, a number, or a mobile phone", field="q")
    return {"grams": grams(*wanted), "patterns": [f"%{word}%" for word in wanted], "phone": None}


def number_of(asked: str) -> str | None:
    """A whole number of a case, in whatever spelling; what only happens to fit its check character is none."""
    number = numbers.normal(asked)
    return number if number and HEAD.match(number) else None


def phone_of(asked: str) -> str | None:
    """A mobile phone of mainland China as accounts keep it, whatever spaces and prefix it was typed with."""
    digits = "".join(c for c in asked if c.isascii() and c.isdigit())
    others = {c for c in asked if not c.isdigit()} - set("+- ()")
    plain = digits.removeprefix("86") if len(digits) > PHONE_DIGITS else digits
    return f"+86{plain}" if not others and len(plain) == PHONE_DIGITS and plain[0] == "1" else None
