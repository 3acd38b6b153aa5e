"""What an organisation does with its webhook endpoints: make, change, disable, rotate the secret, try, send again.

Managers do it for their firms and brands, officers for their bureaus. A secret is given back once, where it
is made, and never shown again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.delivery import webhooks
from workflows.delivery.tables import LONGEST_URL, WebhookDelivery, WebhookEndpoint
from workflows.errors import Conflict, FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import OFFICIALS, Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.sealed import seal, unseal
from workflows.store.session import Identity
from workflows.time.clock import Clock

MOST_ENDPOINTS = 20
"""Enabled at once, for each organisation."""

MOST_SHOWN = 100
MOST_TOPICS = 20
ROTATION = timedelta(hours=24)
"""For so long both secrets sign; it is the receiver's time to change over."""

PATTERN = re.compile(r"\*|[a-z_]{1,30}\.(\*|[a-z_]{1,30})")


@dataclass(frozen=True)
class Wish:
    """What an endpoint is to be.

    :param url: checked by whoever knows the web; here only its length is.
    :param topics: ``enrolment.approve``, ``enrolment.*`` or ``*``.
    """

    url: str
    topics: Sequence[str]
    description: str = ""


def mine(session: Session, actor: Actor) -> frozenset[UUID]:
    """The organisations whose endpoints the actor looks after.

    :raises Refused: a clerk manages none.
    """
    if actor.role in OFFICIALS:
        who: Identity = session.info["identity"]
        return frozenset(session.scalars(select(Bureau.id).where(Bureau.id.in_(who.parties))))
    if not actor.manages:
        raise Refused("webhook.manager", "only a manager of the firm looks after its webhooks")
    return frozenset(actor.manages)


def find(session: Session, endpoint: UUID, *, actor: Actor) -> WebhookEndpoint:
    """An endpoint of one's own, locked.

    :raises NotFound: there is none.
    """
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint).with_for_update()
    found = session.scalar(query.where(WebhookEndpoint.org_id.in_(mine(session, actor))))
    if found is None:
        raise NotFound("webhook.unknown", "there is no such endpoint of yours")
    return found


def create(
    session: Session, org: UUID, wish: Wish, *, actor: Actor, clock: Clock, known_as: UUID | None = None
) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint; with it comes its secret, which is not shown again.

    :param known_as: the id that it is to have, where a form was given one so that sending it twice is harmless.
    :raises RuleBroken: not one's own organisation, or the wish has faults.
    :raises Conflict: the organisation has twenty already.
    """
    if org not in mine(session, actor):
        raise RuleBroken("webhook.org", "is no organisation that you manage", field="org_id")
    _check(wish)
    _room(session, org)
    made = WebhookEndpoint(id=known_as or new_id(), org_id=org, created_at=clock.now(), created_by=actor.account)
    made.url, made.topics, made.description = wish.url, list(wish.topics), wish.description
    secret = webhooks.new_secret()
    seal(session, made, "secret", secret)
    session.add(made)
    session.flush()
    return made, secret


def _check(wish: Wish) -> None:
    faults = []
    if not 1 <= len(wish.url) <= LONGEST_URL:
        faults.append(FieldError("url", "webhook.url_length", f"must have 1 to {LONGEST_URL} characters"))
    if not 1 <= len(wish.topics) <= MOST_TOPICS or not all(map(PATTERN.fullmatch, wish.topics)):
        faults.append(FieldError("topics", "webhook.topics", f"must name 1 to {MOST_TOPICS} topics, as enrolment.*"))
    if faults:
        raise RuleBroken("validation", "the endpoint has faults", errors=faults)


def _room(session: Session, org: UUID) -> None:
    enabled = select(WebhookEndpoint.id).where(WebhookEndpoint.org_id == org, WebhookEndpoint.disabled_at.is_(None))
    if len(session.scalars(enabled.limit(MOST_ENDPOINTS)).all()) == MOST_ENDPOINTS:
        raise Conflict("webhook.many", f"there are {MOST_ENDPOINTS} endpoints already: disable one first")


def change(session: Session, endpoint: WebhookEndpoint, changes: Mapping[str, Any], *, clock: Clock) -> WebhookEndpoint:
    """Change address, topics or description, enable or disable; what is not named stays.

    :param changes: any of ``url``, ``topics``, ``description`` and ``enabled``.
    """
    named = {name: changes.get(name, getattr(endpoint, name)) for name in ("url", "topics", "description")}
    _check(Wish(**named))
    for name, value in named.items():
        setattr(endpoint, name, value)
    if changes.get("enabled") is True and endpoint.disabled_at is not None:
        _room(session, endpoint.org_id)
        endpoint.disabled_at = endpoint.disabled_reason = None
        endpoint.failing_since = endpoint.resting_until = None
    elif changes.get("enabled") is False:
        disable(endpoint, clock=clock)
    return endpoint


def disable(endpoint: WebhookEndpoint, *, clock: Clock) -> None:
    """Tell it nothing more; what was on its way is dropped. Nothing is deleted."""
    if endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_reason = clock.now(), "owner"


def rotate(session: Session, endpoint: WebhookEndpoint, *, clock: Clock) -> str:
    """A new secret; the one before it signs as well for a day, an older one no longer."""
    seal(session, endpoint, "previous", unseal(session, endpoint, "secret"))
    endpoint.previous_until = clock.now() + ROTATION
    secret = webhooks.new_secret()
    seal(session, endpoint, "secret", secret)
    return secret


def test(session: Session, endpoint: WebhookEndpoint, *, clock: Clock) -> WebhookDelivery:
    """Send a ``webhook.test`` event, as any other is sent.

    :raises Conflict: the endpoint is disabled.
    """
    _enabled(endpoint)
    payload = webhooks.thin(webhooks.TEST, clock.now(), {"endpoint": str(endpoint.id)})
    made = WebhookDelivery(
        endpoint_id=endpoint.id, topic=webhooks.TEST, payload=payload, created_at=clock.now(), round=0, attempts=0
    )
    session.add(made)
    session.flush()
    webhooks.enqueue(session, endpoint.id, made.id, made.round)
    return made


def replay(session: Session, endpoint: WebhookEndpoint, delivery: UUID) -> WebhookDelivery:
    """Send a delivery again with its own id, from the first attempt on, whatever became of it before.

    :raises Conflict: the endpoint is disabled.
    :raises NotFound: the endpoint has no such delivery.
    """
    _enabled(endpoint)
    query = select(WebhookDelivery).where(WebhookDelivery.id == delivery, WebhookDelivery.endpoint_id == endpoint.id)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("webhook.delivery", "the endpoint has no such delivery")
    found.round, found.attempts = found.round + 1, 0
    found.last_status = found.last_error = found.delivered_at = found.dead_at = None
    session.flush()
    webhooks.enqueue(session, endpoint.id, found.id, found.round)
    return found


def _enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise Conflict("webhook.disabled", "the endpoint is disabled: enable it first")


def of_orgs(session: Session, *, actor: Actor) -> Sequence[WebhookEndpoint]:
    """One's endpoints, newest first, disabled ones too."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.org_id.in_(mine(session, actor)))
    return session.scalars(query.order_by(WebhookEndpoint.id.desc()).limit(MOST_SHOWN)).all()


def deliveries(
    session: Session, endpoint: WebhookEndpoint, after: UUID | None = None, limit: int = MOST_SHOWN
) -> Sequence[WebhookDelivery]:
    """An endpoint's deliveries, newest first.

    :param after: the last one of the page before.
    """
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    query = query.where(WebhookDelivery.id < after) if after else query
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def state(delivery: WebhookDelivery) -> str:
    """How a delivery stands: ``delivered``, ``dead``, ``retrying`` or ``waiting``."""
    if delivery.delivered_at is not None:
        return "delivered"
    if delivery.dead_at is not None:
        return "dead"
    return "retrying" if delivery.attempts else "waiting"
