"""The report leg of a filing (举报): begun with its number, its clock and its own, secret visibility (art. 37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from complaints import codes
from complaints.drafts import Person, ReportDraft
from complaints.lifecycle import REPORT
from complaints.models import Filing, Report
from complaints.operations.answering import Answerable, columns
from complaints.operations.following import new_code, party
from complaints.terms import TERMS, VERIFY
from workflows.case import casework, numbers
from workflows.case.casework import ClockStart, Party, Step
from workflows.errors import Refused
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.store.session import keys_of
from workflows.time.clock import Clock


@dataclass(frozen=True)
class Reporter:
    """Who reports, and when the bureau received it.

    :param account: None for an anonymous report.
    """

    person: Person
    account: UUID | None
    received_on: date


def begin(
    session: Session,
    filing: Filing,
    draft: ReportDraft,
    against: Answerable,
    by: Reporter,
    *,
    actor: Actor,
    clock: Clock,
) -> tuple[Report, str]:
    """The report's own row, number, chain and clock; only its reporter and the assigned officer see any of it.

    :raises Refused: the bureau has no officer for reports.
    """
    today, known = by.received_on, by.account
    leg = Report(
        id=new_id(),
        number=numbers.make(against.bureau.city, today, "J"),
        filing_id=filing.id,
        rule_set=codes.rule_set(today),
        received_on=today,
        officer_id=desk(session, against.bureau),
        reporter_id=known,
        anonymous=draft.anonymous,
        clues=draft.clues.strip(),
        basis=draft.basis.strip(),
        **columns(against),
    )
    if known:
        for field in Report.sealed_fields:
            seal(session, leg, field, getattr(by.person, field).strip() or None)
    code = new_code() if known is None else ""
    step = Step(
        facts={"number": leg.number, "received_on": str(today), "district": leg.district, "anonymous": leg.anonymous},
        personal={"clues": leg.clues, "basis": leg.basis},
        clocks=[ClockStart(TERMS.find(VERIFY, today), today, today)],
    )
    parties = _parties(session, leg, known, code)
    casework.begin(session, leg, REPORT, actor=actor, clock=clock, parties=parties, step=step)
    return leg, code


def _parties(session: Session, leg: Report, known: UUID | None, code: str) -> list[Party]:
    reporter = known or party(keys_of(session), leg.number, code)
    return [Party(_assigned(leg), "officer", "assigned officer"), Party(reporter, "consumer", "reporter")]


def _assigned(leg: Report) -> UUID:
    if leg.officer_id is None:
        raise Refused("report.desk", "the bureau has no officer for reports")
    return leg.officer_id


def desk(session: Session, bureau: Bureau) -> UUID:
    """The officer that reports of a bureau are assigned to.

    :raises Refused: the bureau has no officer.
    """
    officer = session.scalar(text("SELECT report_desk(:bureau)"), {"bureau": bureau.id})
    if officer is None:
        raise Refused("report.desk", f"{bureau.name_en} has no officer for reports")
    return UUID(str(officer))
