"""Codes of goods and services, and of everything that a promise says. Pure data.

Categories carry the names of the published statistics; no official code table was found, so the codes are ours.
"""

from __future__ import annotations

CATEGORIES = (
    "goods.food",
    "goods.clothing",
    "goods.household",
    "goods.appliance",
    "goods.telecom",
    "goods.vehicle",
    "goods.jewellery",
    "goods.cosmetics",
    "goods.pet",
    "goods.other",
    "service.catering_lodging",
    "service.sales",
    "service.beauty",
    "service.professional",
    "service.repair",
    "service.education",
    "service.culture_sport",
    "service.telecom",
    "service.internet",
    "service.laundry",
    "service.other",
)

GOODS = tuple(code for code in CATEGORIES if code.startswith("goods."))

STORE_KINDS = ("shop", "counter", "mall", "circle", "station", "drop_off")
"""A shop; a counter in a mall; a mall or a business circle as a place of its own; 服务站; 寄存点."""

HOSTS = ("mall", "circle")
"""Places that hold counters and shops."""

ALWAYS_OUT = ("custom_made", "perishable", "opened_media", "periodicals")
"""Never returned without a reason by the law's list for online sales (CPL 25, 7D 6); an offline promise's default."""

OUT_IF_CONFIRMED = ("opened_health", "activated", "near_expiry")
"""May be left out where the buyer confirmed it at purchase (7D 7; IR 19(2) knows no default opt-out)."""

EXCLUSIONS = (*ALWAYS_OUT, *OUT_IF_CONFIRMED)
CONDITIONS = ("intact", "resaleable")
"""Intact (7D 8); Suzhou's practice adds that the goods can be sold again."""

PROOFS = ("invoice", "receipt", "payment_record", "membership")
GIFTS = ("return_or_pay", "keep")
"""Gifts come back or their marked price is paid (7D 12), or the buyer keeps them."""

BUNDLES = ("item_price", "whole_set")
"""Sets are settled at each item's price at purchase (7D 17), or come back whole."""

FREIGHT = ("consumer", "store")

REFUSALS = ("untrue", "not_eligible", "outside", "promise", "listed", "other")
"""Grounds for refusing an application: ours to declare, since no text lists any."""

SUSPENSIONS = ("complaints", "inspection", "broken_promise", "request", "other")
REMOVALS = ("broken_promise", "untrue", "closed", "repeat", "request", "other")
EXITS = ("closing", "moving", "no_longer")
LISTS = ("abnormal", "dishonest")
"""Mirrored lists: abnormal operation (经营异常名录), serious dishonesty (严重违法失信名单)."""

TAKERS = ("station", "drop_off")
"""Places that take goods in for others: they say what they take, when they are open, and how much they can hold."""

COSTS = ("freight", "handling", "devaluation")
"""What taking goods back for another costs: sending them on, the work at the counter, goods no longer sold as new."""

ALLIANCE_BEARERS = ("seller", "taker", "fund")
MAKER_BEARERS = ("maker", "brand", "shop")
"""Who bears a cost, by the alliance's agreement and by a maker's."""

PARTY_KINDS = ("enterprise", "brand", "store")
BONDS = ("alliance", "brand", "maker")
"""What an organisation may belong to, from a day to a day, by confirmation of both sides."""

RECIPIENTS = ("lender", "insurer")
"""Who may be shown a statement of standing: a lender (吴优数贷) or an insurer (吴优数险)."""


def dictionary() -> dict[str, tuple[str, ...]]:
    """Every list of codes by its name, as the API publishes them."""
    return {
        "category": CATEGORIES,
        "store_kind": STORE_KINDS,
        "exclusion": EXCLUSIONS,
        "condition": CONDITIONS,
        "proof": PROOFS,
        "gifts": GIFTS,
        "bundles": BUNDLES,
        "freight": FREIGHT,
        "enrolment_refusal": REFUSALS,
        "suspension": SUSPENSIONS,
        "removal": REMOVALS,
        "exit": EXITS,
        "list": LISTS,
        "cost": COSTS,
        "bond": BONDS,
        "recipient": RECIPIENTS,
    }
