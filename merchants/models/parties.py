"""Who takes part: brands, the enterprises under them, their stores, and how each is reached."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from merchants import codes
from workflows.store.db import Base, at_most, one_of
from workflows.store.spots import of_table

POINT = Numeric(9, 6)


class Brand(Base):
    """A brand: several enterprises – its own, branches, franchisees – may hold stores under it."""

    __tablename__ = "brand"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"))
    created_at: Mapped[datetime]

    __table_args__ = (at_most("name", 200),)


class Enterprise(Base):
    """A legal entity (经营者) by its unified social credit code; what is here is public register data.

    ``spelling`` is one spelling of its name, so that two ways of writing one firm are seen.
    """

    __tablename__ = "enterprise"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    spelling: Mapped[str] = mapped_column(default="")
    city: Mapped[str]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="uscc_form"),
        at_most("name", 200),
        at_most("address", 300),
        Index("ix_enterprise_spelling", "spelling"),
    )


class Store(Base):
    """One place of business: enrolment, promise and returns go by store, complaints find their bureau by it.

    ``plaque`` and what follows it are a projection of the store's standing and of the promise in force today, for
    searching; :mod:`merchants.operations.listing` alone writes them. ``grams`` are the pairs of characters that it is
    found by, ``takes`` what a station or drop-off point takes in for others.
    """

    __tablename__ = "store"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("brand.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("store.id"))
    kind: Mapped[str] = mapped_column(default="shop")
    name: Mapped[str]
    brand: Mapped[str]
    city: Mapped[str]
    district: Mapped[str] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str]
    address_key: Mapped[str] = mapped_column(default="")
    lon: Mapped[Decimal | None] = mapped_column(POINT)
    lat: Mapped[Decimal | None] = mapped_column(POINT)
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    capacity: Mapped[int | None]
    takes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    grams: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    example_chain: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]

    plaque: Mapped[str | None]
    promise_days: Mapped[int | None]
    promise_store: Mapped[bool] = mapped_column(default=False)
    promise_alliance: Mapped[bool] = mapped_column(default=False)
    promise_city: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        at_most("name", 200),
        at_most("address", 300),
        one_of("kind", codes.STORE_KINDS),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point"),
        CheckConstraint("(plaque IS NULL) = (promise_days IS NULL)", name="listed"),
        Index("ix_store_city_district", "city", "district", "id"),
        Index("ix_store_enterprise", "enterprise_id"),
        Index("ix_store_brand", "brand_id"),
        Index("ix_store_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_store_address", "address_key"),
        Index("ix_store_grams", "grams", postgresql_using="gin"),
        Index("ix_store_spot", text(of_table()), postgresql_using="gist", postgresql_where=text("plaque IS NOT NULL")),
        Index("ix_store_listed_name", "name", "id", postgresql_where=text("plaque IS NOT NULL")),
        Index("ix_store_listed_district", "district", "name", "id", postgresql_where=text("plaque IS NOT NULL")),
        Index("ix_store_listed_days", "promise_days", "id", postgresql_where=text("plaque IS NOT NULL")),
    )


class Contact(Base):
    """How a firm or store is reached, sealed; the blind index finds firms with the same telephone."""

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID] = mapped_column(unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_contact_phone", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
        Index("ix_contact_enterprise", "enterprise_id"),
    )
