"""Filing for somebody else, or several together: what the page of the filer's details takes besides (art. 11, 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from app.api.bringing import own_phone, typed
from app.http import context
from complaints import capacity
from complaints.drafts import AgentDraft, CoPerson, Joint, Person
from complaints.operations import consult
from complaints.operations.filing import Filed
from workflows.errors import FieldError
from workflows.schema import clean

Answers = dict[str, Any]
AGENT = ("for_other", "principal_phone", "agent_name", "from_on", "until_on", "signed")
JOINT = ("together", "first", "chosen_on")
OTHERS = ("other_name", "other_phone", "other_address")
LONGEST = 300
BLANK_ROWS = 2


def take(form: Any, answers: Answers) -> None:
    """Take the page's fields on agent and co-complainants into the answers."""
    answers |= {name: _clean(form.get(name, "")) for name in (*AGENT, *JOINT)}
    answers["scope"] = [code for code in form.getlist("scope") if code in capacity.SCOPES]
    answers["others"] = others(form)


def others(form: Any) -> list[dict[str, Any]]:
    """The rows of persons who complain together, without those left empty."""
    columns = [[_clean(v) for v in form.getlist(name)[: capacity.MOST_PERSONS]] for name in OTHERS]
    chosen = set(form.getlist("representative"))
    found = [
        {"name": name, "phone": phone, "address": address, "representative": str(n) in chosen}
        for n, (name, phone, address) in enumerate(zip(*columns, strict=False))
    ]
    return [row for row in found if row["name"] or row["phone"] or row["address"]]


def rows(answers: Answers) -> list[dict[str, Any]]:
    """The rows of the form: those that were filled in, and some to fill in."""
    return [*answers.get("others", []), *({} for _ in range(BLANK_ROWS))][: capacity.MOST_PERSONS - 1]


def _clean(text: str) -> str:
    try:
        return clean(text[:LONGEST])
    except ValueError:
        return ""


def complainant(answers: Answers) -> Person:
    """Whose complaint it is: the filer's own, or that of the person he acts for, whose phone is asked for."""
    phone = typed(answers.get("principal_phone", "")) if answers.get("for_other") == "1" else own_phone()
    return Person(answers.get("your_name", ""), phone, answers.get("your_address", ""))


def agent(answers: Answers, unreadable: list[FieldError]) -> AgentDraft | None:
    """The filer as agent, where he acts for somebody else."""
    if answers.get("for_other") != "1":
        return None
    days = {name: day(answers, name, unreadable) for name in ("from_on", "until_on")}
    scope = tuple(answers.get("scope", ()))
    return AgentDraft(answers.get("agent_name", ""), own_phone(), scope, signed=answers.get("signed") == "1", **days)


def joint(answers: Answers, unreadable: list[FieldError]) -> Joint | None:
    """The persons who complain together with the first, where some were named."""
    named = answers.get("others", ())
    if not named:
        return None
    people = tuple(
        CoPerson(Person(row["name"], typed(row["phone"]), row["address"]), row.get("representative", False))
        for row in named
    )
    return Joint(people, day(answers, "chosen_on", unreadable), answers.get("first") == "1")


def day(answers: Mapping[str, Any], name: str, unreadable: list[FieldError]) -> date | None:
    """A day, or none; one that cannot be read is a fault."""
    given = answers.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        unreadable.append(FieldError(name, "unreadable", "cannot be read"))
        return None


def on_page(field: str, names: Mapping[str, str]) -> str:
    """A fault's place on the page; one of several persons' stands at their heading."""
    return "others" if field.startswith("co_complainants") else names.get(field, field.rpartition(".")[2])


def ask_no_more(answers: Answers, filed: Filed) -> None:
    """A question that became this complaint says so."""
    question = answers.get("consultation")
    if question and filed.complaint is not None:
        row = consult.find(context.session(), UUID(question))
        consult.turned(context.session(), row, filed.complaint.id, actor=context.actor(), clock=context.clock())
