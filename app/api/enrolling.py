"""The verbs of an application and of the standing that came of it: one address, two machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from merchants.lifecycle import APPROVED, ENROLMENT, ENROLMENT_NOTES, PROMISING, STANDING, STANDING_NOTES
from merchants.models import Enrolment, Standing
from merchants.operations import enrol, promises, review, standing
from merchants.promise import PromiseTerms
from merchants.queries import standings
from merchants.schemas import papers
from workflows.errors import FieldError, NotFound, Refused, RuleBroken
from workflows.people.actor import OFFICIALS, Actor, ActorRole
from workflows.time.clock import Clock

FIRM = frozenset({ActorRole.MERCHANT})


@dataclass(frozen=True)
class Verb:
    """One verb.

    :param of: ``enrolment`` or ``standing``: whose version ``If-Match`` is held against.
    :param needs: values that must be given; ``takes`` those that may be.
    """

    run: Callable[..., Any]
    of: str
    by: frozenset[ActorRole]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _amend(
    session: Session, case: Enrolment, promise: PromiseTerms, *, actor: Actor, clock: Clock, **given: Any
) -> None:
    enrol.amend(session, case, promise, papers(given), actor=actor, clock=clock)


def _withdraw(session: Session, case: Enrolment, *, actor: Actor, clock: Clock) -> None:
    enrol.withdraw(session, case, actor=actor, clock=clock)


def _promise(session: Session, held: Standing, promise: PromiseTerms, on: date, *, actor: Actor, clock: Clock) -> None:
    promises.change(session, held, promise, on, actor=actor, clock=clock)


VERBS: Mapping[str, Verb] = {
    "amend": Verb(_amend, "enrolment", FIRM, ("promise",), ("evidence", "licence_expires_on")),
    "submit": Verb(enrol.submit, "enrolment", FIRM, ("signed",)),
    "withdraw": Verb(_withdraw, "enrolment", FIRM),
    "take_up": Verb(review.take_up, "enrolment", OFFICIALS),
    "check": Verb(review.refresh, "enrolment", OFFICIALS),
    "approve": Verb(review.approve, "enrolment", OFFICIALS),
    "send_back": Verb(review.send_back, "enrolment", OFFICIALS, ("marked",)),
    "refuse": Verb(review.refuse, "enrolment", OFFICIALS, ("ground", "reason")),
    "renew": Verb(enrol.renew, "standing", FIRM),
    "promise": Verb(_promise, "standing", FIRM, ("promise", "on")),
    "give_notice": Verb(standing.give_notice, "standing", FIRM, ("why", "on")),
    "hear": Verb(standing.hear, "standing", FIRM, ("words",)),
    "suspend": Verb(standing.suspend, "standing", OFFICIALS, ("ground", "reason")),
    "lift": Verb(standing.lift, "standing", OFFICIALS, ("reason",)),
    "propose_removal": Verb(standing.propose_removal, "standing", OFFICIALS, ("ground", "reason")),
    "drop_removal": Verb(standing.drop_removal, "standing", OFFICIALS, ("reason",)),
    "remove": Verb(standing.remove, "standing", OFFICIALS, ("reason",)),
}
"""Every verb by its name in the address. ``renew`` answers with the application for the next term."""


def find(name: str, actor: Actor) -> Verb:
    """The verb of a name, if the actor may use it.

    :raises NotFound: no such verb.
    :raises Refused: not for this role.
    """
    verb = VERBS.get(name)
    if verb is None:
        raise NotFound("verb.unknown", f"unknown verb {name!r}; known are {', '.join(VERBS)}")
    if actor.role not in verb.by:
        raise Refused("access.role", f"a {actor.role.value} may not {name}")
    return verb


def check(verb: Verb, given: Mapping[str, Any]) -> None:
    """A verb takes its own values and no others.

    :raises RuleBroken: a value is missing, or one too many was given.
    """
    missing = [FieldError(name, "required", "is needed") for name in verb.needs if given.get(name) is None]
    other = [FieldError(n, "unknown", "is not taken here") for n in given if n not in (*verb.needs, *verb.takes)]
    if missing or other:
        raise RuleBroken("validation", "the values do not fit the verb", errors=[*missing, *other])


def apply(
    session: Session, case: Enrolment, name: str, given: Mapping[str, Any], version: int, *, actor: Actor, clock: Clock
) -> Enrolment:
    """Use a verb on an application or on its store's standing; the application that is then to be shown.

    :param version: what the caller decided on.
    """
    verb = find(name, actor)
    check(verb, given)
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
