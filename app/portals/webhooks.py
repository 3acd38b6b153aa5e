"""A merchant's page of webhooks: where its own system is told, and what became of what was told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app import hooks
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base
from app.views import webhooks as views
from workflows.delivery import endpoints
from workflows.delivery.endpoints import Wish
from workflows.delivery.tables import LONGEST_URL, WebhookEndpoint
from workflows.errors import NotFound, RuleBroken
from workflows.store.db import new_id

blueprint = Blueprint("merchant_webhooks", __name__, url_prefix="/merchant/webhooks")

LAST = 30
FAMILIES = tuple(pattern for pattern in hooks.PATTERNS if pattern.endswith(".*"))


@blueprint.get("")
@endpoint("merchant.own")
def listed() -> Any:
    """The firm's endpoints, and a form for another one."""
    return overview({"topics": FAMILIES})


@blueprint.post("")
@endpoint("merchant.own")
def create() -> Any:
    """Make an endpoint, and show its secret this once; the same form sent again changes nothing."""
    session, actor, form = context.session(), context.actor(), request.form
    known_as = uuid(form.get("key"))
    if known_as in {one.id for one in endpoints.of_orgs(session, actor=actor)}:
        return base.see_other(url_for("merchant_webhooks.one", webhook=known_as))
    try:
        org, asked = views.org(session, actor, uuid(form.get("org_id"))), wish()
        made, secret = endpoints.create(session, org, asked, actor=actor, clock=context.clock(), known_as=known_as)
    except RuleBroken as error:
        return overview({**form, "topics": form.getlist("topics")}, words(error)), 422
    return page(made, secret=secret)


@blueprint.get("/<uuid:webhook>")
@endpoint("merchant.own")
def one(webhook: UUID) -> Any:
    """One endpoint with its last deliveries."""
    return page(own(webhook), done=request.args.get("done"))


@blueprint.post("/<uuid:webhook>")
@endpoint("merchant.own")
def change(webhook: UUID) -> Any:
    """Change where to and of what it is told."""
    found, form = own(webhook), request.form
    try:
        endpoints.change(context.session(), found, vars(wish()), clock=context.clock())
    except RuleBroken as error:
        typed = {**form, "topics": form.getlist("topics")}
        context.session().expire(found)
        return page(found, typed=typed, errors=words(error)), 422
    return seen(webhook, "kept")


@blueprint.post("/<uuid:webhook>/rotate")
@endpoint("merchant.own")
def rotate(webhook: UUID) -> Any:
    """A new secret, shown this once; the same form sent again changes nothing."""
    found = own(webhook)
    if request.form.get("before") != mark(found):
        return base.see_other(url_for("merchant_webhooks.one", webhook=webhook))
    return page(found, secret=endpoints.rotate(context.session(), found, clock=context.clock()))


@blueprint.post("/<uuid:webhook>/test")
@endpoint("merchant.own")
def test(webhook: UUID) -> Any:
    """Send a test event."""
    endpoints.test(context.session(), own(webhook), clock=context.clock())
    return seen(webhook, "tested")


@blueprint.post("/<uuid:webhook>/enabled")
@endpoint("merchant.own")
def enabled(webhook: UUID) -> Any:
    """Disable it, or enable it again."""
    wanted = request.form.get("enabled") == "1"
    endpoints.change(context.session(), own(webhook), {"enabled": wanted}, clock=context.clock())
    return seen(webhook, "enabled" if wanted else "disabled")


@blueprint.post("/<uuid:webhook>/deliveries/<uuid:delivery>/replay")
@endpoint("merchant.own")
def replay(webhook: UUID, delivery: UUID) -> Any:
    """Send a delivery again."""
    endpoints.replay(context.session(), own(webhook), delivery)
    return seen(webhook, "replayed")


def own(webhook: UUID) -> WebhookEndpoint:
    """The caller's endpoint."""
    return endpoints.find(context.session(), webhook, actor=context.actor())


def wish() -> Wish:
    """What the form asks for.

    :raises RuleBroken: naming what is wrong with which field.
    """
    form = request.form
    url, topics = form.get("url", "").strip()[: LONGEST_URL + 1], form.getlist("topics")
    hooks.check(url, topics, loopback=context.installation().told.webhook_loopback)
    return Wish(url, topics, form.get("description", "").strip()[:200])


def words(error: RuleBroken) -> dict[str, str]:
    """What is wrong with which field, in the caller's language."""
    return {fault.field: context.t_or(f"field_error.{fault.code}", fault.message) for fault in error.errors}


def uuid(given: str | None) -> UUID | None:
    """An id that a form was given.

    :raises NotFound: somebody changed it.
    """
    try:
        return UUID(given) if given else None
    except ValueError:
        raise NotFound("webhook.unknown", "there is no such endpoint of yours") from None


def mark(found: WebhookEndpoint) -> str:
    """What tells one rotation from the next."""
    return str(found.previous_until or "")


def seen(webhook: UUID, done: str) -> Any:
    """On to the endpoint's page, which says what was done."""
    return base.see_other(url_for("merchant_webhooks.one", webhook=webhook, done=done))


def overview(typed: dict[str, Any], errors: dict[str, str] | None = None) -> str:
    """The list and the form."""
    session, actor = context.session(), context.actor()
    return render_template(
        "merchant/webhooks.html",
        found=endpoints.of_orgs(session, actor=actor),
        orgs=views.orgs(session, actor),
        families=FAMILIES,
        typed=typed,
        errors=errors or {},
        key=new_id(),
    )


def page(found: WebhookEndpoint, **more: Any) -> str:
    """One endpoint."""
    now = context.clock().now()
    told = {name: getattr(found, name) for name in ("url", "topics", "description")}
    shown: dict[str, Any] = {"secret": None, "done": None, "typed": told, "errors": {}}
    return render_template(
        "merchant/webhook.html",
        hook=found,
        families=(*FAMILIES, *(topic for topic in found.topics if topic not in FAMILIES)),
        rotating=found.previous_until if found.previous_until and found.previous_until > now else None,
        mark=mark(found),
        last=[views.delivery(one) for one in endpoints.deliveries(context.session(), found, limit=LAST)],
        **(shown | more),
    )
