"""A write sent twice is done once: ``Idempotency-Key`` remembers the answer, in the transaction of the write.

The key belongs to its caller. The same key with another request is refused; a second request while the
first is still at work is told so. Answers are kept sealed, since they may hold personal data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

from flask import Response, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.http.context import address, caller
from app.identity.tables import IdempotencyKey
from workflows.errors import Conflict, RuleBroken
from workflows.store.session import DatabaseClock, keys_of

HEADER = "Idempotency-Key"
LONGEST = 200
TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")
KEPT_HEADERS = ("ETag", "Location", "Content-Type")


def answered(session: Session, work: Callable[[], Response]) -> Response:
    """The answer of the work, or the one remembered from the first time.

    :raises Conflict: the first request with this key is still at work.
    :raises RuleBroken: the key was used for another request, or is too long.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method in ("GET", "HEAD", "OPTIONS"):
        return work()
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise RuleBroken("idempotency.key", f"{HEADER} must have 1 to {LONGEST} characters", field=HEADER)
    principal = _principal()
    if not session.scalar(TRY_LOCK, {"key": _lock(principal, key)}):
        raise Conflict("idempotency.busy", "a request with this key is still being worked on: try again in a moment")
    remembered = session.get(IdempotencyKey, (principal, key))
    if remembered is not None:
        return _recall(session, remembered)
    response = work()
    _remember(session, principal, key, response)
    return response


def _principal() -> str:
    """Two anonymous callers are told apart by their address."""
    who = caller().principal
    return f"anon:{sha256(address().encode()).hexdigest()[:16]}" if who == "anon" else who


def _lock(principal: str, key: str) -> int:
    digest = sha256(f"{len(principal)}:{principal}{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _fingerprint() -> bytes:
    head = f"{request.method} {request.path}\n{request.headers.get('If-Match', '')}\n"
    return sha256(head.encode() + request.get_data()).digest()


def _place(principal: str, key: str) -> str:
    return f"idempotency_key|answer|{principal}|{key}"


def _recall(session: Session, row: IdempotencyKey) -> Response:
    if row.fingerprint != _fingerprint():
        raise RuleBroken("idempotency.other", f"this {HEADER} was used for another request", field=HEADER)
    kept = json.loads(keys_of(session).open(_place(row.principal, row.key), row.answer_sealed))
    response = Response(kept["body"], row.status)
    response.headers.update(kept["headers"])
    response.headers["Idempotent-Replay"] = "true"
    return response


def _remember(session: Session, principal: str, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept = json.dumps({"body": response.get_data(as_text=True), "headers": headers}, ensure_ascii=False)
    session.add(
        IdempotencyKey(
            principal=principal,
            key=key,
            fingerprint=_fingerprint(),
            status=response.status_code,
            answer_sealed=keys_of(session).seal(_place(principal, key), kept),
            created_at=DatabaseClock(session).now(),
        )
    )
