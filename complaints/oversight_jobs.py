"""What follows from supervision orders and talks: those whom an event concerns are told, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from complaints.oversight_models import SupervisionOrder, Talk
from workflows.delivery import notices
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message

ORDER_TOLD = {
    "issue": "bureau_id",
    "answer": "issuer_id",
    "send_back": "bureau_id",
    "close": "bureau_id",
    "withdraw": "bureau_id",
}
"""Which bureau of an order hears of an event."""

TALK_TOLD = {
    "notify": "enterprise_id",
    "acknowledge": "bureau_id",
    "hold": "enterprise_id",
    "cancel": "enterprise_id",
    "close": "enterprise_id",
}
"""Which side of a talk hears of an event."""


def tell_of_order(session: Session, message: Message) -> None:
    """Tell the bureau that an event of a supervision order concerns."""
    order = session.get_one(SupervisionOrder, message.case_id)
    values = {"number": order.number, "by": order.answer_by.isoformat()}
    _tell(session, message, order, ORDER_TOLD, values)


def tell_of_talk(session: Session, message: Message) -> None:
    """Tell the side that an event of a talk concerns."""
    talk = session.get_one(Talk, message.case_id)
    _tell(session, message, talk, TALK_TOLD, {"number": talk.number, "firm": talk.firm_name})


def _tell(session: Session, message: Message, case: Any, told: Mapping[str, str], values: Mapping[str, str]) -> None:
    event = message.topic.partition(".")[2]
    recipient: UUID = getattr(case, told[event])
    whole = {**values, "event": message.payload["event"]}
    notices.tell(session, case, recipient, f"notice.{case.case_kind}.{event}", whole)


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """Every topic of oversight with what follows from it."""
    of_orders: dict[str, tuple[Handler, ...]] = {f"order.{event}": (tell_of_order,) for event in ORDER_TOLD}
    return {**of_orders, **{f"talk.{event}": (tell_of_talk,) for event in TALK_TOLD}}
