"""What can go wrong in the domain, in five kinds that every caller can tell apart.

An error carries a stable ``code`` (the key of its text in the message catalogue), an English
message for logs and the command line, the ``field`` it is about where there is one, and the
parameters that the text in the caller's language needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One fault of one field: its path (``facts.amount_fen``), a stable code and a message."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """Something the domain says no to; the transaction it happened in must not commit."""

    def __init__(self, code: str, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class NotFound(DomainError):
    """There is no such thing, or not for this caller: the two are never told apart."""


class Refused(DomainError):
    """The caller may not do this."""


class RuleBroken(DomainError):
    """The input breaks a rule; ``errors`` lists every field at fault."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        errors: Sequence[FieldError] = (),
        **params: Any,
    ) -> None:
        super().__init__(code, message, field=field, **params)
        own = [FieldError(field, code, message)] if field and not errors else []
        self.errors = [*errors, *own]


class Conflict(DomainError):
    """The state of the thing forbids this now: another step came first."""


class Stale(DomainError):
    """The caller decided on an older version than the present one."""
