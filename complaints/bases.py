"""Where a law says that a reporter is told (告知举报人, O121 36): a versioned table, pure data.

Order 121 tells a reporter the outcome only where a law, regulation or rule says so; Order 20 still has every named
reporter of its time told. A line here is a text that was found; what no text says is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from complaints.lifecycle import CASE_OPENED, NO_CASE, REDIRECTED
from complaints.terms import TELL, UNDER_O20, UNDER_O121
from workflows.errors import RuleBroken
from workflows.time.terms import Span

VERSION = 1
AD_IN_FORCE = date(2015, 9, 1)


# Advertising Law art. 53 was read in a lawyer's account of it, which also gives seven working days from receipt: that
# time is not clocked before the law's own text has been looked at.


@dataclass(frozen=True)
class Basis:
    """One legal basis for telling a reporter.

    :param article: in the law's short form, as terms have it.
    :param states: the states of a report that it lets be told.
    :param received: the days of receipt that it governs.
    :param named: only for a reporter who gave a name.
    :param term: the clock that the telling stops, where the text gives a time.
    """

    code: str
    article: str
    states: tuple[str, ...]
    received: Span
    named: bool = False
    term: str | None = None


BASES = (
    Basis("O20-31-2", "O20 31(2)", (CASE_OPENED, NO_CASE), UNDER_O20, named=True, term=TELL),
    Basis("O20-29", "O20 29", (REDIRECTED,), UNDER_O20),
    Basis("O121-34", "O121 34", (REDIRECTED,), UNDER_O121),
    Basis("AD-53", "AD 53", (CASE_OPENED, NO_CASE), Span(AD_IN_FORCE, None)),
)
"""Every basis known, in the order they came up."""


def lawful(state: str, received: date, *, named: bool) -> Sequence[Basis]:
    """The bases on which a reporter of this report may be told now."""
    return [b for b in BASES if state in b.states and received in b.received and (named or not b.named)]


def find(code: str, state: str, received: date, *, named: bool) -> Basis:
    """The basis of a code, if it lets this reporter be told.

    :raises RuleBroken: it does not, or there is no such basis.
    """
    open_to = lawful(state, received, named=named)
    found = next((basis for basis in open_to if basis.code == code), None)
    if found is None:
        listed = ", ".join(basis.code for basis in open_to) or "none"
        message = f"the reporter is told only where a law says so (art. 36); possible here: {listed}"
        raise RuleBroken("told.basis", message, field="basis", possible=listed)
    return found


def started(state: str, received: date, *, named: bool) -> str | None:
    """The clock of telling that a decision starts, where a basis has one."""
    return next((b.term for b in lawful(state, received, named=named) if b.term), None)
