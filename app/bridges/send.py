"""What follows outside from the bridge's messages: telling, handing over, fetching batches, comparing days.

No call is made inside a transaction. What was asked for is read in one, asked, and its answer kept in another; whoever
is cut off in between asks again with the same key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from app.bridges import words
from app.bridges.client import SECONDS
from complaints.bridging import NATIONAL
from complaints.comparing import Key
from complaints.operations import bridge_bodies, bridge_days, bridge_rows, bridges, handing
from workflows.delivery.leases import Lease
from workflows.delivery.outbox import Postponed
from workflows.delivery.platforms import Batch, Declined, Listed, Platform, Receipt, Unanswered
from workflows.errors import RuleBroken
from workflows.store.session import DatabaseClock, Databases, Role

MOST_LOOKED_UP = 200

Platforms = Callable[[], Mapping[str, Platform]]


def push(db: Databases, lease: Lease, platforms: Platforms) -> None:
    """Tell a platform everything that it does not know of a case yet, in order; without an interface it waits.

    :raises Postponed: no answer; what is untold is told later, in the same order.
    """
    system, until = lease.payload["system"], time.monotonic() + SECONDS
    platform = platforms().get(system)
    while platform is not None:
        with db.transaction(Role.WORKER) as session:
            parcel = bridges.following(session, lease.case_id, system)
            body = bridge_bodies.of_parcel(session, parcel) if parcel else {}
        if parcel is None:
            return
        if time.monotonic() > until:
            raise Postponed("more")
        _tell(db, platform, parcel, body)


def _tell(db: Databases, platform: Platform, parcel: bridges.Parcel, body: Mapping[str, Any]) -> None:
    try:
        receipt = _told(platform, parcel, body)
    except Unanswered as error:
        raise Postponed(error.code) from None
    except Declined as error:
        with db.transaction(Role.WORKER) as session:
            bridges.refused(session, parcel.push, error.code)
        return
    with db.transaction(Role.WORKER) as session:
        bridges.told(session, parcel.push, receipt, DatabaseClock(session))


def _told(platform: Platform, parcel: bridges.Parcel, body: Mapping[str, Any]) -> Receipt | None:
    if parcel.what == "file":
        return platform.hand_over(str(parcel.push), body)
    platform.tell(str(parcel.push), parcel.number or "", body)
    return None


def hand_over(db: Databases, lease: Lease, platforms: Platforms) -> None:
    """Hand a filing on that this portal may not take; without an interface it waits for somebody to key it in.

    :raises Postponed: no answer.
    """
    platform = platforms().get(NATIONAL)
    with db.transaction(Role.WORKER) as session:
        body = bridge_bodies.of_handover(session, lease.case_id)
    if platform is None or body is None:
        return
    try:
        receipt = platform.hand_over(str(lease.case_id), body)
        with db.transaction(Role.WORKER) as session:
            handing.received(session, lease.case_id, receipt)
    except Unanswered as error:
        raise Postponed(error.code) from None
    except (Declined, RuleBroken) as error:
        with db.transaction(Role.WORKER) as session:
            handing.refused(session, lease.case_id, error.code)


def fetch(db: Databases, lease: Lease, platforms: Platforms) -> None:
    """Take every batch that a platform offers; one that we have is answered again.

    :raises Postponed: no answer.
    """
    system, city = lease.payload["system"], lease.payload["city"]
    platform = platforms().get(system)
    if platform is None:
        return
    try:
        offered = platform.batches()
    except (Unanswered, Declined) as error:
        raise Postponed(error.code) from None
    known = words.tables()
    for batch in offered:
        plain = Batch(batch.key, [words.coded(row, known) for row in batch.rows])
        with db.transaction(Role.WORKER) as session:
            bridge_rows.take(session, system, city, plain, clock=DatabaseClock(session))


def taken(db: Databases, lease: Lease, platforms: Platforms) -> None:
    """Say what became of a batch's rows.

    :raises Postponed: no answer.
    """
    platform = platforms().get(lease.payload["system"])
    with db.transaction(Role.WORKER) as session:
        batch = bridge_rows.answered(session, lease.case_id)
        outcomes = bridge_rows.outcomes(session, lease.case_id)
    if platform is None or batch is None:
        return
    try:
        platform.taken(batch.name, outcomes)
    except (Unanswered, Declined) as error:
        raise Postponed(error.code) from None
    with db.transaction(Role.WORKER) as session:
        session.get_one(type(batch), batch.id).answered_at = DatabaseClock(session).now()


def compare(db: Databases, lease: Lease, platforms: Platforms) -> None:
    """Compare a day of a city with a platform's list of it.

    :raises Postponed: no answer.
    """
    system, city, day = lease.payload["system"], lease.payload["city"], date.fromisoformat(lease.payload["day"])
    platform = platforms().get(system)
    if platform is None:
        return
    try:
        compared(db, platform, system, city, day)
    except (Unanswered, Declined) as error:
        raise Postponed(error.code) from None


def compared(db: Databases, platform: Platform, system: str, city: str, day: date) -> int:
    """Compare a day; how many differences are open.

    :raises Unanswered: no list of the day.
    :raises Declined: the platform said no.
    """
    listed = platform.day(day)
    with db.transaction(Role.WORKER) as session:
        listed = bridge_days.of_city(session, system, city, listed)
        lacking = bridge_days.lacking(session, system, city, day, listed)
    elsewhere = _looked_up(platform, lacking)
    with db.transaction(Role.WORKER) as session:
        return bridge_days.compare(session, system, city, day, listed, elsewhere, clock=DatabaseClock(session))


def _looked_up(platform: Platform, numbers: Sequence[str]) -> dict[Key, Listed]:
    """What the platform says of single numbers that its list of the day lacks.

    :raises Unanswered: it takes too long over them.
    """
    found, until = list[Listed](), time.monotonic() + SECONDS
    for number in numbers[:MOST_LOOKED_UP]:
        if time.monotonic() > until:
            raise Unanswered("timeout")
        found += platform.find(number)
    return {(row.number, row.kind): row for row in found}
