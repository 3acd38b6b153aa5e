"""Asking the consumer by a link, without signing in: how the case was handled, and later whether the word was kept.

A link's token follows from the question's id and a key that is outside the database, which keeps only a digest of it.
So nobody who reads the database can answer, and the message can be written again when it has to be sent again.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from complaints import codes, rules
from complaints.after_models import Question
from complaints.models import Complaint, Evaluation
from complaints.operations import mediate
from complaints.outcome import SETTINGS
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.store.crypto import Keys, digest
from workflows.store.db import new_id
from workflows.store.session import keys_of
from workflows.time.clock import Clock

DOMAIN = "wuyou.question.v1"
COLUMN = "question.token"
LONGEST_TOKEN = 40

OPEN = text("SELECT * FROM question_open(:digest)")


@dataclass(frozen=True)
class Asked:
    """What a link asks, and whom: what its bearer may know of the case, which its message has told already.

    :param answered: it has been answered, by this link or signed in.
    :param expired: it is no longer good.
    """

    id: UUID
    case_id: UUID
    account: UUID
    kind: str
    city: str
    number: str
    respondent: str
    answered: bool
    expired: bool


def token(keys: Keys, question: UUID) -> str:
    """The token of a question's link: 128 bits that follow from a key outside the database."""
    return urlsafe_b64encode(keys.blind(COLUMN, str(question))).decode().rstrip("=")


def token_digest(given: str) -> bytes:
    """What is kept of a token."""
    return digest(DOMAIN, given.encode())


def ask(session: Session, complaint: Complaint, kind: str, seq: int, *, clock: Clock) -> Question | None:
    """Ask a question about a resolution, once; None where it has been asked.

    :param kind: ``rate`` or ``kept``.
    :param seq: the journal event that closed the case.
    """
    same = select(Question.id).where(Question.case_id == complaint.id, Question.seq == seq, Question.kind == kind)
    if session.scalar(same) is not None:
        return None
    days = declared.value(session, SETTINGS["question.life"], complaint.city, clock.today())
    made = new_id()
    question = Question(
        id=made,
        case_id=complaint.id,
        seq=seq,
        kind=kind,
        token_digest=token_digest(token(keys_of(session), made)),
        asked_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    session.add(question)
    session.flush()
    return question


def look(session: Session, given: str) -> Asked:
    """The question that a token stands for, whoever holds it; nothing else of the case can be reached by it.

    :raises NotFound: no such token.
    """
    row = session.execute(OPEN, {"digest": token_digest(given[:LONGEST_TOKEN])}).one_or_none()
    if row is None:
        raise NotFound("question.unknown", "there is no such link")
    return Asked(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's mapping


def rate(
    session: Session,
    asked: Asked,
    score: int,
    reasons: Sequence[str] = (),
    comment: str = "",
    *,
    actor: Actor,
    clock: Clock,
) -> Evaluation:
    """Rate a resolution by its link: the rating that the signed-in page would write, so that there are never two.

    :raises Conflict: it was rated already, by this link or signed in.
    :raises RuleBroken: a score outside 1 to 5, or too many words.
    """
    complaint = casework.lock(session, Complaint, asked.case_id)
    given = mediate.evaluate(session, complaint, score, reasons, comment, actor=actor, clock=clock)
    session.get_one(Question, asked.id, populate_existing=True).answered_at = clock.now()
    return given


def answer_kept(session: Session, complaint: Complaint, kept: str, *, actor: Actor, clock: Clock) -> Question:
    """The consumer says, some weeks later, whether the promise was kept (承诺是否兑现); once.

    :param kept: yes, partly or no.
    :raises Conflict: nobody asked, or it was answered already.
    :raises RuleBroken: another answer.
    """
    rules.check_note("answer_kept", complaint.state)
    if kept not in codes.KEPT:
        raise RuleBroken("question.kept", f"kept must be one of {', '.join(codes.KEPT)}", field="kept")
    question = open_question(session, complaint.id)
    if question is None:
        raise Conflict("question.nothing", "nothing is asked, or it has been answered")
    question.answered_at, question.answer = clock.now(), kept
    step = Step(facts={"kept": kept, "resolution": question.seq})
    casework.note(session, complaint, "answer_kept", actor=actor, clock=clock, step=step)
    return question


def open_question(session: Session, case: UUID) -> Question | None:
    """The question whether the promise was kept, where it waits for its answer."""
    query = select(Question).where(Question.case_id == case, Question.kind == "kept", Question.answered_at.is_(None))
    return session.scalar(query.order_by(Question.id.desc()).limit(1))
