"""Commands about data: the demo's sign-ins, loading volume, measuring, calendars, replaying dead messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from app import settings
from app.commands.inputs import DAY, json_option
from app.commands.time import calendar_group
from app.database import connect
from app.places import Places, write_private
from app.settings import Settings
from app.wiring import KIND, MOVED, TERMS
from measures import nightly
from seeds import demo, people, volume
from workflows.case import calendars, casework, clocks
from workflows.case.clocks import Move, Shift
from workflows.delivery import outbox
from workflows.errors import Refused
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock, Databases, Role
from workflows.time.calendar import Calendar
from workflows.time.notices import read_year


@contextmanager
def database(told: Settings | None = None) -> Iterator[Databases]:
    """The engines of one command."""
    db = connect(told or settings.read(), pooled=False)
    try:
        yield db
    finally:
        db.close()


@click.command("demo-accounts")
@json_option
def demo_accounts_command(as_json: bool) -> None:
    """Print the demo's sign-ins."""
    if not settings.read().demo:
        raise Refused("demo", "there is no demo here: it exists on the embedded servers and a loopback address only")
    rows = [account_facts(person) for person in people.PEOPLE]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        line = f"{row['role']:10} {row['city']:5} {row['login']:16} {row['password']}"
        click.echo(f"{line}  TOTP {row['totp_secret']}" if "totp_secret" in row else line)


def account_facts(person: people.Person) -> dict[str, str]:
    """One sign-in of the demo."""
    row = {"role": person.role, "city": person.city, "login": person.login, "password": people.PASSWORD}
    if person.phone:
        row["phone"] = person.phone
    if person.role in ("officer", "supervisor", "admin", "council"):
        row["totp_secret"] = people.TOTP
    return row


@click.command("load")
@click.option(
    "--merchants", type=click.IntRange(0, 900_000), default=0, help="How many enterprises, each with a promising store."
)
@click.option("--complaints", type=click.IntRange(0, 20_000_000), default=0, help="How many complaints to add.")
@click.option("--returns", type=click.IntRange(0), default=0, help="Refused until there are returns.")
@click.option("--days", type=click.IntRange(1, 2000), default=demo.DAYS, help="Over how many past days.")
@click.option("--seed", type=click.IntRange(0), default=1, help="The same seed adds the same volume.")
def load_command(merchants: int, complaints: int, returns: int, days: int, seed: int) -> None:
    """Add realistic volume, set-based, with a progress bar; needs the demo's people and shops."""
    if returns:
        raise Refused("load.returns", "there are no returns yet: --returns comes with their domain", field="returns")
    ids = [people.crowd_id(number) for number in range(people.CROWD)]
    with database() as db, db.transaction(Role.OWNER) as session:
        session.connection().exec_driver_sql("SET LOCAL statement_timeout = 0")
        with tqdm(total=merchants + complaints, dynamic_ncols=True) as bar:
            volume.load_volume(session, merchants, seed, bar.update)
            demo.add_past(session, complaints, days, seed, ids, bar.update)
    click.echo(f"{merchants} merchants and {complaints} complaints added")


@click.command("measure")
@click.option("--day", type=DAY, required=True, help="The day, in Shanghai.")
@click.option("--days", type=click.IntRange(1, 3660), default=1, help="This many days, ending with --day.")
def measure_command(day: date, days: int) -> None:
    """Run the nightly measures for a day, and the days before it; again and again with equal rows."""
    with database() as db, db.transaction(Role.WORKER) as session:
        figures = nightly.measure_recent(session, day, days)
    click.echo(f"{figures} figures")


@calendar_group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show which open deadlines would move, and change nothing.")
def load_year_command(file: Path, dry_run: bool) -> None:
    """Load a year's published notice: shows which open deadlines move, then moves them with an event each."""
    told = settings.read()
    body = file.read_text("utf-8")
    year = read_year(body, file.name)
    with database(told) as db, db.transaction(Role.WORKER) as session:
        calendar = calendars.current(session).with_year(year)
        found = clocks.shifts(session, TERMS, calendar)
        for move in clocks.moves(session, TERMS, calendar, found):
            report(move)
        if not dry_run:
            calendars.load(session, body, year, None)
            apply(session, calendar, found)
    verb = "would move" if dry_run else "moved"
    click.echo(f"{sum(s.clocks for s in found if s.visible)} open deadlines {verb}; calendar {calendar.version}")
    if not dry_run:
        places = Places(told.data)
        places.years.mkdir(parents=True, exist_ok=True)
        write_private(places.years / f"{year.year}.json", body)


def report(move: Move) -> None:
    """Print a move."""
    mark = " (provisional)" if move.found.provisional else ""
    click.echo(f"{move.clock.case_id} {move.clock.term}: {move.clock.due_on} → {move.found.due_on}{mark}")


def apply(session: Session, calendar: Calendar, found: Sequence[Shift]) -> None:
    """Move the dates; those that a person would see get an event in their case's journal."""
    clock = DatabaseClock(session)
    for move in clocks.moves(session, TERMS, calendar, found):
        case = casework.lock(session, KIND[move.clock.case_kind], move.clock.case_id)
        casework.move_clock(session, case, move, actor=SYSTEM, clock=clock)
        for follow in MOVED.get(move.clock.case_kind, ()):
            follow(session, case)
    session.flush()
    clocks.settle(session, calendar)


@click.group("outbox")
def outbox_group() -> None:
    """Look after messages that were given up."""


@outbox_group.command("replay")
@click.option("--id", "message", type=click.UUID, help="One message; all dead ones where it is not given.")
def replay_command(message: UUID | None) -> None:
    """Bring dead messages back to life."""
    with database() as db, db.transaction(Role.WORKER) as session:
        click.echo(f"{outbox.replay(session, message)} messages are due again")
