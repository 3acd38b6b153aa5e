"""A firm's own lists of stores, from the upload to the last application handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import grant, policy, secured

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A list is its account's alone; the worker lets go of files that nobody confirmed."""
    op.create_table(
        "store_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.Column("shown", postgresql.JSONB(), nullable=False),
        sa.Column("cases", postgresql.JSONB(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_store_list_name_length")),
        sa.CheckConstraint("done = 0 OR signed_at IS NOT NULL", name=op.f("ck_store_list_signed")),
        sa.CheckConstraint("state IN ('faulty', 'good') OR body_sealed IS NULL", name=op.f("ck_store_list_kept")),
        sa.CheckConstraint(
            "state IN ('faulty', 'good', 'made', 'handed_in', 'dropped')", name=op.f("ck_store_list_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_store_list_account_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_store_list_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_list")),
    )
    op.create_index("ix_store_list_account", "store_list", ["account_id", "id"])
    op.create_index(
        "ix_store_list_kept", "store_list", ["uploaded_at"], postgresql_where=sa.text("body_sealed IS NOT NULL")
    )
    secured("store_list")
    policy("store_list", "merchant_own", "ALL", "merchant", *["account_id = app_account()"] * 2)
    grant("SELECT, INSERT, UPDATE", "store_list", "merchant")
