"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import (
    account,
    applying,
    base,
    brands,
    chains,
    claiming,
    consumer,
    docs,
    filing,
    firm,
    following,
    holding,
    importing,
    list_pictures,
    merchant,
    officer,
    open_data,
    papers,
    plaques,
    public,
    registering,
    reports,
    review,
    shops,
    staffing,
    standings,
    statements,
    stores,
    verify,
    visits,
    webhooks,
)

PORTALS = (
    public,
    stores,
    verify,
    open_data,
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
    importing,
    list_pictures,
    merchant,
    webhooks,
    officer,
    reports,
    following,
    review,
    standings,
    visits,
    papers,
    chains,
    brands,
    statements,
)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
