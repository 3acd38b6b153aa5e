"""Reports: their documents in a series of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import roles

revision = "reports"
down_revision = "0016"
branch_labels = None
depends_on = None


NEXT = r"""
CREATE FUNCTION paper_next(of_bureau uuid, of_year bigint, of_kind text) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public AS $$
DECLARE
    taken bigint;
BEGIN
    IF session_user NOT LIKE '%\_worker' AND NOT of_bureau = ANY (app_parties()) THEN
        RAISE EXCEPTION 'only the bureau counts its documents' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO paper_serial AS s (bureau_id, year, case_kind, last) VALUES (of_bureau, of_year, of_kind, 1)
        ON CONFLICT (bureau_id, year, case_kind) DO UPDATE SET last = s.last + 1 RETURNING last INTO taken;
    RETURN taken;
END $$
"""


def upgrade() -> None:
    series()


def series() -> None:
    """A gap in the numbers of documents that a firm is served would tell of a report; each kind is counted apart."""
    op.add_column(
        "paper_serial",
        sa.Column("case_kind", sa.Text(), autoincrement=False, nullable=False, server_default="complaint"),
    )
    op.alter_column("paper_serial", "case_kind", server_default=None)
    op.drop_constraint("pk_paper_serial", "paper_serial", type_="primary")
    op.create_primary_key("pk_paper_serial", "paper_serial", ["bureau_id", "year", "case_kind"])
    op.drop_constraint("uq_paper_bureau_id_year_serial", "paper", type_="unique")
    op.create_unique_constraint(
        op.f("uq_paper_bureau_id_year_case_kind_serial"), "paper", ["bureau_id", "year", "case_kind", "serial"]
    )
    op.execute("DROP POLICY officer_counts ON paper_serial")
    op.execute(f"REVOKE ALL ON paper_serial FROM {roles(('officer',))}")
    op.execute(NEXT)
    op.execute("REVOKE ALL ON FUNCTION paper_next(uuid, bigint, text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION paper_next(uuid, bigint, text) TO {roles(('worker', 'officer'))}")
