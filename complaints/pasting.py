"""A column of numbers that somebody pastes back, matched to the cases that were keyed in, each checked. Pure.

Two forms are read. A column of numbers alone goes by the order of the list, an empty line leaving its case out. Lines
that begin with our own number (a tab, a comma or spaces after it) go by that, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from complaints.bridging import check_number

APART = re.compile(r"[\t,，;；]+|\s{1,}")
MOST_LINES = 500

UNKNOWN = "unknown"
MANY = "many"
TWICE = "twice"
TWO = "two"
UNREADABLE = "unreadable"
FAULTS = (UNKNOWN, MANY, TWICE, TWO, UNREADABLE)


@dataclass(frozen=True)
class Pasted:
    """One line: whose number it is, and what is wrong with it.

    :ivar label: our own number of the case; empty where none is matched.
    """

    line: int
    label: str
    number: str
    fault: str | None = None


def read(text: str, labels: Sequence[str]) -> list[Pasted]:
    """Every line with its case, in order; lines that leave a case out are not among them.

    :param labels: our own numbers, in the order of the list.
    """
    lines = [(n, APART.split(line.strip())) for n, line in enumerate(text.splitlines()[:MOST_LINES], 1)]
    named = any(len(parts) > 1 for _, parts in lines)
    found = [_named(n, parts, labels) if named else _ordered(n, parts[0], labels) for n, parts in lines if parts[0]]
    return [_once(pasted, found) for pasted in found]


def _named(line: int, parts: Sequence[str], labels: Sequence[str]) -> Pasted:
    label, number = parts[0].upper(), parts[1] if len(parts) > 1 else ""
    return _checked(Pasted(line, label, number)) if label in labels else Pasted(line, "", parts[0], UNKNOWN)


def _ordered(line: int, number: str, labels: Sequence[str]) -> Pasted:
    if line > len(labels):
        return Pasted(line, "", number, MANY)
    return _checked(Pasted(line, labels[line - 1], number))


def _checked(pasted: Pasted) -> Pasted:
    return pasted if check_number(pasted.number) else replace(pasted, fault=UNREADABLE)


def _once(pasted: Pasted, found: Sequence[Pasted]) -> Pasted:
    """A number is given to one case, and a case has one number."""
    if pasted.fault is not None:
        return pasted
    if sum(other.number == pasted.number for other in found) > 1:
        return replace(pasted, fault=TWICE)
    return replace(pasted, fault=TWO) if sum(other.label == pasted.label for other in found) > 1 else pasted
