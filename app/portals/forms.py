"""Reading what somebody typed into a form: days, ids, amounts, shares, a promise; each fault by its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Request

from app.api.evidence import keep
from app.http import context
from app.views import money
from merchants.promise import PromiseTerms
from merchants.schemas import PromiseIn
from workflows.errors import FieldError, RuleBroken

MANY = ("categories", "exclusions", "proofs")
SWITCHES = ("cross_store", "alliance", "cross_city")
NUMBERS = ("days", "refund_hours")
CHOICES = ("condition", "gifts", "bundles", "freight")


def errors(broken: RuleBroken) -> dict[str, str]:
    """A rule's faults as a form shows them: words by field."""
    told = {e.field: context.t_or(f"field_error.{e.code}", e.message) for e in broken.errors}
    return told or {"": context.t_or(f"error.{broken.code}", broken.message, **broken.params)}


def day(form: Any, name: str) -> date:
    """A day.

    :raises RuleBroken: none, or none that can be read.
    """
    try:
        return date.fromisoformat(form.get(name, "")[:10])
    except ValueError:
        raise RuleBroken("day.needed", "give a day", field=name) from None


def ident(form: Any, name: str) -> UUID | None:
    """An id, or nothing.

    :raises RuleBroken: something that is none.
    """
    given = form.get(name, "").strip()
    try:
        return UUID(given) if given else None
    except ValueError:
        raise RuleBroken("validation", "choose one of the given", field=name) from None


def ident_needed(form: Any, name: str) -> UUID:
    """An id.

    :raises RuleBroken: none, or something that is none.
    """
    found = ident(form, name)
    if found is None:
        raise RuleBroken("choice.needed", "choose one of the given", field=name)
    return found


def versions(given: Sequence[str]) -> dict[UUID, int]:
    """Cases with the version that was seen, as boxes to tick name them: ``id:version``.

    :raises RuleBroken: a box that is none of ours.
    """
    found: dict[UUID, int] = {}
    for value in given:
        case, _, version = value.partition(":")
        try:
            found[UUID(case)] = int(version[:9])
        except ValueError:
            raise RuleBroken("validation", "the form names no case") from None
    return found


def idents(form: Any, name: str) -> list[UUID]:
    """Several ids.

    :raises RuleBroken: one that is none.
    """
    try:
        return [UUID(given) for given in form.getlist(name)]
    except ValueError:
        raise RuleBroken("validation", "choose some of the given", field=name) from None


def fen(form: Any, name: str) -> int | None:
    """An amount typed in yuan, in fen, or nothing.

    :raises RuleBroken: no amount with at most two places.
    """
    given = form.get(name, "").strip()
    return money.fen(given, name) if given else None


def parts(form: Any, bearers: tuple[str, ...], prefix: str = "") -> dict[str, int]:
    """Shares typed in per cent with at most two places, as basis points; what is empty is nothing.

    :raises RuleBroken: one that cannot be read.
    """
    return {bearer: fen(form, f"{prefix}{bearer}") or 0 for bearer in bearers}


def file(request: Request) -> UUID | None:
    """An uploaded document, kept; None where none was chosen."""
    given = request.files.get("document")
    return keep(given).id if given and given.filename else None


def promise(form: Any) -> PromiseTerms:
    """A promise.

    :raises RuleBroken: values that cannot be read, by field.
    """
    values: dict[str, Any] = {name: form.getlist(name) for name in MANY if form.getlist(name)}
    values |= {name: form.get(name) for name in CHOICES if form.get(name)}
    values |= {name: _number(form.get(name, "")) for name in NUMBERS if form.get(name)}
    values |= {name: form.get(name) == "1" for name in SWITCHES}
    schema = PromiseIn()
    faults: Mapping[str, Any] = schema.validate(values)
    if faults:
        raise RuleBroken("validation", "the promise has faults", errors=[FieldError(n, "invalid", "") for n in faults])
    loaded: PromiseTerms = schema.load(values)
    return loaded


def changes(form: Any) -> dict[str, Any]:
    """What is to change of a promise for many; an empty choice leaves it as it is."""
    values: dict[str, Any] = {name: form.get(name) for name in CHOICES if form.get(name)}
    values |= {name: _number(form.get(name, "")) for name in NUMBERS if form.get(name)}
    return values | {name: form.get(name) == "1" for name in SWITCHES if form.get(name) in ("0", "1")}


def _number(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else -1
