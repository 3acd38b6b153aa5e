"""What the parties hand in while a complaint is open: the firm's answer (答复), a supplement, proof of identity.

Words and files of an answer or a supplement are for both sides; proof of identity is for the bureau alone.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from complaints import rules
from complaints.models import Complaint
from complaints.operations.filing import attach
from workflows.case import casework
from workflows.case.casework import Step
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

MOST_WORDS = 1000
LEAST_WORDS = 2


def answer(
    session: Session, complaint: Complaint, words: str, proof: UUID | None = None, *, actor: Actor, clock: Clock
) -> None:
    """The firm answers the complaint in its own words, with a file where it likes; an officer may write it down.

    :raises RuleBroken: too few or too many words, or an unknown file.
    """
    _said(session, complaint, "answer", "respondent", words, proof, actor=actor, clock=clock)


def supplement(
    session: Session, complaint: Complaint, words: str, proof: UUID | None = None, *, actor: Actor, clock: Clock
) -> None:
    """The consumer adds facts or a file to the complaint (补充材料).

    :raises RuleBroken: too few or too many words, or an unknown file.
    """
    _said(session, complaint, "supplement", "complainant", words, proof, actor=actor, clock=clock)


def _said(
    session: Session,
    complaint: Complaint,
    event: str,
    side: str,
    words: str,
    proof: UUID | None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    rules.check_note(event, complaint.state)
    said = words.strip()
    if not LEAST_WORDS <= len(said) <= MOST_WORDS:
        raise RuleBroken(
            "said.length", f"give {LEAST_WORDS} to {MOST_WORDS} characters", field="words", most=MOST_WORDS
        )
    facts = {"side": side, "files": int(proof is not None)}
    _attached(session, complaint, proof, actor)
    step = Step(facts=facts, words={"words": said})
    casework.note(session, complaint, event, actor=actor, clock=clock, step=step)


def prove_identity(session: Session, complaint: Complaint, proof: UUID, *, actor: Actor, clock: Clock) -> None:
    """The consumer hands in proof of identity that was asked for (提供身份证明, O121 10(3)); the firm sees none of it.

    :raises Conflict: none was asked for.
    :raises RuleBroken: an unknown file.
    """
    rules.check_note("prove_identity", complaint.state)
    if not asked(session, complaint.id):
        raise Conflict("identity.unasked", "no proof of identity was asked for")
    session.execute(update(Evidence).where(Evidence.id == proof).values(bureau_only=True))
    _attached(session, complaint, proof, actor)
    casework.note(session, complaint, "prove_identity", actor=actor, clock=clock, step=Step(facts={"files": 1}))


def asked(session: Session, case: UUID) -> bool:
    """Whether proof of identity was asked for in a case."""
    query = select(CaseEvent.seq).where(CaseEvent.case_id == case, CaseEvent.event == "request_identity")
    return session.scalar(query.limit(1)) is not None


def _attached(session: Session, complaint: Complaint, proof: UUID | None, actor: Actor) -> None:
    if proof is None:
        return
    if actor.account is None:
        raise Refused("access.account", "a file is handed in by somebody who is signed in")
    attach(session, (proof,), actor.account, complaint.id)
