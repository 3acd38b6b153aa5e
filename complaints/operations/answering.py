"""Who a filing is against, and which bureau answers for it: the first of the competent ones that the law names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from complaints import competence, whereabouts
from complaints.drafts import Respondent
from complaints.models import Complaint, Report
from complaints.whereabouts import About
from merchants import queries as merchants
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people import directory
from workflows.people.tables import Bureau


@dataclass(frozen=True)
class Answerable:
    """Who a filing is against, and which county bureau answers for the place (art. 13)."""

    name: str
    address: str
    uscc: str | None
    district: str
    bureau: Bureau
    shop: merchants.Business | None
    about: About


def answerable(session: Session, respondent: Respondent, leg: str, rule_set: str) -> Answerable:
    """The respondent with its district and bureau.

    :raises RuleBroken: an unknown store, or an address that names no district of the two cities.
    :raises Refused: the bureau has not published this portal as one of its channels (O121 8).
    """
    about = whereabouts.about_draft(session, respondent)
    shop = about.shop
    if shop is not None and respondent.host_id not in (None, shop.host_id):
        fault = FieldError("respondent.host_id", "host", "is not the mall or business circle that the shop is in")
        raise RuleBroken("validation", "the shop is not in that mall", errors=[fault])
    district = _district(session, about, leg, rule_set)
    own = shop is not None and shop.district == district
    bureau = channel(shop.bureau if shop and own else directory.county_bureau(session, district))
    if shop is not None:
        name = f"{shop.enterprise_name}({shop.store_name})"
        return Answerable(name, shop.address, shop.uscc, district, bureau, shop, about)
    code = uscc.compact(respondent.uscc) if respondent.uscc else None
    return Answerable(respondent.name, about.address or about.platform or "", code, district, bureau, None, about)


def _district(session: Session, about: About, leg: str, rule_set: str) -> str:
    if about.shop and about.kind == competence.TRADER:
        return about.shop.district
    places = whereabouts.places(session, about)
    found = competence.first_within(competence.competent(leg, about.kind, places, rule_set))
    if found is not None:
        return found
    at_platform = about.platform and (about.unreachable or not about.published)
    fault = FieldError(
        "respondent.platform_address" if at_platform else "respondent.address",
        "district",
        "names no district of Suzhou or Shanghai: add the district or county-level city",
    )
    raise RuleBroken("validation", "the respondent's district is unknown", errors=[fault])


def channel(bureau: Bureau) -> Bureau:
    """The bureau, if this portal is a channel that it has published.

    :raises Refused: it is not (O121 8).
    """
    if not bureau.portal_channel:
        raise Refused(
            "channel", f"{bureau.name_en} has not published this portal as a channel: use the national 12315 platform"
        )
    return bureau


def keep_origin(session: Session, case: Complaint | Report, respondent: Respondent, against: Answerable) -> None:
    """Keep how the goods were bought beside a case that was just begun, where there is something to keep."""
    origin = whereabouts.keep(case, respondent, against.about)
    if origin is not None:
        session.add(origin)
        session.flush()
