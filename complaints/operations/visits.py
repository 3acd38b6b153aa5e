"""Return visits (回访, O121 26): tasks that follow from an unhappy word or from a sample, and what was found."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from complaints import rules, sampling
from complaints.after_models import ReturnSample, ReturnVisit
from complaints.models import Complaint
from complaints.outcome import RESULTS, SETTINGS
from complaints.sampling import Wanted
from workflows import declared
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.crypto import digest
from workflows.store.db import new_id
from workflows.time.clock import Clock

FRAME = "wuyou.return-sample.frame.v1"
MOST_FRAME = 200_000
MOST_WORDS = 500


def open_visit(session: Session, complaint: Complaint, reason: str, seq: int, *, clock: Clock) -> None:
    """Open the return visit that an event asks for; once, however often it is asked.

    :param reason: unhappy, denied or broken.
    :param seq: the journal event that asks for it.
    """
    today = clock.today()
    row = {
        "id": new_id(),
        "case_id": complaint.id,
        "bureau_id": complaint.bureau_id,
        "reason": reason,
        "seq": seq,
        "opened_on": today,
        "due_on": _due(session, complaint.city, today),
    }
    session.execute(upsert(ReturnVisit).values(row).on_conflict_do_nothing())


def _due(session: Session, city: str, today: date) -> date:
    return today + timedelta(days=declared.value(session, SETTINGS["return_visit.due"], city, today))


def sample(session: Session, bureau: Bureau, wanted: Wanted, *, actor: Actor, clock: Clock) -> ReturnSample:
    """Draw a bureau's return visits among the cases that it closed in a period, from a seed.

    :raises RuleBroken: every field at fault, or more cases than one draw may look at.
    """
    today = clock.today()
    sampling.check(wanted, today)
    closed = Complaint.closed_on.between(wanted.first, wanted.last) & (Complaint.bureau_id == bureau.id)
    cases = session.scalars(select(Complaint.id).where(closed).limit(MOST_FRAME + 1)).all()
    if len(cases) > MOST_FRAME:
        raise RuleBroken("sample.many", "too many cases for one draw: choose fewer days", field="last")
    row = ReturnSample(
        id=new_id(),
        bureau_id=bureau.id,
        first=wanted.first,
        last=wanted.last,
        seed=wanted.seed,
        method=sampling.METHOD,
        percent=wanted.percent,
        most=wanted.most,
        population=len(cases),
        frame=digest(FRAME, sampling.frame(cases)).hex(),
        drawn_on=today,
        drawn_by=actor.account,
    )
    session.add(row)
    session.flush()
    _keep(session, row, sampling.draw(cases, wanted, digest), _due(session, bureau.city, today))
    return row


def _keep(session: Session, row: ReturnSample, drawn: list[UUID], due: date) -> None:
    of_all = {"bureau_id": row.bureau_id, "reason": "sample", "sample_id": row.id}
    of_all |= {"opened_on": row.drawn_on, "due_on": due}
    if drawn:
        session.execute(insert(ReturnVisit), [{"id": new_id(), "case_id": case, **of_all} for case in drawn])


def find(session: Session, visit: UUID) -> ReturnVisit:
    """The task, locked and fresh.

    :raises NotFound: no such task for this caller.
    """
    query = select(ReturnVisit).where(ReturnVisit.id == visit).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("return_visit.unknown", "there is no such return visit, or you may not see it")
    return found


def record(session: Session, visit: ReturnVisit, result: str, words: str = "", *, actor: Actor, clock: Clock) -> None:
    """Write down what a return visit found, once; the case's journal notes it, its words for officers alone.

    :param result: solved, unsolved or unreached.
    :raises Conflict: written already.
    :raises RuleBroken: another result, or too many words.
    """
    if visit.result is not None:
        raise Conflict("return_visit.done", f"it was recorded on {visit.done_on}", on=visit.done_on)
    if result not in RESULTS:
        raise RuleBroken("return_visit.result", f"result must be one of {', '.join(RESULTS)}", field="result")
    if len(words) > MOST_WORDS:
        raise RuleBroken("too_long", f"at most {MOST_WORDS} characters are possible", field="words")
    complaint = casework.lock(session, Complaint, visit.case_id)
    rules.check_note("return_visit", complaint.state)
    visit.result, visit.done_on, visit.done_by = result, clock.today(), actor.account
    kept = {"words": words.strip()} if words.strip() else {}
    step = Step(facts={"for": visit.reason, "result": result}, words=kept)
    casework.note(session, complaint, "return_visit", actor=actor, clock=clock, step=step)
