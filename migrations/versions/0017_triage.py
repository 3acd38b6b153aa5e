"""Triage: what complaints are found by, and a search that asks row-level security itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import roles

revision = "triage"
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

VALIDATED = ("fk_complaint_proposed_by", "ck_complaint_proposed_whole", "ck_complaint_answered_what_was_proposed")
"""Checked for the rows that are there in a transaction of its own, while others go on writing."""


def upgrade() -> None:
    op.add_column("complaint", sa.Column("phone_index", sa.LargeBinary(), nullable=True))
    op.add_column("complaint", sa.Column("address_index", sa.LargeBinary(), nullable=True))
    op.add_column("complaint", sa.Column("grams", sa.ARRAY(sa.Text()), nullable=True))
    second()
    op.execute(FOUND)
    signature = "complaints_found(text[], text[], bytea, uuid, integer)"
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles(('officer',))}")
    with op.get_context().autocommit_block():
        index("ix_complaint_firm", ["bureau_id", "enterprise_id", "received_on"])
        index("ix_complaint_respondent", ["bureau_id", "respondent_name", "received_on"], where="enterprise_id IS NULL")
        index("ix_complaint_grams", ["grams"], using="gin")
        index("ix_complaint_phone", ["phone_index", "id"])
        index("ix_complaint_address", ["address_index", "id"])
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
