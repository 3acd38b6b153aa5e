"""The web application."""

from __future__ import annotations

from flask import Flask

from app.settings import Settings


def create_app(told: Settings) -> Flask:
    """The application for one installation."""
    app = Flask("app")
    app.config["WUYOU"] = told
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "alive"})
    app.add_url_rule("/readyz", "readyz", lambda: {"status": "ready"})
    return app
