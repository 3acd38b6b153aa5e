"""Handing a filing on (转交): the national platform takes what a bureau has not published this portal for (art. 8, 40).

Nothing is filed here and no clock starts: it starts at the platform's receipt, and the case comes back by a batch with
the number that the hand-over got. That number keeps one story from becoming two cases.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from complaints import bridging, rules
from complaints.bridge_models import BridgeHandover
from complaints.bridging import BOTH, COMPLAINT, NATIONAL
from complaints.codes import rule_set
from complaints.drafts import Draft
from complaints.operations import bridges, filing
from complaints.operations.bridges import Envelope
from complaints.operations.filing import Asked
from workflows.delivery import notices, outbox
from workflows.delivery.platforms import Receipt
from workflows.delivery.tables import Message
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.store.sealed import seal, unseal
from workflows.time.clock import Clock

HAND_OVER = "bridge.hand_over"
NUMBERED = "bridge.numbered"
TOLD = ("page", "sms")
MOST = 50
DESK = text("SELECT report_desk(:bureau)")


def desk_of(session: Session, bureau: UUID) -> UUID | None:
    """Whoever has the bureau's desk of reports, if anybody."""
    found = session.scalar(DESK, {"bureau": bureau})
    return UUID(str(found)) if found else None


def hand_over(session: Session, draft: Draft, *, actor: Actor, clock: Clock) -> BridgeHandover:
    """Keep a filing for a bureau that has not published this portal, and send it on.

    :raises RuleBroken: every field at fault, by name.
    :raises Refused: nobody is signed in, or a report has no desk that it could be for.
    """
    if faults := rules.faults(draft, clock.today()):
        raise RuleBroken("validation", "the filing has faults", errors=faults)
    if actor.account is None:
        raise Refused("access.account", "a complaint needs a signed-in complainant")
    against = filing.answerable(session, draft.respondent, Asked(COMPLAINT, rule_set(clock.today()), NATIONAL, draft))
    kind = BOTH if draft.report else COMPLAINT
    party = filing.desk(session, against.bureau) if draft.report else against.bureau.id
    row = BridgeHandover(id=new_id(), account_id=actor.account, bureau_id=against.bureau.id, kind=kind)
    row.party_id, row.state, row.made_at = party, "waiting", clock.now()
    said = fields(draft, against.name, against.address, against.uscc)
    files = [str(file) for file in draft.evidence]
    seal(session, row, "body", json.dumps(said | {"evidence": files}, ensure_ascii=False))
    session.add(row)
    session.flush()
    outbox.publish(session, HAND_OVER, Envelope(row.id), {}, external=True)
    return row


def fields(draft: Draft, respondent: str, address: str, uscc: str | None) -> dict[str, Any]:
    """A filing as a row: plain texts by field."""
    who, facts, report = asdict(draft.complainant), draft.facts, draft.report
    return {
        "kind": BOTH if report else COMPLAINT,
        **who,
        "respondent": respondent,
        "respondent_address": address,
        "uscc": uscc or "",
        "platform": draft.respondent.platform or "",
        "category": draft.category,
        "problem": draft.problem,
        "requests": ";".join(draft.requests),
        "happened_on": str(facts.happened_on),
        "place": facts.place,
        "amount": yuan(facts.amount_fen),
        "narrative": facts.narrative,
        "publish": "1" if draft.publish else "0",
        "entrust": "1" if draft.entrust else "0",
        "clues": report.clues if report else "",
        "basis": report.basis if report else "",
        "anonymous": "1" if report and report.anonymous else "0",
    }


def yuan(fen: int) -> str:
    """An amount as a row has it."""
    return f"{fen // 100}.{fen % 100:02}"


def body_of(session: Session, row: BridgeHandover) -> dict[str, Any]:
    """What is handed on; nothing once it has arrived."""
    found: dict[str, Any] = json.loads(unseal(session, row, "body") or "{}")
    return found


def find(session: Session, number: str) -> BridgeHandover | None:
    """The hand-over that got a number and has not come back yet."""
    return session.scalar(select(BridgeHandover).filter_by(number=number, state="handed").with_for_update())


def received(session: Session, handover: UUID, receipt: Receipt) -> None:
    """Keep the platform's number; whoever comes second changes nothing.

    :raises RuleBroken: the number is none, or another hand-over's.
    """
    row = session.get_one(BridgeHandover, handover, with_for_update=True, populate_existing=True)
    if row.state == "waiting":
        _numbered(session, row, receipt.number, receipt.received_on)


def numbered(session: Session, message: Message) -> None:
    """Tell the consumer the number; the case may have come back before it did. A handler of the outbox."""
    row = session.get_one(BridgeHandover, message.case_id, with_for_update=True, populate_existing=True)
    values = {"number": row.number, "event": "handed", "day": str(row.received_on)}
    notices.tell(session, Envelope(row.id, 1), row.account_id, "notice.bridge.handed", values, TOLD)
    held = bridges.holder(session, NATIONAL, row.number or "", COMPLAINT)
    if held is not None and row.state == "handed":
        arrive(session, row, session.get_one(bridges.LEGS[COMPLAINT], held.case_id))


def _numbered(session: Session, row: BridgeHandover, number: str, on: date) -> None:
    if not bridging.check_number(number):
        raise RuleBroken("bridge.number", f"{number!r} is no number", field="number")
    if session.scalar(select(BridgeHandover.id).filter_by(number=number)) is not None:
        raise RuleBroken("bridge.taken", f"there is {number} already", field="number", number=number)
    row.number, row.received_on, row.state = number, on, "handed"
    session.flush()
    outbox.publish(session, NUMBERED, Envelope(row.id), {})


def typed(session: Session, row: BridgeHandover, number: str, on: date) -> None:
    """Keep the number that the platform gave when somebody keyed a filing in there.

    :raises RuleBroken: it is none, or taken.
    """
    _numbered(session, row, number, on)


def sweep(session: Session, before: datetime, most: int = MOST) -> int:
    """Send anew what has waited for long, as after an interface was made or a message died; how many."""
    undone = select(Message.id).where(
        Message.case_id == BridgeHandover.id, Message.done_at.is_(None), Message.dead_at.is_(None)
    )
    waiting = (BridgeHandover.state == "waiting") & BridgeHandover.refused.is_(None)
    old = select(BridgeHandover.id).where(waiting, BridgeHandover.made_at < before, ~undone.exists())
    found = session.scalars(old.limit(most)).all()
    for row in found:
        outbox.publish(session, HAND_OVER, Envelope(row), {}, external=True)
    return len(found)


def refused(session: Session, handover: UUID, code: str) -> None:
    """Keep that the platform said no: a person keys it in."""
    session.get_one(BridgeHandover, handover).refused = code


def of_consumer(session: Session, account: UUID) -> Sequence[BridgeHandover]:
    """A consumer's filings that are on their way elsewhere, newest first."""
    query = select(BridgeHandover).where(BridgeHandover.account_id == account, BridgeHandover.state != "arrived")
    return session.scalars(query.order_by(BridgeHandover.id.desc()).limit(MOST)).all()


def arrive(session: Session, row: BridgeHandover, complaint: Any) -> None:
    """The case is here under its number: the photos come along, and what was kept for the way is let go of."""
    if complaint.complainant_id == row.account_id:
        files = tuple(UUID(file) for file in body_of(session, row).get("evidence", ()))
        filing.attach(session, files, row.account_id, complaint.id)
    row.state, row.complaint_id, row.body_sealed = "arrived", complaint.id, None
    session.flush()
