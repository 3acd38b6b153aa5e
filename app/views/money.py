"""Money as people read and write it: yuan with two places; inside it is always integer fen."""

from __future__ import annotations

import re

from workflows.errors import RuleBroken

YUAN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


def yuan(fen: int) -> str:
    """``¥1,234.50``."""
    return f"¥{fen / 100:,.2f}"


def fen(text: str, field: str) -> int:
    """The amount that somebody typed, in fen.

    :raises RuleBroken: not an amount with at most two places.
    """
    plain = text.replace(",", "").replace(",", "").removeprefix("¥").strip()
    if not YUAN.fullmatch(plain):
        raise RuleBroken("amount", "must be an amount in yuan like 399 or 399.50", field=field)
    whole, _, part = plain.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)
