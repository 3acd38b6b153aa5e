"""Filing (提出投诉): one story becomes its legs, each with its number, its clock and its own visibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import codes, competence, intake_rules, rules
from complaints.drafts import NOBODY, Draft, Person, ReportDraft, Respondent
from complaints.lifecycle import COMPLAINT
from complaints.models import Complaint, Filing, Report
from complaints.operations import indexing, persons, report_legs
from complaints.operations.answering import Answerable, Asked, answerable, columns, keep_origin
from complaints.operations.files import attach
from complaints.operations.report_legs import Reporter, desk
from complaints.terms import ACCEPT, TERMS
from workflows.case import casework, numbers
from workflows.case.casework import ClockStart, Party, Step
from workflows.case.tables import CaseClock
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.time.clock import Clock

__all__ = ["Answerable", "Asked", "Filed", "Respondent", "Taken", "answerable", "attach", "desk", "file", "report"]


@dataclass(frozen=True)
class Filed:
    """The legs of a filing, and the clocks that the complaint runs by."""

    filing: Filing
    complaint: Complaint | None
    report: Report | None
    clocks: Sequence[CaseClock] = ()
    code: str = ""
    """What an anonymous reporter follows the report with; shown once, and kept nowhere."""


def file(session: Session, draft: Draft, *, actor: Actor, clock: Clock, complainant: UUID | None = None) -> Filed:
    """File a complaint, and its report leg where the story has one (提出投诉、举报, O121 9, 10).

    The clock of acceptance starts on the calendar date of receipt in Shanghai.

    :param complainant: whose complaint it is, where somebody else enters it; else the actor's, or his principal's.
    :raises RuleBroken: every field at fault, by name; or too many of one account in a day.
    :raises Refused: the bureau has not published this portal as one of its channels (O121 8).
    """
    received = draft.received_on or clock.today()
    if faults := rules.faults(draft, received):
        raise RuleBroken("validation", "the filing has faults", errors=faults)
    if actor.account is None:
        raise Refused("access.account", "a complaint needs a signed-in complainant")
    asked = Asked(competence.COMPLAINT, codes.rule_set(received), draft.channel, draft)
    against = answerable(session, draft.respondent, asked)
    if draft.channel in intake_rules.SELF:
        persons.check_limit(session, actor.account, against.bureau.city, clock)
    filing = _filing(actor.account, against, draft.channel, clock)
    session.add(filing)
    people = persons.accounts(session, draft, complainant or actor.account, against.bureau.city)
    complaint, running = _complaint(session, filing, draft, against, people, actor, clock)
    keep_origin(session, complaint, draft.respondent, against)
    persons.keep(session, complaint, draft, people, actor=actor, clock=clock)
    attach(session, draft.evidence, actor.account, complaint.id)
    if draft.report is None:
        return Filed(filing, complaint, None, running)
    by = Reporter(draft.complainant, None if draft.report.anonymous else people.filer, received)
    reported = _reported(session, draft.respondent, against, asked)
    leg, code = report_legs.begin(session, filing, draft.report, reported, by, actor=actor, clock=clock)
    keep_origin(session, leg, draft.respondent, reported)
    return Filed(filing, complaint, leg, running, code)


@dataclass(frozen=True)
class Taken:
    """How a report came that somebody else enters.

    :param account: the reporter's; None for an anonymous report.
    """

    channel: str
    received_on: date
    account: UUID | None = None


def report(
    session: Session,
    respondent: Respondent,
    draft: ReportDraft,
    who: Person = NOBODY,
    taken: Taken | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Filed:
    """File a report alone (提出举报, O121 28); without an account it is anonymous, and followed with a code.

    :param who: a named reporter's details; kept sealed, and shown to the assigned officer masked.
    :raises RuleBroken: every field at fault, by name.
    """
    if faults := [*rules.respondent_faults(respondent, competence.REPORT), *rules.report_faults(draft)]:
        raise RuleBroken("validation", "the report has faults", errors=faults)
    came = taken or Taken("portal", clock.today(), actor.account)
    asked = Asked(competence.REPORT, codes.rule_set(came.received_on), came.channel)
    against = answerable(session, respondent, asked)
    filing = _filing(None if draft.anonymous else actor.account, against, came.channel, clock)
    session.add(filing)
    by = Reporter(who, None if draft.anonymous else came.account, came.received_on)
    leg, code = report_legs.begin(session, filing, draft, against, by, actor=actor, clock=clock)
    keep_origin(session, leg, respondent, against)
    return Filed(filing, None, leg, code=code)


def _reported(session: Session, respondent: Respondent, against: Answerable, asked: Asked) -> Answerable:
    """Who answers for the report leg: a shop's bureau for both legs, otherwise as the rules for reports have it."""
    if respondent.bought == competence.TRADER:
        return against
    return answerable(session, respondent, replace(asked, leg=competence.REPORT))


def _filing(filer: UUID | None, against: Answerable, channel: str, clock: Clock) -> Filing:
    return Filing(id=new_id(), filer_id=filer, city=against.bureau.city, channel=channel, received_at=clock.now())


def _complaint(
    session: Session,
    filing: Filing,
    draft: Draft,
    against: Answerable,
    people: persons.People,
    actor: Actor,
    clock: Clock,
) -> tuple[Complaint, list[CaseClock]]:
    today = draft.received_on or clock.today()
    complaint = Complaint(
        id=new_id(),
        number=numbers.make(against.bureau.city, today),
        filing_id=filing.id,
        rule_set=codes.rule_set(today),
        received_on=today,
        complainant_id=people.complainant,
        district_by=against.by,
        platform=draft.respondent.platform,
        category=draft.category,
        problem=draft.problem,
        requests=list(draft.requests),
        happened_on=draft.facts.happened_on,
        place=draft.facts.place.strip(),
        amount_fen=draft.facts.amount_fen,
        narrative=draft.facts.narrative.strip(),
        publish=draft.publish,
        entrust=draft.entrust,
        **columns(against),
    )
    complaint.enterprise_id = against.shop.enterprise_id if against.shop else None
    complaint.respondent_uscc = against.uscc
    for field in Complaint.sealed_fields:
        seal(session, complaint, field, getattr(draft.complainant, field).strip())
    complaint.grams = indexing.keys(complaint)
    step = _step(complaint, draft, clock)
    parties = [*_parties(complaint), *persons.parties(people)]
    return complaint, casework.begin(
        session, complaint, COMPLAINT, actor=actor, clock=clock, parties=parties, step=step
    )


def _step(complaint: Complaint, draft: Draft, clock: Clock) -> Step:
    """The first event; what an officer took down says by which channel it came, a late entry when it was entered."""
    received = complaint.received_on
    late = {"entered_on": str(clock.today())} if received < clock.today() else {}
    taken = {} if draft.channel in intake_rules.SELF else {"channel": draft.channel}
    return Step(
        facts=_facts(complaint) | taken | late,
        personal={"narrative": complaint.narrative, "name": draft.complainant.name, "phone": draft.complainant.phone},
        clocks=[_starts(ACCEPT, received)],
    )


def _starts(term: str, today: date) -> ClockStart:
    return ClockStart(TERMS.find(term, today), today, today)


def _facts(complaint: Complaint) -> dict[str, object]:
    return {
        "number": complaint.number,
        "received_on": str(complaint.received_on),
        "rule_set": complaint.rule_set,
        "bureau": str(complaint.bureau_id),
        "district": complaint.district,
        "category": complaint.category,
        "problem": complaint.problem,
        "requests": complaint.requests,
        "amount_fen": complaint.amount_fen,
    }


def _parties(complaint: Complaint) -> list[Party]:
    parties = [
        Party(complaint.complainant_id, "consumer", "complainant"),
        Party(complaint.bureau_id, "officer", "competent bureau"),
    ]
    if complaint.enterprise_id:
        parties.append(Party(complaint.enterprise_id, "merchant", "respondent"))
    return parties
