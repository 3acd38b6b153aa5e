"""``wuyou credit`` and ``wuyou lists``: files that other keepers send, taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click

from app.commands.data import database
from merchants import mirrors
from merchants.operations import mirror
from workflows.errors import DomainError, RuleBroken
from workflows.people.actor import SYSTEM
from workflows.store.session import DatabaseClock, Role

Row = TypeVar("Row")

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
MOST_TOLD = 20
MOST_BYTES = 500 * 1024 * 1024


def read(file: Path, reader: Callable[[Iterable[str]], list[Row]]) -> list[Row]:
    """The rows of a file; its faults are printed line by line.

    :raises RuleBroken: the file has faults, and nothing of it was taken.
    """
    if file.stat().st_size > MOST_BYTES:
        raise RuleBroken("mirror.size", f"{file.name} is larger than {MOST_BYTES // 1024**2} MB: send it in parts")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return reader(lines)
    except UnicodeDecodeError:
        raise RuleBroken("mirror.encoding", f"{file.name} is not UTF-8: save it as UTF-8") from None
    except RuleBroken as error:
        for fault in error.errors[:MOST_TOLD]:
            click.echo(f"{fault.field}: {fault.message}", err=True)
        raise


@click.group("credit")
def credit_group() -> None:
    """Firms' credit classes: an internal aid of supervision, used to draw visits and for nothing else."""


@credit_group.command("load")
@FILE
def credit_load_command(file: Path) -> None:
    """Take in classes by month from a file ``uscc,month,class,source``; the same file twice changes nothing."""
    rows = read(file, mirrors.credit_rows)
    with database() as db, db.transaction(Role.WORKER) as session:
        found = mirror.load_credit(session, rows, clock=DatabaseClock(session))
    click.echo(f"{found.rows} rows: {found.changed} new or changed, {found.unknown} of firms that do not take part")


@click.group("lists")
def lists_group() -> None:
    """Lists of abnormal operation and serious dishonesty, mirrored from their keepers."""


@lists_group.command("load")
@FILE
def lists_load_command(file: Path) -> None:
    """Take in entries from a file ``kind,uscc,source,number,edition,since,until``."""
    rows = read(file, mirrors.list_rows)
    with database() as db, db.transaction(Role.WORKER) as session:
        found = mirror.mirror(session, rows, actor=SYSTEM, clock=DatabaseClock(session))
    click.echo(f"{found.rows} rows: {found.changed} new or changed")


@lists_group.command("repair")
@FILE
def lists_repair_command(file: Path) -> None:
    """Stop entries by repair notices from a file ``source,number,notice,repaired_on,received_on``."""
    rows = read(file, mirrors.repair_rows)
    with database() as db, db.transaction(Role.WORKER) as session:
        clock = DatabaseClock(session)
        for row in rows:
            try:
                entry = mirror.stop_by_repair(session, row, actor=SYSTEM, clock=clock)
            except DomainError as error:
                raise RuleBroken(error.code, f"{row.number}: {error.message}; nothing was stopped") from error
            late = "" if not entry.pushed_late else f", pushed after {entry.push_due_on} (CR 4)"
            click.echo(f"{entry.number} stopped on {entry.stopped_on}{late}")
