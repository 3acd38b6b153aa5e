"""Who works for a firm: claims of firms that are known already, invitations, and who is no longer there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.people.tables import RANKS
from workflows.store.db import Base, at_most, evidence, one_of

OPEN = "open"
ACCEPTED = "accepted"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
CLAIM_STATES = (OPEN, ACCEPTED, REFUSED, WITHDRAWN)
DECIDERS = ("manager", "officer")
STAFFED = ("enterprise", "store")
"""What one may be invited to."""

IS_OPEN = text("state = 'open'")


class Claim(Base):
    """Somebody says that a known firm is theirs (认领): a manager of the firm or the county bureau decides.

    It is no case: who, when and why stand in its row. Name and words of the claimant are sealed.
    """

    __tablename__ = "claim"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    bureau_id: Mapped[UUID] = mapped_column(ForeignKey("bureau.id"))
    licence_file: Mapped[UUID]
    name_sealed: Mapped[bytes]
    words_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(default=OPEN)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_as: Mapped[str | None]
    reason: Mapped[str | None]

    __table_args__ = (
        one_of("state", CLAIM_STATES),
        one_of("decided_as", DECIDERS),
        at_most("reason", 1000),
        evidence("decided_at", (ACCEPTED, REFUSED, WITHDRAWN)),
        evidence("decided_by", (ACCEPTED, REFUSED)),
        evidence("decided_as", (ACCEPTED, REFUSED)),
        evidence("reason", (REFUSED,), (ACCEPTED,)),
        Index("uq_claim_open", "enterprise_id", "account_id", unique=True, postgresql_where=IS_OPEN),
        Index("ix_claim_desk", "bureau_id", "id", postgresql_where=IS_OPEN),
        Index("ix_claim_account", "account_id", "id"),
        Index("ix_claim_licence", "licence_file"),
    )

    @property
    def chain_seq(self) -> int:
        """The place of its messages, as a journal's number is for a case: first made, then decided."""
        return 1 if self.state == OPEN else 2


class Invitation(Base):
    """An invitation to work for a firm or one store, sent to a phone; the code is good once, until it expires."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    org_kind: Mapped[str]
    rank: Mapped[str]
    phone_sealed: Mapped[bytes]
    code_digest: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        one_of("org_kind", STAFFED),
        one_of("rank", RANKS),
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used"),
        Index("ix_invitation_org", "org_id", "id"),
    )


class Activation(Base):
    """A letter with a code to a firm that nobody acts for (激活信); the code is good once, only its digest is kept."""

    __tablename__ = "activation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    code_digest: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used"),
        Index(
            "uq_activation_open",
            "enterprise_id",
            unique=True,
            postgresql_where=text("used_at IS NULL AND replaced_at IS NULL"),
        ),
        Index("ix_activation_enterprise", "enterprise_id", "id"),
    )


class FormerMember(Base):
    """Who worked for a firm or a store and does no longer: memberships end, and what was is kept."""

    __tablename__ = "former_member"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    org_id: Mapped[UUID]
    org_kind: Mapped[str]
    rank: Mapped[str]
    founder: Mapped[bool]
    ended_at: Mapped[datetime]
    ended_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (one_of("org_kind", STAFFED), one_of("rank", RANKS), Index("ix_former_member_org", "org_id", "id"))
