"""What an officer takes down for somebody (登记): by phone, by post, at the window (O121 8, 10(2), 28(2))."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import intake_rules, queries
from complaints.drafts import NOBODY, Draft, Person, ReportDraft, Respondent
from complaints.models import Complaint
from complaints.operations import filing, persons
from complaints.operations.filing import Filed, Taken
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import OFFICIALS, Actor
from workflows.store.sealed import unseal
from workflows.time.clock import Clock


def take(session: Session, draft: Draft, *, actor: Actor, clock: Clock) -> Filed:
    """Take down a complaint, with its report leg where the story has one, for whoever brought it.

    The complainant's account is found by phone or made, and a message tells how to follow. The clocks start on the day
    the bureau received it. The case is the competent bureau's at once; whoever took it down keeps no access of his own.

    :raises RuleBroken: every field at fault, by name; another channel, or a day of receipt that cannot be.
    :raises Refused: not an officer.
    """
    _check_official(actor)
    day = intake_rules.check_taken(draft.channel, draft.received_on, clock.today())
    _check_phone(draft.complainant.phone, "complainant.phone")
    account = persons.account_of(session, draft.complainant.phone, actor.city or "")
    return filing.file(session, replace(draft, received_on=day), actor=actor, clock=clock, complainant=account)


def take_report(
    session: Session,
    respondent: Respondent,
    draft: ReportDraft,
    who: Person,
    channel: str,
    received_on: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Filed:
    """Take down a report alone; one without a name is followed with a code, which the officer reads out.

    :raises RuleBroken: every field at fault, by name; another channel, or a day of receipt that cannot be.
    :raises Refused: not an officer.
    """
    _check_official(actor)
    day = intake_rules.check_taken(channel, received_on, clock.today())
    reporter = None
    if not draft.anonymous:
        _check_phone(who.phone, "reporter.phone")
        reporter = persons.account_of(session, who.phone, actor.city or "")
    named = NOBODY if draft.anonymous else who
    taken = Taken(channel, day, reporter)
    return filing.report(session, respondent, draft, named, taken, actor=actor, clock=clock)


def known(session: Session, case: UUID) -> Person:
    """Who complained in an earlier case that the officer may see: the same caller need not say it all again."""
    found: Complaint = queries.complaint(session, case)
    return Person(*(unseal(session, found, field) or "" for field in Complaint.sealed_fields))


def _check_official(actor: Actor) -> None:
    if actor.role not in OFFICIALS:
        raise Refused("access.role", "only an officer takes down what others bring")


def _check_phone(phone: str, field: str) -> None:
    if faults := list(intake_rules.phone_faults(field, phone)):
        raise RuleBroken("validation", "the phone cannot be used", errors=faults)
