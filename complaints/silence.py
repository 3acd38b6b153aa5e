"""A firm's silence (沉默): for how many days it has known of a complaint and answered nothing. Pure.

No text says what silence means, so nothing follows from it by itself: it is counted and shown. A firm answers by any
act of its own, or where an officer has written down what it said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

RESPONDENT = "respondent"
MERCHANT = "merchant"
ENDS = ("close", "withdraw", "decline")


@dataclass(frozen=True)
class Act:
    """One event of the journal.

    :param role: who acted.
    :param side: for whom it speaks, where the event says so.
    """

    event: str
    on: date
    role: str
    side: str = ""


@dataclass(frozen=True)
class Silence:
    """How a firm has answered.

    :param answered_on: the day of its first answer, None while there is none.
    :param days: calendar days from when it was told to its first answer, to the case's end, or to today.
    """

    told_on: date
    answered_on: date | None
    days: int


def answers(act: Act) -> bool:
    """Whether an event is an answer of the firm."""
    return act.role == MERCHANT or act.side == RESPONDENT


def silence(acts: Iterable[Act], told_on: date, today: date) -> Silence:
    """The silence of a firm in one case.

    :param acts: the case's events, in their order.
    :param told_on: the day the firm could first see the case.
    """
    last = today
    for act in acts:
        if act.on >= told_on and answers(act):
            return Silence(told_on, act.on, (act.on - told_on).days)
        if act.event in ENDS:
            last = min(last, max(act.on, told_on))
    return Silence(told_on, None, max(0, (last - told_on).days))
