"""The dictionary of codes: categories, problems, requests, grounds. Pure data, one version at a time.

Categories and problems carry the names of the published statistics; no official code table was found, so
the codes are ours. Grounds are those of Order 121 (art. 16, 23) and Order 20 (art. 15, 21), whose texts
are quoted from the orders in ``app/texts``.
"""

from __future__ import annotations

from datetime import date

from complaints.terms import O121_IN_FORCE
from merchants import codes as merchants

VERSION = 1

CATEGORIES = merchants.CATEGORIES

PROBLEMS = (
    "quality",
    "after_sales",
    "contract",
    "food_safety",
    "unfair_competition",
    "advertising",
    "personal_rights",
    "price",
    "measure",
    "safety",
    "trademark",
    "counterfeit",
    "false_promotion",
    "other",
)

REQUESTS = ("repair", "redo", "replace", "return", "make_up_quantity", "refund", "compensation")
"""What may be asked for (form 1, note 4)."""

ORDER_20 = "O20"
ORDER_121 = "O121"
RULE_SETS = (ORDER_20, ORDER_121)

REFUSALS = {
    ORDER_20: tuple(f"O20-15-{n}" for n in range(1, 7)),
    ORDER_121: tuple(f"O121-16-{n}" for n in range(1, 8)),
}
"""Grounds for not accepting a complaint, by rule set."""

TWO_PEOPLE = "O121-16-3"
"""Not for daily-life consumption (art. 16(3), 17): declined by two people only, after the consumer was asked."""

TERMINATIONS = {
    ORDER_20: tuple(f"O20-21-{n}" for n in range(1, 8)),
    ORDER_121: tuple(f"O121-23-{n}" for n in range(1, 9)),
}
"""Grounds for ending mediation, by rule set. The first one of each: withdrawn, or settled by the parties themselves."""

TOLD_BY = ("internet", "phone", "sms", "email", "post")
"""The media of telling (forms 5–8 and 10, notes)."""

VERIFY_STEPS = ("visit", "papers", "interview", "online", "sample", "other")
"""What an officer does to verify a report (核查); no official code table was found, so the codes are ours."""

SIDES = ("complainant", "respondent")
RATED_FOR = ("quick", "slow", "clear", "unclear", "fair", "unfair", "paid", "unpaid")
"""Reasons to tick beside a rating; our own words, since no list was found."""

KEPT = ("yes", "partly", "no")
"""Whether a promise was kept, as the consumer says some weeks later."""

OTHER_WAYS = ("negotiate", "association", "agency", "arbitration", "court")
"""The five ways of Consumer Protection Law art. 39, named to whoever's complaint is not accepted."""


def rule_set(received: date) -> str:
    """The order that governs a complaint, by its day of receipt; neither order has a transition clause."""
    return ORDER_121 if received >= O121_IN_FORCE else ORDER_20


def dictionary() -> dict[str, tuple[str, ...]]:
    """Every list of codes by its name, as the API publishes them."""
    return {
        "problem": PROBLEMS,
        "requests": REQUESTS,
        "refusal": REFUSALS[ORDER_20] + REFUSALS[ORDER_121],
        "termination": TERMINATIONS[ORDER_20] + TERMINATIONS[ORDER_121],
        "told_by": TOLD_BY,
        "rated_for": RATED_FOR,
        "kept": KEPT,
        "verify_step": VERIFY_STEPS,
    }
