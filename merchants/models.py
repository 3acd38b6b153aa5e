"""Enterprises and their stores, as far as complaints and returns need them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most

POINT = Numeric(9, 6)


class Enterprise(Base):
    """A legal entity (经营者) by its unified social credit code; what is here is public register data."""

    __tablename__ = "enterprise"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    city: Mapped[str]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="uscc_form"),
        at_most("name", 200),
        at_most("address", 300),
    )


class Store(Base):
    """One place of business: enrolment, promise and returns go by store, complaints find their bureau by it."""

    __tablename__ = "store"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str]
    brand: Mapped[str]
    city: Mapped[str]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str]
    lon: Mapped[Decimal | None] = mapped_column(POINT)
    lat: Mapped[Decimal | None] = mapped_column(POINT)
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    example_chain: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (
        at_most("name", 200),
        at_most("address", 300),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point"),
        Index("ix_store_city_district", "city", "district", "id"),
        Index("ix_store_enterprise", "enterprise_id"),
        Index(
            "ix_store_words",
            "name",
            "brand",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops", "brand": "gin_trgm_ops"},
        ),
    )
