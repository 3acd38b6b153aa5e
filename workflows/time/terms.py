"""A term: how long the law gives, counted how, by which article, and when that article was in force.

Terms are data. Each domain lists its own in its ``terms`` room; a :class:`TermBook` finds the version
that applies, by the day the clock starts and, where the rule set depends on it, the day of receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from workflows.errors import NotFound


class Unit(Enum):
    """How a term is counted."""

    WORKING_DAYS = "working_days"
    DAYS = "days"


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, both included; None is open-ended."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


ALWAYS = Span()
DECLARED = "setting"
"""Stands in an article's place where no text says how long: the amount is a declared setting."""


@dataclass(frozen=True)
class Term:
    """One version of one statutory period (期限).

    :param code: stable name, ``complaint.accept``.
    :param amount: length in ``unit``.
    :param article: where the law says so, in the law's own short form (``O121 15``).
    :param title: what the period is for, in Chinese and in English.
    :param started: the start days that this version governs.
    :param received: the days of receipt that this version governs (the rule set is chosen by receipt).
    :param pauses: kinds of event that stop the count; the only pause of mediation is testing.
    :param extension: what one approved extension adds, in ``unit``; 0 where the law knows none.
    """

    code: str
    amount: int
    unit: Unit
    article: str
    title: tuple[str, str]
    started: Span = ALWAYS
    received: Span = ALWAYS
    pauses: frozenset[str] = frozenset()
    extension: int = 0

    @property
    def version(self) -> str:
        """Names this version of the rule; stored with every date it made, a declared amount included."""
        name = f"{self.code}@{self.article.replace(' ', '-')}"
        return f"{name}:{self.amount}" if self.article == DECLARED else name

    def of(self, amount: int) -> Term:
        """The term with the amount that the declared setting has."""
        return replace(self, amount=amount)

    @property
    def in_force(self) -> Span:
        """From when to when the version rules, by start or by receipt, whichever bounds it."""
        return Span(
            max((d for d in (self.started.first, self.received.first) if d), default=None),
            min((d for d in (self.started.last, self.received.last) if d), default=None),
        )

    def precedes(self, start: date) -> bool:
        """Whether ``start`` lies before this version came into force."""
        first = self.in_force.first
        return first is not None and start < first

    def applies(self, start: date, received: date) -> bool:
        """Whether this version governs a clock started and a matter received on these days."""
        return start in self.started and received in self.received


class TermBook:
    """All versions of all terms, in the order they came into force."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._versions: dict[str, list[Term]] = {}
        for term in terms:
            self._versions.setdefault(term.code, []).append(term)

    def __iter__(self) -> Iterator[Term]:
        return (t for versions in self._versions.values() for t in versions)

    def codes(self) -> list[str]:
        """Every term code, sorted."""
        return sorted(self._versions)

    def find(self, code: str, start: date, received: date | None = None) -> Term:
        """The version of ``code`` that governs a clock starting on ``start``.

        A start before the oldest loaded version gets that version: an illustration, which callers mark
        by :meth:`Term.precedes`.

        :param received: the day of receipt; the start day where it is not given.
        :raises NotFound: no such term, or no version in force on that day.
        """
        if code not in self._versions:
            raise NotFound(
                "term.unknown", f"unknown term {code!r}; known are {', '.join(self.codes())}", field="term", term=code
            )
        for term in self._versions[code]:
            if term.applies(start, received or start):
                return term
        oldest = self._versions[code][0]
        if oldest.precedes(start):
            return oldest
        raise NotFound(
            "term.not_in_force",
            f"no version of {code} was in force for a start on {start} and receipt on {received or start}",
            field="start",
            term=code,
            start=start.isoformat(),
        )

    def by_version(self, version: str) -> Term:
        """The exact version that made a stored date; a declared amount may have been another then.

        :raises NotFound: no such version.
        """
        name, _, amount = version.partition(":")
        for term in self:
            if term.version == version:
                return term
            if amount.isdecimal() and term.version.partition(":")[0] == name:
                return term.of(int(amount))
        raise NotFound("term.unknown", f"unknown term version {version!r}", field="term", term=version)
