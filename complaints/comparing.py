"""Comparing a day of our book with another platform's list: what each says, and every difference by name. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from workflows.delivery.platforms import Listed

MISSING_HERE = "missing_here"
MISSING_THERE = "missing_there"
NO_NUMBER = "no_number"
TWICE = "twice"
DATE = "date"
STATE = "state"
DIFFERENCES = (MISSING_HERE, MISSING_THERE, NO_NUMBER, TWICE, DATE, STATE)


@dataclass(frozen=True)
class Ours:
    """One case of our book on a day.

    :ivar number: its number there, None where it has none yet.
    :ivar party: whose eyes its difference is for: the bureau of a complaint, the assigned officer of a report.
    """

    number: str | None
    kind: str
    received_on: date
    status: str
    case: UUID
    party: UUID | None


@dataclass(frozen=True)
class Difference:
    """Something that the two books say differently of one case."""

    kind: str
    case_kind: str
    number: str | None
    case: UUID | None
    party: UUID | None
    ours: str = ""
    theirs: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference on another night."""
        return self.kind, self.case_kind, self.number or str(self.case)


Key = tuple[str, str]


def differences(
    day: date, ours: Sequence[Ours], listed: Sequence[Listed], elsewhere: Mapping[Key, Listed]
) -> Iterator[Difference]:
    """Everything that the two books say differently of a day; nothing when they agree.

    :param ours: our cases of the day, and those of other days whose numbers the list has.
    :param elsewhere: what the platform says, when asked by number, of cases of ours that the day's list lacks.
    """
    theirs = {(row.number, row.kind): row for row in listed}
    known = {(row.number, row.kind): row for row in ours if row.number}
    for (number, kind), times in Counter((row.number, row.kind) for row in listed).items():
        if times > 1:
            yield _of(TWICE, known.get((number, kind)), kind, number, theirs=str(times))
    for key, row in theirs.items():
        if key not in known:
            yield Difference(MISSING_HERE, row.kind, row.number, None, None, theirs=str(row.received_on))
    for mine in ours:
        found = theirs.get((mine.number or "", mine.kind)) or elsewhere.get((mine.number or "", mine.kind))
        yield from _compared(day, mine, found)


def _compared(day: date, mine: Ours, found: Listed | None) -> Iterator[Difference]:
    if mine.number is None:
        yield _of(NO_NUMBER, mine, mine.kind, None, ours=str(mine.received_on))
    elif found is None:
        if mine.received_on == day:
            yield _of(MISSING_THERE, mine, mine.kind, mine.number, ours=str(mine.received_on))
    else:
        if found.received_on != mine.received_on:
            yield _of(DATE, mine, mine.kind, mine.number, str(mine.received_on), str(found.received_on))
        if found.status != mine.status:
            yield _of(STATE, mine, mine.kind, mine.number, mine.status, found.status)


def _of(
    kind: str, mine: Ours | None, case_kind: str, number: str | None, ours: str = "", theirs: str = ""
) -> Difference:
    case, party = (mine.case, mine.party) if mine else (None, None)
    return Difference(kind, case_kind, number, case, party, ours, theirs)
