"""Who is competent: how goods were bought, cases that go up, disputes, agreements between regions and help under them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.rights import AUDIENCES, grant, policy, roles, secured, seen

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OWN = "ANY ((SELECT app_parties())::uuid[])"
WAITS = sa.text("decided_on IS NULL")
NOT_ENDED = sa.text("ended IS NULL")

# A guest comes in for one step. Who may: the other side of an open dispute, and whoever is asked for help and has not
# answered. Access that it had for reading is kept when it leaves.
GUEST_IN = r"""
CREATE FUNCTION case_guest_in(of_case uuid, new_id uuid, party uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF session_user NOT LIKE '%\_worker' AND NOT party = ANY (app_parties()) THEN
        RAISE EXCEPTION 'nobody comes in for another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM jurisdiction_dispute d WHERE d.case_id = of_case AND d.ended IS NULL
            AND d.other_id = party)
        AND NOT EXISTS (SELECT 1 FROM help_request h WHERE h.case_id = of_case AND h.answered_on IS NULL
            AND h.helper_id = party) THEN
        RAISE EXCEPTION 'the bureau has no part in the case' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
        VALUES (new_id, of_case, party, 'officer', true, 'guest for one step', now())
        ON CONFLICT (case_id, party_id, kind) WHERE until IS NULL DO UPDATE SET writes = true;
END $$
"""

GUEST_OUT = """
CREATE FUNCTION case_guest_out(of_case uuid, party uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM complaint WHERE id = of_case AND bureau_id = party) THEN
        RETURN;
    END IF;
    UPDATE case_access SET writes = false, until = CASE WHEN reason = 'guest for one step' THEN now() END
        WHERE case_id = of_case AND party_id = party AND kind = 'officer' AND until IS NULL;
END $$
"""

FUNCTIONS = {
    "case_guest_in(uuid, uuid, uuid)": GUEST_IN,
    "case_guest_out(uuid, uuid)": GUEST_OUT,
}


def upgrade() -> None:
    origin()
    upward()
    disputes()
    agreements()
    helping()
    functions()


def functions() -> None:
    for name, statement in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {roles(('worker', 'officer'))}")


def key(*columns: str) -> list[sa.Column]:
    """Columns of ids that lead to an account or a bureau."""
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in columns]


def texts(**nullable: bool) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=empty) for name, empty in nullable.items()]


def days(**nullable: bool) -> list[sa.Column]:
    return [sa.Column(name, sa.Date(), nullable=empty) for name, empty in nullable.items()]


def ids(**nullable: bool) -> list[sa.Column]:
    return [sa.Column(name, sa.Uuid(), nullable=empty) for name, empty in nullable.items()]


def checks(table: str, **expressions: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(check, name=op.f(f"ck_{table}_{name}")) for name, check in expressions.items()]


def leads_to(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def index(table: str, name: str, *columns: str, unique: bool = False, where: sa.TextClause | None = None) -> None:
    op.create_index(name, table, list(columns), unique=unique, postgresql_where=where)


def origin() -> None:
    table = "case_origin"
    kinds = "'trader', 'online', 'platform_shop', 'platform', 'ad_media', 'ad_internet', 'ad_own'"
    op.create_table(
        table,
        *ids(case_id=False),
        *texts(case_kind=False, kind=False),
        *ids(host_id=True),
        *texts(published_address=True, platform_address=True),
        sa.Column("unreachable", sa.Boolean(), nullable=False),
        *checks(
            table,
            case_kind="case_kind IN ('complaint', 'report')",
            kind=f"kind IN ({kinds})",
            of_leg="case_kind = 'report' OR kind NOT LIKE 'ad%'",
            published_address_length="char_length(published_address) <= 300",
            platform_address_length="char_length(platform_address) <= 300",
        ),
        *leads_to(table, host_id="store"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_origin")),
    )
    index(table, "ix_case_origin_host", "host_id", where=sa.text("host_id IS NOT NULL"))
    secured(table)
    for audience in AUDIENCES:
        policy(table, f"{audience}_reads", "SELECT", audience, seen(table, "case_id", audience))
        grant("SELECT", table, audience)
    for audience in ("consumer", "officer"):
        writes = seen(table, "case_id", audience, writes=True)
        policy(table, f"{audience}_adds", "INSERT", audience, None, writes)
    policy(table, "consumer_unnamed", "INSERT", "consumer", None, "case_kind = 'report'")
    policy(table, "public_anonymous", "INSERT", "public", None, "case_kind = 'report'")
    grant("INSERT", table, "consumer", "officer", "public")


def upward() -> None:
    table = "upward_request"
    op.create_table(
        table,
        *ids(id=False, case_id=False),
        *texts(reason=False),
        *key("from_id", "to_id", "asked_by"),
        *days(asked_on=False),
        *ids(decided_by=True),
        *days(decided_on=True),
        sa.Column("taken", sa.Boolean(), nullable=True),
        *checks(
            table,
            reason_length="char_length(reason) <= 1000",
            decided_whole="num_nonnulls(decided_by, decided_on, taken) IN (0, 3)",
        ),
        *leads_to(table, case_id="complaint", from_id="bureau", to_id="bureau", asked_by="account"),
        *leads_to(table, decided_by="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upward_request")),
    )
    index(table, "uq_upward_request_open", "case_id", unique=True, where=WAITS)
    index(table, "ix_upward_request_to", "to_id", "id", where=WAITS)
    secured(table)
    asks = f"{seen(table, 'case_id', 'officer', writes=True)} AND from_id = {OWN} AND decided_on IS NULL"
    reads = f"from_id = {OWN} OR to_id = {OWN} OR {seen(table, 'case_id', 'officer')}"
    policy(table, "officer_reads", "SELECT", "officer", reads)
    policy(table, "officer_asks", "INSERT", "officer", None, asks)
    policy(table, "officer_decides", "UPDATE", "officer", f"to_id = {OWN}", f"to_id = {OWN}")
    grant("SELECT, INSERT, UPDATE (decided_by, decided_on, taken)", table, "officer")


def disputes() -> None:
    table = "jurisdiction_dispute"
    op.create_table(
        table,
        *ids(id=False, case_id=False),
        *texts(number=False, respondent_name=False, respondent_address=False),
        *days(received_on=False),
        *key("bureau_id", "other_id"),
        *texts(claim=False, reason=False),
        *key("opened_by"),
        *days(opened_on=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        *texts(answer=True),
        *ids(answered_by=True),
        *days(answered_on=True),
        *ids(superior_id=True),
        *texts(superior_name=True),
        *days(referred_on=True),
        *texts(ended=True),
        *days(ended_on=True),
        *ids(ended_by=True, competent_id=True),
        *texts(basis=True),
        *checks(table, **DISPUTE_CHECKS),
        *leads_to(table, case_id="complaint", bureau_id="bureau", other_id="bureau", opened_by="account"),
        *leads_to(table, answered_by="account", superior_id="bureau", ended_by="account", competent_id="bureau"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_dispute")),
    )
    index(table, "uq_jurisdiction_dispute_open", "case_id", unique=True, where=NOT_ENDED)
    for name in ("case", "bureau", "other", "superior"):
        index(table, f"ix_jurisdiction_dispute_{name}", f"{name}_id", "id")
    secured(table)
    sides = f"bureau_id = {OWN} OR other_id = {OWN} OR superior_id = {OWN}"
    opens = f"{seen(table, 'case_id', 'officer', writes=True)} AND bureau_id = {OWN} AND ended IS NULL"
    policy(table, "officer_reads", "SELECT", "officer", f"{sides} OR {seen(table, 'case_id', 'officer')}")
    policy(table, "officer_opens", "INSERT", "officer", None, opens)
    policy(table, "officer_settles", "UPDATE", "officer", f"ended IS NULL AND ({sides})", sides)
    changes = "agrees, answer, answered_by, answered_on, superior_id, superior_name, referred_on, ended, ended_on"
    grant(f"SELECT, INSERT, UPDATE ({changes}, ended_by, competent_id, basis)", table, "officer")


DISPUTE_CHECKS = {
    "claim": "claim IN ('theirs', 'ours')",
    "ended": "ended IN ('agreed', 'designated')",
    "two": "bureau_id <> other_id",
    "answered_whole": "num_nonnulls(agrees, answered_by, answered_on) IN (0, 3)",
    "referred_whole": "(referred_on IS NULL) = (superior_name IS NULL)",
    "referred_inside": "superior_id IS NULL OR referred_on IS NOT NULL",
    "ended_whole": "num_nonnulls(ended, ended_on, ended_by, competent_id) IN (0, 4)",
    "one_of_the_two": "competent_id IN (bureau_id, other_id)",
    "designated_evidence": "ended IS DISTINCT FROM 'designated' OR referred_on IS NOT NULL",
    "reason_length": "char_length(reason) <= 1000",
    "answer_length": "char_length(answer) <= 1000",
    "superior_name_length": "char_length(superior_name) <= 100",
    "basis_length": "char_length(basis) <= 200",
}


def agreements() -> None:
    table = "region_agreement"
    op.create_table(
        table,
        *ids(id=False),
        *texts(name=False, number=False),
        sa.Column("parties", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("items", ARRAY(sa.Text()), nullable=False),
        *texts(duties=False, tracking=False),
        sa.Column("answer_days", sa.BigInteger(), nullable=True),
        *texts(counted=True),
        *days(from_on=False, until_on=True),
        *ids(document_file=True),
        *texts(document_digest=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        *ids(made_by=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *ids(ended_by=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *checks(
            table,
            name_length="char_length(name) <= 200",
            number_length="char_length(number) <= 100",
            duties_length="char_length(duties) <= 3000",
            tracking_length="char_length(tracking) <= 3000",
            counted="counted IN ('working_days', 'days')",
            parties="cardinality(parties) BETWEEN 2 AND 50",
            items="cardinality(items) BETWEEN 1 AND 20",
            period_whole="num_nonnulls(answer_days, counted) IN (0, 2)",
            answer_days="answer_days BETWEEN 1 AND 365",
            days="until_on >= from_on",
            digest="document_digest ~ '^[0-9a-f]{64}$'",
            document="(document_file IS NULL) OR (document_digest IS NOT NULL)",
            ended_whole="num_nonnulls(ended_by, ended_at) IN (0, 2)",
        ),
        *leads_to(table, made_by="account", ended_by="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_agreement")),
    )
    secured(table)
    own = "parties && (SELECT app_parties())::uuid[] AND NOT example"
    policy(table, "officer_reads", "SELECT", "officer", "true")
    policy(table, "officer_registers", "INSERT", "officer", None, f"{own} AND made_by = app_account()")
    policy(table, "officer_ends", "UPDATE", "officer", "ended_at IS NULL AND parties && (SELECT app_parties())::uuid[]",
           "ended_by = app_account()")  # fmt: skip
    grant("SELECT, INSERT, UPDATE (until_on, ended_by, ended_at)", table, "officer")
    file = "EXISTS (SELECT 1 FROM region_agreement a WHERE a.document_file = evidence.id)"
    policy("evidence", "officer_reads_agreement", "SELECT", "officer", file)


def helping() -> None:
    table = "help_request"
    op.create_table(
        table,
        *ids(id=False, case_id=False, agreement_id=False),
        *texts(number=False, respondent_name=False, respondent_address=False),
        *key("bureau_id", "helper_id"),
        *texts(item=False, question=False),
        *days(consented_on=False),
        *key("asked_by"),
        *days(asked_on=False, due_on=True),
        *ids(received_by=True),
        *days(received_on=True),
        *ids(answered_by=True),
        *days(answered_on=True),
        *texts(answer=True),
        *ids(file_id=True),
        *checks(
            table,
            item="item IN ('answer_questions', 'visit_site', 'collect_evidence', 'serve_papers', 'reach_firm')",
            question_length="char_length(question) <= 1000",
            answer_length="char_length(answer) <= 3000",
            two="bureau_id <> helper_id",
            consented="consented_on <= asked_on",
            received_whole="num_nonnulls(received_by, received_on) IN (0, 2)",
            answered_whole="num_nonnulls(answered_by, answered_on, answer) IN (0, 3)",
            answered_when_received="answered_on IS NULL OR received_on <= answered_on",
            file_with_answer="file_id IS NULL OR answered_on IS NOT NULL",
        ),
        *leads_to(table, case_id="complaint", agreement_id="region_agreement", bureau_id="bureau", helper_id="bureau"),
        *leads_to(table, asked_by="account", received_by="account", answered_by="account", file_id="evidence"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
    )
    for name in ("case", "bureau", "helper"):
        index(table, f"ix_help_request_{name}", f"{name}_id", "id")
    index(table, "ix_help_request_file", "file_id", where=sa.text("file_id IS NOT NULL"))
    secured(table)
    asks = f"{seen(table, 'case_id', 'officer', writes=True)} AND bureau_id = {OWN} AND received_on IS NULL"
    reads = f"bureau_id = {OWN} OR helper_id = {OWN} OR {seen(table, 'case_id', 'officer')}"
    policy(table, "officer_reads", "SELECT", "officer", reads)
    policy(table, "officer_asks", "INSERT", "officer", None, asks)
    policy(table, "officer_answers", "UPDATE", "officer", f"helper_id = {OWN} AND answered_on IS NULL",
           f"helper_id = {OWN}")  # fmt: skip
    changes = "received_by, received_on, answered_by, answered_on, answer, file_id"
    grant(f"SELECT, INSERT, UPDATE ({changes})", table, "officer")
    file = "EXISTS (SELECT 1 FROM help_request h WHERE h.file_id = evidence.id)"
    policy("evidence", "officer_reads_help", "SELECT", "officer", file)
