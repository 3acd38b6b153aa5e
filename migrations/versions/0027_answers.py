"""Files of a case that are for the bureau alone, as proof of identity: the other side never sees them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import policy, seen

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("bureau_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("DROP POLICY merchant_reads ON evidence")
    mine = f"owner_id = app_account() OR (NOT bureau_only AND {seen('evidence', 'case_id', 'merchant')})"
    policy("evidence", "merchant_reads", "SELECT", "merchant", mine)
