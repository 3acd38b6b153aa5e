"""``wuyou setting list`` and ``set``: what no text says is decided here, openly, from a day on."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commands.data import database
from app.commands.inputs import DAY, json_option, lang_option
from app.wiring import SETTINGS
from workflows.declared import BOTH, DeclaredSetting, value
from workflows.errors import NotFound, RuleBroken
from workflows.store.session import DatabaseClock, Role
from workflows.time.declared import check

CITIES = ("3205", "3101")


@click.group("setting")
def setting_group() -> None:
    """Look at what no text says and is decided here; decide it anew from a day on."""


@setting_group.command("list")
@click.option("--city", type=click.Choice(CITIES), default=CITIES[0], help="For which city.")
@json_option
@lang_option
def list_command(city: str, as_json: bool, lang: str) -> None:
    """Print every declared setting with the value that holds today."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        today = DatabaseClock(session).today()
        rows = [_facts(session, code, city, today, lang) for code in SETTINGS]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        own = "" if row["value"] == row["default"] else f" (default {row['default']})"
        click.echo(f"{row['code']:26} {row['value']:>5} {row['unit']:13}{own} {row['says']}")


def _facts(session: Session, code: str, city: str, today: date, lang: str) -> dict[str, Any]:
    setting = SETTINGS[code]
    return {
        "code": code,
        "value": value(session, setting, city, today),
        "default": setting.default,
        "unit": setting.unit,
        "least": setting.least,
        "most": setting.most,
        "says": setting.says[0 if lang == "zh" else 1],
    }


@setting_group.command("set")
@click.argument("code")
@click.argument("amount", type=int)
@click.option("--city", type=click.Choice([*CITIES, BOTH]), default=BOTH, help="For one city; for both by default.")
@click.option("--from", "since", type=DAY, required=True, help="The first day it holds: today or later.")
@click.option("--reason", required=True, help="Why: it is kept with the decision.")
def set_command(code: str, amount: int, city: str, since: date, reason: str) -> None:
    """Decide that CODE is AMOUNT from a day on; what was counted before stays as it was."""
    if code not in SETTINGS:
        raise NotFound("declared.unknown", f"unknown setting {code!r}; known are {', '.join(SETTINGS)}", field="code")
    check(SETTINGS[code], amount)
    with database() as db, db.transaction(Role.WORKER) as session:
        clock = DatabaseClock(session)
        if since < clock.today():
            raise RuleBroken("declared.since", "a setting is never decided for days that are over", field="from")
        row = {"code": code, "city": city, "since": since, "value": amount, "reason": reason[:500]}
        kept = insert(DeclaredSetting).values(**row, decided_at=clock.now()).on_conflict_do_nothing()
        made = session.scalar(kept.returning(DeclaredSetting.code))
        if made is None:
            same = select(DeclaredSetting.value).filter_by(code=code, city=city, since=since)
            held = session.scalar(same)
            raise RuleBroken("declared.decided", f"{code} has been decided for that day already: {held}", field="from")
    click.echo(f"{code} is {amount} from {since}")
