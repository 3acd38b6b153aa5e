"""``wuyou stand-in`` and ``wuyou bridge``: the local stand-in, and comparing a day by hand."""

from __future__ import annotations

from datetime import date

import click

from app import settings
from app.bridges import send, stand_in
from app.bridges.client import platforms
from app.commands.data import database
from app.commands.inputs import DAY
from complaints.bridging import SYSTEMS
from complaints.operations.bridge_days import CITIES
from workflows.delivery.platforms import Declined, Unanswered
from workflows.errors import NotFound, RuleBroken

SYSTEM = click.Choice(SYSTEMS)


@click.command("stand-in")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Its port; 0 takes the last one, or a free one.")
def stand_in_command(port: int) -> None:
    """Stand in for the national platform and the hotline, on this machine only, until Ctrl-C."""
    stand_in.run(settings.read(), port)


@click.group("bridge")
def bridge_group() -> None:
    """The bridges to the national platform and the hotline."""


@bridge_group.command("compare")
@click.argument("system", type=SYSTEM)
@click.argument("day", type=DAY)
def compare_command(system: str, day: date) -> None:
    """Compare DAY with the list of SYSTEM now; exit 1 when something differs."""
    told = settings.read()
    platform = platforms(told).get(system)
    if platform is None:
        raise NotFound("bridge.unconnected", f"{system} has no address: set WUYOU_BRIDGE_{system.upper()}")
    try:
        with database(told) as db:
            found = {city: send.compared(db, platform, system, city, day) for city in CITIES}
    except (Unanswered, Declined) as error:
        raise RuleBroken("bridge.silent", f"{system} did not answer ({error.code}): nothing was compared") from None
    for city, count in found.items():
        click.echo(f"{city} {day}: {count} differences")
    if any(found.values()):
        raise click.exceptions.Exit(1)
