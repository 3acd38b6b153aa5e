"""Lists taken out as files: the same filters, order and rights as the list on the page and in the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, send_file
from sqlalchemy.orm import Session

from app import listing
from app.http import context
from app.listing import PAGE, Column, gathered
from app.views import listed
from app.views.listed import Words
from complaints import after_queries, queries, report_queries, searching
from complaints.desk import WHOSE
from complaints.lifecycle import COMPLAINT, RECEIVED, REPORT
from workflows.errors import NotFound
from workflows.people.actor import OFFICIALS

JSON = "application/json"
ACCEPTED = {"text/csv": "csv", listing.MIMES["xlsx"]: "xlsx"}


def asked_for() -> str | None:
    """The kind of file that the request's ``Accept`` prefers to JSON; None where JSON will do."""
    best = request.accept_mimetypes.best_match([JSON, *ACCEPTED], default=JSON)
    return ACCEPTED.get(best)


def download(kind: str, name: str, columns: Sequence[Column], pages: Iterable[Sequence[Any]]) -> Response:
    """A list as a file to download, whole or not at all.

    :raises RuleBroken: it is longer than a file may be.
    """
    rows = (listed.cells(columns, row) for page in pages for row in page)
    titles = [context.t(column.title) for column in columns]
    file = listing.written(kind, titles, rows)
    day = context.clock().today().strftime("%Y%m%d")
    answer = send_file(file, listing.MIMES[kind], as_attachment=True, download_name=f"wuyou-{name}-{day}.{kind}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def complaints(kind: str, name: str, fetch: Callable[[Any], Sequence[Any]], place: Callable[[Any], Any]) -> Response:
    """Complaints as a file, each page with what stands beside its lines."""
    session, official = context.session(), context.actor().role in OFFICIALS
    words = Words(session, context.lang(), officers=official)
    pages = _with_beside(session, gathered(fetch, place))
    return download(kind, name, listed.complaints(session, words), pages)


def _with_beside(session: Session, pages: Iterable[Sequence[Any]]) -> Iterator[list[tuple[Any, Any]]]:
    for page in pages:
        more = listed.beside(session, [row.id for row in page])
        yield [(row, more[row.id]) for row in page]


def queue(kind: str, whose: str, district: str | None, state: str | None) -> Response:
    """The queue as it is filtered."""
    session, parties, account = context.session(), context.caller().identity.parties, context.actor().account

    def fetch(after: Any) -> Sequence[Any]:
        mine = account if whose == "mine" else None
        nobodys = whose == "unassigned"
        return queries.queue(session, parties, after, district, state, PAGE, officer=mine, unassigned=nobodys)

    return complaints(kind, "complaints", fetch, lambda row: (row.next_due_on, row.id))


def filtered(kind: str, given: Any) -> Response:
    """The queue as an address of a page filters it; what is no filter is left out, as the page does."""
    whose = given.get("whose", "all")
    state = given.get("state") if given.get("state") in COMPLAINT.states else None
    return queue(kind, whose if whose in WHOSE else "all", given.get("district", "")[:6] or None, state)


def found(kind: str, asked: str) -> Response:
    """What a search finds.

    :raises RuleBroken: nothing that can be looked for.
    """
    session = context.session()
    return complaints(kind, "search", lambda after: searching.search(session, asked, after, PAGE), lambda row: row.id)


def inbox(kind: str) -> Response:
    """Complaints about the firm."""
    session, own = context.session(), context.caller().identity.parties
    return complaints(
        kind, "inbox", lambda after: queries.of_enterprises(session, own, after, PAGE), lambda row: row.id
    )


def reports(kind: str, state: str) -> Response:
    """The officer's own reports in a state, and nobody else's."""
    session, officer = context.session(), context.actor().account
    if officer is None:
        raise NotFound("case.unknown", "there is no such case")
    state = state if state in REPORT.states else RECEIVED
    fetch: Callable[[Any], Sequence[Any]]
    place: Callable[[Any], Any]
    if state == RECEIVED:
        fetch, place = lambda after: report_queries.queue(session, officer, after, PAGE), _by_due
    else:
        fetch, place = lambda after: report_queries.decided(session, officer, state, after, PAGE), _by_id
    words = Words(session, context.lang(), officers=False)
    return download(kind, "reports", listed.reports(words), gathered(fetch, place))


def _by_due(row: Any) -> tuple[Any, UUID]:
    return row.next_due_on, row.id


def _by_id(row: Any) -> UUID:
    ident: UUID = row.id
    return ident


def visits(kind: str, bureaus: Sequence[UUID]) -> Response:
    """Return visits still to make."""
    session = context.session()
    words = Words(session, context.lang(), officers=False)

    def fetch(after: Any) -> Sequence[Any]:
        return after_queries.open_visits(session, bureaus, after, PAGE)

    pages = gathered(fetch, lambda row: (row[0].due_on, row[0].id))
    return download(kind, "return-visits", listed.visits(words), pages)
