"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import account, base, consumer, docs, filing, merchant, officer, public, webhooks

PORTALS = (public, docs, account, consumer, filing, merchant, webhooks, officer)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
