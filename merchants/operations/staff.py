"""Who works for a firm or a store: invited by phone, accepted by code, ended by a manager."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from merchants.models import Enterprise, Invitation, Store
from merchants.queries import staff
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import RANKS
from workflows.store.db import new_id
from workflows.store.sealed import seal
from workflows.time.clock import Clock

LIFE = timedelta(days=7)
"""How long an invitation is good: our own declared practice."""

MOST_WAITING = 50
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that nobody takes for one another."""

CODE_LENGTH = 10
ACCEPT = text("SELECT COALESCE(invitation_accept(:digest), activation_accept(:digest))")
REMOVE = text("SELECT staff_remove(:account, :org, :id)")


@dataclass(frozen=True)
class Invited:
    """An invitation made: its code goes to the phone and is kept nowhere."""

    invitation: Invitation
    code: str
    name: str


def invite(session: Session, org: UUID, phone: str, rank: str, *, actor: Actor, clock: Clock) -> Invited:
    """Invite somebody by phone to work for a firm or one store.

    :param phone: in its one spelling.
    :param rank: ``manager`` may enrol, promise and name others; ``clerk`` sees stores and complaints.
    :raises RuleBroken: an unknown rank.
    :raises Refused: the actor does not manage it.
    :raises Conflict: too many invitations are waiting.
    """
    if rank not in RANKS:
        raise RuleBroken("choice", f"choose one of {', '.join(RANKS)}", field="rank")
    kind, name = _organisation(session, org, actor)
    _check_room(session, org, clock)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = Invitation(
        id=new_id(),
        org_id=org,
        org_kind=kind,
        rank=rank,
        code_digest=digest(code),
        made_by=actor.account,
        made_at=clock.now(),
        expires_at=clock.now() + LIFE,
    )
    seal(session, row, "phone", phone)
    session.add(row)
    session.flush()
    return Invited(row, code, name)


def digest(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return sha256("".join(code.split()).replace("-", "").upper().encode()).digest()


def _organisation(session: Session, org: UUID, actor: Actor) -> tuple[str, str]:
    """Kind and name of a firm or store that the actor manages.

    :raises Refused: another one.
    """
    firm = session.get(Enterprise, org)
    if firm is not None and firm.id in actor.manages:
        return "enterprise", firm.name
    store = session.get(Store, org)
    if store is not None and {store.id, store.enterprise_id} & set(actor.manages):
        return "store", store.name
    raise Refused("enterprise.other", "only a manager of the firm may do this")


def _check_room(session: Session, org: UUID, clock: Clock) -> None:
    waiting = select(func.count()).select_from(Invitation).where(Invitation.org_id == org, *staff.good(clock))
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        message = f"at most {MOST_WAITING} invitations wait at once: take some back first"
        raise Conflict("invitation.many", message, most=MOST_WAITING)


def revoke(session: Session, invitation: UUID, *, actor: Actor, clock: Clock) -> Invitation:
    """Take an invitation back; its code is worth nothing from now on.

    :raises NotFound: there is none for this caller.
    :raises Refused: the actor does not manage what it is for.
    :raises Conflict: it was accepted, or taken back before.
    """
    found = session.get(Invitation, invitation, with_for_update=True)
    if found is None:
        raise NotFound("invitation.unknown", "there is no such invitation")
    _organisation(session, found.org_id, actor)
    if found.used_at or found.revoked_at:
        raise Conflict("invitation.over", "the invitation was accepted, or taken back before")
    found.revoked_at = clock.now()
    session.flush()
    return found


def accept(session: Session, code: str, *, actor: Actor, clock: Clock) -> UUID | None:  # noqa: ARG001 - the database knows who asks, and when
    """Accept an invitation, or a letter to the firm, by its code: what one works for now; None for no good code."""
    joined: UUID | None = session.scalar(ACCEPT, {"digest": digest(code)})
    return joined


def remove(session: Session, account: UUID, org: UUID, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001 - the moment is the transaction's
    """End somebody's membership; what was is kept. A firm always has a manager.

    :raises Refused: the actor does not manage the firm or store.
    :raises NotFound: nobody of that account works there.
    :raises Conflict: the firm's last manager.
    """
    _organisation(session, org, actor)
    answer = session.scalar(REMOVE, {"account": account, "org": org, "id": new_id()})
    if answer == "unknown":
        raise NotFound("staff.unknown", "nobody of that account works there")
    if answer == "last":
        raise Conflict("staff.last", "a firm needs a manager: name another one first")
