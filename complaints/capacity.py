"""In whose name somebody acts (委托、共同投诉): scope and papers of an agent, who must agree in a joint case. Pure.

Art. 11 asks of an agent the power of attorney in the original and proof of who he is; the power names the matter, the
scope, the period, and the principal signs it. Art. 12 lets up to two representatives act for all, and asks for the
consent of those they represent to change representatives, give up a request, or settle. No list of scopes was found in
any text: the codes are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

SCOPES = ("mediate", "settle", "withdraw", "receive")
"""What an agent may be empowered to beside filing: take part in mediation, agree, withdraw, take the money."""

PAPERS = ("period", "signature", "original", "identity")
"""What an officer sees and records of an agent's papers (art. 11)."""

SCOPE_OF = {
    "consent": "mediate",
    "offer": "mediate",
    "answer_flags": "mediate",
    "supplement": "mediate",
    "prove_identity": "mediate",
    "recuse": "mediate",
    "bid": "mediate",
    "decline_terms": "mediate",
    "odr_begin": "mediate",
    "odr_offer": "mediate",
    "odr_end": "mediate",
    "take_offer": "settle",
    "confirm_terms": "settle",
    "odr_take": "settle",
    "confirm_instalment": "receive",
    "settle": "settle",
    "withdraw": "withdraw",
    "confirm": "receive",
    "deny": "receive",
}
"""The scope that a step of an agent needs; what is not here is the principal's own."""

REPRESENTATIVES = 2
"""At most two (art. 12)."""

MOST_PERSONS = 50
"""A declared limit on the persons of one joint complaint: no text gives one."""

ASSENTS = ("withdraw", "settle", "represent")
"""What those who are represented must agree to (art. 12)."""

OWN = ("assent", "join", "agent_end")
"""Steps that everybody takes for himself alone."""


@dataclass(frozen=True)
class Power:
    """A power of attorney as far as it is known; None and empty are what is missing."""

    scope: tuple[str, ...]
    from_on: date | None
    until_on: date | None
    signed: bool
    original_on: date | None
    identity_on: date | None
    ended_on: date | None = None


def missing(power: Power) -> list[str]:
    """What art. 11 asks for and is not there, by code; it supports declining on art. 16(5), and decides nothing.

    That somebody is empowered to nothing beside filing is no fault: the matter and a period must be named, the power be
    signed, its original received, and the agent's identity proved.
    """
    there = {
        "period": power.from_on is not None and power.until_on is not None,
        "signature": power.signed,
        "original": power.original_on is not None,
        "identity": power.identity_on is not None,
    }
    return [code for code, found in there.items() if not found]


def in_force(power: Power, today: date) -> bool:
    """Whether the power may be used on a day: it has begun, has not run out, and was not revoked."""
    begun = power.from_on is None or power.from_on <= today
    return begun and (power.until_on is None or today <= power.until_on) and power.ended_on is None


def empowered(power: Power, verb: str, today: date) -> bool:
    """Whether an agent may take a step on a day."""
    return in_force(power, today) and SCOPE_OF.get(verb) in power.scope


@dataclass(frozen=True)
class Person:
    """One of the persons of a joint complaint; the first is who filed.

    :param joined: whether he has agreed to complain together; who has not is represented by nobody.
    """

    id: UUID
    ordinal: int
    joined: bool
    representative: bool


def speakers(persons: Sequence[Person]) -> list[Person]:
    """Who acts for all: the representatives, and where none were chosen the one who filed."""
    joined = [p for p in persons if p.joined]
    return [p for p in joined if p.representative] or [p for p in joined if p.ordinal == 1]


def must_agree(persons: Sequence[Person], about: str, acting: UUID | None) -> list[Person]:
    """Whose consent a step needs: all who are represented; a request is given up by another speaker for himself too.

    :param acting: the person that acts, None where an officer records it.
    """
    speaking = {p.id for p in speakers(persons)}
    asked = [p for p in persons if p.joined and p.id != acting]
    return asked if about == "withdraw" else [p for p in asked if p.id not in speaking]
