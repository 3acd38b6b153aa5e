"""What joins merchants to each other: alliances, brands, makers; and a brand's own work with its stores."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from merchants import codes
from merchants.alliance import MOST_FEN, WHOLE
from workflows.store.db import Base, at_most, one_of

VALID = "isempty(valid) OR lower(valid) IS NOT NULL"


class Bond(Base):
    """An organisation belongs to an alliance, a brand or a maker's agreement, from a day to a day.

    It holds once both sides have confirmed: whoever answers for the whole (``host``), and the organisation itself.
    A row is never taken back: leaving ends its range, and what was declined keeps an empty one. Two rows of one
    organisation in one whole never overlap.
    """

    __tablename__ = "bond"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    of_id: Mapped[UUID]
    org_kind: Mapped[str]
    org_id: Mapped[UUID]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID | None]
    host_at: Mapped[datetime | None]
    host_by: Mapped[UUID | None]
    org_at: Mapped[datetime | None]
    org_by: Mapped[UUID | None]

    __table_args__ = (
        one_of("kind", codes.BONDS),
        one_of("org_kind", codes.PARTY_KINDS),
        CheckConstraint(VALID, name="valid"),
        CheckConstraint("host_at IS NOT NULL OR org_at IS NOT NULL", name="proposed"),
        ExcludeConstraint(
            ("kind", "="), ("of_id", "="), ("org_id", "="), ("valid", "&&"), name="ex_bond_overlap", using="gist"
        ),
        Index("ix_bond_org", "org_id", "kind"),
        Index("ix_bond_of", "of_id", "id"),
    )

    @property
    def confirmed(self) -> bool:
        """Whether both sides have said yes."""
        return self.host_at is not None and self.org_at is not None


class Alliance(Base):
    """An alliance (联盟) of firms and brands that take each other's goods, by an agreement."""

    __tablename__ = "alliance"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    cities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    organiser_kind: Mapped[str]
    organiser_id: Mapped[UUID]
    agreement_file: Mapped[UUID | None]
    agreement_digest: Mapped[str]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    __table_args__ = (
        at_most("name", 100),
        one_of("organiser_kind", codes.PARTY_KINDS[:2]),
        CheckConstraint("agreement_digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("cardinality(cities) > 0", name="cities"),
        CheckConstraint(VALID, name="valid"),
        Index("ix_alliance_organiser", "organiser_id"),
    )


class AllianceRow(Base):
    """One row of an alliance's acceptance matrix (互认清单); what is empty stands for any."""

    __tablename__ = "alliance_row"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    alliance_id: Mapped[UUID] = mapped_column(ForeignKey("alliance.id"))
    goods_of: Mapped[UUID | None]
    taken_by: Mapped[UUID | None]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sold_in: Mapped[list[str]] = mapped_column(ARRAY(Text))
    handed_in: Mapped[list[str]] = mapped_column(ARRAY(Text))
    most_fen: Mapped[int | None]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint(f"most_fen BETWEEN 1 AND {MOST_FEN}", name="most_fen"),
        CheckConstraint(VALID, name="valid"),
        Index("ix_alliance_row_alliance", "alliance_id", "id"),
    )


class AllianceShare(Base):
    """Who bears a kind of cost in an alliance, in basis points, from a day to a day."""

    __tablename__ = "alliance_share"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    alliance_id: Mapped[UUID] = mapped_column(ForeignKey("alliance.id"))
    cost: Mapped[str]
    seller: Mapped[int]
    taker: Mapped[int]
    fund: Mapped[int]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    __table_args__ = (
        one_of("cost", codes.COSTS),
        CheckConstraint("least(seller, taker, fund) >= 0", name="parts"),
        CheckConstraint(f"seller + taker + fund = {WHOLE}", name="whole"),
        CheckConstraint(VALID, name="valid"),
        ExcludeConstraint(
            ("alliance_id", "="), ("cost", "="), ("valid", "&&"), name="ex_alliance_share_overlap", using="gist"
        ),
    )


class MakerAgreement(Base):
    """An agreement of a manufacturer or brand owner (厂商一体化): shops that join it promise what it says."""

    __tablename__ = "maker_agreement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    maker_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    __table_args__ = (at_most("name", 100), Index("ix_maker_agreement_maker", "maker_id"))


class MakerVersion(Base):
    """One version of a maker's agreement: the promise, the document, and the days it holds; two never overlap."""

    __tablename__ = "maker_version"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("maker_agreement.id"))
    version: Mapped[int]
    terms: Mapped[dict[str, Any]]
    document_file: Mapped[UUID | None]
    document_digest: Mapped[str]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint("document_digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint(VALID, name="valid"),
        ExcludeConstraint(("agreement_id", "="), ("valid", "&&"), name="ex_maker_version_overlap", using="gist"),
        Index("uq_maker_version", "agreement_id", "version", unique=True),
    )


class MakerShare(Base):
    """Who bears a kind of cost by one version of a maker's agreement, in basis points."""

    __tablename__ = "maker_share"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("maker_version.id"), primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("maker_agreement.id"))
    cost: Mapped[str] = mapped_column(primary_key=True)
    maker: Mapped[int]
    brand: Mapped[int]
    shop: Mapped[int]

    __table_args__ = (
        one_of("cost", codes.COSTS),
        CheckConstraint("least(maker, brand, shop) >= 0", name="parts"),
        CheckConstraint(f"maker + brand + shop = {WHOLE}", name="whole"),
    )


class Delegation(Base):
    """A brand hands one of its open matters to a colleague, with a day of its own; one at a time for each matter."""

    __tablename__ = "delegation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    case_id: Mapped[UUID]
    to_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_delegation_open", "brand_id", "case_id", unique=True, postgresql_where=text("done_at IS NULL")),
        Index("ix_delegation_to", "to_id", "due_on", postgresql_where=text("done_at IS NULL")),
    )


class PromiseBatch(Base):
    """One change of promise for chosen stores of a brand, at most two hundred in a transaction.

    ``todo`` are the standings that are still to be changed; what was changed has its own journal events.
    """

    __tablename__ = "promise_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id"))
    changes: Mapped[dict[str, Any]]
    starts_on: Mapped[date]
    total: Mapped[int]
    todo: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("cardinality(todo) <= total AND total <= 20000", name="todo"),
        CheckConstraint("(finished_at IS NOT NULL) = (cardinality(todo) = 0)", name="finished"),
        Index("ix_promise_batch_brand", "brand_id", "id"),
    )
