"""``wuyou retention``: what is kept how long, how much of it is over, and letting go of it now."""

from __future__ import annotations

import json
from typing import Any

import click
from sqlalchemy.orm import Session

from app import keeping, settings
from app.commands.data import database
from app.commands.inputs import json_option, lang_option
from app.places import Places
from workflows.declared import BOTH, value
from workflows.keeping import REFUSED, Rule, batch, count
from workflows.store.session import DatabaseClock, Databases, Role


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Count what is over, and change nothing.")
@json_option
@lang_option
def retention_command(dry_run: bool, as_json: bool, lang: str) -> None:
    """Let go of what is over, as the night does: in small batches and under its caps; exit 1 where one refused.

    A kind that the cap refuses stays whole. Look at it with --dry-run; where the number is right, raise the cap with
    `wuyou setting set keeping.most_rows` (or most_cases, most_percent) for that day, and run this again tomorrow.
    """
    told = settings.read()
    with database(told) as db:
        with db.transaction(Role.WORKER) as session:
            rows = [facts(session, rule, lang) for rule in keeping.RULES]
        if not dry_run:
            done = {rule.code: purged(db, rule) for rule in keeping.RULES}
            rows = [row | {"purged": done[row["code"]]} for row in rows]
            with db.transaction(Role.WORKER) as session:
                keeping.sweep(session, Places(told.data))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(line(row))
    if not all(row["allowed"] for row in rows):
        raise click.exceptions.Exit(1)


def facts(session: Session, rule: Rule, lang: str) -> dict[str, Any]:
    """One kind of data: how long it is kept and why, how much is over, and whether a night may let go of it."""
    today = DatabaseClock(session).today()
    counted = count(session, rule, today)
    return {
        "code": rule.code,
        "days": value(session, rule.kept, BOTH, today),
        "says": rule.kept.says[0 if lang == "zh" else 1],
        "due": min(counted.due, counted.most),
        "more": counted.due > counted.most,
        "most": counted.most,
        "allowed": counted.allowed,
    }


def purged(db: Databases, rule: Rule) -> int:
    """Let go of all that is over of a kind, one transaction a batch; how much went."""
    total = 0
    while True:
        with db.transaction(Role.WORKER) as session:
            done = batch(session, rule, DatabaseClock(session).today())
        if not isinstance(done, int) or not done:
            return total
        total += done


def line(row: dict[str, Any]) -> str:
    """A kind of data on one line."""
    over = f"{row['due']}{'+' if row['more'] else ''}"
    tail = f"  purged {row['purged']}" if "purged" in row else ""
    refused = "" if row["allowed"] else f"  {REFUSED}: more than the cap of {row['most']} a night, or than its share"
    return f"{row['code']:12} {row['days']:>6} days  over {over:>8}{tail}{refused}  {row['says']}"
