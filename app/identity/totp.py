"""Time-based one-time passwords (RFC 6238): six digits, thirty seconds, each good once."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
WINDOW = (0, -1, 1)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - the standard's own hash


def code(secret: str, at: datetime) -> str:
    """The code of a moment; for the demo's helpers and the tests."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def step_of(secret: str, given: str, at: datetime, last: int | None) -> int | None:
    """The step that ``given`` is the code of, within one step of now and after ``last``; None when it is none."""
    now = int(at.timestamp()) // STEP_SECONDS
    for step in (now + offset for offset in WINDOW):
        expected = _totp(secret).generate(step * STEP_SECONDS).decode()
        if secrets.compare_digest(expected, given) and (last is None or step > last):
            return step
    return None
