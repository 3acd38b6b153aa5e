"""``wuyou organisation``: the register of organisations that a mediation may be entrusted to (art. 19)."""

from __future__ import annotations

import json
from datetime import date

import click
from sqlalchemy import select, update

from app.commands.data import database
from app.commands.inputs import DAY, json_option
from complaints.mediation import ORGANISATIONS
from complaints.mediation_models import MediationOrg
from workflows.errors import NotFound, RuleBroken
from workflows.store.db import new_id
from workflows.store.session import Role

CITIES = ("3205", "3101")
FIELDS = ("id", "kind", "city", "name", "name_en", "phone", "address", "since", "until")
LONGEST = 100


@click.group("organisation")
def organisation_group() -> None:
    """Look at and keep the register of consumer councils and other mediation organisations."""


@organisation_group.command("list")
@click.option("--city", type=click.Choice(CITIES), default=None, help="Of one city only.")
@json_option
def list_command(city: str | None, as_json: bool) -> None:
    """Print the register, those that have left it too."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        query = select(MediationOrg).order_by(MediationOrg.city, MediationOrg.name, MediationOrg.id)
        found = session.scalars(query if city is None else query.where(MediationOrg.city == city)).all()
        rows = [{name: getattr(row, name) for name in FIELDS} for row in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    for row in rows:
        click.echo(
            f"{row['id']}  {row['city']}  {row['kind']:11}  {row['since']} – {row['until'] or ''}  {row['name']}"
        )


@organisation_group.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(ORGANISATIONS), required=True, help="A consumer council, or another one.")
@click.option("--city", type=click.Choice(CITIES), required=True, help="Where it may be entrusted.")
@click.option("--name-en", default="", help="Its name in English; the same where it has none.")
@click.option("--phone", required=True, help="How it is reached.")
@click.option("--address", required=True, help="Where it is.")
@click.option("--from", "since", type=DAY, required=True, help="The first day it may be entrusted.")
def add_command(name: str, kind: str, city: str, name_en: str, phone: str, address: str, since: date) -> None:
    """Enter NAME in the register; its id is printed."""
    if not name.strip() or len(name.strip()) > LONGEST:
        raise RuleBroken("name", f"a name has 1 to {LONGEST} characters", field="name")
    row = MediationOrg(
        id=new_id(), kind=kind, city=city, name=name.strip(), name_en=name_en.strip() or name.strip(), phone=phone,
        address=address, since=since, until=None,
    )  # fmt: skip
    with database() as db, db.transaction(Role.WORKER) as session:
        session.add(row)
    click.echo(str(row.id))


@organisation_group.command("end")
@click.argument("organisation", type=click.UUID)
@click.option("--on", type=DAY, required=True, help="The last day it may be entrusted; cases with it go on.")
def end_command(organisation: str, on: date) -> None:
    """Let an organisation leave the register."""
    left = update(MediationOrg).where(MediationOrg.id == organisation).values(until=on).returning(MediationOrg.name)
    with database() as db, db.transaction(Role.WORKER) as session:
        name = session.scalar(left)
    if name is None:
        raise NotFound("organisation", "there is no such organisation", field="organisation")
    click.echo(f"{name} until {on}")
