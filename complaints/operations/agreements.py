"""The register of agreements between regions: entered and ended by a supervisor of a party, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.competence_models import COUNTED, ITEMS, RegionAgreement
from complaints.competence_queries import named
from workflows.errors import FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

NAME, NUMBER, TEXT, MOST_PARTIES, MOST_DAYS = 200, 100, 3000, 50, 365


@dataclass(frozen=True)
class AgreementDraft:
    """An agreement as it is registered.

    :param parties: bureaus; a city's bureau stands for those below it too.
    :param items: what may be asked for, of :data:`complaints.competence_models.ITEMS`.
    :param answer_days: the period that the agreement itself gives for an answer, None where it gives none.
    :param counted: how that period is counted, ``working_days`` or ``days``.
    """

    name: str
    number: str
    parties: tuple[UUID, ...]
    items: tuple[str, ...]
    duties: str
    tracking: str
    from_on: date
    until_on: date | None = None
    answer_days: int | None = None
    counted: str | None = None
    document: UUID | None = None


def register(session: Session, draft: AgreementDraft, *, actor: Actor, clock: Clock) -> RegionAgreement:
    """Register an agreement that the actor's bureau is a party to.

    :raises RuleBroken: every field at fault.
    :raises Refused: not by a supervisor, or not of a party.
    """
    _check_supervisor(actor)
    known = named(session, draft.parties)
    if faults := list(_faults(draft, set(known))):
        raise RuleBroken("validation", "the agreement has faults", errors=faults)
    if actor.org not in draft.parties:
        raise Refused("agreement.party", "an agreement is registered by a supervisor of one of its parties")
    row = RegionAgreement(
        id=new_id(),
        name=draft.name.strip(),
        number=draft.number.strip(),
        parties=list(draft.parties),
        items=list(draft.items),
        duties=draft.duties.strip(),
        tracking=draft.tracking.strip(),
        answer_days=draft.answer_days,
        counted=draft.counted if draft.answer_days else None,
        from_on=draft.from_on,
        until_on=draft.until_on,
        document_file=draft.document,
        document_digest=_digest(session, draft.document),
        example=False,
        made_by=actor.account,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def end(session: Session, agreement: UUID, last: date, *, actor: Actor, clock: Clock) -> RegionAgreement:
    """End an agreement with a last day, from today on; what was asked under it goes on.

    :raises NotFound: no such agreement.
    :raises RuleBroken: ended already, or a day that lies before its beginning, before today, or after its own end.
    :raises Refused: not by a supervisor of a party.
    """
    _check_supervisor(actor)
    query = select(RegionAgreement).where(RegionAgreement.id == agreement)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound("agreement.unknown", "there is no such agreement of your bureau's that could be ended")
    if actor.org not in row.parties:
        raise Refused("agreement.party", "an agreement is ended by a supervisor of one of its parties")
    if row.ended_at is not None:
        raise RuleBroken("agreement.ended", "the agreement has been ended already")
    if not max(row.from_on, clock.today()) <= last <= (row.until_on or date.max):
        raise RuleBroken("agreement.last", "the last day lies from today to the agreement's own end", field="last")
    row.until_on, row.ended_by, row.ended_at = last, actor.account, clock.now()
    session.flush()
    return row


def _check_supervisor(actor: Actor) -> None:
    if actor.role is not ActorRole.SUPERVISOR:
        raise Refused("agreement.role", "only a supervisor registers and ends agreements")


def _faults(draft: AgreementDraft, known: set[UUID]) -> Iterator[FieldError]:
    for field, value, most in (
        ("name", draft.name, NAME),
        ("number", draft.number, NUMBER),
        ("duties", draft.duties, TEXT),
        ("tracking", draft.tracking, TEXT),
    ):
        if not 1 <= len(value.strip()) <= most:
            yield FieldError(field, "required", f"is needed, in at most {most} characters")
    if not 2 <= len(set(draft.parties)) <= MOST_PARTIES or set(draft.parties) != known:
        yield FieldError("parties", "parties", "must name two bureaus or more, each once")
    if not draft.items or not set(draft.items) <= set(ITEMS) or len(set(draft.items)) != len(draft.items):
        yield FieldError("items", "choice", f"must name some of {', '.join(ITEMS)}")
    if draft.until_on is not None and draft.until_on < draft.from_on:
        yield FieldError("until_on", "range", "lies before the beginning")
    if draft.answer_days is not None and not 1 <= draft.answer_days <= MOST_DAYS:
        yield FieldError("answer_days", "range", f"must be from 1 to {MOST_DAYS}")
    if draft.answer_days is not None and draft.counted not in COUNTED:
        yield FieldError("counted", "choice", f"must be one of {', '.join(COUNTED)}")


def _digest(session: Session, document: UUID | None) -> str | None:
    if document is None:
        return None
    found = session.scalar(select(Evidence.original_digest).where(Evidence.id == document))
    if found is None:
        fault = FieldError("document", "unknown", "names a file that was not uploaded here")
        raise RuleBroken("validation", "the document is unknown", errors=[fault])
    return found
