"""The orders in which promising stores are listed, as indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_store_listed_name": ("name", "id"),
    "ix_store_listed_district": ("district", "name", "id"),
    "ix_store_listed_days": ("promise_days", "id"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.create_index(
                name,
                "store",
                list(columns),
                postgresql_where=sa.text("plaque IS NOT NULL"),
                postgresql_concurrently=True,
                if_not_exists=True,
            )
