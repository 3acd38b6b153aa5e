"""The verbs of an application and of the standing that came of it: one address, two machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.api import verbs
from merchants.lifecycle import APPROVED, ENROLMENT, ENROLMENT_NOTES, PROMISING, STANDING, STANDING_NOTES
from merchants.models import Enrolment, Standing
from merchants.operations import enrol, promises, review, standing
from merchants.promise import PromiseTerms
from merchants.queries import standings
from merchants.schemas import papers
from workflows.people.actor import Actor, ActorRole
from workflows.time.clock import Clock

FIRM = frozenset({ActorRole.MERCHANT})


@dataclass(frozen=True, kw_only=True)
class Verb(verbs.Verb):
    """One verb of the two machines.

    :param of: ``enrolment`` or ``standing``: whose version ``If-Match`` is held against.
    """

    of: str


def _amend(
    session: Session, case: Enrolment, promise: PromiseTerms, *, actor: Actor, clock: Clock, **given: Any
) -> None:
    enrol.amend(session, case, promise, papers(given), actor=actor, clock=clock)


def _withdraw(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> None:
    enrol.withdraw(session, case, actor=actor, clock=clock)


def _promise(session: Session, held: Standing, promise: PromiseTerms, on: date, *, actor: Actor, clock: Clock) -> None:
    promises.change(session, held, promise, on, actor=actor, clock=clock)


VERBS: Mapping[str, Verb] = {
    "amend": Verb(_amend, of="enrolment", needs=("promise",), takes=("evidence", "licence_expires_on"), by=FIRM),
    "submit": Verb(enrol.submit, of="enrolment", needs=("signed",), by=FIRM),
    "withdraw": Verb(_withdraw, of="enrolment", by=FIRM),
    "take_up": Verb(review.take_up, of="enrolment"),
    "check": Verb(review.refresh, of="enrolment"),
    "approve": Verb(review.approve, of="enrolment"),
    "send_back": Verb(review.send_back, of="enrolment", needs=("marked",)),
    "refuse": Verb(review.refuse, of="enrolment", needs=("ground", "reason")),
    "renew": Verb(enrol.renew, of="standing", by=FIRM),
    "promise": Verb(_promise, of="standing", needs=("promise", "on"), by=FIRM),
    "give_notice": Verb(standing.give_notice, of="standing", needs=("why", "on"), by=FIRM),
    "hear": Verb(standing.hear, of="standing", needs=("words",), by=FIRM),
    "suspend": Verb(standing.suspend, of="standing", needs=("ground", "reason")),
    "lift": Verb(standing.lift, of="standing", needs=("reason",)),
    "propose_removal": Verb(standing.propose_removal, of="standing", needs=("ground", "reason")),
    "drop_removal": Verb(standing.drop_removal, of="standing", needs=("reason",)),
    "remove": Verb(standing.remove, of="standing", needs=("reason",)),
}
"""Every verb by its name in the address. ``renew`` answers with the application for the next term."""


def apply(
    session: Session, case: Enrolment, name: str, given: Mapping[str, Any], version: int, *, actor: Actor, clock: Clock
) -> Enrolment:
    """Use a verb on an application or on its store's standing; the application that is then to be shown.

    :param version: what the caller decided on.
    """
    verb = verbs.find(name, actor, VERBS)
    verbs.check(verb, given)
    if verb.of == "enrolment":
        locked: Any = enrol.find(session, case.id, version)
        verb.run(session, locked, **given, actor=actor, clock=clock)
        return case
    held = standing.of_store(session, case, version)
    made = verb.run(session, held, **given, actor=actor, clock=clock)
    return made if isinstance(made, Enrolment) else case


def allowed(session: Session, case: Enrolment, actor: Actor) -> list[str]:
    """What the actor may do next, as both machines and the role allow."""
    held = standings.alive(session, case.store_id) if case.state == APPROVED else None
    lawful = [*ENROLMENT.allowed(case.state), *(v for v, states in ENROLMENT_NOTES.items() if case.state in states)]
    steps = [name for name in lawful if name in VERBS and actor.role in VERBS[name].by]
    return steps if held is None else [*steps, *of_standing(held, actor)]


def of_standing(held: Standing, actor: Actor) -> list[str]:
    """What the actor may do next with a standing."""
    return [name for name in _of_standing(held) if name in VERBS and actor.role in VERBS[name].by]


def _of_standing(held: Standing) -> list[str]:
    machine = [event for event in STANDING.allowed(held.state) if event != "remove" or held.removal_proposed_on]
    proposed = {"propose_removal": held.removal_proposed_on is None, "promise": held.state in PROMISING}
    notes = [v for v, states in STANDING_NOTES.items() if held.state in states]
    return [*machine, *(n for n in notes if proposed.get(n, held.removal_proposed_on is not None))]
