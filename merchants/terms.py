"""Periods of enrolment, and the settings where no text gives a number.

Only the thirty days of notice before closing or moving are law (IR 21). The standards on offline no-reason
returns speak of review, term, renewal and removal and give no numbers that we could find; so each is a
declared setting with a default, which a city may decide otherwise from a day on.
"""

from __future__ import annotations

from workflows.time.declared import Declared
from workflows.time.terms import DECLARED, Term, TermBook, Unit

REVIEW = "enrolment.review"
AMEND = "enrolment.amend"
TERM = "standing.term"
HEARING = "standing.hearing"
EXIT = "standing.exit_notice"
REPAIR = "list.repair_push"

SETTINGS = {
    s.code: s
    for s in (
        Declared("enrolment.review", 10, 1, 60, "working_days", ("审核期限(自提交起)", "to review an application")),
        Declared("enrolment.amend", 15, 1, 120, "working_days", ("退回后补正的期限", "to mend what was sent back")),
        Declared("standing.term", 1095, 30, 3660, "days", ("承诺有效期(默认三年)", "how long an approval lasts")),
        Declared("standing.hearing", 5, 3, 60, "working_days", ("摘牌前陈述意见的期限", "to be heard before removal")),
        Declared("standing.renewal_window", 90, 7, 365, "days", ("到期前可以续期的天数", "how early one may renew")),
        Declared("standing.reentry_wait", 365, 0, 3660, "days", ("摘牌后再次申请的等待期", "the wait after removal")),
        Declared("promise.notice", 7, 1, 90, "days", ("降低承诺须提前公示的天数", "notice before a lesser promise")),
        Declared("licence.soon", 90, 1, 365, "days", ("营业执照临近到期的天数", "when a licence expires soon")),
    )
}

WARNINGS = (60, 30, 7)
"""Days before the end of a term on which its holder is reminded: our own declared practice."""

_REVIEW = ("审核入驻申请", "review the application")
_AMEND = ("补正退回的申请", "mend the application that was sent back")
_TERM = ("承诺有效期", "term of the commitment")
_HEARING = ("陈述意见", "be heard before removal")
_REPAIR = ("跨省推送信用修复结果", "push a credit repair to another province")
_EXIT = ("停业或迁址前公告", "public notice before closing or moving")

TERMS = TermBook(
    [
        Term(REVIEW, SETTINGS[REVIEW].default, Unit.WORKING_DAYS, DECLARED, _REVIEW),
        Term(AMEND, SETTINGS[AMEND].default, Unit.WORKING_DAYS, DECLARED, _AMEND),
        Term(TERM, SETTINGS[TERM].default, Unit.DAYS, DECLARED, _TERM),
        Term(HEARING, SETTINGS[HEARING].default, Unit.WORKING_DAYS, DECLARED, _HEARING),
        Term(REPAIR, 3, Unit.WORKING_DAYS, "CR 4", _REPAIR),
        Term(EXIT, 30, Unit.DAYS, "IR 21", _EXIT),
    ]
)
