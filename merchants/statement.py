"""A statement of standing (承诺情况证明): what it says of a firm, and how sure its figures are. Pure.

For a lender (吴优数贷) or an insurer (吴优数险), at the firm's own wish. It says what was decided and counted, and
nothing that is a judgement: the credit class of supervision is never in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor, sqrt
from typing import Any

FORM = "wuyou.standing-statement.v1"
Z = 1.959964
"""Two-sided 95 %."""

SPAN_DAYS = 365
"""Figures look back a year from the statement's day."""

WHOLE = 10_000


def wilson(numerator: int, denominator: int) -> tuple[int, int] | None:
    """The Wilson score interval of a share at 95 %, in basis points, rounded outwards; None without any case.

    :raises ValueError: more cases that count than cases.
    """
    if not 0 <= numerator <= denominator:
        raise ValueError("a share needs 0 <= numerator <= denominator")
    if denominator == 0:
        return None
    share, n = numerator / denominator, denominator
    middle = share + Z * Z / (2 * n)
    reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    low, high = floor((middle - reach) / scale * WHOLE), ceil((middle + reach) / scale * WHOLE)
    return max(0, low), min(WHOLE, high)


@dataclass(frozen=True)
class Figure:
    """A share with what it is made of."""

    name: str
    numerator: int
    denominator: int

    def facts(self) -> dict[str, Any]:
        """The figure as plain data; without a case there is no share, and never a zero."""
        interval = wilson(self.numerator, self.denominator)
        return {
            "name": self.name,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "interval_bp": None if interval is None else list(interval),
        }


@dataclass(frozen=True)
class Firm:
    """Whose statement it is: public register data."""

    uscc: str
    name: str
    city: str


@dataclass(frozen=True)
class Stand:
    """One standing of the firm with what happened to it."""

    plaque: str
    store: str
    state: str
    entered_on: date
    expires_on: date
    ended_on: date | None
    promises: int
    days: int
    events: tuple[tuple[str, date], ...] = ()

    def facts(self) -> dict[str, Any]:
        """The standing as plain data."""
        return {
            "plaque": self.plaque,
            "store": self.store,
            "state": self.state,
            "entered_on": str(self.entered_on),
            "expires_on": str(self.expires_on),
            "ended_on": self.ended_on and str(self.ended_on),
            "promise_versions": self.promises,
            "promise_days": self.days,
            "events": [{"event": event, "on": str(on)} for event, on in self.events],
        }


def body(
    number: str, firm: Firm, stands: Sequence[Stand], figures: Sequence[Figure], since: date, at: datetime
) -> dict[str, Any]:
    """What is signed. ``complaints`` are the figures of the year before, as the firm's own page shows them."""
    return {
        "form": FORM,
        "number": number,
        "made_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "firm": {"uscc": firm.uscc, "name": firm.name, "city": firm.city},
        "standings": [stand.facts() for stand in stands],
        "complaints": {"since": str(since), "figures": [figure.facts() for figure in figures]},
    }
