"""Files of a case that are for the bureau alone, as proof of identity: neither the other side nor a council sees them."""

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
    for audience, own in (("merchant", "owner_id = app_account() OR "), ("council", "")):
        op.execute(f"DROP POLICY {audience}_reads ON evidence")
        reads = f"{own}(NOT bureau_only AND {seen('evidence', 'case_id', audience)})"
        policy("evidence", f"{audience}_reads", "SELECT", audience, reads)
