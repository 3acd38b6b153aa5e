"""Which stores are visited, and what a visit may say. Pure.

**The draw** is sequential Poisson sampling (Ohlsson 1998) with numbers that everybody can compute again. Each store has
a chance ``p``, from its credit class and weighed by what went wrong before, and a number ``u`` made of SM3 over seed,
day and store. A store is drawn where ``u < p``: so each class is visited at its declared rate, whatever else is drawn,
and a store whose risk rises is never dropped for it. Where fewer can be visited than that, those with the smallest
``u / p`` are; all in whole numbers, so the same seed, day and data give the same plan on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from workflows.errors import FieldError, RuleBroken
from workflows.time.declared import Declared

GRADES = ("A", "B", "C", "D")
"""Credit class (信用风险分类): A low risk, B general, C rather high, D high."""

METHOD = "wuyou.sequential-poisson.v1"
WHOLE = 10_000
"""A chance of one, in ten-thousandths."""

UNIT = 1 << 64
Hash = Callable[..., bytes]
"""The digest of framed parts in a domain; SM3, handed in so that this room needs no library for it."""

MOST_SEED = 64
MOST_WORDS = 1000
MOST_ITEM = 200
MOST_FOLLOW_UP_DAYS = 366
LONGEST_PERIOD_DAYS = 366

_EXAMPLE = "一地的做法，仅作示例", "one region's example and no rule"

SETTINGS = {
    s.code: s
    for s in (
        Declared(
            "inspection.rate_a", 2, 0, 100, "percent", (f"A 类抽查比例（{_EXAMPLE[0]}）", f"class A ({_EXAMPLE[1]})")
        ),
        Declared(
            "inspection.rate_b", 5, 0, 100, "percent", (f"B 类抽查比例（{_EXAMPLE[0]}）", f"class B ({_EXAMPLE[1]})")
        ),
        Declared(
            "inspection.rate_c", 100, 0, 100, "percent", (f"C 类抽查比例（{_EXAMPLE[0]}）", f"class C ({_EXAMPLE[1]})")
        ),
        Declared(
            "inspection.rate_d", 100, 0, 100, "percent", (f"D 类抽查比例（{_EXAMPLE[0]}）", f"class D ({_EXAMPLE[1]})")
        ),
        Declared("inspection.rate_none", 5, 0, 100, "percent", ("未分类企业的抽查比例", "firms without a class")),
        Declared(
            "inspection.failed", 100, 0, 1000, "percent", ("每次检查不合格增加的权重", "added weight per failed visit")
        ),
        Declared(
            "inspection.complaint",
            20,
            0,
            1000,
            "percent",
            ("每件未办结投诉增加的权重", "added weight per open complaint"),
        ),
        Declared(
            "inspection.memory", 1095, 30, 3660, "days", ("不合格结果计入的天数", "how long a failed visit counts")
        ),
    )
}
"""Declared settings: no text gives numbers. The rates by class are one region's example (Bayannur)."""

ITEMS = (
    "plaque_shown",
    "promise_shown",
    "matches_register",
    "staff_know",
    "exclusions_told",
    "test_purchase_returned",
    "refund_in_time",
    "refund_same_way",
)
"""What a visit looks at, in this order; the last three belong to a test purchase (消费体验)."""

ANSWERS = ("yes", "no", "na")
RESULTS = ("pass", "mend", "fail", "missed")
"""In order; to be mended and seen again; failed; nobody could be visited."""

UNMENDED = ("mend", "fail")


@dataclass(frozen=True)
class Candidate:
    """A store that may be drawn, with what its chance depends on.

    :param grade: the firm's latest credit class, None where none is known.
    :param failed: failed visits that still count.
    :param complaints: complaints about the store that are open.
    """

    standing: UUID
    store: UUID
    grade: str | None = None
    failed: int = 0
    complaints: int = 0

    def line(self) -> str:
        """The candidate on one line, for the digest of what a draw looked at."""
        return f"{self.store}|{self.standing}|{self.grade or ''}|{self.failed}|{self.complaints}"


@dataclass(frozen=True)
class Drawn:
    """A store that was drawn, in the order of the draw.

    :param chance: what its chance was, in ten-thousandths.
    """

    candidate: Candidate
    chance: int


def chance(candidate: Candidate, rates: Mapping[str, int]) -> int:
    """A store's chance in ten-thousandths: its class's rate, raised by failed visits and open complaints.

    :param rates: the settings of :data:`SETTINGS` by code, in percent.
    """
    rate = rates[f"inspection.rate_{(candidate.grade or 'none').lower()}"]
    more = candidate.failed * rates["inspection.failed"] + candidate.complaints * rates["inspection.complaint"]
    return min(WHOLE, rate * (100 + more))


def number(seed: str, day: date, store: UUID, hashed: Hash) -> int:
    """A store's number of the draw, from 0 and below :data:`UNIT`; nobody can choose it."""
    return int.from_bytes(hashed(METHOD, seed.encode(), day.isoformat().encode(), store.bytes)[:8])


def draw(
    candidates: Iterable[Candidate],
    seed: str,
    day: date,
    rates: Mapping[str, int],
    hashed: Hash,
    most: int | None = None,
) -> list[Drawn]:
    """The stores to visit, those that must come first before the rest; each at most once.

    :param most: how many visits can be made at most; None where all that are drawn can.
    """
    keyed = []
    for candidate in {c.store: c for c in candidates}.values():
        p, u = chance(candidate, rates), number(seed, day, candidate.store, hashed)
        if u * WHOLE < p * UNIT:
            keyed.append((Fraction(u, p), candidate.store.bytes, Drawn(candidate, p)))
    keyed.sort(key=lambda k: k[:2])
    return [drawn for *_, drawn in keyed[:most]]


def frame(candidates: Iterable[Candidate]) -> bytes:
    """Everything a draw looks at, in one order."""
    return "\n".join(sorted(c.line() for c in candidates)).encode()


@dataclass(frozen=True)
class Wanted:
    """A plan as it is asked for: the days it covers, the seed it is drawn from, how many visits can be made at most."""

    first: date
    last: date
    seed: str
    most: int | None = None


def check_plan(wanted: Wanted, today: date) -> None:
    """Whether a plan may be drawn so.

    :raises RuleBroken: every field at fault.
    """
    if faults := list(_plan_faults(wanted, today)):
        raise RuleBroken("validation", "the plan has faults", errors=faults)


def _plan_faults(wanted: Wanted, today: date) -> Iterator[FieldError]:
    first, last, seed, most = wanted.first, wanted.last, wanted.seed, wanted.most
    if last < first or last < today:
        yield FieldError("last", "plan.last", "the last day lies before the first one, or before today")
    elif (last - first).days > LONGEST_PERIOD_DAYS:
        yield FieldError("last", "plan.long", f"a plan covers at most {LONGEST_PERIOD_DAYS} days")
    if not 1 <= len(seed) <= MOST_SEED or not seed.isprintable():
        yield FieldError("seed", "plan.seed", f"a seed has 1 to {MOST_SEED} characters")
    if most is not None and not 1 <= most <= WHOLE:
        yield FieldError("most", "plan.most", f"from 1 to {WHOLE} visits")


@dataclass(frozen=True)
class Sheet:
    """A visit's sheet as it is handed in.

    :param answers: an answer for each of :data:`ITEMS`.
    :param notes: words beside answers; each *no* has some.
    :param follow_up_on: the day on which what is to be mended is seen again.
    """

    result: str
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    follow_up_on: date | None = None
    photos: Sequence[UUID] = ()

    def facts(self) -> dict[str, Any]:
        """The answers as plain data: per item the answer and the words beside it."""
        return {i: {"answer": self.answers[i], "words": self.notes.get(i, "").strip()} for i in self.answers}

    @property
    def noes(self) -> list[str]:
        """The items that were not as promised."""
        return [item for item in ITEMS if self.answers.get(item) == "no"]


def sheet_faults(sheet: Sheet, today: date) -> list[FieldError]:
    """Everything that keeps a sheet from being kept, by field."""
    return [
        *_result(sheet),
        *([] if sheet.result == "missed" else _items(sheet)),
        *_words(sheet),
        *_follow_up(sheet, today),
    ]


def _result(sheet: Sheet) -> Iterator[FieldError]:
    if sheet.result not in RESULTS:
        yield FieldError("result", "choice", f"must be one of {', '.join(RESULTS)}")
    elif sheet.result == "pass" and sheet.noes:
        yield FieldError("result", "visit.pass", "cannot be in order while something is answered with no")
    elif sheet.result in UNMENDED and not sheet.noes:
        yield FieldError("result", "visit.no_reason", "needs at least one answer no")
    elif sheet.result == "missed" and not sheet.words.strip():
        yield FieldError("words", "visit.missed", "say why nobody could be visited")


def _items(sheet: Sheet) -> Iterator[FieldError]:
    for item in ITEMS:
        if sheet.answers.get(item) not in ANSWERS:
            yield FieldError(f"answer-{item}", "visit.answer", "answer with yes, no or not applicable")
        elif sheet.answers[item] == "no" and not sheet.notes.get(item, "").strip():
            yield FieldError(f"note-{item}", "visit.words", "say what was found")
    if unknown := {*sheet.answers, *sheet.notes} - {*ITEMS}:
        yield FieldError("answers", "choice", f"unknown: {', '.join(sorted(unknown))}")


def _words(sheet: Sheet) -> Iterator[FieldError]:
    if len(sheet.words) > MOST_WORDS:
        yield FieldError("words", "too_long", f"at most {MOST_WORDS} characters")
    for item, words in sheet.notes.items():
        if len(words) > MOST_ITEM:
            yield FieldError(f"note-{item}", "too_long", f"at most {MOST_ITEM} characters")


def _follow_up(sheet: Sheet, today: date) -> Iterator[FieldError]:
    on = sheet.follow_up_on
    if on is None:
        if sheet.result == "mend":
            yield FieldError("follow_up_on", "visit.follow_up", "say on which day it is seen again")
    elif sheet.result not in UNMENDED:
        yield FieldError("follow_up_on", "visit.no_follow_up", "only what is to be mended is seen again")
    elif not today < on <= today + timedelta(days=MOST_FOLLOW_UP_DAYS):
        yield FieldError("follow_up_on", "visit.follow_up_day", f"within {MOST_FOLLOW_UP_DAYS} days from tomorrow on")
