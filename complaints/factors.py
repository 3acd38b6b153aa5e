"""The factors of art. 17 as flags with their evidence: hints to look at, never a refusal by themselves. Pure.

Order 121 art. 17 names what to weigh when a complaint may not be about daily-life consumption, and gives no numbers.
How many are many is a declared setting that a city may decide otherwise (bureaus at city level may refine the
factors). What no record tells – collusion, what somebody's habits are – is not counted here, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from workflows.time.declared import Declared

DAYS = Declared("complaint.factor_days", 90, 7, 730, "days", ("第十七条情形的统计期间", "how far back art. 17 looks"))
OFTEN = Declared(
    "complaint.factor_often",
    5,
    2,
    100,
    "purchases",
    ("期间内同类消费达到几次即提示", "purchases of one class from which they are shown as frequent"),
)
MANY = Declared(
    "complaint.factor_many",
    3,
    2,
    100,
    "complaints",
    ("期间内同一经营者同类问题投诉达到几件即提示", "like complaints about one firm from which they are shown as many"),
)
SHARED = Declared(
    "complaint.factor_shared",
    2,
    2,
    50,
    "accounts",
    ("几个账号共用电话或地址即提示", "accounts with one phone or address from which that is shown"),
)
ANSWER = Declared(
    "complaint.flags_answer",
    2,
    1,
    7,
    "days",
    ("拟以第三项不予受理前消费者的说明期限", "to answer before a complaint is declined on ground 3"),
)
SETTINGS = {setting.code: setting for setting in (DAYS, OFTEN, MANY, SHARED, ANSWER)}

CODES = ("often", "many", "no_files", "phone", "address")
MOST_NAMED = 5


@dataclass(frozen=True)
class Filed:
    """What of a complaint is counted.

    :param phone: blind index of the complainant's phone, ``address`` of the address; None where not known.
    """

    id: UUID
    complainant: UUID
    phone: bytes | None
    address: bytes | None
    firm: str
    category: str
    problem: str
    happened_on: date


@dataclass(frozen=True)
class Flag:
    """One factor that the records touch.

    :param item: its number in art. 17(1).
    :param count: how much there is of it, and ``limit``, from how many on it is shown.
    :param cases: cases that it rests on, the first few.
    """

    item: int
    code: str
    count: int
    limit: int
    cases: tuple[UUID, ...] = ()


def flags(case: Filed, others: Iterable[Filed], files: int, limits: dict[str, int]) -> list[Flag]:
    """Every flag of a case, in the order of art. 17(1).

    :param others: cases of the same person, phone or address within the period, that whoever asks may see.
    :param files: how many files the complainant has handed in.
    :param limits: values of :data:`SETTINGS` by code.
    """
    known = [other for other in others if other.id != case.id]
    own = [other for other in known if _same_person(case, other)]
    return [
        *_often(case, own, limits[OFTEN.code]),
        *_many(case, own, limits[MANY.code]),
        *([] if files else [Flag(3, "no_files", 0, 1)]),
        *_shared("phone", case, known, limits[SHARED.code]),
        *_shared("address", case, known, limits[SHARED.code]),
    ]


def _same_person(one: Filed, other: Filed) -> bool:
    return one.complainant == other.complainant or (one.phone is not None and one.phone == other.phone)


def _often(case: Filed, own: Sequence[Filed], limit: int) -> Iterator[Flag]:
    """Purchases of the same class of goods on different days (art. 17(1)(1))."""
    alike = [other for other in own if other.category == case.category]
    days = {case.happened_on, *(other.happened_on for other in alike)}
    if len(days) >= limit:
        yield Flag(1, "often", len(days), limit, _named(alike))


def _many(case: Filed, own: Sequence[Filed], limit: int) -> Iterator[Flag]:
    """Complaints about the same firm, class of goods and problem, this one among them (art. 17(1)(2))."""
    about = (case.firm, case.category, case.problem)
    alike = [other for other in own if (other.firm, other.category, other.problem) == about]
    if len(alike) + 1 >= limit:
        yield Flag(2, "many", len(alike) + 1, limit, _named(alike))


def _shared(field: str, case: Filed, known: Sequence[Filed], limit: int) -> Iterator[Flag]:
    """Accounts with the same phone or address, this one among them (art. 17(1)(4))."""
    value = getattr(case, field)
    alike = [o for o in known if value is not None and getattr(o, field) == value and o.complainant != case.complainant]
    accounts = {case.complainant, *(other.complainant for other in alike)}
    if len(accounts) >= limit:
        yield Flag(4, field, len(accounts), limit, _named(alike))


def _named(cases: Sequence[Filed]) -> tuple[UUID, ...]:
    return tuple(other.id for other in cases[:MOST_NAMED])
