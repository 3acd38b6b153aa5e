"""Batches from other platforms: taken once, each row filed whole, seen before, or set aside with its faults.

The channel is the platform's, and the clock starts on the day that the bureau received the case there, however late
the row comes to us. A row is filed in a savepoint of its own: a bad one in the middle undoes nothing but itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from complaints import bridging
from complaints.bridge_models import BridgeBatch, BridgeRow
from complaints.bridging import BOTH, COMPLAINT, NATIONAL, REPORT, Inbound
from complaints.operations import bridges, filing, handing
from complaints.operations.bridges import Envelope
from complaints.operations.filing import Taken
from workflows.delivery import outbox
from workflows.delivery.platforms import Batch, Receipt
from workflows.delivery.tables import Message
from workflows.errors import DomainError, FieldError, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor, ActorRole
from workflows.people.places import Place, district_of
from workflows.people.tables import Account, Bureau
from workflows.store.crypto import digest
from workflows.store.db import new_id
from workflows.store.sealed import index, seal, unseal
from workflows.store.session import DatabaseClock
from workflows.time.clock import Clock

FILE = "bridge.file"
TAKEN = "bridge.taken"
PORTION = 50
"""Rows filed in one transaction; the next portion has a message of its own."""

LONGEST = 3000


@dataclass(frozen=True)
class Received:
    """The clock of a row: it is filed now, and was received on its own day."""

    moment: datetime
    day: date

    def now(self) -> datetime:
        """This moment: when the journal says it was done."""
        return self.moment

    def today(self) -> date:
        """The day that the bureau received it: legal periods are counted from there."""
        return self.day


def take(session: Session, system: str, city: str, batch: Batch, *, clock: Clock) -> BridgeBatch | None:
    """Keep a batch that a platform offers, to be filed at once; None for one that we have already."""
    found = new_batch(session, system, city, batch, batch.key, clock)
    if found is None:
        _again(session, system, batch)
        return None
    places = [Place(r.code, r.name, r.city) for r in directory.regions(session)]
    for line, row in enumerate(batch.rows, 1):
        keep(session, found, line, row, _party(session, row, city, places), "waiting")
    session.flush()
    outbox.publish(session, FILE, Envelope(found.id), {})
    return found


def new_batch(
    session: Session, system: str, city: str, batch: Batch, name: str, clock: Clock, account: UUID | None = None
) -> BridgeBatch | None:
    """A batch is known by its content too: the same key with other rows is another batch."""
    key = _key(batch)
    if session.scalar(select(BridgeBatch.id).filter_by(system=system, key=key)) is not None:
        return None
    found = BridgeBatch(system=system, city=city, key=key, name=name[:100], account_id=account)
    found.taken_at, found.confirmed_at = clock.now(), None if account else clock.now()
    session.add(found)
    session.flush()
    return found


def _key(batch: Batch) -> str:
    said = json.dumps([dict(row) for row in batch.rows], ensure_ascii=False, sort_keys=True)
    return f"{batch.key[:60]}:{digest('wuyou.bridge.v1', said.encode()).hex()[:32]}"


def _again(session: Session, system: str, batch: Batch) -> None:
    """A batch that is offered though its platform was answered is answered again, and nothing else happens."""
    held = session.scalars(select(BridgeBatch).filter_by(system=system, key=_key(batch))).one()
    if held.answered_at is not None:
        held.answered_at = None
        outbox.publish(session, TAKEN, Envelope(held.id, 1), {"system": system}, external=True)


def keep(
    session: Session, batch: BridgeBatch, line: int, row: Mapping[str, str], party: UUID | None, state: str
) -> BridgeRow:
    kept = BridgeRow(id=new_id(), batch_id=batch.id, party_id=party, line=line, state=state, faults=[])
    write(session, kept, row)
    session.add(kept)
    return kept


def write(session: Session, row: BridgeRow, said: Mapping[str, str]) -> None:
    """Keep what a row says, sealed; its number, kind and day stand beside for lists."""
    known = {name: str(said.get(name, ""))[:LONGEST] for name in bridging.FIELDS}
    row.number, row.kind = known["number"].strip()[:40], kind_of(known)
    row.received_on = bridging.day_of(known["received_on"])
    seal(session, row, "body", json.dumps(known, ensure_ascii=False))


def kind_of(said: Mapping[str, str]) -> str:
    """What a row is, as far as it can be told; what may have a report in it is kept as one."""
    kind = said.get("kind", "").strip()
    if kind in bridging.KINDS:
        return kind
    return BOTH if kind or any(said.get(name, "").strip() for name in bridging.OF_REPORT) else COMPLAINT


def body_of(session: Session, row: BridgeRow) -> dict[str, str]:
    """What a row says."""
    found: dict[str, str] = json.loads(unseal(session, row, "body") or "{}")
    return found


def _party(session: Session, row: Mapping[str, str], city: str, places: Sequence[Place]) -> UUID | None:
    """Whose eyes a row is for: the bureau of its district or city; whoever has its desk of reports, if it has one."""
    place = district_of(row.get("respondent_address", ""), places)
    county = directory.county_bureau(session, place.code).id if place else None
    above = session.scalar(select(Bureau.id).where(Bureau.city == city, Bureau.level == "city"))
    if kind_of(row) == COMPLAINT:
        return county or above
    desks = (handing.desk_of(session, bureau) for bureau in (county, above) if bureau)
    return next(filter(None, desks), None)


def facts(faults: Sequence[FieldError]) -> list[dict[str, str]]:
    """Faults as plain data."""
    return [{"field": f.field, "code": f.code, "message": f.message} for f in faults]


def file_rows(session: Session, message: Message) -> None:
    """File one portion of a batch's waiting rows, and ask for the next; a handler of the outbox."""
    batch = session.get_one(BridgeBatch, message.case_id)
    query = select(BridgeRow).filter_by(batch_id=batch.id, state="waiting").order_by(BridgeRow.line)
    rows = session.scalars(query.limit(PORTION).with_for_update(skip_locked=True)).all()
    for row in rows:
        _file(session, batch, row)
    session.flush()
    if len(rows) == PORTION:
        outbox.publish(session, FILE, Envelope(batch.id, message.seq + 1), {})
    elif batch.account_id is None and batch.answered_at is None:
        outbox.publish(session, TAKEN, Envelope(batch.id, message.seq + 1), {"system": batch.system}, external=True)


def _file(session: Session, batch: BridgeBatch, row: BridgeRow) -> None:
    """One row: filed whole, or seen before, or set aside as it was."""
    said, today = body_of(session, row), DatabaseClock(session).today()
    if any(bridges.holder(session, batch.system, row.number, kind) for kind in (COMPLAINT, REPORT)):
        row.state, row.body_sealed, row.faults = "seen", None, []
        return
    inbound, faults = bridging.read(said, batch.system, today)
    if inbound is None:
        _aside(row, faults)
        return
    try:
        with session.begin_nested():
            _begin(session, batch, row, inbound)
    except DomainError as error:
        errors = error.errors if isinstance(error, RuleBroken) and error.errors else []
        _aside(row, [*errors] or [FieldError("", error.code, error.message)])
    except IntegrityError:
        if bridges.holder(session, batch.system, row.number, COMPLAINT) is None:
            raise
        row.state, row.body_sealed, row.faults = "seen", None, []


def _aside(row: BridgeRow, faults: Sequence[FieldError]) -> None:
    named = [FieldError(bridging.field_of(f.field), f.code, f.message) for f in faults]
    row.state, row.faults, row.version = "aside", facts(named), row.version + 1


def _begin(session: Session, batch: BridgeBatch, row: BridgeRow, inbound: Inbound) -> None:
    """File the legs, keep the platform's number on each, and let a hand-over that this is the return of arrive."""
    handover = handing.find(session, inbound.number) if batch.system == NATIONAL else None
    nameless = inbound.complaint is None and inbound.report is not None and inbound.report.anonymous
    account = None if nameless else handover.account_id if handover else _account(session, inbound.person.phone)
    actor, clock = Actor(ActorRole.SYSTEM, account, None, batch.city), DatabaseClock(session)
    legs = _legs(session, batch.system, inbound, actor, Received(clock.now(), inbound.received_on))
    for leg in legs:
        bridges.give(session, leg, batch.system, Receipt(inbound.number, inbound.received_on), "inbound", clock)
    if handover and inbound.complaint:
        handing.arrive(session, handover, legs[0])
    row.state, row.case_id, row.body_sealed, row.faults = "filed", legs[0].id, None, []


def _legs(session: Session, system: str, inbound: Inbound, actor: Actor, clock: Clock) -> list[Any]:
    if inbound.complaint is not None:
        filed = filing.file(session, inbound.complaint, actor=actor, clock=clock)
    elif inbound.report is not None:
        taken = Taken(system, clock.today(), actor.account)
        filed = filing.report(
            session, inbound.respondent, inbound.report, inbound.person, taken, actor=actor, clock=clock
        )
    return [leg for leg in (filed.complaint, filed.report) if leg is not None]


def _account(session: Session, phone: str) -> UUID:
    """The consumer of a mobile phone, who finds the case when he signs in with it; one without a way in for others."""
    mobile = phone.startswith("+86")
    if mobile:
        key = index(session, Account.__tablename__, "phone", phone)
        held = session.scalar(select(Account.id).where(Account.phone_index == key))
        if held is not None:
            return held
    account = Account(id=new_id(), kind="consumer", lang="zh", created_at=DatabaseClock(session).now())
    if mobile:
        seal(session, account, "phone", phone)
    session.add(account)
    session.flush()
    return account.id


def outcomes(session: Session, batch: UUID) -> list[dict[str, Any]]:
    """What became of each row, as its platform is told."""
    rows = session.scalars(select(BridgeRow).filter_by(batch_id=batch).order_by(BridgeRow.line))
    return [{"line": r.line, "number": r.number, "outcome": r.state, "faults": r.faults} for r in rows]


def answered(session: Session, batch: UUID) -> BridgeBatch | None:
    """A batch whose platform waits for what became of it; None once it knows."""
    found = session.get_one(BridgeBatch, batch)
    return found if found.answered_at is None else None
