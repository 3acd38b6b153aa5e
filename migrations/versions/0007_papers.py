"""The documents of a case: issued, numbered and sealed, and served on each side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import grant, policy, secured, seen

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

READERS = ("consumer", "merchant", "officer")


def upgrade() -> None:
    op.create_table(
        "paper_serial",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_paper_serial_bureau_id")),
        sa.PrimaryKeyConstraint("bureau_id", "year", name=op.f("pk_paper_serial")),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("case_version", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.BigInteger(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("form BETWEEN 1 AND 10", name=op.f("ck_paper_form")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_paper_bureau_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_paper_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("bureau_id", "year", "serial", name=op.f("uq_paper_bureau_id_year_serial")),
    )
    op.create_index("ix_paper_case", "paper", ["case_id", "id"])
    op.create_index("ix_paper_digest", "paper", ["digest"])
    op.create_table(
        "paper_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("proof", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('internet', 'phone', 'sms', 'email', 'post')", name=op.f("ck_paper_service_channel")
        ),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_service_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_service")),
        sa.UniqueConstraint("paper_id", "side", name=op.f("uq_paper_service_paper_id_side")),
    )
    op.create_index("ix_paper_service_case", "paper_service", ["case_id"])
    rights()


def rights() -> None:
    """Documents and their services go by the case; who only checks a printed one sees its head and never a word of it."""
    for table in ("paper", "paper_service", "paper_serial"):
        secured(table)
    for table in ("paper", "paper_service"):
        for audience in READERS:
            policy(table, f"{audience}_reads", "SELECT", audience, seen(table, "case_id", audience))
            grant("SELECT", table, audience)
        writes = seen(table, "case_id", "officer", writes=True)
        policy(table, "officer_adds", "INSERT", "officer", None, writes)
        grant("INSERT", table, "officer")
    own = "bureau_id = ANY ((SELECT app_parties())::uuid[])"
    policy("paper_serial", "officer_counts", "ALL", "officer", own, own)
    grant("SELECT, INSERT, UPDATE", "paper_serial", "officer")
    policy("paper", "public_checks", "SELECT", "public", "true")
    grant("SELECT (id, number, digest, bureau_id, issued_on, form)", "paper", "public")
