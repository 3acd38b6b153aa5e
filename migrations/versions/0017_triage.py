"""Triage: finding complaints, the second person, whose case it is, who is away, an officer's own filters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import grant, policy, roles, secured

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Under row-level security an operator that is not leakproof never reaches an index. This function runs as the owner,
# looks into the index, and returns nothing but ids that the caller's own policy lets through. Each party's page is
# read off by itself: a rare word by its index, a frequent one by walking the party's cases from the newest on. The
# CASE keeps the planner from believing that hardly any text has a word whose pairs it has.
FOUND = """
CREATE FUNCTION complaints_found(wanted text[], patterns text[], phone bytea, before uuid, most integer)
    RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF phone IS NOT NULL THEN
        RETURN QUERY SELECT c.id FROM complaint c WHERE c.phone_index = phone
            AND (before IS NULL OR c.id < before) AND case_is_open(c.id, 'officer', false)
            ORDER BY c.id DESC LIMIT most;
    ELSE
        RETURN QUERY SELECT DISTINCT seen.case_id FROM unnest(app_parties()) AS own(party), LATERAL (
            SELECT a.case_id FROM case_access a JOIN complaint c ON c.id = a.case_id
            WHERE a.party_id = own.party AND a.kind = 'officer' AND a.until IS NULL
                AND (before IS NULL OR a.case_id < before) AND c.grams @> wanted
                AND CASE WHEN lower(normalize(concat_ws(' ', c.number, c.respondent_name, c.place, c.narrative),
                    NFKC)) LIKE ALL (patterns) THEN true ELSE false END
            ORDER BY a.case_id DESC LIMIT most) AS seen
            ORDER BY seen.case_id DESC LIMIT most;
    END IF;
END $$
"""

# Who works at a bureau is known to those who work with it, and to nobody else.
OFFICERS = """
CREATE FUNCTION bureau_officers() RETURNS TABLE (account_id uuid, bureau_id uuid, login text, name_sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.id, m.org_id, a.login, a.name_sealed FROM membership m JOIN account a ON a.id = m.account_id
    WHERE m.org_id = ANY (app_parties()) AND m.org_kind = 'bureau' AND a.kind IN ('officer', 'supervisor')
        AND a.disabled_at IS NULL ORDER BY a.id LIMIT 200 $$
"""

OPEN = "state NOT IN ('closed', 'withdrawn')"

VALIDATED = (
    "fk_complaint_proposed_by",
    "fk_complaint_assigned_to",
    "ck_complaint_proposed_whole",
    "ck_complaint_answered_what_was_proposed",
)
"""Checked for the rows that are there in a transaction of its own, while others go on writing."""


def upgrade() -> None:
    op.add_column("complaint", sa.Column("phone_index", sa.LargeBinary(), nullable=True))
    op.add_column("complaint", sa.Column("address_index", sa.LargeBinary(), nullable=True))
    op.add_column("complaint", sa.Column("grams", sa.ARRAY(sa.Text()), nullable=True))
    second()
    op.add_column("complaint", sa.Column("assigned_to", sa.Uuid(), nullable=True))
    reference("assigned_to")
    absences()
    filters()
    op.execute(FOUND)
    op.execute(OFFICERS)
    op.execute("REVOKE ALL ON FUNCTION bureau_officers() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION bureau_officers() TO {roles(('officer',))}")
    signature = "complaints_found(text[], text[], bytea, uuid, integer)"
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles(('officer',))}")
    with op.get_context().autocommit_block():
        index("ix_complaint_firm", ["bureau_id", "enterprise_id", "received_on"])
        index("ix_complaint_respondent", ["bureau_id", "respondent_name", "received_on"], where="enterprise_id IS NULL")
        index("ix_complaint_grams", ["grams"], using="gin")
        index("ix_complaint_phone", ["phone_index", "id"])
        index("ix_complaint_address", ["address_index", "id"])
        index("ix_complaint_assigned", ["assigned_to", "bureau_id", "next_due_on", "id"], where=OPEN)
        index("ix_complaint_unassigned", ["bureau_id", "next_due_on", "id"], where=f"{OPEN} AND assigned_to IS NULL")
        index("ix_complaint_unindexed", ["id"], where="grams IS NULL")
    for name in VALIDATED:
        op.execute(f"ALTER TABLE complaint VALIDATE CONSTRAINT {name}")


def second() -> None:
    """Who proposed to decline on the ground that needs two people, and whether the consumer was heard."""
    op.add_column("complaint", sa.Column("proposed_by", sa.Uuid(), nullable=True))
    for column in ("proposed_on", "answer_until", "answered_on"):
        op.add_column("complaint", sa.Column(column, sa.Date(), nullable=True))
    reference("proposed_by")
    check("proposed_whole", "num_nonnulls(proposed_by, proposed_on, answer_until) IN (0, 3)")
    check("answered_what_was_proposed", "answered_on IS NULL OR proposed_on IS NOT NULL")


def absences() -> None:
    """Who is away when: known and kept by everybody of the bureau."""
    op.create_table(
        "officer_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on BETWEEN from_on AND from_on + 366", name=op.f("ck_officer_absence_days")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_officer_absence_account_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_officer_absence_bureau_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_officer_absence_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_absence")),
    )
    op.create_index(
        "ix_officer_absence_bureau",
        "officer_absence",
        ["bureau_id", "until_on"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    secured("officer_absence")
    own = "bureau_id = ANY ((SELECT app_parties())::uuid[])"
    policy("officer_absence", "officer_bureau", "ALL", "officer", own, own)
    grant("SELECT, INSERT, UPDATE", "officer_absence", "officer")


def filters() -> None:
    """The filters of the queue that an officer keeps: nobody else's."""
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) <= 30", name=op.f("ck_saved_filter_name_length")),
        sa.CheckConstraint("char_length(state) <= 20", name=op.f("ck_saved_filter_state_length")),
        sa.CheckConstraint("char_length(district) <= 6", name=op.f("ck_saved_filter_district_length")),
        sa.CheckConstraint("whose IN ('all', 'mine', 'unassigned')", name=op.f("ck_saved_filter_whose")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filter_account_id_name")),
    )
    secured("saved_filter")
    policy("saved_filter", "officer_own", "ALL", "officer", *["account_id = app_account()"] * 2)
    grant("SELECT, INSERT, UPDATE, DELETE", "saved_filter", "officer")


def reference(column: str) -> None:
    """A reference to an account, not checked for the rows that are there: the column is new and empty."""
    name = f"fk_complaint_{column}"
    op.create_foreign_key(name, "complaint", "account", [column], ["id"], postgresql_not_valid=True)


def check(name: str, condition: str) -> None:
    """A check that holds for new rows; the rows that are there have nothing in these columns."""
    op.execute(f"ALTER TABLE complaint ADD CONSTRAINT ck_complaint_{name} CHECK ({condition}) NOT VALID")


def index(name: str, columns: list[str], using: str = "btree", where: str | None = None) -> None:
    """An index made while others go on writing."""
    op.create_index(
        name,
        "complaint",
        columns,
        postgresql_using=using,
        postgresql_where=sa.text(where) if where else None,
        postgresql_concurrently=True,
        if_not_exists=True,
    )
