"""The demo city: reference data, people, shops, and a past to look at. Loading it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.models import Complaint
from measures import nightly
from merchants.operations import listing
from seeds import agreements, alliances, councils, loading, people, promising, reference, shops, supervised
from seeds.history import Historian
from seeds.pictures import Album
from workflows.case import calendars
from workflows.store.session import DatabaseClock, Databases, Role, keys_of

SEED = 20260415
CASES = 3000
DAYS = 400
MEASURED_DAYS = 120
OWN_SHARE = 40
"""How many of the past's cases belong to each consumer who can sign in: one in so many."""

Say = Callable[[str], None]
Progress = Callable[[int], object]


def load(
    db: Databases,
    hashed: Callable[[], str],
    say: Say,
    progress: Callable[[int], Progress],
    draw: Callable[[], Album] | None = None,
) -> None:
    """Load the demo city.

    :param hashed: makes the hash of the demo's password, when it is needed.
    :param say: told what is being done.
    :param draw: makes the pictures that applications come with, when they are needed; without it there are none.
    :param progress: given a total, gives what is called with each advance.
    """
    with db.transaction(Role.OWNER) as session:
        if session.scalar(select(Complaint.id).limit(1)) is not None:
            return  # the past is loaded last, so everything before it is there
        reference.load(session, portal=True)
        shops.load(session)
        listing.fill_keys(session)
        people.load(session, hashed())
        councils.load(session)
        crowd = people.load_crowd(session)
        promising.load_demo(session, draw() if draw else None)
        supervised.load(session, DatabaseClock(session))
        alliances.load(session)
        agreements.load(session, DatabaseClock(session))
    signing_in = [person.id for person in people.PEOPLE if person.role == "consumer"]
    say("a past to look at")
    with db.transaction(Role.OWNER) as session:
        add_past(session, CASES, DAYS, SEED, [*crowd, *signing_in * (len(crowd) // OWN_SHARE)], progress(CASES))
    say("the nights of that past")
    with db.transaction(Role.OWNER) as session:
        last = DatabaseClock(session).today() - timedelta(days=1)
        nightly.measure_recent(session, last, MEASURED_DAYS)


def add_past(session: Session, cases: int, days: int, seed: int, consumers: list[UUID], progress: Progress) -> int:
    """Add past cases over the present shops; how many."""
    clock = DatabaseClock(session)
    historian = Historian(
        keys_of(session), calendars.current(session), loading.shops(session), seed, clock.today(), days
    )
    return loading.load(session, historian.cases(cases, consumers), progress)
