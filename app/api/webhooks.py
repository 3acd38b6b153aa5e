"""``/webhooks``: where an organisation's own system is told of what happens, signed as Standard Webhooks says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from app import hooks
from app.http import context, paging
from app.http.blueprints import Blueprint
from app.http.endpoint import endpoint
from app.views import webhooks as views
from workflows.delivery import endpoints
from workflows.delivery.endpoints import Wish
from workflows.delivery.tables import DISABLED, LONGEST_URL
from workflows.errors import RuleBroken
from workflows.schema import Strict, Words

blueprint = Blueprint("webhooks", __name__, description="Webhooks: events told to an organisation's own system.")

STATES = ("waiting", "retrying", "delivered", "dead")


class WebhookIn(Strict):
    """A new endpoint."""

    org_id = fields.UUID(load_default=None, allow_none=True)
    url = Words(LONGEST_URL, 1, required=True)
    topics = fields.List(Words(61), required=True, validate=validate.Length(1, endpoints.MOST_TOPICS))
    description = Words(200, load_default="")


class WebhookChange(Strict):
    """What is to be different; what is left out stays."""

    url = Words(LONGEST_URL, 1)
    topics = fields.List(Words(61), validate=validate.Length(1, endpoints.MOST_TOPICS))
    description = Words(200)
    enabled = fields.Boolean(truthy={True}, falsy={False})


class WebhookOut(Strict):
    """An endpoint. ``secret`` is there once: in the answer to its creation and to a rotation."""

    id = fields.UUID(required=True)
    org_id = fields.UUID(required=True)
    url = fields.String(required=True)
    topics = fields.List(fields.String(), required=True)
    description = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    disabled_at = fields.AwareDateTime(required=True, allow_none=True)
    disabled_reason = fields.String(required=True, allow_none=True, validate=validate.OneOf([*DISABLED, None]))
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    previous_until = fields.AwareDateTime(required=True, allow_none=True)
    secret = fields.String()


class Webhooks(Strict):
    """One's endpoints, newest first."""

    items = fields.List(fields.Nested(WebhookOut), required=True)
    next = fields.String(required=True, allow_none=True)


class DeliveryOut(Strict):
    """A delivery; its id is the ``webhook-id`` of every attempt."""

    id = fields.UUID(required=True)
    topic = fields.String(required=True)
    case_id = fields.UUID(required=True, allow_none=True)
    seq = fields.Integer(required=True, allow_none=True)
    payload = fields.Dict(required=True)
    created_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    attempts = fields.Integer(required=True)
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    dead_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveryQuery(Strict):
    """Which page."""

    cursor = Words(500, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class Deliveries(Strict):
    """Deliveries, newest first."""

    items = fields.List(fields.Nested(DeliveryOut), required=True)
    next = fields.String(required=True, allow_none=True)


def own(webhook: UUID) -> Any:
    """The caller's endpoint."""
    return endpoints.find(context.session(), webhook, actor=context.actor())


@blueprint.route("/webhooks", methods=["GET"])
@endpoint("webhooks.own")
@blueprint.response(200, Webhooks())
def listed() -> Any:
    """The caller's endpoints, newest first, at most a hundred."""
    found = endpoints.of_orgs(context.session(), actor=context.actor())
    return {"items": [views.endpoint(one) for one in found], "next": None}


@blueprint.route("/webhooks", methods=["POST"])
@endpoint("webhooks.own")
@blueprint.arguments(WebhookIn())
@blueprint.response(201, WebhookOut())
def create(data: dict[str, Any]) -> Any:
    """Make an endpoint. Its secret is in this answer and in no other."""
    session, actor = context.session(), context.actor()
    org = views.org(session, actor, data["org_id"])
    hooks.check(data["url"], data["topics"], loopback=context.installation().told.webhook_loopback)
    wish = Wish(data["url"], data["topics"], data["description"])
    made, secret = endpoints.create(session, org, wish, actor=actor, clock=context.clock())
    return views.endpoint(made) | {"secret": secret}, 201, {"Location": f"/api/v1/webhooks/{made.id}"}


@blueprint.route("/webhooks/<uuid:webhook>", methods=["PATCH"])
@endpoint("webhooks.own")
@blueprint.arguments(WebhookChange())
@blueprint.response(200, WebhookOut())
def change(data: dict[str, Any], webhook: UUID) -> Any:
    """Change address, topics or description, or enable it again."""
    found = own(webhook)
    hooks.check(data.get("url"), data.get("topics"), loopback=context.installation().told.webhook_loopback)
    return views.endpoint(endpoints.change(context.session(), found, data, clock=context.clock()))


@blueprint.route("/webhooks/<uuid:webhook>", methods=["DELETE"])
@endpoint("webhooks.own")
@blueprint.response(200, WebhookOut())
def disable(webhook: UUID) -> Any:
    """Disable an endpoint; nothing is deleted, and it can be enabled again."""
    found = own(webhook)
    endpoints.disable(found, clock=context.clock())
    return views.endpoint(found)


@blueprint.route("/webhooks/<uuid:webhook>/rotate", methods=["POST"])
@endpoint("webhooks.own")
@blueprint.response(200, WebhookOut())
def rotate(webhook: UUID) -> Any:
    """A new secret, in this answer only; for a day the one before it signs as well."""
    found = own(webhook)
    secret = endpoints.rotate(context.session(), found, clock=context.clock())
    return views.endpoint(found) | {"secret": secret}


@blueprint.route("/webhooks/<uuid:webhook>/test", methods=["POST"])
@endpoint("webhooks.own")
@blueprint.response(202, DeliveryOut())
def test(webhook: UUID) -> Any:
    """Send a ``webhook.test`` event."""
    return views.delivery(endpoints.test(context.session(), own(webhook), clock=context.clock()))


@blueprint.route("/webhooks/<uuid:webhook>/deliveries", methods=["GET"])
@endpoint("webhooks.own")
@blueprint.arguments(DeliveryQuery(), location="query")
@blueprint.response(200, Deliveries())
def deliveries(asked: dict[str, Any], webhook: UUID) -> Any:
    """What was and is on its way to an endpoint, newest first."""
    rows = endpoints.deliveries(context.session(), own(webhook), after(asked["cursor"]), asked["limit"] + 1)
    items, following = paging.page(rows, asked["limit"], lambda row: [str(row.id)])
    return {"items": [views.delivery(row) for row in items], "next": following}


def after(cursor: str | None) -> UUID | None:
    """The delivery that the page before ended with.

    :raises RuleBroken: it is the cursor of another list.
    """
    place = paging.position(cursor)
    try:
        return UUID(place[0]) if place else None
    except ValueError:
        raise RuleBroken("cursor", "is a cursor of another list: begin again without it", field="cursor") from None


@blueprint.route("/webhooks/<uuid:webhook>/deliveries/<uuid:delivery>/replay", methods=["POST"])
@endpoint("webhooks.own")
@blueprint.response(202, DeliveryOut())
def replay(webhook: UUID, delivery: UUID) -> Any:
    """Send a delivery again, with its own id."""
    return views.delivery(endpoints.replay(context.session(), own(webhook), delivery))
