"""A promise in plain words: for the preview, the store's page, the plaque."""

from __future__ import annotations

from app.catalogue import text
from merchants.promise import PromiseTerms

HOURS_A_DAY = 24


def lines(terms: PromiseTerms, lang: str) -> list[str]:
    """What a promise says, line by line, in the order in which a buyer asks."""
    return [
        text("promise.line.days", lang, days=terms.days),
        text("promise.line.covers", lang, what=_listed("category", terms.categories, lang)),
        *_left_out(terms, lang),
        text(f"condition.{terms.condition}", lang),
        text("promise.line.proofs", lang, what=_listed("proof", terms.proofs, lang, "promise.or")),
        text(f"gifts.{terms.gifts}", lang),
        text(f"bundles.{terms.bundles}", lang),
        text(f"freight.{terms.freight}", lang),
        refund(terms, lang),
        where(terms, lang),
    ]


def short(terms: PromiseTerms, lang: str) -> tuple[str, ...]:
    """The promise in few short lines, for a plaque."""
    return (
        text("promise.short.days", lang, days=terms.days),
        text("promise.short.proof", lang),
        refund(terms, lang),
        where(terms, lang),
    )


def refund(terms: PromiseTerms, lang: str) -> str:
    """When the money comes back."""
    if terms.on_the_spot:
        return text("promise.line.at_once", lang)
    if terms.refund_hours % HOURS_A_DAY == 0 and terms.refund_hours > 2 * HOURS_A_DAY:
        return text("promise.line.refund_days", lang, n=terms.refund_hours // HOURS_A_DAY)
    return text("promise.line.refund_hours", lang, n=terms.refund_hours)


def where(terms: PromiseTerms, lang: str) -> str:
    """Where goods may be handed in."""
    reach = ("store" if terms.cross_store else "") + ("_alliance" if terms.alliance else "")
    key = f"promise.where.{reach.strip('_') or 'here'}{'_city' if terms.cross_city else ''}"
    return text(key, lang)


def _left_out(terms: PromiseTerms, lang: str) -> list[str]:
    if not terms.exclusions:
        return []
    return [text("promise.line.not", lang, what=_listed("exclusion", terms.exclusions, lang))]


def _listed(table: str, codes: tuple[str, ...], lang: str, between: str = "promise.and") -> str:
    return text(between, lang).join(text(f"{table}.{code}", lang) for code in codes)
