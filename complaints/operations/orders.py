"""Supervision orders (督办): issued to a bureau, answered by a day, sent back or closed by whoever issued them.

Declared practice: no text at hand orders the steps. An order changes nothing of the case that it is about.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints.models import Complaint
from complaints.oversight import ORDER, check_ahead, check_words
from complaints.oversight_models import SupervisionOrder
from workflows.case import casework, numbers
from workflows.case.casework import Party, Step
from workflows.errors import Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.people.tables import Bureau
from workflows.time.clock import Clock

MARK = "D"


def issue(
    session: Session,
    bureau: Bureau,
    complaint: Complaint | None,
    answer_by: date,
    demand: str,
    *,
    actor: Actor,
    clock: Clock,
) -> SupervisionOrder:
    """Issue an order to a county bureau, about one of its cases or about its backlog (督办).

    :param demand: what is to be done, in words.
    :raises Refused: not by a head, or to a bureau that is not the head's own or below it.
    :raises RuleBroken: nothing demanded, a day that does not fit, or a case of another bureau.
    """
    issuer = _head_of(actor)
    if bureau.level != "county" or issuer not in (bureau.id, bureau.parent_id):
        raise Refused("order.bureau", "an order goes to the head's own bureau, or to one below it")
    if complaint is not None and complaint.bureau_id != bureau.id:
        raise RuleBroken("order.case", "the case is not one of that bureau's", field="complaint")
    said, today = check_words("demand", demand), clock.today()
    check_ahead("answer_by", answer_by, today)
    order = SupervisionOrder(
        city=bureau.city,
        number=numbers.make(bureau.city, today, MARK),
        about="backlog" if complaint is None else "case",
        complaint_id=complaint.id if complaint else None,
        issuer_id=issuer,
        bureau_id=bureau.id,
        issued_on=today,
        issued_by=actor.account,
        answer_by=answer_by,
    )
    parties = [Party(org, "officer", "supervision order") for org in dict.fromkeys((bureau.id, issuer))]
    facts = {"number": order.number, "about": order.about, "answer_by": str(answer_by), "to": str(bureau.id)}
    step = Step(facts=facts, words={"demand": said})
    casework.begin(session, order, ORDER, actor=actor, clock=clock, parties=parties, step=step)
    return order


def answer(session: Session, order: SupervisionOrder, words: str, *, actor: Actor, clock: Clock) -> None:
    """The bureau says what it did (办理情况); late is late.

    :raises Refused: by another bureau.
    :raises RuleBroken: nothing said.
    """
    if actor.org != order.bureau_id:
        raise Refused("order.other", "the bureau that the order went to answers it")
    said, today = check_words("words", words), clock.today()
    facts = {"on": str(today), "late": today > order.answer_by}
    step = Step(evidence={"answered_on": today, "answered_by": actor.account}, facts=facts, words={"answer": said})
    casework.advance(session, order, ORDER, "answer", actor=actor, clock=clock, step=step)


def send_back(
    session: Session, order: SupervisionOrder, words: str, answer_by: date, *, actor: Actor, clock: Clock
) -> None:
    """The answer does not do: it is asked anew, by another day (退回重办).

    :raises Refused: not by the head who may.
    :raises RuleBroken: nothing said, or a day that does not fit.
    """
    _issuers(order, actor)
    said = check_words("words", words)
    check_ahead("answer_by", answer_by, clock.today())
    undone = {"answered_on": None, "answered_by": None, "answer_by": answer_by}
    step = Step(evidence=undone, facts={"answer_by": str(answer_by)}, words={"reason": said})
    casework.advance(session, order, ORDER, "send_back", actor=actor, clock=clock, step=step)


def close(session: Session, order: SupervisionOrder, words: str, *, actor: Actor, clock: Clock) -> None:
    """Whoever issued the order closes it (销号), and is another person than answered.

    :raises Refused: not by the head who may, or by whoever answered.
    :raises RuleBroken: nothing said.
    """
    _issuers(order, actor)
    if actor.account == order.answered_by:
        raise Refused("approval.own", "whoever answers does not close it: another person must")
    said, today = check_words("words", words), clock.today()
    step = Step(evidence={"closed_on": today, "closed_by": actor.account}, words={"reason": said})
    casework.advance(session, order, ORDER, "close", actor=actor, clock=clock, step=step)


def withdraw(session: Session, order: SupervisionOrder, words: str, *, actor: Actor, clock: Clock) -> None:
    """Take an order back before it is answered (撤销督办).

    :raises Refused: not by the head who may.
    :raises RuleBroken: no reason.
    """
    _issuers(order, actor)
    step = Step(words={"reason": check_words("words", words)})
    casework.advance(session, order, ORDER, "withdraw", actor=actor, clock=clock, step=step)


def find(session: Session, order: UUID, expected: int | None = None) -> SupervisionOrder:
    """The order, locked and fresh.

    :raises NotFound: none that the caller may see.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, SupervisionOrder, order, expected)


def _head_of(actor: Actor) -> UUID:
    if actor.role is not ActorRole.SUPERVISOR or actor.org is None:
        raise Refused("approval.head", "only the head of the bureau decides this")
    return actor.org


def _issuers(order: SupervisionOrder, actor: Actor) -> None:
    if _head_of(actor) != order.issuer_id:
        raise Refused("order.other", "the bureau that issued the order decides on it")
