"""The life of a consultation (咨询), and the proper ways of what is no complaint and no report (art. 2, 43, 44). Pure.

A consultation has no statutory clock: no text gives one. When it is to be answered is a declared setting, and people
are told that it is ours. What belongs elsewhere is recorded with a number too, and pointed to its way by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from workflows.case.machine import Edge, Machine
from workflows.errors import RuleBroken
from workflows.time.declared import Declared

ASKED = "asked"
ANSWERED = "answered"
POINTED = "pointed"
TURNED = "turned"
ENDED = "closed"

CONSULTATION = Machine(
    name="consultation",
    initial=ASKED,
    begins="ask",
    edges=(
        Edge(ASKED, "answer", ANSWERED, ""),
        Edge(ASKED, "point_elsewhere", POINTED, "O121 44"),
        Edge(ASKED, "turn", TURNED, "O121 9"),
        Edge(ANSWERED, "turn", TURNED, "O121 9"),
        Edge(ANSWERED, "close", ENDED, ""),
        Edge(POINTED, "close", ENDED, ""),
    ),
)

QUESTION = "question"
WAYS: Mapping[str, str] = {
    "disclosure": "O121 44",
    "reconsideration": "O121 44",
    "discipline": "O121 44",
    "antitrust": "O121 43(2)",
    "registration": "O121 43(3)",
    "other_department": "O121 2",
}
"""What somebody may bring that has a way of its own, with the article that says so."""

ABOUTS = (QUESTION, *WAYS)
"""What a consultation is about, as whoever asks says it."""

RULES = ("CPL39", "O121-8", "O121-10", "O121-11", "O121-12", "O121-13", "O121-15", "O121-16", "O121-23", "O121-28")
"""Rules that an answer may lead to."""

LEAST = 5
WORDS = 3000
MOST_LINKS = 5

ANSWER_DAYS = Declared(
    "consultation.answer",
    5,
    1,
    30,
    "working_days",
    ("咨询的答复时间", "to answer a consultation: no text gives a time"),
)
SETTINGS = {ANSWER_DAYS.code: ANSWER_DAYS}


def check_words(field: str, words: str) -> str:
    """A text that says something, trimmed.

    :raises RuleBroken: too short, or too long.
    """
    plain = words.strip()
    if not LEAST <= len(plain) <= WORDS:
        raise RuleBroken("consultation.words", f"{field} needs {LEAST} to {WORDS} characters", field=field)
    return plain


def check_links(links: tuple[str, ...]) -> None:
    """Links to rules that there are, some at most.

    :raises RuleBroken: an unknown one, or too many.
    """
    if len(links) > MOST_LINKS or not set(links) <= set(RULES):
        raise RuleBroken("consultation.links", f"choose up to {MOST_LINKS} of {', '.join(RULES)}", field="links")


def check_way(way: str) -> None:
    """A way that is known.

    :raises RuleBroken: another.
    """
    if way not in WAYS:
        raise RuleBroken("consultation.way", f"choose one of {', '.join(WAYS)}", field="way")
