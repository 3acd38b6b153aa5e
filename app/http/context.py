"""What a request has at hand: the installation, the caller, the language, and its one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from app.catalogue import LANGUAGES, has, text
from app.doorbell import Doorbell
from app.identity import sessions
from app.identity.sessions import ANONYMOUS_CALLER, Caller
from app.settings import Settings
from workflows.people.actor import Actor
from workflows.store.session import NOBODY, DatabaseClock, Databases, Role

API = "/api/"
LANG_COOKIE = "lang"


@dataclass
class Installation:
    """What all requests of a process share."""

    told: Settings
    db: Databases
    bell: Doorbell
    cookie: str
    """Name of the session cookie; it carries the instance, so that two on one host do not share it."""


def installation() -> Installation:
    """The installation that serves this request."""
    return cast("Installation", current_app.extensions["wuyou"])


def caller() -> Caller:
    """Who this request is from."""
    return cast("Caller", g.caller)


def actor() -> Actor:
    """The caller as the domain knows it."""
    return caller().actor


def session() -> Session:
    """The request's one transaction."""
    return cast("Session", g.session)


def clock() -> DatabaseClock:
    """The transaction's clock."""
    return DatabaseClock(session())


def is_api() -> bool:
    """Whether the request is for the API and not for a page."""
    return request.path.startswith(API)


def identify() -> None:
    """Find out who the request is from: the API by bearer token only, pages by cookie only."""
    g.caller = ANONYMOUS_CALLER
    token = _bearer() if is_api() else request.cookies.get(installation().cookie)
    if token:
        g.caller = sessions.find(installation().db, token) or ANONYMOUS_CALLER
    g.lang = _language()


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _language() -> str:
    """The caller's language: asked for in the address, chosen before, the account's, the browser's, Chinese."""
    asked = (request.args.get("lang"), request.cookies.get(LANG_COOKIE), g.caller.lang)
    for lang in asked:
        if lang in LANGUAGES:
            return lang
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def lang() -> str:
    """The language of this request."""
    return cast("str", g.get("lang", LANGUAGES[0]))


def t(key: str, **values: Any) -> str:
    """A text of the catalogue in the request's language."""
    return text(key, lang(), **values)


def t_or(key: str, otherwise: str, **values: Any) -> str:
    """A text of the catalogue, or another where there is none for the key."""
    return t(key, **values) if has(key) else otherwise


def address() -> str:
    """Where the request came from, for counting failures."""
    return request.remote_addr or "?"


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """The request's transaction, as the caller's own database role; the bell is rung after the commit."""
    here, who = installation(), caller()
    role, identity = who.role, who.identity
    if role is Role.COUNCIL and g.get("policy") == "public":
        role, identity = Role.PUBLIC, NOBODY  # an entrusted organisation has rights on its cases, and none besides
    with here.db.transaction(role, identity) as session:
        g.session = session
        g.committing = False
        yield session
        g.committing = True
    g.pop("session", None)
    if session.info.get("ring"):
        here.bell.ring()
