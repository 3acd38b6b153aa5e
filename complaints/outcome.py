"""What became of an agreement (履行结果): which proof makes it what, and the settings no text gives. Pure.

An agreement is *resolved* only with proof. ``confirmed``: the consumer says it was kept. ``receipt``: an officer
matched the firm's receipt with what was agreed. ``silent``: the firm said it performed, the consumer was told and did
not answer in time – counted apart, never as a confirmation. ``denied``: the consumer says it was not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.time.declared import Declared

CONFIRMED = "confirmed"
RECEIPT = "receipt"
SILENT = "silent"
DENIED = "denied"
KINDS = (CONFIRMED, RECEIPT, SILENT, DENIED)
PROVED = (CONFIRMED, RECEIPT)
"""What counts as resolved with proof."""

QUESTIONS = ("rate", "kept")
"""What a consumer is asked by link: to rate how the case was handled; weeks later, whether the promise was kept."""

UNHAPPY = 2
"""A rating of one or two of five opens a return visit."""

REASONS = ("unhappy", "denied", "broken", "sample")
"""Why a case is visited again: an unhappy rating, a denied performance, a broken promise, the lot."""

RESULTS = ("solved", "unsolved", "unreached")
"""What a return visit found; nobody reached is a result too, and is counted as what it is."""

SETTINGS = {
    s.code: s
    for s in (
        Declared(
            "outcome.silence",
            15,
            3,
            90,
            "days",
            (
                "商家称已履行并通知消费者后，多少天没有答复记为“未答复”",
                "until a consumer who was asked counts as silent",
            ),
        ),
        Declared(
            "question.life", 30, 3, 180, "days", ("免登录评价链接的有效期", "how long a link to answer by is good")
        ),
        Declared(
            "question.kept", 21, 7, 180, "days", ("办结多少天后询问承诺是否兑现", "until a consumer is asked anew")
        ),
        Declared("return_visit.due", 7, 1, 60, "days", ("回访任务的完成期限", "to make a return visit")),
    )
}
"""Declared settings: no text gives these numbers."""


def enough(performed_fen: int | None, agreed_fen: int | None) -> bool:
    """Whether what was performed, in fen, is at least what was agreed; what was not said is not enough."""
    return performed_fen is not None and agreed_fen is not None and performed_fen >= agreed_fen


def whole(payments: Iterable[tuple[bool, object]]) -> bool:
    """Whether every payment of a schedule was made and has its proof; an agreement without one is kept in one piece.

    :param payments: of each, whether it was made, and its proof: a file, or the day on which the consumer confirmed it.
    """
    return all(paid and proof for paid, proof in payments)


def may_perform(latest: str | None, *, is_open: bool) -> bool:
    """Whether performance may be recorded: nothing waits for an answer, and nothing has been proved.

    :param latest: the kind of the last outcome that is known.
    """
    return not is_open and latest not in PROVED


def may_answer(latest: str | None) -> bool:
    """Whether the consumer may still say what became of it: silence is broken by an answer, proof is not undone."""
    return latest not in PROVED


def asks_for_visit(event: str, facts: Mapping[str, Any]) -> str | None:
    """Why an event asks for a return visit, if it does.

    :param facts: the event's open facts, as the journal has them.
    """
    if event == "deny":
        return "denied"
    if event == "evaluate" and facts["score"] <= UNHAPPY:
        return "unhappy"
    return "broken" if event == "answer_kept" and facts["kept"] == "no" else None
