"""How a route is declared: with a policy, one transaction, and the conventions of writes.

A route without a policy fails at start-up (:func:`check`), so nothing is open by forgetting.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, g, make_response, request
from sqlalchemy.exc import DBAPIError, OperationalError

from app.http import idempotency
from app.http.context import actor, unit_of_work
from app.http.errors import Unauthenticated, VersionNeeded
from workflows.errors import RuleBroken
from workflows.people.access import POLICIES, allowed, require
from workflows.people.actor import ActorRole

View = TypeVar("View", bound=Callable[..., Any])

TRIES = 5
RETRIED = ("40001", "40P01")
EXEMPT = ("static",)


def endpoint(policy: str, *, transaction: bool = True) -> Callable[[View], View]:
    """Declare a route: who may call it, and whether it works in a transaction of the caller's role."""

    def declare(view: View) -> View:
        @functools.wraps(view)
        def run(*args: Any, **values: Any) -> Response:
            permit(policy)
            g.policy = policy
            if not transaction:
                return make_response(view(*args, **values))
            return _with_retries(functools.partial(view, *args, **values))

        run.policy = policy  # type: ignore[attr-defined]
        _describe(run, policy)
        return run  # type: ignore[return-value]

    return declare


def _describe(view: Any, policy: str) -> None:
    """Say in the API's description that a route needs a signed-in caller."""
    if hasattr(view, "_apidoc") and not allowed(policy, ActorRole.ANONYMOUS):
        view._apidoc.setdefault("manual_doc", {})["security"] = [{"bearer": []}]  # noqa: SLF001 - flask-smorest's place


def leads_to(resource: str) -> dict[str, Any]:
    """What the API's description says of a creation: which operations the new thing's id is for (OpenAPI links)."""
    path = f"#/paths/~1api~1v1~1{resource}~1{{case}}"
    operations = {"read": f"{path}/get", "journal": f"{path}~1journal/get", "clocks": f"{path}~1clocks/get"}
    operations["act"] = f"{path}~1{{verb}}/post"
    ids = {"case": "$response.body#/id"}
    links = {name: {"operationRef": where, "parameters": ids} for name, where in operations.items()}
    return {"responses": {"201": {"links": links}}}


def permit(policy: str) -> None:
    """Let the caller through.

    :raises Unauthenticated: nobody is signed in and the route needs somebody.
    :raises Refused: the caller's role may not do this.
    """
    if not allowed(policy, actor().role) and actor().role is ActorRole.ANONYMOUS:
        raise Unauthenticated("signin.needed", "sign in first")
    require(policy, actor())


def _with_retries(view: Callable[[], Any]) -> Response:
    """Run the whole unit of work again after a deadlock or a connection lost before the commit."""
    for attempt in range(1, TRIES + 1):
        try:
            with unit_of_work() as session:
                return idempotency.answered(session, lambda: make_response(view()))
        except OperationalError as error:
            if attempt == TRIES or not _may_retry(error):
                raise
    raise AssertionError("unreachable")


def _may_retry(error: DBAPIError) -> bool:
    """A deadlock always; a lost connection once nothing of ours can have been committed."""
    if getattr(error.orig, "sqlstate", None) in RETRIED:
        return True
    return error.connection_invalidated and not g.get("committing", False)


def check(app: Flask) -> None:
    """Refuse to start with a route that declares no policy, or one that nobody knows.

    :raises RuntimeError: naming the routes.
    """
    bad = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in EXEMPT and policy_of(app, rule.endpoint) not in POLICIES
    ]
    if bad:
        raise RuntimeError(f"routes without a known policy: {', '.join(sorted(bad))}")


def policy_of(app: Flask, endpoint_name: str) -> str | None:
    """The policy of a route's view."""
    return getattr(app.view_functions[endpoint_name], "policy", None)


def expected_version() -> int:
    """The version the caller decided on, from ``If-Match``.

    :raises VersionNeeded: the header is missing.
    """
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not given:
        raise VersionNeeded
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise RuleBroken("if_match", "If-Match must be the ETag last seen", field="If-Match")
    return int(given)
