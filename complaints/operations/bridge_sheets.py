"""Spreadsheets of other platforms, and rows that a person mends: everything checked first, then filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import bridging
from complaints.bridge_models import BridgeBatch, BridgeRow
from complaints.bridging import COMPLAINT, NATIONAL, Inbound
from complaints.codes import rule_set
from complaints.operations import filing
from complaints.operations.bridge_rows import FILE, facts, keep, new_batch, write
from complaints.operations.bridges import Envelope
from complaints.operations.filing import Asked
from workflows.case.casework import lock
from workflows.delivery import outbox
from workflows.delivery.platforms import Batch
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock

REASON = 300


def upload(
    session: Session, system: str, batch: Batch, name: str, lines: Sequence[int], *, actor: Actor, clock: Clock
) -> BridgeBatch:
    """Keep a spreadsheet that an officer brings, every row checked and nothing filed.

    :param lines: number of each row as the spreadsheet shows it.
    :raises Conflict: the same sheet was brought before.
    """
    found = new_batch(session, system, actor.city or "", batch, name, clock, actor.account)
    if found is None:
        raise Conflict("bridge.sheet_twice", "this sheet was brought before: every row of it is known already")
    numbers: dict[str, int] = {}
    for line, row in zip(lines, batch.rows, strict=True):
        kept = keep(session, found, line, row, actor.account, "checked")
        kept.faults = facts(_faults(session, found, kept, row, numbers, clock.today()))
    session.flush()
    return found


def _faults(
    session: Session, batch: BridgeBatch, row: BridgeRow, said: Mapping[str, str], numbers: dict[str, int], today: date
) -> list[FieldError]:
    """Every fault of a row of a sheet, against the rules, the rows above and the book."""
    inbound, faults = bridging.read(said, batch.system, today)
    before = numbers.setdefault(row.number, row.line)
    if before != row.line:
        faults.append(FieldError("number", "bridge.row_twice", f"is in row {before} already"))
    return [*faults, *(_placed(session, inbound) if inbound else ())]


def _placed(session: Session, inbound: Inbound) -> list[FieldError]:
    """Whether a bureau of the two cities answers for it."""
    try:
        filing.answerable(
            session, inbound.respondent, Asked(COMPLAINT, rule_set(inbound.received_on), NATIONAL, inbound.complaint)
        )
    except RuleBroken as error:
        return [FieldError(bridging.field_of(e.field), e.code, e.message) for e in error.errors]
    return []


def confirm(session: Session, batch: UUID, *, actor: Actor, clock: Clock) -> None:
    """File the good rows of a sheet, and set the others aside to be mended; pressed twice, done once.

    :raises NotFound: no sheet of the caller's.
    """
    found = session.get(BridgeBatch, batch)
    if found is None or found.account_id != actor.account:
        raise NotFound("bridge.batch", "there is no such sheet, or it is not yours")
    if found.confirmed_at is not None:
        return
    found.confirmed_at = clock.now()
    for row in session.scalars(select(BridgeRow).filter_by(batch_id=batch, state="checked")):
        row.state = "aside" if row.faults else "waiting"
    session.flush()
    outbox.publish(session, FILE, Envelope(found.id), {})


def find(session: Session, row: UUID, version: int | None = None) -> BridgeRow:
    """A row that was set aside, locked and fresh.

    :raises NotFound: none that the caller may see.
    :raises Conflict: it is filed or dropped by now.
    :raises Stale: somebody else mended it meanwhile.
    """
    found = lock(session, BridgeRow, row, version)
    if found.state != "aside":
        raise Conflict("bridge.row_state", "the row is filed or dropped already")
    return found


def mend(session: Session, row: BridgeRow, said: Mapping[str, str], *, clock: Clock) -> list[FieldError]:
    """Write a row anew and let it be filed; what is still wrong with it, where it is not."""
    batch = session.get_one(BridgeBatch, row.batch_id)
    write(session, row, said)
    row.faults = facts(found := _faults(session, batch, row, said, {}, clock.today()))
    row.state, row.version = "aside" if found else "waiting", row.version + 1
    session.flush()
    if not found:
        outbox.publish(session, FILE, Envelope(batch.id, row.version), {})
    return found


def drop(session: Session, row: BridgeRow, reason: str, *, actor: Actor) -> None:
    """Let go of a row that is no case, with the reason; what it said is erased.

    :raises RuleBroken: no reason.
    """
    if not reason.strip() or len(reason) > REASON:
        raise RuleBroken("bridge.reason", f"needs a reason of at most {REASON} characters", field="reason")
    row.state, row.body_sealed, row.faults, row.version = "dropped", None, [], row.version + 1
    row.dropped_by, row.reason = actor.account, reason.strip()
    session.flush()
