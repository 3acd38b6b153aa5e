"""What officers alone see of the demo's firms: credit classes by month, and mirrored lists, one entry repaired."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from merchants.mirrors import CreditRow, ListRow, RepairRow
from merchants.models import Enterprise
from merchants.operations import mirror
from seeds.brands import INVENTED
from seeds.people import enterprise_id
from workflows.people.actor import SYSTEM
from workflows.time.clock import Clock

MONTHS = 6
CLASSES = "AAABABCABAACBAAD"
"""The class of the first brand, the second, and so on, from the beginning again."""

CREDIT_SOURCE = "信用分级分类（演示）"
LIST_SOURCE = "经营异常名录（演示）"
LISTED = (("abnormal", 2, 200, None), ("abnormal", 5, 90, None), ("dishonest", 11, 300, 60))
"""Kind of list, number of the brand, for how many days, and how many days ago it was repaired."""


def load(session: Session, clock: Clock) -> None:
    """Load classes and entries, as their keepers' files would bring them."""
    firms = [session.get_one(Enterprise, enterprise_id(short)) for short in INVENTED]
    codes, today = [firm.uscc or "" for firm in firms], clock.today()
    grades = [
        CreditRow(code, month, CLASSES[(number + (age == MONTHS - 1)) % len(CLASSES)], CREDIT_SOURCE)
        for age, month in enumerate(months(today))
        for number, code in enumerate(codes)
    ]
    mirror.load_credit(session, grades, clock=clock)
    entries = [
        ListRow(kind, codes[number], LIST_SOURCE, f"演示{place:03}", f"{today:%Y-%m}", since(today, days), None)
        for place, (kind, number, days, _) in enumerate(LISTED, 1)
    ]
    mirror.mirror(session, entries, actor=SYSTEM, clock=clock)
    for place, (*_, repaired) in enumerate(LISTED, 1):
        if repaired is not None:
            day = since(today, repaired)
            row = RepairRow(LIST_SOURCE, f"演示{place:03}", f"演示修复{place:03}", day, day + timedelta(days=2))
            mirror.stop_by_repair(session, row, actor=SYSTEM, clock=clock)


def since(today: date, days: int) -> date:
    """The day so many days ago."""
    return today - timedelta(days=days)


def months(today: date) -> list[date]:
    """The first days of the last months, the newest first."""
    found, month = [], today.replace(day=1)
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return found
