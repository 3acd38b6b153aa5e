"""Who is competent (处理权限): which bureau a complaint or a report belongs to, with the article that says so. Pure.

The law names places – of business, of domicile, published on a platform, where the act happened – and a place names a
bureau. Several bureaus may be competent at once: then the one that received the matter first acts (O121 14, O20 13). A
complaint is for the county level (O121 13), a report for the county level or above (O121 29). What no place is known
for is a matter for a person to look at, and is never guessed.

Order 20 knew the actual place of business where Order 121 asks for the address published on the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from complaints.codes import ORDER_20, ORDER_121

COMPLAINT, REPORT = LEGS = ("complaint", "report")

TRADER, ONLINE, PLATFORM_SHOP, PLATFORM = BOUGHT = ("trader", "online", "platform_shop", "platform")
"""Of whom goods were bought: a trader in its place, the trader's own shop on line, a shop on a platform, or
the platform itself."""

AD_MEDIA, AD_INTERNET, AD_OWN = ADS = ("ad_media", "ad_internet", "ad_own")
"""What else may be reported: an advertisement in a mass medium, one on the internet, one that the advertiser published
itself."""

KINDS: Mapping[str, tuple[str, ...]] = {COMPLAINT: BOUGHT, REPORT: (*BOUGHT, *ADS)}
"""What a leg may be about."""

OUTSIDE = "outside"
"""Stands for a place that is known and lies in neither of the two cities."""

CITY = 4
"""Characters of a city's code; a district's has six and begins with its city's."""

YES, NO, LOOK, UPWARD = ANSWERS = ("yes", "no", "look", "upward")
"""Competent; not; a person must look, since a place is not known; only once the superior bureau has taken the case."""


@dataclass(frozen=True)
class Places:
    """Where things are, as district codes; None where it is not known, :data:`OUTSIDE` where it is elsewhere.

    :param published: the address that a shop has published on its platform.
    :param platform: the domicile of the platform's operator.
    :param act: where the reported act happened.
    :param reachable: whether the shop could be reached at the address it published.
    """

    business: str | None = None
    domicile: str | None = None
    published: str | None = None
    platform: str | None = None
    act: str | None = None
    publisher: str | None = None
    advertiser: str | None = None
    agent: str | None = None
    reachable: bool = True


@dataclass(frozen=True)
class Link:
    """A place that makes its bureau competent, and the article that says so.

    :param first_only: only where that bureau received the matter first (先行收到).
    """

    place: str
    article: str
    first_only: bool = False
    reason: str = ""

    @property
    def words(self) -> str:
        """The key of the reason's words."""
        return self.reason or self.place


@dataclass(frozen=True)
class Competent:
    """The bureau of a district is competent, by a link."""

    district: str
    link: Link


@dataclass(frozen=True)
class Competence:
    """Everybody who is competent, in the order in which the law names them.

    :param unknown: links whose place is not known; any bureau may be the one.
    """

    leg: str
    rule_set: str
    bureaus: tuple[Competent, ...]
    unknown: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether a bureau is competent, and by which link."""

    answer: str
    link: Link | None = None


_TRADER = (Link("business", "O121 13(1)"), Link("domicile", "O121 13(1)"))
_LINKS: Mapping[tuple[str, str], tuple[Link, ...]] = {
    (COMPLAINT, TRADER): _TRADER,
    (COMPLAINT, ONLINE): (Link("domicile", "O121 13(2)"),),
    (COMPLAINT, PLATFORM_SHOP): (Link("published", "O121 13(2)"), Link("platform", "O121 13(2)")),
    (COMPLAINT, PLATFORM): (Link("platform", "O121 13(2)", reason="platform_itself"),),
    (REPORT, TRADER): (Link("act", "O121 29"),),
    (REPORT, ONLINE): (Link("domicile", "O121 31"),),
    (REPORT, PLATFORM_SHOP): (Link("business", "O121 31"), Link("platform", "O121 31", first_only=True)),
    (REPORT, PLATFORM): (Link("platform", "O121 31", reason="platform_itself"),),
    (REPORT, AD_MEDIA): (Link("publisher", "O121 32"),),
    (REPORT, AD_INTERNET): (
        Link("publisher", "O121 32"),
        Link("advertiser", "O121 32", first_only=True),
        Link("agent", "O121 32", first_only=True),
    ),
    (REPORT, AD_OWN): (Link("advertiser", "O121 32"),),
}
"""Order 121, by leg and kind."""

_O20_ARTICLES = {
    "O121 13(1)": "O20 12(1)",
    "O121 13(2)": "O20 12(2)",
    "O121 29": "O20 25",
    "O121 31": "O20 27",
    "O121 32": "O20 28",
}
_O20_PLACES = {"published": "business"}

INSTEAD = Link("platform", "O121 13(2)", reason="platform_instead")
"""Nothing published, or nobody reached there: the bureau of the platform's domicile alone."""

FIRST = {ORDER_121: "O121 14", ORDER_20: "O20 13"}
ABOVE = {ORDER_121: "O121 13(3)", ORDER_20: "O20 12(3)"}
NOT_OURS = {ORDER_121: "O121-16-1", ORDER_20: "O20-15-1"}
"""The ground on which a bureau without authority declines a complaint."""

POINT_ELSEWHERE = {ORDER_121: "O121 34", ORDER_20: "O20 29"}
DISPUTE = {ORDER_121: "O121 33", ORDER_20: "O20 30"}


def links(leg: str, kind: str, places: Places, rule_set: str) -> tuple[Link, ...]:
    """The places that count for a matter, in the order in which the law names them."""
    found = _LINKS[leg, kind]
    if rule_set == ORDER_20:
        return tuple(map(_under_order_20, found))
    unreached = places.published is None or not places.reachable
    return (INSTEAD,) if (leg, kind) == (COMPLAINT, PLATFORM_SHOP) and unreached else found


def _under_order_20(link: Link) -> Link:
    place = _O20_PLACES.get(link.place, link.place)
    return replace(link, place=place, article=_O20_ARTICLES[link.article])


def competent(leg: str, kind: str, places: Places, rule_set: str) -> Competence:
    """Who is competent for a matter of a kind, given the places that are known.

    :param kind: one of :data:`KINDS` of the leg.
    :param rule_set: by the day of receipt.
    """
    bureaus: dict[str, Competent] = {}
    unknown: list[Link] = []
    for link in links(leg, kind, places, rule_set):
        district = getattr(places, link.place)
        if district is None:
            unknown.append(link)
        elif district == OUTSIDE:
            bureaus[f"{OUTSIDE} {link.place}"] = Competent(OUTSIDE, link)
        else:
            bureaus.setdefault(district, Competent(district, link))
    return Competence(leg, rule_set, tuple(bureaus.values()), tuple(unknown))


def acting(found: Competence, received: Sequence[str]) -> Competent | None:
    """Which of the competent bureaus acts: the one that received the matter first (O121 14).

    :param received: the areas of the bureaus that received it, the first one first.
    """
    return next((bureau for area in received for bureau in found.bureaus if _covers(found, area, bureau)), None)


def _covers(found: Competence, area: str, bureau: Competent) -> bool:
    """A county bureau its district; for a report, a city bureau each of its districts (县级以上)."""
    above = found.leg == REPORT and len(area) == CITY and bureau.district.startswith(area)
    return area == bureau.district or above


def judge(found: Competence, area: str, received: Sequence[str] = ()) -> Verdict:
    """Whether the bureau of an area – a district, or a whole city – is competent, and why.

    :param received: who received it before, the first one first; empty where this bureau was the first.
    """
    order = [*received, area]
    own = acting(found, [area])
    if own and (not own.link.first_only or acting(found, order) == own):
        return Verdict(YES, own.link)
    if len(area) == CITY and any(bureau.district.startswith(area) for bureau in found.bureaus):
        return Verdict(UPWARD)
    return Verdict(LOOK if found.unknown else NO)


def first_within(found: Competence) -> str | None:
    """The district of the first competent bureau in the two cities: whom a filing made here goes to."""
    within = (bureau.district for bureau in found.bureaus if bureau.district != OUTSIDE)
    return next(within, None)


@dataclass(frozen=True)
class Sides:
    """The bureaus of a request for help, each with the bureau above it; codes or ids, whatever is compared."""

    asks: frozenset[object]
    helps: frozenset[object]


def covers_help(parties: frozenset[object], sides: Sides) -> bool:
    """Whether an agreement joins the two sides: each side, or the bureau above it, is a party to it."""
    return bool(parties & sides.asks) and bool(parties & sides.helps) and not sides.asks & sides.helps
