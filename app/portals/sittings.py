"""The calendar of sessions: by day and week, on a phone too; and as a file for the calendar of a telephone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from app.api.mediation import span
from app.http import context
from app.http.endpoint import endpoint
from app.views import ics
from complaints import mediation_queries
from workflows.errors import NotFound
from workflows.people.actor import OFFICIALS
from workflows.time.clock import shanghai_date

blueprint = Blueprint("sittings", __name__)

WEEK = 7
FILE_DAYS = 60
HOST = "wuyou"


@blueprint.get("/officer/sessions/")
@endpoint("complaint.queue")
def calendar() -> Any:
    """The sessions of a week or of a day, the officer's own or the bureau's."""
    day, days, mine = asked_day(), 1 if request.args.get("view") == "day" else WEEK, request.args.get("mine") == "1"
    first = day if days == 1 else day - timedelta(days=day.weekday())
    return render_template(
        "officer/sessions.html",
        days=by_day(found(first, days, mine=mine), first, days),
        first=first,
        last=first + timedelta(days=days - 1),
        before=first - timedelta(days=days),
        after=first + timedelta(days=days),
        view="day" if days == 1 else "week",
        mine=mine,
        today=context.clock().today(),
        now=context.clock().now(),
    )


@blueprint.get("/officer/sessions.ics")
@endpoint("complaint.queue")
def file() -> Response:
    """The sessions of the next weeks, for the calendar of a telephone."""
    return answer(found(context.clock().today(), FILE_DAYS, mine=request.args.get("mine") == "1"), "sessions")


@blueprint.get("/my/sessions/<uuid:sitting>.ics")
@endpoint("case.read")
def one(sitting: UUID) -> Response:
    """One session, for whoever sees its case."""
    row = mediation_queries.one(context.session(), sitting)
    if row is None:
        raise NotFound("sitting.unknown", "there is no such session, or you may not see it")
    return answer([row], "session")


def asked_day() -> date:
    """The day of the address; today where it names none that can be."""
    try:
        day = date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return context.clock().today()
    return day if 2000 <= day.year <= 2200 else context.clock().today()


def found(first: date, days: int, *, mine: bool) -> Any:
    """The sessions of some days that are the caller's to see."""
    start, until = span(first, days)
    official = context.actor().role in OFFICIALS
    parties = context.caller().identity.parties
    return mediation_queries.calendar(
        context.session(),
        start,
        until,
        bureaus=parties if official else (),
        officer=context.actor().account if mine else None,
        org=() if official else parties,
    )


def by_day(rows: Iterable[Any], first: date, days: int) -> list[tuple[date, list[Any]]]:
    """Every day with its sessions, the empty ones too."""
    held = {day: list(group) for day, group in groupby(rows, key=lambda row: shanghai_date(row[0].starts_at))}
    return [(day, held.get(day, [])) for day in (first + timedelta(days=n) for n in range(days))]


def answer(rows: Iterable[Any], name: str) -> Response:
    """A calendar file."""
    entries = [entry(row) for row in rows]
    body = ics.calendar(entries, context.clock().now(), HOST)
    response = Response(body, mimetype=ics.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def entry(row: Any) -> ics.Entry:
    """A session in words."""
    sitting, number, respondent = row
    title = context.t("mediation.ics_title", mode=context.t(f"mediation.mode.{sitting.mode}"), respondent=respondent)
    about = context.t("mediation.ics_about", number=number, mediators=sitting.mediators)
    return ics.Entry(
        sitting.id,
        sitting.starts_at,
        sitting.minutes,
        title,
        sitting.place,
        about,
        sitting.seq,
        cancelled=sitting.cancelled_at is not None,
    )
