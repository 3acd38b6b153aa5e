"""Keyset paging: a signed cursor names where the page before ended; nothing is ever counted.

A cursor is good for its own list only: another list's reads its places in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from workflows.errors import RuleBroken

Row = TypeVar("Row")

LIMIT = 50
MOST = 100
LONGEST = 500


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"cursor {request.endpoint}")


def position(cursor: str | None) -> list[Any] | None:
    """Where a cursor stands.

    :raises RuleBroken: it is not one of this list.
    """
    if not cursor:
        return None
    try:
        found: list[Any] = _signer().loads(cursor[:LONGEST])
    except BadSignature:
        raise RuleBroken("cursor", "is not a cursor of this list: begin again without it", field="cursor") from None
    return found


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], list[Any]]) -> tuple[Sequence[Row], str | None]:
    """The page and its next cursor, from one row more than the page holds."""
    if len(rows) <= limit:
        return rows, None
    shown = rows[:limit]
    return shown, str(_signer().dumps(key(shown[-1])))
