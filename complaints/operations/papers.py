"""Issuing and serving the documents of a case (制作、送达): two acts, two events; the clocks listen to the second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from complaints import codes, papers, rules
from complaints.models import Paper, PaperService
from complaints.operations import reports
from complaints.papers import Form
from complaints.terms import ACCEPT, NOTIFY, TELL
from workflows.case import casework
from workflows.case.casework import ClockChange, ClockStop, Step
from workflows.errors import NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.db import new_id
from workflows.store.session import keys_of
from workflows.time.clock import Clock

NEXT_SERIAL = text("SELECT paper_next(:id, :year, :kind)")

TOLD = {ACCEPT: "told_on", NOTIFY: "termination_told_on", TELL: "told_on"}
"""The day that a clock's end is kept as, in the case's row."""


@dataclass(frozen=True)
class Content:
    """What a document says as it was issued, and the digest printed on it."""

    body: Mapping[str, Any]
    digest: str


Compose = Callable[[UUID, int], Content]
"""Words a document from its id and its serial number in the bureau's year; only the outermost floor has words."""


def issue(
    session: Session, case: Any, form: Form, given: Mapping[str, Any], compose: Compose, *, actor: Actor, clock: Clock
) -> Paper:
    """Issue a document from a locked case as it stands (制作文书): numbered, sealed, its digest in the journal.

    :param given: what the form needs beyond the case; checked by :func:`complaints.papers.check`.
    :raises RuleBroken: the case's state does not support the form, or values are missing.
    """
    papers.check(form, case.state, given)
    if form.number == papers.OUTCOME:
        reports.basis_of(case, str(given["basis"]))
    today = clock.today()
    paper_id, serial = new_id(), _serial(session, case, today.year)
    content = compose(paper_id, serial)
    paper = Paper(
        id=paper_id,
        case_id=case.id,
        case_kind=case.case_kind,
        case_version=case.version,
        form=form.number,
        bureau_id=case.bureau_id,
        year=today.year,
        serial=serial,
        number=content.body["number"],
        content_sealed=keys_of(session).seal(_place(paper_id), canonical(dict(content.body)).decode()),
        digest=content.digest,
        issued_on=today,
        issued_by=actor.account,
    )
    session.add(paper)
    facts = {"paper": str(paper_id), "form": form.number, "number": paper.number, "digest": content.digest}
    step = Step(facts=facts, evidence={"told_basis": given["basis"]} if form.number == papers.OUTCOME else {})
    casework.note(session, case, "issue", actor=actor, clock=clock, step=step)
    return paper


def _serial(session: Session, case: Any, year: int) -> int:
    """The bureau's next number of the year in the series of this kind of case; none is given twice.

    Only the database's own function counts: how many documents reports have is no officer's to read.
    """
    asked = {"id": case.bureau_id, "year": year, "kind": case.case_kind}
    return int(session.execute(NEXT_SERIAL, asked).scalar_one())


def _place(paper: UUID) -> str:
    return f"paper|content|{paper}"


def opened(session: Session, paper: Paper) -> str:
    """A document's content as issued: its canonical JSON.

    :raises NotFound: it went with the personal values of its case, whose period is over.
    """
    if paper.content_sealed is None:
        raise NotFound("paper.erased", "the content of this document is no longer kept: its period is over")
    return keys_of(session).open(_place(paper.id), bytes(paper.content_sealed))


@dataclass(frozen=True)
class Service:
    """How a document reached somebody.

    :param by: a medium of the forms: internet, phone, sms, email, post.
    :param on: the day it was served, today where it is not given; never before it was issued.
    """

    side: str
    by: str
    on: date | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)


def serve(session: Session, case: Any, paper: Paper, how: Service, *, actor: Actor, clock: Clock) -> PaperService:
    """Record the service of a document (送达); once everybody it is for has it, the clock it ends is stopped.

    :raises RuleBroken: somebody it is not for, served already, an unknown medium, or a day outside.
    """
    form, day = papers.find(paper.form), how.on or clock.today()
    _check(session, paper, form, how)
    rules.check_day("on", day, paper.issued_on, clock.today())
    service = PaperService(
        id=new_id(),
        paper_id=paper.id,
        case_id=case.id,
        side=how.side,
        channel=how.by,
        served_on=day,
        proof=dict(how.proof),
        recorded_at=clock.now(),
    )
    session.add(service)
    session.flush()
    step = Step(
        evidence=_told(session, case, paper, form, day),
        facts={"paper": str(paper.id), "form": form.number, "side": how.side, "by": how.by, "on": str(day)},
        clocks=_stops(session, paper, form, day),
    )
    casework.note(session, case, "serve", actor=actor, clock=clock, step=step)
    return service


def _check(session: Session, paper: Paper, form: Form, how: Service) -> None:
    if how.side not in form.to or how.side in (papers.FILE, papers.BUREAU):
        raise RuleBroken("paper.side", f"form {form.number} is served on: {', '.join(form.to)}", field="side")
    if how.by not in codes.TOLD_BY:
        raise RuleBroken("told.by", f"by must be one of {', '.join(codes.TOLD_BY)}", field="by")
    if how.side in services(session, paper.id):
        raise RuleBroken("paper.served", f"the {how.side} has been served already", field="side")


def _complete(session: Session, paper: Paper, form: Form) -> bool:
    return form.stops is not None and papers.served(form, tuple(services(session, paper.id)))


def _told(session: Session, case: Any, paper: Paper, form: Form, day: date) -> dict[str, Any]:
    column = TOLD.get(form.stops or "")
    return {column: day} if column and getattr(case, column) is None and _complete(session, paper, form) else {}


def _stops(session: Session, paper: Paper, form: Form, day: date) -> list[ClockChange]:
    return [ClockStop(form.stops, day)] if form.stops and _complete(session, paper, form) else []


def services(session: Session, paper: UUID) -> dict[str, PaperService]:
    """The services of a document by the side served."""
    rows = session.scalars(select(PaperService).where(PaperService.paper_id == paper))
    return {row.side: row for row in rows}


def find(session: Session, case: UUID, paper: UUID) -> Paper:
    """A document of a case.

    :raises NotFound: the case has no such document, or not for this caller.
    """
    found = session.get(Paper, paper)
    if found is None or found.case_id != case:
        raise NotFound("paper.missing", "there is no such document, or you may not see it")
    return found
