"""The delay ledger as people read it: a bar of days, and a table that says the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.catalogue import text
from complaints.delays import HOLDERS, Ledger, Span

WIDTH = 1000
"""Units across the bar; a picture's own, whatever its size on the page."""


@dataclass(frozen=True)
class Piece:
    """A span of the bar: where it begins and how wide it is, in the picture's units."""

    holder: str
    at: float
    width: float


def pieces(ledger: Ledger) -> list[Piece]:
    """The bar's pieces, the oldest first; together they fill it."""
    found, gone = [], 0
    for span in ledger.spans:
        found.append(Piece(span.holder, WIDTH * gone / ledger.days, WIDTH * span.days / ledger.days))
        gone += span.days
    return found


def shown(ledger: Ledger) -> dict[str, Any]:
    """What the part of a case's page on its days shows."""
    totals = [(holder, days) for holder, days in ledger.totals.items() if days]
    return {"ledger": ledger, "pieces": pieces(ledger), "totals": totals, "width": WIDTH}


def facts(ledger: Ledger, lang: str) -> dict[str, Any]:
    """The ledger as the API tells it."""
    return {
        "days": ledger.days,
        "ended": ledger.ended,
        "totals": [{"holder": holder, "days": ledger.totals[holder]} for holder in HOLDERS],
        "spans": [_span(span, lang) for span in ledger.spans],
    }


def _span(span: Span, lang: str) -> dict[str, Any]:
    return {
        "holder": span.holder,
        "from": span.first,
        "to": span.last,
        "days": span.days,
        "why": span.why,
        "says": text(f"delays.why.{span.why}", lang),
        "event": span.event,
        "seq": span.seq,
        "bureau": span.bureau,
    }
