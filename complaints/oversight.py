"""Overseeing the work (督办、约谈): warnings before a period ends, two small machines, who decides for a head. Pure.

No text at hand gives a ladder of warnings, a form of a supervision order or a procedure of talks between a bureau and
a firm; all of this is declared practice, and is shown as such. Talks as a means are named for the seven-day returns of
online sellers (网络购买商品七日无理由退货暂行办法, art. 28); nothing follows from one but what the firm undertakes.
"""

from __future__ import annotations

from datetime import date, timedelta

from workflows.case.machine import Edge, Machine
from workflows.errors import RuleBroken
from workflows.time.declared import Declared

PRACTICE = "declared practice"

SETTINGS = {
    s.code: s
    for s in (
        Declared(
            "warning.first", 50, 10, 90, "percent", ("期限过去多少时首次提醒", "of a period gone at the first warning")
        ),
        Declared(
            "warning.second",
            80,
            20,
            99,
            "percent",
            ("期限过去多少时再次提醒承办人和负责人", "of a period gone at the second warning, to the head too"),
        ),
        Declared(
            "warning.eve", 1, 1, 5, "working days", ("到期前几个工作日最后提醒", "before the end at the last warning")
        ),
        Declared(
            "oversight.soon",
            2,
            1,
            10,
            "working days",
            ("几个工作日内到期算“即将到期”", "within which a case counts as due soon"),
        ),
    )
}
"""Declared settings: no text gives these numbers."""

FIRST, SECOND, EVE = "first", "second", "eve"
LEVELS = (FIRST, SECOND, EVE)
"""Warnings before the end of a period; what is overdue is a question and no state."""

ISSUED, ANSWERED, CLOSED, WITHDRAWN = "issued", "answered", "closed", "withdrawn"

ORDER = Machine(
    name="order",
    initial=ISSUED,
    begins="issue",
    edges=(
        Edge(ISSUED, "answer", ANSWERED, PRACTICE),
        Edge(ISSUED, "withdraw", WITHDRAWN, PRACTICE),
        Edge(ANSWERED, "send_back", ISSUED, PRACTICE),
        Edge(ANSWERED, "close", CLOSED, PRACTICE),
    ),
)
"""A supervision order (督办单): a bureau is to answer by a day; whoever issued it closes it (销号)."""

NOTIFIED, HELD, CANCELLED = "notified", "held", "cancelled"

TALK = Machine(
    name="talk",
    initial=NOTIFIED,
    begins="notify",
    edges=(
        Edge(NOTIFIED, "hold", HELD, PRACTICE),
        Edge(NOTIFIED, "cancel", CANCELLED, PRACTICE),
        Edge(HELD, "close", CLOSED, PRACTICE),
    ),
)
"""A talk with a firm (约谈): told, held with a record and what the firm undertakes, closed once that was looked into.

No article at hand gives its steps."""

TALK_NOTES = {"acknowledge": (NOTIFIED,)}
"""Verbs of a talk that leave its state as it is: the firm says that it knows of it."""

MACHINES = (ORDER, TALK)

ABOUT = ("case", "backlog")
"""What a supervision order is about: one case, or what has piled up at a bureau."""

LONGEST = timedelta(days=366)
MOST_WORDS = 1000
PLACE = 200
MOST_NUMBERS = 50


def check_words(field: str, words: str) -> str:
    """What has to be said, without the space around it.

    :raises RuleBroken: nothing, or more than anybody reads.
    """
    if not 1 <= len(words.strip()) <= MOST_WORDS:
        raise RuleBroken("oversight.words", f"say it in 1 to {MOST_WORDS} characters", field=field, most=MOST_WORDS)
    return words.strip()


def check_ahead(field: str, day: date, today: date) -> None:
    """A day that something is to be done by.

    :raises RuleBroken: it lies behind, or more than a year ahead.
    """
    if not today <= day <= today + LONGEST:
        last = today + LONGEST
        raise RuleBroken("oversight.day", f"must lie from {today} to {last}", field=field, first=today, last=last)


def check_deputy_days(from_on: date, until_on: date, today: date) -> None:
    """The days that a deputy stands in for, both included.

    :raises RuleBroken: they end before they begin, lie behind, or are longer than a year.
    """
    if not from_on <= until_on <= from_on + LONGEST or until_on < today:
        message = "ends before it begins, lies behind, or is longer than a year"
        raise RuleBroken("deputy.days", message, field="until_on")
