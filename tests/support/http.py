"""The web application of a test, and clients signed in as the people of its world."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app import settings
from app.factory import create_app
from app.identity import passwords, sessions
from tests.support.world import World
from workflows.people.tables import Account
from workflows.store.sealed import seal
from workflows.store.session import Databases, Role

PASSWORD = "correct horse battery staple"
HASHED = passwords.hashed(PASSWORD)


def make_app(db: Databases, data: Any, **environment: str) -> Flask:
    """An application over the test's database; its doorbell rings nowhere."""
    told = settings.read({"WUYOU_DATA": str(data), "REDIS_URL": "unix:///nonexistent/redis.sock", **environment})
    app = create_app(told, db)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


def secure(world: World, account: Any, login: str, kind: str) -> str:
    """Give an account a password, and a one-time secret where it needs one; the secret."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    with world.db.transaction(Role.OWNER) as session:
        row = session.get_one(Account, account)
        row.login, row.password_hash, row.kind = login, HASHED, kind
        seal(session, row, "totp", secret)
    return secret


class Api:
    """JSON calls as one person."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body) if body is not None else None
        kind = "application/json" if body is not None else None
        return self.client.open(f"/api/v1{path}", method=method, data=data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)


def token_for(db: Databases, account: Any) -> str:
    """A token without the ceremony of signing in."""
    with db.transaction(Role.PUBLIC) as session:
        return sessions.start(session, session.get_one(Account, account), "api")[0]


def filing(world: World, **changes: Any) -> dict[str, Any]:
    """The body of a well-formed filing."""
    return {
        "complainant": {"name": "张试", "address": "苏州市姑苏区平江路9号"},
        "respondent": {"store_id": str(world.store)},
        "category": "goods.clothing",
        "problem": "quality",
        "requests": ["return", "refund"],
        "facts": {
            "happened_on": "2026-07-01",
            "place": "观前街1号一楼",
            "amount_fen": 39900,
            "narrative": "购买的外套洗了一次就脱线,店员拒绝退换。",
        },
        "consents": {"publish": True, "entrust_mediation": False},
    } | changes


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
