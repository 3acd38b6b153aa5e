"""Keeping: what goes after its period, the nights that let go of it, and who took out what is held about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import AUDIENCES, grant, policy, secured

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CHECKS = {
    "complaint": {
        "erased_when_ended": "erased_on IS NULL OR state IN ('closed', 'withdrawn')",
        "kept_until_erased": "erased_on IS NOT NULL OR num_nonnulls(name_sealed, phone_sealed, address_sealed) = 3",
    },
    "report": {"erased_when_ended": "erased_on IS NULL OR state <> 'received'"},
}
OPTIONAL = {"complaint": ("name_sealed", "phone_sealed", "address_sealed"), "paper": ("content_sealed",)}
INDEXES = (
    ("ix_complaint_keeping", "complaint", "closed_on", "state = 'closed' AND erased_on IS NULL"),
    ("ix_complaint_left", "complaint", "received_on", "state = 'withdrawn' AND erased_on IS NULL"),
    ("ix_report_keeping", "report", "verified_on", "erased_on IS NULL AND verified_on IS NOT NULL"),
    ("ix_evidence_unclaimed", "evidence", "uploaded_at", "case_id IS NULL AND erased_at IS NULL"),
    ("ix_evidence_erased", "evidence", "erased_at", "swept_at IS NULL"),
    ("ix_outbox_done", "outbox", "done_at", "done_at IS NOT NULL"),
    ("ix_webhook_delivery_created", "webhook_delivery", "created_at", None),
    ("ix_web_session_expires", "web_session", "expires_at", None),
    ("ix_one_time_code_expires", "one_time_code", "expires_at", None),
    ("ix_idempotency_key_created", "idempotency_key", "created_at", None),
)
PURGED = ("outbox", "webhook_delivery", "stand_in_message", "job_run", "heartbeat", "filing_draft")
"""Tables whose rows the worker deletes now; the other tables of sign-in had that right already."""


def upgrade() -> None:
    columns()
    nights()
    taken()
    for table in PURGED:
        grant("DELETE", table, "worker")
    with op.get_context().autocommit_block():
        for name, table, column, where in INDEXES:
            op.create_index(
                name,
                table,
                [column],
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
                if_not_exists=True,
            )
    for table, checks in CHECKS.items():
        for name in checks:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def columns() -> None:
    """A personal value may be gone once its case has ended; until then it is as needed as before."""
    for table in ("complaint", "report"):
        op.add_column(table, sa.Column("erased_on", sa.Date(), nullable=True))
    for name in ("erased_at", "swept_at"):
        op.add_column("evidence", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for table, names in OPTIONAL.items():
        for name in names:
            op.execute(f"-- squawk-ignore ban-drop-not-null\nALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
    for table, checks in CHECKS.items():
        for name, check in checks.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({check}) NOT VALID")


def nights() -> None:
    op.create_table(
        "retention_night",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("purged", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'refused')", name=op.f("ck_retention_night_state")),
        sa.CheckConstraint("purged <= due", name=op.f("ck_retention_night_counted_first")),
        sa.PrimaryKeyConstraint("night", "code", name=op.f("pk_retention_night")),
    )
    secured("retention_night")


def taken() -> None:
    """Whoever took out what is held about them reads that, and nobody else does."""
    op.create_table(
        "subject_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_subject_access_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_access")),
    )
    op.create_index("ix_subject_access_account", "subject_access", ["account_id", "at"])
    secured("subject_access", append_only=True)
    for audience in AUDIENCES:
        policy("subject_access", f"{audience}_own", "SELECT", audience, "account_id = app_account()")
        policy("subject_access", f"{audience}_takes", "INSERT", audience, None, "account_id = app_account()")
        grant("SELECT, INSERT", "subject_access", audience)
