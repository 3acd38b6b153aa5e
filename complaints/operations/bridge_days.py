"""Comparing a day of our book with a platform's list: every difference kept by its name until it is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from complaints import comparing
from complaints.bridge_models import ACTS, BridgeDay, BridgeDifference, BridgeNumber
from complaints.bridging import COMPLAINT, HOTLINE, STATUS
from complaints.comparing import MISSING_HERE, Difference, Key, Ours
from complaints.models import Complaint, Filing, Report
from complaints.operations import bridges, handing
from complaints.operations.bridges import LEGS
from workflows.delivery.platforms import Listed
from workflows.errors import Conflict, NotFound, RuleBroken
from workflows.people import directory
from workflows.people.actor import Actor
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.time.clock import Clock

REASON = 300
MOST_DIFFERENCES = 2000
CITIES = ("3205", "3101")
BY_PERSON = ("mended", "accepted", "renumbered")


def of_city(session: Session, system: str, city: str, listed: Sequence[Listed]) -> list[Listed]:
    """Those of a list that are one city's: by our own case, by the district; those that say neither are the first's."""
    query = select(BridgeNumber.number, Complaint.city).join(Complaint, Complaint.id == BridgeNumber.case_id)
    reports = select(BridgeNumber.number, Report.city).join(Report, Report.id == BridgeNumber.case_id)
    living = (BridgeNumber.system == system) & BridgeNumber.ended_at.is_(None)
    known = living & BridgeNumber.number.in_([row.number for row in listed])
    cities = dict(session.execute(query.where(known).union(reports.where(known))).all())
    return [row for row in listed if cities.get(row.number, row.district[:4] or CITIES[0]) == city]


def lacking(session: Session, system: str, city: str, day: date, listed: Sequence[Listed]) -> list[str]:
    """Numbers of our cases of a day that the platform's list of it does not have."""
    theirs = {row.number for row in listed}
    mine = ours(session, system, city, day, listed)
    return sorted({row.number for row in mine if row.number and row.number not in theirs})


def ours(session: Session, system: str, city: str, day: date, listed: Sequence[Listed]) -> list[Ours]:
    """Our cases of a day, and those of other days whose numbers the platform lists."""
    return [mine for kind in LEGS for mine in _ours(session, kind, system, city, day, listed)]


def _ours(session: Session, kind: str, system: str, city: str, day: date, listed: Sequence[Listed]) -> Iterable[Ours]:
    leg, numbers = LEGS[kind], [row.number for row in listed if row.kind == kind]
    living = and_(BridgeNumber.case_id == leg.id, BridgeNumber.system == system, BridgeNumber.ended_at.is_(None))
    of_day = select(leg, BridgeNumber.number).outerjoin(BridgeNumber, living)
    of_list = select(leg, BridgeNumber.number).join(BridgeNumber, living).where(BridgeNumber.number.in_(numbers))
    found = [*session.execute(of_day.where(leg.city == city, _of_day(leg, system, day)))]
    found += session.execute(of_list.where(leg.city == city))
    for case, number in {case.id: (case, number) for case, number in found}.values():
        yield Ours(number, kind, case.received_on, STATUS[case.state], case.id, bridges.party_of(case))


def _of_day(leg: Any, system: str, day: date) -> ColumnElement[bool]:
    """What a platform should list for a day: the national one everything filed, the hotline what it passed on."""
    filed: ColumnElement[bool] = leg.received_on == day
    if leg.case_kind != COMPLAINT:
        filed &= leg.source == "filed"
    if system != HOTLINE:
        return filed
    return and_(filed, select(Filing.id).where(Filing.id == leg.filing_id, Filing.channel == HOTLINE).exists())


def compare(
    session: Session, system: str, city: str, day: date, listed: Sequence[Listed], elsewhere: Mapping[Key, Listed],
    *, clock: Clock,
) -> int:  # fmt: skip
    """Compare a day and keep what differs; what no longer does is marked as gone; how many differences are open."""
    mine = ours(session, system, city, day, listed)
    found = {d.key: d for d in comparing.differences(day, mine, listed, elsewhere)}
    kept = _day(session, system, city, day, clock)
    open_ = 0
    for row in session.scalars(select(BridgeDifference).filter_by(day_id=kept.id)):
        now = found.pop((row.kind, row.case_kind, row.number or str(row.case_id)), None)
        open_ += _still(row, now, clock)
    places = {row.number: row.district for row in listed}
    for difference in list(found.values())[:MOST_DIFFERENCES]:
        session.add(_row(session, kept, difference, places, clock))
    session.flush()
    return open_ + len(found)


def _day(session: Session, system: str, city: str, day: date, clock: Clock) -> BridgeDay:
    kept = session.scalar(select(BridgeDay).filter_by(city=city, system=system, day=day).with_for_update())
    if kept is None:
        kept = BridgeDay(id=new_id(), city=city, system=system, day=day)
        session.add(kept)
    kept.compared_at = clock.now()
    session.flush()
    return kept


def _still(row: BridgeDifference, now: Difference | None, clock: Clock) -> bool:
    """Whether a difference that was found before is open now; a person's word stands while both sides say the same."""
    if now is None:
        if row.settled_at is None:
            row.settled_at, row.act = clock.now(), "gone"
        return False
    same = (row.ours, row.theirs) == (now.ours, now.theirs)
    if row.settled_at is not None and (row.act != "accepted" or not same):
        row.settled_at = row.settled_by = row.act = row.reason = None
    row.ours, row.theirs = now.ours, now.theirs
    return row.settled_at is None


def _row(
    session: Session, kept: BridgeDay, found: Difference, places: Mapping[str, str], clock: Clock
) -> BridgeDifference:
    row = BridgeDifference(id=new_id(), day_id=kept.id, kind=found.kind, case_kind=found.case_kind)
    row.number, row.case_id, row.ours, row.theirs = found.number, found.case, found.ours, found.theirs
    row.party_id = found.party or _party(session, kept.city, found.case_kind, places.get(found.number or "", ""))
    row.found_at = clock.now()
    return row


def _party(session: Session, city: str, kind: str, district: str) -> UUID | None:
    """Whose eyes a case is for that we do not have: its district's bureau, else its city's; of a report the desk."""
    try:
        bureau = directory.county_bureau(session, district).id
    except NotFound:
        bureau = session.scalars(select(Bureau.id).where(Bureau.city == city, Bureau.level == "city")).one()
    return bureau if kind == COMPLAINT else handing.desk_of(session, bureau)


def find(session: Session, difference: UUID) -> BridgeDifference:
    """A difference that the caller may see, locked.

    :raises NotFound: none.
    """
    query = select(BridgeDifference).where(BridgeDifference.id == difference)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("bridge.difference", "there is no such difference, or you may not see it")
    return found


def settle(
    session: Session, difference: BridgeDifference, act: str, reason: str, *, actor: Actor, clock: Clock
) -> None:
    """Settle a difference by a person's act, with the reason; a number that is wrong is taken off its case.

    :raises Conflict: it is settled already.
    :raises RuleBroken: no such act here, or no reason.
    """
    if difference.settled_at is not None:
        raise Conflict("bridge.settled", "the difference is settled already")
    if act not in acts_of(difference):
        raise RuleBroken("bridge.act", f"act must be one of {', '.join(acts_of(difference))}", field="act")
    if not reason.strip() or len(reason) > REASON:
        raise RuleBroken("bridge.reason", f"needs a reason of at most {REASON} characters", field="reason")
    if act == "renumbered":
        day = session.get_one(BridgeDay, difference.day_id)
        case = bridges.find(session, difference.case_kind, difference.case_id)
        bridges.renumber(session, case, day.system, actor=actor, clock=clock)
    difference.settled_at, difference.settled_by = clock.now(), actor.account
    difference.act, difference.reason = act, reason.strip()
    session.flush()


def acts_of(difference: BridgeDifference) -> Sequence[str]:
    """What a person can do about a difference: a number is taken off only where a case of ours has it."""
    numbered = difference.number is not None and difference.case_id is not None and difference.kind != MISSING_HERE
    return [act for act in ACTS if act in BY_PERSON and (act != "renumbered" or numbered)]
