"""A promise in plain words, a sentence for each thing that a buyer wants to know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.catalogue import text
from merchants import codes
from merchants.models import Promise
from merchants.promise import PromiseTerms, of_facts


def lines(terms: PromiseTerms, lang: str) -> list[str]:
    """What a promise says, most important first.

    :param lang: ``zh`` or ``en``.
    """
    return [
        text("terms.days", lang, n=terms.days),
        text("terms.categories", lang, list=_named("category", terms.categories, lang)),
        *_reach(terms, lang),
        text("terms.refund_now", lang) if terms.on_the_spot else text("terms.refund_hours", lang, n=terms.refund_hours),
        text("terms.condition", lang, text=text(f"condition.{terms.condition}", lang)),
        text("terms.proofs", lang, list=_named("proof", terms.proofs, lang)),
        *(text(f"terms.{name}", lang, text=text(f"{name}.{getattr(terms, name)}", lang)) for name in CHOICES),
        *_exclusions(terms, lang),
    ]


CHOICES = ("freight", "gifts", "bundles")
REACH = ("cross_store", "alliance", "cross_city")


def _reach(terms: PromiseTerms, lang: str) -> list[str]:
    return [text(f"terms.{name}", lang) for name in REACH if getattr(terms, name)] or [text("terms.own_only", lang)]


def _exclusions(terms: PromiseTerms, lang: str) -> list[str]:
    if not terms.exclusions:
        return []
    said = text("terms.exclusions", lang, list=_named("exclusion", terms.exclusions, lang))
    asks = set(terms.exclusions) & set(codes.OUT_IF_CONFIRMED)
    return [said, text("terms.confirmed", lang)] if asks else [said]


def _named(kind: str, listed: Iterable[str], lang: str) -> str:
    return text("terms.join", lang).join(text(f"{kind}.{code}", lang) for code in listed)


def on(versions: Iterable[Promise], day: date) -> Promise | None:
    """The version among a store's that held on a day."""
    return next((version for version in versions if day in version.valid), None)


def of_version(version: Promise | None, lang: str) -> list[str]:
    """What a version says; nothing where there is none."""
    return [] if version is None else lines(of_facts(version.terms), lang)
