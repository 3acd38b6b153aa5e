"""Oversight: supervision orders, talks, deputies, workload as counted, runs over a cluster, challenges with their hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import case_policies, grant, policy, role, roles, secured

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OWN_BUREAU = "bureau_id = ANY ((SELECT app_parties())::uuid[])"

# Counting under row-level security asks for every row whether it is open to the caller; whoever works for a bureau may
# know how many complaints it has, so this is asked once. Complaints alone: no count of reports is anywhere (art. 37).
WORKLOAD = r"""
CREATE FUNCTION workload_of(bureaus uuid[], today date, soon_by date) RETURNS TABLE (bureau_id uuid, officer_id uuid,
    open bigint, soon bigint, late bigint, upto_7 bigint, upto_30 bigint, upto_60 bigint, older bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF session_user NOT LIKE '%\_worker' AND NOT bureaus <@ app_parties() THEN
        RAISE EXCEPTION 'only who works for a bureau knows its workload' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT c.bureau_id, c.assigned_to, count(*),
        count(*) FILTER (WHERE c.next_due_on BETWEEN today AND soon_by), count(*) FILTER (WHERE c.next_due_on < today),
        count(*) FILTER (WHERE today - c.received_on <= 7),
        count(*) FILTER (WHERE today - c.received_on BETWEEN 8 AND 30),
        count(*) FILTER (WHERE today - c.received_on BETWEEN 31 AND 60),
        count(*) FILTER (WHERE today - c.received_on > 60)
        FROM complaint c WHERE c.bureau_id = ANY (bureaus) AND c.state NOT IN ('closed', 'withdrawn')
        GROUP BY c.bureau_id, c.assigned_to;
END $$
"""


def upgrade() -> None:
    supervision_order()
    talk()
    deputy()
    workload()
    cluster_run()
    cluster_item()
    challenge()
    machines()
    of_bureaus()
    clusters()
    secured("challenge")
    case_policies("challenge", "case_id", "officer")
    grant("SELECT, INSERT, UPDATE", "challenge", "officer")
    inward()
    letters()


def machines() -> None:
    """A supervision order is the two bureaus' own; a talk is the bureau's and the firm's, which acknowledges it."""
    for table, audiences in {"supervision_order": ("officer",), "talk": ("officer", "merchant")}.items():
        secured(table)
        for audience in audiences:
            case_policies(table, "id", audience)
            grant("SELECT, UPDATE", table, audience)
        grant("INSERT", table, "officer")


def of_bureaus() -> None:
    """Who stands in for whom is the head's to say and everybody's of the bureau to know; counts are the bureau's."""
    secured("deputy")
    policy("deputy", "officer_bureau", "SELECT", "officer", OWN_BUREAU)
    own = f"head_id = app_account() AND {OWN_BUREAU}"
    policy("deputy", "officer_names", "INSERT", "officer", None, own)
    policy("deputy", "officer_ends", "UPDATE", "officer", own, own)
    grant("SELECT, INSERT", "deputy", "officer")
    grant("UPDATE (ended_at)", "deputy", "officer")
    secured("workload")
    grant("DELETE", "workload", "worker")
    policy("workload", "officer_bureau", "SELECT", "officer", OWN_BUREAU)
    grant("SELECT", "workload", "officer")
    op.execute(WORKLOAD)
    signature = "workload_of(uuid[], date, date)"
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles(('worker', 'officer'))}")


def clusters() -> None:
    """A run is its bureau's; whoever begins one rings the bell for it, and for nothing else."""
    secured("cluster_run")
    policy("cluster_run", "officer_bureau", "ALL", "officer", OWN_BUREAU, OWN_BUREAU)
    grant("SELECT, INSERT", "cluster_run", "officer")
    grant("UPDATE (chain_seq, state, finished_at)", "cluster_run", "officer")
    secured("cluster_item")
    of_run = "EXISTS (SELECT 1 FROM cluster_run r WHERE r.id = cluster_item.run_id)"
    policy("cluster_item", "officer_bureau", "ALL", "officer", of_run, of_run)
    grant("SELECT, INSERT", "cluster_item", "officer")
    grant("UPDATE (state, code, finished_at)", "cluster_item", "officer")
    rings = "topic = 'cluster.go' AND EXISTS (SELECT 1 FROM cluster_run r WHERE r.id = outbox.case_id)"
    op.execute(f"CREATE POLICY officer_clusters ON outbox FOR INSERT TO {role('officer')} WITH CHECK ({rings})")


def inward() -> None:
    """Who decides on a report for a head, and what is contested about it, is nothing that its reporter reads."""
    listed = "event NOT IN ('deputise', 'challenge', 'challenge_ended', 'bundle')"
    op.execute(
        f"CREATE POLICY consumer_not_overseen ON case_event AS RESTRICTIVE FOR SELECT TO {role('consumer')}"
        f" USING (kind <> 'report' OR {listed})"
    )


def letters() -> None:
    """Letters that wait for an answer, and what is proposed, are found without looking at the rest."""
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_report_letter_open",
            "report_letter",
            ["received_on"],
            postgresql_where=sa.text("answered_on IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_complaint_proposed",
            "complaint",
            ["bureau_id", "answer_until", "id"],
            postgresql_where=sa.text("proposed_on IS NOT NULL AND state = 'filed'"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def supervision_order() -> None:
    op.create_table(
        "supervision_order",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(about = 'case') = (complaint_id IS NOT NULL)", name=op.f("ck_supervision_order_about_what")
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('answered', 'closed') THEN answered_by IS NOT NULL ELSE answered_by IS NULL END",
            name=op.f("ck_supervision_order_answered_by_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('answered', 'closed') THEN answered_on IS NOT NULL ELSE answered_on IS NULL END",
            name=op.f("ck_supervision_order_answered_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('closed') THEN closed_by IS NOT NULL ELSE closed_by IS NULL END",
            name=op.f("ck_supervision_order_closed_by_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('closed') THEN closed_on IS NOT NULL ELSE closed_on IS NULL END",
            name=op.f("ck_supervision_order_closed_on_evidence"),
        ),
        sa.CheckConstraint("about IN ('case', 'backlog')", name=op.f("ck_supervision_order_about")),
        sa.CheckConstraint(
            "state IN ('issued', 'answered', 'withdrawn', 'closed')", name=op.f("ck_supervision_order_state")
        ),
        sa.CheckConstraint("closed_by <> answered_by", name=op.f("ck_supervision_order_another_person")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_supervision_order_answered_by")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_supervision_order_bureau_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_supervision_order_closed_by")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_supervision_order_complaint_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_supervision_order_issued_by")),
        sa.ForeignKeyConstraint(["issuer_id"], ["bureau.id"], name=op.f("fk_supervision_order_issuer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_order_number")),
    )
    op.create_index(
        "ix_supervision_order_bureau",
        "supervision_order",
        ["bureau_id", "answer_by", "id"],
        postgresql_where=sa.text("state IN ('issued', 'answered')"),
    )
    op.create_index("ix_supervision_order_complaint", "supervision_order", ["complaint_id"])
    op.create_index("ix_supervision_order_issuer", "supervision_order", ["issuer_id", "id"])


def talk() -> None:
    op.create_table(
        "talk",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("firm_name", sa.Text(), nullable=False),
        sa.Column("numbers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("notified_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("follow_on", sa.Date(), nullable=True),
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
            "CASE WHEN state IN ('closed') THEN closed_on IS NOT NULL ELSE closed_on IS NULL END",
            name=op.f("ck_talk_closed_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('held', 'closed') THEN follow_on IS NOT NULL ELSE follow_on IS NULL END",
            name=op.f("ck_talk_follow_on_evidence"),
        ),
        sa.CheckConstraint(
            "CASE WHEN state IN ('held', 'closed') THEN held_on IS NOT NULL ELSE held_on IS NULL END",
            name=op.f("ck_talk_held_on_evidence"),
        ),
        sa.CheckConstraint("state IN ('notified', 'held', 'cancelled', 'closed')", name=op.f("ck_talk_state")),
        sa.CheckConstraint("char_length(firm_name) <= 200", name=op.f("ck_talk_firm_name_length")),
        sa.CheckConstraint("char_length(place) <= 200", name=op.f("ck_talk_place_length")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_talk_bureau_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_talk_enterprise_id")),
        sa.ForeignKeyConstraint(["notified_by"], ["account.id"], name=op.f("fk_talk_notified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("number", name=op.f("uq_talk_number")),
    )
    op.create_index("ix_talk_bureau", "talk", ["bureau_id", "id"])
    op.create_index("ix_talk_enterprise", "talk", ["enterprise_id", "id"])


def deputy() -> None:
    op.create_table(
        "deputy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("head_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("deputy_id <> head_id", name=op.f("ck_deputy_another_person")),
        sa.CheckConstraint("until_on BETWEEN from_on AND from_on + 366", name=op.f("ck_deputy_days")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_deputy_bureau_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_deputy_deputy_id")),
        sa.ForeignKeyConstraint(["head_id"], ["account.id"], name=op.f("fk_deputy_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index(
        "ix_deputy_bureau", "deputy", ["bureau_id", "until_on"], postgresql_where=sa.text("ended_at IS NULL")
    )


def workload() -> None:
    op.create_table(
        "workload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("soon", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("upto_7", sa.BigInteger(), nullable=False),
        sa.Column("upto_30", sa.BigInteger(), nullable=False),
        sa.Column("upto_60", sa.BigInteger(), nullable=False),
        sa.Column("older", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_workload_bureau_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["account.id"], name=op.f("fk_workload_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workload")),
    )
    op.create_index("ix_workload_bureau", "workload", ["bureau_id"])


def cluster_run() -> None:
    op.create_table(
        "cluster_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_cluster_run_finished")),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_cluster_run_state")),
        sa.CheckConstraint("step IN ('accept', 'terminate')", name=op.f("ck_cluster_run_step")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_cluster_run_bureau_id")),
        sa.ForeignKeyConstraint(["started_by"], ["account.id"], name=op.f("fk_cluster_run_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_run")),
    )
    op.create_index("ix_cluster_run_bureau", "cluster_run", ["bureau_id", "id"])


def cluster_item() -> None:
    op.create_table(
        "cluster_item",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'failed' OR code IS NOT NULL", name=op.f("ck_cluster_item_failed")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_cluster_item_state")),
        sa.CheckConstraint("char_length(code) <= 50", name=op.f("ck_cluster_item_code_length")),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_cluster_item_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["cluster_run.id"], name=op.f("fk_cluster_item_run_id")),
        sa.PrimaryKeyConstraint("run_id", "case_id", name=op.f("pk_cluster_item")),
    )
    op.create_index(
        "ix_cluster_item_waiting", "cluster_item", ["run_id", "case_id"], postgresql_where=sa.text("state = 'waiting'")
    )


def challenge() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("case_kind IN ('complaint', 'report')", name=op.f("ck_challenge_case_kind")),
        sa.CheckConstraint("kind IN ('reconsideration', 'litigation')", name=op.f("ck_challenge_kind")),
        sa.CheckConstraint(
            "outcome IN ('upheld', 'changed', 'revoked', 'ordered', 'withdrawn', 'other')",
            name=op.f("ck_challenge_outcome"),
        ),
        sa.CheckConstraint("(until_on IS NULL) = (outcome IS NULL)", name=op.f("ck_challenge_ended_with_outcome")),
        sa.CheckConstraint("char_length(body) <= 200", name=op.f("ck_challenge_body_length")),
        sa.CheckConstraint("char_length(number) <= 100", name=op.f("ck_challenge_number_length")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_challenge_ends_after_start")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_challenge_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("case_id", "kind", "number", name=op.f("uq_challenge_case_id_kind_number")),
    )
    op.create_index("ix_challenge_held", "challenge", ["case_id"], postgresql_where=sa.text("until_on IS NULL"))
