"""The statutory periods of complaints and reports, as data: article, unit, from when to when.

Short names of the sources: O121 – 市场监督管理投诉举报处理办法 (SAMR Order 121, in force 2026-04-15);
O20 – …暂行办法 (Order 20, 2020-01-01 to 2026-04-14); IR – 消费者权益保护法实施条例 (2024-07-01);
PEN – 市场监督管理行政处罚程序规定; CRIM – 行政执法机关移送涉嫌犯罪案件的规定 (State Council Order 310,
2001-07-09, amended 2020-08-07); AD – 广告法. Order 121 has no transition clause: grounds and forms follow the date
of receipt, while mediation is 60 days for every acceptance from 2024-07-01, because IR outranks Order 20.

A start before 2020 is counted with Order 20's periods, as an illustration: older orders are not loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflows.time.terms import Span, Term, TermBook, Unit

O20_IN_FORCE = date(2020, 1, 1)
O121_IN_FORCE = date(2026, 4, 15)
O20_LAST_DAY = date(2026, 4, 14)
IR_IN_FORCE = date(2024, 7, 1)
IR_EVE = date(2024, 6, 30)
CRIM_IN_FORCE = date(2001, 7, 9)

UNDER_O20 = Span(O20_IN_FORCE, O20_LAST_DAY)
UNDER_O121 = Span(O121_IN_FORCE, None)
TESTING = frozenset({"testing"})

ACCEPT = "complaint.accept"
MEDIATE = "complaint.mediate"
NOTIFY = "complaint.notify_termination"
VERIFY = "report.verify"
LEAD = "report.lead"
TELL = "report.tell"
POLICE = "report.police"
ASSIST = "report.assist"
SETTLE = "jurisdiction.settle"

_ACCEPT = ("决定是否受理并告知投诉人", "decide whether to accept and tell the complainant")
_MEDIATE = ("组织调解", "mediate")
_NOTIFY = ("告知双方终止调解", "tell both sides that mediation has ended")
_VERIFY = ("核查线索并决定是否立案", "verify the lead and decide whether to open a case")
_VERIFY_EXTENDED = (
    "核查线索(经负责人批准延长)",
    "verify the lead, extended with the approval of the bureau's head",
)
_LEAD = ("核查调解中发现的线索", "verify a lead found in mediation")
_TELL = ("告知实名举报人是否立案", "tell a named reporter whether a case was opened")
_POLICE = ("负责人决定是否移送公安机关", "the head decides on handing over to the police")
_ASSIST = ("协助调查并回复", "help an investigation and answer")
_SETTLE = ("协商解决处理权限争议", "settle a dispute over jurisdiction")
_ODR = ("企业在线和解", "the firm negotiates on line with the consumer")

TERMS = TermBook(
    [
        Term(ACCEPT, 7, Unit.WORKING_DAYS, "O20 14", _ACCEPT, received=UNDER_O20),
        Term(ACCEPT, 7, Unit.WORKING_DAYS, "O121 15", _ACCEPT, received=UNDER_O121),
        Term(
            MEDIATE,
            45,
            Unit.WORKING_DAYS,
            "O20 21(1)(5)",
            _MEDIATE,
            Span(O20_IN_FORCE, IR_EVE),
            pauses=TESTING,
        ),
        Term(MEDIATE, 60, Unit.DAYS, "IR 46(3)", _MEDIATE, Span(IR_IN_FORCE, None), UNDER_O20, TESTING),
        Term(MEDIATE, 60, Unit.DAYS, "O121 23(1)(5)", _MEDIATE, UNDER_O121, UNDER_O121, TESTING),
        Term(NOTIFY, 7, Unit.WORKING_DAYS, "O20 21(2)", _NOTIFY, received=UNDER_O20),
        Term(NOTIFY, 7, Unit.WORKING_DAYS, "O121 23(2)", _NOTIFY, received=UNDER_O121),
        Term(VERIFY, 15, Unit.WORKING_DAYS, "PEN 18", _VERIFY, pauses=TESTING, extension=15),
        Term("report.verify_extended", 30, Unit.WORKING_DAYS, "PEN 18", _VERIFY_EXTENDED, pauses=TESTING),
        Term(LEAD, 15, Unit.WORKING_DAYS, "O20 23(1)", _LEAD, received=UNDER_O20, pauses=TESTING, extension=15),
        Term(LEAD, 15, Unit.WORKING_DAYS, "O121 27(1)", _LEAD, received=UNDER_O121, pauses=TESTING, extension=15),
        Term(TELL, 5, Unit.WORKING_DAYS, "O20 31(2)", _TELL, received=UNDER_O20),
        Term(POLICE, 3, Unit.DAYS, "CRIM 5", _POLICE, Span(CRIM_IN_FORCE, None)),
        Term(ASSIST, 15, Unit.WORKING_DAYS, "PEN 45", _ASSIST),
        Term(SETTLE, 7, Unit.WORKING_DAYS, "O20 30", _SETTLE, received=UNDER_O20),
        Term(SETTLE, 7, Unit.WORKING_DAYS, "O121 33", _SETTLE, received=UNDER_O121),
        Term("odr.negotiate", 10, Unit.WORKING_DAYS, "ODR practice", _ODR),
    ]
)
"""Every period, oldest version first; ``odr.negotiate`` rests on the national platform's practice, not on law."""


@dataclass(frozen=True)
class Hours:
    """A statutory period counted in hours, from moment to moment: no day is skipped."""

    code: str
    amount: int
    article: str
    title: tuple[str, str]
    started: Span


HAND_OVER = Hours(
    "report.hand_over", 24, "CRIM 5", ("批准后移送公安机关", "hand over to the police"), Span(CRIM_IN_FORCE, None)
)
"""From the head's approval to the handing over (移送公安机关)."""
