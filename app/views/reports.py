"""Reports as their reporter and their officer see them: the outcome is the reporter's once it was told (art. 36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.views import cases
from complaints import report_queries
from complaints.codes import ORDER_121
from complaints.lifecycle import CASE_OPENED, NO_CASE, REPORT, REPORT_NOTES
from complaints.operations import deputies, extensions, letters, repeats, reports
from complaints.report_models import Report, ReportLetter
from complaints.terms import ASSIST, POLICE, TERMS
from workflows.case import calendars, clocks
from workflows.case.tables import CaseClock
from workflows.people.actor import OFFICIALS, Actor, ActorRole
from workflows.people.masks import masked_address, masked_name, masked_phone
from workflows.time.clock import Clock
from workflows.time.deadline import Deadline, deadline

HANDLED = "handled"
"""What a reporter reads for an outcome that no law lets him be told."""

OUTCOMES = ("open_case", "no_case")
REPORTERS_EVENTS = (
    "file",
    "extend",
    "testing",
    "tested",
    "redirect",
    "repeat",
    "merge",
    "restart",
    "supplement",
    "told",
    "clock_moved",
    "serve",
)
"""Events that a reporter reads of; an outcome comes to them once it was told."""

MOST_RESERVED = ("reveal", "supplement", "restart", "deputise", "challenge", "challenge_ended", "bundle")
"""Notes that are no step of an officer's list: they have a place of their own."""

HEADS = ("extend", "refuse_extend", "police_approve", "police_refuse", "reassign")


def state_for(report: Report, actor: Actor) -> str:
    """The state as the caller may know it."""
    hidden = report.state in (CASE_OPENED, NO_CASE) and report.told_on is None
    return HANDLED if hidden and actor.role not in OFFICIALS else report.state


def events_for(report: Report, actor: Actor) -> frozenset[str] | None:
    """The events whose history the caller may read; None is all of them."""
    if actor.role in OFFICIALS:
        return None
    return frozenset((*REPORTERS_EVENTS, *(OUTCOMES if report.told_on else ())))


def clocks_for(session: Session, report: Report, actor: Actor) -> Sequence[CaseClock]:
    """The clocks that the caller may see: what the bureau decides within is no reporter's."""
    book = clocks.of_case(session, report.id)
    return [c for c in book if actor.role in OFFICIALS or c.term != POLICE]


def report(session: Session, case: Report, actor: Actor, clock: Clock) -> dict[str, Any]:
    """A report for its reporter or the assigned officer."""
    names = (
        "id", "filing_id", "number", "version", "rule_set", "received_on", "anonymous", "source", "clues", "basis",
        "redirect_to", "told_on",
    )  # fmt: skip
    shown = {name: getattr(case, name) for name in names} | {
        "state": state_for(case, actor),
        "earlier": earlier_number(session, case),
        "respondent": {"store_id": case.store_id, "name": case.respondent_name, "address": case.respondent_address},
        "clocks": [cases.clock_facts(c, "reports") for c in clocks_for(session, case, actor)],
    }
    return shown | officers(session, case, actor, clock) if actor.role in OFFICIALS else shown


def officers(session: Session, case: Report, actor: Actor, clock: Clock) -> dict[str, Any]:
    """What an officer sees besides: the masked reporter, the letters, and the next lawful steps."""
    return {
        "reporter": masked(session, case),
        "allowed": verbs(session, case, actor, clock),
        "letters": [letter_facts(session, row) for row in report_queries.letters(session, case.id)],
    }


def masked(session: Session, case: Report) -> dict[str, str]:
    """The reporter, masked; empty where nobody is named."""
    if case.name_sealed is None and case.phone_sealed is None:
        return {}
    who = reports.reporter(session, case)
    shown = {"name": masked_name(who.name) if who.name else "", "phone": masked_phone(who.phone) if who.phone else ""}
    return shown | {"address": masked_address(who.address) if who.address else ""}


def earlier_number(session: Session, case: Report) -> str | None:
    """The number of the report that this one repeats or was merged into: its reporter's and its officer's to know."""
    return session.get_one(Report, case.merged_into).number if case.merged_into else None


def assist_due(session: Session, row: ReportLetter) -> Deadline | None:
    """By when a request for help is to be answered: counted from its receipt, computed afresh each time."""
    if row.kind != "assist" or row.received_on is None:
        return None
    return deadline(TERMS.find(ASSIST, row.received_on), calendars.current(session), row.received_on)


def letter_facts(session: Session, row: ReportLetter) -> dict[str, Any]:
    """A letter with its receipts, and the day its answer is due."""
    names = ("id", "kind", "to_name", "asked_on", "approved", "send_by", "sent_at", "received_on", "answered_on")
    due = assist_due(session, row)
    return {name: getattr(row, name) for name in names} | {"due_on": due.due_on if due else None}


def late(row: ReportLetter, due: date | None, clock: Clock) -> bool:
    """Whether a letter's next receipt is overdue, or came too late."""
    if row.kind == "police":
        return row.send_by is not None and (row.sent_at or clock.now()) > row.send_by
    return due is not None and (row.answered_on or clock.today()) > due


def verbs(session: Session, case: Report, actor: Actor, clock: Clock) -> list[str]:
    """The next lawful steps only: what state, role and facts allow now."""
    lawful = [*(v for v, states in REPORT_NOTES.items() if case.state in states), *REPORT.allowed(case.state)]
    facts = possible(session, case, actor, clock)
    standing_in = deputies.stands_in(session, case.bureau_id, actor.account, clock.today())
    heads = actor.role is ActorRole.SUPERVISOR or standing_in is not None
    return [
        verb for verb in lawful if verb not in MOST_RESERVED and facts.get(verb, True) and (heads or verb not in HEADS)
    ]


def possible(session: Session, case: Report, actor: Actor, clock: Clock) -> dict[str, bool]:
    """Whether the facts allow a verb that the state allows."""
    asked, transfer = extensions.asked(session, case), letters.waiting(session, case)
    running = reports.running(session, case)
    paused = running is not None and running.paused_since is not None
    time_left = extensions.possible(session, case, clock)
    decides = asked is not None and asked.asked_by != actor.account
    sent = transfer is not None and transfer.asked_by != actor.account
    repeated = case.rule_set == ORDER_121 and bool(repeats.earlier(session, case))
    rows = report_queries.letters(session, case.id)
    return {
        "testing": not paused,
        "tested": paused,
        "propose_extend": time_left and asked is None,
        "extend": time_left and decides,
        "refuse_extend": decides,
        "repeat": repeated,
        "merge": repeated,
        "redirect": case.source == "filed",
        "told": case.told_on is None and bool(reports.lawful_bases(case)),
        "police_propose": transfer is None,
        "police_approve": sent,
        "police_refuse": sent,
        "letter_sent": any(row.approved and row.sent_at is None for row in rows),
        "letter_received": any(row.sent_at and row.received_on is None for row in rows),
        "letter_answered": any(row.received_on and row.answered_on is None for row in rows),
    }
