"""Mediation in its parts (调解): how sides meet, what they offer, how blind bids meet, who pays for testing. Pure.

What no text says – how long before a meeting people are told, how often both may bid – is a declared setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

from workflows.errors import FieldError
from workflows.time.declared import Declared

SITE = "site"
MODES = (SITE, "phone", "video", "internet")
"""How a session is held (art. 20): on site, or by telephone, video or text on the internet."""

CAME, EXCUSED, ABSENT = "came", "excused", "absent"
ATTENDANCE = (CAME, EXCUSED, ABSENT)
"""A side came, stayed away with a good reason (正当理由), or stayed away without one (art. 23(1)(2))."""

AGREED, GO_ON, FAILED, NOT_HELD = "agreed", "go_on", "failed", "not_held"
RESULTS = (AGREED, GO_ON, FAILED, NOT_HELD)
"""What a session ended with; ``failed``: a side said that no agreement is possible (art. 23(1)(3))."""

OFFERS = ("refund", "repair", "replace", "redo", "other")
"""What an offer is about; money may be named with every one of them."""

CHOSEN = ("agreed", "designated")
"""How a laboratory was found: by both sides, or named by the bureau where they could not agree (art. 22(1))."""

BEARERS = ("complainant", "respondent", "shared")
"""Who bears the cost of testing, as both sides agreed (art. 22(2)); ``shared`` is by halves."""

ENTRUSTED_RESULTS = ("agreed", "failed", "unfinished")
"""What an entrusted organisation gives a case back with."""

ORGANISATIONS = ("association", "other")
"""A consumer council (消费者协会、消保委), or another lawfully founded mediation organisation (art. 19)."""

ROUND_ENDS = ("agreed", "declined", "apart", "lapsed")
"""How a round of blind bids ends: both confirmed, a side declined, the limits did not meet, or a day went by."""

NEGOTIATION_ENDS = ("settled", "ended", "lapsed")

SETTINGS = {
    s.code: s
    for s in (
        Declared(
            "session.notice", 2, 1, 15, "days", ("现场调解至少提前几天告知", "to tell of a meeting on site ahead")
        ),
        Declared("bids.rounds", 3, 1, 10, "rounds", ("一件投诉最多几轮暗标", "blind rounds that a case may have")),
        Declared("bids.life", 3, 1, 30, "days", ("一轮暗标几天内有效", "that a round of blind bids is open")),
    )
}
"""Declared settings: Order 121 says "in advance" and no number; blind bids are ours altogether."""

MOST_PAYMENTS = 36
PLACES = 1 << 64


def meet(least: int, most: int, place: int) -> int | None:
    """Where two blind limits meet, in fen: a point of their overlap by lot; None where they do not meet.

    The middle would tell each side the other's limit: twice the proposal less one's own. A point by lot tells only
    that the other's limit lies beyond it, which every possible proposal tells. Every fen of the overlap is as likely
    as any other, so on average it is the middle, and neither side gains by the rule.

    :param least: the least that the complainant would take.
    :param most: the most that the respondent would pay.
    :param place: the lot, from 0 to :data:`PLACES` − 1, known to nobody before both limits are in.
    """
    if least > most:
        return None
    return least + (most - least + 1) * place // PLACES


def share_of(amount_fen: int, percent: int) -> int:
    """A percentage of an amount in whole fen, a half rounded up."""
    return (amount_fen * percent + 50) // 100


@dataclass(frozen=True)
class Payment:
    """One payment of a schedule: by when, and how much in fen."""

    due_on: date
    amount_fen: int


def schedule_faults(payments: Sequence[Payment], whole_fen: int, today: date) -> Iterator[FieldError]:
    """What is wrong with a schedule (分期履行): its days must rise and lie ahead, its amounts make up the whole."""
    if not 2 <= len(payments) <= MOST_PAYMENTS:
        yield FieldError("instalments", "schedule.count", f"has from 2 to {MOST_PAYMENTS} payments")
    if any(p.amount_fen <= 0 for p in payments):
        yield FieldError("instalments", "schedule.amount", "every payment is more than nothing")
    elif sum(p.amount_fen for p in payments) != whole_fen:
        yield FieldError("instalments", "schedule.sum", f"the payments must add up to {whole_fen} fen")
    days = [p.due_on for p in payments]
    if any(later <= before for before, later in pairwise(days)):
        yield FieldError("instalments", "schedule.order", "every payment is due later than the one before it")
    if days and days[0] < today:
        yield FieldError("instalments", "schedule.past", "no payment is due before today")


def too_soon(mode: str, on: date, today: date, notice: int) -> bool:
    """Whether people would not be told of a session in advance: on site some days, by telephone the same day."""
    return on < today + timedelta(days=notice if mode == SITE else 0)


class Appeared(Protocol):
    """A recorded session, as far as its facts support an ending."""

    complainant: str | None
    respondent: str | None
    result: str | None


GROUNDS: Mapping[str, Mapping[str, str]] = {
    "O121": {"absent": "O121-23-2", "failed": "O121-23-3", "cost": "O121-23-4"},
    "O20": {"absent": "O20-21-3", "failed": "O20-21-4", "cost": "O20-21-2"},
}
"""The grounds of ending that what happened in mediation supports, by rule set."""


def supported(rule_set: str, sessions: Sequence[Appeared], *, no_cost_agreement: bool) -> dict[str, str]:
    """The grounds for ending mediation that recorded facts support, and which fact that is (art. 23(1)(2)–(4)).

    A fact supports a ground; whether mediation ends remains an officer's decision.
    """
    found = set()
    for held in sessions:
        if ABSENT in (held.complainant, held.respondent):
            found.add("absent")
        if held.result == FAILED:
            found.add("failed")
    if no_cost_agreement:
        found.add("cost")
    return {ground: fact for fact, ground in GROUNDS[rule_set].items() if fact in found}
