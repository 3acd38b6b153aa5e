"""The commitment letter (承诺书), made from a promise: each clause with the law it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.catalogue import text
from app.views.promises import lines
from merchants import codes
from merchants.promise import PromiseTerms


@dataclass(frozen=True)
class Signer:
    """Who commits itself, and for which place."""

    firm: str
    uscc: str
    store: str
    address: str


@dataclass(frozen=True)
class Clause:
    """One clause: what it says, the lines under it, and what it rests on."""

    words: str
    lines: tuple[str, ...] = ()
    rests_on: str = ""


def clauses(signer: Signer, terms: PromiseTerms, lang: str) -> list[Clause]:
    """The letter, clause by clause; the promise itself is its second."""
    who = {"firm": signer.firm, "uscc": signer.uscc, "store": signer.store, "address": signer.address}
    said = _clause("promise", lang, lines=tuple(lines(terms, lang)))
    return [Clause(text("letter.who", lang, **who)), said, *general([terms], lang)]


def general(promised: Iterable[PromiseTerms], lang: str) -> list[Clause]:
    """What every letter says besides its promise; one letter may be over the promises of many stores."""
    left_out = {exclusion for terms in promised for exclusion in terms.exclusions}
    confirmed = ("confirmed",) if left_out & set(codes.OUT_IF_CONFIRMED) else ()
    names = ("binding", "refund", "opened", *confirmed, "shown", "faulty", "changes", "leaving")
    return [_clause(name, lang) for name in names]


def _clause(name: str, lang: str, lines: tuple[str, ...] = ()) -> Clause:
    return Clause(text(f"letter.{name}", lang), lines, text(f"letter_on.{name}", lang))
