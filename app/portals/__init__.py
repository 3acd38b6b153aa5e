"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import (
    account,
    applying,
    base,
    brands,
    bridging,
    chains,
    claiming,
    consumer,
    desk,
    docs,
    filing,
    firm,
    following,
    holding,
    importing,
    keying,
    list_pictures,
    merchant,
    officer,
    open_data,
    papers,
    plaques,
    public,
    rating,
    registering,
    reports,
    return_visits,
    review,
    searching,
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
    rating,
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
    searching,
    desk,
    reports,
    following,
    review,
    standings,
    visits,
    return_visits,
    papers,
    chains,
    brands,
    statements,
    bridging,
    keying,
)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
