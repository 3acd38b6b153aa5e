"""Numbers that are none of ours, counted by the address they come from: whoever tries out many is slowed down.

A right number is always answered, also from an address that is locked: a whole mall may share one. The count is made
in a transaction of its own after the request's, so that a refusal does not undo it.
"""

from __future__ import annotations

from functools import partial

from flask import Response, after_this_request

from app.http import context
from app.http.errors import answer, of_domain
from app.identity import throttle
from app.identity.throttle import TooMany
from workflows.store.session import Role

SCOPE = "plaque"
FREE = 15
"""Wrong numbers within the throttle's window before the address has to wait."""


def wrong(scope: str = SCOPE) -> None:
    """Count the number of this request as a wrong one; the answer becomes *too many* where the address is locked."""
    after_this_request(partial(_count, scope))


def _count(scope: str, response: Response) -> Response:
    try:
        with context.installation().db.transaction(Role.PUBLIC) as session:
            throttle.check(session, scope, context.address())
            throttle.failed(session, scope, context.address(), FREE)
    except TooMany as error:
        return answer(of_domain(error))
    return response
