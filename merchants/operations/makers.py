"""Maker and shops as one (厂商一体化): an agreement, its versions, and what follows for the shops that joined.

A shop that joins never promises less by it (:mod:`merchants.operations.bonds`); a new version of the agreement may,
with the notice of any lesser promise. Shops' promises are made by the worker, because a maker has no right to other
firms' stores: see ``docs/adr/0014-alliances-and-makers.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants import codes
from merchants import promise as promise_rules
from merchants.alliance import share_faults
from merchants.models import Enterprise, MakerAgreement, MakerShare, MakerVersion
from merchants.operations.alliances import Document, digest_of
from merchants.operations.bonds import check_acts, hosts
from merchants.operations.promises import NEVER
from merchants.promise import PromiseTerms, of_facts
from merchants.queries import makers
from merchants.terms import SETTINGS
from workflows import declared
from workflows.case import numbers
from workflows.errors import FieldError, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

MARK = "M"
"""Tells an agreement's number from a case's."""

DAY = timedelta(days=1)
MOST_NAME = 100

Shares = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class VersionDraft:
    """A version of an agreement: the promise of the shops, who bears which cost, and the document."""

    terms: PromiseTerms
    shares: Shares
    document: Document


def found(
    session: Session,
    maker: Enterprise,
    name: str,
    brand: UUID | None,
    draft: VersionDraft,
    *,
    actor: Actor,
    clock: Clock,
) -> MakerAgreement:
    """A maker enrols once by an agreement; its first version holds from today.

    :param brand: the brand whose goods it is about, where there is one.
    :raises RuleBroken: every field at fault.
    :raises Refused: the actor does not manage the maker, or the brand.
    """
    check_acts(session, actor, "enterprise", maker.id)
    if brand is not None:
        check_acts(session, actor, "brand", brand)
    if not 1 <= len(name.strip()) <= MOST_NAME:
        raise RuleBroken("validation", "the agreement has faults", errors=[FieldError("name", "required", "is needed")])
    digest = _check(session, draft)
    row = MakerAgreement(
        id=new_id(),
        number=numbers.make(maker.city, clock.today(), MARK),
        name=name.strip(),
        maker_id=maker.id,
        brand_id=brand,
        created_at=clock.now(),
        created_by=actor.account,
    )
    session.add(row)
    session.flush()
    _add(session, row, 1, draft, digest, clock.today(), actor=actor, clock=clock)
    return row


def _check(session: Session, draft: VersionDraft) -> str:
    """The document's digest, of a version without faults; the promise is held against the law and the standard."""
    faults = promise_rules.faults(draft.terms)
    if set(draft.shares) != set(codes.COSTS):
        faults.append(FieldError("shares", "choice", f"must say who bears each of {', '.join(codes.COSTS)}"))
    for cost, parts in draft.shares.items():
        faults += share_faults(f"shares.{cost}", parts, codes.MAKER_BEARERS)
    digest = digest_of(session, draft.document)
    if digest is None:
        faults.append(FieldError("document", "document.needed", "needs the agreement, or its SM3 digest of 64 digits"))
    if faults or digest is None:
        raise RuleBroken("validation", "the agreement has faults", errors=faults)
    return digest


def _add(
    session: Session,
    agreement: MakerAgreement,
    version: int,
    draft: VersionDraft,
    digest: str,
    on: date,
    *,
    actor: Actor,
    clock: Clock,
) -> MakerVersion:
    row = MakerVersion(
        id=new_id(),
        agreement_id=agreement.id,
        version=version,
        terms=draft.terms.facts(),
        document_file=draft.document.file,
        document_digest=digest,
        valid=Range(on, None),
        made_at=clock.now(),
        made_by=actor.account,
    )
    session.add(row)
    session.flush()
    session.add_all(
        MakerShare(version_id=row.id, agreement_id=agreement.id, cost=cost, **parts)
        for cost, parts in draft.shares.items()
    )
    session.flush()
    return row


def change(
    session: Session, agreement: MakerAgreement, draft: VersionDraft, on: date, *, actor: Actor, clock: Clock
) -> MakerVersion:
    """A new version of an agreement from a day on: tomorrow, or after the notice where it promises less.

    The shops' own promises follow by :mod:`merchants.operations.follow`, each with an event in its journal.

    :raises RuleBroken: every field at fault, or a day too early.
    :raises Refused: the actor does not answer for the agreement.
    """
    if not hosts(session, actor, "maker", agreement.id):
        raise Refused("org.other", "only a manager of the maker may do this")
    digest = _check(session, draft)
    first = clock.today() + notice(session, agreement, draft.terms, clock.today())
    if not first <= on <= clock.today() + timedelta(days=366):
        raise RuleBroken("maker.from", f"may hold from {first} on", field="on", first=first)
    before = makers.versions(session, agreement.id)
    for row in before:
        _cut(row, on)
    session.flush()
    return _add(session, agreement, before[0].version + 1, draft, digest, on, actor=actor, clock=clock)


def _cut(row: MakerVersion, on: date) -> None:
    starts: Any = row.valid.lower
    if not row.valid.isempty and (row.valid.upper is None or row.valid.upper > on):
        row.valid = Range(starts, on) if starts < on else NEVER


def notice(session: Session, agreement: MakerAgreement, terms: PromiseTerms, today: date) -> timedelta:
    """How far ahead a new version is announced: a day, or the longest notice of both cities where it lessens."""
    held = makers.last(session, agreement.id)
    if held is None or not promise_rules.lessened(of_facts(held.terms), terms):
        return DAY
    days = (declared.value(session, SETTINGS["promise.notice"], city, today) for city in numbers.CITIES)
    return timedelta(days=max(days))
