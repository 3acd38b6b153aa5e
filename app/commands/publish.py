"""Publishing open data at once, without waiting for the night."""

from __future__ import annotations

import json

import click

from app import open_data, settings
from app.commands.data import database
from app.commands.inputs import json_option
from workflows.store.session import DatabaseClock, Role


@click.command("open-data")
@json_option
def open_data_command(as_json: bool) -> None:
    """Write today's edition of the open data under WUYOU_DATA/open-data and put it in place."""
    told = settings.read()
    with database(told) as db, db.transaction(Role.WORKER) as session:
        today = DatabaseClock(session).today()
        about = open_data.publish(session, told.data, today, told.open_data_licence)
    if as_json:
        click.echo(json.dumps(about, ensure_ascii=False))
        return
    for f in about["files"]:
        click.echo(f"{f['name']:14} {f['rows']:>8} rows {f['bytes']:>12} bytes  sm3 {f['sm3']}")
