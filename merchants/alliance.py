"""Alliances (联盟): whose goods are taken by whom, and who bears the cost. Pure.

No text on this was found. The alliance's own agreement decides, kept as data with days. This is
an assumption of ours, and is shown as such: the promise on the *purchase date* binds.

Which date decides what:

- The **purchase date** decides what the buyer may ask for: that the seller was a member, that the taker was one, and
  which row of the matrix held. A member's exit and a narrower row therefore keep what was bought before them.
- The **hand-in date** can only add: a taker or a row that came after the purchase is no right of the buyer's, and a
  person at the counter decides (``look``). It can take nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from merchants.rules import Verdict
from workflows.errors import FieldError

WHOLE = 10_000
"""Shares are counted in basis points: ten thousand are the whole."""

MOST_FEN = 100_000_000


@dataclass(frozen=True)
class Period:
    """Days from one on; ``until`` is the first day that no longer belongs to it, None where no end is known."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the day belongs to it."""
        return self.since <= on and (self.until is None or on < self.until)

    def meets(self, other: Period) -> bool:
        """Whether the two share a day; the database refuses two memberships of one party that do."""
        return (other.until is None or self.since < other.until) and (self.until is None or other.since < self.until)


@dataclass(frozen=True)
class Belongs:
    """A confirmed member (an enterprise or a brand) and when it is one."""

    member: UUID
    period: Period


@dataclass(frozen=True)
class Row:
    """One row of the acceptance matrix; what is empty stands for any.

    :param goods_of: whose goods; None for any member's.
    :param taken_by: who takes them; None for any member.
    :param sold_in: cities where they were bought, ``handed_in`` cities where they are handed in.
    :param most_fen: the dearest item taken without a person looking, in fen.
    """

    period: Period
    goods_of: UUID | None = None
    taken_by: UUID | None = None
    categories: tuple[str, ...] = ()
    sold_in: tuple[str, ...] = ()
    handed_in: tuple[str, ...] = ()
    most_fen: int | None = None


@dataclass(frozen=True)
class Matrix:
    """An alliance's members and rows, as they ever were."""

    alliance: UUID
    period: Period
    members: tuple[Belongs, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Question:
    """Whether something may be handed in somewhere: what the answer depends on.

    :param goods_of: the seller: its enterprise, and its brand where it holds one.
    :param taken_by: the same of the store where the goods are handed in.
    :param amount_fen: price of the item in fen; None where it is not known yet.
    """

    goods_of: frozenset[UUID]
    taken_by: frozenset[UUID]
    category: str
    city_of_sale: str
    city_of_hand_in: str
    bought_on: date
    handed_in_on: date
    amount_fen: int | None = None


@dataclass(frozen=True)
class Answer:
    """Yes, no, or a person must look – and why, by codes of the catalogue (``acceptance.*``)."""

    verdict: Verdict
    reasons: tuple[str, ...]


def accepts(matrix: Matrix, asked: Question) -> Answer:
    """Whether an alliance's matrix lets goods be handed in at a store; every question has exactly one answer.

    The answer looks at the alliance alone. That the seller's promise names the alliance and, across cities, the other
    city, is read from the promise's version on the purchase date by whoever asks.
    """
    if asked.handed_in_on < asked.bought_on:
        return Answer(Verdict.NO, ("before_purchase",))
    if not _member(matrix, asked.goods_of, asked.bought_on):
        return Answer(Verdict.NO, ("seller_outside",))
    bound = _on(matrix, asked, asked.bought_on)
    if bound.verdict is not Verdict.NO or asked.handed_in_on == asked.bought_on:
        return _noted(matrix, asked, bound)
    since = _on(matrix, asked, asked.handed_in_on)
    return bound if since.verdict is Verdict.NO else Answer(Verdict.LOOK, ("since_purchase", *since.reasons))


def _noted(matrix: Matrix, asked: Question, bound: Answer) -> Answer:
    """What binds since the purchase, with a note where the taker has left meanwhile."""
    left = bound.verdict is not Verdict.NO and not _member(matrix, asked.taken_by, asked.handed_in_on)
    return Answer(bound.verdict, (*bound.reasons, "left_since")) if left else bound


def _on(matrix: Matrix, asked: Question, on: date) -> Answer:
    """What the matrix of one day says; the best of its rows."""
    if not _member(matrix, asked.taken_by, on):
        return Answer(Verdict.NO, ("taker_outside",))
    rows = [row for row in matrix.rows if row.period.holds(on) and _pair(row, asked)]
    if not rows:
        return Answer(Verdict.NO, ("no_row",))
    fitting = [row for row in rows if _fits(row, asked)]
    if not fitting:
        return Answer(Verdict.NO, ("not_covered",))
    return _limit(fitting, asked.amount_fen)


def _member(matrix: Matrix, parties: frozenset[UUID], on: date) -> bool:
    if not matrix.period.holds(on):
        return False
    return any(m.member in parties and m.period.holds(on) for m in matrix.members)


def _pair(row: Row, asked: Question) -> bool:
    whose = row.goods_of is None or row.goods_of in asked.goods_of
    return whose and (row.taken_by is None or row.taken_by in asked.taken_by)


def _fits(row: Row, asked: Question) -> bool:
    wanted = (
        (row.categories, asked.category),
        (row.sold_in, asked.city_of_sale),
        (row.handed_in, asked.city_of_hand_in),
    )
    return all(not listed or value in listed for listed, value in wanted)


def _limit(rows: Iterable[Row], amount_fen: int | None) -> Answer:
    """Within the widest limit: yes; above it, or with a price that is not known: a person looks."""
    limits = [row.most_fen for row in rows]
    known = [most for most in limits if most is not None]
    if len(known) < len(limits):
        return Answer(Verdict.YES, ("accepted",))
    if amount_fen is None:
        return Answer(Verdict.LOOK, ("amount_unknown",))
    return Answer(Verdict.YES, ("accepted",)) if amount_fen <= max(known) else Answer(Verdict.LOOK, ("over_limit",))


ORDER = (Verdict.YES, Verdict.LOOK, Verdict.NO)


def best(answers: Iterable[Answer]) -> Answer:
    """The answer most in the buyer's favour, of several alliances; no where there is none in common."""
    none = Answer(Verdict.NO, ("no_alliance",))
    return min(answers, key=lambda answer: ORDER.index(answer.verdict), default=none)


def share_faults(field: str, parts: Mapping[str, int], bearers: tuple[str, ...]) -> list[FieldError]:
    """What is wrong with the shares of a cost: they are whole basis points of its bearers and make up the whole."""
    if set(parts) != set(bearers) or not all(0 <= part <= WHOLE for part in parts.values()):
        message = f"must give each of {', '.join(bearers)} a share from 0 to {WHOLE} basis points"
        return [FieldError(field, "share.parts", message)]
    if sum(parts.values()) != WHOLE:
        return [FieldError(field, "share.sum", f"must add up to {WHOLE} basis points, not {sum(parts.values())}")]
    return []


def split(amount_fen: int, parts: Mapping[str, int]) -> dict[str, int]:
    """An amount by shares, in whole fen that add up to it exactly; the last bearer bears what rounding leaves.

    :raises ValueError: the shares do not make up the whole.
    """
    if sum(parts.values()) != WHOLE:
        raise ValueError("the shares do not make up the whole")
    borne = {bearer: amount_fen * part // WHOLE for bearer, part in parts.items()}
    last = [bearer for bearer, part in parts.items() if part][-1]
    borne[last] += amount_fen - sum(borne.values())
    return borne
