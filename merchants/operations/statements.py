"""Statements of standing (承诺情况证明): signed, shown by consent, every look recorded, consent ended at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from merchants import codes, statement
from merchants.models import Enterprise, Statement, StatementConsent
from merchants.operations.bonds import check_acts
from merchants.queries import statements
from merchants.statement import FORM, Figure, Firm
from workflows.case import numbers
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.crypto import framed
from workflows.store.db import new_id
from workflows.store.session import keys_of
from workflows.time.clock import Clock

MARK = "S"
"""Tells a statement's number from a case's."""

SECRET_BYTES = 24
"""A link's secret has 192 bits."""

MOST_DAYS = 90
MOST_NAME = 100
LOOK = text("SELECT * FROM statement_look(:digest, :look, :address)")


def make(
    session: Session, firm: Enterprise, figures: Sequence[Figure], since: date, *, actor: Actor, clock: Clock
) -> Statement:
    """Make and sign a firm's statement as of this moment.

    :param figures: of complaints about the firm since a day; whoever asks brings them, since complaints are above us.
    :raises Refused: the actor does not manage the firm.
    """
    check_acts(session, actor, "enterprise", firm.id)
    number = numbers.make(firm.city, clock.today(), MARK)
    whose = Firm(firm.uscc or "", firm.name, firm.city)
    body = canonical(statement.body(number, whose, statements.stands(session, firm.id), figures, since, clock.now()))
    row = Statement(
        id=new_id(),
        number=number,
        enterprise_id=firm.id,
        body=body.decode(),
        signature=keys_of(session).sign(framed(FORM, body)),
        made_at=clock.now(),
        made_by=actor.account,
    )
    session.add(row)
    session.flush()
    return row


def consent(
    session: Session, of: Statement, recipient: str, kind: str, days: int, *, actor: Actor, clock: Clock
) -> tuple[StatementConsent, str]:
    """Let one named lender or insurer check one statement by a link; the consent, and the link's secret, given once.

    :param days: how long the link is good, from 1 to 90.
    :raises RuleBroken: nobody named, an unknown kind, or too long a time.
    :raises Refused: the actor does not manage the firm.
    """
    check_acts(session, actor, "enterprise", of.enterprise_id)
    faults = []
    if not 1 <= len(recipient.strip()) <= MOST_NAME:
        faults.append(FieldError("recipient", "required", "name who may check it"))
    if kind not in codes.RECIPIENTS:
        faults.append(FieldError("kind", "choice", f"must be one of {', '.join(codes.RECIPIENTS)}"))
    if not 1 <= days <= MOST_DAYS:
        faults.append(FieldError("days", "statement.days", f"must be from 1 to {MOST_DAYS}"))
    if faults:
        raise RuleBroken("validation", "the consent has faults", errors=faults)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = StatementConsent(
        id=new_id(),
        statement_id=of.id,
        enterprise_id=of.enterprise_id,
        recipient=recipient.strip(),
        recipient_kind=kind,
        token_digest=digest(secret),
        given_at=clock.now(),
        given_by=actor.account,
        expires_at=clock.now() + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return row, secret


def digest(secret: str) -> bytes:
    """What the table keeps of a link's secret."""
    return sha256(secret.encode()).digest()


def end(session: Session, consent_id: UUID, *, actor: Actor, clock: Clock) -> StatementConsent:
    """End a consent; its link is dead at once.

    :raises NotFound: no such consent for this caller.
    :raises Refused: the actor does not manage the firm.
    :raises Conflict: ended before.
    """
    row = session.scalar(select(StatementConsent).where(StatementConsent.id == consent_id).with_for_update())
    if row is None:
        raise NotFound("statement.consent", "there is no such consent, or you may not see it")
    check_acts(session, actor, "enterprise", row.enterprise_id)
    if row.ended_at is not None:
        raise Conflict("statement.ended", "this consent was ended before")
    row.ended_at = clock.now()
    session.flush()
    return row


@dataclass(frozen=True)
class Shown:
    """What a look shows: the signed text as it is, and what it says."""

    number: str
    body: str
    signature: bytes
    says: dict[str, Any]
    recipient: str
    recipient_kind: str
    expires_at: datetime


def look(session: Session, secret: str, address: str) -> Shown:
    """Look at a statement by its link. The database shows it only together with the record of the look.

    :param address: where the look comes from; only a keyed hash of it is kept.
    :raises NotFound: an unknown link, one that has run out, or one whose consent was ended: never told apart.
    """
    hashed = keys_of(session).blind("statement_look.address", address)
    row = session.execute(LOOK, {"digest": digest(secret[:200]), "look": new_id(), "address": hashed}).one_or_none()
    if row is None:
        raise NotFound("statement.link", "this link is not good, or not any more: ask the firm for a new one")
    return Shown(
        number=row.number,
        body=row.body,
        signature=bytes(row.signature),
        says=json.loads(row.body),
        recipient=row.recipient,
        recipient_kind=row.recipient_kind,
        expires_at=row.expires_at,
    )
