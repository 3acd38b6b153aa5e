"""A list of stores brings its pictures: one licence for all of them, a shop front for each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("store_list", sa.Column("licence_file", sa.Uuid(), nullable=True))
    op.add_column("store_list", sa.Column("licence_expires_on", sa.Date(), nullable=True))
    fronts = sa.Column("fronts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    op.add_column("store_list", fronts)
    # Each row that is shown tells its application too, from now on; lists from before know none.
    op.execute(
        """UPDATE store_list SET shown = (SELECT jsonb_agg(said || 'null'::jsonb) FROM jsonb_array_elements(shown) AS said)
        WHERE shown <> '[]'::jsonb"""
    )
