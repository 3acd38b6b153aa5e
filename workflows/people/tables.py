"""The tables of people and places: regions, bureaus, accounts, who belongs where."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

BUREAU_LEVELS = ("city", "county", "station")
ORG_KINDS = ("bureau", "enterprise", "brand", "store", "council")
RANKS = ("manager", "clerk")
ACCOUNT_KINDS = ("consumer", "merchant", "officer", "supervisor", "admin", "council")


class Region(Base):
    """A district by its GB/T 2260 code; a retired code names the region that took it over."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("region.code"))


class Bureau(Base):
    """A market regulation bureau (市场监督管理局) in its tree: city, county level, station.

    ``portal_channel`` is the bureau's declaration that this portal is a channel it has published (art. 8).
    """

    __tablename__ = "bureau"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("bureau.id"))
    level: Mapped[str]
    city: Mapped[str]
    region: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    name: Mapped[str]
    name_en: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]
    portal_channel: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        one_of("level", BUREAU_LEVELS),
        Index("uq_bureau_county", "region", unique=True, postgresql_where=text("level = 'county'")),
    )


class Account(Base):
    """Somebody who signs in: a consumer by phone, others by login and password.

    Name, phone and e-mail address are sealed. ``totp_step`` is the last one-time step used: each is good once.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    city: Mapped[str | None]
    login: Mapped[str | None] = mapped_column(unique=True)
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(unique=True)
    email_sealed: Mapped[bytes | None]
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    totp_step: Mapped[int | None]
    lang: Mapped[str] = mapped_column(default="zh")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (one_of("kind", ACCOUNT_KINDS), at_most("login", 64), one_of("lang", ("zh", "en")))


class Membership(Base):
    """An account belongs to a bureau, or works for an enterprise, a brand or one store of it.

    ``rank`` tells who may enrol, promise and name others (a manager) from who serves at a counter (a clerk).
    """

    __tablename__ = "membership"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    org_kind: Mapped[str]
    rank: Mapped[str] = mapped_column(default="manager")

    __table_args__ = (
        one_of("org_kind", ORG_KINDS),
        one_of("rank", RANKS),
        Index("ix_membership_org", "org_id"),
    )
