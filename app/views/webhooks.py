"""Webhook endpoints and their deliveries as their owners see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from merchants.models import Brand, Enterprise
from workflows.delivery import endpoints
from workflows.delivery.tables import WebhookDelivery, WebhookEndpoint
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau

ENDPOINT = (
    "id", "org_id", "url", "topics", "description", "created_at", "disabled_at", "disabled_reason", "failing_since",
    "previous_until",
)  # fmt: skip
DELIVERY = (
    "id", "topic", "case_id", "seq", "payload", "created_at", "attempts", "last_status", "last_error", "delivered_at",
    "dead_at",
)  # fmt: skip


def endpoint(found: WebhookEndpoint) -> dict[str, Any]:
    """An endpoint; its secrets are in no view."""
    return {name: getattr(found, name) for name in ENDPOINT} | {"enabled": found.disabled_at is None}


def delivery(found: WebhookDelivery) -> dict[str, Any]:
    """A delivery with how it stands."""
    return {name: getattr(found, name) for name in DELIVERY} | {"state": endpoints.state(found)}


def orgs(session: Session, actor: Actor) -> dict[UUID, str]:
    """The enterprises, brands or bureaus that the actor may make endpoints for, with their names."""
    mine = endpoints.mine(session, actor)
    kinds: tuple[Any, ...] = (Enterprise, Brand, Bureau)
    named = union_all(*(select(kind.id, kind.name).where(kind.id.in_(mine)) for kind in kinds))
    return {row.id: row.name for row in session.execute(named)}


def org(session: Session, actor: Actor, given: UUID | None) -> UUID:
    """The organisation asked for, or the only one there is.

    :raises RuleBroken: it is none of the actor's, or there are several and none was named.
    """
    known = orgs(session, actor)
    if given is None and len(known) == 1:
        return next(iter(known))
    if given not in known:
        code = "webhook.org_needed" if given is None else "webhook.org"
        fault = FieldError("org_id", code, f"must be one of {', '.join(map(str, known))}")
        raise RuleBroken("validation", "the organisation is not known", errors=[fault])
    return given
