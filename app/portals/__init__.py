"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import (
    account,
    applying,
    base,
    claiming,
    consumer,
    docs,
    filing,
    firm,
    holding,
    merchant,
    officer,
    plaques,
    public,
    registering,
    shops,
    staffing,
)

PORTALS = (
    public,
    docs,
    account,
    consumer,
    filing,
    registering,
    firm,
    shops,
    holding,
    applying,
    plaques,
    claiming,
    staffing,
    merchant,
    officer,
)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
