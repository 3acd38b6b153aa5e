"""Statements of standing: the figures they are made with, and how they are given out."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from complaints import figures as complaint_figures
from merchants.models import Enterprise, Statement
from merchants.operations import statements
from merchants.statement import FORM, SPAN_DAYS, Figure
from workflows.people.actor import Actor
from workflows.store.crypto import Keys, framed
from workflows.time.clock import Clock


def make(session: Session, firm: Enterprise, *, actor: Actor, clock: Clock) -> Statement:
    """Make a firm's statement with the figures of its complaints of the year before."""
    since = clock.today() - timedelta(days=SPAN_DAYS)
    return statements.make(session, firm, figures(session, firm.id, since), since, actor=actor, clock=clock)


def figures(session: Session, firm: UUID, since: date) -> list[Figure]:
    """What a firm's complaints add up to, as it may see them itself."""
    found = complaint_figures.of_firm(session, firm, since)
    return [Figure(name, *pair) for name, pair in found.items()]


def signed(row: Statement) -> dict[str, Any]:
    """A statement with its signature."""
    return {"id": row.id, "number": row.number, "body": row.body, "signature": text64(row.signature)}


def text64(content: bytes) -> str:
    """Bytes as people copy them."""
    return base64.b64encode(content).decode()


def is_ours(keys: Keys, body: str, signature: bytes) -> bool:
    """Whether the signature under a statement's text is this installation's: looked at anew at every look."""
    try:
        keys.public.verify(signature, framed(FORM, body.encode()))
    except InvalidSignature:
        return False
    return True


def public_key(keys: Keys) -> dict[str, str]:
    """The key that checks our statements."""
    raw = keys.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"alg": "Ed25519", "public_key": text64(raw), "form": FORM}
