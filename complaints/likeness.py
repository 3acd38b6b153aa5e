"""What two complaints have in common: hints for a person to look at, each with its reasons; never a decision. Pure.

The same matter brought twice is a likely *duplicate*, another matter of the same person at the same firm a *repeat*,
and another person's like matter at the same firm is *similar* (there may be more behind it). No text says when two
complaints are alike: the measures below are our own, and every hint names what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

DUPLICATE = "duplicate"
REPEAT = "repeat"
SIMILAR = "similar"
KINDS = (DUPLICATE, REPEAT, SIMILAR)

NEAR_DAYS = 7
ALIKE_PERCENT = 50
SOME_PERCENT = 25
MOST = 8

PERSON = ("complainant", "phone")
WEIGHTS = {
    "complainant": 3,
    "phone": 3,
    "firm": 3,
    "category": 1,
    "problem": 1,
    "same_day": 2,
    "near_days": 1,
    "amount": 1,
    "words": 3,
    "some_words": 1,
}
"""What each thing in common counts for, in the order of hints of one kind."""


@dataclass(frozen=True)
class Story:
    """What of a complaint is compared.

    :param phone: the blind index of the complainant's phone; None where it is not known.
    :param firm: whatever tells the respondent from others: its id, or its name where the directory does not know it.
    :param grams: pairs of characters of the narrative.
    """

    id: UUID
    complainant: UUID
    phone: bytes | None
    firm: str
    category: str
    problem: str
    happened_on: date
    amount_fen: int
    grams: frozenset[str]


@dataclass(frozen=True)
class Reason:
    """One thing in common.

    :param amount: days apart, or per cent of the pairs of characters; None where there is nothing to count.
    """

    code: str
    amount: int | None = None


@dataclass(frozen=True)
class Hint:
    """A case to look at beside another."""

    id: UUID
    kind: str
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """What the reasons come to."""
        return sum(WEIGHTS[reason.code] for reason in self.reasons)


def hints(of: Story, others: Iterable[Story], most: int = MOST) -> list[Hint]:
    """Hints for a case, duplicates first and the strongest before the rest.

    :param others: cases that whoever asks may see; the case itself is left out.
    """
    found = [hint for other in others if other.id != of.id for hint in (hint_of(of, other),) if hint]
    return sorted(found, key=lambda h: (KINDS.index(h.kind), -h.score, h.id.int))[:most]


def hint_of(one: Story, other: Story) -> Hint | None:
    """What the other is to the one; None where they have too little in common."""
    reasons = tuple(common(one, other))
    kind = _kind({reason.code for reason in reasons})
    return Hint(other.id, kind, reasons) if kind else None


def _kind(codes: set[str]) -> str | None:
    if "firm" not in codes:
        return None
    if codes.isdisjoint(PERSON):
        return (
            SIMILAR
            if "words" in codes or {"problem", "near_days"} <= codes or {"problem", "same_day"} <= codes
            else None
        )
    return DUPLICATE if "words" in codes or {"same_day", "problem"} <= codes else REPEAT


def common(one: Story, other: Story) -> Iterator[Reason]:
    """Everything that two complaints have in common."""
    if one.complainant == other.complainant:
        yield Reason("complainant")
    elif one.phone is not None and one.phone == other.phone:
        yield Reason("phone")
    for name in ("firm", "category", "problem"):
        if getattr(one, name) == getattr(other, name):
            yield Reason(name)
    yield from _days(one, other)
    if one.amount_fen == other.amount_fen and one.amount_fen:
        yield Reason("amount")
    yield from _words(one, other)


def _days(one: Story, other: Story) -> Iterator[Reason]:
    apart = abs((one.happened_on - other.happened_on).days)
    if apart == 0:
        yield Reason("same_day")
    elif apart <= NEAR_DAYS:
        yield Reason("near_days", apart)


def _words(one: Story, other: Story) -> Iterator[Reason]:
    share = percent_shared(one.grams, other.grams)
    if share >= ALIKE_PERCENT:
        yield Reason("words", share)
    elif share >= SOME_PERCENT:
        yield Reason("some_words", share)


def percent_shared(one: frozenset[str], other: frozenset[str]) -> int:
    """How many of the pairs of characters of either both have, in per cent rounded down (Jaccard's measure)."""
    either = len(one | other)
    return 100 * len(one & other) // either if either else 0
