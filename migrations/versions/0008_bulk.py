"""Runs over a list of shops: how far each came, so that one that was cut off goes on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import secured

revision = "bulk"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("done_rows", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(file) <= 255", name=op.f("ck_import_run_file_length")),
        sa.CheckConstraint("done_rows BETWEEN 0 AND rows", name=op.f("ck_import_run_done_rows")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(
        "ix_import_run_open", "import_run", ["digest", "id"], postgresql_where=sa.text("finished_at IS NULL")
    )
    secured("import_run")
