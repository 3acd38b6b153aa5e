"""Consultations (咨询): asked, answered, closed; pointed to their proper way (O121 44); turned into a complaint (9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from complaints import consultation as rules
from complaints import intake_rules
from complaints.consultation import CONSULTATION
from complaints.consultation_models import Consultation
from complaints.drafts import Draft, Person
from complaints.operations import filing, persons, taking
from complaints.operations.filing import Filed
from workflows import declared
from workflows.case import calendars, casework, numbers
from workflows.case.casework import Party, Step
from workflows.errors import FieldError, NotFound, RuleBroken
from workflows.people.actor import OFFICIALS, Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.sealed import seal, unseal
from workflows.time.clock import Clock

MARK = "Z"
"""Numbers of consultations have a letter of their own."""

MOST = 100
NAME = 50


@dataclass(frozen=True)
class Question:
    """What somebody asks, or brings that has a way of its own.

    :param phone: as accounts keep it.
    :param received_on: when the bureau received it, where an officer enters it.
    """

    name: str
    phone: str
    about: str
    words: str
    channel: str = "portal"
    received_on: date | None = None


def ask(session: Session, question: Question, bureau: Bureau, *, actor: Actor, clock: Clock) -> Consultation:
    """Ask a bureau something (提出咨询), or let an officer take it down; nothing that is brought is lost.

    :raises RuleBroken: a name, phone, subject or words that cannot be.
    """
    received, asker = _received(session, question, bureau, actor, clock)
    days = declared.value(session, rules.ANSWER_DAYS, bureau.city, clock.today())
    row = Consultation(
        id=new_id(), city=bureau.city, number=numbers.make(bureau.city, received, MARK), channel=question.channel,
        about=question.about, asker_id=asker, bureau_id=bureau.id, asked_on=received, links=[],
        answer_by=calendars.current(session).add_working_days(received, days),
        words=rules.check_words("words", question.words),
    )  # fmt: skip
    for field in Consultation.sealed_fields:
        seal(session, row, field, getattr(question, field).strip())
    parties = [Party(asker, "consumer", "asked"), Party(bureau.id, "officer", "asked bureau")]
    facts = {"number": row.number, "about": row.about, "asked_on": str(received), "answer_by": str(row.answer_by)}
    step = Step(facts=facts, personal={"words": row.words})
    casework.begin(session, row, CONSULTATION, actor=actor, clock=clock, parties=parties, step=step)
    return row


def _received(session: Session, question: Question, bureau: Bureau, actor: Actor, clock: Clock) -> tuple[date, UUID]:
    """The day of receipt, and whose question it is."""
    faults = list(intake_rules.phone_faults("phone", question.phone))
    if not 0 < len(question.name.strip()) <= NAME:
        faults.append(FieldError("name", "required", "is needed"))
    if question.about not in rules.ABOUTS:
        faults.append(FieldError("about", "choice", f"is one of {', '.join(rules.ABOUTS)}"))
    if faults:
        raise RuleBroken("validation", "the question has faults", errors=faults)
    if actor.role in OFFICIALS or actor.account is None:
        day = intake_rules.check_taken(question.channel, question.received_on, clock.today())
        return day, persons.account_of(session, question.phone, bureau.city)
    return clock.today(), actor.account


def answer(
    session: Session, row: Consultation, words: str, links: Sequence[str] = (), *, actor: Actor, clock: Clock
) -> None:
    """Answer a question with words and links to rules (答复咨询).

    :raises RuleBroken: no words, or unknown links.
    """
    _answer(session, row, "answer", words, tuple(links), None, actor=actor, clock=clock)


def point_elsewhere(session: Session, row: Consultation, way: str, words: str, *, actor: Actor, clock: Clock) -> None:
    """Point what is no complaint and no report to its proper way, named with its article (告知其他途径, O121 44).

    :param way: one of :data:`complaints.consultation.WAYS`.
    :raises RuleBroken: no words, or an unknown way.
    """
    rules.check_way(way)
    _answer(session, row, "point_elsewhere", words, (), way, actor=actor, clock=clock)


def _answer(
    session: Session,
    row: Consultation,
    event: str,
    words: str,
    links: tuple[str, ...],
    way: str | None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    plain, today = rules.check_words("words", words), clock.today()
    rules.check_links(links)
    evidence = {
        "answer": plain,
        "links": list(links),
        "way": way,
        "answered_on": today,
        "officer_id": actor.account,
    }
    facts = {"answered_on": str(today), "late": today > row.answer_by, "links": list(links)}
    facts |= {"way": way, "article": rules.WAYS[way]} if way else {}
    step = Step(evidence=evidence, facts=facts, personal={"answer": plain})
    casework.advance(session, row, CONSULTATION, event, actor=actor, clock=clock, step=step)


def close(session: Session, row: Consultation, *, actor: Actor, clock: Clock) -> None:
    """Close what was answered (办结)."""
    step = Step(evidence={"closed_on": clock.today()}, facts={"closed_on": str(clock.today())})
    casework.advance(session, row, CONSULTATION, "close", actor=actor, clock=clock, step=step)


def turn(session: Session, row: Consultation, draft: Draft, *, actor: Actor, clock: Clock) -> Filed:
    """Turn a question into the complaint that it is (转为投诉): its clocks start on the day of this filing.

    :raises RuleBroken: what the complaint lacks, by field.
    """
    CONSULTATION.step(row.state, "turn")
    bring = taking.take if actor.role in OFFICIALS else filing.file
    filed = bring(session, draft, actor=actor, clock=clock)
    if filed.complaint is not None:
        turned(session, row, filed.complaint.id, actor=actor, clock=clock)
    return filed


def turned(session: Session, row: Consultation, complaint: UUID, *, actor: Actor, clock: Clock) -> None:
    """Record which complaint a question became."""
    step = Step(evidence={"complaint_id": complaint}, facts={"complaint": str(complaint)})
    casework.advance(session, row, CONSULTATION, "turn", actor=actor, clock=clock, step=step)


def find(session: Session, case: UUID, version: int | None = None) -> Consultation:
    """A consultation, locked.

    :raises NotFound: none that this caller may see.
    :raises Stale: it moved on.
    """
    return casework.lock(session, Consultation, case, version)


Place = tuple[date, UUID]
"""Where in a list a row stands: the day of our own time, and its id."""


def place(given: Sequence[str] | None) -> Place | None:
    """A place from its cursor."""
    return (date.fromisoformat(given[0]), UUID(given[1])) if given else None


def of_bureaus(
    session: Session, bureaus: Sequence[UUID], state: str, after: Place | None, limit: int
) -> Sequence[Consultation]:
    """Consultations of a state: those to be answered first before the rest, others newest first; keyset-paged."""
    query = select(Consultation).where(Consultation.bureau_id.in_(bureaus), Consultation.state == state)
    if state == CONSULTATION.initial:
        key = tuple_(Consultation.answer_by, Consultation.id)
        query = query.where(key > tuple_(*after)) if after else query
        query = query.order_by(Consultation.answer_by, Consultation.id)
    else:
        query = query.where(Consultation.id < after[1]) if after else query
        query = query.order_by(Consultation.id.desc())
    return session.scalars(query.limit(min(limit, MOST + 1))).all()


def of_asker(session: Session, account: UUID) -> list[Consultation]:
    """What somebody has asked, newest first."""
    query = select(Consultation).where(Consultation.asker_id == account).order_by(Consultation.id.desc())
    return list(session.scalars(query.limit(MOST)))


def read(session: Session, case: UUID) -> Consultation:
    """A consultation by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Consultation, case)
    if found is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    return found


def asker(session: Session, row: Consultation) -> Person:
    """Whoever asked, so that a complaint made of it need not ask again."""
    return Person(unseal(session, row, "name") or "", unseal(session, row, "phone") or "", "")
