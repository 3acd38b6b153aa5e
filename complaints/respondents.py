"""What is known of how a firm has heard of a complaint and answered; read from notices and the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from complaints.models import Complaint
from complaints.silence import MERCHANT, RESPONDENT, Act, Silence, silence
from workflows.case.tables import CaseEvent
from workflows.delivery import notices
from workflows.time.clock import shanghai_date

MOST_EVENTS = 1000
NAMED = "identify_respondent"


@dataclass(frozen=True)
class Heard:
    """How a firm has heard and answered.

    :param opened_on: the day somebody of the firm first opened the case, None while nobody has.
    :param letters: the days on which a letter with a code was made in this case.
    """

    silence: Silence
    opened_on: date | None
    letters: Sequence[date]


def heard(session: Session, case: Complaint, today: date, *, officer: bool = True) -> Heard | None:
    """How the firm of a case has heard and answered; None while no firm is identified.

    :param officer: whether an officer asks: what the firm has opened is nobody else's to know.
    """
    if case.enterprise_id is None:
        return None
    acts = _acts(session, case.id)
    told = next((act.on for act in acts if act.event == NAMED), case.received_on)
    opened = notices.first_read(session, case.id, case.enterprise_id) if officer else None
    letters = [act.on for act in acts if act.event == "activation_letter"]
    return Heard(silence(acts, told, today), opened and shanghai_date(opened), letters)


def _acts(session: Session, case: UUID) -> list[Act]:
    query = select(CaseEvent.event, CaseEvent.at, CaseEvent.body).where(CaseEvent.case_id == case)
    rows = session.execute(query.order_by(CaseEvent.seq).limit(MOST_EVENTS))
    return [_act(row.event, shanghai_date(row.at), json.loads(row.body)) for row in rows]


def _act(event: str, on: date, body: dict[str, dict[str, str]]) -> Act:
    return Act(event, on, body["actor"]["role"], body["facts"].get("side", ""))


def answered(session: Session, cases: Sequence[UUID]) -> int:
    """In how many of the cases the firm has answered, as :func:`complaints.silence.answers` says; one statement."""
    body = cast(CaseEvent.body, JSONB)
    by_firm = body["actor"]["role"].astext == MERCHANT
    spoken_for = body["facts"]["side"].astext == RESPONDENT
    mine = and_(CaseEvent.case_id.in_(cases), or_(by_firm, spoken_for))
    return session.scalar(select(func.count(CaseEvent.case_id.distinct())).where(mine)) or 0
