"""Alliances, makers' agreements and brands as outsiders see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants.models import Alliance, AllianceRow, AllianceShare, Bond, MakerAgreement
from merchants.operations.many import Line
from merchants.promise import of_facts
from merchants.queries import alliances, bonds, makers
from merchants.queries.brands import FAR

DAY = timedelta(days=1)


def first(valid: Range[date]) -> date | None:
    """The first day of a range; None where it came to nothing."""
    return None if valid.isempty else valid.lower


def last(valid: Range[date]) -> date | None:
    """The last day of a range; None where it has no end, or came to nothing."""
    return None if valid.isempty or valid.upper is None else valid.upper - DAY


def bond(row: Bond, name: str | None) -> dict[str, Any]:
    """Who belongs to what, and which side has confirmed."""
    names = ("id", "kind", "of_id", "org_kind", "org_id")
    return {n: getattr(row, n) for n in names} | {
        "name": name,
        "valid_from": first(row.valid),
        "valid_to": last(row.valid),
        "host_confirmed": row.host_at is not None,
        "org_confirmed": row.org_at is not None,
    }


def alliance(row: Alliance) -> dict[str, Any]:
    """An alliance in short."""
    names = ("id", "name", "cities", "agreement_digest")
    days = {"valid_from": first(row.valid), "valid_to": last(row.valid)}
    return {n: getattr(row, n) for n in names} | days


def whole(session: Session, row: Alliance) -> dict[str, Any]:
    """An alliance with members, matrix and shares, as the caller may see them."""
    return alliance(row) | {
        "members": [bond(b, name) for b, name in bonds.of_whole(session, row.id)],
        "rows": [matrix_row(r) for r in alliances.rows(session, row.id)],
        "shares": [share(s) for s in alliances.shares(session, row.id)],
    }


def matrix_row(row: AllianceRow) -> dict[str, Any]:
    """A row of the matrix."""
    names = ("id", "goods_of", "taken_by", "categories", "sold_in", "handed_in", "most_fen")
    return {n: getattr(row, n) for n in names} | {"since": first(row.valid), "until": last(row.valid)}


def share(row: AllianceShare) -> dict[str, Any]:
    """Shares of a kind of cost."""
    names = ("cost", "seller", "taker", "fund")
    return {n: getattr(row, n) for n in names} | {"since": first(row.valid), "until": last(row.valid)}


def maker(session: Session, row: MakerAgreement) -> dict[str, Any]:
    """A maker's agreement with its versions, newest first."""
    names = ("id", "number", "name", "maker_id", "brand_id")
    versions = [
        {
            "version": v.version,
            "valid_from": first(v.valid),
            "valid_to": last(v.valid),
            "promise": of_facts(v.terms).facts(),
            "document_digest": v.document_digest,
            "shares": makers.shares(session, v.id),
        }
        for v in makers.versions(session, row.id)
    ]
    return {n: getattr(row, n) for n in names} | {"versions": versions}


INBOX = ("id", "kind", "number", "state", "asks", "store", "district", "firm", "delegation", "to_id", "own_due")


def inbox_line(row: Any) -> dict[str, Any]:
    """One open matter of a brand's store; what has no date of its own has none here."""
    return {n: getattr(row, n) for n in INBOX} | {"due": None if row.due == FAR else row.due}


def batch_line(line: Line) -> Mapping[str, Any]:
    """What a change means for one store."""
    names = ("standing_id", "store", "plaque", "less", "starts", "fault")
    return {n: getattr(line, n) for n in names}
