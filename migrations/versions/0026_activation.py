"""Letters with an activation code to firms that nobody has signed in for; officers bring in the firms they name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import grant, policy, roles, secured

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPEN = sa.text("used_at IS NULL AND replaced_at IS NULL")

FUNCTIONS = (
    """
CREATE FUNCTION enterprise_staffed(of_enterprise uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public
    AS $$ SELECT EXISTS (SELECT 1 FROM membership m WHERE m.org_id = of_enterprise AND m.org_kind = 'enterprise') $$
    """,
    # What a firm was told is its own; that it has opened a case is for whoever handles the case.
    """
CREATE FUNCTION notice_first_read(of_case uuid, recipient uuid) RETURNS timestamptz LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT case_is_open(of_case, 'officer', false) THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT min(n.read_at) FROM notice n WHERE n.case_id = of_case AND n.recipient_id = recipient);
END $$
    """,
    # A letter is worth something once, in time, and while nobody acts for the firm.
    """
CREATE FUNCTION activation_accept(digest bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    asked activation;
BEGIN
    SELECT * INTO asked FROM activation WHERE code_digest = digest AND used_at IS NULL AND replaced_at IS NULL
        AND expires_at > now() FOR UPDATE;
    IF asked.id IS NULL OR enterprise_staffed(asked.enterprise_id) OR NOT EXISTS (SELECT 1 FROM account
            WHERE id = app_account() AND kind = 'merchant' AND disabled_at IS NULL) THEN
        RETURN NULL;
    END IF;
    UPDATE activation SET used_at = now(), used_by = app_account() WHERE id = asked.id;
    INSERT INTO membership (account_id, org_id, org_kind, rank)
        VALUES (app_account(), asked.enterprise_id, 'enterprise', 'manager');
    RETURN asked.enterprise_id;
END $$
    """,
)

CALLED = {
    "enterprise_staffed(uuid)": ("officer",),
    "notice_first_read(uuid, uuid)": ("officer",),
    "activation_accept(bytea)": ("merchant",),
}


def upgrade() -> None:
    op.create_table(
        "activation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name=op.f("ck_activation_used")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_activation_enterprise_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_activation_made_by")),
        sa.ForeignKeyConstraint(["used_by"], ["account.id"], name=op.f("fk_activation_used_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_activation_code_digest")),
    )
    op.create_index("uq_activation_open", "activation", ["enterprise_id"], unique=True, postgresql_where=OPEN)
    op.create_index("ix_activation_enterprise", "activation", ["enterprise_id", "id"])
    for statement in FUNCTIONS:
        op.execute(statement)
    for function, callers in CALLED.items():
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {roles(callers)}")
    rights()


def rights() -> None:
    """Letters are made and seen by officers; a firm that an officer names belongs to nobody yet."""
    secured("activation")
    policy("activation", "officer_knows", "SELECT", "officer", "true")
    policy("activation", "officer_makes", "INSERT", "officer", None, "made_by = app_account()")
    policy("activation", "officer_replaces", "UPDATE", "officer", "used_at IS NULL", "replaced_at IS NOT NULL")
    grant("SELECT, INSERT, UPDATE (replaced_at)", "activation", "officer")
    policy("enterprise", "officer_brings", "INSERT", "officer", None, "created_by IS NULL")
    grant("INSERT", "enterprise", "officer")
