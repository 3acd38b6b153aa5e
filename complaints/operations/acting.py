"""In whose name a step is taken (代理权限、被代表人同意, O121 11, 12): checked before the step, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import capacity
from complaints.capacity import Person, Power
from complaints.intake_models import Assent, CoComplainant, ComplaintAgent
from complaints.models import Complaint
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.people.masks import masked_name
from workflows.store.sealed import unseal
from workflows.time.clock import Clock


def agent(session: Session, case: UUID) -> ComplaintAgent | None:
    """The agent of a complaint, if it has one."""
    return session.scalar(select(ComplaintAgent).where(ComplaintAgent.case_id == case))


def persons(session: Session, case: UUID) -> Sequence[CoComplainant]:
    """The persons of a joint complaint in their order; none where one person complains alone."""
    query = select(CoComplainant).where(CoComplainant.case_id == case).order_by(CoComplainant.ordinal)
    return session.scalars(query.limit(capacity.MOST_PERSONS)).all()


def power(row: ComplaintAgent) -> Power:
    """The power of attorney as the rules see it."""
    return Power(
        tuple(row.scope), row.from_on, row.until_on, row.signed, row.original_on, row.identity_on, row.ended_on
    )


def person(row: CoComplainant) -> Person:
    """A person as the rules see him."""
    return Person(row.id, row.ordinal, row.joined_on is not None, row.representative)


def allowed(session: Session, complaint: Complaint, verbs: Iterable[str], *, actor: Actor, clock: Clock) -> list[str]:
    """Which steps somebody of the complainant's side may take at all; whose complaint it is alone may take all.

    An agent needs the scope; of persons who complain together only those who speak for all act for all, everybody for
    himself. Officers and firms are not asked here.
    """
    if actor.role is not ActorRole.CONSUMER:
        return list(verbs)
    found = agent(session, complaint.id) if actor.account != complaint.complainant_id else None
    if found is not None and found.account_id == actor.account:
        own, today = power(found), clock.today()
        return [verb for verb in verbs if verb in capacity.OWN or capacity.empowered(own, verb, today)]
    speaks = _speaks(session, complaint, actor)
    return [verb for verb in verbs if speaks or verb in capacity.OWN]


def _speaks(session: Session, complaint: Complaint, actor: Actor) -> bool:
    rows = persons(session, complaint.id)
    if not rows:
        return actor.account == complaint.complainant_id
    own = {row.id for row in rows if row.account_id == actor.account}
    return any(p.id in own for p in capacity.speakers([person(row) for row in rows]))


def check(session: Session, complaint: Complaint, verb: str, *, actor: Actor, clock: Clock) -> None:
    """Let a step through that the actor may take for the complainant.

    :raises Refused: an agent without the scope, or somebody who is represented by another.
    """
    if not allowed(session, complaint, [verb], actor=actor, clock=clock):
        raise Refused("acting.scope", f"you are not empowered to {verb} in this case (art. 11, 12)", verb=verb)


def check_agreed(
    session: Session, complaint: Complaint, about: str, *, actor: Actor, clock: Clock, amount_fen: int | None = None
) -> None:
    """Those who are represented have agreed to this very step; their consents are used up by it.

    Of an agent without the scope, the principal himself must have agreed.

    :param about: one of :data:`complaints.capacity.ASSENTS`.
    :param amount_fen: what is agreed on, where the step is an agreement.
    :raises RuleBroken: naming, masked, who has not agreed yet.
    """
    asked = [*_represented(session, complaint, about, actor), *_principal(session, complaint, about, actor, clock)]
    if not asked:
        return
    given = _given(session, complaint.id, about, amount_fen)
    missing = [name for account, name in asked if account not in given]
    if missing:
        names = "、".join(missing)
        raise RuleBroken("assent.missing", f"the consent of these persons is missing (art. 12): {names}", names=names)
    for row in given.values():
        row.used_at = clock.now()


def _represented(session: Session, complaint: Complaint, about: str, actor: Actor) -> list[tuple[UUID, str]]:
    rows = {row.id: row for row in persons(session, complaint.id)}
    own = next((row.id for row in rows.values() if row.account_id == actor.account), None)
    asked = capacity.must_agree([person(row) for row in rows.values()], about, own)
    return [(rows[p.id].account_id, f"{p.ordinal}.{masked(session, rows[p.id])}") for p in asked]


def _principal(
    session: Session, complaint: Complaint, about: str, actor: Actor, clock: Clock
) -> list[tuple[UUID, str]]:
    """The principal, where an agent without the scope stands for him and he does not act himself."""
    found = agent(session, complaint.id)
    if found is None or actor.account == complaint.complainant_id or found.ended_on is not None:
        return []
    if capacity.empowered(power(found), about, clock.today()):
        return []
    return [(complaint.complainant_id, masked(session, complaint))]


def masked(session: Session, row: CoComplainant | ComplaintAgent | Complaint) -> str:
    """A person's name, masked."""
    return masked_name(unseal(session, row, "name") or "")


def _given(session: Session, case: UUID, about: str, amount_fen: int | None) -> dict[UUID, Assent]:
    query = select(Assent).where(Assent.case_id == case, Assent.about == about, Assent.used_at.is_(None))
    if amount_fen is not None:
        query = query.where(Assent.amount_fen == amount_fen)
    return {row.account_id: row for row in session.scalars(query.limit(2 * capacity.MOST_PERSONS))}
