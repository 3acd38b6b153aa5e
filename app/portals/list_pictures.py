"""A list's pictures, before it is signed: one licence for all its applications, a shop front for each store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app import files
from app.api.evidence import keep
from app.http import context
from app.http.endpoint import endpoint
from app.import_tables import StoreList
from app.portals import base
from merchants import fronts
from merchants.operations.enrol import Papers
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.store.db import new_id
from workflows.store.evidence import Evidence

blueprint = Blueprint("list_pictures", __name__, url_prefix="/merchant/import")

AT_ONCE = 10
"""Pictures taken in by one request; a page with its script sends one after the other."""

MISSING = 25


def find(found: UUID) -> StoreList:
    """A list of the caller's own that is made and not signed yet, locked.

    :raises NotFound: there is none.
    :raises Conflict: it is signed, or not made.
    """
    row = context.session().scalar(select(StoreList).where(StoreList.id == found).with_for_update())
    if row is None:
        raise NotFound("import.unknown", "there is no such list, or you may not see it")
    if row.state != "made" or row.signed_at is not None:
        raise Conflict("import.state", "this list has moved on: reload the page", state=row.state)
    return row


def shown(row: StoreList) -> dict[str, Any]:
    """How far a list's pictures are: the licence, how many fronts, and the first stores without one."""
    licence = context.session().get(Evidence, row.licence_file) if row.licence_file else None
    without = [(said[0], said[1]) for said in row.shown if said[-1] and said[-1] not in row.fronts]
    return {"licence": licence, "without": without[:MISSING], "lacking": len(without), "at_once": AT_ONCE}


@blueprint.post("/<uuid:found>/licence")
@endpoint("merchant.own")
def licence(found: UUID) -> Any:
    """Take in the picture of the firm's licence, and the day it ends where it does."""
    row, file = find(found), request.files.get("licence")
    day = request.form.get("licence_expires_on", "").strip()[:10]
    try:
        ends = date.fromisoformat(day) if day else None
    except ValueError:
        return again(row, [(context.t("pictures.ends"), context.t("field_error.unreadable"))])
    if file is not None and file.filename:
        told = _taken(file)
        if isinstance(told, str):
            return again(row, [(context.t("pictures.licence"), told)])
        row.licence_file = told
    row.licence_expires_on = ends
    return again(row, [])


@blueprint.post("/<uuid:found>/fronts")
@endpoint("merchant.own")
def shop_fronts(found: UUID) -> Any:
    """Take in pictures of shop fronts; each goes to the store that its file is called by."""
    row, wrong = find(found), list[tuple[str, str]]()
    for file in [f for f in request.files.getlist("fronts") if f.filename][:AT_ONCE]:
        fault = _front(row, file)
        wrong += [(files.plain_name(file.filename or ""), fault)] if fault else []
    return again(row, wrong)


def _front(row: StoreList, file: FileStorage) -> str | None:
    """Keep one picture for its store; what is wrong with it, in words."""
    cases = {said[0]: (said[1], said[-1]) for said in row.shown if said[-1]}
    names = {number: name for number, (name, _) in cases.items()}
    found = fronts.shows(files.plain_name(file.filename or ""), names, fronts.index(names.items()))
    if isinstance(found, str):
        return context.t(f"pictures.{found}")
    told = _taken(file)
    if isinstance(told, str):
        return told
    row.fronts = {**row.fronts, cases[found][1]: str(told)}
    return None


def _taken(file: FileStorage) -> UUID | str:
    """The picture as it is kept, or why it cannot be taken, in words."""
    try:
        return keep(file).id
    except RuleBroken as error:
        return "；".join(context.t_or(f"field_error.{e.code}", e.message) for e in error.errors)


def again(row: StoreList, wrong: list[tuple[str, str]]) -> Any:
    """The list's pictures as they are now, with every file that was not taken and why."""
    context.session().flush()
    if base.is_htmx():
        return render_template("merchant/import_pictures.html", list=row, wrong=wrong, **shown(row))
    if wrong:
        page = render_template("merchant/import_wrong.html", list=row, wrong=wrong, **shown(row))
        return page, 422
    return base.see_other(url_for("importing.show", found=row.id) + "#pictures")


def papers(session: Session, row: StoreList, cases: Sequence[UUID]) -> Mapping[UUID, Papers]:
    """What is handed in with each of a list's applications.

    The licence is one picture, and each application's own: whoever may see the one may not see the others.
    """
    licence = session.get(Evidence, row.licence_file) if row.licence_file else None
    found = {}
    for case in cases:
        front = row.fronts.get(str(case))
        own = _copy(session, licence, case) if licence else None
        found[case] = Papers(own, UUID(front) if front else None, row.licence_expires_on)
    session.flush()
    return found


def _copy(session: Session, of: Evidence, case: UUID) -> UUID:
    """One more row for the same kept file, attached to a case."""
    same = ("owner_id", "media_type", "name", "original_digest", "shown_digest", "size", "uploaded_at")
    row = Evidence(id=new_id(), case_id=case, **{name: getattr(of, name) for name in same})
    session.add(row)
    return row.id
