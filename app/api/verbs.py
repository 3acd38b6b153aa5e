"""The verbs of complaints and reports: which operation each is, what it takes, and who may use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from complaints.models import Complaint, Report
from complaints.operations import (
    acting,
    answers,
    appraisal,
    asking,
    assign,
    bidding,
    decide,
    disputes,
    entrusting,
    extensions,
    helping,
    instalments,
    letters,
    mediate,
    negotiating,
    offers,
    others,
    outcomes,
    reassigning,
    recusal,
    repeats,
    reports,
    respondents,
    second,
    sittings,
    upward,
)
from workflows.errors import FieldError, NotFound, Refused, RuleBroken
from workflows.people import directory
from workflows.people.actor import OFFICIALS, Actor, ActorRole
from workflows.time.clock import Clock

CONSUMER = frozenset({ActorRole.CONSUMER})
FIRM_SIDE = frozenset({ActorRole.MERCHANT}) | OFFICIALS
SUPERVISOR = frozenset({ActorRole.SUPERVISOR})
COUNCIL = frozenset({ActorRole.COUNCIL})
MEDIATORS = OFFICIALS | COUNCIL
SIDES = frozenset({ActorRole.CONSUMER, ActorRole.MERCHANT})
TERMS_OF_OFFER = ("kind", "percent", "by_day")
PARTIES = frozenset({ActorRole.CONSUMER, ActorRole.MERCHANT}) | OFFICIALS


@dataclass(frozen=True)
class Verb:
    """One verb.

    :param run: the operation, called with the complaint and the given values by name.
    :param needs: values that must be given.
    :param takes: values that may be given.
    :param by: the roles that may use it.
    """

    run: Callable[..., Any]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    by: frozenset[ActorRole] = OFFICIALS


AnyVerb = TypeVar("AnyVerb", bound=Verb)


def _dispatch(session: Session, complaint: Complaint, district: str, *, actor: Actor, clock: Clock) -> None:
    bureau = directory.county_bureau(session, district)
    decide.dispatch(session, complaint, bureau, actor=actor, clock=clock)


def _ask_help(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock, **given: Any) -> None:
    question, consented_on = given["words"], given["given_on"]
    wanted = helping.Wanted(given["agreement"], given["district"], given["item"], question, consented_on)
    helping.ask_help(session, complaint, wanted, actor=actor, clock=clock)


COMPLAINT_VERBS: Mapping[str, Verb] = {
    "accept": Verb(decide.accept),
    "decline": Verb(decide.decline, needs=("ground", "reason")),
    "assign": Verb(assign.assign, needs=("officer",)),
    "propose_decline": Verb(second.propose_decline, needs=("reason",)),
    "answer_flags": Verb(second.answer_flags, needs=("words",), by=CONSUMER),
    "approve_decline": Verb(second.approve_decline),
    "refuse_decline": Verb(second.refuse_decline, needs=("reason",)),
    "told": Verb(decide.told, needs=("by",), takes=("on",)),
    "request_identity": Verb(decide.request_identity, needs=("until",)),
    "return_to_intake": Verb(decide.return_to_intake, needs=("reason",)),
    "dispatch": Verb(_dispatch, needs=("district",)),
    "correct": Verb(decide.correct, needs=("reason",), by=SUPERVISOR),
    "consent": Verb(mediate.consent, needs=("side",), takes=("given_on",), by=PARTIES),
    "open_mediation": Verb(mediate.open_mediation),
    "testing": Verb(appraisal.begin, takes=("on", "laboratory", "chosen", "cost_by")),
    "tested": Verb(mediate.tested, takes=("on",)),
    "offer": Verb(offers.offer, needs=("side",), takes=("amount_fen", "words", *TERMS_OF_OFFER), by=PARTIES),
    "settle": Verb(mediate.settle, needs=("amount_fen",), takes=("paid_on",)),
    "perform": Verb(outcomes.perform, needs=("amount_fen",), takes=("on", "proof"), by=FIRM_SIDE),
    "confirm": Verb(outcomes.confirm, takes=("amount_fen", "on", "proof"), by=CONSUMER),
    "deny": Verb(outcomes.deny, takes=("reason",), by=CONSUMER),
    "match_receipt": Verb(outcomes.match_receipt),
    "terminate": Verb(mediate.terminate, needs=("ground",), takes=("reason",)),
    "withdraw": Verb(mediate.withdraw, by=CONSUMER),
    "close": Verb(mediate.close),
    "evaluate": Verb(mediate.evaluate, needs=("score",), takes=("reasons", "comment"), by=CONSUMER),
    "identify_respondent": Verb(respondents.identify_respondent, needs=("uscc", "name")),
    "answer": Verb(answers.answer, needs=("words",), takes=("proof",), by=FIRM_SIDE),
    "supplement": Verb(answers.supplement, needs=("words",), takes=("proof",), by=CONSUMER | OFFICIALS),
    "prove_identity": Verb(answers.prove_identity, needs=("proof",), by=CONSUMER),
    "answer_kept": Verb(asking.answer_kept, needs=("kept",), by=CONSUMER),
    "request_upward": Verb(upward.request_upward, needs=("reason",)),
    "take_up": Verb(upward.take_up, needs=("reason",)),
    "send_down": Verb(upward.send_down, needs=("reason",)),
    "dispute_open": Verb(disputes.dispute_open, needs=("district", "claim", "reason")),
    "dispute_concede": Verb(disputes.dispute_concede, needs=("reason",)),
    "dispute_refer": Verb(disputes.dispute_refer, needs=("reason",)),
    "designate": Verb(disputes.designate, needs=("bureau", "reason")),
    "ask_help": Verb(_ask_help, needs=("agreement", "district", "item", "words", "given_on")),
    "agent_papers": Verb(others.agent_papers, needs=("kind",), takes=("on", "until")),
    "agent_end": Verb(others.agent_end, by=CONSUMER | OFFICIALS),
    "join": Verb(others.join, needs=("kind",), takes=("person",), by=CONSUMER | OFFICIALS),
    "assent": Verb(others.assent, needs=("about",), takes=("amount_fen", "person", "by"), by=CONSUMER | OFFICIALS),
    "represent": Verb(others.represent, needs=("persons", "on")),
    "plan_session": Verb(
        sittings.plan_session, needs=("mode", "at", "place", "mediators"), takes=("minutes", "helpers"), by=MEDIATORS
    ),
    "move_session": Verb(sittings.move_session, needs=("session_id", "at"), takes=("place", "reason"), by=MEDIATORS),
    "cancel_session": Verb(sittings.cancel_session, needs=("session_id",), takes=("reason",), by=MEDIATORS),
    "record_session": Verb(
        sittings.record_session, needs=("session_id", "complainant", "respondent", "result", "record"), by=MEDIATORS
    ),
    "recuse": Verb(recusal.recuse, needs=("session_id", "reason"), takes=("side",), by=PARTIES),
    "decide_recusal": Verb(recusal.decide_recusal, needs=("granted", "reason"), takes=("mediators", "officer")),
    "take_offer": Verb(offers.take_offer, needs=("offer_id",), by=SIDES),
    "bid": Verb(bidding.bid, needs=("limit_fen",), by=SIDES),
    "confirm_terms": Verb(bidding.confirm_terms, needs=("seen",), by=SIDES),
    "decline_terms": Verb(bidding.decline_terms, by=SIDES),
    "schedule": Verb(instalments.schedule, needs=("instalments",)),
    "pay_instalment": Verb(instalments.pay_instalment, needs=("instalment_id",), takes=("on", "proof"), by=FIRM_SIDE),
    "confirm_instalment": Verb(instalments.confirm_instalment, needs=("instalment_id",), takes=("on",), by=CONSUMER),
    "agree_testing": Verb(appraisal.agree_testing, needs=("laboratory", "chosen", "cost_by")),
    "no_cost_agreement": Verb(appraisal.no_cost_agreement, needs=("reason",)),
    "ask_entrust": Verb(entrusting.ask_entrust, needs=("organisation", "until")),
    "entrust_consent": Verb(entrusting.entrust_consent, takes=("side",), by=PARTIES),
    "entrust": Verb(entrusting.entrust),
    "give_back": Verb(entrusting.give_back, needs=("result", "reason"), by=COUNCIL),
    "take_back": Verb(entrusting.take_back, takes=("reason",)),
    "odr_begin": Verb(negotiating.odr_begin, by=CONSUMER),
    "odr_offer": Verb(negotiating.odr_offer, takes=("amount_fen", "words", *TERMS_OF_OFFER), by=SIDES),
    "odr_take": Verb(negotiating.odr_take, needs=("offer_id",), by=SIDES),
    "odr_end": Verb(negotiating.odr_end, by=SIDES),
}
"""Every verb of a complaint by its name in the address."""

REPORT_VERBS: Mapping[str, Verb] = {
    "verify": Verb(reports.verify, needs=("kind", "reason")),
    "testing": Verb(reports.testing, takes=("on",)),
    "tested": Verb(reports.tested, takes=("on",)),
    "propose_extend": Verb(extensions.propose, needs=("reason",)),
    "extend": Verb(extensions.approve),
    "refuse_extend": Verb(extensions.refuse, needs=("reason",)),
    "open_case": Verb(reports.open_case),
    "no_case": Verb(reports.no_case, needs=("reason",)),
    "redirect": Verb(reports.redirect, needs=("to",), takes=("reason",)),
    "repeat": Verb(repeats.repeat, needs=("earlier",)),
    "merge": Verb(repeats.merge, needs=("earlier",)),
    "told": Verb(reports.told, needs=("by", "basis"), takes=("on",)),
    "police_propose": Verb(letters.police_propose, needs=("to", "reason")),
    "police_approve": Verb(letters.police_approve),
    "police_refuse": Verb(letters.police_refuse, needs=("reason",)),
    "assist_send": Verb(letters.assist_send, needs=("to", "reason")),
    "letter_sent": Verb(letters.letter_sent, needs=("letter",)),
    "letter_received": Verb(letters.letter_received, needs=("letter",), takes=("on",)),
    "letter_answered": Verb(letters.letter_answered, needs=("letter", "reason"), takes=("on",)),
    "reassign": Verb(reassigning.reassign, needs=("officer", "reason"), by=SUPERVISOR),
}
"""Every verb of a report."""


def find(name: str, actor: Actor, verbs: Mapping[str, AnyVerb]) -> AnyVerb:
    """The verb of a name, if the actor may use it.

    :raises NotFound: no such verb.
    :raises Refused: not for this role.
    """
    verb = verbs.get(name)
    if verb is None:
        raise NotFound("verb.unknown", f"unknown verb {name!r}; known are {', '.join(verbs)}")
    if actor.role not in verb.by:
        raise Refused("access.role", f"a {actor.role.value} may not {name}")
    return verb


def check(verb: Verb, given: Mapping[str, Any]) -> None:
    """A verb takes its own values and no others.

    :raises RuleBroken: a value is missing, or one too many was given.
    """
    missing = [FieldError(name, "required", "is needed") for name in verb.needs if given.get(name) is None]
    other = [FieldError(n, "unknown", "is not taken here") for n in given if n not in (*verb.needs, *verb.takes)]
    if missing or other:
        raise RuleBroken("validation", "the values do not fit the verb", errors=[*missing, *other])


def apply(
    session: Session, case: Complaint | Report, name: str, given: Mapping[str, Any], *, actor: Actor, clock: Clock
) -> None:
    """Use a verb on a locked case."""
    verb = find(name, actor, REPORT_VERBS if isinstance(case, Report) else COMPLAINT_VERBS)
    check(verb, given)
    if isinstance(case, Complaint):
        acting.check(session, case, name, actor=actor, clock=clock)
    verb.run(session, case, **given, actor=actor, clock=clock)
