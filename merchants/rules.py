"""Rules of enrolment: small pure functions that give reasons, and one of yes, no, or a person must look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from stdnum.cn import uscc

from merchants import codes, geography
from merchants.drafts import EnterpriseDraft, ReviewFacts, StoreDraft
from workflows.errors import Conflict, FieldError, RuleBroken

NAME = 200
ADDRESS = 300
LEAST_ADDRESS = 5
HOURS = re.compile(r"([01][0-9]|2[0-4]):[0-5][0-9]")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SPANS = 4
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Beginnings by which a spreadsheet takes a cell for a formula."""

COMPANY_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "(个体工商户)", "合伙企业(有限合伙)")


class Verdict(Enum):
    """What a check says: in order, not possible, or a person must look."""

    YES = "yes"
    NO = "no"
    LOOK = "look"


@dataclass(frozen=True)
class Check:
    """One automatic check of an application, with what it found; its words are in the catalogue."""

    code: str
    verdict: Verdict
    detail: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """The check as plain data, for keeping with the application."""
        return {"code": self.code, "verdict": self.verdict.value, "detail": dict(self.detail)}


def checks(facts: ReviewFacts, today: date, licence_soon_days: int) -> list[Check]:
    """Every automatic check of an application, in the order an officer reads them.

    :param licence_soon_days: from how many days before its end on a licence is *expiring soon* (a declared setting).
    """
    return [
        _uscc(facts),
        _names(facts),
        _duplicate(facts),
        _shared("same_address", facts.same_address),
        _shared("same_phone", facts.same_phone),
        _district(facts),
        _point(facts),
        _removed(facts, today),
        _licence(facts, today, licence_soon_days),
        _photos(facts),
        _lists(facts),
        _shared("visits", facts.failed_visits),
    ]


def all_green(found: Iterable[Check]) -> bool:
    """Whether every check is in order: then, and only then, approval in bulk is offered."""
    return all(check.verdict is Verdict.YES for check in found)


def _uscc(facts: ReviewFacts) -> Check:
    if facts.uscc is None:
        return Check("uscc", Verdict.LOOK)
    return Check("uscc", Verdict.YES if uscc.is_valid(facts.uscc) else Verdict.NO, {"uscc": facts.uscc})


def _names(facts: ReviewFacts) -> Check:
    return Check("names", Verdict.LOOK if facts.other_names else Verdict.YES, {"names": list(facts.other_names)})


def _duplicate(facts: ReviewFacts) -> Check:
    return Check("duplicate", Verdict.NO if facts.same_store else Verdict.YES, {"count": facts.same_store})


def _shared(code: str, count: int) -> Check:
    return Check(code, Verdict.LOOK if count else Verdict.YES, {"count": count})


def _district(facts: ReviewFacts) -> Check:
    """The address should name the district it is filed under; another one named is for a person to see."""
    verdict = Verdict.YES if facts.district_named == facts.district else Verdict.LOOK
    return Check("district", verdict, {"given": facts.district, "named": facts.district_named})


def _point(facts: ReviewFacts) -> Check:
    if facts.point is None:
        return Check("point", Verdict.LOOK, {"missing": True})
    off = geography.off_km(facts.district, *facts.point)
    if off is None:
        return Check("point", Verdict.LOOK)
    if off > geography.FAR_KM:
        return Check("point", Verdict.NO, {"km": round(off)})
    return Check("point", Verdict.LOOK if off > geography.REACH_KM else Verdict.YES, {"km": round(off)})


def _removed(facts: ReviewFacts, today: date) -> Check:
    """Within its wait a removed store may not come back; later a person looks, and may say yes."""
    waits = [r.reentry_from for r in facts.removals if r.reentry_from > today]
    if waits:
        return Check("removed", Verdict.NO, {"until": str(max(waits))})
    return Check("removed", Verdict.LOOK if facts.removals else Verdict.YES, {"count": len(facts.removals)})


def _licence(facts: ReviewFacts, today: date, soon_days: int) -> Check:
    """A licence without an end is in order; one that has ended is not, and one ending soon is for a person to see."""
    ends = facts.licence_expires_on
    if ends is None:
        return Check("licence", Verdict.YES)
    left = (ends - today).days
    verdict = Verdict.NO if left < 0 else Verdict.LOOK if left <= soon_days else Verdict.YES
    return Check("licence", verdict, {"on": str(ends)})


def _photos(facts: ReviewFacts) -> Check:
    missing = [n for n, there in (("licence", facts.licence_photo), ("shop", facts.shop_photo)) if not there]
    return Check("photos", Verdict.LOOK if missing else Verdict.YES, {"missing": missing})


def _lists(facts: ReviewFacts) -> Check:
    """A mirrored list is named with source and date, and never refuses by itself."""
    found = [
        {
            "id": str(e.id),
            "kind": e.kind,
            "source": e.source,
            "number": e.number,
            "edition": e.edition,
            "since": str(e.since),
        }
        for e in facts.listings
    ]
    return Check("lists", Verdict.LOOK if found else Verdict.YES, {"entries": found})


def enterprise_faults(draft: EnterpriseDraft, districts: Iterable[str]) -> list[FieldError]:
    """Everything that keeps a firm from being taken in, by field. Area codes inside the credit code are not judged."""
    return [
        *_code(draft.uscc),
        *_text("name", draft.name, 2, NAME),
        *_one_of("district", draft.district, districts),
        *_text("address", draft.address, LEAST_ADDRESS, ADDRESS),
    ]


def store_faults(draft: StoreDraft, districts: Iterable[str]) -> list[FieldError]:
    """Everything that keeps a store from being taken in, by field."""
    return [
        *_text("name", draft.name, 1, NAME),
        *_text("brand", draft.brand, 1, NAME),
        *_one_of("district", draft.district, districts),
        *_text("address", draft.address, LEAST_ADDRESS, ADDRESS),
        *_one_of("kind", draft.kind, codes.STORE_KINDS),
        *_categories(draft.categories),
        *_place(draft),
        *_hours(draft.hours),
        *_capacity(draft),
        *_takes(draft),
    ]


def _code(given: str) -> Iterator[FieldError]:
    if not uscc.is_valid(given):
        yield FieldError("uscc", "uscc", "is not a valid unified social credit code: check its 18 characters")


def _text(name: str, value: str, least: int, most: int) -> Iterator[FieldError]:
    text = value.strip()
    if not text:
        yield FieldError(name, "required", "is needed")
    elif text.startswith(FORMULA):
        yield FieldError(name, "formula", "begins like a formula of a spreadsheet; write it as a text")
    elif len(text) < least:
        yield FieldError(name, "too_short", f"needs at least {least} characters")
    elif len(text) > most:
        yield FieldError(name, "too_long", f"has {len(text)} characters; at most {most} are possible")


def _one_of(name: str, value: str, values: Iterable[str]) -> Iterator[FieldError]:
    if value not in values:
        code = "outside" if name == "district" else "choice"
        yield FieldError(name, code, "is not one of the known codes; GET /api/v1/codes and /districts list them")


def _categories(given: tuple[str, ...]) -> Iterator[FieldError]:
    if not given:
        yield FieldError("categories", "required", "needs at least one category")
    elif not set(given) <= set(codes.CATEGORIES) or len(set(given)) != len(given):
        yield FieldError("categories", "choice", "has an unknown category, or one twice")


def _place(draft: StoreDraft) -> Iterator[FieldError]:
    if draft.lon is None and draft.lat is None:
        return
    if draft.lon is None or draft.lat is None:
        yield FieldError("point", "half_point", "needs both longitude and latitude, or neither")
    elif geography.swapped(draft.lon, draft.lat):
        yield FieldError("point", "swapped", "has longitude and latitude the other way round")
    elif (geography.off_km(draft.district, draft.lon, draft.lat) or 0) > geography.FAR_KM:
        yield FieldError("point", "far", "lies far from the district: in the sea, or in another province")


def _hours(hours: Mapping[str, Any]) -> Iterator[FieldError]:
    for day, spans in hours.items():
        whole = isinstance(spans, list) and len(spans) <= MOST_SPANS and all(_span(span) for span in spans)
        if day not in DAYS or not whole:
            yield FieldError("hours", "hours", 'must be like {"mon": [["10:00", "22:00"]]}')
            return


def _span(span: Any) -> bool:
    plain = isinstance(span, list) and len(span) == 2 and all(isinstance(t, str) and HOURS.fullmatch(t) for t in span)
    return plain and span[0] < span[1] <= "24:00"


def _capacity(draft: StoreDraft) -> Iterator[FieldError]:
    if draft.capacity is not None and not 0 < draft.capacity <= 100_000:
        yield FieldError("capacity", "range", "must be from 1 to 100000 parcels")


def _takes(draft: StoreDraft) -> Iterator[FieldError]:
    """A station (服务站) or drop-off point (寄存点) says what it takes, when it is open and how much it holds."""
    if draft.kind not in codes.TAKERS:
        if draft.takes:
            yield FieldError("takes", "store.takes", "is for stations and drop-off points only")
        return
    if not draft.takes or not set(draft.takes) <= set(codes.GOODS) or len(set(draft.takes)) != len(draft.takes):
        yield FieldError("takes", "store.takes_what", "must name categories of goods, each once")
    if draft.capacity is None:
        yield FieldError("capacity", "required", "is needed: how many parcels it holds")
    if not draft.hours:
        yield FieldError("hours", "required", "are needed: when goods can be handed in")


def spelling(name: str) -> str:
    """One spelling of a firm's name: width, spaces, brackets and the company form do not tell two firms apart."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).upper()
    for form in COMPANY_FORMS:
        plain = plain.removesuffix(form)
    return "".join(c for c in plain if c not in "()·.,-—")


def address_key(address: str) -> str:
    """One spelling of an address: width, spaces and punctuation do not tell two places apart."""
    plain = unicodedata.normalize("NFKC", address).upper()
    return "".join(c for c in plain if c.isalnum())


def check_ground(ground: str, known: tuple[str, ...]) -> None:
    """A decision against a merchant names a ground of its list.

    :raises RuleBroken: another ground.
    """
    if ground not in known:
        message = f"{ground!r} is not a ground: choose one of {', '.join(known)}"
        raise RuleBroken("ground.unknown", message, field="ground", grounds=known)


def check_reason(reason: str) -> None:
    """A decision against a merchant is given with its reason.

    :raises RuleBroken: none given.
    """
    if not reason.strip():
        raise RuleBroken("enrolment.reason", "give the reason: it is told to the merchant", field="reason")


def check_note(notes: Mapping[str, tuple[str, ...]], verb: str, state: str) -> None:
    """What changes no state is possible in its own states only.

    :raises Conflict: the state forbids it.
    """
    if state not in notes[verb]:
        raise Conflict("case.state", f"{verb} is not possible in state {state}", state=state, event=verb, allowed=())
