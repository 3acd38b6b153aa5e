"""A firm's people: claims of known firms, invitations, memberships that end; each decided where the right is checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import grant, policy, roles, secured

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")

FUNCTIONS = (
    # A manager of a firm manages its stores too.
    """
CREATE FUNCTION i_manage(of_org uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM membership m WHERE m.account_id = app_account() AND m.rank = 'manager'
        AND m.org_id IN (of_org, (SELECT s.enterprise_id FROM store s WHERE s.id = of_org)));
END $$
    """,
    """
CREATE FUNCTION my_file(file uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM public.evidence e WHERE e.id = file
          AND e.owner_id = public.app_account()); END $$
    """,
    # Who decides a claim sees the licence that came with it.
    r"""
CREATE FUNCTION claim_shows(file uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000
    SET search_path = public AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM claim c WHERE c.licence_file = file AND
        CASE WHEN session_user LIKE '%\_officer' THEN c.bureau_id = ANY (app_parties())
             ELSE i_manage(c.enterprise_id) END);
END $$
    """,
    r"""
CREATE FUNCTION claim_decide(of_claim uuid, accepted boolean, why text) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public AS $$
DECLARE
    asked claim;
    officer boolean := session_user LIKE '%\_officer';
BEGIN
    SELECT * INTO asked FROM claim WHERE id = of_claim FOR UPDATE;
    IF asked.id IS NULL OR NOT (CASE WHEN officer THEN asked.bureau_id = ANY (app_parties())
            ELSE i_manage(asked.enterprise_id) AND asked.account_id <> app_account() END) THEN
        RAISE EXCEPTION 'a manager of the firm or its bureau decides' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF asked.state <> 'open' THEN
        RETURN false;
    END IF;
    UPDATE claim SET state = CASE WHEN accepted THEN 'accepted' ELSE 'refused' END, decided_at = now(),
        decided_by = app_account(), decided_as = CASE WHEN officer THEN 'officer' ELSE 'manager' END, reason = why
        WHERE id = of_claim;
    IF accepted THEN
        INSERT INTO membership (account_id, org_id, org_kind, rank)
            VALUES (asked.account_id, asked.enterprise_id, 'enterprise', 'manager')
            ON CONFLICT (account_id, org_id) DO UPDATE SET rank = 'manager';
    END IF;
    RETURN true;
END $$
    """,
    # An invitation is worth something while whoever made it still manages, and once.
    """
CREATE FUNCTION invitation_accept(digest bytea) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    asked invitation;
BEGIN
    SELECT * INTO asked FROM invitation WHERE code_digest = digest AND used_at IS NULL AND revoked_at IS NULL
        AND expires_at > now() FOR UPDATE;
    IF asked.id IS NULL OR NOT EXISTS (SELECT 1 FROM account WHERE id = app_account() AND kind = 'merchant'
            AND disabled_at IS NULL) OR NOT EXISTS (SELECT 1 FROM membership m WHERE m.account_id = asked.made_by
            AND m.rank = 'manager' AND m.org_id IN
            (asked.org_id, (SELECT s.enterprise_id FROM store s WHERE s.id = asked.org_id))) THEN
        RETURN NULL;
    END IF;
    UPDATE invitation SET used_at = now(), used_by = app_account() WHERE id = asked.id;
    INSERT INTO membership (account_id, org_id, org_kind, rank)
        VALUES (app_account(), asked.org_id, asked.org_kind, asked.rank)
        ON CONFLICT (account_id, org_id) DO UPDATE SET rank = EXCLUDED.rank WHERE EXCLUDED.rank = 'manager';
    RETURN asked.org_id;
END $$
    """,
    """
CREATE FUNCTION staff_of(of_org uuid) RETURNS TABLE (account_id uuid, login text, phone_sealed bytea, rank text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF i_manage(of_org) THEN
        RETURN QUERY SELECT a.id, a.login, a.phone_sealed, m.rank FROM membership m
            JOIN account a ON a.id = m.account_id WHERE m.org_id = of_org ORDER BY m.rank DESC, a.login LIMIT 200;
    END IF;
END $$
    """,
    # Rows of managers are locked first: of two managers who remove each other at once, one stays.
    """
CREATE FUNCTION staff_remove(of_account uuid, of_org uuid, as_id uuid) RETURNS text LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public AS $$
DECLARE
    was membership;
    founded boolean;
BEGIN
    IF NOT i_manage(of_org) THEN
        RAISE EXCEPTION 'only a manager removes somebody' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM membership m WHERE m.org_id = of_org ORDER BY m.account_id FOR UPDATE;
    SELECT * INTO was FROM membership m WHERE m.org_id = of_org AND m.account_id = of_account
        AND m.org_kind IN ('enterprise', 'store');
    IF was.org_id IS NULL THEN
        RETURN 'unknown';
    END IF;
    IF was.org_kind = 'enterprise' AND was.rank = 'manager' AND NOT EXISTS (SELECT 1 FROM membership m
            WHERE m.org_id = of_org AND m.rank = 'manager' AND m.account_id <> of_account) THEN
        RETURN 'last';
    END IF;
    DELETE FROM membership m WHERE m.org_id = of_org AND m.account_id = of_account;
    UPDATE enterprise SET created_by = NULL WHERE id = of_org AND created_by = of_account;
    founded := FOUND;
    INSERT INTO former_member (id, account_id, org_id, org_kind, rank, founder, ended_at, ended_by)
        VALUES (as_id, of_account, of_org, was.org_kind, was.rank, founded, now(), app_account());
    RETURN 'removed';
END $$
    """,
)

CALLED = {
    "i_manage(uuid)": ("merchant", "officer"),
    "my_file(uuid)": ("merchant",),
    "claim_shows(uuid)": ("merchant", "officer"),
    "claim_decide(uuid, boolean, text)": ("merchant", "officer"),
    "invitation_accept(bytea)": ("merchant",),
    "staff_of(uuid)": ("merchant",),
    "staff_remove(uuid, uuid, uuid)": ("merchant",),
}


def upgrade() -> None:
    claims()
    invitations()
    former_members()
    for statement in FUNCTIONS:
        op.execute(statement)
    for function, callers in CALLED.items():
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {roles(callers)}")
    rights()


def claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("licence_file", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_as", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_claim_state")),
        sa.CheckConstraint("decided_as IN ('manager', 'officer')", name=op.f("ck_claim_decided_as")),
        sa.CheckConstraint("char_length(reason) <= 1000", name=op.f("ck_claim_reason_length")),
        sa.CheckConstraint(
            "CASE WHEN state IN ('accepted', 'refused', 'withdrawn') THEN decided_at IS NOT NULL"
            " ELSE decided_at IS NULL END",
            name=op.f("ck_claim_decided_at_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('accepted', 'refused') THEN decided_by IS NOT NULL ELSE decided_by IS NULL END",
            name=op.f("ck_claim_decided_by_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('accepted', 'refused') THEN decided_as IS NOT NULL ELSE decided_as IS NULL END",
            name=op.f("ck_claim_decided_as_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('refused') THEN reason IS NOT NULL WHEN state IN ('accepted') THEN true"
            " ELSE reason IS NULL END",
            name=op.f("ck_claim_reason_evidence"),
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_claim_enterprise_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_claim_account_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_claim_bureau_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_claim_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("uq_claim_open", "claim", ["enterprise_id", "account_id"], unique=True, postgresql_where=OPEN)
    op.create_index("ix_claim_desk", "claim", ["bureau_id", "id"], postgresql_where=OPEN)
    op.create_index("ix_claim_account", "claim", ["account_id", "id"])
    op.create_index("ix_claim_licence", "claim", ["licence_file"])


def invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("org_kind IN ('enterprise', 'store')", name=op.f("ck_invitation_org_kind")),
        sa.CheckConstraint("rank IN ('manager', 'clerk')", name=op.f("ck_invitation_rank")),
        sa.CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name=op.f("ck_invitation_used")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_invitation_made_by")),
        sa.ForeignKeyConstraint(["used_by"], ["account.id"], name=op.f("fk_invitation_used_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_invitation_code_digest")),
    )
    op.create_index("ix_invitation_org", "invitation", ["org_id", "id"])


def former_members() -> None:
    op.create_table(
        "former_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("founder", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("org_kind IN ('enterprise', 'store')", name=op.f("ck_former_member_org_kind")),
        sa.CheckConstraint("rank IN ('manager', 'clerk')", name=op.f("ck_former_member_rank")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_former_member_account_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_former_member_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_member")),
    )
    op.create_index("ix_former_member_org", "former_member", ["org_id", "id"])


def rights() -> None:
    """A claim is its maker's, the firm's managers' and the bureau's; an invitation the managers' alone."""
    for table in ("claim", "invitation", "former_member"):
        secured(table)
    mine = "account_id = app_account()"
    policy("claim", "merchant_reads", "SELECT", "merchant", f"{mine} OR i_manage(enterprise_id)")
    policy(
        "claim", "merchant_makes", "INSERT", "merchant", None, f"{mine} AND state = 'open' AND my_file(licence_file)"
    )
    policy(
        "claim",
        "merchant_takes_back",
        "UPDATE",
        "merchant",
        f"{mine} AND state = 'open'",
        f"{mine} AND state = 'withdrawn'",
    )
    grant("SELECT, INSERT, UPDATE (state, decided_at)", "claim", "merchant")
    policy("claim", "officer_reads", "SELECT", "officer", "bureau_id = ANY ((SELECT app_parties())::uuid[])")
    grant("SELECT", "claim", "officer")
    for audience in ("merchant", "officer"):
        policy("evidence", f"{audience}_decides_claims", "SELECT", audience, "claim_shows(evidence.id)")
    policy("invitation", "merchant_manages", "SELECT", "merchant", "i_manage(org_id)")
    policy("invitation", "merchant_invites", "INSERT", "merchant", None, "made_by = app_account() AND i_manage(org_id)")
    policy("invitation", "merchant_revokes", "UPDATE", "merchant", "i_manage(org_id)", "i_manage(org_id)")
    grant("SELECT, INSERT, UPDATE (revoked_at)", "invitation", "merchant")
    policy("former_member", "merchant_manages", "SELECT", "merchant", "i_manage(org_id)")
    grant("SELECT", "former_member", "merchant")
