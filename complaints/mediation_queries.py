"""Reads of mediation, each limited. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, load_only

from complaints import mediation
from complaints.mediation_models import Appraisal, BidRound, Entrustment, MediationOrg, Recusal, Sitting
from complaints.models import Complaint

MOST = 100
MOST_DAYS = 200

ROUND = (
    BidRound.id, BidRound.case_id, BidRound.number, BidRound.opened_on, BidRound.until_on, BidRound.proposed_at,
    BidRound.complainant_at, BidRound.respondent_at, BidRound.ended, BidRound.ended_on,
)  # fmt: skip
"""What everybody who sees the case may know of a round: no sum is among it."""


def sittings(session: Session, case: UUID) -> Sequence[Sitting]:
    """The sessions of a case, the latest first."""
    query = select(Sitting).where(Sitting.case_id == case).order_by(Sitting.starts_at.desc(), Sitting.id)
    return session.scalars(query.limit(MOST)).all()


def recusals(session: Session, case: UUID) -> Sequence[Recusal]:
    """The requests for recusal of a case, the latest first."""
    return session.scalars(select(Recusal).where(Recusal.case_id == case).order_by(Recusal.id.desc()).limit(MOST)).all()


def rounds(session: Session, case: UUID) -> Sequence[BidRound]:
    """The rounds of blind bids of a case, the latest first, without any sum."""
    query = select(BidRound).where(BidRound.case_id == case).options(load_only(*ROUND, raiseload=True))
    return session.scalars(query.order_by(BidRound.number.desc()).limit(MOST)).all()


def entrustments(session: Session, case: UUID) -> Sequence[Row[Entrustment, MediationOrg]]:
    """The entrustings of a case with their organisations, the latest first."""
    query = select(Entrustment, MediationOrg).join(MediationOrg, MediationOrg.id == Entrustment.org_id)
    return session.execute(query.where(Entrustment.case_id == case).order_by(Entrustment.id.desc()).limit(MOST)).all()


def no_cost_agreement(session: Session, case: UUID) -> bool:
    """Whether the last that stands about testing is that nobody agreed on its cost."""
    query = select(Appraisal.cost_by).where(Appraisal.case_id == case).order_by(Appraisal.id.desc()).limit(1)
    found = session.execute(query).one_or_none()
    return found is not None and found.cost_by is None


def supported(session: Session, complaint: Complaint) -> dict[str, str]:
    """The grounds for ending the mediation that its recorded facts support, and which fact that is."""
    held = [sitting for sitting in sittings(session, complaint.id) if sitting.recorded_at is not None]
    missing = no_cost_agreement(session, complaint.id)
    return mediation.supported(complaint.rule_set, held, no_cost_agreement=missing)


def calendar(
    session: Session,
    first: datetime,
    until: datetime,
    *,
    bureaus: Sequence[UUID] = (),
    officer: UUID | None = None,
    org: Sequence[UUID] = (),
) -> Sequence[Any]:
    """The sessions of some days, with number and respondent of their cases, the earliest first.

    :param bureaus: of these bureaus' cases; of one ``officer`` only, where given.
    :param org: of the cases entrusted to these organisations.
    """
    query = select(Sitting, Complaint.number, Complaint.respondent_name).join(
        Complaint, Complaint.id == Sitting.case_id
    )
    query = query.where(Sitting.starts_at >= first, Sitting.starts_at < until, Sitting.cancelled_at.is_(None))
    if bureaus:
        query = query.where(Sitting.bureau_id.in_(bureaus))
    if officer:
        query = query.where(Sitting.mediator_id == officer)
    if org:
        query = query.where(Sitting.org_id.in_(org))
    return session.execute(query.order_by(Sitting.starts_at, Sitting.id).limit(MOST_DAYS)).all()


def one(session: Session, sitting: UUID) -> Any:
    """A session with number and respondent of its case, if the caller sees it."""
    query = select(Sitting, Complaint.number, Complaint.respondent_name).join(
        Complaint, Complaint.id == Sitting.case_id
    )
    return session.execute(query.where(Sitting.id == sitting)).one_or_none()


def entrusted(session: Session, orgs: Sequence[UUID]) -> Sequence[Any]:
    """The cases that are with an organisation now, what is due back first before the rest."""
    query = select(Complaint, Entrustment).join(Entrustment, Entrustment.case_id == Complaint.id)
    query = query.where(
        Entrustment.org_id.in_(orgs), Entrustment.entrusted_on.is_not(None), Entrustment.returned_on.is_(None)
    )
    return session.execute(query.order_by(Entrustment.return_by, Entrustment.id).limit(MOST)).all()
