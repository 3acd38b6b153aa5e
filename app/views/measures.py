"""Figures as a chart and a table: ratios with numerator and denominator, undefined where there is nothing to divide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.catalogue import text
from complaints.delays import HOLDERS
from complaints.measures import ALL
from workflows import measures
from workflows.measures import Measured
from workflows.people import directory

RATIOS = (
    "complaint.accept_on_time", "complaint.settled", "complaint.satisfied", "complaint.outcome_proved",
    "complaint.outcome_silent", "complaint.outcome_denied", "complaint.kept", "complaint.visited",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One district's figure over the days."""

    name: str
    numerator: int
    denominator: int

    @property
    def percent(self) -> float:
        """The ratio in percent, with one place."""
        return round(100 * self.numerator / self.denominator, 1)


@dataclass(frozen=True)
class Shown:
    """One measure over the days: its rows, worst first, and the two cities' total."""

    name: str
    title: str
    version: int
    rows: Sequence[Row]
    total: Row | None

    def chart(self) -> dict[str, Any]:
        """What the chart draws."""
        return {
            "names": [row.name for row in self.rows],
            "values": [row.percent for row in self.rows],
            "labels": [f"{row.percent} %  ({row.numerator}/{row.denominator})" for row in self.rows],
            "most": 100,
            "unit": "{value} %",
        }


def by_district(session: Session, first: date, last: date, city: str | None, lang: str) -> list[Shown]:
    """Every ratio by district of a city, summed over the days."""
    names = {
        r.code: r.name if lang == "zh" else r.name_en for r in directory.regions(session) if city in (None, r.city)
    }
    names |= {ALL: text("measures.both", lang)}
    return [_shown(session, name, first, last, names, lang) for name in RATIOS]


@dataclass(frozen=True)
class Held:
    """How many days a holder had the cases that were closed."""

    holder: str
    days: int
    cases: int

    @property
    def mean(self) -> float:
        """Days per case, with one place."""
        return round(self.days / self.cases, 1)


def days_held(session: Session, first: date, last: date, city: str | None) -> list[Held]:
    """Who had the closed cases for how long, summed over the days of closing; empty where none was closed."""
    found = []
    for holder in HOLDERS:
        rows = measures.series(session, f"complaint.days_{holder}", first, last, [city or ALL])
        days, cases = sum(row.numerator for row in rows), sum(row.denominator for row in rows)
        found += [Held(holder, days, cases)] if cases else []
    return found


def _shown(session: Session, name: str, first: date, last: date, names: dict[str, str], lang: str) -> Shown:
    found = measures.series(session, name, first, last, list(names))
    rows = {scope: _sum(names[scope], [m for m in found if m.scope == scope]) for scope in {m.scope for m in found}}
    total = rows.pop(ALL, None)
    version = max((m.version for m in found), default=1)
    return Shown(name, text(f"measure.{name}", lang), version, sorted(rows.values(), key=lambda r: r.percent), total)


def _sum(name: str, found: list[Measured]) -> Row:
    return Row(name, sum(m.numerator for m in found), sum(m.denominator for m in found))
