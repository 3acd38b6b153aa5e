"""Webhooks: where organisations want to be told, and what is on its way to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import grant, policy, secured

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OWN = "org_id = ANY ((SELECT app_parties())::uuid[])"
CHANGED = (
    "url, topics, description, secret_sealed, previous_sealed, previous_until, disabled_at, disabled_reason, "
    "failing_since, resting_until"
)


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("previous_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(url) <= 500", name=op.f("ck_webhook_endpoint_url_length")),
        sa.CheckConstraint("char_length(description) <= 200", name=op.f("ck_webhook_endpoint_description_length")),
        sa.CheckConstraint(
            "disabled_reason IN ('owner', 'gone', 'failing')", name=op.f("ck_webhook_endpoint_disabled_reason")
        ),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_reason IS NULL)", name=op.f("ck_webhook_endpoint_disabled_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_webhook_endpoint_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_index("ix_webhook_endpoint_org", "webhook_endpoint", ["org_id", "id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(last_error) <= 50", name=op.f("ck_webhook_delivery_last_error_length")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "case_id", "seq", name=op.f("uq_webhook_delivery_endpoint_id_case_id_seq")),
    )
    op.create_index("ix_webhook_delivery_endpoint", "webhook_delivery", ["endpoint_id", sa.literal_column("id DESC")])
    rights()


def rights() -> None:
    """An organisation's people have its endpoints and their deliveries; only the worker writes an event into one."""
    for table in ("webhook_endpoint", "webhook_delivery"):
        secured(table)
    for audience in ("merchant", "officer"):
        policy("webhook_endpoint", f"{audience}_own", "ALL", audience, OWN, OWN)
        grant("SELECT, INSERT", "webhook_endpoint", audience)
        grant(f"UPDATE ({CHANGED})", "webhook_endpoint", audience)
        own = mine("webhook_delivery.endpoint_id")
        policy("webhook_delivery", f"{audience}_reads", "SELECT", audience, own)
        policy("webhook_delivery", f"{audience}_tries", "INSERT", audience, None, f"topic = 'webhook.test' AND {own}")
        policy("webhook_delivery", f"{audience}_replays", "UPDATE", audience, own, own)
        grant("SELECT, INSERT", "webhook_delivery", audience)
        grant("UPDATE (round, attempts, last_status, last_error, delivered_at, dead_at)", "webhook_delivery", audience)
        sent = f"topic = 'webhook.deliver' AND {mine('outbox.case_id')}"
        policy("outbox", f"{audience}_sends_webhooks", "INSERT", audience, None, sent)


def mine(column: str) -> str:
    """The predicate that an endpoint is of one of the caller's organisations: the endpoint's own policy says it."""
    return f"EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.id = {column} AND e.{OWN})"
