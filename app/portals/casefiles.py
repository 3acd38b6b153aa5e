"""A case as one PDF file: facts, parties, clocks day by day, journal, documents, evidence with digests, whose days.

Everybody gets their own view: what the file shows is what the case's page shows to the same reader, word for word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response

from app.api import documents
from app.documents import letter, render
from app.http import context
from app.http.blueprints import Blueprint as ApiBlueprint
from app.http.endpoint import endpoint
from app.places import Places
from app.portals import base, cases
from app.views import dates, money
from app.views import papers as words
from complaints import queries
from complaints.models import Complaint
from complaints.operations import papers as operations
from workflows.people.actor import OFFICIALS

blueprint = Blueprint("casefiles", __name__)
api = ApiBlueprint("casefile", __name__, description="A case as one file.")

TEMPLATE = "casefile"
COMPLAINTS = "complaints"
"""Complaints alone have a file: a report's existence is nobody's to find in one."""

MOST_LETTERS = 20
SHOWN_HASH = 32
MOST_LINE = 500
"""Characters of what one table cell says; a page shows the rest."""

Block = dict[str, Any]


@blueprint.get("/<any(my, merchant, officer):portal>/complaints/<uuid:case>/file.pdf")
@endpoint("case.read")
def file(portal: str, case: UUID) -> Response:  # noqa: ARG001 - one file, whichever portal links to it
    """The whole case as PDF, as the reader may see it."""
    return of_case(case)


@api.route("/complaints/<uuid:case>/file", methods=["GET"])
@endpoint("case.read")
@api.response(200, content_type="application/pdf")
def by_api(case: UUID) -> Response:
    """The whole case as PDF with its contents, as the caller may see it; its journal, clocks and documents included."""
    return of_case(case)


def of_case(case: UUID) -> Response:
    """The file of a case.

    :raises NotFound: none that this caller may see.
    """
    found = queries.complaint(context.session(), case)
    own = Places(context.installation().told.data).templates
    response = make_response(render.pdf(TEMPLATE, data(found), own=own))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def data(found: Complaint) -> dict[str, Any]:
    """What the template is handed."""
    shown, today = cases.page(found), context.clock().today()
    issued = documents.visible(COMPLAINTS, found)
    t = context.t
    return {
        "title": t("casefile.title"),
        "number": found.number,
        "date": today.isoformat(),
        "lang": context.lang(),
        "cover": cover(found),
        "about": t(f"casefile.for.{'officer' if context.actor().role in OFFICIALS else 'party'}"),
        "words": {name: t(f"casefile.{name}") for name in ("contents", "foot", "page")},
        "parts": [
            part("facts", facts(found)),
            part("parties", parties(found, shown)),
            part("clocks", list(clocks(shown["clocks"]))),
            part("history", history(shown["history"])),
            part("papers", papers(issued)),
            part("evidence", evidence(shown["evidence"])),
            part("delays", delays(shown["held"]["ledger"])),
        ],
        "letters": letters(found.id, issued),
    }


def part(name: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A part of the file under its heading; one that has nothing says so."""
    nothing = [note(context.t("casefile.nothing"))]
    return {"title": context.t(f"casefile.part.{name}"), "blocks": list(blocks) or nothing}


def note(text: str) -> Block:
    """A remark."""
    return {"kind": "note", "text": text}


def fields(rows: Sequence[tuple[str, str]]) -> Block:
    """Labels and values; a label without a value is left out."""
    return {"kind": "fields", "rows": [[label, value] for label, value in rows if value]}


def table(head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Block:
    """A table; a width is in millimetres, 0 takes what is left, and -1 what it needs."""
    titles = [context.t(f"casefile.head.{name}") for name in head]
    cut = [[cell if len(cell) <= MOST_LINE else f"{cell[:MOST_LINE]}…" for cell in row] for row in rows]
    return {"kind": "table", "head": titles, "widths": list(widths), "rows": cut}


def cover(found: Complaint) -> list[list[str]]:
    """What stands on the first page."""
    t = context.t
    made = base.moment(context.clock().now())
    rows = (
        ("queue.state", t(f"state.{found.state}")),
        ("casefile.version", str(found.version)),
        ("casefile.made", made),
    )
    return [[t(key), value] for key, value in rows]


def facts(found: Complaint) -> list[Block]:
    """What the complaint says."""
    t = context.t
    joined = "、" if context.lang() == "zh" else ", "
    rows = (
        (t("case.number"), found.number),
        (t("case.received"), base.day(found.received_on)),
        (t("case.rule"), t(f"case.rules.{found.rule_set}")),
        (t("queue.problem"), f"{t(f'category.{found.category}')} · {t(f'problem.{found.problem}')}"),
        (t("case.requests"), joined.join(t(f"requests.{r}") for r in found.requests)),
        (t("case.amount"), money.yuan(found.amount_fen)),
        (t("case.happened"), base.day(found.happened_on)),
        (t("case.place"), found.place),
        (t("case.narrative"), found.narrative),
        (t("case.outcome"), outcome(found)),
    )
    return [fields(rows)]


def outcome(found: Complaint) -> str:
    """How the case came out, as its page says it; empty while it has not."""
    t = context.t
    if found.settled_on is not None:
        paid = t("case.paid", day=base.day(found.paid_on)) if found.paid_on else t("case.unpaid")
        return f"{t('case.settled', amount=money.yuan(found.settled_fen or 0))} · {paid}"
    if found.decline_ground is not None:
        return t("case.declined", ground=t(f"refusal.{found.decline_ground}"))
    if found.termination_ground is not None:
        return t("case.terminated", ground=t(f"termination.{found.termination_ground}"))
    return ""


def parties(found: Complaint, shown: dict[str, Any]) -> list[Block]:
    """Who is in it: the complainant in plain for the complainant alone, else masked."""
    t, who, bureau = context.t, shown["complainant"], shown["bureau"]
    name = bureau.name if context.lang() == "zh" else bureau.name_en
    consents = [
        t("case.consented", side=t(f"side.{side}"), day=base.day(on))
        if on
        else t("case.waiting", side=t(f"side.{side}"))
        for side, on in (("complainant", found.complainant_consent_on), ("respondent", found.respondent_consent_on))
    ]
    rows = (
        (t("case.complainant"), f"{who['name']} · {who['phone']}\n{who['address']}"),
        (t("case.respondent"), f"{found.respondent_name}\n{found.respondent_address}"),
        (t("casefile.uscc"), found.respondent_uscc or ""),
        (t("casefile.platform"), found.platform or ""),
        (t("case.bureau"), "\n".join(filter(None, (name, bureau.address, bureau.phone)))),
        (t("case.consents"), "\n".join(consents) if found.accepted_on else ""),
    )
    return [fields(rows)]


def clocks(book: Sequence[tuple[dates.Promise, Sequence[dict[str, Any]]]]) -> Iterator[Block]:
    """Every clock, and why its date is what it is, day by day."""
    for promise, days in book:
        yield {"kind": "sub", "text": f"{promise.title} · {promise.when}"}
        provisional = context.t("clock.provisional") if promise.provisional else ""
        yield note(" · ".join(filter(None, (promise.article, promise.left, promise.safe, provisional))))
        yield table(("day", "number", "verdict", "reason"), (82, 18, 18, 0), list(runs(days)))


def runs(days: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """The days of an explanation, those that follow each other for the same reason on one line."""
    for (verdict, reason), same in groupby(days, key=lambda day: (day["verdict"], day["reason"])):
        of_run = list(same)
        first, last = of_run[0], of_run[-1]
        span = {"first": base.day(first["date"]), "last": base.day(last["date"])}
        when = context.t("delays.span", **span) if len(of_run) > 1 else span["first"]
        numbers = [str(day["number"]) for day in (first, last) if day["number"]]
        yield when, "–".join(dict.fromkeys(numbers)), context.t(f"verdict.{verdict}"), reason


def history(events: Sequence[dict[str, Any]]) -> list[Block]:
    """The journal as the reader may see it, oldest first, each event with its hash."""
    t = context.t
    rows = [
        (
            base.moment(event["at"]),
            t(f"event.{event['event']}"),
            t(f"role.{event['role']}"),
            "\n".join(event["words"]),
            event["hash"][:SHOWN_HASH],
        )
        for event in reversed(events)
    ]
    about = note(t("casefile.history_about"))
    return [table(("at", "event", "who", "words", "hash"), (48, 34, 20, 0, 34), rows), about] if rows else []


def papers(issued: Sequence[dict[str, Any]]) -> list[Block]:
    """The documents that the reader may see, with their services."""
    rows = [
        (p["title"], p["number"], base.day(p["issued_on"]), "\n".join(map(service, p["services"])), p["digest"])
        for p in reversed(issued)
    ]
    heads = ("paper", "paper_number", "issued", "served", "digest")
    return [table(heads, (28, 34, 34, 0, 40), rows)] if rows else []


def service(row: Any) -> str:
    """One service of a document."""
    t = context.t
    side, by = t(f"paper.side.{row.side}"), t(f"told_by.{row.channel}")
    return f"{t('paper.served', side=side, by=by)} {base.day(row.served_on)}"


def letters(case: UUID, issued: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents themselves, as they were issued; the content of one whose period is over is no longer there."""
    session, found = context.session(), []
    for listed in list(reversed(issued))[:MOST_LETTERS]:
        row = operations.find(session, case, UUID(listed["id"]))
        if row.content_sealed is None:
            continue
        sheet = words.again(json.loads(operations.opened(session, row)))
        found.append(letter.content(sheet) | {"heading": f"{sheet.title} {sheet.number}"})
    return found


def evidence(files: Sequence[Any]) -> list[Block]:
    """The files with the digests of what was given and of what is shown."""
    rows = [(f.name, f"{max(1, f.size // 1024)} KB", base.moment(f.uploaded_at), f.original_digest) for f in files]
    about = note(context.t("casefile.evidence_about"))
    return [table(("file", "size", "at", "digest"), (40, 18, 50, 0), rows), about] if rows else []


def delays(ledger: Any) -> list[Block]:
    """Whose days the case had."""
    t = context.t
    if not ledger.days:
        return []
    rows = [
        (
            t("delays.span", first=base.day(s.first), last=base.day(s.last)) if s.days > 1 else base.day(s.first),
            t(f"delays.holder.{s.holder}"),
            str(s.days),
            t(f"delays.why.{s.why}"),
        )
        for s in ledger.spans
    ]
    total = note(t("delays.ended" if ledger.ended else "delays.running", n=ledger.days))
    return [total, table(("from_to", "holder", "days", "for"), (0, 30, 14, 34), rows), note(t("delays.about"))]
