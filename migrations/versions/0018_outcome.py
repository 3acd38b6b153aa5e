"""What comes after an agreement or a closing: outcomes with their proof, questions by link, return visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import AUDIENCES, grant, policy, role, secured, seen

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OWN_BUREAU = "bureau_id = ANY ((SELECT app_parties())::uuid[])"
NOT_DECIDED = sa.text("kind IS NULL")


# Whoever holds a link's token may know what its message has told already, and for whom to answer; nothing else.
QUESTION_OPEN = """
CREATE FUNCTION question_open(of_digest bytea) RETURNS TABLE (id uuid, case_id uuid, account uuid, kind text, city text,
    number text, respondent text, answered boolean, expired boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT q.id, q.case_id, c.complainant_id, q.kind, c.city, c.number, c.respondent_name,
          q.answered_at IS NOT NULL OR (q.kind = 'rate' AND EXISTS (SELECT 1 FROM evaluation e
              WHERE e.case_id = q.case_id AND e.resolution = q.seq)), q.expires_at <= now()
          FROM question q JOIN complaint c ON c.id = q.case_id WHERE q.token_digest = of_digest $$
"""


def upgrade() -> None:
    outcomes()
    questions()
    return_visits()


def outcomes() -> None:
    op.create_table(
        "outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("performed_fen", sa.BigInteger(), nullable=True),
        sa.Column("performed_on", sa.Date(), nullable=True),
        sa.Column("proof_file", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("matched_by", sa.Uuid(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('confirmed', 'receipt', 'silent', 'denied')", name=op.f("ck_outcome_kind")),
        sa.CheckConstraint("(kind IS NULL) = (decided_on IS NULL)", name=op.f("ck_outcome_decided")),
        sa.CheckConstraint(
            "num_nonnulls(performed_fen, performed_on) IN (0, 2)", name=op.f("ck_outcome_performed_whole")
        ),
        sa.CheckConstraint(
            "performed_on IS NOT NULL OR kind IS NOT DISTINCT FROM 'denied'", name=op.f("ck_outcome_performed")
        ),
        sa.CheckConstraint("performed_on <= recorded_on", name=op.f("ck_outcome_performed_before")),
        sa.CheckConstraint("performed_fen BETWEEN 0 AND 100000000000", name=op.f("ck_outcome_performed_amount")),
        sa.CheckConstraint(
            "(answered_by IS NOT NULL) = (coalesce(kind, '') IN ('confirmed', 'denied'))",
            name=op.f("ck_outcome_answered_evidence"),
        ),
        sa.CheckConstraint(
            "(matched_by IS NOT NULL) = (kind IS NOT DISTINCT FROM 'receipt')",
            name=op.f("ck_outcome_matched_evidence"),
        ),
        sa.CheckConstraint(
            "kind IS DISTINCT FROM 'receipt' OR proof_file IS NOT NULL", name=op.f("ck_outcome_receipt_evidence")
        ),
        sa.CheckConstraint(
            "(notice_id IS NOT NULL) = (kind IS NOT DISTINCT FROM 'silent')", name=op.f("ck_outcome_silent_evidence")
        ),
        sa.CheckConstraint("num_nonnulls(notice_id, noticed_on) IN (0, 2)", name=op.f("ck_outcome_noticed_whole")),
        sa.CheckConstraint("noticed_on < decided_on", name=op.f("ck_outcome_silent_after_notice")),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_outcome_case_id")),
        sa.ForeignKeyConstraint(["proof_file"], ["evidence.id"], name=op.f("fk_outcome_proof_file")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_outcome_answered_by")),
        sa.ForeignKeyConstraint(["matched_by"], ["account.id"], name=op.f("fk_outcome_matched_by")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_outcome_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index("uq_outcome_open", "outcome", ["case_id"], unique=True, postgresql_where=NOT_DECIDED)
    op.create_index("ix_outcome_case", "outcome", ["case_id", "id"])
    op.create_index("ix_outcome_waiting", "outcome", ["recorded_on", "id"], postgresql_where=NOT_DECIDED)
    op.create_index("ix_outcome_decided", "outcome", ["decided_on"], postgresql_where=sa.text("kind IS NOT NULL"))
    secured("outcome")
    for audience in AUDIENCES:
        policy("outcome", f"{audience}_reads", "SELECT", audience, seen("outcome", "case_id", audience))
        grant("SELECT, INSERT", "outcome", audience)
    answers()


def answers() -> None:
    """The firm, or an officer for it, says it performed; the consumer alone answers; an officer alone matches."""
    for audience in ("merchant", "officer"):
        writes = seen("outcome", "case_id", audience, writes=True)
        policy("outcome", f"{audience}_performs", "INSERT", audience, None, f"kind IS NULL AND {writes}")
    writes = seen("outcome", "case_id", "consumer", writes=True)
    answered = f"kind IN ('confirmed', 'denied') AND answered_by = app_account() AND {writes}"
    policy("outcome", "consumer_says", "INSERT", "consumer", None, answered)
    policy("outcome", "consumer_answers", "UPDATE", "consumer", f"kind IS NULL AND {writes}", answered)
    changes = "kind, decided_on, answered_by, performed_fen, performed_on, proof_file"
    grant(f"UPDATE ({changes})", "outcome", "consumer")
    writes = seen("outcome", "case_id", "officer", writes=True)
    matched = f"kind = 'receipt' AND matched_by = app_account() AND {writes}"
    policy("outcome", "officer_matches", "UPDATE", "officer", f"kind IS NULL AND {writes}", matched)
    grant("UPDATE (kind, decided_on, matched_by)", "outcome", "officer")


def questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('rate', 'kept')", name=op.f("ck_question_kind")),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name=op.f("ck_question_answer")),
        sa.CheckConstraint(
            "(answer IS NOT NULL) = (kind = 'kept' AND answered_at IS NOT NULL)",
            name=op.f("ck_question_answer_evidence"),
        ),
        sa.CheckConstraint("expires_at > asked_at", name=op.f("ck_question_expires")),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_question_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_question_token_digest")),
        sa.UniqueConstraint("case_id", "seq", "kind", name=op.f("uq_question_case_id_seq_kind")),
    )
    op.create_index("ix_question_answered", "question", ["answered_at"], postgresql_where=sa.text("answer IS NOT NULL"))
    secured("question")
    policy("question", "consumer_reads", "SELECT", "consumer", seen("question", "case_id", "consumer"))
    writes = seen("question", "case_id", "consumer", writes=True)
    policy("question", "consumer_answers", "UPDATE", "consumer", f"answered_at IS NULL AND {writes}", writes)
    policy("question", "officer_reads", "SELECT", "officer", seen("question", "case_id", "officer"))
    grant("SELECT, UPDATE (answered_at, answer)", "question", "consumer")
    grant("SELECT", "question", "officer")
    op.execute(QUESTION_OPEN)
    op.execute("REVOKE ALL ON FUNCTION question_open(bytea) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION question_open(bytea) TO {role('public')}")


def return_visits() -> None:
    op.create_table(
        "return_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("last >= first AND last <= drawn_on", name=op.f("ck_return_sample_period")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_return_sample_percent")),
        sa.CheckConstraint("char_length(seed) <= 64", name=op.f("ck_return_sample_seed_length")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_return_sample_bureau_id")),
        sa.ForeignKeyConstraint(["drawn_by"], ["account.id"], name=op.f("fk_return_sample_drawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_sample")),
    )
    op.create_index("ix_return_sample_bureau", "return_sample", ["bureau_id", "id"])
    op.create_table(
        "return_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("reason IN ('unhappy', 'denied', 'broken', 'sample')", name=op.f("ck_return_visit_reason")),
        sa.CheckConstraint("result IN ('solved', 'unsolved', 'unreached')", name=op.f("ck_return_visit_result")),
        sa.CheckConstraint("(reason = 'sample') = (sample_id IS NOT NULL)", name=op.f("ck_return_visit_drawn")),
        sa.CheckConstraint("(reason = 'sample') = (seq IS NULL)", name=op.f("ck_return_visit_asked_by")),
        sa.CheckConstraint(
            "num_nonnulls(result, done_on, done_by) IN (0, 3)", name=op.f("ck_return_visit_recorded_whole")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["complaint.id"], name=op.f("fk_return_visit_case_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_return_visit_bureau_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["return_sample.id"], name=op.f("fk_return_visit_sample_id")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_return_visit_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_visit")),
    )
    asked, not_done = sa.text("seq IS NOT NULL"), sa.text("result IS NULL")
    drawn = sa.text("reason = 'sample'")
    op.create_index("uq_return_visit_event", "return_visit", ["case_id", "seq"], unique=True, postgresql_where=asked)
    op.create_index("uq_return_visit_sample", "return_visit", ["sample_id", "case_id"], unique=True)
    op.create_index("ix_return_visit_open", "return_visit", ["bureau_id", "due_on", "id"], postgresql_where=not_done)
    op.create_index("ix_return_visit_due", "return_visit", ["due_on"], postgresql_where=drawn)
    op.create_index("ix_return_visit_case", "return_visit", ["case_id"])
    for table in ("return_sample", "return_visit"):
        secured(table)
        policy(table, "officer_own", "ALL", "officer", OWN_BUREAU, OWN_BUREAU)
        grant("SELECT, INSERT", table, "officer")
    grant("UPDATE (result, done_on, done_by)", "return_visit", "officer")
