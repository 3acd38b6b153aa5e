"""Errors as callers meet them: problem+json (RFC 9457) for the API, a calm page for people.

Each says what happened, what to do, and a reference number that the log has too. What the database or the
programme said stays inside.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.http.context import is_api, t, t_or
from app.identity.signin import WrongCredentials
from app.identity.throttle import TooMany
from workflows.errors import Conflict, DomainError, FieldError, NotFound, Refused, RuleBroken, Stale

log = structlog.get_logger("wuyou.web")


class Unauthenticated(Refused):
    """The request needs a signed-in caller."""


class VersionNeeded(RuleBroken):
    """A change without ``If-Match``."""

    def __init__(self) -> None:
        super().__init__("if_match.missing", "send If-Match with the ETag last seen", field="If-Match")


STATUS: Mapping[type[DomainError], int] = {
    TooMany: 429,
    WrongCredentials: 401,
    Unauthenticated: 401,
    VersionNeeded: 428,
    NotFound: 404,
    Refused: 403,
    RuleBroken: 422,
    Stale: 412,
    Conflict: 409,
}
BUSY_SECONDS = 2


@dataclass(frozen=True)
class Problem:
    """An error on its way to the caller."""

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def register(app: Flask) -> None:
    """Answer every error that can happen."""
    app.register_error_handler(DomainError, lambda e: answer(of_domain(e)))
    app.register_error_handler(HTTPException, lambda e: answer(of_http(e)))
    app.register_error_handler(PoolTimeout, lambda _: answer(busy()))
    app.register_error_handler(DBAPIError, lambda e: answer(of_database(e)))
    app.register_error_handler(Exception, lambda e: answer(of_accident(e)))


def of_domain(error: DomainError) -> Problem:
    """What the domain says no to."""
    status = _status(error)
    errors = error.errors if isinstance(error, RuleBroken) else ()
    headers = {"Retry-After": str(error.params["seconds"])} if isinstance(error, TooMany) else {}
    detail = t_or(f"error.{error.code}", error.message, **error.params)
    return Problem(status, error.code, detail, [_translated(e) for e in errors], headers)


def _status(error: DomainError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def _translated(error: FieldError) -> FieldError:
    return FieldError(error.field, error.code, t_or(f"field_error.{error.code}", error.message))


def of_http(error: HTTPException) -> Problem:
    """What the framework says no to."""
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {})
    errors = [FieldError(path, "invalid", words) for path, words in flat(messages)]
    code = "validation" if errors and status == 422 else f"http.{status}"
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "WWW-Authenticate", "Retry-After")}
    return Problem(status, code, t_or(f"error.{code}", error.description or error.name), errors, headers)


def flat(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested messages of a schema as pairs of path and words; the place in the request is left out."""
    if isinstance(messages, Mapping):
        return [pair for key, value in messages.items() for pair in flat(value, _join(path, key))]
    if isinstance(messages, list):
        return [(path, str(words)) for words in messages]
    return [(path, str(messages))]


def _join(path: str, key: Any) -> str:
    if not path and key in ("json", "query", "form", "files", "headers"):
        return ""
    return f"{path}.{key}" if path else str(key)


def busy() -> Problem:
    """Too much at once: refused quickly, never left hanging."""
    return Problem(503, "busy", t("error.busy"), headers={"Retry-After": str(BUSY_SECONDS)})


def of_database(error: DBAPIError) -> Problem:
    """What the database said, without a word of it: people's data may be in there."""
    state = getattr(error.orig, "sqlstate", None) or ""
    log.warning("database_error", sqlstate=state, kind=type(error).__name__)
    if isinstance(error, IntegrityError):
        return Problem(409, "conflict", t("error.conflict"))
    if isinstance(error, DataError):
        return Problem(422, "validation", t("error.validation"))
    return busy()


def of_accident(error: Exception) -> Problem:
    """What should not have happened: logged with a reference, shown without details."""
    reference = secrets.token_hex(4)
    log.error("accident", reference=reference, kind=type(error).__name__, exc_info=error)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return Problem(500, "accident", t("error.accident", reference=reference))


def answer(problem: Problem) -> Response:
    """The answer in the form that the request wants."""
    response = _json(problem) if is_api() else _page(problem)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def _json(problem: Problem) -> Response:
    body = {
        "type": f"urn:wuyou:problem:{problem.code}",
        "title": t_or(f"status.{problem.status}", str(problem.status)),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "errors": [{"field": e.field, "code": e.code, "message": e.message} for e in problem.errors],
    }
    if problem.status == 401:
        problem = Problem(401, problem.code, problem.detail, headers={"WWW-Authenticate": "Bearer"})
    response = make_response(body)
    response.content_type = "application/problem+json"
    response.headers.update(problem.headers)
    return response


def _page(problem: Problem) -> Response:
    if problem.status == 401 and request.method == "GET":
        return make_response(render_template("shared/sign_in_first.html", problem=problem))
    return make_response(render_template("shared/error.html", problem=problem))
