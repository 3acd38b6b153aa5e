"""``wuyou import``: lists that an operator brings, looked through whole before anything is written."""

from __future__ import annotations

import json
from pathlib import Path

import click
from tqdm import tqdm

from app import imports
from app.commands.data import database
from app.commands.inputs import json_option
from app.imports import Report

MOST_SHOWN = 200


@click.group("import")
def import_group() -> None:
    """Bring in lists from elsewhere."""


@import_group.command("merchants")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look the file through and write nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave the bad rows out and write the others.")
@json_option
def merchants_command(file: Path, dry_run: bool, skip_bad: bool, as_json: bool) -> None:
    """Bring in shops that promise already, from FILE (CSV or XLSX): firm, store, promise, plaque.

    Every bad cell is named by row and column. Nothing is written unless every row is good or --skip-bad is given.
    The same file again changes nothing, and a run that was cut off goes on where it was.
    """
    with database() as db:
        with tqdm(desc="check", unit=" rows", dynamic_ncols=True) as bar:
            report = imports.check(db, file, bar.update)
        if not dry_run and (skip_bad or not report.bad_rows):
            with tqdm(desc="write", unit=" rows", total=len(report.good), dynamic_ncols=True) as bar:
                imports.write(db, file, report, bar.update)
    click.echo(json.dumps(report.facts(), ensure_ascii=False) if as_json else _told(report, dry_run=dry_run))
    if report.bad_rows and not skip_bad:
        raise click.exceptions.Exit(1)


def _told(report: Report, *, dry_run: bool) -> str:
    lines = [f"row {f.row}, {f.column}: {f.message} [{f.code}]{'' if f.grave else ' (told only)'}"
             for f in report.faults[:MOST_SHOWN]]  # fmt: skip
    if len(report.faults) > MOST_SHOWN:
        lines.append(f"… and {len(report.faults) - MOST_SHOWN} more; --json shows ten thousand")
    if report.unknown_columns:
        lines.append(f"columns not read: {', '.join(report.unknown_columns)}")
    return "\n".join([*lines, _sum(report, dry_run=dry_run)])


def _sum(report: Report, *, dry_run: bool) -> str:
    seen = f"{report.rows} rows: {len(report.good)} good, {report.bad_rows} bad"
    if report.written:
        before = f", going on after {report.resumed_at}" if report.resumed_at else ""
        return f"{seen}; {report.added} stores added, {report.known} known already{before}"
    return f"{seen}; nothing written" + ("" if dry_run else ": mend the bad rows, or leave them out with --skip-bad")
