"""The bridge to other platforms as pure rules: how a row is read, what a status is called there.

A row is plain texts by field, as a batch or a spreadsheet has them. What it does not say is a fault, or nothing: no
fact is made up here. Only these are read leniently: no amount is an amount of nothing, no place is the respondent's
address, no consent is none given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from complaints import rules
from complaints.drafts import Draft, Facts, Person, ReportDraft, Respondent
from complaints.terms import O20_IN_FORCE
from workflows.errors import FieldError
from workflows.time.declared import Declared

NATIONAL = "national"
HOTLINE = "hotline"
SYSTEMS = (NATIONAL, HOTLINE)
"""The national 12315 platform, and the 12345 hotline."""

COMPLAINT = "complaint"
REPORT = "report"
BOTH = "both"
KINDS = (COMPLAINT, REPORT, BOTH)

FIELDS = (
    "number", "kind", "received_on", "name", "phone", "address", "respondent", "respondent_address", "uscc", "platform",
    "category", "problem", "requests", "happened_on", "place", "amount", "narrative", "publish", "entrust", "clues",
    "basis", "anonymous",
)  # fmt: skip
"""Everything a row may say, in the order of form 1."""

OF_REPORT = ("clues", "basis", "anonymous")
NUMBER = re.compile(r"[0-9A-Za-z]([0-9A-Za-z-]{4,38})[0-9A-Za-z]")
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
PHONE_DIGITS = 11
YES = frozenset({"1", "是", "同意", "yes", "y", "true"})
UNREADABLE = "cannot be read"

STATUS = {
    "filed": "received",
    "returned": "received",
    "accepted": "accepted",
    "declined": "declined",
    "withdrawn": "withdrawn",
    "mediating": "mediating",
    "testing": "mediating",
    "settled": "settled",
    "terminated": "terminated",
    "closed": "closed",
    "received": "received",
    "case_opened": "case_opened",
    "no_case": "no_case",
    "redirected": "redirected",
    "repeat": "folded",
    "merged": "folded",
}
"""What the platforms call our states; a step that stays within one of theirs is not told."""

STEPS = {
    COMPLAINT: (
        "file", "accept", "decline", "return_to_intake", "dispatch", "open_mediation", "testing", "tested", "settle",
        "terminate", "withdraw", "close", "correct",
    ),
    REPORT: ("file", "open_case", "no_case", "redirect", "repeat", "merge"),
}  # fmt: skip
"""The public steps of each leg. Of a report the bureau's own system hears where it stands, and no firm hears of it."""

SETTINGS = {
    s.code: s
    for s in (
        Declared(
            "bridge.compare_days",
            7,
            1,
            31,
            "days",
            ("每晚与外部平台核对最近多少天", "how many days back each night compares with the other platforms"),
        ),
    )
}
"""Declared settings: no text gives this number."""


@dataclass(frozen=True)
class Inbound:
    """A row that can be filed.

    :ivar person: who brought it; of an anonymous report nothing is kept.
    :ivar complaint: the complaint, with its report leg where it is both; None where it is a report alone.
    :ivar report: the report, where there is one.
    """

    number: str
    received_on: date
    person: Person
    respondent: Respondent
    complaint: Draft | None
    report: ReportDraft | None


def read(row: Mapping[str, str], channel: str, today: date) -> tuple[Inbound | None, list[FieldError]]:
    """What a row says, or every fault of it by its field."""
    reader = _Reader(row)
    number, kind = reader.number(), reader.kind()
    received = reader.received(today)
    person, respondent = reader.person(), reader.respondent()
    report = reader.report() if kind != COMPLAINT else None
    draft = reader.draft(person, respondent, report, channel) if kind in (COMPLAINT, BOTH) else None
    faults = [*reader.faults, *_checked(draft, respondent, report, received or today)]
    if draft or (report and not report.anonymous):
        faults += _phone(person)
    faults = _once(faults)
    if faults or received is None:
        return None, faults
    return Inbound(number, received, person, respondent, draft, report), []


def _checked(
    draft: Draft | None, respondent: Respondent, report: ReportDraft | None, received: date
) -> Iterator[FieldError]:
    """What the rules of a filing say, each under the row's own name of the field."""
    if draft:
        found = rules.faults(draft, received)
    elif report:
        found = [*rules.respondent_faults(respondent), *rules.report_faults(report)]
    else:
        found = []
    for fault in found:
        yield FieldError(field_of(fault.field), fault.code, fault.message)


def field_of(path: str) -> str:
    """The row's name of a filing's field."""
    named = {"respondent.name": "respondent", "respondent.address": "respondent_address", "facts.amount_fen": "amount"}
    return named.get(path, path.rpartition(".")[2])


def _phone(person: Person) -> Iterator[FieldError]:
    if not person.phone:
        yield FieldError("phone", "required", "is needed")
    elif sum(c.isdigit() for c in person.phone) < 7:
        yield FieldError("phone", "bridge_row.phone", "is no telephone number")


def _once(faults: Sequence[FieldError]) -> list[FieldError]:
    """The first fault of every field: what could not be read breaks the rules behind it too."""
    return list({fault.field: fault for fault in reversed(faults)}.values())[::-1]


def phone_of(said: str) -> str:
    """A telephone as accounts keep it: a mobile of mainland China with its prefix, others as they were said."""
    digits = "".join(c for c in said if c.isascii() and c.isdigit())
    plain = digits.removeprefix("86") if len(digits) > PHONE_DIGITS else digits
    return f"+86{plain}" if len(plain) == PHONE_DIGITS and plain[0] == "1" else said.strip()[:30]


def day_of(said: str) -> date | None:
    """A day as platforms write it – ``2026-07-20``, ``2026/7/20``, ``2026年7月20日`` – maybe with a time after it."""
    parts = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)", said.strip())
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


class _Reader:
    """Reads the fields of one row and keeps what could not be read."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self.row = row
        self.faults: list[FieldError] = []

    def text(self, name: str) -> str:
        return self.row.get(name, "").strip()

    def fault(self, field: str, code: str, message: str) -> None:
        self.faults.append(FieldError(field, code, message))

    def number(self) -> str:
        said = self.text("number")
        if not NUMBER.fullmatch(said):
            self.fault("number", "bridge.number", "is no number: 6 to 40 letters, digits and hyphens")
        return said

    def kind(self) -> str:
        said = self.text("kind") or COMPLAINT
        if said not in KINDS:
            self.fault("kind", "choice", "is complaint, report or both")
        return said

    def received(self, today: date) -> date | None:
        """The day the bureau received it: the clock starts there, so it is never guessed."""
        found = day_of(self.text("received_on"))
        if found is None:
            self.fault("received_on", "bridge.day", "must be a day like 2026-07-20")
        elif not O20_IN_FORCE <= found <= today:
            self.fault("received_on", "bridge.range", f"must lie from {O20_IN_FORCE} to {today}")
            return None
        return found

    def person(self) -> Person:
        return Person(self.text("name"), phone_of(self.text("phone")), self.text("address"))

    def respondent(self) -> Respondent:
        name, address = self.text("respondent"), self.text("respondent_address")
        return Respondent(None, name, address, self.text("uscc") or None, self.text("platform") or None)

    def report(self) -> ReportDraft:
        return ReportDraft(self.text("clues"), self.text("basis"), self.text("anonymous").lower() in YES)

    def draft(self, person: Person, respondent: Respondent, report: ReportDraft | None, channel: str) -> Draft:
        happened = day_of(self.text("happened_on"))
        if happened is None:
            self.fault("happened_on", "bridge.day", "must be a day like 2026-07-20")
        place = self.text("place") or respondent.address
        facts = Facts(happened or O20_IN_FORCE, place, self.amount(), self.text("narrative"))
        publish, entrust = (self.text(name).lower() in YES for name in ("publish", "entrust"))
        wanted = tuple(dict.fromkeys(filter(None, map(str.strip, re.split(r"[;；]", self.text("requests"))))))
        category, problem = self.text("category"), self.text("problem")
        return Draft(person, respondent, category, problem, wanted, facts, publish, entrust, (), report, channel)

    def amount(self) -> int:
        """Yuan with at most two places, as fen."""
        said = self.text("amount").replace(",", "").removesuffix("元")
        if not said:
            return 0
        if not AMOUNT.fullmatch(said):
            self.fault("amount", "bridge.amount", UNREADABLE)
            return 0
        yuan, _, rest = said.partition(".")
        return int(yuan) * 100 + int(rest.ljust(2, "0") or 0)


def check_number(said: str) -> str | None:
    """A number that somebody pasted, plain; None where it is none."""
    plain = said.strip()
    return plain if NUMBER.fullmatch(plain) else None
