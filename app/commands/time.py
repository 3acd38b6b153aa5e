"""``wuyou deadline``, ``terms`` and ``calendar``: they need no server."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click

from app import settings
from app.catalogue import text
from app.commands.inputs import DAY, EVENT, json_option, lang_option
from app.views.dates import line_text
from app.wiring import TERMS
from workflows.errors import NotFound, RuleBroken
from workflows.time.calendar import Calendar, CalendarYear
from workflows.time.deadline import ClockEvent, Deadline, deadline
from workflows.time.explain import DayLine, explain
from workflows.time.notices import published
from workflows.time.terms import Term


def calendar() -> Calendar:
    """The years that ship with Wuyou and those loaded on this installation."""
    return published(settings.read().data / "years")


@click.command("deadline")
@click.argument("term")
@click.argument("start", type=DAY)
@click.option("--received", type=DAY, help="Day of receipt, where the rule set depends on it. Default: START.")
@click.option("--event", "events", type=EVENT, multiple=True, help="KIND@DATE: testing, tested, restart, extend.")
@click.option("--explain", "explained", is_flag=True, help="List every day counted, skipped or paused, and why.")
@json_option
@lang_option
def deadline_command(
    term: str,
    start: date,
    received: date | None,
    events: tuple[ClockEvent, ...],
    explained: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Print the due date of TERM for a clock that starts on START.

    START is a date, or a time whose date in Shanghai counts. Exit 1 while a pause holds the date back.
    """
    if received and received > start:
        raise RuleBroken("deadline.received", f"--received {received} is after the start, {start}", field="received")
    years = calendar()
    found = deadline(TERMS.find(term, start, received), years, start, events)
    lines = explain(found, years) if explained else []
    if as_json:
        click.echo(json.dumps(_facts(found, received or start, lines, lang), ensure_ascii=False))
    else:
        _print(found, lines, years, lang)
    if found.due_on is None:
        raise click.exceptions.Exit(1)


def _print(found: Deadline, lines: list[DayLine], years: Calendar, lang: str) -> None:
    if found.due_on is None:
        click.echo(f"paused since {found.paused_since}")
    else:
        click.echo(f"{found.due_on}{' (provisional)' if found.provisional else ''}")
    if found.term.precedes(found.start):
        click.echo(text("deadline.before_force", lang, start=found.start), err=True)
    if not lines:
        return
    click.echo(_head(found.term, lang))
    for line in lines:
        click.echo(line_text(line, lang))
    if found.due_on != found.safe_on:
        click.echo(text("deadline.safe", lang, safe_on=found.safe_on))
    if found.provisional:
        click.echo(text("deadline.provisional", lang, year=(years.last_published or 0) + 1))


def _head(term: Term, lang: str) -> str:
    unit = text(f"unit.{term.unit.value}", lang)
    title = term.title[0 if lang == "zh" else 1]
    return text("deadline.head", lang, title=title, amount=term.amount, unit=unit, article=term.article)


def _facts(found: Deadline, received: date, lines: list[DayLine], lang: str) -> dict[str, Any]:
    return {
        "term": found.term.code,
        "rule": found.term.version,
        "article": found.term.article,
        "amount": found.course.amount,
        "unit": found.term.unit.value,
        "start": str(found.start),
        "received": str(received),
        "due_on": found.due_on and str(found.due_on),
        "safe_on": found.safe_on and str(found.safe_on),
        "provisional": found.provisional,
        "paused_since": found.paused_since and str(found.paused_since),
        "calendar_version": found.calendar_version,
        "days": [_day(line, lang) for line in lines],
    }


def _day(line: DayLine, lang: str) -> dict[str, Any]:
    reason = text(line.reason, lang, detail=line.detail).strip()
    return {"date": str(line.day), "verdict": line.verdict.value, "number": line.number, "reason": reason}


@click.command("terms")
@json_option
@lang_option
def terms_command(as_json: bool, lang: str) -> None:
    """Print every term: code, amount, unit, article, in force from and to."""
    rows = [_term(term, lang) for term in TERMS]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        span = f"{row['from'] or '…'} – {row['to'] or '…'}"
        click.echo(f"{row['code']:30} {row['amount']:3} {row['unit']:13} {row['article']:16} {span:25} {row['title']}")


def _term(term: Term, lang: str) -> dict[str, Any]:
    span = term.in_force
    return {
        "code": term.code,
        "amount": term.amount,
        "unit": term.unit.value,
        "article": term.article,
        "from": span.first and str(span.first),
        "to": span.last and str(span.last),
        "extension": term.extension,
        "title": term.title[0 if lang == "zh" else 1],
    }


@click.group("calendar")
def calendar_group() -> None:
    """Show and load the published calendar years."""


@calendar_group.command("show")
@click.argument("year", type=click.IntRange(1900, 9999))
@json_option
def show_command(year: int, as_json: bool) -> None:
    """Print the holidays and make-up days of YEAR; exit 1 when its notice is not loaded."""
    found = calendar().years.get(year)
    if found is None:
        message = f"no published notice for {year} is loaded; its days are counted Monday to Friday less 1 January"
        raise NotFound("calendar.year", message, field="year")
    if as_json:
        click.echo(json.dumps(_year(found), ensure_ascii=False))
        return
    for notice in (found.notice, *found.amendments):
        click.echo(f"{notice.title} {notice.number} {notice.published_on} {notice.url}")
    for holiday in found.holidays:
        click.echo(f"off   {holiday.first} – {holiday.last}  {holiday.name}")
    for day in sorted(found.make_up):
        click.echo(f"work  {day}")


def _year(year: CalendarYear) -> dict[str, Any]:
    notices = [{"title": n.title, "number": n.number, "url": n.url} for n in (year.notice, *year.amendments)]
    holidays = [{"name": h.name, "from": str(h.first), "to": str(h.last)} for h in year.holidays]
    make_up = [str(day) for day in sorted(year.make_up)]
    return {"year": year.year, "version": year.version, "notices": notices, "holidays": holidays, "make_up": make_up}
