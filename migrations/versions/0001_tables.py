"""The engine, people, merchants and complaints"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('consumer', 'merchant', 'officer', 'supervisor', 'admin')", name=op.f("ck_account_kind")
        ),
        sa.CheckConstraint("lang IN ('zh', 'en')", name=op.f("ck_account_lang")),
        sa.CheckConstraint("char_length(login) <= 64", name=op.f("ck_account_login_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_account_phone_index")),
    )
    op.create_table(
        "calendar_serial",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_calendar_serial")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "case_access",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('consumer', 'merchant', 'officer')", name=op.f("ck_case_access_kind")),
        sa.CheckConstraint("char_length(reason) <= 200", name=op.f("ck_case_access_reason_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_access")),
    )
    op.create_index(
        "ix_case_access_party",
        "case_access",
        ["party_id", "case_id"],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_case_access_open",
        "case_access",
        ["case_id", "party_id", "kind"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "case_clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("events", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("safe_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("paused_since", sa.Date(), nullable=True),
        sa.Column("calendar_version", sa.Text(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(due_on IS NULL) = (paused_since IS NOT NULL)", name=op.f("ck_case_clock_due_unless_paused")
        ),
        sa.CheckConstraint("(stopped_on IS NULL) = (late IS NULL)", name=op.f("ck_case_clock_late_when_stopped")),
        sa.CheckConstraint(
            "stopped_on IS NULL OR stopped_on >= start_on", name=op.f("ck_case_clock_stops_after_start")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_clock")),
    )
    op.create_index("ix_case_clock_case", "case_clock", ["case_id"], unique=False)
    op.create_index(
        "ix_case_clock_open",
        "case_clock",
        ["calendar_version", "id"],
        unique=False,
        postgresql_where=sa.text("stopped_on IS NULL"),
    )
    op.create_index(
        "uq_case_clock_running",
        "case_clock",
        ["case_id", "term"],
        unique=True,
        postgresql_where=sa.text("stopped_on IS NULL"),
    )
    op.create_table(
        "case_commitment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", "field", name=op.f("pk_case_commitment")),
    )
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("alg", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_event")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_no", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'running', 'done', 'dead')", name=op.f("ck_job_run_state")),
        sa.CheckConstraint("char_length(last_error) <= 500", name=op.f("ck_job_run_last_error_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "scheduled_for", name=op.f("uq_job_run_job_scheduled_for")),
    )
    op.create_index(
        "ix_job_run_due", "job_run", ["next_at"], unique=False, postgresql_where=sa.text("state IN ('due', 'running')")
    )
    op.create_table(
        "measure",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("denominator >= 0", name=op.f("ck_measure_denominator")),
        sa.PrimaryKeyConstraint("name", "version", "day", "scope", name=op.f("pk_measure")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('page', 'sms', 'email', 'phone', 'post')", name=op.f("ck_notice_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_recipient",
        "notice",
        ["recipient_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_notice_once",
        "notice",
        ["case_id", "recipient_id", "key", "channel", sa.literal_column("(values->>'event')")],
        unique=True,
    )
    op.create_table(
        "one_time_code",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_one_time_code")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("lease_no", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(last_error) <= 500", name=op.f("ck_outbox_last_error_length")),
        sa.CheckConstraint("done_at IS NULL OR dead_at IS NULL", name=op.f("ck_outbox_done_or_dead")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_dead", "outbox", ["dead_at"], unique=False, postgresql_where=sa.text("dead_at IS NOT NULL")
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_order",
        "outbox",
        ["case_id", "seq"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["region.code"], name=op.f("fk_region_merged_into")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "stand_in_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in_message")),
    )
    op.create_table(
        "throttle",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "bureau",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("portal_channel", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level IN ('city', 'county', 'station')", name=op.f("ck_bureau_level")),
        sa.ForeignKeyConstraint(["parent_id"], ["bureau.id"], name=op.f("fk_bureau_parent_id")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_bureau_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bureau")),
    )
    op.create_index("uq_bureau_county", "bureau", ["region"], unique=True, postgresql_where=sa.text("level = 'county'"))
    op.create_table(
        "enterprise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name=op.f("ck_enterprise_uscc_form")),
        sa.CheckConstraint("char_length(address) <= 300", name=op.f("ck_enterprise_address_length")),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_enterprise_name_length")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_enterprise_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("original_digest", sa.Text(), nullable=False),
        sa.Column("shown_digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')",
            name=op.f("ck_evidence_media_type"),
        ),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_evidence_name_length")),
        sa.CheckConstraint("size BETWEEN 1 AND 20971520", name=op.f("ck_evidence_size")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_evidence_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_case", "evidence", ["case_id"], unique=False)
    op.create_index("ix_evidence_owner", "evidence", ["owner_id"], unique=False)
    op.create_table(
        "filing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filer_id", sa.Uuid(), nullable=True),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('portal', 'api', 'phone', 'post', 'window', 'hotline', 'national')",
            name=op.f("ck_filing_channel"),
        ),
        sa.ForeignKeyConstraint(["filer_id"], ["account.id"], name=op.f("fk_filing_filer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.Text(), nullable=False),
        sa.CheckConstraint("org_kind IN ('bureau', 'enterprise')", name=op.f("ck_membership_org_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.PrimaryKeyConstraint("account_id", "org_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_org", "membership", ["org_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('web', 'api')", name=op.f("ck_web_session_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_web_session_token_digest")),
    )
    op.create_index("ix_web_session_account", "web_session", ["account_id"], unique=False)
    op.create_table(
        "store",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lon", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("example_chain", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_store_point")),
        sa.CheckConstraint("char_length(address) <= 300", name=op.f("ck_store_address_length")),
        sa.CheckConstraint("char_length(name) <= 200", name=op.f("ck_store_name_length")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_store_district")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_store_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_index("ix_store_city_district", "store", ["city", "district", "id"], unique=False)
    op.create_index("ix_store_enterprise", "store", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_store_words",
        "store",
        ["name", "brand"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops", "brand": "gin_trgm_ops"},
    )
    op.create_table(
        "complaint",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("complainant_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("respondent_name", sa.Text(), nullable=False),
        sa.Column("respondent_address", sa.Text(), nullable=False),
        sa.Column("respondent_uscc", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("requests", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("entrust", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("decline_ground", sa.Text(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("complainant_consent_on", sa.Date(), nullable=True),
        sa.Column("respondent_consent_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("termination_ground", sa.Text(), nullable=True),
        sa.Column("termination_told_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN state IN ('accepted', 'mediating', 'testing', 'settled', 'terminated') THEN accepted_on IS NOT NULL WHEN state IN ('closed') THEN true ELSE accepted_on IS NULL END",
            name=op.f("ck_complaint_accepted_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('accepted', 'mediating', 'testing', 'settled', 'terminated', 'declined', 'closed') THEN decided_on IS NOT NULL ELSE decided_on IS NULL END",
            name=op.f("ck_complaint_decided_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('closed') THEN closed_on IS NOT NULL ELSE closed_on IS NULL END",
            name=op.f("ck_complaint_closed_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('declined') THEN decline_ground IS NOT NULL WHEN state IN ('closed') THEN true ELSE decline_ground IS NULL END",
            name=op.f("ck_complaint_decline_ground_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('settled') THEN settled_fen IS NOT NULL WHEN state IN ('closed') THEN true ELSE settled_fen IS NULL END",
            name=op.f("ck_complaint_settled_fen_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('settled') THEN settled_on IS NOT NULL WHEN state IN ('closed') THEN true ELSE settled_on IS NULL END",
            name=op.f("ck_complaint_settled_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('settled', 'closed') THEN true ELSE paid_on IS NULL END",
            name=op.f("ck_complaint_paid_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('terminated') THEN terminated_on IS NOT NULL WHEN state IN ('closed') THEN true ELSE terminated_on IS NULL END",
            name=op.f("ck_complaint_terminated_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('terminated') THEN termination_ground IS NOT NULL WHEN state IN ('closed') THEN true ELSE termination_ground IS NULL END",
            name=op.f("ck_complaint_termination_ground_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('terminated', 'closed') THEN true ELSE termination_told_on IS NULL END",
            name=op.f("ck_complaint_termination_told_on_evidence"),
        ),
        sa.CheckConstraint(
            "category IN ('goods.food', 'goods.clothing', 'goods.household', 'goods.appliance', 'goods.telecom', 'goods.vehicle', 'goods.jewellery', 'goods.cosmetics', 'goods.pet', 'goods.other', 'service.catering_lodging', 'service.sales', 'service.beauty', 'service.professional', 'service.repair', 'service.education', 'service.culture_sport', 'service.telecom', 'service.internet', 'service.laundry', 'service.other')",
            name=op.f("ck_complaint_category"),
        ),
        sa.CheckConstraint(
            "problem IN ('quality', 'after_sales', 'contract', 'food_safety', 'unfair_competition', 'advertising', 'personal_rights', 'price', 'measure', 'safety', 'trademark', 'counterfeit', 'false_promotion', 'other')",
            name=op.f("ck_complaint_problem"),
        ),
        sa.CheckConstraint("rule_set IN ('O20', 'O121')", name=op.f("ck_complaint_rule_set")),
        sa.CheckConstraint(
            "state <> 'closed' OR num_nonnulls(decline_ground, settled_on, terminated_on) = 1",
            name=op.f("ck_complaint_closed_one_way"),
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'accepted', 'declined', 'returned', 'withdrawn', 'mediating', 'terminated', 'testing', 'settled', 'closed')",
            name=op.f("ck_complaint_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('mediating', 'testing', 'settled') OR num_nonnulls(complainant_consent_on, respondent_consent_on) = 2",
            name=op.f("ck_complaint_mediated_with_both_consents"),
        ),
        sa.CheckConstraint("amount_fen BETWEEN 0 AND 100000000000", name=op.f("ck_complaint_amount")),
        sa.CheckConstraint("char_length(narrative) <= 3000", name=op.f("ck_complaint_narrative_length")),
        sa.CheckConstraint("char_length(place) <= 300", name=op.f("ck_complaint_place_length")),
        sa.CheckConstraint(
            "char_length(respondent_address) <= 300", name=op.f("ck_complaint_respondent_address_length")
        ),
        sa.CheckConstraint("char_length(respondent_name) <= 200", name=op.f("ck_complaint_respondent_name_length")),
        sa.CheckConstraint(
            "settled_fen IS NULL OR settled_fen BETWEEN 0 AND 100000000000", name=op.f("ck_complaint_settled_amount")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_complaint_bureau_id")),
        sa.ForeignKeyConstraint(["complainant_id"], ["account.id"], name=op.f("fk_complaint_complainant_id")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_complaint_district")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_complaint_enterprise_id")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_complaint_filing_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["account.id"], name=op.f("fk_complaint_officer_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_complaint_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("number", name=op.f("uq_complaint_number")),
    )
    op.create_index(
        "ix_complaint_closed",
        "complaint",
        ["closed_on", "district"],
        unique=False,
        postgresql_where=sa.text("closed_on IS NOT NULL"),
    )
    op.create_index("ix_complaint_complainant", "complaint", ["complainant_id", "id"], unique=False)
    op.create_index("ix_complaint_day", "complaint", ["city", "received_on", "district"], unique=False)
    op.create_index("ix_complaint_enterprise", "complaint", ["enterprise_id", "id"], unique=False)
    op.create_index(
        "ix_complaint_queue",
        "complaint",
        ["bureau_id", "next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn')"),
    )
    op.create_table(
        "report",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("respondent_name", sa.Text(), nullable=False),
        sa.Column("respondent_address", sa.Text(), nullable=False),
        sa.Column("clues", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN state IN ('case_opened', 'no_case', 'redirected') THEN true ELSE told_on IS NULL END",
            name=op.f("ck_report_told_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('case_opened', 'no_case', 'redirected') THEN verified_on IS NOT NULL ELSE verified_on IS NULL END",
            name=op.f("ck_report_verified_on_evidence"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'case_opened', 'no_case', 'redirected')", name=op.f("ck_report_state")
        ),
        sa.CheckConstraint("char_length(basis) <= 3000", name=op.f("ck_report_basis_length")),
        sa.CheckConstraint("char_length(clues) <= 3000", name=op.f("ck_report_clues_length")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_report_bureau_id")),
        sa.ForeignKeyConstraint(["district"], ["region.code"], name=op.f("fk_report_district")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_report_filing_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["account.id"], name=op.f("fk_report_reporter_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_report_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("number", name=op.f("uq_report_number")),
    )
    op.create_index(
        "ix_report_queue",
        "report",
        ["bureau_id", "next_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index("ix_report_reporter", "report", ["reporter_id", "id"], unique=False)
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("resolution", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(comment) <= 500", name=op.f("ck_evaluation_comment_length")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_evaluation_score")),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_evaluation_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("case_id", "resolution", name=op.f("uq_evaluation_case_id_resolution")),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('complainant', 'respondent')", name=op.f("ck_offer_side")),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_offer_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index("ix_offer_case", "offer", ["case_id", "made_at"], unique=False)
    op.create_table(
        "filing_draft",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_as", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_filing_draft_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_filing_draft")),
    )
