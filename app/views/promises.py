"""A promise in plain words, one sentence for each thing that a buyer asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.catalogue import text
from merchants.promise import PromiseTerms


def lines(terms: PromiseTerms, lang: str) -> list[str]:
    """What a promise says, in the order in which a buyer wants to know it.

    :param lang: ``zh`` or ``en``.
    """
    return [
        text("promise_says.days", lang, n=terms.days),
        text("promise_says.categories", lang, list=_joined("category", terms.categories, lang)),
        *_exclusions(terms, lang),
        text(f"condition.{terms.condition}", lang),
        text("promise_says.proofs", lang, list=_joined("proof", terms.proofs, lang)),
        *(text(f"{name}.{getattr(terms, name)}", lang) for name in ("gifts", "bundles", "freight")),
        text("promise_says.at_once", lang)
        if terms.on_the_spot
        else text("promise_says.refund", lang, n=terms.refund_hours),
        *_reach(terms, lang),
    ]


def _exclusions(terms: PromiseTerms, lang: str) -> Iterator[str]:
    if not terms.exclusions:
        yield text("promise_says.no_exclusions", lang)
        return
    yield text("promise_says.exclusions", lang, list=_joined("exclusion", terms.exclusions, lang))
    if terms.confirmed:
        yield text("promise_says.confirmed", lang)


def _reach(terms: PromiseTerms, lang: str) -> list[str]:
    places = [name for name in ("cross_store", "alliance", "cross_city") if getattr(terms, name)]
    return [text(f"promise_says.{name}", lang) for name in places or ("own_only",)]


def _joined(prefix: str, codes: Iterable[str], lang: str) -> str:
    return text("promise_says.join", lang).join(text(f"{prefix}.{code}", lang) for code in codes)
