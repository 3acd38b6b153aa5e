"""The web application of one installation."""

from __future__ import annotations

from flask import Flask

from app import api, logs, portals
from app.database import connect
from app.doorbell import Doorbell
from app.http import context, endpoint, errors, health, security
from app.http.context import Installation
from app.places import Places
from app.redis import redis_url
from app.settings import Settings
from workflows.store.session import Databases

MOST_BODY = 24 * 1024 * 1024
MOST_FORM = 256 * 1024
MOST_PARTS = 60


def create_app(told: Settings, db: Databases | None = None) -> Flask:
    """The application.

    :param db: engines made elsewhere, as tests do.
    :raises RuntimeError: a route without a policy.
    """
    logs.configure()
    places = Places(told.data)
    app = Flask("app", static_folder="static", template_folder="templates")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        SECRET_KEY=places.secret("flask"),
        MAX_CONTENT_LENGTH=MOST_BODY,
        MAX_FORM_MEMORY_SIZE=MOST_FORM,
        MAX_FORM_PARTS=MOST_PARTS,
        HTTPS=told.https,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_NAME=f"wuyou_form_{places.tag}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=told.https,
    )
    cookie = f"{'__Host-' if told.https else ''}wuyou_{places.tag}"
    bell = Doorbell(redis_url(told, places))
    app.extensions["wuyou"] = Installation(told, db or connect(told), bell, cookie)
    health.register(app)
    security.register(app)
    app.before_request(context.identify)
    errors.register(app)
    api.register(app)
    portals.register(app)
    endpoint.check(app)
    return app
