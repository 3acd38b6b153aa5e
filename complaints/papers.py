"""The ten documents (文书) of April 2026: which of them a case's facts support, and what each needs. Pure.

The words are in the catalogue and the template; what is decided here is only whether a document may be made from
the case as it stands, for whom, and which clock its service stops. A document's issue and its service are two
events: a decision that lies in a drawer has told nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from complaints.lifecycle import (
    ACCEPTED,
    CASE_OPENED,
    DECLINED,
    FILED,
    MEDIATING,
    NO_CASE,
    RECEIVED,
    REDIRECTED,
    SETTLED,
    TERMINATED,
    TESTING,
)
from complaints.terms import ACCEPT, NOTIFY, TELL
from workflows.errors import FieldError, RuleBroken

COMPLAINANT = "complainant"
RESPONDENT = "respondent"
REPORTER = "reporter"
BUREAU = "bureau"
FILE = "file"
"""Whom a document is for; ``file`` stays with the bureau."""

OUTCOME = 10
"""The notice of a report's outcome: its ``basis`` is a code of the table of legal bases."""

HANDLED = (ACCEPTED, MEDIATING, TESTING, SETTLED, TERMINATED)
ANY_COMPLAINT = (FILED, *HANDLED, DECLINED)
ANY_REPORT = (RECEIVED, CASE_OPENED, NO_CASE, REDIRECTED)


@dataclass(frozen=True)
class Form:
    """One form of the published set (文书式样).

    :param number: its number in the set.
    :param of: the kind of case it belongs to.
    :param states: the states whose facts support it.
    :param to: whom it is served on; each is served apart.
    :param needs: values that whoever issues it must give, beyond what the case holds.
    :param takes: values that may be given.
    :param stops: the clock that stops once everybody it is for has been served.
    :param article: where the order provides for it.
    """

    number: int
    key: str
    of: str
    states: tuple[str, ...]
    to: tuple[str, ...]
    article: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    stops: str | None = None


FORMS: Mapping[int, Form] = {
    form.number: form
    for form in (
        Form(1, "register", "complaint", ANY_COMPLAINT, (FILE,), "O121 10(2)"),
        Form(2, "report_register", "report", ANY_REPORT, (FILE,), "O121 28(2)"),
        Form(3, "dispatch", "complaint", (FILED,), (BUREAU,), "O121 41(1)", ("report_by",), ("pages",)),
        Form(4, "identity", "complaint", (FILED,), (COMPLAINANT,), "O121 10(3)", ("until", "papers")),
        Form(5, "accept", "complaint", HANDLED, (COMPLAINANT,), "O121 15", (), (), ACCEPT),
        Form(6, "decline", "complaint", (DECLINED,), (COMPLAINANT,), "O121 15, 16", (), (), ACCEPT),
        Form(
            7,
            "mediation",
            "complaint",
            (ACCEPTED, MEDIATING),
            (COMPLAINANT, RESPONDENT),
            "O121 20(2), 21",
            ("at", "place", "mediators", "recusal_days"),
            ("bring",),
        ),
        Form(8, "terminate", "complaint", (TERMINATED,), (COMPLAINANT, RESPONDENT), "O121 23", (), (), NOTIFY),
        Form(
            9, "agreement", "complaint", (SETTLED,), (COMPLAINANT, RESPONDENT), "O121 24", ("agreed",), ("mediators",)
        ),
        Form(
            OUTCOME, "outcome", "report", (CASE_OPENED, NO_CASE), (REPORTER,), "O121 36", ("basis", "outcome"), (), TELL
        ),
    )
}

LONGEST = {
    "papers": 500,
    "pages": 10,
    "at": 40,
    "place": 200,
    "mediators": 100,
    "recusal_days": 3,
    "bring": 500,
    "agreed": 2000,
    "basis": 200,
    "outcome": 2000,
    "report_by": 10,
    "until": 10,
}
"""Characters of what is given with a document."""


def possible(of: str, state: str) -> tuple[Form, ...]:
    """The forms that a case's state supports, in the set's order."""
    return tuple(form for form in FORMS.values() if form.of == of and state in form.states)


def check(form: Form, state: str, given: Mapping[str, Any]) -> None:
    """Let a document be made from a case in this state, with what was given beyond the case.

    :raises RuleBroken: the state does not support it, or values are missing, too long or unknown; by field.
    """
    if state not in form.states:
        message = f"form {form.number} is not supported by a case in state {state}"
        raise RuleBroken("paper.state", message, field="form", form=form.number, state=state)
    faults = [
        FieldError(name, "required", "is needed") for name in form.needs if not str(given.get(name) or "").strip()
    ]
    faults += [FieldError(n, "unknown", "is not taken here") for n in given if n not in (*form.needs, *form.takes)]
    faults += [
        FieldError(name, "too_long", f"has more than {LONGEST[name]} characters")
        for name, value in given.items()
        if name in LONGEST and len(str(value)) > LONGEST[name]
    ]
    if faults:
        raise RuleBroken("validation", "the document needs other values", errors=faults)


def find(number: int) -> Form:
    """The form of a number.

    :raises RuleBroken: the set has no such form.
    """
    if number not in FORMS:
        raise RuleBroken("paper.unknown", "the set has the forms 1 to 10", field="form")
    return FORMS[number]


def served(form: Form, to: tuple[str, ...]) -> bool:
    """Whether everybody that a form is for is among those it was served on."""
    return set(form.to) <= set(to)
