"""``wuyou``: the commands of an installation.

Exit status 0, 1 when the answer is no, 2 for bad input with one clear line on stderr.
"""

from __future__ import annotations

import sys

import click
import psycopg
from sqlalchemy.exc import OperationalError

from app import settings
from app.commands.bridges import bridge_group, stand_in_command
from app.commands.bulk import import_group
from app.commands.data import demo_accounts_command, load_command, measure_command, outbox_group
from app.commands.declared import setting_group
from app.commands.keeping import retention_command
from app.commands.mirrors import credit_group, lists_group
from app.commands.organisations import organisation_group
from app.commands.proof import doctor_command, export_command, verify_group
from app.commands.publish import open_data_command
from app.commands.replay import replay_command
from app.commands.serve import run_command, stop_command
from app.commands.time import calendar_group, deadline_command, terms_command
from app.settings import VERSION
from workflows.errors import DomainError


@click.group()
@click.version_option(VERSION)
def wuyou() -> None:
    """Wuyou (无忧): merchants, complaints, returns and their clocks, for two cities' market regulators."""


COMMANDS = (
    deadline_command,
    terms_command,
    calendar_group,
    run_command,
    stop_command,
    demo_accounts_command,
    load_command,
    import_group,
    measure_command,
    open_data_command,
    verify_group,
    export_command,
    outbox_group,
    setting_group,
    credit_group,
    lists_group,
    doctor_command,
    replay_command,
    retention_command,
    stand_in_command,
    bridge_group,
    organisation_group,
)
for command in COMMANDS:
    wuyou.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit status."""
    sys.exit(status(arguments))


def status(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status."""
    try:
        return int(wuyou.main(arguments, prog_name="wuyou", standalone_mode=False) or 0)
    except click.Abort:
        return 130
    except (click.ClickException, DomainError, OperationalError, psycopg.Error) as error:
        return _complain(_words(error), 1 if getattr(error, "code", None) == "calendar.year" else 2)


def _words(error: Exception) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OperationalError):
        return f"the database does not answer: is Wuyou running on {settings.read().data}? `make run` starts it"
    return error.message if isinstance(error, DomainError) else f"the database refused: {error}"


def _complain(message: str, code: int) -> int:
    click.echo(f"wuyou: {' '.join(message.split())}", err=True)
    return code
