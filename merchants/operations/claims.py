"""Claiming a firm that is known already (认领): made with the licence, decided by its manager or the county bureau."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from merchants import rules
from merchants.models import Claim, Enterprise
from merchants.models.staff import ACCEPTED, OPEN, REFUSED, WITHDRAWN
from merchants.queries import staff
from workflows.delivery import outbox
from workflows.errors import Conflict, FieldError, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import OFFICIALS, Actor
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.time.clock import Clock

MOST_NAME = 50
LEAST_WORDS = 5
MOST_WORDS = 500
MOST_REASON = 1000
MADE = "claim.make"
TOLD = {OPEN: MADE, ACCEPTED: "claim.accept", REFUSED: "claim.refuse"}
"""What is told when a claim comes into a state: to the firm that it was made, to its maker how it was decided."""

MOST_OPEN = 5
"""Claims that one account may have waiting at once: our own declared practice."""

DECIDE = text("SELECT claim_decide(:claim, :accepted, :why)")


@dataclass(frozen=True)
class ClaimDraft:
    """A claim as it is made.

    :param name: who claims; ``words`` say what ties them to the firm. Both are kept sealed.
    :param licence: the uploaded picture of the business licence.
    """

    name: str
    words: str
    licence: UUID | None


def make(session: Session, firm: Enterprise, draft: ClaimDraft, *, actor: Actor, clock: Clock) -> Claim:
    """Claim a firm; nothing of it is seen or done before somebody has decided.

    :raises RuleBroken: every field at fault, by name.
    :raises Conflict: one belongs to the firm already, has claimed it already, or has too many claims waiting.
    """
    if faults := list(_faults(draft)):
        raise RuleBroken("validation", "the claim has faults", errors=faults)
    _check_new(session, firm, actor)
    claim = Claim(
        id=new_id(),
        enterprise_id=firm.id,
        account_id=actor.account,
        bureau_id=directory.county_bureau(session, firm.district).id,
        licence_file=draft.licence,
        state=OPEN,
        made_at=clock.now(),
    )
    seal(session, claim, "name", draft.name.strip())
    seal(session, claim, "words", draft.words.strip())
    session.add(claim)
    session.flush()
    _tell(session, claim)
    return claim


def _tell(session: Session, claim: Claim) -> None:
    outbox.publish(session, TOLD[claim.state], claim, {})


def _faults(draft: ClaimDraft) -> Iterator[FieldError]:
    for field, least, most in (("name", 1, MOST_NAME), ("words", LEAST_WORDS, MOST_WORDS)):
        given = len(getattr(draft, field).strip())
        if not given:
            yield FieldError(field, "required", "is needed")
        elif given < least:
            yield FieldError(field, "too_short", f"needs at least {least} characters")
        elif given > most:
            yield FieldError(field, "too_long", f"has {given} characters; at most {most} are possible")
    if draft.licence is None:
        yield FieldError("licence", "required", "a picture of the business licence is needed")


def _check_new(session: Session, firm: Enterprise, actor: Actor) -> None:
    if firm.id in actor.manages:
        raise Conflict("claim.member", "you manage this firm already")
    mine = (Claim.account_id == actor.account) & (Claim.state == OPEN)
    if session.scalar(select(Claim.id).where(mine, Claim.enterprise_id == firm.id)) is not None:
        raise Conflict("claim.open", "you have claimed this firm: the decision is still to come")
    if (session.scalar(select(func.count()).select_from(Claim).where(mine)) or 0) >= MOST_OPEN:
        raise Conflict("claim.many", f"at most {MOST_OPEN} claims wait at once: take one back first", most=MOST_OPEN)


def withdraw(session: Session, claim: Claim, *, actor: Actor, clock: Clock) -> None:
    """Take a claim back before it is decided.

    :raises Refused: it is somebody else's.
    :raises Conflict: it is decided by now.
    """
    if claim.account_id != actor.account:
        raise Refused("claim.other", "only who made a claim takes it back")
    _check_open(claim)
    claim.state, claim.decided_at = WITHDRAWN, clock.now()
    session.flush()


def accept(session: Session, claim: Claim, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001 - the moment is the transaction's
    """Accept a claim: whoever made it manages the firm from now on.

    :raises Refused: the actor neither manages the firm nor is of its bureau.
    :raises Conflict: somebody else decided before.
    """
    _decide(session, claim, True, None, actor)


def refuse(session: Session, claim: Claim, reason: str, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001 - likewise
    """Refuse a claim, with the reason that its maker is told; claiming again is possible.

    :raises RuleBroken: no reason, or one that is too long.
    :raises Refused: the actor neither manages the firm nor is of its bureau.
    :raises Conflict: somebody else decided before.
    """
    rules.check_reason(reason)
    if len(reason.strip()) > MOST_REASON:
        raise RuleBroken("too_long", f"at most {MOST_REASON} characters", field="reason")
    _decide(session, claim, False, reason.strip(), actor)


def _decide(session: Session, claim: Claim, accepted: bool, why: str | None, actor: Actor) -> None:
    """The database checks the right once more and adds the membership; its clock is the transaction's."""
    officer = actor.role in OFFICIALS
    manager = claim.enterprise_id in actor.manages and claim.account_id != actor.account
    if not officer and not manager:
        raise Refused("claim.right", "a manager of the firm or its bureau decides")
    _check_open(claim)
    values = {"claim": claim.id, "accepted": accepted, "why": why}
    if not session.scalar(DECIDE, values):
        raise Conflict("claim.decided", "the claim has been decided by now")
    session.refresh(claim)
    _tell(session, claim)


def _check_open(claim: Claim) -> None:
    if claim.state != OPEN:
        raise Conflict("claim.decided", "the claim has been decided by now")


def find(session: Session, claim: UUID) -> Claim:
    """The claim, where the caller may see it.

    :raises NotFound: there is none for this caller.
    """
    return staff.claim(session, claim)
