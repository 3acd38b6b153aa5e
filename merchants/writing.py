"""A store and its promise as the cells of a spreadsheet's row, so that reading it gives the same again. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from merchants import cells
from merchants.drafts import EnterpriseDraft, StoreDraft
from merchants.importing import CHOSEN, TICKED, Entry
from merchants.promise import PromiseTerms


def written(entry: Entry) -> dict[str, str]:
    """The cells of an entry by column, in codes."""
    return {
        **_firm(entry.firm),
        **store(entry.store),
        **terms(entry.terms),
        "enrolled_on": str(entry.enrolled_on),
    }


def _firm(firm: EnterpriseDraft) -> dict[str, str]:
    said = {"uscc": firm.uscc, "enterprise": firm.name, "enterprise_address": firm.address}
    return said | {"contact": firm.contact.name, "contact_phone": firm.contact.phone}


def store(draft: StoreDraft) -> dict[str, str]:
    """The cells of a store."""
    said: Mapping[str, object] = {
        "store": draft.name,
        "brand": draft.brand,
        "district": draft.district,
        "address": draft.address,
        "categories": ",".join(draft.categories),
        "kind": draft.kind,
        "lon": draft.lon,
        "lat": draft.lat,
        "hours": cells.hours_text(draft.hours),
        "phone": draft.phone,
        "capacity": draft.capacity,
        "takes": ",".join(draft.takes),
    }
    return {name: "" if value is None else str(value) for name, value in said.items()}


def terms(promised: PromiseTerms) -> dict[str, str]:
    """The cells of a promise."""
    return {
        "days": str(promised.days),
        "exclusions": ",".join(promised.exclusions),
        "proofs": ",".join(promised.proofs),
        "refund_hours": str(promised.refund_hours),
        "confirmed": _yes(promised.confirmed),
        **{name: str(getattr(promised, name)) for name in CHOSEN},
        **{name: _yes(getattr(promised, name)) for name in TICKED},
    }


def _yes(value: object) -> str:
    return "是" if value else "否"
