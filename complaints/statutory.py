"""What the law gives in any case (法律保底), by the facts of a complaint: shown before anybody confirms terms. Pure.

Only articles whose text the project has are named. What a law outside of them gives – damages in multiples, rules of
a trade – is not known here, and is said to be unknown: never guessed, and never taken for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FAULTY = ("quality", "counterfeit", "safety")
"""Problems that are about what the goods are."""


@dataclass(frozen=True)
class Given:
    """One thing that a text gives.

    :param code: names its words in the catalogue.
    :param article: the text, in the short form of the terms.
    :param fen: the least sum it gives, where the facts tell one.
    """

    code: str
    article: str
    fen: int | None = None


def gives(
    category: str, problem: str, requests: Sequence[str], amount_fen: int, *, online: bool, promised: bool
) -> list[Given]:
    """What the law gives on these facts, as they were stated and without their being proved.

    :param online: bought from a distance: on line, by telephone or by post.
    :param promised: the shop's promise of returns was in force.
    """
    goods, returns = category.startswith("goods."), bool({"return", "refund"} & set(requests))
    found = []
    if goods and problem in FAULTY:
        found.append(Given("faulty", "CPL 24", amount_fen if returns else None))
    if goods and online:
        found.append(Given("online", "CPL 25", amount_fen if returns else None))
    if promised:
        found.append(Given("promise", "IR 12"))
    if goods and returns:
        found.append(Given("one_sum", "IR 18(2)"))
    return found
