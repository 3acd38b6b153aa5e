"""Rules of complaints and reports: small pure functions that give reasons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from stdnum.cn import uscc

from complaints import codes, competence, intake_rules
from complaints.drafts import Draft, ReportDraft, Respondent
from complaints.lifecycle import COMPLAINT_NOTES
from workflows.errors import Conflict, FieldError, RuleBroken

NAME = 50
ADDRESS = 300
WORDS = 3000
MOST_FEN = 100_000_000_000
LEAST_WORDS = 5
MOST_EVIDENCE = 9

TIME_LIMIT_GROUNDS = ("O121-23-5", "O20-21-5")
WITHDRAWN_GROUNDS = {codes.ORDER_121: "O121-23-1", codes.ORDER_20: "O20-21-1"}


def faults(draft: Draft, today: date) -> list[FieldError]:
    """Everything that keeps a draft from being filed, by field; empty when it can be (art. 10, form 1).

    :param today: the date in Shanghai.
    """
    return [
        *_text("complainant.name", draft.complainant.name, 1, NAME),
        *_text("complainant.address", draft.complainant.address, LEAST_WORDS, ADDRESS),
        *respondent_faults(draft.respondent),
        *_one_of("category", draft.category, codes.CATEGORIES),
        *_one_of("problem", draft.problem, codes.PROBLEMS),
        *_requests(draft.requests),
        *_when(draft.facts.happened_on, today),
        *_text("facts.place", draft.facts.place, 1, ADDRESS),
        *_amount("facts.amount_fen", draft.facts.amount_fen),
        *_text("facts.narrative", draft.facts.narrative, LEAST_WORDS, WORDS),
        *_evidence(draft),
        *(report_faults(draft.report, "report.") if draft.report else []),
        *(intake_rules.agent_faults(draft.agent, draft.complainant, today) if draft.agent else []),
        *(intake_rules.joint_faults(draft.joint, draft.complainant) if draft.joint else []),
    ]


def respondent_faults(respondent: Respondent, leg: str = competence.COMPLAINT) -> Iterator[FieldError]:
    """What is wrong with the respondent: a store is enough, otherwise a name and an address are needed.

    A mall's address stands for its counter's, and the platform's domicile where a shop has published no address.
    """
    yield from _one_of("respondent.bought", respondent.bought, competence.KINDS[leg])
    if respondent.store_id is not None:
        return
    yield from _text("respondent.name", respondent.name, 2, 200)
    yield from _places(respondent)
    if respondent.uscc and not uscc.is_valid(respondent.uscc):
        yield FieldError(
            "respondent.uscc", "uscc", "is not a valid unified social credit code: check its 18 characters"
        )


def _places(respondent: Respondent) -> Iterator[FieldError]:
    on_platform, published = respondent.bought == competence.PLATFORM_SHOP, respondent.address.strip()
    if (not on_platform and respondent.host_id is None) or published:
        yield from _text("respondent.address", respondent.address, LEAST_WORDS, ADDRESS)
    if on_platform:
        yield from _text("respondent.platform", respondent.platform or "", 1, 100)
    if (on_platform and (respondent.unreachable or not published)) or respondent.platform_address:
        yield from _text("respondent.platform_address", respondent.platform_address or "", LEAST_WORDS, ADDRESS)


def report_faults(report: ReportDraft, prefix: str = "") -> Iterator[FieldError]:
    """What is wrong with a report: concrete leads and the facts they rest on are needed (art. 28)."""
    yield from _text(f"{prefix}clues", report.clues, LEAST_WORDS, WORDS)
    yield from _text(f"{prefix}basis", report.basis, LEAST_WORDS, WORDS)


def _text(field: str, value: str, least: int, most: int) -> Iterator[FieldError]:
    length = len(value.strip())
    if not length:
        yield FieldError(field, "required", "is needed")
    elif length < least:
        yield FieldError(field, "too_short", f"needs at least {least} characters")
    elif length > most:
        yield FieldError(field, "too_long", f"has {length} characters; at most {most} are possible")


def _one_of(field: str, value: str, values: tuple[str, ...]) -> Iterator[FieldError]:
    if value not in values:
        yield FieldError(field, "choice", "is not one of the known codes; GET /api/v1/codes lists them")


def _requests(requests: tuple[str, ...]) -> Iterator[FieldError]:
    if not requests:
        yield FieldError("requests", "required", "needs at least one request")
    elif not set(requests) <= set(codes.REQUESTS) or len(set(requests)) != len(requests):
        yield FieldError("requests", "choice", "has an unknown request, or one twice")


def _when(day: date, today: date) -> Iterator[FieldError]:
    if day > today:
        yield FieldError("facts.happened_on", "future", "lies in the future; give the day it happened")
    elif day.year < today.year - 20:
        yield FieldError("facts.happened_on", "past", "lies more than twenty years back; check the year")


def _amount(field: str, fen: int) -> Iterator[FieldError]:
    if not 0 <= fen <= MOST_FEN:
        yield FieldError(field, "range", f"must be from 0 to {MOST_FEN} fen")


def _evidence(draft: Draft) -> Iterator[FieldError]:
    if len(draft.evidence) > MOST_EVIDENCE:
        yield FieldError("evidence", "too_many", f"at most {MOST_EVIDENCE} files are possible")


def check_refusal(ground: str, rule_set: str) -> None:
    """A complaint is declined only with a ground of its own rule set (O121 16, O20 15).

    :raises RuleBroken: another ground.
    """
    _check_ground(ground, codes.REFUSALS[rule_set], rule_set)


def check_alone(ground: str) -> None:
    """One person alone declines on every ground but the one that rests on hints (O121 16(3), 17).

    :raises RuleBroken: that ground: it is proposed, and a second person approves.
    """
    if ground == codes.TWO_PEOPLE:
        raise RuleBroken("decline.second", f"{ground} is proposed, and a second person approves", field="ground")


def check_second(first: UUID | None, second: UUID | None) -> None:
    """Whoever approves is somebody else than whoever proposed.

    :raises RuleBroken: the same person, or nobody.
    """
    if second is None or first == second:
        raise RuleBroken("second.same", "a second person approves, not the one who proposed")


def check_heard(until: date | None, answered: date | None, today: date) -> None:
    """The consumer has answered, or had until a day to answer.

    :raises RuleBroken: neither yet.
    """
    if answered is None and (until is None or today <= until):
        raise RuleBroken("second.waits", f"the consumer may answer until {until}", until=until)


def check_termination(ground: str, rule_set: str, today: date, due_on: date | None) -> None:
    """Mediation ends only with a ground of the case's rule set, and for lapse of time only once it has lapsed.

    :param due_on: the last day of mediation, None while testing holds it back.
    :raises RuleBroken: another ground, or the period still runs.
    """
    _check_ground(ground, codes.TERMINATIONS[rule_set], rule_set)
    if ground in TIME_LIMIT_GROUNDS and (due_on is None or today <= due_on):
        raise RuleBroken(
            "ground.early",
            f"{ground} is possible only after the period ended on {due_on}",
            field="ground",
            due_on=due_on,
        )


def _check_ground(ground: str, grounds: tuple[str, ...], rule_set: str) -> None:
    if ground not in grounds:
        raise RuleBroken(
            "ground.unknown",
            f"{ground!r} is not a ground of rule set {rule_set}: choose one of {', '.join(grounds)}",
            field="ground",
            grounds=grounds,
        )


def check_note(verb: str, state: str) -> None:
    """A verb that changes no state is possible in its own states only.

    :raises Conflict: the state forbids it.
    """
    if state not in COMPLAINT_NOTES[verb]:
        raise Conflict("case.state", f"{verb} is not possible in state {state}", state=state, event=verb, allowed=())


def check_said(field: str, words: str, most: int = 1000) -> str:
    """Something has to be said; what was said, trimmed.

    :raises RuleBroken: it is empty, or longer than anybody reads.
    """
    if faults := list(_text(field, words, 1, most)):
        raise RuleBroken("validation", f"{field} {faults[0].message}", errors=faults)
    return words.strip()


def check_day(field: str, day: date, earliest: date, today: date) -> None:
    """A recorded day lies between what it follows and today: nothing is dated ahead, or before its cause.

    :raises RuleBroken: outside of that.
    """
    if not earliest <= day <= today:
        raise RuleBroken(
            "day.range", f"{field} must lie from {earliest} to {today}", field=field, first=earliest, last=today
        )


def check_amount(field: str, fen: int) -> None:
    """An amount of money in integer fen.

    :raises RuleBroken: negative, or beyond all reason.
    """
    if bad := list(_amount(field, fen)):
        raise RuleBroken("validation", bad[0].message, errors=bad)
