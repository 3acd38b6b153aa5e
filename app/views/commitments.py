"""The commitment letter (承诺书), made from a promise: each clause with the law it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterator
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
    return list(_clauses(signer, terms, lang))


def _clauses(signer: Signer, terms: PromiseTerms, lang: str) -> Iterator[Clause]:
    who = {"firm": signer.firm, "uscc": signer.uscc, "store": signer.store, "address": signer.address}
    yield Clause(text("letter.who", lang, **who))
    yield _clause("promise", lang, lines=tuple(lines(terms, lang)))
    yield _clause("binding", lang)
    yield _clause("refund", lang)
    yield _clause("opened", lang)
    if set(terms.exclusions) & set(codes.OUT_IF_CONFIRMED):
        yield _clause("confirmed", lang)
    yield _clause("shown", lang)
    yield _clause("faulty", lang)
    yield _clause("changes", lang)
    yield _clause("leaving", lang)


def _clause(name: str, lang: str, lines: tuple[str, ...] = ()) -> Clause:
    return Clause(text(f"letter.{name}", lang), lines, text(f"letter_on.{name}", lang))
