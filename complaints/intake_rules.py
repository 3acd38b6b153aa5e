"""What is wrong with an agent or with the persons of a joint complaint, as they are brought (art. 11, 12). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from complaints import capacity
from complaints.drafts import AgentDraft, Joint, Person
from workflows.errors import FieldError, RuleBroken
from workflows.time.declared import Declared

PHONE = re.compile(r"\+861\d{10}")
NAME = 50
ADDRESS = 300
TAKEN_BY = ("phone", "post", "window")
"""How an officer takes down what somebody brings (art. 8, 10(2), 28(2))."""

SELF = ("portal", "api")
"""Channels by which people file themselves."""

LATE_DAYS = 366
"""An entry later than this is a slip of the year, most likely."""

PER_DAY = Declared(
    "filing.self_per_day",
    50,
    1,
    100_000,
    "filings",
    ("同一账号每天自助提交的件数上限", "filings of one account by itself in a day: no text gives a number"),
)
SETTINGS = {PER_DAY.code: PER_DAY}


def agent_faults(agent: AgentDraft, principal: Person, today: date) -> Iterator[FieldError]:
    """What is wrong with an agent; what is only missing of the power of attorney is no fault, and is shown."""
    yield from phone_faults("complainant.phone", principal.phone)
    if agent.phone == principal.phone:
        yield FieldError("complainant.phone", "agent_same", "is the agent's own: give the phone of whom he acts for")
    yield from _length("agent.name", agent.name, NAME)
    yield from phone_faults("agent.phone", agent.phone)
    if not set(agent.scope) <= set(capacity.SCOPES) or len(set(agent.scope)) != len(agent.scope):
        yield FieldError("agent.scope", "choice", f"knows {', '.join(capacity.SCOPES)}, each once")
    if agent.from_on and agent.until_on and agent.until_on < agent.from_on:
        yield FieldError("agent.until_on", "past", "lies before the power begins")
    for name in ("original_on", "identity_on"):
        day = getattr(agent, name)
        if day is not None and day > today:
            yield FieldError(f"agent.{name}", "future", "lies in the future")


def joint_faults(joint: Joint, first: Person) -> Iterator[FieldError]:
    """What is wrong with the persons who complain together with the first (art. 12)."""
    if not 1 <= len(joint.others) < capacity.MOST_PERSONS:
        yield FieldError("co_complainants", "too_many", f"one to {capacity.MOST_PERSONS - 1} others are possible")
    for n, other in enumerate(joint.others):
        yield from _length(f"co_complainants.{n}.name", other.person.name, NAME)
        yield from phone_faults(f"co_complainants.{n}.phone", other.person.phone)
        yield from _length(f"co_complainants.{n}.address", other.person.address, ADDRESS)
    phones = [first.phone, *(other.person.phone for other in joint.others)]
    if len(set(phones)) != len(phones):
        yield FieldError("co_complainants", "twice", "names one phone twice: each person has a phone of his own")
    yield from _chosen(joint)


def _chosen(joint: Joint) -> Iterator[FieldError]:
    chosen = [other for other in joint.others if other.representative]
    if len(chosen) + joint.first > capacity.REPRESENTATIVES:
        yield FieldError("co_complainants", "representatives", "at most two representatives are possible (art. 12)")
    if (chosen or joint.first) and joint.chosen_on is None:
        yield FieldError("representatives_on", "required", "is needed: representatives are chosen in writing (art. 12)")


def phone_faults(field: str, phone: str) -> Iterator[FieldError]:
    """What is wrong with a mobile phone as accounts keep it."""
    if not phone:
        yield FieldError(field, "required", "is needed")
    elif not PHONE.fullmatch(phone):
        yield FieldError(field, "phone", "is not a mobile number of mainland China: give its 11 digits")


def _length(field: str, value: str, most: int) -> Iterator[FieldError]:
    if not value.strip():
        yield FieldError(field, "required", "is needed")
    elif len(value.strip()) > most:
        yield FieldError(field, "too_long", f"at most {most} characters are possible")


def check_taken(channel: str, received_on: date | None, today: date) -> date:
    """The day of receipt of what an officer takes down: the clock starts on it, late as the entry may be.

    :raises RuleBroken: another channel, a letter without its day, a day in the future or far back.
    """
    if channel not in TAKEN_BY:
        raise RuleBroken("taken.channel", f"choose one of {', '.join(TAKEN_BY)}", field="channel")
    if received_on is None and channel == "post":
        raise RuleBroken("taken.post", "give the day on which the bureau received the letter", field="received_on")
    day = received_on or today
    if not today - timedelta(days=LATE_DAYS) <= day <= today:
        first = today - timedelta(days=LATE_DAYS)
        message = f"must lie from {first} to {today}: nothing is received in the future"
        raise RuleBroken("taken.day", message, field="received_on", first=first, last=today)
    return day


def check_choice(count: int) -> None:
    """One or two representatives (art. 12).

    :raises RuleBroken: none, or more.
    """
    if not 1 <= count <= capacity.REPRESENTATIVES:
        raise RuleBroken("joint.representatives", "choose one or two representatives (art. 12)", field="persons")
