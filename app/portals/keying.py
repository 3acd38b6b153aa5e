"""The list "to key in today" in the order of a platform's own form: to copy, to print, as a spreadsheet; and back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from app import workbooks
from app.bridges import words
from app.http import context
from app.http.endpoint import endpoint
from app.portals import base, forms
from app.portals.bridging import places
from app.portals.supervision import Told, page, told
from complaints import bridge_queries
from complaints.operations import keying
from complaints.operations.keying import Item
from complaints.pasting import Pasted
from workflows.errors import RuleBroken

blueprint = Blueprint("keying", __name__, url_prefix="/officer/bridges/key-in")

LONGEST = 20_000
CODED = ("kind", "category", "problem")
TICKED = ("publish", "entrust", "anonymous")


def found(system: str, *, plain: bool) -> list[Item]:
    """What is to be keyed in; with personal details in plain, the look is kept."""
    session, parties = context.session(), context.caller().identity.parties
    items = keying.items(session, parties, system, plain=plain)
    if plain:
        keying.look(session, items, system, actor=context.actor(), clock=context.clock())
    return items


@blueprint.get("/<any(national, hotline):system>")
@endpoint("complaint.queue")
def listed(system: str) -> Any:
    """What waits, personal details masked."""
    return list_page(system, found(system, plain=False))


@blueprint.post("/<any(national, hotline):system>/plain")
@endpoint("complaint.decide")
def plain(system: str) -> Any:
    """The same with personal details, for typing; that it was looked at is kept."""
    html = list_page(system, found(system, plain=True), plain=True)
    return html, 200, {"Cache-Control": "no-store"}


def list_page(
    system: str, items: Sequence[Item], *, plain: bool = False, failed: Told | None = None,
    pasted: Sequence[Pasted] = (),
) -> Any:  # fmt: skip
    """The page, maybe with what was pasted and matched."""
    session, parties = context.session(), context.caller().identity.parties
    good = bool(pasted) and not any(p.fault for p in pasted)
    statuses = bridge_queries.to_key_in(session, parties, system, "status")
    ids = [push.case_id for push in statuses]
    known, theirs = bridge_queries.case_numbers(session, ids), bridge_queries.their_numbers(session, ids, system)
    return page(
        "bridge_key_in",
        failed,
        system=system,
        items=[(item, shown(system, item.said)) for item in items],
        plain=plain,
        pasted=pasted,
        names={item.label: item.said["respondent"] for item in items},
        good=good,
        text="\n".join(f"{p.label}\t{p.number}" for p in pasted) if good else request.form.get("numbers", ""),
        on=request.form.get("on", str(context.clock().today())),
        today=context.clock().today(),
        statuses=[(push, known.get(push.case_id, ""), theirs.get(push.case_id)) for push in statuses],
    )


def shown(system: str, said: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of a platform's form in its order, as its titles and our words say them; what is empty is left out."""
    titles = words.titles(places())
    each = [(titles.get(name, name), value(name, said.get(name, ""))) for name in words.order(system, places())]
    return [(title, text) for title, text in each if text]


def value(name: str, said: str) -> str:
    """A field in words."""
    if name == "requests":
        return ";".join(context.t(f"requests.{code}") for code in said.split(";") if code)
    if name == "kind":
        return context.t(f"bridge.kind.{said}")
    if name == "phone":
        return said.removeprefix("+86")
    if name in TICKED:
        return context.t("file.yes" if said == "1" else "file.no") if said else ""
    return context.t(f"{name}.{said}") if name in CODED and said else said


@blueprint.post("/<any(national, hotline):system>/sheet")
@endpoint("complaint.decide")
def sheet(system: str) -> Response:
    """The list as a spreadsheet in the platform's order; that it was looked at is kept."""
    titles = words.titles(places())
    names = [titles.get(name, name) for name in words.order(system, places())]
    rows = [
        [item.label, *(dict(shown(system, item.said)).get(n, "") for n in names)] for item in found(system, plain=True)
    ]
    body = workbooks.table([context.t("bridge.our_number"), *names], rows, context.t("bridge.key_in"))
    name = f"key-in-{system}-{context.clock().today()}.xlsx"
    return send_file(io.BytesIO(body), workbooks.MIME, as_attachment=True, download_name=name, max_age=0)


@blueprint.post("/<any(national, hotline):system>/numbers")
@endpoint("complaint.decide")
def numbers(system: str) -> Any:
    """Match pasted numbers and show what would be kept; pressed again, keep them all."""
    session, items = context.session(), found(system, plain=False)
    pasted = keying.matched(session, request.form.get("numbers", "")[:LONGEST], items, system)
    try:
        on = forms.day(request.form, "on")
        if request.form.get("confirmed") != "1" and pasted:
            return list_page(system, items, pasted=pasted)
        with session.begin_nested():
            count = keying.keep(session, pasted, items, on, actor=context.actor(), clock=context.clock())
    except RuleBroken as error:
        return list_page(system, items, failed=told(error), pasted=pasted)
    return base.see_other(url_for("keying.listed", system=system, kept=count))


@blueprint.post("/<any(national, hotline):system>/told")
@endpoint("complaint.decide")
def keyed(system: str) -> Any:
    """Keep that statuses were keyed in."""
    pushes = forms.idents(request.form, "push")[: bridge_queries.MOST]
    keying.keyed(context.session(), pushes, actor=context.actor(), clock=context.clock())
    return base.see_other(url_for("keying.listed", system=system))
