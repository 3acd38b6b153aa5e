"""The pages, by audience."""

from __future__ import annotations

from flask import Flask

from app.portals import account, base, consumer, docs, filing, importing, merchant, officer, papers, public

PORTALS = (public, docs, account, consumer, filing, importing, merchant, officer, papers)


def register(app: Flask) -> None:
    """Put every portal on the application."""
    base.register(app)
    for portal in PORTALS:
        app.register_blueprint(portal.blueprint)
