"""What a bureau's other systems are asked for, in one small interface: which one it is, only its adapter knows.

A platform is another book of the same cases. It gives a case its number, hears of each public step, offers batches of
what it received, and lists a day for comparison. Every call may fail without telling whether it was done: so each that
changes something carries a key, and the same key twice is done once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


class Declined(Exception):
    """The platform understood and said no: asking again changes nothing, a person must look.

    :param code: why, in the platform's own short word.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:50]


class Unanswered(Exception):
    """No answer, or none that can be read: it may be done or not, and is asked again with the same key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:50]


@dataclass(frozen=True)
class Receipt:
    """A number of the platform's own, and the day it counts from."""

    number: str
    received_on: date


@dataclass(frozen=True)
class Batch:
    """Cases that a platform received and passes on, each as plain texts by field."""

    key: str
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Listed:
    """One case on a platform's list of a day.

    :param kind: ``complaint`` or ``report``.
    :param district: code of the district, where the platform names one.
    """

    number: str
    kind: str
    received_on: date
    status: str
    district: str = ""


class Platform(Protocol):
    """What every adapter can do.

    :raises Unanswered: no answer in time, or none that can be read.
    :raises Declined: the platform said no.
    """

    def hand_over(self, key: str, filing: Mapping[str, Any]) -> Receipt:
        """Hand a filing over; asked twice with one key, it has one number."""
        ...

    def tell(self, key: str, number: str, status: Mapping[str, Any]) -> None:
        """Tell a case's new status; asked twice with one key, it is told once."""
        ...

    def batches(self) -> Sequence[Batch]:
        """The batches that wait for us, oldest first."""
        ...

    def taken(self, key: str, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Say what became of each row of a batch, so that it is offered no more."""
        ...

    def day(self, day: date) -> Sequence[Listed]:
        """Every case that the platform received on a day for our cities."""
        ...

    def find(self, number: str) -> Sequence[Listed]:
        """The cases under a number; none where it is unknown there."""
        ...
