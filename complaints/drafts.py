"""What somebody brings, before anything of it is stored. Plain values, checked by :mod:`complaints.rules`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from complaints.competence import TRADER


@dataclass(frozen=True)
class Person:
    """Who complains: real name, phone and postal address (art. 10(1)(1))."""

    name: str
    phone: str
    address: str


NOBODY = Person("", "", "")
"""Who reports without a name."""


@dataclass(frozen=True)
class Respondent:
    """Who is complained of: a store of the directory, or a name and an address (art. 10(1)(2)).

    :param address: the place of business; of an own shop on line, or of a platform, its domicile; of a shop on a
        platform, what it has published there, empty for nothing.
    :param platform_address: the domicile of the platform's operator.
    :param bought: of whom goods were bought, as :mod:`complaints.competence` has it.
    :param unreachable: nobody can be reached at the address that was published.
    :param host_id: the mall or business circle that the receipt names.
    """

    store_id: UUID | None = None
    name: str = ""
    address: str = ""
    uscc: str | None = None
    platform: str | None = None
    bought: str = TRADER
    platform_address: str | None = None
    unreachable: bool = False
    host_id: UUID | None = None


@dataclass(frozen=True)
class Facts:
    """What happened: when, where, what and how much it is about (form 1, note 3).

    :param amount_fen: integer fen.
    """

    happened_on: date
    place: str
    amount_fen: int
    narrative: str


@dataclass(frozen=True)
class ReportDraft:
    """The report leg of a filing: concrete leads and the facts they rest on (art. 28)."""

    clues: str
    basis: str
    anonymous: bool = False


@dataclass(frozen=True)
class AgentDraft:
    """Who complains for somebody else, and the power of attorney as far as it is there (委托, art. 11).

    :param scope: some of :data:`complaints.capacity.SCOPES`.
    :param original_on: when the original was received, ``identity_on`` when the identity paper was seen, by an officer.
    """

    name: str
    phone: str
    scope: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    signed: bool = False
    original_on: date | None = None
    identity_on: date | None = None


@dataclass(frozen=True)
class CoPerson:
    """Another one of the persons who complain together (art. 12).

    :param joined_on: the day of his consent, where an officer has seen it; else he gives it himself.
    """

    person: Person
    representative: bool = False
    joined_on: date | None = None


@dataclass(frozen=True)
class Joint:
    """Persons who complain together with the first, on one dispute against one trader (共同投诉, art. 12).

    :param chosen_on: the day of the writing by which representatives were chosen; None where none were.
    :param first: whether the first is one of those representatives.
    """

    others: tuple[CoPerson, ...]
    chosen_on: date | None = None
    first: bool = False


@dataclass(frozen=True)
class Draft:
    """A complaint as it is brought, with its report leg where the story has one (art. 9).

    :param received_on: the day the bureau received it, where an officer enters it; else the day of filing.
    :param district: the district of the purchase, where neither address nor place names one.
    """

    complainant: Person
    respondent: Respondent
    category: str
    problem: str
    requests: tuple[str, ...]
    facts: Facts
    publish: bool
    entrust: bool
    evidence: tuple[UUID, ...] = ()
    report: ReportDraft | None = None
    channel: str = "portal"
    agent: AgentDraft | None = None
    joint: Joint | None = None
    received_on: date | None = None
    district: str = ""
