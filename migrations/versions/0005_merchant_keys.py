"""Indexes, references and checks on tables that were there before, made without holding anybody up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SPOT = "point(lon::double precision * '0.855'::double precision, lat::double precision)"
REFERENCES = (
    ("enterprise", "created_by", "account"),
    ("store", "brand_id", "brand"),
    ("store", "parent_id", "store"),
)
CHECKS = (
    ("store", "kind", "kind IN ('shop', 'counter', 'mall', 'circle', 'station', 'drop_off')"),
    ("store", "listed", "(plaque IS NULL) = (promise_days IS NULL)"),
    ("membership", "rank", "rank IN ('manager', 'clerk')"),
    ("membership", "org_kind", "org_kind IN ('bureau', 'enterprise', 'brand', 'store')"),
)


def upgrade() -> None:
    # the wider check below takes its place in the same transaction
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE membership DROP CONSTRAINT ck_membership_org_kind")
    for table, column, target in REFERENCES:
        name = f"fk_{table}_{column}"
        op.create_foreign_key(name, table, target, [column], ["id"], postgresql_not_valid=True)
    for table, name, condition in CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
    with op.get_context().autocommit_block():
        index("ix_enterprise_spelling", "enterprise", "spelling")
        index("ix_store_address", "store", "address_key")
        index("ix_store_brand", "store", "brand_id")
        index("ix_store_parent", "store", "parent_id", where="parent_id IS NOT NULL")
        index("ix_store_grams", "store", "grams", using="gin")
        index("ix_store_spot", "store", SPOT, using="gist", where="plaque IS NOT NULL")
        op.drop_index("ix_store_words", table_name="store", postgresql_concurrently=True, if_exists=True)


def index(name: str, table: str, what: str, using: str = "btree", where: str | None = None) -> None:
    """An index made while others go on writing."""
    columns = [sa.text(what) if "(" in what else what]
    condition = sa.text(where) if where else None
    op.create_index(
        name,
        table,
        columns,
        postgresql_using=using,
        postgresql_where=condition,
        postgresql_concurrently=True,
        if_not_exists=True,
    )
