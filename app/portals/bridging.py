"""An officer's pages of the bridge: how the days compare, what differs, rows to mend, sheets to bring in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for

from app import files, sheets
from app.bridges import words
from app.http import context
from app.http.endpoint import endpoint
from app.places import Places
from app.portals import base, supervision
from app.portals.importing import written
from app.portals.public import told
from app.portals.supervision import Told, page, tried
from app.sheets import Limits
from app.views.bridges import faults_of
from complaints import bridge_queries, bridging, codes
from complaints.bridge_models import BridgeRow
from complaints.bridging import FIELDS, SYSTEMS
from complaints.operations import bridge_days, bridge_rows, bridge_sheets
from workflows.delivery.platforms import Batch
from workflows.errors import NotFound, RuleBroken

blueprint = Blueprint("bridges", __name__, url_prefix="/officer/bridges")

DAYS = 14
LIMITS = Limits(size=5 * 1024 * 1024, unpacked=60 * 1024 * 1024, rows=1_000)
NEEDED = ("number", "received_on", "respondent", "respondent_address")
LISTS = {"kind": bridging.KINDS, "category": codes.CATEGORIES, "problem": codes.PROBLEMS}
LONG = ("narrative", "clues", "basis")
TICKED = ("publish", "entrust", "anonymous")


@blueprint.get("/")
@endpoint("complaint.queue")
def home() -> Any:
    """The latest days, green or red; what waits for a person; the latest batches."""
    session, parties = context.session(), context.caller().identity.parties
    last = context.clock().today() - timedelta(days=1)
    city = context.actor().city or ""
    batches = bridge_queries.batches(session)
    return page(
        "bridges",
        days={system: bridge_queries.days(session, system, city, last, DAYS) for system in SYSTEMS},
        aside=len(bridge_queries.aside(session, parties)),
        key_in={s: len(bridge_queries.to_key_in(session, parties, s, "file")) for s in SYSTEMS},
        handed=len(bridge_queries.to_hand_over(session, parties)),
        most=bridge_queries.MOST,
        batches=batches,
        tallies=bridge_queries.tallies(session, [batch.id for batch in batches]),
    )


@blueprint.get("/days/<uuid:found>")
@endpoint("complaint.queue")
def day(found: UUID) -> Any:
    """A compared day: every difference by its kind, and what to do about it."""
    return day_page(found)


def day_page(found: UUID, failed: Told | None = None, at: UUID | None = None) -> Any:
    """The page, with why nothing was settled where nothing was."""
    session = context.session()
    rows = bridge_queries.differences(session, found)
    known = bridge_queries.case_numbers(session, [row.case_id for row in rows if row.case_id])
    return page(
        "bridge_day",
        failed,
        day=bridge_queries.day(session, found),
        rows=[(row, bridge_days.acts_of(row)) for row in rows],
        known=known,
        at=at,
        typed=request.form,
    )


@blueprint.post("/differences/<uuid:found>")
@endpoint("complaint.decide")
def settle(found: UUID) -> Any:
    """Settle a difference with a reason."""
    row = bridge_days.find(context.session(), found)
    act, reason = request.form.get("act", "")[:20], request.form.get("reason", "")[:1000]

    def step() -> None:
        actor, clock = context.actor(), context.clock()
        bridge_days.settle(context.session(), row, act, reason, actor=actor, clock=clock)

    failed = tried(step)
    return day_page(row.day_id, failed, found) if failed else base.see_other(url_for("bridges.day", found=row.day_id))


@blueprint.get("/rows/")
@endpoint("complaint.queue")
def aside() -> Any:
    """The rows that were set aside, with what is wrong and until when each has to be decided."""
    session, parties = context.session(), context.caller().identity.parties
    rows = bridge_queries.aside(session, parties)
    return page(
        "bridge_rows", rows=[(r, faults_of(r.faults), supervision.due(bridge_queries.due(session, r))) for r in rows]
    )


@blueprint.get("/rows/<uuid:found>")
@endpoint("complaint.queue")
def row(found: UUID) -> Any:
    """A row to mend, field by field."""
    session = context.session()
    held = session.get(BridgeRow, found)
    if held is None:
        raise NotFound("bridge.row", "there is no such row, or you may not see it")
    return row_page(held, bridge_rows.body_of(session, held))


def row_page(held: BridgeRow, said: Any, failed: Told | None = None) -> Any:
    """The page of a row, with what was typed."""
    wrong = {fault["field"]: fault["words"] for fault in faults_of(held.faults)}
    return page(
        "bridge_row",
        failed,
        row=held,
        said=said,
        wrong=wrong,
        fields=FIELDS,
        lists=LISTS,
        long=LONG,
        ticked=TICKED,
        requests=codes.REQUESTS,
        due=supervision.due(bridge_queries.due(context.session(), held)),
    )


@blueprint.post("/rows/<uuid:found>")
@endpoint("complaint.decide")
def mend(found: UUID) -> Any:
    """Write a row anew; it is filed when nothing is wrong with it any more."""
    session, form = context.session(), request.form
    said = {name: supervision.words(form, name) for name in FIELDS} | {"requests": ";".join(form.getlist("requests"))}
    held = bridge_sheets.find(session, found, form.get("version", 0, type=int))
    if bridge_sheets.mend(session, held, said, clock=context.clock()):
        return row_page(held, said), 422
    return base.see_other(url_for("bridges.aside"))


@blueprint.post("/rows/<uuid:found>/drop")
@endpoint("complaint.decide")
def drop(found: UUID) -> Any:
    """Let go of a row that is no case, with a reason."""
    session = context.session()
    held = bridge_sheets.find(session, found)

    def step() -> None:
        bridge_sheets.drop(session, held, request.form.get("reason", "")[:1000], actor=context.actor())

    failed = tried(step)
    if failed:
        return row_page(held, bridge_rows.body_of(session, held), failed)
    return base.see_other(url_for("bridges.aside"))


@blueprint.get("/import")
@endpoint("complaint.queue")
def begin() -> Any:
    """Bring a spreadsheet of a platform."""
    return import_page({})


def import_page(errors: dict[str, str]) -> Any:
    """The page, with what was wrong with the file."""
    limits = {"most": LIMITS.rows, "mb": LIMITS.size // 1024 // 1024}
    return page(
        "bridge_import", errors=errors, systems=SYSTEMS, titles=words.titles(places()), needed=NEEDED, limits=limits
    )


def places() -> Places:
    """Where this installation keeps its own headings."""
    return Places(context.installation().told.data)


@blueprint.post("/import")
@endpoint("complaint.decide")
def upload() -> Any:
    """Check a sheet whole; nothing is filed yet."""
    file, system = request.files.get("file"), request.form.get("system", "")
    if file is None or not file.filename or system not in SYSTEMS:
        return import_page({"file": context.t("import.choose_file")}), 422
    body = file.stream.read(LIMITS.size + 1)
    file.close()
    name = files.plain_name(file.filename)
    try:
        with written(body) as path:
            lines, rows = looked(path)
    except RuleBroken as error:
        return import_page({"file": told(error)}), 422
    session, actor, clock = context.session(), context.actor(), context.clock()
    batch = bridge_sheets.upload(session, system, Batch("sheet", rows), name, lines, actor=actor, clock=clock)
    return base.see_other(url_for("bridges.batch", found=batch.id))


def looked(path: Path) -> tuple[list[int], list[dict[str, str]]]:
    """The rows of a sheet with our codes, and their numbers in it.

    :raises RuleBroken: no table, too much, or a column is missing.
    """
    here = places()
    sheet = sheets.open_sheet(path, words.names(here), LIMITS)
    if missing := [name for name in NEEDED if name not in sheet.columns.values()]:
        said = "、".join(words.titles(here)[name] for name in missing)
        raise RuleBroken("import.columns", f"the file lacks these columns: {said}", field="file", columns=said)
    known = words.tables(here)
    found = [(number, words.coded(row, known)) for number, row in sheet.rows]
    if not found:
        raise sheets.bad("empty", "the file has no rows")
    return [number for number, _ in found], [row for _, row in found]


@blueprint.get("/batches/<uuid:found>")
@endpoint("complaint.queue")
def batch(found: UUID) -> Any:
    """A batch or a sheet: its faults by row and column, then how far it is."""
    session = context.session()
    held = bridge_queries.batch(session, found)
    after = max(0, request.args.get("after", 0, type=int))
    rows = bridge_queries.rows(session, found, after)
    return page(
        "bridge_batch",
        batch=held,
        tally=bridge_queries.tallies(session, [found]).get(found, {}),
        faulty=bridge_queries.faulty(session, found),
        rows=[(row, faults_of(row.faults)) for row in rows[: bridge_queries.MOST]],
        following=rows[bridge_queries.MOST - 1].line if len(rows) > bridge_queries.MOST else 0,
        own=held.account_id == context.actor().account,
    )


@blueprint.post("/batches/<uuid:found>/confirm")
@endpoint("complaint.decide")
def confirm(found: UUID) -> Any:
    """File the good rows of a sheet; the others are set aside."""
    bridge_sheets.confirm(context.session(), found, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("bridges.batch", found=found))
