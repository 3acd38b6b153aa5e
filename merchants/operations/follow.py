"""What follows for stores' promises when their firm joins, leaves or changes an agreement. The worker's part.

Each is asked for by what is not yet as it should be, so it may run at any time and any number of times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from merchants.models import Promise, Standing
from merchants.operations import promises
from merchants.operations.standing import find
from merchants.promise import PromiseTerms, of_facts
from merchants.queries import alliances, makers
from merchants.queries.standings import promises as versions
from workflows.case import casework
from workflows.case.casework import Step
from workflows.people.actor import SYSTEM
from workflows.time.clock import Clock

MOST = 500
"""Stores moved by one step of one run; the next run goes on with the rest."""

DAY = timedelta(days=1)

JOINED = text(
    """
    SELECT st.id, b.of_id, lower(b.valid) AS joined, lower(v.valid) AS starts, v.terms, v.version, m.number
    FROM bond b JOIN maker_agreement m ON m.id = b.of_id
    JOIN maker_version v ON v.agreement_id = m.id AND upper_inf(v.valid) AND NOT isempty(v.valid)
    JOIN standing st ON st.store_id = b.org_id AND st.state IN ('in_force', 'expiring')
    JOIN promise p ON p.store_id = st.store_id AND upper_inf(p.valid) AND NOT isempty(p.valid)
    WHERE b.kind = 'maker' AND b.host_at IS NOT NULL AND b.org_at IS NOT NULL
        AND upper_inf(b.valid) AND NOT isempty(b.valid)
        AND p.source <> 'maker:' || m.number || '@' || v.version
        AND NOT (p.source = 'store' AND lower(p.valid) > lower(v.valid) AND EXISTS (SELECT 1 FROM promise e
            WHERE e.store_id = p.store_id AND e.source = 'maker:' || m.number || '@' || v.version))
    ORDER BY st.id LIMIT :most
    """
)
"""Joined shops whose newest promise is not the agreement's newest version. One that has since promised more, after
the version had reached it, has done its part."""

LEFT_MAKER = text(
    """
    SELECT st.id, upper(b.valid) AS ends FROM bond b JOIN maker_agreement m ON m.id = b.of_id
    JOIN standing st ON st.store_id = b.org_id AND st.state IN ('in_force', 'expiring')
    JOIN promise p ON p.store_id = st.store_id AND upper_inf(p.valid) AND NOT isempty(p.valid)
        AND p.source LIKE 'maker:' || m.number || '@%'
    WHERE b.kind = 'maker' AND NOT isempty(b.valid) AND NOT upper_inf(b.valid)
        AND NOT EXISTS (SELECT 1 FROM bond again WHERE again.kind = 'maker' AND again.of_id = b.of_id
            AND again.org_id = b.org_id AND again.valid >> b.valid)
    ORDER BY st.id LIMIT :most
    """
)

LEFT_ALLIANCE = text(
    """
    SELECT st.id, st.store_id, upper(b.valid) AS ends FROM bond b
    JOIN store s ON (b.org_kind = 'enterprise' AND s.enterprise_id = b.org_id)
        OR (b.org_kind = 'brand' AND s.brand_id = b.org_id)
    JOIN standing st ON st.store_id = s.id AND st.state IN ('in_force', 'expiring')
    JOIN promise p ON p.store_id = s.id AND upper_inf(p.valid) AND NOT isempty(p.valid)
        AND p.terms @> '{"alliance": true}'
    WHERE b.kind IN ('alliance', 'brand') AND NOT isempty(b.valid) AND upper(b.valid) > CAST(:today AS date) - 400
    ORDER BY st.id LIMIT :most
    """
)
"""Stores that still promise the alliance though a membership of their firm or brand has an end."""


def follow(session: Session, clock: Clock) -> dict[str, int]:
    """Bring stores' promises in line with what their firms have agreed; how many of each."""
    return {
        "joined": _each(session, JOINED, _joined, clock),
        "left_maker": _each(session, LEFT_MAKER, _left_maker, clock),
        "left_alliance": _each(session, LEFT_ALLIANCE, _left_alliance, clock),
    }


def _each(session: Session, query: Any, step: Callable[[Session, Any, Clock], bool], clock: Clock) -> int:
    rows = session.execute(query, {"most": MOST, "today": clock.today()}).all()
    return sum(step(session, row, clock) for row in rows)


def _joined(session: Session, row: Any, clock: Clock) -> bool:
    """The agreement's promise becomes the shop's, from the later of the two days, as early as notice allows."""
    standing = find(session, row.id)
    terms, source = of_facts(row.terms), makers.source(row.number, row.version)
    on = max(row.joined, row.starts, clock.today() + DAY)
    held = _open(session, standing.store_id)
    if held is not None and of_facts(held.terms) == terms:
        return _rename(session, standing, terms, on, source, clock)
    on = max(on, promises.earliest(session, standing, terms, clock.today()))
    if on > (standing.leaving_on or standing.expires_on):
        return False
    promises.change(session, standing, terms, on, actor=SYSTEM, clock=clock, source=source)
    return True


def _left_maker(session: Session, row: Any, clock: Clock) -> bool:
    """What was promised stays promised after the agreement; from now on it is the shop's own to change."""
    standing = find(session, row.id)
    held = _open(session, standing.store_id)
    on = max(row.ends, clock.today() + DAY)
    return held is not None and _rename(session, standing, of_facts(held.terms), on, "store", clock)


def _left_alliance(session: Session, row: Any, clock: Clock) -> bool:
    """Without an alliance nobody promises one: from the first day outside on, the promise no longer names it."""
    on = max(row.ends, clock.today() + DAY)
    if alliances.in_alliance(session, row.store_id, on):
        return False
    standing = find(session, row.id)
    held = _open(session, row.store_id)
    if held is None:
        return False
    terms = of_facts(held.terms)
    less = replace(terms, alliance=False, cross_city=terms.cross_city and terms.cross_store)
    return _rename(session, standing, less, on, "store", clock)


def _open(session: Session, store: UUID) -> Promise | None:
    """The newest version that has no end."""
    found = (v for v in versions(session, store) if not v.valid.isempty and v.valid.upper is None)
    return next(found, None)


def _rename(session: Session, standing: Standing, terms: PromiseTerms, on: date, source: str, clock: Clock) -> bool:
    """A version that follows from an agreement and not from the shop's choice; its notice was the agreement's."""
    row = promises.begin(session, standing, terms, on, actor=SYSTEM, clock=clock, source=source)
    facts = {"promise": row.version, "from": str(on), "days": terms.days, "source": source}
    casework.note(session, standing, "promise", actor=SYSTEM, clock=clock, step=Step(facts=facts))
    return True
