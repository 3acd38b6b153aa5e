"""The night: each domain measures a day, the day's figures are replaced whole, and the last days are done again.

Doing the last days again catches what came in late; doing any day again gives the same rows.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from complaints import measures as complaints
from workflows import measures

DAYS = 7
DOMAINS = (complaints,)


def measure_day(session: Session, day: date) -> int:
    """Compute and store one day; how many figures."""
    return sum(measures.replace_day(session, day, domain.NAMES, domain.measure(session, day)) for domain in DOMAINS)


def measure_recent(session: Session, last: date, days: int = DAYS) -> int:
    """Compute ``last`` and the days before it; how many figures."""
    return sum(measure_day(session, last - timedelta(days=back)) for back in range(days))
