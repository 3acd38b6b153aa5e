"""The page of a mediation for its sides and its officers: sessions, offers, blind bids, payments, entrusting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from app.api import verbs
from app.api.evidence import keep
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base
from app.portals.cases import version
from app.views import cases, money
from app.views import mediation as views
from complaints import codes, desks, mediation, queries
from complaints.operations import decide, entrusting, negotiating
from complaints.schemas.verbs import VerbIn
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import OFFICIALS

blueprint = Blueprint("mediation_pages", __name__)

LONGEST = 3000
NUMBERS = ("minutes", "percent")
MONEY = {"amount_fen": "amount_yuan", "limit_fen": "limit_yuan"}
PARTS = 12
"""Payments that the form has room for; more of them go by the API."""


@blueprint.get("/<any(my, merchant, officer):portal>/complaints/<uuid:case>/mediation")
@endpoint("complaint.party")
def page(portal: str, case: UUID) -> Any:
    """A mediation: what comes next, what was said, and the next lawful steps only."""
    session, actor = context.session(), context.actor()
    found = queries.complaint(session, case)
    official = actor.role in OFFICIALS
    shown = views.parts(session, found, actor)
    return render_template(
        "shared/mediation.html",
        case=found,
        portal=portal,
        side=views.SIDES.get(actor.role, ""),
        official=official,
        can=[v for v in views.fitting(session, found, cases.verbs(found, actor)) if v in views.EVERY or v == "offer"],
        today=context.clock().today(),
        now=context.clock().now(),
        codes=codes,
        kinds=mediation,
        register=entrusting.register(session, found.city, context.clock().today()) if official else [],
        colleagues=desks.colleagues(session, found.bureau_id) if official else [],
        enrolled=negotiating.possible(session, found),
        parts=PARTS,
        waits=next((r for r in shown["recusals"] if r.decided_on is None), None),
        **shown,
    )


@blueprint.post("/<any(my, merchant, officer):portal>/complaints/<uuid:case>/mediation/<verb>")
@endpoint("complaint.party")
def act(portal: str, case: UUID, verb: str) -> Any:
    """A step in a mediation."""
    session, actor = context.session(), context.actor()
    known = verbs.find(
        verb, actor, {n: v for n, v in verbs.COMPLAINT_VERBS.items() if n in views.EVERY or n == "offer"}
    )
    found = decide.find(session, case, version(request.form))
    given = values(known)
    verbs.apply(session, found, verb, given, actor=actor, clock=context.clock())
    return base.see_other(url_for("mediation_pages.page", portal=portal, case=case))


def values(verb: verbs.Verb) -> dict[str, Any]:
    """What a form has for a verb, as the verb takes it.

    :raises RuleBroken: a field that cannot be read, by name.
    """
    given: dict[str, Any] = {}
    for name in (*verb.needs, *verb.takes):
        found = value(name)
        if found is not None:
            given[name] = found
    schema = VerbIn()
    if faults := schema.validate(given):
        errors = [FieldError(name, "invalid", str(words[0])) for name, words in faults.items() if words]
        raise RuleBroken("validation", "the form has faults", errors=errors)
    loaded: dict[str, Any] = schema.load(given)
    return loaded


def value(name: str) -> Any:
    """One value of the form; None where it was left empty.

    :raises RuleBroken: it cannot be read.
    """
    form = request.form
    if name == "instalments":
        return payments()
    if name == "proof":
        file = request.files.get("proof")
        return str(keep(file).id) if file and file.filename else None
    if name == "at":
        day, hour = form.get("day", "").strip()[:10], form.get("time", "").strip()[:8]
        return f"{day}T{hour}" if day and hour else None
    typed = form.get(MONEY.get(name, name), "").strip()[:LONGEST]
    return read(name, typed) if typed else None


def read(name: str, typed: str) -> Any:
    """A value as it was typed: money, a number, yes or no, or words.

    :raises RuleBroken: it cannot be read.
    """
    if name in MONEY or name in NUMBERS:
        return money.fen(typed, MONEY[name]) if name in MONEY else number(name, typed)
    return typed == "yes" if name == "granted" else typed


def number(name: str, typed: str) -> int:
    """A whole number as it was typed.

    :raises RuleBroken: it is none.
    """
    if not typed.isascii() or not typed.isdigit() or len(typed) > 4:
        raise RuleBroken("validation", "a number", errors=[FieldError(name, "invalid", "is a whole number")])
    return int(typed)


def payments() -> list[dict[str, Any]]:
    """The payments that the form has: lines that were left empty are none.

    :raises RuleBroken: a line with half its values.
    """
    days, sums = request.form.getlist("due_on")[:PARTS], request.form.getlist("part_yuan")[:PARTS]
    lines = [(d.strip()[:10], y.strip()[:20]) for d, y in zip(days, sums, strict=False) if d.strip() or y.strip()]
    if any(not d or not y for d, y in lines):
        fault = FieldError("instalments", "schedule.half", "every payment has a day and a sum")
        raise RuleBroken("validation", "the schedule has faults", errors=[fault])
    return [{"due_on": d, "amount_fen": money.fen(y, "instalments")} for d, y in lines]
