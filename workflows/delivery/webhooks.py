"""Webhooks out: events told to organisations' own systems, signed as Standard Webhooks says.

An event goes to the endpoints of those who may see its case, and ``case_access`` alone says who that is; it
is asked again before every attempt. What is sent is thin: ids, codes and dates, never a word about a
person; whoever needs more asks the API. A delivery keeps its id through every attempt and every replay, so
that a receiver can tell what it has had: at least once, with a stable id.
"""

from __future__ import annotations

import base64
import hmac
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflows.delivery import leases, notices, outbox
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Postponed
from workflows.delivery.tables import Message, WebhookDelivery, WebhookEndpoint
from workflows.store.canonical import canonical
from workflows.store.db import new_id
from workflows.store.sealed import unseal
from workflows.store.session import DatabaseClock

DELIVER = "webhook.deliver"
TEST = "webhook.test"
OFF = "notice.webhook.disabled"
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark that Standard Webhooks puts before every secret

WAITS = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600))
"""Standard Webhooks' schedule after the first attempt: ten attempts in about 76 hours."""

JITTER = 0.05
SLOWER = frozenset({429, 502, 504})
"""Answers that ask for less: the endpoint's other deliveries wait as well."""

REST = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=1)
GIVE_UP = timedelta(days=5)
"""An endpoint that took nothing for so long is disabled; its owner may enable it again."""


def wait(attempts: int) -> timedelta | None:
    """How long to wait after so many failures; None after the tenth."""
    if attempts > len(WAITS):
        return None
    return WAITS[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter, not a secret


def new_secret() -> str:
    """A secret of 32 random bytes, as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(keys: Sequence[str], message: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature``: HMAC-SHA256 over ``id.timestamp.body``, one for every valid secret."""
    content = f"{message}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_mac(key, content)}" for key in keys)


def _mac(key: str, content: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(raw, content, "sha256")).decode()


LISTENING = text(
    """
    SELECT e.id, e.resting_until, v.kind, v.event, v.at, v.body::jsonb ->> 'to' AS state
    FROM case_access a
    JOIN webhook_endpoint e ON e.org_id = a.party_id AND e.disabled_at IS NULL AND e.topics && :patterns
    JOIN case_event v ON v.case_id = a.case_id AND v.seq = :seq
    WHERE a.case_id = :case AND a.until IS NULL
    """
).bindparams(bindparam("case", type_=Uuid()), bindparam("patterns", type_=ARRAY(Text())))
"""Who is told: one look into the index of the case's accesses, and one per organisation into its endpoints."""

SEES = text(
    "SELECT EXISTS (SELECT 1 FROM case_access WHERE case_id = :case AND party_id = :org AND until IS NULL)"
).bindparams(bindparam("case", type_=Uuid()), bindparam("org", type_=Uuid()))


def patterns(topic: str) -> list[str]:
    """Everything that an endpoint may list to be told of a topic."""
    return [topic, f"{topic.partition('.')[0]}.*", "*"]


def fan_out(topic: str, session: Session, message: Message) -> None:
    """Tell the event to every endpoint that may hear of it; run again, it adds nothing.

    :param topic: the event's name for the outside.
    """
    seq = message.payload["event"]
    asked = {"case": message.case_id, "seq": seq, "patterns": patterns(topic)}
    for row in session.execute(LISTENING, asked).all():
        data = {"case": str(message.case_id), "kind": row.kind, "event": row.event, "seq": seq, "state": row.state}
        payload = thin(topic, row.at, data)
        values = {"id": new_id(), "endpoint_id": row.id, "topic": topic, "case_id": message.case_id, "seq": seq}
        rest = {"payload": payload, "created_at": DatabaseClock(session).now(), "round": 0, "attempts": 0}
        new = insert(WebhookDelivery).values(**values, **rest).on_conflict_do_nothing().returning(WebhookDelivery.id)
        delivery = session.scalar(new)
        if delivery is not None:
            enqueue(session, row.id, delivery, 0, row.resting_until)


def thin(topic: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """What is sent: the kind of event, when it happened, and where to ask for more."""
    return {"type": topic, "timestamp": at.isoformat(), "data": data}


@dataclass(frozen=True)
class Lane:
    """An endpoint as the outbox sees it: its deliveries are one lane, so a slow receiver holds up only itself."""

    id: UUID
    chain_seq: int = 0


def enqueue(session: Session, endpoint: UUID, delivery: UUID, round_: int, after: datetime | None = None) -> None:
    """Put a delivery on its way."""
    payload = {"delivery": str(delivery), "round": round_}
    outbox.publish(session, DELIVER, Lane(endpoint), payload, external=True, after=after)


@dataclass(frozen=True)
class Parcel:
    """What one attempt sends, and where to."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt.

    :param status: the answer's status, None where none came.
    :param code: why there was none.
    :param retry_after: how long the receiver asked to be left alone.
    """

    status: int | None = None
    code: str | None = None
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Only a 2xx is a yes; nobody follows a redirect."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def error(self) -> str | None:
        """Why it was no success, as a code."""
        if self.status is None or self.delivered:
            return self.code
        return "redirect" if 300 <= self.status < 400 else "gone" if self.status == 410 else "status"

    @property
    def rest(self) -> timedelta:
        """How long the endpoint is left alone now, an hour at most."""
        slow = self.status in SLOWER or self.code == "timeout"
        return min(max(self.retry_after or REST, REST), LONGEST_REST) if slow else timedelta(0)


def prepare(session: Session, lease: Lease) -> Parcel | None:
    """What to send for a message; None when it is no longer wanted."""
    delivery = session.get(WebhookDelivery, UUID(lease.payload["delivery"]))
    if delivery is None or delivery.round != lease.payload["round"] or delivery.delivered_at is not None:
        return None
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
    barred = _barred(session, endpoint, delivery)
    if barred is not None:
        delivery.dead_at, delivery.last_status, delivery.last_error = DatabaseClock(session).now(), None, barred
        return None
    return _pack(session, endpoint, delivery)


def _barred(session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> str | None:
    if endpoint.disabled_at is not None:
        return "disabled"
    sees = delivery.case_id is None or session.scalar(SEES, {"case": delivery.case_id, "org": endpoint.org_id})
    return None if sees else "access"


def _pack(session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Parcel:
    now = DatabaseClock(session).now()
    rotating = endpoint.previous_until is not None and endpoint.previous_until > now
    held = [unseal(session, endpoint, name) for name in (("secret", "previous") if rotating else ("secret",))]
    body, timestamp = canonical(delivery.payload), int(now.timestamp())
    headers = {
        "webhook-id": str(delivery.id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign([key for key in held if key], str(delivery.id), timestamp, body),
    }
    return Parcel(endpoint.url, body, headers)


def record(session: Session, lease: Lease, outcome: Outcome) -> Postponed | None:
    """Keep what became of an attempt; what is given back is to be raised: it is to be tried again.

    After the last attempt the message is done and the delivery is dead: its owner sees it and may send it again. The
    outbox's own dead letters stay what an operator must look at, and somebody's broken server is not.
    """
    if not leases.holds(session, lease):
        return None
    now = DatabaseClock(session).now()
    delivery = session.get_one(WebhookDelivery, UUID(lease.payload["delivery"]))
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
    delivery.attempts = lease.attempts + 1
    delivery.last_status, delivery.last_error = outcome.status, outcome.error
    if outcome.delivered:
        delivery.delivered_at, delivery.dead_at = now, None
        endpoint.failing_since = endpoint.resting_until = None
        return None
    return _failed(session, endpoint, delivery, outcome, now)


def _failed(
    session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery, outcome: Outcome, now: datetime
) -> Postponed | None:
    endpoint.failing_since = endpoint.failing_since or now
    hopeless = "gone" if outcome.status == 410 else "failing" if now - endpoint.failing_since >= GIVE_UP else None
    if hopeless is not None:
        endpoint.disabled_at, endpoint.disabled_reason, delivery.dead_at = now, hopeless, now
        values = {"host": urlsplit(endpoint.url).hostname, "days": GIVE_UP.days, "event": now.isoformat()}
        notices.tell(session, endpoint, endpoint.org_id, OFF, values)
        return None
    if outcome.rest:
        endpoint.resting_until = now + outcome.rest
        outbox.hold(session, DELIVER, endpoint.id, now + outcome.rest)
    delivery.dead_at = now if wait(delivery.attempts) is None else None
    return None if delivery.dead_at else Postponed(outcome.error or "failed", outcome.rest)
