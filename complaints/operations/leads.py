"""Leads found in mediation (调解中发现的线索, O121 27): a report leg of the bureau's own, which no party hears of."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import codes, rules
from complaints.drafts import ReportDraft
from complaints.lifecycle import REPORT
from complaints.models import Complaint
from complaints.operations.report_legs import desk
from complaints.report_models import Report
from complaints.terms import LEAD, TERMS
from workflows.case import casework, numbers
from workflows.case.casework import ClockStart, Party, Step
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.time.clock import Clock


def found(
    session: Session, complaint: Complaint, draft: ReportDraft, on: date | None = None, *, actor: Actor, clock: Clock
) -> Report:
    """Open a report leg on a lead that was found in handling a complaint; fifteen working days from finding it.

    The complaint's own journal, version and clocks stay as they are: whoever sees the complaint learns nothing.

    :param on: the day it was found, today where it is not given.
    :raises RuleBroken: leads or facts missing, or a day outside.
    :raises Refused: nobody signed in, or the bureau has no officer for reports.
    """
    if faults := list(rules.report_faults(draft)):
        raise RuleBroken("validation", "the lead has faults", errors=faults)
    today = clock.today()
    day = on or today
    rules.check_day("on", day, complaint.received_on, today)
    if actor.account is None:
        raise Refused("access.account", "a lead is an officer's to find")
    bureau = session.get_one(Bureau, complaint.bureau_id)
    officer = desk(session, bureau)
    leg = _leg(complaint, draft, officer, day)
    step = Step(
        facts={"number": leg.number, "found_on": str(day), "district": leg.district, "source": leg.source},
        personal={"clues": leg.clues, "basis": leg.basis},
        clocks=[ClockStart(TERMS.find(LEAD, day), day, day)],
    )
    casework.begin(session, leg, REPORT, actor=actor, clock=clock, parties=_parties(officer, actor.account), step=step)
    return leg


def _leg(complaint: Complaint, draft: ReportDraft, officer: UUID, day: date) -> Report:
    same = ("filing_id", "city", "district", "bureau_id", "store_id", "respondent_name", "respondent_address")
    return Report(
        id=new_id(),
        number=numbers.make(complaint.city, day, "J"),
        rule_set=codes.rule_set(day),
        received_on=day,
        officer_id=officer,
        anonymous=False,
        source="mediation",
        complaint_id=complaint.id,
        clues=draft.clues.strip(),
        basis=draft.basis.strip(),
        **{name: getattr(complaint, name) for name in same},
    )


def _parties(officer: UUID, finder: UUID) -> list[Party]:
    assigned = [Party(officer, "officer", "assigned officer")]
    return assigned if finder == officer else [*assigned, Party(finder, "officer", "found the lead")]
