"""How long the personal values of an ended case are kept, and when they may go. Pure.

No text gives the period a number: the Personal Information Protection Law (art. 19) asks for the shortest that the
purpose needs, and files of cases are kept by rules of their own, so the default is an assumption and a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from workflows.time.declared import Declared

COMPLAINT = Declared(
    "keeping.complaint",
    1825,
    730,
    36_500,
    "days",
    ("投诉办结后个人信息的保存期（无明文规定，暂定五年）", "personal values of an ended complaint (assumed)"),
)
REPORT = Declared(
    "keeping.report",
    1825,
    730,
    36_500,
    "days",
    ("举报处理后个人信息的保存期（无明文规定，暂定五年）", "personal values of a decided report (assumed)"),
)

SETTINGS: Mapping[str, Declared] = {s.code: s for s in (COMPLAINT, REPORT)}


def last_day(today: date, days: int) -> date:
    """The last day on which a case may have ended for its values to go today: ``days`` whole days lie between."""
    return today - timedelta(days=days + 1)
