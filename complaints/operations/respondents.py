"""Who a filing is against, in which district, and which county bureau answers for the place (art. 13(1))."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from complaints import intake_rules
from complaints.drafts import Draft, Respondent
from merchants import queries as merchants
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people import directory
from workflows.people.places import Place, district_of
from workflows.people.tables import Bureau


@dataclass(frozen=True)
class Answerable:
    """Who a filing is against, and which county bureau answers for the place (art. 13(1))."""

    name: str
    address: str
    uscc: str | None
    district: str
    bureau: Bureau
    shop: merchants.Business | None
    by: str = "store"
    """Which fact led to the district: see :data:`complaints.intake_models.SOURCES`."""


def answerable(
    session: Session, respondent: Respondent, draft: Draft | None = None, channel: str = "portal"
) -> Answerable:
    """The respondent with its district and bureau; whom nobody can find is sought where the purchase was.

    :param draft: names the channel, the place of purchase and the district that an officer chose.
    :raises RuleBroken: an unknown store, or nothing that names a district of the two cities.
    """
    channel = draft.channel if draft else channel
    if respondent.store_id is not None:
        shop = merchants.business(session, respondent.store_id)
        name = f"{shop.enterprise_name}({shop.store_name})"
        return Answerable(name, shop.address, shop.uscc, shop.district, _channel(shop.bureau, channel), shop)
    found = _district(session, respondent.address, draft)
    if found is None:
        fault = FieldError(
            "respondent.address",
            "district",
            "names no district of Suzhou or Shanghai: add the district or county-level city",
        )
        raise RuleBroken("validation", "the respondent's district is unknown", errors=[fault])
    district, by = found
    bureau = _channel(directory.county_bureau(session, district), channel)
    code = uscc.compact(respondent.uscc) if respondent.uscc else None
    return Answerable(respondent.name, respondent.address, code, district, bureau, None, by)


def _district(session: Session, address: str, draft: Draft | None) -> tuple[str, str] | None:
    """The district, and which fact names it: the address before the place of purchase before an officer's choice."""
    places = [Place(r.code, r.name, r.city) for r in directory.regions(session)]
    named = [("address", address), *([("place", draft.facts.place)] if draft else [])]
    for by, words in named:
        if place := district_of(words, places):
            return place.code, by
    chosen = draft.district if draft else ""
    return (chosen, "chosen") if chosen in {place.code for place in places} else None


def _channel(bureau: Bureau, channel: str) -> Bureau:
    """The bureau, if this portal is a channel that it has published, or its own people took the words down."""
    if channel in intake_rules.SELF and not bureau.portal_channel:
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
