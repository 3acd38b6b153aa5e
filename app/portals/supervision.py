"""What the bureau's pages of enrolment share: whose bureaus, a step that is taken whole or told why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import render_template
from marshmallow import Schema, ValidationError
from sqlalchemy import select

from app.http import context
from app.http.errors import Problem, flat, of_domain
from app.views import dates
from workflows.case import calendars
from workflows.errors import Conflict, DomainError, FieldError, RuleBroken, Stale
from workflows.people import directory
from workflows.people.tables import Bureau, Region
from workflows.schema import clean

TOLD = (RuleBroken, Conflict, Stale)
"""What an officer is told on the page itself; the rest has a page of its own."""


@dataclass(frozen=True)
class Told:
    """Why a step was not taken, for the page that it was to be taken on."""

    problem: Problem
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.problem.status


def bureaus() -> Sequence[Bureau]:
    """The county bureaus whose work the caller sees."""
    parties = context.caller().identity.parties
    query = select(Bureau).where(Bureau.id.in_(parties), Bureau.level == "county").order_by(Bureau.region)
    return context.session().scalars(query).all()


def parties(own: Sequence[Bureau]) -> Sequence[UUID]:
    """The bureaus' ids; the caller's own parties where the caller belongs to none, so that a list is empty."""
    return [bureau.id for bureau in own] or context.caller().identity.parties


def districts(own: Sequence[Bureau]) -> Sequence[Region]:
    """The districts of bureaus, where there are several to choose from."""
    codes = {bureau.region for bureau in own}
    return [r for r in directory.regions(context.session()) if r.code in codes] if len(own) > 1 else []


def tried(step: Callable[[], Any]) -> Told | None:
    """Take a step whole, or none of it; why not, where it was not taken."""
    try:
        with context.session().begin_nested():
            step()
    except TOLD as error:
        return told(error)
    return None


def told(error: DomainError) -> Told:
    """An error in the reader's language, with the faults by field."""
    problem = of_domain(error)
    return Told(problem, {e.field: e.message for e in problem.errors})


def loaded(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """A form's values as a schema takes them.

    :raises RuleBroken: a value that cannot be taken, by field.
    """
    try:
        found: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        faults = [FieldError(path, "invalid", words) for path, words in flat(error.messages)]
        raise RuleBroken("validation", "the form has faults", errors=faults) from None
    return found


def words(form: Any, name: str) -> str:
    """A text of a form, cleaned.

    :raises RuleBroken: nothing that a person typed.
    """
    try:
        return clean(form.get(name, ""))
    except ValidationError:
        fault = FieldError(name, "invalid", "contains control characters")
        raise RuleBroken("validation", "the form has faults", errors=[fault]) from None


def due(on: Any) -> tuple[str, str, str, bool]:
    """A date in words, how far off it is, its urgency, and whether it is provisional."""
    if on is None:
        return "", "", "", False
    calendar = calendars.current(context.session())
    left, urgency = dates.remaining(on, context.clock().today(), calendar, context.lang())
    return dates.day_text(on, context.lang()), left, urgency, not calendar.is_published(on)


def page(template: str, failed: Told | None = None, **values: Any) -> Any:
    """A page, with the answer's status where a step on it was not taken."""
    html = render_template(f"officer/{template}.html", failed=failed, **values)
    return (html, failed.status) if failed else html
