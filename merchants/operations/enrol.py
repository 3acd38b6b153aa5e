"""A merchant's side of an application: written, signed, handed in, mended, withdrawn, renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from merchants import rules
from merchants.lifecycle import DRAFT, ENROLMENT, ENROLMENT_NOTES, EXPIRING
from merchants.models import Enrolment, Enterprise, Standing, Store
from merchants.operations import promises
from merchants.operations.parties import check_manager
from merchants.operations.standing import term
from merchants.promise import PromiseTerms, of_facts
from merchants.queries import enrolments, standings
from merchants.queries.stores import business
from merchants.terms import AMEND, REVIEW
from workflows.case import casework, numbers
from workflows.case.casework import ClockStart, ClockStop, Party, Step
from workflows.errors import Conflict, FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.store.canonical import canonical
from workflows.store.crypto import digest
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

MARK = "E"
"""Tells an application's number from a complaint's."""

COMMITMENT = "wuyou.commitment-letter.v1"


@dataclass(frozen=True)
class Papers:
    """What is handed in with an application: uploaded pictures, and the day the licence ends, where it does."""

    licence: UUID | None = None
    shop: UUID | None = None
    licence_expires_on: date | None = None


def draft(
    session: Session, store: Store, terms: PromiseTerms, papers: Papers, *, actor: Actor, clock: Clock
) -> Enrolment:
    """Begin an application for one store (申请): enrolment is by store, chains enrol branch by branch.

    :raises RuleBroken: the promise's faults, or papers that are not the applicant's.
    :raises Conflict: the store has an application open, or stands already.
    """
    firm = session.get_one(Enterprise, store.enterprise_id)
    check_manager(firm, actor, store.id)
    promises.check_for(session, store.id, terms, clock.today())
    if store.closed_on is not None:
        raise Conflict("store.closed", "the store is closed", on=store.closed_on)
    if standings.alive(session, store.id) is not None:
        raise Conflict("standing.alive", "the store is enrolled already: renew it, or change its promise")
    return _begin(session, store, terms, papers, None, actor=actor, clock=clock)


def renew(session: Session, standing: Standing, *, actor: Actor, clock: Clock) -> Enrolment:
    """Apply for the next term (续期); what is applied for is the present promise, and may still be changed.

    :raises Conflict: too early, too late, or applied for already.
    """
    if standing.state != EXPIRING:
        message = "a store is renewed within the window before its term ends"
        raise Conflict("standing.renewal", message, state=standing.state, until=standing.expires_on)
    if clock.today() > standing.expires_on:
        raise Conflict(
            "standing.over", f"the term ended on {standing.expires_on}: apply anew", until=standing.expires_on
        )
    store = session.get_one(Store, standing.store_id)
    check_manager(session.get_one(Enterprise, store.enterprise_id), actor, store.id)
    now = standings.promise_on(session, store.id, clock.today())
    last = enrolments.last_of(session, store.id)
    papers = Papers(last.licence_file, last.shop_file, last.licence_expires_on) if last else Papers()
    terms = of_facts(now.terms) if now else of_facts(last.promise if last else {})
    return _begin(session, store, terms, papers, standing.id, actor=actor, clock=clock)


def _begin(
    session: Session,
    store: Store,
    terms: PromiseTerms,
    papers: Papers,
    standing: UUID | None,
    *,
    actor: Actor,
    clock: Clock,
) -> Enrolment:
    if enrolments.open_of(session, store.id) is not None:
        raise Conflict("enrolment.open", "the store has an application that is not decided yet")
    bureau = business(session, store.id).bureau
    case = Enrolment(
        id=new_id(),
        number=numbers.make(store.city, clock.today(), MARK),
        purpose="renewal" if standing else "new",
        city=store.city,
        store_id=store.id,
        enterprise_id=store.enterprise_id,
        district=store.district,
        bureau_id=bureau.id,
        standing_id=standing,
        applicant_id=actor.account,
        promise=terms.facts(),
    )
    _attach(session, case, papers, actor)
    step = Step(facts={"number": case.number, "store": str(store.id), "purpose": case.purpose, "days": terms.days})
    casework.begin(session, case, ENROLMENT, actor=actor, clock=clock, parties=parties(store, bureau.id), step=step)
    return case


def parties(store: Store, bureau: UUID) -> list[Party]:
    """Who sees a store's applications and standing: its firm, its brand, its own people, the county bureau."""
    own = [Party(store.enterprise_id, "merchant", "enterprise"), Party(store.id, "merchant", "store")]
    if store.brand_id:
        own.append(Party(store.brand_id, "merchant", "brand"))
    return [*own, Party(bureau, "officer", "county bureau")]


def _attach(session: Session, case: Enrolment, papers: Papers, actor: Actor) -> None:
    """Take over uploaded papers; one that was attached to this store's earlier application may be used again.

    :raises RuleBroken: a file that is not the applicant's.
    """
    wanted = {"licence": papers.licence, "shop": papers.shop}
    for name, file in wanted.items():
        if file is not None and file not in (case.licence_file, case.shop_file):
            mine = select(Evidence.id).where(Evidence.id == file)
            if session.scalar(mine) is None:
                fault = FieldError(f"evidence.{name}", "unknown", "names a file that was not uploaded here")
                raise RuleBroken("validation", "a paper is unknown", errors=[fault])
            free = (Evidence.id == file) & (Evidence.owner_id == actor.account) & Evidence.case_id.is_(None)
            session.execute(update(Evidence).where(free).values(case_id=case.id))
    case.licence_file, case.shop_file = papers.licence, papers.shop
    case.licence_expires_on = papers.licence_expires_on


def supply(session: Session, case: Enrolment, papers: Papers, *, actor: Actor) -> None:
    """Add papers to an application that has none of the kind yet, as it is handed in.

    :raises RuleBroken: papers that are not the applicant's.
    """
    ends = case.licence_expires_on if case.licence_file else papers.licence_expires_on
    own = Papers(case.licence_file or papers.licence, case.shop_file or papers.shop, ends)
    _attach(session, case, own, actor)


def amend(
    session: Session, case: Enrolment, terms: PromiseTerms, papers: Papers, *, actor: Actor, clock: Clock
) -> None:
    """Change what is applied for, before handing it in or after it was sent back.

    :raises RuleBroken: the promise's faults, or papers that are not the applicant's.
    """
    rules.check_note(ENROLMENT_NOTES, "amend", case.state)
    _check_manager(session, case, actor)
    promises.check_for(session, case.store_id, terms, clock.today())
    _attach(session, case, papers, actor)
    step = Step(evidence={"promise": terms.facts()}, facts={"days": terms.days})
    casework.note(session, case, "amend", actor=actor, clock=clock, step=step)


def submit(session: Session, case: Enrolment, *, signed: bool, actor: Actor, clock: Clock) -> None:
    """Sign the commitment and hand the application in (签署承诺书并提交); the review's period starts today.

    The journal keeps the digest of exactly what was signed: store, firm and promise.

    :param signed: the merchant says it has read and signs the commitment.
    :raises RuleBroken: not signed, or the promise has faults by now.
    """
    _check_manager(session, case, actor)
    if not signed:
        raise RuleBroken("enrolment.unsigned", "the commitment must be signed before it is handed in", field="signed")
    today = clock.today()
    promises.check_for(session, case.store_id, of_facts(case.promise), today)
    review = term(session, REVIEW, case.city, today)
    letter = commitment(session, case)
    evidence = {"signed_on": today, "signed_digest": letter, "submitted_on": today, "checks": [], "green": False}
    step = Step(
        evidence={**evidence, "marked": [], "applicant_id": actor.account},
        facts={"signed": letter, "submitted_on": str(today), "term": review.version},
        clocks=[ClockStop(AMEND, today), ClockStart(review, today, today)],
    )
    casework.advance(session, case, ENROLMENT, "submit", actor=actor, clock=clock, step=step)


def commitment(session: Session, case: Enrolment) -> str:
    """The digest of the commitment (承诺书): what the signature is under."""
    store, firm = enrolments.store_of(session, case)
    return letter(firm.uscc or "", firm.name, (store.id, store.name, store.address), case.promise)


def letter(uscc: str, name: str, store: tuple[UUID, str, str], promise: dict[str, Any]) -> str:
    """The digest of a commitment by what it says: the firm's code and name; the store's id, name and address."""
    body: dict[str, Any] = {
        "enterprise": {"uscc": uscc, "name": name},
        "store": {"id": str(store[0]), "name": store[1], "address": store[2]},
        "promise": promise,
    }
    return digest(COMMITMENT, canonical(body)).hex()


def withdraw(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> None:
    """Take an application back before it is decided (撤回)."""
    if case.state != DRAFT:
        _check_manager(session, case, actor)
    stops = [ClockStop(REVIEW, clock.today()), ClockStop(AMEND, clock.today())]
    casework.advance(session, case, ENROLMENT, "withdraw", actor=actor, clock=clock, step=Step(clocks=stops))


def _check_manager(session: Session, case: Enrolment, actor: Actor) -> None:
    check_manager(session.get_one(Enterprise, case.enterprise_id), actor, case.store_id)


def find(session: Session, case: UUID, expected: int | None = None) -> Enrolment:
    """The application, locked and fresh.

    :raises NotFound: no such application for this caller.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, Enrolment, case, expected)
