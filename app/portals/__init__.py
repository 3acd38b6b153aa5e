"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import account, base, brands, chains, consumer, docs, filing, merchant, officer, public, statements

PORTALS = (public, docs, account, consumer, filing, merchant, officer, chains, brands, statements)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
