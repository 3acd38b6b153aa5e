"""What the automatic checks of an application found, one by one, for the officer who looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from merchants.inspection import UNMENDED
from merchants.lifecycle import LIVING, REMOVED
from merchants.models import Contact, Enrolment, Enterprise, ListEntry, Standing, Store, Visit

MOST = 5
OPEN = ("draft", "submitted", "under_review", "sent_back")

Found = Sequence[tuple[Standing, Store, Enterprise]]


@dataclass(frozen=True)
class Findings:
    """At most a few of each kind, to be linked to."""

    neighbours: Found = ()
    duplicates: Found = ()
    pending: Sequence[tuple[Enrolment, Store]] = ()
    removals: Found = ()
    phones: Sequence[Enterprise] = ()
    names: Sequence[Enterprise] = ()
    entries: dict[str, ListEntry] = field(default_factory=dict)
    visits: Sequence[Visit] = ()


def of_application(session: Session, case: Enrolment, store: Store, firm: Enterprise) -> Findings:
    """What an officer may see of what the checks found; only kinds of check that found something are looked up."""
    found = {c["code"]: c for c in case.checks if c["verdict"] != "yes"}
    return Findings(
        neighbours=_neighbours(session, store) if "same_address" in found else (),
        duplicates=_duplicates(session, store) if "duplicate" in found else (),
        pending=_pending(session, store) if "duplicate" in found else (),
        removals=_removals(session, store) if "removed" in found else (),
        phones=_phones(session, firm) if "same_phone" in found else (),
        names=_names(session, firm) if "names" in found else (),
        entries=_entries(session, found.get("lists", {}).get("detail", {}).get("entries", ())),
        visits=_visits(session, store) if "visits" in found else (),
    )


def _standings(session: Session, *conditions: ColumnElement[bool]) -> Found:
    query = (
        select(Standing, Store, Enterprise)
        .join(Store, Store.id == Standing.store_id)
        .join(Enterprise, Enterprise.id == Standing.enterprise_id)
        .where(*conditions)
        .order_by(Standing.id.desc())
    )
    return [(held, store, firm) for held, store, firm in session.execute(query.limit(MOST))]


def _neighbours(session: Session, store: Store) -> Found:
    other = Store.enterprise_id != store.enterprise_id
    return _standings(session, Store.address_key == store.address_key, other, Standing.state.in_(LIVING))


def _duplicates(session: Session, store: Store) -> Found:
    same = (Store.enterprise_id == store.enterprise_id, Store.address_key == store.address_key, Store.id != store.id)
    return _standings(session, *same, Store.name == store.name, Standing.state.in_(LIVING))


def _pending(session: Session, store: Store) -> Sequence[tuple[Enrolment, Store]]:
    query = select(Enrolment, Store).join(Store, Store.id == Enrolment.store_id)
    same = (Store.enterprise_id == store.enterprise_id, Store.address_key == store.address_key, Store.id != store.id)
    query = query.where(*same, Store.name == store.name, Enrolment.state.in_(OPEN)).order_by(Enrolment.id.desc())
    return [(case, other) for case, other in session.execute(query.limit(MOST))]


def _removals(session: Session, store: Store) -> Found:
    place = (Standing.enterprise_id == store.enterprise_id) & (Store.address_key == store.address_key)
    return _standings(session, Standing.state == REMOVED, or_(Standing.store_id == store.id, place))


def _phones(session: Session, firm: Enterprise) -> Sequence[Enterprise]:
    mine, other = aliased(Contact), aliased(Contact)
    query = (
        select(Enterprise)
        .join(other, other.enterprise_id == Enterprise.id)
        .join(mine, mine.phone_index == other.phone_index)
        .where(mine.enterprise_id == firm.id, Enterprise.id != firm.id)
        .distinct()
    )
    return session.scalars(query.limit(MOST)).all()


def _names(session: Session, firm: Enterprise) -> Sequence[Enterprise]:
    query = select(Enterprise).where(Enterprise.spelling == firm.spelling, Enterprise.id != firm.id)
    return session.scalars(query.order_by(Enterprise.name).limit(MOST)).all()


def _entries(session: Session, kept: Sequence[dict[str, str]]) -> dict[str, ListEntry]:
    return entries(session, [UUID(entry["id"]) for entry in kept])


def entries(session: Session, ids: Sequence[UUID]) -> dict[str, ListEntry]:
    """Entries of lists by their ids, as journals name them, where the caller may see them."""
    found = session.scalars(select(ListEntry).where(ListEntry.id.in_(ids))) if ids else ()
    return {str(entry.id): entry for entry in found}


def _visits(session: Session, store: Store) -> Sequence[Visit]:
    query = select(Visit).where(Visit.store_id == store.id, Visit.result.in_(UNMENDED))
    return session.scalars(query.order_by(Visit.visited_on.desc()).limit(MOST)).all()
