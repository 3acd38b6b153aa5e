"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import (
    account,
    applying,
    base,
    consumer,
    docs,
    filing,
    firm,
    merchant,
    officer,
    plaques,
    public,
    registering,
)

PORTALS = (public, docs, account, consumer, filing, registering, firm, applying, plaques, merchant, officer)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
