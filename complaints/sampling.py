"""Which closed cases are visited again by sample (回访抽样, O121 26). Pure.

Poisson sampling with numbers that everybody can compute again: SM3 over seed and case gives each case a number, and it
is drawn where that number is below the share. The order of the draw is the order of the numbers, so fewer visits are
the beginning of the same draw; the same seed and cases give the same draw on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from workflows.errors import FieldError, RuleBroken

METHOD = "wuyou.return-sample.v1"
UNIT = 1 << 64
Hash = Callable[..., bytes]
"""The digest of framed parts in a domain; SM3, handed in so that this room needs no library for it."""

LONGEST_DAYS = 92
MOST_SEED = 64
MOST_VISITS = 1000


@dataclass(frozen=True)
class Wanted:
    """A sample as it is asked for: cases closed from ``first`` to ``last``, a share in percent, at most so many."""

    first: date
    last: date
    seed: str
    percent: int
    most: int


def check(wanted: Wanted, today: date) -> None:
    """Whether a sample may be drawn so.

    :raises RuleBroken: every field at fault.
    """
    if faults := list(_faults(wanted, today)):
        raise RuleBroken("validation", "the sample has faults", errors=faults)


def _faults(wanted: Wanted, today: date) -> Iterator[FieldError]:
    if wanted.last < wanted.first or wanted.last > today:
        yield FieldError("last", "sample.last", "the last day lies before the first one, or ahead")
    elif (wanted.last - wanted.first).days >= LONGEST_DAYS:
        yield FieldError("last", "sample.long", f"a sample covers at most {LONGEST_DAYS} days")
    if not 1 <= len(wanted.seed) <= MOST_SEED or not wanted.seed.isprintable():
        yield FieldError("seed", "sample.seed", f"a seed has 1 to {MOST_SEED} characters")
    if not 1 <= wanted.percent <= 100:
        yield FieldError("percent", "sample.percent", "a share lies from 1 to 100 percent")
    if not 1 <= wanted.most <= MOST_VISITS:
        yield FieldError("most", "sample.most", f"from 1 to {MOST_VISITS} visits")


def number(seed: str, case: UUID, hashed: Hash) -> int:
    """A case's number of the draw, from 0 and below :data:`UNIT`; nobody can choose it."""
    return int.from_bytes(hashed(METHOD, seed.encode(), case.bytes)[:8])


def draw(cases: Iterable[UUID], wanted: Wanted, hashed: Hash) -> list[UUID]:
    """The cases to visit, each at most once, in the order of their numbers."""
    numbered = sorted((number(wanted.seed, case, hashed), case) for case in set(cases))
    return [case for u, case in numbered if u * 100 < wanted.percent * UNIT][: wanted.most]


def frame(cases: Iterable[UUID]) -> bytes:
    """Everything that a draw looks at, in one order."""
    return b"".join(sorted(case.bytes for case in set(cases)))
