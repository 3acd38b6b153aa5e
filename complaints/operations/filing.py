"""Filing (提出投诉): one story becomes its legs, each with its number, its clock and its own visibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from complaints import codes, rules
from complaints.drafts import NOBODY, Draft, Person, ReportDraft, Respondent
from complaints.lifecycle import COMPLAINT, REPORT
from complaints.models import Complaint, Filing, Report
from complaints.operations import indexing
from complaints.operations.following import new_code, party
from complaints.terms import ACCEPT, TERMS, VERIFY
from merchants import queries as merchants
from workflows.case import casework, numbers
from workflows.case.casework import ClockStart, Party, Step
from workflows.case.tables import CaseClock
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.people.places import Place, district_of
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.store.sealed import seal
from workflows.store.session import keys_of
from workflows.time.clock import Clock

OURS = ("portal", "api")
"""The channels that are this portal's own."""


@dataclass(frozen=True)
class Filed:
    """The legs of a filing, and the clocks that the complaint runs by."""

    filing: Filing
    complaint: Complaint | None
    report: Report | None
    clocks: Sequence[CaseClock] = ()
    code: str = ""
    """What an anonymous reporter follows the report with; shown once, and kept nowhere."""


@dataclass(frozen=True)
class Answerable:
    """Who a filing is against, and which county bureau answers for the place (art. 13(1))."""

    name: str
    address: str
    uscc: str | None
    district: str
    bureau: Bureau
    shop: merchants.Business | None


def file(session: Session, draft: Draft, *, actor: Actor, clock: Clock) -> Filed:
    """File a complaint, and its report leg where the story has one (提出投诉、举报, O121 9, 10).

    The clock of acceptance starts on the calendar date of receipt in Shanghai.

    :raises RuleBroken: every field at fault, by name.
    :raises Refused: the bureau has not published this portal as one of its channels (O121 8).
    """
    today = clock.today()
    if faults := rules.faults(draft, today):
        raise RuleBroken("validation", "the filing has faults", errors=faults)
    if actor.account is None:
        raise Refused("access.account", "a complaint needs a signed-in complainant")
    against = answerable(session, draft.respondent, draft.channel)
    filing = _filing(actor.account, against, draft.channel, clock)
    session.add(filing)
    complaint, running = _complaint(session, filing, draft, against, actor, clock)
    attach(session, draft.evidence, actor.account, complaint.id)
    if draft.report is None:
        return Filed(filing, complaint, None, running)
    leg, code = _report(session, filing, draft.report, against, draft.complainant, actor, clock)
    return Filed(filing, complaint, leg, running, code)


def report(
    session: Session,
    respondent: Respondent,
    draft: ReportDraft,
    who: Person = NOBODY,
    *,
    actor: Actor,
    clock: Clock,
    channel: str = "portal",
) -> Filed:
    """File a report alone (提出举报, O121 28); without an account it is anonymous, and followed with a code.

    :param who: a named reporter's details; kept sealed, and shown to the assigned officer masked.
    :raises RuleBroken: every field at fault, by name.
    """
    if faults := [*rules.respondent_faults(respondent), *rules.report_faults(draft)]:
        raise RuleBroken("validation", "the report has faults", errors=faults)
    against = answerable(session, respondent, channel)
    filer = None if draft.anonymous else actor.account
    filing = _filing(filer, against, channel, clock)
    session.add(filing)
    leg, code = _report(session, filing, draft, against, who, actor, clock)
    return Filed(filing, None, leg, code=code)


def answerable(session: Session, respondent: Respondent, channel: str = "portal") -> Answerable:
    """The respondent with its district and bureau.

    :param channel: how the filing came; our own portal must be one that the bureau has published.
    :raises RuleBroken: an unknown store, or an address that names no district of the two cities.
    """
    if respondent.store_id is not None:
        shop = merchants.business(session, respondent.store_id)
        name = f"{shop.enterprise_name}({shop.store_name})"
        return Answerable(name, shop.address, shop.uscc, shop.district, _channel(shop.bureau, channel), shop)
    places = [Place(r.code, r.name, r.city) for r in directory.regions(session)]
    place = district_of(respondent.address, places)
    if place is None:
        fault = FieldError(
            "respondent.address",
            "district",
            "names no district of Suzhou or Shanghai: add the district or county-level city",
        )
        raise RuleBroken("validation", "the respondent's district is unknown", errors=[fault])
    bureau = _channel(directory.county_bureau(session, place.code), channel)
    code = uscc.compact(respondent.uscc) if respondent.uscc else None
    return Answerable(respondent.name, respondent.address, code, place.code, bureau, None)


def _channel(bureau: Bureau, channel: str) -> Bureau:
    """The bureau, if the filing did not come by this portal, or the bureau has published it (O121 8)."""
    if channel in OURS and not bureau.portal_channel:
        raise Refused("channel", f"{bureau.name_en} has not published this portal: use the national 12315 platform")
    return bureau


def _filing(filer: UUID | None, against: Answerable, channel: str, clock: Clock) -> Filing:
    return Filing(id=new_id(), filer_id=filer, city=against.bureau.city, channel=channel, received_at=clock.now())


def _complaint(
    session: Session, filing: Filing, draft: Draft, against: Answerable, actor: Actor, clock: Clock
) -> tuple[Complaint, list[CaseClock]]:
    today = clock.today()
    complaint = Complaint(
        id=new_id(),
        number=numbers.make(against.bureau.city, today),
        filing_id=filing.id,
        rule_set=codes.rule_set(today),
        received_on=today,
        complainant_id=actor.account,
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
        **_against(against),
    )
    complaint.enterprise_id = against.shop.enterprise_id if against.shop else None
    complaint.respondent_uscc = against.uscc
    for field in Complaint.sealed_fields:
        seal(session, complaint, field, getattr(draft.complainant, field).strip())
    complaint.grams = indexing.keys(complaint)
    step = Step(
        facts=_facts(complaint),
        personal={"narrative": complaint.narrative, "name": draft.complainant.name, "phone": draft.complainant.phone},
        clocks=[_starts(ACCEPT, today)],
    )
    parties = _parties(complaint)
    return complaint, casework.begin(
        session, complaint, COMPLAINT, actor=actor, clock=clock, parties=parties, step=step
    )


def _against(against: Answerable) -> dict[str, object]:
    return {
        "city": against.bureau.city,
        "district": against.district,
        "bureau_id": against.bureau.id,
        "store_id": against.shop.store_id if against.shop else None,
        "respondent_name": against.name.strip(),
        "respondent_address": against.address.strip(),
    }


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


def _report(
    session: Session,
    filing: Filing,
    draft: ReportDraft,
    against: Answerable,
    who: Person,
    actor: Actor,
    clock: Clock,
) -> tuple[Report, str]:
    """The report's own row, number, chain and clock; only its reporter and the assigned officer see any of it."""
    today = clock.today()
    known = None if draft.anonymous else actor.account
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
        **_against(against),
    )
    if known:
        for field in Report.sealed_fields:
            seal(session, leg, field, getattr(who, field).strip() or None)
    code = new_code() if known is None else ""
    step = Step(
        facts={"number": leg.number, "received_on": str(today), "district": leg.district, "anonymous": leg.anonymous},
        personal={"clues": leg.clues, "basis": leg.basis},
        clocks=[_starts(VERIFY, today)],
    )
    parties = _report_parties(session, leg, known, code)
    casework.begin(session, leg, REPORT, actor=actor, clock=clock, parties=parties, step=step)
    return leg, code


def _report_parties(session: Session, leg: Report, known: UUID | None, code: str) -> list[Party]:
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


def attach(session: Session, files: tuple[UUID, ...], owner: UUID, case: UUID) -> None:
    """Attach uploaded files of the filer to the case.

    :raises RuleBroken: a file that is not there, not the filer's, or attached already.
    """
    if not files:
        return
    free = (Evidence.id.in_(files)) & (Evidence.owner_id == owner) & (Evidence.case_id.is_(None))
    found = set(session.scalars(select(Evidence.id).where(free)))
    if found != set(files):
        fault = FieldError("evidence", "unknown", "names a file that was not uploaded here, or is used already")
        raise RuleBroken("validation", "an evidence file is unknown", errors=[fault])
    session.execute(update(Evidence).where(free).values(case_id=case))
