"""Merchants: brands, contacts, applications, standings and promises; words kept with the journal; declared settings.

Enterprise and store are public facts as before, and from now on their own firm writes them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import AUDIENCES, case_policies, grant, policy, roles, secured, seen

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MINE = "(enterprise_id = ANY (app_parties()) OR founded_by_me(enterprise_id))"
STORE_COLUMNS = (
    "name, brand, brand_id, parent_id, kind, address, address_key, district, city, lon, lat, categories, hours, capacity, "
    "grams, closed_on"
)

FUNCTIONS = (
    """
CREATE FUNCTION founded_by_me(of_enterprise uuid) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT 1 FROM public.enterprise e WHERE e.id = of_enterprise
          AND e.created_by = public.app_account()) $$
    """,
    # Who brings a firm becomes its first member; where it has members already, they or the bureau decide.
    """
CREATE FUNCTION enterprise_join(of_enterprise uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF NOT founded_by_me(of_enterprise) OR EXISTS (SELECT 1 FROM membership WHERE org_id = of_enterprise) THEN
        RETURN false;
    END IF;
    INSERT INTO membership (account_id, org_id, org_kind, rank)
        VALUES (app_account(), of_enterprise, 'enterprise', 'manager');
    RETURN true;
END $$
    """,
    "REVOKE ALL ON FUNCTION enterprise_join(uuid) FROM PUBLIC",
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    columns()
    tables()
    for statement in FUNCTIONS:
        op.execute(statement)
    rights()


def columns() -> None:
    op.add_column("case_commitment", sa.Column("words_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("membership", sa.Column("rank", sa.Text(), nullable=False, server_default="manager"))
    op.add_column("enterprise", sa.Column("spelling", sa.Text(), nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("created_by", sa.Uuid(), nullable=True))
    for name in ("brand_id", "parent_id"):
        op.add_column("store", sa.Column(name, sa.Uuid(), nullable=True))
    op.add_column("store", sa.Column("kind", sa.Text(), nullable=False, server_default="shop"))
    op.add_column("store", sa.Column("address_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("store", sa.Column("hours", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("store", sa.Column("capacity", sa.BigInteger(), nullable=True))
    op.add_column("store", sa.Column("grams", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.add_column("store", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("store", sa.Column("plaque", sa.Text(), nullable=True))
    op.add_column("store", sa.Column("promise_days", sa.BigInteger(), nullable=True))
    for name in ("promise_store", "promise_alliance", "promise_city"):
        op.add_column("store", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))


def tables() -> None:
    op.create_table(
        "declared_setting",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(reason) <= 500", name=op.f("ck_declared_setting_reason_length")),
        sa.PrimaryKeyConstraint("code", "city", "since", name=op.f("pk_declared_setting")),
    )
    op.create_table(
        "brand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_brand_name_length")),
        sa.ForeignKeyConstraint(["owner_id"], ["enterprise.id"], name=op.f("fk_brand_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("name", name=op.f("uq_brand_name")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_contact_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("org_id", name=op.f("uq_contact_org_id")),
    )
    op.create_index("ix_contact_enterprise", "contact", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_contact_phone",
        "contact",
        ["phone_index"],
        unique=False,
        postgresql_where=sa.text("phone_index IS NOT NULL"),
    )
    op.create_table(
        "standing",
        sa.Column("plaque", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("warned", sa.BigInteger(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("suspension", sa.Text(), nullable=True),
        sa.Column("leaving_on", sa.Date(), nullable=True),
        sa.Column("exit", sa.Text(), nullable=True),
        sa.Column("removal_proposed_on", sa.Date(), nullable=True),
        sa.Column("removal_ground", sa.Text(), nullable=True),
        sa.Column("hearing_until", sa.Date(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reentry_from", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN state IN ('leaving', 'left') THEN exit IS NOT NULL WHEN state IN ('lapsed', 'removed') THEN true ELSE exit IS NULL END",
            name=op.f("ck_standing_exit_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('leaving', 'left') THEN leaving_on IS NOT NULL WHEN state IN ('lapsed', 'removed') THEN true ELSE leaving_on IS NULL END",
            name=op.f("ck_standing_leaving_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('removed') THEN reentry_from IS NOT NULL ELSE reentry_from IS NULL END",
            name=op.f("ck_standing_reentry_from_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('removed') THEN removal_ground IS NOT NULL WHEN state IN ('in_force', 'expiring', 'leaving', 'suspended', 'lapsed', 'left') THEN true ELSE removal_ground IS NULL END",
            name=op.f("ck_standing_removal_ground_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('removed', 'lapsed', 'left') THEN ended_on IS NOT NULL ELSE ended_on IS NULL END",
            name=op.f("ck_standing_ended_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('suspended') THEN suspended_on IS NOT NULL WHEN state IN ('removed', 'lapsed', 'left') THEN true ELSE suspended_on IS NULL END",
            name=op.f("ck_standing_suspended_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('suspended') THEN suspension IS NOT NULL WHEN state IN ('removed', 'lapsed', 'left') THEN true ELSE suspension IS NULL END",
            name=op.f("ck_standing_suspension_evidence"),
        ),
        sa.CheckConstraint("exit IN ('closing', 'moving', 'no_longer')", name=op.f("ck_standing_exit")),
        sa.CheckConstraint(
            "removal_ground IN ('broken_promise', 'untrue', 'closed', 'repeat', 'request', 'other')",
            name=op.f("ck_standing_removal_ground"),
        ),
        sa.CheckConstraint(
            "state IN ('in_force', 'expiring', 'suspended', 'leaving', 'removed', 'lapsed', 'left')",
            name=op.f("ck_standing_state"),
        ),
        sa.CheckConstraint(
            "suspension IN ('complaints', 'inspection', 'broken_promise', 'request', 'other')",
            name=op.f("ck_standing_suspension"),
        ),
        sa.CheckConstraint("(removal_proposed_on IS NULL) = (hearing_until IS NULL)", name=op.f("ck_standing_hearing")),
        sa.CheckConstraint("expires_on > entered_on", name=op.f("ck_standing_term")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_standing_bureau_id")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_standing_district")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_standing_enterprise_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_standing_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("plaque", name=op.f("uq_standing_plaque")),
    )
    op.create_index("ix_standing_bureau", "standing", ["bureau_id", "state", "id"], unique=False)
    op.create_index(
        "ix_standing_ended",
        "standing",
        ["city", "ended_on", "id"],
        unique=False,
        postgresql_where=sa.text("ended_on IS NOT NULL"),
    )
    op.create_index(
        "ix_standing_ends",
        "standing",
        ["expires_on", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('in_force', 'expiring', 'leaving', 'suspended')"),
    )
    op.create_index("ix_standing_enterprise", "standing", ["enterprise_id", "id"], unique=False)
    op.create_index(
        "ix_standing_leaving", "standing", ["leaving_on"], unique=False, postgresql_where=sa.text("state = 'leaving'")
    )
    op.create_index("ix_standing_store", "standing", ["store_id", "id"], unique=False)
    op.create_index(
        "uq_standing_alive",
        "standing",
        ["store_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('in_force', 'expiring', 'leaving', 'suspended')"),
    )
    op.create_table(
        "enrolment",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("standing_id", sa.Uuid(), nullable=True),
        sa.Column("applicant_id", sa.Uuid(), nullable=True),
        sa.Column("promise", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("licence_file", sa.Uuid(), nullable=True),
        sa.Column("shop_file", sa.Uuid(), nullable=True),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_digest", sa.Text(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("green", sa.Boolean(), nullable=False),
        sa.Column("marked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN state IN ('approved', 'refused') THEN decided_on IS NOT NULL ELSE decided_on IS NULL END",
            name=op.f("ck_enrolment_decided_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('refused') THEN ground IS NOT NULL ELSE ground IS NULL END",
            name=op.f("ck_enrolment_ground_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('submitted', 'under_review', 'sent_back', 'approved', 'refused') THEN signed_digest IS NOT NULL WHEN state IN ('withdrawn', 'expired') THEN true ELSE signed_digest IS NULL END",
            name=op.f("ck_enrolment_signed_digest_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('submitted', 'under_review', 'sent_back', 'approved', 'refused') THEN signed_on IS NOT NULL WHEN state IN ('withdrawn', 'expired') THEN true ELSE signed_on IS NULL END",
            name=op.f("ck_enrolment_signed_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('submitted', 'under_review', 'sent_back', 'approved', 'refused') THEN submitted_on IS NOT NULL WHEN state IN ('withdrawn', 'expired') THEN true ELSE submitted_on IS NULL END",
            name=op.f("ck_enrolment_submitted_on_evidence"),
        ),
        sa.CheckConstraint(
            "ground IN ('untrue', 'not_eligible', 'outside', 'promise', 'listed', 'other')",
            name=op.f("ck_enrolment_ground"),
        ),
        sa.CheckConstraint(
            "purpose = 'new' OR standing_id IS NOT NULL", name=op.f("ck_enrolment_renewal_of_something")
        ),
        sa.CheckConstraint("purpose IN ('new', 'renewal')", name=op.f("ck_enrolment_purpose")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'withdrawn', 'under_review', 'approved', 'sent_back', 'refused', 'expired')",
            name=op.f("ck_enrolment_state"),
        ),
        sa.ForeignKeyConstraint(["applicant_id"], ["account.id"], name=op.f("fk_enrolment_applicant_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_enrolment_bureau_id")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_enrolment_district")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enrolment_enterprise_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["account.id"], name=op.f("fk_enrolment_officer_id")),
        sa.ForeignKeyConstraint(["standing_id"], ["standing.id"], name=op.f("fk_enrolment_standing_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_enrolment_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("number", name=op.f("uq_enrolment_number")),
    )
    op.create_index("ix_enrolment_enterprise", "enrolment", ["enterprise_id", "id"], unique=False)
    op.create_index(
        "ix_enrolment_green",
        "enrolment",
        ["bureau_id", "next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("green AND state IN ('submitted', 'under_review')"),
    )
    op.create_index(
        "ix_enrolment_queue",
        "enrolment",
        ["bureau_id", "next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'under_review')"),
    )
    op.create_index("ix_enrolment_store", "enrolment", ["store_id", "id"], unique=False)
    op.create_index(
        "uq_enrolment_open",
        "enrolment",
        ["store_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'under_review', 'sent_back')"),
    )
    op.create_table(
        "promise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("standing_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("store_id"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_promise_overlap"
        ),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_promise_valid")),
        sa.CheckConstraint("char_length(source) <= 100", name=op.f("ck_promise_source_length")),
        sa.CheckConstraint("days >= 7", name=op.f("ck_promise_days")),
        sa.ForeignKeyConstraint(["standing_id"], ["standing.id"], name=op.f("fk_promise_standing_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_promise_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_standing", "promise", ["standing_id"], unique=False)
    op.create_index("ix_promise_starts", "promise", [sa.literal_column("lower(valid)")], unique=False)
    op.create_index("uq_promise_version", "promise", ["store_id", "version"], unique=True)


def rights() -> None:
    for table in ("enterprise", "store", "brand", "contact", "enrolment", "standing", "promise", "declared_setting"):
        secured(table)
    for table in ("enterprise", "store", "brand", "standing", "promise", "declared_setting"):
        for audience in ("public", *AUDIENCES):
            policy(table, f"{audience}_knows", "SELECT", audience, "true")
            grant("SELECT", table, audience)
    op.execute(
        "GRANT EXECUTE ON FUNCTION case_open_access(uuid, uuid[], uuid[], text[], text) TO " + roles(("merchant",))
    )
    op.execute(f"GRANT EXECUTE ON FUNCTION enterprise_join(uuid) TO {roles(('merchant',))}")
    parties()
    contacts()
    cases()
    words()


def parties() -> None:
    """A firm is brought by a merchant, and changed by its own people."""
    policy("enterprise", "merchant_brings", "INSERT", "merchant", None, "created_by = app_account()")
    own = "(id = ANY (app_parties()) OR created_by = app_account())"
    policy("enterprise", "merchant_changes", "UPDATE", "merchant", own, own)
    grant("INSERT, UPDATE", "enterprise", "merchant")
    policy("brand", "merchant_brings", "INSERT", "merchant", None, "owner_id = ANY (app_parties())")
    grant("INSERT", "brand", "merchant")
    policy("store", "merchant_brings", "INSERT", "merchant", None, f"{MINE} AND plaque IS NULL")
    policy("store", "merchant_changes", "UPDATE", "merchant", MINE, MINE)
    grant("INSERT", "store", "merchant")
    grant(f"UPDATE ({STORE_COLUMNS})", "store", "merchant")


def contacts() -> None:
    """How a firm is reached is its own, and the bureau's where it has a store."""
    policy("contact", "merchant_own", "ALL", "merchant", MINE, MINE)
    grant("SELECT, INSERT, UPDATE", "contact", "merchant")
    here = (
        "EXISTS (SELECT 1 FROM store s JOIN bureau b ON b.region = s.district"
        " WHERE s.enterprise_id = contact.enterprise_id AND b.id = ANY ((SELECT app_parties())::uuid[]))"
    )
    policy("contact", "officer_reads", "SELECT", "officer", here)
    grant("SELECT", "contact", "officer")


def cases() -> None:
    """An application is its firm's and its bureau's; a standing is known to all and written by those two."""
    for audience in ("merchant", "officer"):
        case_policies("enrolment", "id", audience)
        grant("SELECT, UPDATE", "enrolment", audience)
        writes = seen("standing", "id", audience, writes=True)
        policy("standing", f"{audience}_adds", "INSERT", audience, None, writes)
        policy("standing", f"{audience}_changes", "UPDATE", audience, writes, writes)
        grant("INSERT, UPDATE", "standing", audience)
        writes = seen("promise", "standing_id", audience, writes=True)
        policy("promise", f"{audience}_adds", "INSERT", audience, None, writes)
        policy("promise", f"{audience}_changes", "UPDATE", audience, writes, writes)
        grant("INSERT, UPDATE (valid)", "promise", audience)
    grant("INSERT", "enrolment", "merchant")


def words() -> None:
    """Words kept with an event are read by whoever may see the case."""
    for audience in AUDIENCES:
        policy("case_commitment", f"{audience}_reads", "SELECT", audience, seen("case_commitment", "case_id", audience))
        grant("SELECT", "case_commitment", audience)
