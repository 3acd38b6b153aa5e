"""Who a filing is against, and which bureau answers for it: the first of the competent ones that the law names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from complaints import competence, intake_rules, whereabouts
from complaints.drafts import Draft, Respondent
from complaints.models import Complaint, Report
from complaints.whereabouts import About
from merchants import queries as merchants
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people import directory
from workflows.people.places import Place, district_of
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
    by: str = "store"
    """Which fact led to the district: see :data:`complaints.intake_models.SOURCES`."""


@dataclass(frozen=True)
class Asked:
    """What decides who answers, besides the respondent.

    :param draft: names the place of purchase and the district that an officer chose, for whom nobody can find.
    """

    leg: str
    rule_set: str
    channel: str = "portal"
    draft: Draft | None = None


def answerable(session: Session, respondent: Respondent, asked: Asked) -> Answerable:
    """The respondent with its district and bureau; whom nobody can find is sought where the purchase was.

    :raises RuleBroken: an unknown store, or nothing that names a district of the two cities.
    :raises Refused: the bureau has not published this portal as one of its channels (O121 8).
    """
    about = whereabouts.about_draft(session, respondent)
    shop = about.shop
    if shop is not None and respondent.host_id not in (None, shop.host_id):
        fault = FieldError("respondent.host_id", "host", "is not the mall or business circle that the shop is in")
        raise RuleBroken("validation", "the shop is not in that mall", errors=[fault])
    district, by = _district(session, about, asked)
    own = shop is not None and shop.district == district
    bureau = channel(shop.bureau if shop and own else directory.county_bureau(session, district), asked.channel)
    if shop is not None:
        name = f"{shop.enterprise_name}({shop.store_name})"
        return Answerable(name, shop.address, shop.uscc, district, bureau, shop, about)
    code = uscc.compact(respondent.uscc) if respondent.uscc else None
    return Answerable(respondent.name, about.address or about.platform or "", code, district, bureau, None, about, by)


def _district(session: Session, about: About, asked: Asked) -> tuple[str, str]:
    """The district, and which fact names it: whose bureau is competent, the place of purchase, an officer's choice."""
    if about.shop and about.kind == competence.TRADER:
        return about.shop.district, "store"
    places = whereabouts.places(session, about)
    found = competence.competent(asked.leg, about.kind, places, asked.rule_set)
    if district := competence.first_within(found):
        return district, "store" if about.shop else "address"
    if asked.draft and not found.bureaus and (sought := _purchase(session, asked.draft)):
        return sought
    at_platform = about.platform and (about.unreachable or not about.published)
    fault = FieldError(
        "respondent.platform_address" if at_platform else "respondent.address",
        "district",
        "names no district of Suzhou or Shanghai: add the district or county-level city",
    )
    raise RuleBroken("validation", "the respondent's district is unknown", errors=[fault])


def _purchase(session: Session, draft: Draft) -> tuple[str, str] | None:
    """Where the purchase was, by the place that was named or as an officer chose; flagged for the officer."""
    places = [Place(r.code, r.name, r.city) for r in directory.regions(session)]
    if place := district_of(draft.facts.place, places):
        return place.code, "place"
    return (draft.district, "chosen") if draft.district in {place.code for place in places} else None


def channel(bureau: Bureau, by: str) -> Bureau:
    """The bureau, if this portal is a channel that it has published, or the matter came to it by another.

    :raises Refused: it is not (O121 8).
    """
    if by in intake_rules.SELF and not bureau.portal_channel:
        raise Refused(
            "channel", f"{bureau.name_en} has not published this portal as a channel: use the national 12315 platform"
        )
    return bureau


def columns(against: Answerable) -> dict[str, object]:
    """What both legs keep of whom they are against."""
    return {
        "city": against.bureau.city,
        "district": against.district,
        "bureau_id": against.bureau.id,
        "store_id": against.shop.store_id if against.shop else None,
        "respondent_name": against.name.strip(),
        "respondent_address": against.address.strip(),
    }


def keep_origin(session: Session, case: Complaint | Report, respondent: Respondent, against: Answerable) -> None:
    """Keep how the goods were bought beside a case that was just begun, where there is something to keep."""
    origin = whereabouts.keep(case, respondent, against.about)
    if origin is not None:
        session.add(origin)
        session.flush()
