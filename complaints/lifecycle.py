"""The lives of a complaint (投诉) and of a report (举报): edge tables, pure data.

Evaluation is a row and not a state: it belongs to the consumer and may never come. Overdue is a
question, never a state. What changes no state (telling, consents, offers) is a note in the journal, with
the states it is possible in listed here too.
"""

from __future__ import annotations

from workflows.case.machine import Edge, Machine

FILED = "filed"
ACCEPTED = "accepted"
DECLINED = "declined"
RETURNED = "returned"
WITHDRAWN = "withdrawn"
MEDIATING = "mediating"
TESTING = "testing"
SETTLED = "settled"
TERMINATED = "terminated"
CLOSED = "closed"

COMPLAINT = Machine(
    name="complaint",
    initial=FILED,
    begins="file",
    edges=(
        Edge(FILED, "accept", ACCEPTED, "O121 15"),
        Edge(FILED, "decline", DECLINED, "O121 16"),
        Edge(FILED, "return_to_intake", RETURNED, "O121 41(2)"),
        Edge(RETURNED, "dispatch", FILED, "O121 41(1)"),
        Edge(FILED, "withdraw", WITHDRAWN, ""),
        Edge(ACCEPTED, "open_mediation", MEDIATING, "O121 18"),
        Edge(ACCEPTED, "terminate", TERMINATED, "O121 23"),
        Edge(ACCEPTED, "withdraw", TERMINATED, "O121 23(1)(1)"),
        Edge(MEDIATING, "testing", TESTING, "O121 22"),
        Edge(MEDIATING, "settle", SETTLED, "O121 24"),
        Edge(MEDIATING, "terminate", TERMINATED, "O121 23"),
        Edge(MEDIATING, "withdraw", TERMINATED, "O121 23(1)(1)"),
        Edge(TESTING, "tested", MEDIATING, "O121 22"),
        Edge(TESTING, "terminate", TERMINATED, "O121 23"),
        Edge(TESTING, "withdraw", TERMINATED, "O121 23(1)(1)"),
        Edge(DECLINED, "close", CLOSED, ""),
        Edge(SETTLED, "close", CLOSED, ""),
        Edge(TERMINATED, "close", CLOSED, ""),
    ),
)

COMPLAINT_NOTES = {
    "request_identity": (FILED,),
    "assign": (FILED, RETURNED, ACCEPTED, DECLINED, MEDIATING, TESTING, SETTLED, TERMINATED),
    "propose_decline": (FILED,),
    "answer_flags": (FILED,),
    "approve_decline": (FILED,),
    "refuse_decline": (FILED,),
    "told": (ACCEPTED, DECLINED, MEDIATING, TESTING, SETTLED, TERMINATED),
    "consent": (ACCEPTED,),
    "offer": (MEDIATING,),
    "perform": (SETTLED, CLOSED),
    "confirm": (SETTLED, CLOSED),
    "deny": (SETTLED, CLOSED),
    "match_receipt": (SETTLED, CLOSED),
    "silence": (SETTLED, CLOSED),
    "evaluate": (CLOSED,),
    "answer_kept": (CLOSED,),
    "return_visit": (SETTLED, CLOSED),
    "identify_respondent": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "activation_letter": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "answer": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "supplement": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "prove_identity": (FILED,),
    "request_upward": (FILED, ACCEPTED, MEDIATING),
    "take_up": (FILED, ACCEPTED, MEDIATING, TESTING),
    "send_down": COMPLAINT.states,
    "dispute_open": (FILED,),
    "dispute_answer": COMPLAINT.states,
    "dispute_concede": COMPLAINT.states,
    "dispute_refer": COMPLAINT.states,
    "designate": COMPLAINT.states,
    "ask_help": (FILED, ACCEPTED, MEDIATING, TESTING),
    "help_received": COMPLAINT.states,
    "help_answered": COMPLAINT.states,
    **dict.fromkeys(("challenge", "challenge_ended", "bundle"), COMPLAINT.states),
    "agent_papers": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "agent_end": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "join": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "assent": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "represent": (FILED, RETURNED, ACCEPTED, MEDIATING, TESTING),
    "plan_session": (MEDIATING,),
    "move_session": (MEDIATING,),
    "cancel_session": (MEDIATING, TESTING, SETTLED, TERMINATED, CLOSED),
    "record_session": (MEDIATING, TESTING, SETTLED, TERMINATED),
    "recuse": (MEDIATING,),
    "decide_recusal": (MEDIATING, TESTING),
    "take_offer": (MEDIATING,),
    "bid": (MEDIATING,),
    "propose_terms": (MEDIATING,),
    "confirm_terms": (MEDIATING,),
    "decline_terms": (MEDIATING, TESTING),
    "end_bids": (MEDIATING, TESTING, SETTLED, TERMINATED, CLOSED),
    "schedule": (SETTLED,),
    "pay_instalment": (SETTLED, CLOSED),
    "confirm_instalment": (SETTLED, CLOSED),
    "instalment_late": (SETTLED, CLOSED),
    "agree_testing": (MEDIATING,),
    "no_cost_agreement": (MEDIATING,),
    "ask_entrust": (MEDIATING,),
    "entrust_consent": (MEDIATING, TESTING),
    "entrust": (MEDIATING,),
    "give_back": (MEDIATING, TESTING, SETTLED, TERMINATED),
    "take_back": (MEDIATING, TESTING, SETTLED, TERMINATED, CLOSED),
    "odr_begin": (FILED, ACCEPTED),
    "odr_offer": (FILED, ACCEPTED, MEDIATING, TESTING),
    "odr_take": (FILED, ACCEPTED, MEDIATING, TESTING),
    "odr_end": (FILED, ACCEPTED, DECLINED, RETURNED, WITHDRAWN, MEDIATING, TESTING, SETTLED, TERMINATED, CLOSED),
}
"""Verbs that leave the state as it is, and the states they are possible in."""

UNSEEN_BY_FIRM = (
    "assign",
    "propose_decline",
    "answer_flags",
    "approve_decline",
    "refuse_decline",
    "request_identity",
    "prove_identity",
    "agent_papers",
    "join",
    "assent",
    "request_upward",
    "send_down",
    "dispute_open",
    "dispute_answer",
    "dispute_concede",
    "dispute_refer",
    "challenge",
    "challenge_ended",
    "bundle",
    "activation_letter",
    "return_visit",
)
"""What is between the bureau and the complainant, or the bureau's own: no page, notice or message tells a firm."""

RECEIVED = "received"
CASE_OPENED = "case_opened"
NO_CASE = "no_case"
REDIRECTED = "redirected"
REPEAT = "repeat"
MERGED = "merged"

REPORT = Machine(
    name="report",
    initial=RECEIVED,
    begins="file",
    edges=(
        Edge(RECEIVED, "open_case", CASE_OPENED, "PEN 18"),
        Edge(RECEIVED, "no_case", NO_CASE, "PEN 18"),
        Edge(RECEIVED, "redirect", REDIRECTED, "O121 34"),
        Edge(RECEIVED, "repeat", REPEAT, "O121 35"),
        Edge(RECEIVED, "merge", MERGED, "O121 35"),
    ),
)

_ALIVE = (RECEIVED, CASE_OPENED, NO_CASE)
_ANY = (*_ALIVE, REDIRECTED, REPEAT, MERGED)

REPORT_NOTES = {
    "verify": (RECEIVED,),
    "testing": (RECEIVED,),
    "tested": (RECEIVED,),
    "propose_extend": (RECEIVED,),
    "extend": (RECEIVED,),
    "refuse_extend": (RECEIVED,),
    "restart": (RECEIVED,),
    "supplement": (RECEIVED, CASE_OPENED),
    "told": (CASE_OPENED, NO_CASE, REDIRECTED),
    "police_propose": _ALIVE,
    "police_approve": _ALIVE,
    "police_refuse": _ALIVE,
    "assist_send": (RECEIVED, CASE_OPENED),
    "letter_sent": _ANY,
    "letter_received": _ANY,
    "letter_answered": _ANY,
    "reveal": _ANY,
    **dict.fromkeys(("deputise", "challenge", "challenge_ended", "bundle"), _ANY),
    "reassign": (RECEIVED, CASE_OPENED),
}
"""Verbs of a report that leave its state as it is."""

MACHINES = (COMPLAINT, REPORT)
