"""Where a matter belongs: the places of the pure rule, read off what was said and what the directory of shops knows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import competence as rule
from complaints.competence import OUTSIDE, Places
from complaints.competence_models import Origin
from complaints.drafts import Respondent
from complaints.models import Complaint, Report
from merchants import queries as merchants
from workflows.people import directory
from workflows.people.places import Place, district_of

ELSEWHERE = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "浙江", "安徽", "福建", "江西", "山东", "河南",
    "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏",
    "新疆", "台湾", "香港", "澳门",
)  # fmt: skip
"""How an address outside of Jiangsu and Shanghai begins."""


@dataclass(frozen=True)
class About:
    """What a matter is about, as far as its place depends on it.

    :param shop: the shop of the directory; its own place and its firm's domicile go before what was typed.
    :param district: the district of the place of business, where it is known by other means than the address.
    """

    kind: str
    address: str
    published: str | None
    platform: str | None
    unreachable: bool
    shop: merchants.Business | None = None
    district: str | None = None


def about_draft(session: Session, respondent: Respondent) -> About:
    """What somebody brings is about.

    :raises NotFound: no such shop, mall or business circle.
    """
    shop = merchants.business(session, respondent.store_id) if respondent.store_id else None
    host = merchants.host(session, respondent.host_id) if respondent.host_id else None
    typed = respondent.address.strip() or (host.address if host else "")
    return About(
        kind=respondent.bought,
        address=shop.address if shop else typed,
        published=(shop.address if shop else typed) or None,
        platform=(respondent.platform_address or "").strip() or None,
        unreachable=respondent.unreachable,
        shop=shop,
        district=host.district if host else None,
    )


def about_case(session: Session, case: Complaint | Report, origin: Origin | None) -> About:
    """What a case is about, as its row and its origin keep it."""
    shop = merchants.business(session, case.store_id) if case.store_id else None
    if origin is None:
        return About(rule.TRADER, case.respondent_address, None, None, unreachable=False, shop=shop)
    host = merchants.host(session, origin.host_id) if origin.host_id else None
    return About(
        kind=origin.kind,
        address=case.respondent_address,
        published=origin.published_address,
        platform=origin.platform_address,
        unreachable=origin.unreachable,
        shop=shop,
        district=host.district if host else None,
    )


def places(session: Session, about: About) -> Places:
    """The places of a matter as the rule takes them; what was not said is not known."""
    known = [Place(r.code, r.name, r.city) for r in directory.regions(session)]

    def at(address: str | None) -> str | None:
        return located(address, known)

    on_platform = about.kind == rule.PLATFORM_SHOP
    typed = about.district or at(about.published if on_platform else about.address)
    business = about.shop.district if about.shop else typed
    registered = about.shop.domicile if about.shop else None
    if about.kind == rule.TRADER:
        return Places(business=business, domicile=registered, act=business)
    if on_platform:
        trades = None if about.unreachable else business
        return Places(trades, registered, business, at(about.platform), reachable=not about.unreachable)
    seat = registered or business
    if about.kind in (rule.ONLINE, rule.PLATFORM):
        return Places(business=business, domicile=seat, platform=seat)
    return Places(publisher=seat) if about.kind == rule.AD_MEDIA else Places(advertiser=seat)


def located(address: str | None, known: list[Place]) -> str | None:
    """The district of an address, :data:`OUTSIDE` for one of another province, None for one that says neither."""
    if not address:
        return None
    place = district_of(address, known)
    if place is not None:
        return place.code
    return OUTSIDE if address.strip().startswith(ELSEWHERE) else None


def keep(case: Complaint | Report, respondent: Respondent, about: About) -> Origin | None:
    """What is kept beside a case of how goods were bought; nothing where it was simply in a shop of no mall."""
    host: UUID | None = respondent.host_id or (about.shop.host_id if about.shop else None)
    if respondent.bought == rule.TRADER and host is None:
        return None
    return Origin(
        case_id=case.id,
        case_kind=case.case_kind,
        kind=respondent.bought,
        host_id=host,
        published_address=about.published if respondent.bought == rule.PLATFORM_SHOP else None,
        platform_address=about.platform,
        unreachable=about.unreachable,
    )
