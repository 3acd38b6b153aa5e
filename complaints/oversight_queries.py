"""Reads of oversight. What a caller may see is row-level security's part; every list is limited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from complaints.oversight import ISSUED
from complaints.oversight_models import SupervisionOrder, Talk
from workflows.delivery.notices import Notice
from workflows.errors import NotFound

MOST = 100
Found = TypeVar("Found")


def orders(
    session: Session, parties: Sequence[UUID], after: UUID | None = None, limit: int = MOST
) -> Sequence[SupervisionOrder]:
    """Supervision orders to or from the parties, newest first; keyset-paged."""
    mine = or_(SupervisionOrder.bureau_id.in_(parties), SupervisionOrder.issuer_id.in_(parties))
    query = select(SupervisionOrder).where(mine)
    if after:
        query = query.where(SupervisionOrder.id < after)
    return session.scalars(query.order_by(SupervisionOrder.id.desc()).limit(min(limit, MOST + 1))).all()


def to_answer(session: Session, bureau: UUID | None) -> Sequence[SupervisionOrder]:
    """Orders that a bureau has to answer, the nearest day first."""
    waits = (SupervisionOrder.bureau_id == bureau, SupervisionOrder.state == ISSUED)
    order = (SupervisionOrder.answer_by, SupervisionOrder.id)
    return session.scalars(select(SupervisionOrder).where(*waits).order_by(*order).limit(MOST)).all()


def order(session: Session, wanted: UUID) -> SupervisionOrder:
    """A supervision order.

    :raises NotFound: none that the caller may see.
    """
    return _one(session.get(SupervisionOrder, wanted))


def talk(session: Session, wanted: UUID) -> Talk:
    """A talk.

    :raises NotFound: none that the caller may see.
    """
    return _one(session.get(Talk, wanted))


def _one(found: Found | None) -> Found:
    if found is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    return found


def talks(session: Session, bureaus: Sequence[UUID], after: UUID | None = None, limit: int = MOST) -> Sequence[Talk]:
    """Talks of bureaus, newest first; keyset-paged."""
    query = select(Talk).where(Talk.bureau_id.in_(bureaus))
    if after:
        query = query.where(Talk.id < after)
    return session.scalars(query.order_by(Talk.id.desc()).limit(min(limit, MOST + 1))).all()


def talks_with(session: Session, firms: Sequence[UUID], limit: int = MOST) -> Sequence[Talk]:
    """Talks with firms, newest first."""
    query = select(Talk).where(Talk.enterprise_id.in_(firms)).order_by(Talk.id.desc())
    return session.scalars(query.limit(min(limit, MOST))).all()


def warnings(session: Session, account: UUID, limit: int = MOST) -> Sequence[Notice]:
    """The warnings that an account was shown, newest first."""
    mine = (Notice.recipient_id == account, Notice.channel == "page", Notice.key.like("notice.warning.%"))
    order = (Notice.created_at.desc(), Notice.id.desc())
    return session.scalars(select(Notice).where(*mine).order_by(*order).limit(min(limit, MOST))).all()
