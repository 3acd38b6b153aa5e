"""Entrusted mediation (委托调解, O121 19): both agree, an organisation of the register mediates, and gives it back.

It acts within what it was entrusted with and in the bureau's name, sees the complaint leg alone, and entrusts nobody
further: no verb lets it. The 60 days run on.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from complaints import rules
from complaints.mediation import ENTRUSTED_RESULTS
from complaints.mediation_models import Entrustment, MediationOrg
from complaints.models import Complaint
from complaints.operations.sittings import side_of
from workflows.case import casework
from workflows.case.casework import Party, Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import SYSTEM, Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

COUNCIL = "council"
REASON = 1000
MOST = 50
UNSHARE = text("SELECT case_unshare(:case, :party, :kind)")


def ask_entrust(
    session: Session, complaint: Complaint, organisation: UUID, until: date, *, actor: Actor, clock: Clock
) -> Entrustment:
    """Ask both sides whether an organisation may mediate (征求委托调解意见), and by when it would give the case back.

    A complainant who agreed when filing (form 1) has agreed already.

    :raises Conflict: it is entrusted, or asked, already.
    :raises RuleBroken: an organisation that is not in the register of the city, or a day that lies behind.
    """
    rules.check_note("ask_entrust", complaint.state)
    if current(session, complaint.id) is not None:
        raise Conflict("entrust.open", "it is entrusted, or both sides are being asked, already")
    if organisation not in {org.id for org in register(session, complaint.city, clock.today())}:
        raise RuleBroken("entrust.organisation", "is not in the register of the city", field="organisation")
    if until <= clock.today():
        raise RuleBroken("entrust.until", "the day of return must lie ahead", field="until")
    made = Entrustment(
        id=new_id(), case_id=complaint.id, org_id=organisation, asked_on=clock.today(), return_by=until,
        complainant_on=complaint.received_on if complaint.entrust else None,
    )  # fmt: skip
    facts = {"organisation": str(organisation), "until": str(until), "agreed_when_filing": complaint.entrust}
    casework.note(session, complaint, "ask_entrust", actor=actor, clock=clock, step=Step(facts=facts))
    session.add(made)
    session.flush()
    return made


def entrust_consent(session: Session, complaint: Complaint, side: str = "", *, actor: Actor, clock: Clock) -> None:
    """A side agrees to the entrusting; a party speaks for itself, an officer records either.

    :raises Conflict: nobody was asked, or the side has agreed already.
    """
    rules.check_note("entrust_consent", complaint.state)
    found, own = _asked(session, complaint), side_of(actor, side)
    if getattr(found, f"{own}_on") is not None:
        raise Conflict("entrust.twice", "this side has agreed already")
    setattr(found, f"{own}_on", clock.today())
    facts = {"side": own, "organisation": str(found.org_id)}
    casework.note(session, complaint, "entrust_consent", actor=actor, clock=clock, step=Step(facts=facts))


def entrust(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """Entrust the mediation (委托) once both have agreed; the organisation sees the case from now on.

    :raises Conflict: nobody was asked, or it is with the organisation already.
    :raises RuleBroken: a consent is missing, or the day of return has come.
    """
    rules.check_note("entrust", complaint.state)
    found = _asked(session, complaint)
    if found.complainant_on is None or found.respondent_on is None:
        raise RuleBroken("entrust.consent", "entrusting needs the consent of both sides (art. 19)")
    if found.return_by <= clock.today():
        raise RuleBroken("entrust.until", "the day of return has come: take it back and ask anew")
    found.entrusted_on = clock.today()
    facts = {"organisation": str(found.org_id), "until": str(found.return_by)}
    casework.note(session, complaint, "entrust", actor=actor, clock=clock, step=Step(facts=facts))
    casework.share(session, complaint, Party(found.org_id, COUNCIL, "entrusted mediation"))


def give_back(session: Session, complaint: Complaint, result: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """The organisation gives the case back with what came of it (交回); it sees no more of it afterwards.

    What it reached is a result: the bureau records the agreement, or ends the mediation.

    :raises RuleBroken: an unknown result, or nothing said.
    """
    rules.check_note("give_back", complaint.state)
    if result not in ENTRUSTED_RESULTS:
        raise RuleBroken("entrust.result", f"must be one of {', '.join(ENTRUSTED_RESULTS)}", field="result")
    if not reason.strip() or len(reason) > REASON:
        raise RuleBroken("entrust.reason", f"say in at most {REASON} characters what came of it", field="reason")
    _end(session, complaint, "give_back", result, {"reason": reason.strip()}, actor=actor, clock=clock)


def take_back(session: Session, complaint: Complaint, reason: str = "", *, actor: Actor, clock: Clock) -> None:
    """The bureau takes the case back, or drops the asking (收回委托).

    :raises Conflict: there is nothing to take back.
    """
    rules.check_note("take_back", complaint.state)
    if len(reason) > REASON:
        raise RuleBroken("too_long", f"has more than {REASON} characters", field="reason")
    words = {"reason": reason.strip()} if reason.strip() else {}
    _end(session, complaint, "take_back", "dropped", words, actor=actor, clock=clock)


def lapse(session: Session, complaint: Complaint, *, clock: Clock) -> None:
    """The day of return has come, or the mediation is over: the case is back, and the organisation sees no more."""
    _end(session, complaint, "take_back", "lapsed", {}, actor=SYSTEM, clock=clock)


def current(session: Session, case: UUID) -> Entrustment | None:
    """The entrusting of a case that is asked for or goes on."""
    query = select(Entrustment).where(Entrustment.case_id == case, Entrustment.returned_on.is_(None))
    return session.scalar(query)


def register(session: Session, city: str, today: date) -> list[MediationOrg]:
    """The organisations of a city that may be entrusted today, by name."""
    alive = or_(MediationOrg.until.is_(None), MediationOrg.until >= today)
    query = select(MediationOrg).where(MediationOrg.city == city, MediationOrg.since <= today, alive)
    return list(session.scalars(query.order_by(MediationOrg.name, MediationOrg.id).limit(MOST)))


def _asked(session: Session, complaint: Complaint) -> Entrustment:
    found = current(session, complaint.id)
    if found is None or found.entrusted_on is not None:
        raise Conflict("entrust.none", "both sides have not been asked, or it is entrusted already")
    return found


def _end(
    session: Session,
    complaint: Complaint,
    event: str,
    result: str,
    words: dict[str, str],
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    found = current(session, complaint.id)
    if found is None:
        raise Conflict("entrust.nothing", "the case is not entrusted")
    was, found.returned_on, found.result = found.entrusted_on, clock.today(), result
    facts = {"organisation": str(found.org_id), "result": result, "was_entrusted": was is not None}
    casework.note(session, complaint, event, actor=actor, clock=clock, step=Step(facts=facts, words=words))
    if was is not None:
        session.execute(UNSHARE, {"case": complaint.id, "party": found.org_id, "kind": COUNCIL})
