"""What an officer reads of an application and of a standing: checks as reasons, and what happened, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue import has, text
from app.views.dates import day_text
from merchants.models import Enrolment, ListEntry
from merchants.queries import findings
from workflows.case import journal
from workflows.case.tables import CaseEvent

MOST_EVENTS = 200
ORDER = {"no": 0, "look": 1, "yes": 2}


@dataclass(frozen=True)
class Reason:
    """One automatic check, as a reason: its verdict, and what was found, in words."""

    code: str
    verdict: str
    says: str
    entries: Sequence[Mapping[str, Any]] = ()


def reasons(case: Enrolment, lang: str) -> list[Reason]:
    """The kept checks of an application: what says no first, then what a person must look at, then the rest."""
    found = [_reason(check, lang) for check in case.checks]
    return sorted(found, key=lambda reason: ORDER[reason.verdict])


def _reason(check: Mapping[str, Any], lang: str) -> Reason:
    code, verdict, detail = check["code"], check["verdict"], check["detail"]
    key = f"review.says.{code}" if verdict == "yes" else f"review.says.{code}_{verdict}"
    values = {"uscc": "", "count": 0, "km": "", "until": "", "on": ""} | detail
    values["names"] = "、".join(detail.get("names", ()))
    for name in ("until", "on"):
        if values[name]:
            values[name] = day_text(date.fromisoformat(values[name]), lang)
    return Reason(code, verdict, text(key, lang, **values), detail.get("entries", ()))


def unsettled(case: Enrolment) -> list[tuple[str, str]]:
    """Code and verdict of every kept check that is not in order, the worst first."""
    found = [(c["code"], c["verdict"]) for c in case.checks if c["verdict"] != "yes"]
    return sorted(found, key=lambda pair: ORDER[pair[1]])


@dataclass(frozen=True)
class Event:
    """One event of a journal in plain words: who, what, when, why."""

    at: datetime
    title: str
    role: str
    details: Sequence[str]
    words: Sequence[tuple[str, str]]
    visit: str | None = None


def history(session: Session, case: Any, lang: str) -> list[Event]:
    """A case's journal in plain words with the words kept beside it, newest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq.desc()).limit(MOST_EVENTS)
    kept, events = journal.words_of(session, case.id), session.scalars(query).all()
    bodies = [json.loads(event.body) for event in events]
    lists = findings.entries(session, [UUID(id_) for body in bodies for id_ in body["facts"].get("lists", ())])
    told = [_event(event, body, kept.get(event.seq, {}), lang) for event, body in zip(events, bodies, strict=True)]
    return [
        _naming(event, body["facts"].get("lists", ()), lists, lang) for event, body in zip(told, bodies, strict=True)
    ]


def _naming(event: Event, used: Sequence[str], lists: Mapping[str, ListEntry], lang: str) -> Event:
    """The event with the entries of lists that it had before it; one that may not be seen keeps its id."""
    if not used:
        return event
    named = [f"{lists[id_].source} {lists[id_].number}" if id_ in lists else id_ for id_ in used]
    return replace(event, details=[*event.details, text("review.used_lists", lang, list="；".join(named))])


def _event(event: CaseEvent, body: Mapping[str, Any], words: Mapping[str, str], lang: str) -> Event:
    facts, key = body["facts"], f"{event.kind}.event.{event.event}"
    return Event(
        at=event.at,
        title=text(key, lang) if has(key) else text(f"event.{event.event}", lang),
        role=text(f"role.{body['actor']['role']}", lang),
        details=_details(event.kind, event.event, facts, lang),
        words=[(_label(field, lang), said) for field, said in words.items()],
        visit=facts.get("visit"),
    )


GROUNDS = {"refuse": "enrolment_refusal", "suspend": "suspension", "propose_removal": "removal", "remove": "removal"}


def _details(kind: str, event: str, facts: Mapping[str, Any], lang: str) -> list[str]:
    found = []
    if facts.get("ground") and event in GROUNDS:
        found.append(text(f"{GROUNDS[event]}.{facts['ground']}", lang))
    if kind == "standing" and event == "inspect":
        found.append(text(f"visit.results.{facts['result']}", lang))
        found += [text(f"visit.item.{item}", lang) for item in facts["no"]]
    return found


def _label(field: str, lang: str) -> str:
    key = f"review.mark.{field}"
    return text(key, lang) if has(key) and field != "words" else ""


def why_left(case: Enrolment, seen: int, lang: str) -> str:
    """Why an application was not approved with the others.

    :param seen: the version that the officer saw.
    """
    if case.state not in ("submitted", "under_review"):
        return text("review.why_left.decided", lang, state=text(f"enrolment.state.{case.state}", lang))
    reason = "moved" if case.version != seen else "blocked" if case.green else "not_green"
    return text(f"review.why_left.{reason}", lang)
