"""Reaching a firm that nobody has signed in for: a letter with an activation code (激活码) to its registered address.

Whoever has the letter may act for the firm, so a code is good once, for a declared time, and only while the firm has
no manager; with one, people join by invitation or by a claim.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from merchants import rules
from merchants.drafts import EnterpriseDraft
from merchants.models import Activation, Enterprise
from merchants.operations import parties
from merchants.operations.staff import ALPHABET, CODE_LENGTH, digest
from workflows import declared
from workflows.errors import Conflict, FieldError, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock
from workflows.time.declared import Declared

LIFE = Declared(
    "enterprise.activation_days",
    90,
    7,
    365,
    "days",
    ("激活信中激活码的有效期", "how long the code of an activation letter is good"),
)
SETTINGS = {LIFE.code: LIFE}

STAFFED = text("SELECT enterprise_staffed(:enterprise)")


@dataclass(frozen=True)
class Activated:
    """A letter's row and the code in it, which is kept nowhere."""

    row: Activation
    code: str
    until: date


def staffed(session: Session, enterprise: UUID) -> bool:
    """Whether somebody has ever come to act for the firm."""
    return bool(session.scalar(STAFFED, {"enterprise": enterprise}))


def issue(session: Session, firm: Enterprise, *, actor: Actor, clock: Clock) -> Activated:
    """Make the code of a letter; codes of earlier letters to the firm are worth nothing from now on.

    :raises Conflict: somebody acts for the firm already.
    """
    if staffed(session, firm.id):
        raise Conflict("activation.staffed", "somebody acts for the firm already: a letter is not needed")
    earlier = (Activation.enterprise_id == firm.id) & Activation.used_at.is_(None) & Activation.replaced_at.is_(None)
    session.execute(update(Activation).where(earlier).values(replaced_at=clock.now()))
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    life = timedelta(days=declared.value(session, LIFE, firm.city, clock.today()))
    row = Activation(
        id=new_id(),
        enterprise_id=firm.id,
        code_digest=digest(code),
        made_by=actor.account,
        made_at=clock.now(),
        expires_at=clock.now() + life,
    )
    session.add(row)
    session.flush()
    return Activated(row, code, clock.today() + life)


def known(session: Session, draft: EnterpriseDraft, *, clock: Clock) -> Enterprise:
    """The firm of a credit code as the bureau names it; brought in where it is not known yet.

    :raises RuleBroken: faults by field; or a code that is another firm's, by its registered name.
    """
    if faults := rules.enterprise_faults(draft, parties.districts(session)):
        raise RuleBroken("validation", "the firm has faults", errors=faults)
    code = uscc.compact(draft.uscc)
    found = session.scalar(select(Enterprise).where(Enterprise.uscc == code))
    if found is None:
        return _brought(session, code, draft, clock)
    if found.spelling != rules.spelling(draft.name):
        fault = FieldError("name", "enterprise.other_name", f"the firm of this code is registered as {found.name}")
        raise RuleBroken("validation", "the code is another firm's", errors=[fault])
    return found


def _brought(session: Session, code: str, draft: EnterpriseDraft, clock: Clock) -> Enterprise:
    firm = Enterprise(
        id=new_id(),
        uscc=code,
        name=draft.name.strip(),
        spelling=rules.spelling(draft.name),
        city=directory.region(session, draft.district).city,
        district=draft.district,
        address=draft.address.strip(),
        created_at=clock.now(),
    )
    session.add(firm)
    session.flush()
    return firm
