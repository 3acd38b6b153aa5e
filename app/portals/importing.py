"""A firm's stores from a spreadsheet, in two steps: everything checked, then everything made; one signature for all."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound as NoPage

from app import files, lists, sheets, workbooks
from app.http import context
from app.http.endpoint import endpoint
from app.import_tables import StoreList
from app.lists import Looked
from app.portals import base, list_pictures
from app.portals.public import told
from app.views import commitments
from app.views import lists as views
from app.views import promises as promise_words
from merchants import columns
from merchants.models import Enrolment, Enterprise
from merchants.operations import bulk
from seeds import examples
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people import directory
from workflows.store.db import new_id
from workflows.store.session import keys_of

blueprint = Blueprint("importing", __name__, url_prefix="/merchant/import")

PAGE = 25
RECENT = 10
MOST_FIRMS = 100
PORTION = 50
"""Applications handed in by one request, in one transaction."""


@blueprint.get("/")
@endpoint("merchant.own")
def begin() -> Any:
    """What a list is, the template, and the lists brought so far."""
    return page({})


def page(errors: dict[str, str]) -> str:
    """The first page, with what was wrong with an upload."""
    session, mine = context.session(), StoreList.account_id == context.actor().account
    recent = session.scalars(select(StoreList).where(mine).order_by(StoreList.id.desc()).limit(RECENT)).all()
    limits = {"most": lists.MOST_ROWS, "mb": lists.LIMITS.size // 1024 // 1024}
    return render_template("merchant/import.html", firms=managed(), recent=recent, errors=errors, limits=limits)


def managed() -> list[Enterprise]:
    """The firms that the caller manages."""
    query = select(Enterprise).where(Enterprise.id.in_(context.actor().manages)).order_by(Enterprise.name)
    return list(context.session().scalars(query.limit(MOST_FIRMS)))


@blueprint.post("/")
@endpoint("merchant.own")
def upload() -> Any:
    """Take a list in and look it through; nothing is made."""
    firm = next((f for f in managed() if str(f.id) == request.form.get("firm")), None)
    file = request.files.get("file")
    if firm is None:
        raise NotFound("import.firm", "only a manager of the firm may bring its stores", field="firm")
    if file is None or not file.filename:
        return page({"file": context.t("import.choose_file")}), 422
    body = file.stream.read(lists.LIMITS.size + 1)
    file.close()
    try:
        with written(body) as path:
            looked = lists.look(context.session(), firm, path)
    except RuleBroken as error:
        return page({"file": told(error)}), 422
    row = StoreList(id=new_id(), account_id=context.actor().account, enterprise_id=firm.id)
    row.name, row.uploaded_at, row.cases = files.plain_name(file.filename), context.clock().now(), []
    row.body_sealed = keys_of(context.session()).seal_bytes(place(row), body)
    note(row, looked)
    context.session().add(row)
    context.session().flush()
    return base.see_other(url_for("importing.show", found=row.id))


@contextmanager
def written(body: bytes) -> Iterator[Path]:
    """The list as a file, for as long as it is read."""
    with tempfile.NamedTemporaryFile(prefix="wuyou-list-") as file:
        file.write(body)
        file.flush()
        yield Path(file.name)


def place(row: StoreList) -> str:
    """What a kept file is bound to."""
    return f"store_list|body|{row.id}"


def note(row: StoreList, looked: Looked) -> None:
    """Keep what a list says, for its page."""
    row.state = "faulty" if looked.grave else "good"
    row.rows = looked.rows
    row.faults = [fault.facts() for fault in looked.faults]
    row.faults += [{"unknown": looked.unknown[:RECENT]}] if looked.unknown else []
    row.shown = [good.shown() for good in looked.good]


def find(found: UUID, *, lock: bool = False) -> StoreList:
    """A list of the caller's own.

    :raises NotFound: there is none.
    """
    query = select(StoreList).where(StoreList.id == found)
    row = context.session().scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("import.unknown", "there is no such list, or you may not see it")
    return row


@blueprint.get("/<uuid:found>")
@endpoint("merchant.own")
def show(found: UUID) -> Any:
    """Where a list is: its faults, its preview, its commitment, how far it is handed in."""
    return listed(find(found), {})


def listed(row: StoreList, errors: dict[str, str]) -> str:
    """The page of a list."""
    session = context.session()
    after = max(0, request.args.get("after", 0, type=int))
    cells, unread = views.faults(row.faults)
    rows = cells if row.state == "faulty" else row.shown
    return render_template(
        "merchant/import_list.html",
        list=row,
        firm=session.get_one(Enterprise, row.enterprise_id),
        errors=errors,
        rows=rows[after : after + PAGE],
        total=len(rows),
        after=after,
        following=after + PAGE if after + PAGE < len(rows) else 0,
        told=[] if row.state == "faulty" else cells[:PAGE],
        unread=unread,
        fates=Counter(fate for *_, fate, _ in row.shown),
        cities=Counter(district[:4] for _, _, district, _, fate, _ in row.shown if fate in (lists.NEW, lists.KNOWN)),
        districts={r.code: r.name if context.lang() == "zh" else r.name_en for r in directory.regions(session)},
        **({**letter(row), **list_pictures.shown(row)} if row.state == "made" else {}),
    )


def letter(row: StoreList) -> dict[str, Any]:
    """What is signed for the whole list: every different promise in words with how many stores make it; the rest."""
    found = context.session().scalars(select(Enrolment.promise).where(Enrolment.id.in_(map(UUID, row.cases))))
    made, lang = views.promises(found), context.lang()
    said = [(promise_words.lines(terms, lang), count) for terms, count in made]
    return {"promises": said, "clauses": commitments.general((terms for terms, _ in made), lang)}


@blueprint.post("/<uuid:found>/confirm")
@endpoint("merchant.own")
def confirm(found: UUID) -> Any:
    """Make everything of a list, or nothing: it is looked through again, as it is by now."""
    session, row = context.session(), find(found, lock=True)
    if row.state != "good":
        raise Conflict("import.state", "this list has moved on: reload the page", state=row.state)
    firm = session.get_one(Enterprise, row.enterprise_id)
    looked = again(row, firm)
    note(row, looked)
    if looked.grave:
        return listed(row, {}), 422
    made = lists.make(session, firm, looked, actor=context.actor(), clock=context.clock())
    row.cases, row.body_sealed = [str(case) for case in made.values()], None
    row.shown = [[*said[:-1], str(made[said[0]]) if said[0] in made else None] for said in row.shown]
    row.state = "made" if made else "handed_in"
    return base.see_other(url_for("importing.show", found=found))


def again(row: StoreList, firm: Enterprise) -> Looked:
    """The kept file, looked through once more.

    :raises Conflict: it is kept no more.
    """
    with written(body_of(row)) as path:
        return lists.look(context.session(), firm, path)


def body_of(row: StoreList) -> bytes:
    """The file as it was uploaded.

    :raises Conflict: it is kept no more.
    """
    if row.body_sealed is None:
        raise Conflict("import.gone", "the spreadsheet is kept no more: upload it again")
    return keys_of(context.session()).open_bytes(place(row), row.body_sealed)


@blueprint.post("/<uuid:found>/drop")
@endpoint("merchant.own")
def drop(found: UUID) -> Any:
    """Let go of a list that is not confirmed."""
    row = find(found, lock=True)
    if row.state not in ("faulty", "good"):
        raise Conflict("import.state", "this list has moved on: reload the page", state=row.state)
    row.state, row.body_sealed, row.shown, row.faults = "dropped", None, [], []
    return base.see_other(url_for("importing.begin"))


@blueprint.post("/<uuid:found>/sign")
@endpoint("merchant.own")
def sign(found: UUID) -> Any:
    """Sign the commitment for every application of the list, and hand in the first of them."""
    row = find(found, lock=True)
    if row.signed_at is None and request.form.get("signed") != "1":
        return listed(row, {"signed": context.t("import.unsigned")}), 422
    if row.state == "made":
        row.signed_at = row.signed_at or context.clock().now()
        hand_in(row)
    if base.is_htmx():
        return render_template("merchant/import_progress.html", list=row)
    return base.see_other(url_for("importing.show", found=found))


def hand_in(row: StoreList) -> None:
    """Hand in the next portion; what was handed in or withdrawn elsewhere meanwhile is passed over."""
    portion = [UUID(case) for case in row.cases[row.done : row.done + PORTION]]
    papers = list_pictures.papers(context.session(), row, portion)
    bulk.submit_all(context.session(), papers, signed=True, actor=context.actor(), clock=context.clock())
    row.done += len(portion)
    if row.done == len(row.cases):
        row.state = "handed_in"


@blueprint.get("/<uuid:found>/marked.xlsx")
@endpoint("merchant.own")
def marked(found: UUID) -> Any:
    """The list as it was given, with what is wrong beside each row."""
    row = find(found)
    cells, _ = views.faults(row.faults)
    with written(body_of(row)) as path:
        sheet = sheets.open_sheet(path, columns.names(sheets.header), lists.LIMITS)
        body = workbooks.marked(sheet.rows, views.by_row(cells), context.t("import.marked_column"))
    return workbook(body, f"{Path(row.name).stem}-marked.xlsx")


@blueprint.get("/template.xlsx")
@endpoint("merchant.own")
def template() -> Any:
    """An empty list to fill in."""
    names = [region.name for region in directory.regions(context.session())]
    return workbook(workbooks.template(context.t, names), "stores-template.xlsx")


@blueprint.get("/example.xlsx")
@endpoint("merchant.own")
def example() -> Any:
    """The example chain's points as a list, on demo installations only."""
    if not context.installation().told.demo:
        raise NoPage
    return workbook(workbooks.filled(examples.chain_rows(), context.t("import.sheet")), "example-661-stores.xlsx")


def workbook(body: bytes, name: str) -> Response:
    """A spreadsheet to download."""
    return send_file(io.BytesIO(body), workbooks.MIME, as_attachment=True, download_name=name, max_age=0)
