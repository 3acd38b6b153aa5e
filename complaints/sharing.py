"""Sharing cases out among officers: each case to whoever has the fewest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Away:
    """An officer is away from a day to a day, both included."""

    officer: UUID
    from_on: date
    until_on: date


def present(officers: Sequence[UUID], away: Iterable[Away], today: date) -> list[UUID]:
    """The officers who are not away today, in the order given."""
    missing = {a.officer for a in away if a.from_on <= today <= a.until_on}
    return [officer for officer in officers if officer not in missing]


def share(cases: Iterable[UUID], loads: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """Who gets which case: one after the other, each to who has the fewest by then, the first by id among equals.

    :param loads: how many open cases each officer has; nobody else gets any, and without anybody nothing is shared.
    """
    counts = dict(loads)
    shared: dict[UUID, UUID] = {}
    for case in cases if counts else ():
        least = min(counts, key=lambda officer: (counts[officer], officer.int))
        shared[case] = least
        counts[least] += 1
    return shared
