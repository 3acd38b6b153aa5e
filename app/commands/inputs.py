"""Values given on the command line, checked with one clear line each."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from workflows.time.clock import shanghai_date
from workflows.time.deadline import KINDS, ClockEvent

DATE_LENGTH = 10


class Day(click.ParamType[date]):
    """A date ``YYYY-MM-DD``, or an ISO time whose date in Shanghai is meant."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) == DATE_LENGTH:
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
            return moment.date() if moment.tzinfo is None else shanghai_date(moment)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a date like 2026-04-15 or a time like 2026-04-15T09:30+08:00", param, ctx)


class Event(click.ParamType[ClockEvent]):
    """A clock event ``KIND@DATE``."""

    name = "event"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ClockEvent:
        kind, _, day = value.partition("@")
        if kind not in KINDS or not day:
            self.fail(f"{value!r} is not KIND@DATE with KIND one of {', '.join(KINDS)}", param, ctx)
        return ClockEvent(kind, DAY.convert(day, param, ctx))


DAY = Day()
EVENT = Event()


def language() -> str:
    """The language of the terminal: Chinese where its locale says so."""
    return "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--lang``, with the terminal's language as its default."""
    return click.option("--lang", type=click.Choice(["zh", "en"]), default=language, help="Language of the output.")(
        command
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print facts as JSON.")
