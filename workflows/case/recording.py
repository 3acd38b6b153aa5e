"""What an event of the journal keeps of the case's row and clocks, so that any case can be replayed from it alone.

Only what is open anyway: ids, codes, days, fen, yes and no. Texts, lists and nested values never enter, since the
journal cannot forget (:mod:`workflows.case.journal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from workflows.case.tables import CaseClock

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:()\-]{0,59}|[0-9]{4}|[0-9]{6}")
"""A code, a ground, or the code of a region; a telephone number or a sentence is none of them."""

CLOCK = ("term", "rule", "start_on", "due_on", "safe_on", "provisional", "paused_since", "stopped_on", "late")
"""What is kept of a clock after a step that touched it."""


def columns(case: Any, values: Mapping[str, Any], *, begins: bool = False) -> dict[str, Any]:
    """The columns that a step sets and that a journal may keep, as JSON can hold them.

    :param begins: whether the case begins: then the columns that its class names come along.
    """
    first = {name: getattr(case, name) for name in case.begins_with} if begins else {}
    plain = {name: said(value) for name, value in {**first, **values}.items() if is_open(value)}
    return {name: value for name, value in plain.items() if not (begins and value is None)}


def is_open(value: Any) -> bool:
    """Whether a value may stand in the journal: no free text, and nothing that could hold one."""
    if isinstance(value, str):
        return CODE.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | date | datetime | UUID)


def said(value: Any) -> Any:
    """A value as the journal writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def clocks(touched: Iterable[CaseClock]) -> list[dict[str, Any]]:
    """Each clock that a step touched, as it stands after it."""
    return [{"id": str(c.id)} | {name: said(getattr(c, name)) for name in CLOCK} for c in touched]
