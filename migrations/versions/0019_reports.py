"""Reports: their whole life, their documents in a series of their own, and who follows one by a secret code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import grant, policy, roles, secured, seen

revision = "0019"
down_revision = "0018"
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


HEAD = """
CREATE FUNCTION report_head(of_bureau uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT m.account_id FROM membership m JOIN account a ON a.id = m.account_id
          WHERE m.org_id = of_bureau AND a.kind = 'supervisor' AND a.disabled_at IS NULL
          ORDER BY a.created_at, a.id LIMIT 1 $$
"""

CONCLUDED = "state IN ('case_opened', 'no_case', 'redirected')"
FOLDED = "state IN ('repeat', 'merged')"
CHECKS = {
    "state": "state IN ('received', 'case_opened', 'no_case', 'redirected', 'repeat', 'merged')",
    "source": "source IN ('filed', 'mediation')",
    "lead": "(source = 'mediation') = (complaint_id IS NOT NULL)",
    "unnamed": "NOT anonymous OR num_nonnulls(reporter_id, name_sealed, phone_sealed) = 0",
    "verified_on_evidence": "CASE WHEN state IN ('case_opened', 'no_case', 'redirected', 'repeat', 'merged')"
    " THEN verified_on IS NOT NULL ELSE verified_on IS NULL END",
    "redirect_to_evidence": "CASE WHEN state IN ('redirected') THEN redirect_to IS NOT NULL"
    " ELSE redirect_to IS NULL END",
    "merged_into_evidence": f"CASE WHEN {FOLDED} THEN merged_into IS NOT NULL ELSE merged_into IS NULL END",
    "told_basis_evidence": f"CASE WHEN {CONCLUDED} THEN true ELSE told_basis IS NULL END",
    "redirect_to_length": "char_length(redirect_to) <= 200",
}
INWARD = (
    "verify", "propose_extend", "refuse_extend", "police_propose", "police_approve", "police_refuse", "assist_send",
    "letter_sent", "letter_received", "letter_answered",
)  # fmt: skip
"""What a bureau does within: a reporter may be the one whom the police is asked about, and reads none of it."""


def upgrade() -> None:
    series()
    report()
    extensions()
    letters()
    inward()
    files_without_an_account()
    unnamed()
    indexes()


def series() -> None:
    """A gap in the numbers of documents that a firm is served would tell of a report; each kind is counted apart."""
    kind = sa.Column("case_kind", sa.Text(), autoincrement=False, nullable=False, server_default="complaint")
    op.add_column("paper_serial", kind)
    # one row per bureau and year: nobody waits for these locks
    key = "PRIMARY KEY (bureau_id, year, case_kind)"
    ignoring("ban-drop-default", "ALTER TABLE paper_serial ALTER COLUMN case_kind DROP DEFAULT")
    ignoring("ban-drop-constraint", "ALTER TABLE paper_serial DROP CONSTRAINT pk_paper_serial")
    rules = "constraint-missing-not-valid, adding-serial-primary-key-field"
    ignoring(rules, f"ALTER TABLE paper_serial ADD CONSTRAINT pk_paper_serial {key}")
    # the wider key takes its place in the same transaction
    wider = "uq_paper_bureau_id_year_case_kind_serial UNIQUE (bureau_id, year, case_kind, serial)"
    ignoring("ban-drop-constraint", "ALTER TABLE paper DROP CONSTRAINT uq_paper_bureau_id_year_serial")
    ignoring("constraint-missing-not-valid, disallowed-unique-constraint", f"ALTER TABLE paper ADD CONSTRAINT {wider}")
    op.execute("DROP POLICY officer_counts ON paper_serial")
    op.execute(f"REVOKE ALL ON paper_serial FROM {roles(('officer',))}")
    op.execute(NEXT)
    op.execute("REVOKE ALL ON FUNCTION paper_next(uuid, bigint, text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION paper_next(uuid, bigint, text) TO {roles(('worker', 'officer'))}")


def report() -> None:
    op.execute(HEAD)
    op.execute("REVOKE ALL ON FUNCTION report_head(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION report_head(uuid) TO {roles(('worker', 'officer'))}")
    op.add_column("report", sa.Column("officer_id", sa.Uuid(), nullable=True))
    op.add_column("report", sa.Column("source", sa.Text(), nullable=False, server_default="filed"))
    ignoring("ban-drop-default", "ALTER TABLE report ALTER COLUMN source DROP DEFAULT")
    op.add_column("report", sa.Column("complaint_id", sa.Uuid(), nullable=True))
    op.add_column("report", sa.Column("merged_into", sa.Uuid(), nullable=True))
    for name in ("name_sealed", "phone_sealed", "address_sealed"):
        op.add_column("report", sa.Column(name, sa.LargeBinary(), nullable=True))
    for name in ("redirect_to", "told_basis"):
        op.add_column("report", sa.Column(name, sa.Text(), nullable=True))
    for column, target in {"officer_id": "account", "complaint_id": "complaint", "merged_into": "report"}.items():
        name = op.f(f"fk_report_{column}")
        op.create_foreign_key(name, "report", target, [column], ["id"], postgresql_not_valid=True)
    op.execute(
        "UPDATE report SET officer_id = (SELECT a.party_id FROM case_access a WHERE a.case_id = report.id"
        " AND a.kind = 'officer' AND a.until IS NULL ORDER BY a.since LIMIT 1),"
        " redirect_to = CASE WHEN state = 'redirected' THEN '' END"
    )
    # wider checks take their place in the same transaction
    for name in ("state", "verified_on_evidence"):
        ignoring("ban-drop-constraint", f"ALTER TABLE report DROP CONSTRAINT ck_report_{name}")
    for name, check in CHECKS.items():
        op.execute(f"ALTER TABLE report ADD CONSTRAINT ck_report_{name} CHECK ({check}) NOT VALID")


def ignoring(rules: str, statement: str) -> None:
    op.execute(f"-- squawk-ignore {rules}\n{statement}")


def indexes() -> None:
    """What was not looked at while the table was locked is looked at now, and the indexes are made beside the writers."""
    open_ = sa.text("state = 'received'")
    checked_now = [("report", f"fk_report_{column}") for column in ("officer_id", "complaint_id", "merged_into")]
    checked_now += [("report", f"ck_report_{name}") for name in CHECKS] + [("evidence", "ck_evidence_owned")]
    with op.get_context().autocommit_block():
        op.drop_index("ix_report_queue", "report", postgresql_concurrently=True, if_exists=True)
        for name, columns, where in (
            ("ix_report_queue", ["officer_id", "next_due_on", "id"], open_),
            ("ix_report_officer", ["officer_id", "id"], None),
        ):
            op.create_index(
                name, "report", columns, postgresql_where=where, postgresql_concurrently=True, if_not_exists=True
            )
    for table, name in checked_now:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def decided() -> list[sa.Column]:
    """Who asked, and who decided: another person."""
    return [
        sa.Column("asked_by", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
    ]


def checked(table: str, checks: dict[str, str]) -> None:
    both = {
        "decided_whole": "num_nonnulls(decided_by, decided_on, approved) IN (0, 3)",
        "another_person": "decided_by <> asked_by",
    }
    for name, check in (both | checks).items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, check)


def officers_only(table: str) -> None:
    secured(table)
    policy(table, "officer_reads", "SELECT", "officer", seen(table, "case_id", "officer"))
    writes = seen(table, "case_id", "officer", writes=True)
    policy(table, "officer_adds", "INSERT", "officer", None, writes)
    policy(table, "officer_changes", "UPDATE", "officer", writes, writes)
    grant("SELECT, INSERT, UPDATE", table, "officer")


def extensions() -> None:
    op.create_table(
        "report_extension",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("report.id"), nullable=False),
        *decided(),
    )
    checked("report_extension", {})
    waits = sa.text("decided_on IS NULL")
    op.create_index("uq_report_extension_open", "report_extension", ["case_id"], unique=True, postgresql_where=waits)
    officers_only("report_extension")


def letters() -> None:
    op.create_table(
        "report_letter",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        *decided(),
        sa.Column("send_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
    )
    checked(
        "report_letter",
        {
            "kind": "kind IN ('police', 'assist')",
            "to_name_length": "char_length(to_name) <= 200",
            "help": "kind = 'police' OR num_nonnulls(decided_by, decided_on, approved, send_by) = 0",
            "sent_when_approved": "sent_at IS NULL OR kind = 'assist' OR approved",
            "received_when_sent": "received_on IS NULL OR sent_at IS NOT NULL",
            "answered_when_received": "answered_on IS NULL OR answered_on >= received_on",
            "answered_after_receipt": "answered_on IS NULL OR received_on IS NOT NULL",
        },
    )
    waits = sa.text("kind = 'police' AND decided_on IS NULL")
    op.create_index("ix_report_letter_case", "report_letter", ["case_id", "id"])
    op.create_index("uq_report_letter_police", "report_letter", ["case_id"], unique=True, postgresql_where=waits)
    officers_only("report_letter")


def inward() -> None:
    """A reporter reads the report's journal and clocks, but not what the bureau asks of others about it."""
    listed = ", ".join(f"'{event}'" for event in INWARD)
    restrict("case_event", f"kind <> 'report' OR event NOT IN ({listed})")
    restrict("case_clock", "term <> 'report.police'")


def restrict(table: str, using: str) -> None:
    op.execute(
        f"CREATE POLICY consumer_not_inward ON {table} AS RESTRICTIVE FOR SELECT TO {roles(('consumer',))} USING ({using})"
    )


def files_without_an_account() -> None:
    """An anonymous reporter's file belongs to the report and to no account."""
    ignoring("ban-drop-not-null", "ALTER TABLE evidence ALTER COLUMN owner_id DROP NOT NULL")
    owned = "CHECK (num_nonnulls(owner_id, case_id) > 0)"
    op.execute(f"ALTER TABLE evidence ADD CONSTRAINT ck_evidence_owned {owned} NOT VALID")
    theirs = f"owner_id IS NULL AND {seen('evidence', 'case_id', 'consumer', writes=True)}"
    policy("evidence", "consumer_adds_unnamed", "INSERT", "consumer", None, theirs)


def unnamed() -> None:
    """Somebody who is signed in may report without a name too: as the public does, reading nothing back by account."""
    policy("filing", "consumer_unnamed", "INSERT", "consumer", None, "filer_id IS NULL")
    policy("report", "consumer_unnamed", "INSERT", "consumer", None, "anonymous AND reporter_id IS NULL")
    policy("case_event", "consumer_unnamed", "INSERT", "consumer", None, "kind = 'report' AND seq = 1")
    policy("case_clock", "consumer_unnamed", "INSERT", "consumer", None, "case_kind = 'report'")
    policy("case_commitment", "consumer_unnamed", "INSERT", "consumer", None, "seq = 1")
    policy("outbox", "consumer_unnamed", "INSERT", "consumer", None, "topic = 'report.file'")
