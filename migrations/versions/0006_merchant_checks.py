"""What 0005 asked of new rows is now known of all."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ADDED = {
    "enterprise": ("fk_enterprise_created_by",),
    "store": ("fk_store_brand_id", "fk_store_parent_id", "ck_store_kind", "ck_store_listed"),
    "membership": ("ck_membership_rank", "ck_membership_org_kind"),
}


def upgrade() -> None:
    for table, names in ADDED.items():
        for name in names:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
