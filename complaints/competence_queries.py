"""Reads of who is competent for a case, and of what bureaus ask of each other. Rights are row-level security's part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from complaints import competence, whereabouts
from complaints.competence import Competence, Verdict
from complaints.competence_models import Dispute, HelpRequest, Origin, RegionAgreement, Upward
from complaints.models import Complaint, Report
from complaints.terms import SETTLE, TERMS
from complaints.whereabouts import About
from merchants import queries as merchants
from workflows.case import calendars
from workflows.errors import NotFound
from workflows.people.tables import Bureau
from workflows.time.deadline import Deadline, deadline

MOST = 100


@dataclass(frozen=True)
class Seen:
    """Who is competent for a case, whether its own bureau is, and what that rests on.

    :param bureaus: the county bureaus of the competent districts in the two cities, by district.
    :param host: the mall or business circle that the receipt named.
    """

    about: About
    origin: Origin | None
    found: Competence
    verdict: Verdict
    bureaus: Mapping[str, Bureau]
    host: Any

    @property
    def others(self) -> list[Bureau]:
        """The competent bureaus of the two cities, in the order in which the law names them."""
        return [self.bureaus[c.district] for c in self.found.bureaus if c.district in self.bureaus]


def of_case(session: Session, case: Complaint | Report) -> Seen:
    """Who is competent for a complaint or a report, by what is known of it."""
    origin = session.get(Origin, case.id)
    about = whereabouts.about_case(session, case, origin)
    places = whereabouts.places(session, about)
    found = competence.competent(case.case_kind, about.kind, places, case.rule_set)
    own = session.get_one(Bureau, case.bureau_id)
    verdict = competence.judge(found, own.region or own.city)
    host = merchants.host(session, origin.host_id) if origin and origin.host_id else None
    return Seen(about, origin, found, verdict, bureaus_of(session, [c.district for c in found.bureaus]), host)


def bureaus_of(session: Session, districts: Iterable[str]) -> dict[str, Bureau]:
    """The county bureaus of districts."""
    query = select(Bureau).where(Bureau.region.in_(set(districts)), Bureau.level == "county")
    return {str(bureau.region): bureau for bureau in session.scalars(query)}


def named(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, Bureau]:
    """Bureaus by their ids."""
    wanted = {found for found in ids if found}
    return {bureau.id: bureau for bureau in session.scalars(select(Bureau).where(Bureau.id.in_(wanted)))}


def bureaus(session: Session, *levels: str) -> Sequence[Bureau]:
    """The bureaus of both cities, city by city."""
    query = select(Bureau).where(Bureau.level.in_(levels or ("county",)))
    return session.scalars(query.order_by(Bureau.city, Bureau.region.nulls_first(), Bureau.id).limit(MOST)).all()


def upward(session: Session, case: UUID) -> Upward | None:
    """The request to the superior that waits for its decision."""
    return session.scalar(select(Upward).where(Upward.case_id == case, Upward.decided_on.is_(None)))


def waiting_upward(session: Session, parties: Sequence[UUID]) -> Sequence[Upward]:
    """The requests that wait for the decision of one of the bureaus, oldest first."""
    query = select(Upward).where(Upward.to_id.in_(parties), Upward.decided_on.is_(None))
    return session.scalars(query.order_by(Upward.id).limit(MOST)).all()


def dispute(session: Session, case: UUID) -> Dispute | None:
    """The latest dispute over a case, open or not."""
    query = select(Dispute).where(Dispute.case_id == case).order_by(Dispute.id.desc()).limit(1)
    return session.scalar(query)


def disputes(
    session: Session, parties: Sequence[UUID], after: UUID | None = None, limit: int = MOST
) -> Sequence[Dispute]:
    """The disputes that the bureaus have a part in, newest first."""
    sides = (Dispute.bureau_id, Dispute.other_id, Dispute.superior_id)
    query = select(Dispute).where(or_(*(side.in_(parties) for side in sides)))
    if after:
        query = query.where(Dispute.id < after)
    return session.scalars(query.order_by(Dispute.id.desc()).limit(min(limit, MOST + 1))).all()


def settle_by(session: Session, row: Dispute) -> Deadline:
    """By when a dispute is to be settled, computed afresh each time: seven working days from its beginning."""
    term = TERMS.find(SETTLE, row.opened_on, row.received_on)
    return deadline(term, calendars.current(session), row.opened_on)


def agreements(session: Session, limit: int = MOST) -> Sequence[RegionAgreement]:
    """Every agreement of the register, the newest first."""
    return session.scalars(select(RegionAgreement).order_by(RegionAgreement.id.desc()).limit(min(limit, MOST))).all()


def agreement(session: Session, wanted: UUID) -> RegionAgreement:
    """An agreement by its id.

    :raises NotFound: none.
    """
    found = session.get(RegionAgreement, wanted)
    if found is None:
        raise NotFound("agreement.unknown", "there is no such agreement", field="agreement")
    return found


def in_force(row: RegionAgreement, today: date) -> bool:
    """Whether an agreement holds on a day, both ends included."""
    return row.from_on <= today and (row.until_on is None or today <= row.until_on)


def agreements_for(session: Session, bureau: Bureau, today: date) -> Sequence[RegionAgreement]:
    """The agreements in force that a bureau, or the one above it, is a party to."""
    own = [bureau.id, *([bureau.parent_id] if bureau.parent_id else [])]
    query = select(RegionAgreement).where(
        RegionAgreement.parties.bool_op("&&")(own),
        RegionAgreement.from_on <= today,
        func.coalesce(RegionAgreement.until_on, today) >= today,
    )
    return session.scalars(query.order_by(RegionAgreement.id.desc()).limit(MOST)).all()


def helps(session: Session, case: UUID) -> Sequence[HelpRequest]:
    """The requests for help of a case, the newest first."""
    query = select(HelpRequest).where(HelpRequest.case_id == case).order_by(HelpRequest.id.desc())
    return session.scalars(query.limit(MOST)).all()


def helps_of(
    session: Session, parties: Sequence[UUID], *, asked_of: bool, after: UUID | None = None, limit: int = MOST
) -> Sequence[HelpRequest]:
    """The requests that were made to the bureaus, or by them, newest first."""
    side = HelpRequest.helper_id if asked_of else HelpRequest.bureau_id
    query = select(HelpRequest).where(side.in_(parties))
    if after:
        query = query.where(HelpRequest.id < after)
    return session.scalars(query.order_by(HelpRequest.id.desc()).limit(min(limit, MOST + 1))).all()
