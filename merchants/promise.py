"""A promise (承诺) as data: what it says, what it may not say, and when a new version says less. Pure.

A promise of no-reason returns in shops is voluntary and binds once made (IR 12). What it may not fall below is
checked here, each fault with the article or standard it comes from; what no text says is left to the shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from merchants import codes
from workflows.errors import FieldError

LEAST_DAYS = 7
"""The least window in Jiangsu (JS-23), and that of the law for sales at a distance (CPL 25)."""

MOST_DAYS = 366
MOST_REFUND_HOURS = 7 * 24
"""Refund within seven days of the goods' coming back (CPL 25, 7D 13), also for a promise made in a shop."""

ADVANCE_HOURS = 48
"""Jiangsu's practice with the advance fund (JS-23); shown as the aim, longer is possible."""


@dataclass(frozen=True)
class PromiseTerms:
    """What one version of a promise says.

    :param days: length of the window in days. It runs from delivery, or from completed installation where the trader
        installs (IR 18(1)); that is law and no choice.
    :param categories: categories of goods and services it covers.
    :param exclusions: kinds of goods left out, of the seven-day rule's lists.
    :param confirmed: the buyer confirms an exclusion at purchase where the rule asks for it (7D 7, IR 19(2)).
    :param proofs: any one of them will do as proof of purchase.
    :param refund_hours: hours from accepting the goods to the refund, by the way the payment came (7D 14); 0: at once.
    :param cross_store: goods go back at any store of the same enterprise or brand that promises so.
    :param alliance: at stores of the alliance, by its acceptance matrix.
    :param cross_city: also in the other city.
    """

    days: int
    categories: tuple[str, ...]
    exclusions: tuple[str, ...] = codes.ALWAYS_OUT
    confirmed: bool = True
    condition: str = "resaleable"
    proofs: tuple[str, ...] = ("invoice", "receipt", "payment_record")
    gifts: str = "return_or_pay"
    bundles: str = "item_price"
    freight: str = "consumer"
    refund_hours: int = ADVANCE_HOURS
    cross_store: bool = False
    alliance: bool = False
    cross_city: bool = False

    def facts(self) -> dict[str, Any]:
        """The promise as plain data, for keeping and publishing."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @property
    def on_the_spot(self) -> bool:
        """Whether the money comes back at the counter."""
        return self.refund_hours == 0


def of_facts(facts: Mapping[str, Any]) -> PromiseTerms:
    """The promise that plain data says."""
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in facts.items()}
    return PromiseTerms(**values)


def faults(terms: PromiseTerms) -> list[FieldError]:
    """Everything that keeps a promise from being made, by field; empty when it can be."""
    return [
        *_days(terms.days),
        *_listed("categories", terms.categories, codes.CATEGORIES, least=1),
        *_listed("exclusions", terms.exclusions, codes.EXCLUSIONS, least=0),
        *_confirmed(terms),
        *_choices(terms),
        *_listed("proofs", terms.proofs, codes.PROOFS, least=1),
        *_refund(terms.refund_hours),
        *_reach(terms),
    ]


def _days(days: int) -> Iterator[FieldError]:
    if days < LEAST_DAYS:
        yield FieldError("days", "promise.days_least", f"must be at least {LEAST_DAYS} days (JS-23)")
    elif days > MOST_DAYS:
        yield FieldError("days", "promise.days_most", f"must be at most {MOST_DAYS} days")


def _listed(field: str, given: tuple[str, ...], known: tuple[str, ...], least: int) -> Iterator[FieldError]:
    if len(given) < least:
        yield FieldError(field, "required", "needs at least one")
    elif not set(given) <= set(known) or len(set(given)) != len(given):
        yield FieldError(field, "choice", "has an unknown code, or one twice; GET /api/v1/codes lists them")


def _confirmed(terms: PromiseTerms) -> Iterator[FieldError]:
    needs = [code for code in terms.exclusions if code in codes.OUT_IF_CONFIRMED]
    if needs and not terms.confirmed:
        message = f"{', '.join(needs)} may be left out only where the buyer confirms it at purchase (7D 7, IR 19(2))"
        yield FieldError("confirmed", "promise.confirm", message)


def _choices(terms: PromiseTerms) -> Iterator[FieldError]:
    known = {
        "condition": codes.CONDITIONS,
        "gifts": codes.GIFTS,
        "bundles": codes.BUNDLES,
        "freight": codes.FREIGHT,
    }
    for field, values in known.items():
        if getattr(terms, field) not in values:
            yield FieldError(field, "choice", f"must be one of {', '.join(values)}")


def _refund(hours: int) -> Iterator[FieldError]:
    if not 0 <= hours <= MOST_REFUND_HOURS:
        message = f"must be from 0 (on the spot) to {MOST_REFUND_HOURS} hours (CPL 25, 7D 13)"
        yield FieldError("refund_hours", "promise.refund", message)


def _reach(terms: PromiseTerms) -> Iterator[FieldError]:
    if terms.cross_city and not (terms.cross_store or terms.alliance):
        message = "contradicts itself: goods can go back in the other city only at other stores or at the alliance's"
        yield FieldError("cross_city", "promise.reach", message)


def alliance_fault(terms: PromiseTerms, *, member: bool) -> list[FieldError]:
    """What is wrong with promising the alliance: only a member's store can.

    :param member: whether the store's firm, or the brand that it holds, is a member on the first day of the promise.
    """
    if terms.alliance and not member:
        message = "can be promised only by stores whose firm or brand is a member of an alliance on that day"
        return [FieldError("alliance", "promise.no_alliance", message)]
    return []


def lessened(old: PromiseTerms, new: PromiseTerms) -> list[str]:
    """The fields in which the new version promises less to a buyer than the old one.

    What lessens a promise is announced before it holds; what bettered it may hold from the next day on.
    """
    less = {
        "days": new.days < old.days,
        "categories": not set(old.categories) <= set(new.categories),
        "exclusions": not set(new.exclusions) <= set(old.exclusions),
        "condition": _rank(codes.CONDITIONS, new.condition) > _rank(codes.CONDITIONS, old.condition),
        "proofs": not set(old.proofs) <= set(new.proofs),
        "gifts": (old.gifts, new.gifts) == ("keep", "return_or_pay"),
        "bundles": (old.bundles, new.bundles) == ("item_price", "whole_set"),
        "freight": (old.freight, new.freight) == ("store", "consumer"),
        "refund_hours": new.refund_hours > old.refund_hours,
    }
    reach = {name: getattr(old, name) and not getattr(new, name) for name in ("cross_store", "alliance", "cross_city")}
    return [field for field, is_less in (less | reach).items() if is_less]


def _rank(order: tuple[str, ...], code: str) -> int:
    return order.index(code)
