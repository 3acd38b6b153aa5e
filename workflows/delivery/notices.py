"""What people are told, by which channel, with proof of service.

A notice names its text by a key of the message catalogue and keeps only ids, codes and dates beside it,
so it can be shown in either language and holds nothing personal. ``shown`` is the page of notices; other
channels (SMS, e-mail, post) are adapters, and their proof is what the adapter gave back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.delivery import outbox
from workflows.people.tables import Account
from workflows.store.db import Base, one_of
from workflows.store.session import DatabaseClock

CHANNELS = ("page", "sms", "email", "phone", "post")
SEND = "notice.send"
MOST = 100
FIRST_READ = text("SELECT notice_first_read(:case, :recipient)")


class Notice(Base):
    """One thing told to one recipient by one channel."""

    __tablename__ = "notice"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    recipient_id: Mapped[UUID]
    key: Mapped[str]
    values: Mapped[dict[str, Any]]
    channel: Mapped[str]
    created_at: Mapped[datetime]
    served_at: Mapped[datetime | None]
    proof: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("channel", CHANNELS),
        Index("ix_notice_recipient", "recipient_id", text("created_at DESC"), text("id DESC")),
        Index("uq_notice_once", "case_id", "recipient_id", "key", "channel", text("(values->>'event')"), unique=True),
    )


def tell(
    session: Session,
    case: Any,
    recipient: UUID,
    key: str,
    values: Mapping[str, Any],
    channels: Sequence[str] = ("page",),
) -> list[Notice]:
    """Tell a recipient something about a case; once per event, key and channel, however often it is asked.

    :param recipient: an account or an organisation.
    :param values: what fills the text, and ``event``: the journal event that it is about.
    """
    now = DatabaseClock(session).now()
    told = [n for n in (_new(session, case, recipient, key, values, channel, now) for channel in channels) if n]
    for notice in told:
        if notice.channel != "page":
            outbox.publish(session, SEND, case, {"notice": str(notice.id)}, external=True)
    return told


def _new(
    session: Session, case: Any, recipient: UUID, key: str, values: Mapping[str, Any], channel: str, now: datetime
) -> Notice | None:
    same = select(Notice.id).where(
        Notice.case_id == case.id,
        Notice.recipient_id == recipient,
        Notice.key == key,
        Notice.channel == channel,
        Notice.values["event"].astext == str(values.get("event")),
    )
    if session.scalar(same) is not None:
        return None
    served = now if channel == "page" else None
    notice = Notice(
        case_id=case.id,
        recipient_id=recipient,
        key=key,
        values=dict(values),
        channel=channel,
        created_at=now,
        served_at=served,
        proof={"shown": True} if served else None,
    )
    session.add(notice)
    return notice


def reachable(session: Session, account: UUID, channels: Sequence[str]) -> list[str]:
    """The channels that an account can be reached by: e-mail only where it has given an address."""
    without = select(Account.email_sealed.is_(None)).where(Account.id == account)
    return [c for c in channels if c != "email" or session.scalar(without) is False]


def has_read(session: Session, case: UUID, recipient: UUID) -> None:
    """Somebody of the recipient has the case before them: what was told of it on the page is read."""
    unread = (Notice.case_id == case) & (Notice.recipient_id == recipient) & Notice.read_at.is_(None)
    session.execute(
        update(Notice).where(unread, Notice.channel == "page").values(read_at=DatabaseClock(session).now()),
        execution_options={"synchronize_session": False},
    )


def first_read(session: Session, case: UUID, recipient: UUID) -> datetime | None:
    """When the recipient first read anything of a case that the calling officer handles; None while not."""
    moment: datetime | None = session.scalar(FIRST_READ, {"case": case, "recipient": recipient})
    return moment


def of_recipients(session: Session, recipients: Sequence[UUID], limit: int = MOST) -> Sequence[Notice]:
    """What the recipients were told on the page, newest first."""
    query = select(Notice).where(Notice.recipient_id.in_(recipients), Notice.channel == "page")
    return session.scalars(query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(min(limit, MOST))).all()
