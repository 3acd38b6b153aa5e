"""What an officer typed for somebody, read into a draft; what cannot be read is named by its field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.api.bringing import typed
from app.http import context
from app.portals import filing, filing_for
from app.portals import filing_where as where
from complaints import capacity, codes
from complaints.drafts import NOBODY, AgentDraft, Draft, Person, ReportDraft
from complaints.operations import taking
from workflows.errors import DomainError, FieldError
from workflows.schema import clean

Answers = dict[str, Any]

WORDS = (
    "kind", "channel", "received_on", "phone", "known", "your_name", "your_address", "store_id", "name", "address",
    "category", "problem", "happened_on", "place", "amount", "narrative", "publish", "entrust", "district", "clues",
    "basis", "anonymous", "agent_name", "agent_phone", "from_on", "until_on", "signed", "original_on", "identity_on",
    "chosen_on", "first",
)  # fmt: skip
LISTS = {"requests": codes.REQUESTS, "scope": capacity.SCOPES}
KINDS = ("complaint", "report", "both")
LONGEST = 5000

ON_PAGE = filing.ON_PAGE | {
    "complainant.phone": "phone",
    "reporter.phone": "phone",
    "agent.name": "agent_name",
    "agent.phone": "agent_phone",
    "agent.until_on": "until_on",
    "representatives_on": "chosen_on",
    "report.clues": "clues",
    "report.basis": "basis",
}


def answers_of(form: Any, before: Answers) -> Answers:
    """The form's fields, cleaned; files that were kept before stay, and so does where it came from."""
    given: Answers = {name: _clean(form.get(name, "")) for name in WORDS}
    given |= {name: [v for v in form.getlist(name) if v in known] for name, known in LISTS.items()}
    given["others"] = filing_for.others(form)
    if not _is_id(given["store_id"]):
        del given["store_id"]
    return given | {name: before[name] for name in ("photos", "consultation") if name in before}


def _is_id(given: str) -> bool:
    try:
        return bool(UUID(given))
    except ValueError:
        return False


def _clean(text: str) -> str:
    try:
        return clean(text[:LONGEST])
    except ValueError:
        return ""


def read(answers: Answers) -> tuple[Draft, list[FieldError]]:
    """The answers as a draft, and the faults of what cannot be read at all."""
    unreadable: list[FieldError] = []
    respondent, facts = where.respondent(answers), filing.facts(answers, unreadable)
    draft = Draft(
        complainant=complainant(answers),
        respondent=respondent,
        category=answers.get("category", ""),
        problem=answers.get("problem", ""),
        requests=tuple(answers.get("requests", ())),
        facts=facts,
        publish=answers.get("publish") == "1",
        entrust=answers.get("entrust") == "1",
        evidence=tuple(UUID(photo["id"]) for photo in answers.get("photos", ())),
        report=filing.report(answers | {"with_report": "1" if answers.get("kind") == "both" else ""}),
        channel=answers.get("channel", ""),
        agent=agent(answers, unreadable),
        joint=filing_for.joint(answers, unreadable),
        received_on=filing_for.day(answers, "received_on", unreadable),
        district=answers.get("district", ""),
    )
    return draft, unreadable


def complainant(answers: Answers) -> Person:
    """Who calls; what is known from an earlier case, and was said to be still so, is taken from there unseen."""
    phone = typed(answers.get("phone", ""))
    if answers.get("kind") == "report" and answers.get("anonymous") == "1":
        return NOBODY
    if known := answers.get("known"):
        try:
            before = taking.known(context.session(), UUID(known))
        except (ValueError, DomainError):
            return Person("", phone, "")
        if before.phone == phone:
            return before
    return Person(answers.get("your_name", ""), phone, answers.get("your_address", ""))


def agent(answers: Answers, unreadable: list[FieldError]) -> AgentDraft | None:
    """The agent, where one was named."""
    if not answers.get("agent_name") and not answers.get("agent_phone"):
        return None
    names = ("from_on", "until_on", "original_on", "identity_on")
    days = {name: filing_for.day(answers, name, unreadable) for name in names}
    phone, scope = typed(answers.get("agent_phone", "")), tuple(answers.get("scope", ()))
    return AgentDraft(answers.get("agent_name", ""), phone, scope, signed=answers.get("signed") == "1", **days)


def errors(faults: list[FieldError]) -> dict[str, str]:
    """What is wrong by the names of the page's fields; a fault of one of several persons stands at their heading."""
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(filing_for.on_page(fault.field, ON_PAGE), filing.words_of(fault))
    return told


def unnamed(report: ReportDraft | None, answers: Answers) -> ReportDraft:
    """The report leg of somebody who reports alone, with or without a name."""
    return replace(report or ReportDraft("", ""), anonymous=answers.get("anonymous") == "1")
