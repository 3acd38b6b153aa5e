"""What triage keeps of a complaint beside the law's own facts: columns and indexes of the one table."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

OPEN = text("state NOT IN ('closed', 'withdrawn')")
OPEN_AND_NOBODYS = text("state NOT IN ('closed', 'withdrawn') AND assigned_to IS NULL")
UNKNOWN_FIRM = text("enterprise_id IS NULL")


class TriageColumns:
    """Columns of a complaint that serve finding it and working on it.

    ``phone_index``, ``address_index`` and ``grams`` are what it is found by (:mod:`complaints.operations.indexing`).
    ``proposed_by`` to ``answered_on`` tell who proposed to decline it on the ground that needs a second person, until
    when the consumer is heard, and whether the consumer has answered (:mod:`complaints.operations.second`).
    """

    phone_index: Mapped[bytes | None]
    address_index: Mapped[bytes | None]
    grams: Mapped[list[str] | None] = mapped_column(ARRAY(Text), deferred=True)

    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    proposed_on: Mapped[date | None]
    answer_until: Mapped[date | None]
    answered_on: Mapped[date | None]

    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Whose case it is; who had it when, and why, is in the journal (:mod:`complaints.operations.assign`)."""


ARGUMENTS = (
    CheckConstraint("num_nonnulls(proposed_by, proposed_on, answer_until) IN (0, 3)", name="proposed_whole"),
    CheckConstraint("answered_on IS NULL OR proposed_on IS NOT NULL", name="answered_what_was_proposed"),
    Index("ix_complaint_firm", "bureau_id", "enterprise_id", "received_on"),
    Index("ix_complaint_respondent", "bureau_id", "respondent_name", "received_on", postgresql_where=UNKNOWN_FIRM),
    Index("ix_complaint_grams", "grams", postgresql_using="gin"),
    Index("ix_complaint_phone", "phone_index", "id"),
    Index("ix_complaint_address", "address_index", "id"),
    Index("ix_complaint_assigned", "assigned_to", "bureau_id", "next_due_on", "id", postgresql_where=OPEN),
    Index("ix_complaint_unassigned", "bureau_id", "next_due_on", "id", postgresql_where=OPEN_AND_NOBODYS),
    Index("ix_complaint_unindexed", "id", postgresql_where=text("grams IS NULL")),
)
"""Constraints and indexes of these columns."""
