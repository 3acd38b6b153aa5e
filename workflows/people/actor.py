"""Who acts: every operation is told, none looks it up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID


class ActorRole(Enum):
    """In which capacity somebody acts."""

    SYSTEM = "system"
    ANONYMOUS = "anonymous"
    CONSUMER = "consumer"
    MERCHANT = "merchant"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    COUNCIL = "council"
    """A consumer council or another organisation that a mediation is entrusted to (art. 19)."""


OFFICIALS = frozenset({ActorRole.OFFICER, ActorRole.SUPERVISOR})


@dataclass(frozen=True)
class Actor:
    """Somebody acting.

    :param account: the account, None for the system and for anonymous people.
    :param org: the bureau or enterprise acted for.
    :param city: the city whose data it is, by its four-digit region code; None where it does not matter.
    :param manages: the enterprises, brands and stores that the account manages; a clerk serves and manages none.
    """

    role: ActorRole
    account: UUID | None = None
    org: UUID | None = None
    city: str | None = None
    manages: tuple[UUID, ...] = ()

    def facts(self) -> dict[str, Any]:
        """What the journal keeps of the actor: ids, never names."""
        return {"role": self.role.value, "id": _text(self.account), "org": _text(self.org)}


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


SYSTEM = Actor(ActorRole.SYSTEM)
ANONYMOUS = Actor(ActorRole.ANONYMOUS)
