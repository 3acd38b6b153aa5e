"""Founding an alliance, its matrix and its shares of cost. Everything changes by new rows with days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants import codes
from merchants.alliance import MOST_FEN, share_faults
from merchants.models import Alliance, AllianceRow, AllianceShare, Bond
from merchants.operations.bonds import MOST_AHEAD, check_acts
from merchants.operations.promises import NEVER
from workflows.case.numbers import CITIES
from workflows.errors import Conflict, FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.store.evidence import Evidence
from workflows.time.clock import Clock

DAY = timedelta(days=1)
DIGEST_LENGTH = 64
MOST_NAME = 100


@dataclass(frozen=True)
class Document:
    """An agreement's document: an uploaded file, or the SM3 digest of one that is kept elsewhere, in hex."""

    file: UUID | None = None
    digest: str = ""


@dataclass(frozen=True)
class AllianceDraft:
    """An alliance as it is founded."""

    name: str
    cities: tuple[str, ...]
    organiser_kind: str
    organiser_id: UUID
    document: Document
    since: date


@dataclass(frozen=True)
class RowDraft:
    """A row of the matrix as it is added; what is empty stands for any."""

    since: date
    goods_of: UUID | None = None
    taken_by: UUID | None = None
    categories: tuple[str, ...] = ()
    sold_in: tuple[str, ...] = ()
    handed_in: tuple[str, ...] = ()
    most_fen: int | None = None


def found(session: Session, draft: AllianceDraft, *, actor: Actor, clock: Clock) -> Alliance:
    """Found an alliance; whoever organises it proposes members and writes its matrix and shares.

    :raises RuleBroken: every field at fault.
    :raises Refused: the actor does not manage the organiser.
    :raises Conflict: an alliance of this name is known.
    """
    check_acts(session, actor, draft.organiser_kind, draft.organiser_id)
    faults = _faults(draft, clock.today())
    digest = digest_of(session, draft.document)
    if digest is None:
        faults.append(FieldError("document", "document.needed", "needs the agreement, or its SM3 digest of 64 digits"))
    if faults:
        raise RuleBroken("validation", "the alliance has faults", errors=faults)
    if session.scalar(select(Alliance.id).where(Alliance.name == draft.name.strip())) is not None:
        raise Conflict("alliance.known", "there is an alliance of this name", field="name")
    row = Alliance(
        id=new_id(),
        name=draft.name.strip(),
        cities=list(draft.cities),
        organiser_kind=draft.organiser_kind,
        organiser_id=draft.organiser_id,
        agreement_file=draft.document.file,
        agreement_digest=digest,
        valid=Range(draft.since, None),
        created_at=clock.now(),
        created_by=actor.account,
    )
    session.add(row)
    session.flush()
    return row


def _faults(draft: AllianceDraft, today: date) -> list[FieldError]:
    faults = []
    if not 1 <= len(draft.name.strip()) <= MOST_NAME:
        faults.append(FieldError("name", "required", f"is needed, in at most {MOST_NAME} characters"))
    if not draft.cities or not set(draft.cities) <= set(CITIES) or len(set(draft.cities)) != len(draft.cities):
        faults.append(FieldError("cities", "choice", f"must name cities of {', '.join(CITIES)}"))
    if not today <= draft.since <= today + MOST_AHEAD:
        faults.append(FieldError("since", "day.ahead", "must lie from today to a year ahead"))
    return faults


def digest_of(session: Session, document: Document) -> str | None:
    """The digest of an agreement's document: of the file as it was uploaded, or as it was given; None for neither."""
    if document.file is not None:
        return session.scalar(select(Evidence.original_digest).where(Evidence.id == document.file))
    given = document.digest.strip().lower()
    return given if len(given) == DIGEST_LENGTH and set(given) <= set("0123456789abcdef") else None


def add_row(session: Session, whole: Alliance, draft: RowDraft, *, actor: Actor, clock: Clock) -> AllianceRow:
    """Add a row to the matrix from a day on; purchases before it are judged without it.

    :raises RuleBroken: every field at fault.
    :raises Refused: the actor does not organise the alliance.
    """
    check_acts(session, actor, whole.organiser_kind, whole.organiser_id)
    if faults := _row_faults(session, whole, draft, clock.today()):
        raise RuleBroken("validation", "the row has faults", errors=faults)
    row = AllianceRow(
        id=new_id(),
        alliance_id=whole.id,
        goods_of=draft.goods_of,
        taken_by=draft.taken_by,
        categories=list(draft.categories),
        sold_in=list(draft.sold_in),
        handed_in=list(draft.handed_in),
        most_fen=draft.most_fen,
        valid=Range(draft.since, None),
        made_at=clock.now(),
        made_by=actor.account,
    )
    session.add(row)
    session.flush()
    return row


def _row_faults(session: Session, whole: Alliance, draft: RowDraft, today: date) -> list[FieldError]:
    known = {
        "categories": (draft.categories, codes.CATEGORIES),
        "sold_in": (draft.sold_in, tuple(whole.cities)),
        "handed_in": (draft.handed_in, tuple(whole.cities)),
    }
    faults = [FieldError(n, "choice", "has an unknown code") for n, (v, of) in known.items() if not set(v) <= set(of)]
    if draft.most_fen is not None and not 1 <= draft.most_fen <= MOST_FEN:
        faults.append(FieldError("most_fen", "range", f"must be from 1 to {MOST_FEN} fen"))
    if not today <= draft.since <= today + MOST_AHEAD:
        faults.append(FieldError("since", "day.ahead", "must lie from today to a year ahead"))
    named = {n: p for n, p in (("goods_of", draft.goods_of), ("taken_by", draft.taken_by)) if p}
    members = set(session.scalars(select(Bond.org_id).where(Bond.of_id == whole.id, ~func.isempty(Bond.valid))))
    return faults + [FieldError(n, "alliance.no_member", "is no member") for n, p in named.items() if p not in members]


def end_row(session: Session, whole: Alliance, row: AllianceRow, last: date, *, actor: Actor, clock: Clock) -> None:
    """End a row of the matrix with a last day; purchases up to it keep what it gave them.

    :raises Refused: the actor does not organise the alliance.
    :raises Conflict: its end is known already.
    :raises RuleBroken: a day that is past, or too far ahead.
    """
    check_acts(session, actor, whole.organiser_kind, whole.organiser_id)
    if row.valid.upper is not None or row.valid.isempty:
        raise Conflict("bond.ended", "its end is known already")
    if not clock.today() <= last <= clock.today() + MOST_AHEAD:
        raise RuleBroken("bond.last", "must lie from today to a year ahead", field="last", first=clock.today())
    starts: Any = row.valid.lower
    row.valid = Range(starts, last + DAY) if starts <= last else NEVER
    session.flush()


def find_row(session: Session, whole: Alliance, row_id: UUID) -> AllianceRow:
    """A row of this alliance's matrix, locked.

    :raises RuleBroken: it has no such row.
    """
    query = select(AllianceRow).where(AllianceRow.id == row_id, AllianceRow.alliance_id == whole.id)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise RuleBroken("alliance.row", "the alliance has no such row", field="row")
    return found


def share(
    session: Session, whole: Alliance, cost: str, parts: Mapping[str, int], since: date, *, actor: Actor, clock: Clock
) -> AllianceShare:
    """Say who bears a kind of cost from a day on, in place of what held before.

    :param parts: basis points by bearer (seller, taker, fund); together ten thousand.
    :raises RuleBroken: an unknown cost, shares that are no whole, or a day that is past.
    :raises Refused: the actor does not organise the alliance.
    """
    check_acts(session, actor, whole.organiser_kind, whole.organiser_id)
    faults = share_faults("parts", parts, codes.ALLIANCE_BEARERS)
    if cost not in codes.COSTS:
        faults.append(FieldError("cost", "choice", f"must be one of {', '.join(codes.COSTS)}"))
    if not clock.today() <= since <= clock.today() + MOST_AHEAD:
        faults.append(FieldError("since", "day.ahead", "must lie from today to a year ahead"))
    if faults:
        raise RuleBroken("validation", "the shares have faults", errors=faults)
    _cut(session, whole.id, cost, since)
    row = AllianceShare(
        id=new_id(),
        alliance_id=whole.id,
        cost=cost,
        valid=Range(since, None),
        made_at=clock.now(),
        made_by=actor.account,
        **parts,
    )
    session.add(row)
    session.flush()
    return row


def _cut(session: Session, alliance: UUID, cost: str, since: date) -> None:
    """End what runs on; the update leaves before the insert, or the two would overlap."""
    later = AllianceShare.valid.op("&&")(Range(since, None))
    query = select(AllianceShare).where(AllianceShare.alliance_id == alliance, AllianceShare.cost == cost, later)
    for row in session.scalars(query):
        starts: Any = row.valid.lower
        row.valid = Range(starts, since) if starts < since else NEVER
    session.flush()
