"""Passwords: argon2id, with at most two hashes at work at once so that memory cannot be exhausted."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12
LONGEST = 128

HASHER = PasswordHasher(time_cost=2, memory_cost=47104, parallelism=1)
_AT_WORK = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """The hash to keep."""
    with _AT_WORK:
        return HASHER.hash(password)


NOBODYS = hashed(secrets.token_urlsafe())
"""Checked when there is no such account: the answer takes as long as for one that exists."""


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was kept; as slow for an unknown account."""
    if len(password) > LONGEST:
        return False
    with _AT_WORK:
        try:
            found = HASHER.verify(kept or NOBODYS, password)
        except (Argon2Error, InvalidHashError):
            return False
    return bool(found and kept)
