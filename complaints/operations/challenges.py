"""Reconsiderations and lawsuits about a case (行政复议、行政诉讼), with the hold they put on everything of it.

Whoever erases by schedule asks :func:`held` first: while a challenge lasts, nothing of its case may be erased.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from complaints.oversight_models import CHALLENGES, OUTCOMES, Challenge
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

NUMBER, BODY = 100, 200
MOST = 100
ENTER, END = "challenge", "challenge_ended"


@dataclass(frozen=True)
class Given:
    """What is known of a challenge when it is entered.

    :param body: who decides it: a government, a court.
    """

    kind: str
    number: str
    body: str
    from_on: date


def enter(session: Session, case: Any, given: Given, *, actor: Actor, clock: Clock) -> Challenge:
    """Enter a challenge about a locked complaint or report; the hold begins with it, whatever day it names.

    :raises RuleBroken: an unknown kind, no number or body, or a day ahead.
    :raises Conflict: it is entered already.
    """
    number, body = given.number.strip(), given.body.strip()
    if given.kind not in CHALLENGES:
        raise RuleBroken("challenge.kind", f"kind must be one of {', '.join(CHALLENGES)}", field="kind")
    for field, said, most in (("number", number, NUMBER), ("body", body, BODY)):
        if not 1 <= len(said) <= most:
            raise RuleBroken("challenge.words", f"needs 1 to {most} characters", field=field, most=most)
    if given.from_on > clock.today():
        raise RuleBroken("challenge.from", "lies ahead", field="from_on")
    same = (Challenge.case_id == case.id, Challenge.kind == given.kind, Challenge.number == number)
    if session.scalar(select(Challenge.id).where(*same)) is not None:
        raise Conflict("challenge.twice", "this challenge is entered already")
    row = Challenge(
        case_id=case.id, case_kind=case.case_kind, kind=given.kind, number=number, body=body,
        from_on=given.from_on, entered_by=actor.account, entered_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    facts = {"challenge": str(row.id), "kind": given.kind, "from_on": str(given.from_on)}
    casework.note(session, case, ENTER, actor=actor, clock=clock, step=Step(facts=facts))
    return row


def end(
    session: Session, case: Any, challenge: UUID, outcome: str, until_on: date, *, actor: Actor, clock: Clock
) -> None:
    """Record how a challenge ended and when; the hold of the case ends with the last of them.

    :raises NotFound: the case has no such challenge that lasts.
    :raises RuleBroken: an unknown outcome, or a day that does not fit.
    """
    row = session.get(Challenge, challenge)
    if row is None or row.case_id != case.id or row.until_on is not None:
        raise NotFound("challenge.unknown", "the case has no such challenge that lasts")
    if outcome not in OUTCOMES:
        raise RuleBroken("challenge.outcome", f"outcome must be one of {', '.join(OUTCOMES)}", field="outcome")
    if not row.from_on <= until_on <= clock.today():
        raise RuleBroken("challenge.until", "must lie from its beginning to today", field="until_on")
    row.outcome, row.until_on = outcome, until_on
    facts = {"challenge": str(row.id), "outcome": outcome, "until_on": str(until_on)}
    casework.note(session, case, END, actor=actor, clock=clock, step=Step(facts=facts))


def of_case(session: Session, case: UUID) -> Sequence[Challenge]:
    """The challenges about a case, oldest first."""
    query = select(Challenge).where(Challenge.case_id == case).order_by(Challenge.id)
    return session.scalars(query.limit(MOST)).all()


def holding(kind: Any) -> ColumnElement[bool]:
    """For a kind of case the condition that a challenge lasts, so that nothing of the case may be erased."""
    return exists().where(Challenge.case_id == kind.id, Challenge.until_on.is_(None))


def held(session: Session, case_ids: Collection[UUID]) -> set[UUID]:
    """Those of the cases of which nothing may be erased, since a challenge lasts (法律保留); one statement."""
    lasting = (Challenge.case_id.in_(case_ids), Challenge.until_on.is_(None))
    return set(session.scalars(select(Challenge.case_id).where(*lasting).distinct()))
