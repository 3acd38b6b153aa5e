"""The respondent of a complaint (被投诉人): identified in the directory, reached by letter where nobody signs in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from complaints import rules
from complaints.models import Complaint
from merchants.drafts import EnterpriseDraft
from merchants.models import Enterprise
from merchants.operations import activation
from merchants.operations.activation import Activated
from workflows.case import casework
from workflows.case.casework import Party, Step
from workflows.errors import Conflict
from workflows.people.actor import Actor
from workflows.time.clock import Clock


def identify_respondent(
    session: Session, complaint: Complaint, uscc: str, name: str, *, actor: Actor, clock: Clock
) -> None:
    """Say which firm of the register a complaint is about, so that it hears of it and can answer (查明被投诉人).

    :param name: as registered; it guards against a code that is another firm's.
    :raises RuleBroken: a code or name that does not fit.
    :raises Conflict: the firm is known already, or the case is over.
    """
    rules.check_note("identify_respondent", complaint.state)
    if complaint.enterprise_id is not None:
        raise Conflict("respondent.known", "the firm of this complaint is known already")
    draft = EnterpriseDraft(uscc, name, complaint.district, complaint.respondent_address)
    firm = activation.known(session, draft, clock=clock)
    step = Step(
        evidence={"enterprise_id": firm.id, "respondent_uscc": firm.uscc},
        facts={"enterprise": str(firm.id), "uscc": firm.uscc},
    )
    casework.note(session, complaint, "identify_respondent", actor=actor, clock=clock, step=step)
    casework.share(session, complaint, Party(firm.id, "merchant", "respondent"))


def write_letter(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> tuple[Enterprise, Activated]:
    """Make the letter to a firm that nobody has signed in for; the case's journal says that it was made.

    :raises Conflict: the firm is not identified, somebody acts for it, or the case is over.
    """
    rules.check_note("activation_letter", complaint.state)
    if complaint.enterprise_id is None:
        raise Conflict("respondent.unknown", "identify the firm first, by its credit code")
    firm = session.get_one(Enterprise, complaint.enterprise_id)
    made = activation.issue(session, firm, actor=actor, clock=clock)
    step = Step(facts={"enterprise": str(firm.id), "until": str(made.until)})
    casework.note(session, complaint, "activation_letter", actor=actor, clock=clock, step=step)
    return firm, made
