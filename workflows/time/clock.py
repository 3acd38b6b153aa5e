"""What time it is: stored in UTC, decided in Asia/Shanghai, read from one place.

Operations are given a clock. In production it is the database's ``now()``, read once per transaction,
so no machine's own clock can move a legal date; tests hand in a :class:`FixedClock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time of the transaction that asks."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        ...

    def today(self) -> date:
        """Today's date in Asia/Shanghai: the day that legal periods are counted in."""
        ...


def shanghai_date(moment: datetime) -> date:
    """The date in Asia/Shanghai of a moment with a zone."""
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at ``moment`` (with a zone)."""

    moment: datetime

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self.moment.astimezone(UTC)

    def today(self) -> date:
        """Its date in Asia/Shanghai."""
        return shanghai_date(self.moment)


class SystemClock:
    """The machine's own clock: for what has no transaction and no legal weight."""

    def now(self) -> datetime:
        """This moment by the machine, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Today in Asia/Shanghai by the machine."""
        return shanghai_date(self.now())
