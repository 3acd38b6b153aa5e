"""The channels by which people are told: adapters, each with a faithful local stand-in that ships with the product.

The stand-in for SMS keeps every message, sealed, where the demo's page of messages shows it, and answers as a
gateway would: with an id of its own for each of ours, the same one when it is asked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalogue import text
from app.standin import StandInMessage
from complaints.operations import asking
from workflows.delivery.leases import Lease
from workflows.delivery.notices import Notice
from workflows.people.tables import Account
from workflows.store.db import new_id
from workflows.store.sealed import seal, unseal
from workflows.store.session import DatabaseClock, Databases, Role, keys_of

ADDRESS = {"sms": "phone", "email": "email"}
"""Which of an account's sealed fields a channel needs."""


class Channel(Protocol):
    """Something that carries a short text to somebody."""

    def send(self, session: Session, key: UUID, to: str, words: str) -> Mapping[str, Any]:
        """Send ``words``; asked twice with one key, send once. What proves the service is given back."""
        ...


class StandIn:
    """The local stand-in: a table instead of a telephone network."""

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send(self, session: Session, key: UUID, to: str, words: str) -> Mapping[str, Any]:
        """Keep the message under its key; a second time changes nothing."""
        if session.get(StandInMessage, key) is None:
            message = StandInMessage(id=key, channel=self.channel, at=DatabaseClock(session).now())
            seal(session, message, "to", to)
            seal(session, message, "body", words)
            session.add(message)
        return {"stand_in": self.channel, "id": str(key)}


def send_notice(db: Databases, lease: Lease, channels: Mapping[str, Channel], address: str) -> None:
    """Send one notice by its channel and keep the proof; a notice that has been served is left alone.

    :param address: what the links of a message begin with.
    """
    with db.transaction(Role.WORKER) as session:
        notice = session.get_one(Notice, UUID(lease.payload["notice"]))
        account = session.get(Account, notice.recipient_id)
        to = None if account is None else unseal(session, account, ADDRESS[notice.channel])
        if notice.served_at is not None or account is None or to is None:
            return
        words = text(notice.key, account.lang, **linked(session, notice.values, address))
        proof = channels[notice.channel].send(session, notice.id, to, words)
        notice.served_at, notice.proof = DatabaseClock(session).now(), dict(proof)


def linked(session: Session, values: Mapping[str, Any], address: str) -> dict[str, Any]:
    """A notice's values, with the address of the question that it asks: its token stands in the message alone.

    ``site`` stands for where people sign in.
    """
    if "link" not in values:
        return dict(values) | ({"site": address} if "site" in values else {})
    token = asking.token(keys_of(session), UUID(values["link"]))
    return {**values, "link": f"{address}/rate/{token}"}


def send_code(session: Session, channel: Channel, phone: str, code: str, lang: str) -> None:
    """Send a one-time code."""
    channel.send(session, new_id(), phone, text("sms.code", lang, code=code))
