"""Supervision: credit classes, mirrored lists, plans of visits, visits. Officers of the firm's own bureaus read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import grant, policy, secured

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Functions, so that each row costs one look into an index however many stores the bureau has.
SUPERVISES = """
CREATE FUNCTION supervises(of_enterprise uuid) RETURNS boolean LANGUAGE plpgsql STABLE COST 20
    AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM public.store s JOIN public.bureau b ON b.region = s.district
        WHERE s.enterprise_id = of_enterprise AND b.id = ANY (public.app_parties())); END $$
"""
SUPERVISES_CODE = """
CREATE FUNCTION supervises_code(code text) RETURNS boolean LANGUAGE plpgsql STABLE COST 40
    AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM public.enterprise e WHERE e.uscc = code AND public.supervises(e.id)); END $$
"""
OWN_BUREAU = "bureau_id = ANY ((SELECT app_parties())::uuid[])"


def upgrade() -> None:
    op.execute(SUPERVISES)
    op.execute(SUPERVISES_CODE)
    mirrored()
    visits()
    rights()
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_standing_desk",
            "standing",
            ["bureau_id", "state", "expires_on", "id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def mirrored() -> None:
    op.create_table(
        "credit_grade",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_credit_grade_grade")),
        sa.CheckConstraint("char_length(source) <= 100", name=op.f("ck_credit_grade_source_length")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_credit_grade_month")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_credit_grade_enterprise_id")),
        sa.PrimaryKeyConstraint("enterprise_id", "month", "source", name=op.f("pk_credit_grade")),
    )
    op.create_table(
        "list_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("repaired_on", sa.Date(), nullable=True),
        sa.Column("push_due_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('abnormal', 'dishonest')", name=op.f("ck_list_entry_kind")),
        sa.CheckConstraint("char_length(edition) <= 40", name=op.f("ck_list_entry_edition_length")),
        sa.CheckConstraint("char_length(notice) <= 100", name=op.f("ck_list_entry_notice_length")),
        sa.CheckConstraint("char_length(number) <= 100", name=op.f("ck_list_entry_number_length")),
        sa.CheckConstraint("char_length(source) <= 100", name=op.f("ck_list_entry_source_length")),
        sa.CheckConstraint(
            "num_nonnulls(notice, repaired_on, push_due_on, stopped_on) IN (0, 4)",
            name=op.f("ck_list_entry_stopped_with_its_notice"),
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_list_entry_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
    )
    op.create_index(
        "ix_list_entry_uscc", "list_entry", ["uscc"], unique=False, postgresql_where=sa.text("stopped_on IS NULL")
    )
    op.create_index("uq_list_entry_number", "list_entry", ["source", "number"], unique=True)


def visits() -> None:
    op.create_table(
        "inspection_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(seed) <= 64", name=op.f("ck_inspection_plan_seed_length")),
        sa.CheckConstraint("last >= first", name=op.f("ck_inspection_plan_period")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_inspection_plan_bureau_id")),
        sa.ForeignKeyConstraint(["drawn_by"], ["account.id"], name=op.f("fk_inspection_plan_drawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_plan")),
    )
    op.create_index("ix_inspection_plan_bureau", "inspection_plan", ["bureau_id", "id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("standing_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("complaints", sa.BigInteger(), nullable=False),
        sa.Column("chance", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("visited_by", sa.Uuid(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("photos", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(result = 'mend') <= (follow_up_on IS NOT NULL)", name=op.f("ck_visit_mend_is_seen_again")),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_visit_grade")),
        sa.CheckConstraint("result IN ('pass', 'mend', 'fail', 'missed')", name=op.f("ck_visit_result")),
        sa.CheckConstraint("(plan_id IS NULL) = (follows_id IS NOT NULL)", name=op.f("ck_visit_drawn_or_following")),
        sa.CheckConstraint("chance BETWEEN 0 AND 10000", name=op.f("ck_visit_chance")),
        sa.CheckConstraint("char_length(words) <= 1000", name=op.f("ck_visit_words_length")),
        sa.CheckConstraint(
            "num_nonnulls(result, visited_on, visited_by) IN (0, 3)", name=op.f("ck_visit_recorded_whole")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_visit_bureau_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["visit.id"], name=op.f("fk_visit_follows_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["inspection_plan.id"], name=op.f("fk_visit_plan_id")),
        sa.ForeignKeyConstraint(["standing_id"], ["standing.id"], name=op.f("fk_visit_standing_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_visit_store_id")),
        sa.ForeignKeyConstraint(["visited_by"], ["account.id"], name=op.f("fk_visit_visited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(
        "ix_visit_open",
        "visit",
        ["bureau_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("result IS NULL"),
    )
    op.create_index("ix_visit_plan", "visit", ["plan_id", "place"], unique=False)
    op.create_index("ix_visit_standing", "visit", ["standing_id"], unique=False)
    op.create_index("ix_visit_store", "visit", ["store_id", "visited_on"], unique=False)
    op.create_index(
        "uq_visit_follows", "visit", ["follows_id"], unique=True, postgresql_where=sa.text("follows_id IS NOT NULL")
    )
    op.create_index("uq_visit_plan_store", "visit", ["plan_id", "store_id"], unique=True)


def rights() -> None:
    for table in ("credit_grade", "list_entry", "inspection_plan", "visit"):
        secured(table)
    policy("credit_grade", "officer_supervises", "SELECT", "officer", "supervises(enterprise_id)")
    policy("list_entry", "officer_supervises", "SELECT", "officer", "supervises_code(uscc)")
    for table in ("credit_grade", "list_entry"):
        grant("SELECT", table, "officer")
    for table in ("inspection_plan", "visit"):
        policy(table, "officer_own", "ALL", "officer", OWN_BUREAU, OWN_BUREAU)
    grant("SELECT, INSERT", "inspection_plan", "officer")
    grant("SELECT, INSERT, UPDATE", "visit", "officer")
