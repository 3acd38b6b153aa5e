"""Intake: who acts for whom, what an officer takes down for somebody, consultations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.rights import case_policies, grant, policy, roles, secured, seen

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# An officer takes down what belongs to another bureau as well, and keeps no access to it: what belongs to a case whose
# access was opened in this very transaction may be written, and nothing of any other case.
NEW = """
CREATE FUNCTION case_is_new(of_case uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public AS $$
    SELECT EXISTS (SELECT 1 FROM case_access a WHERE a.case_id = of_case AND a.since = now())
        AND NOT EXISTS (SELECT 1 FROM case_access a WHERE a.case_id = of_case AND a.since <> now()) $$
"""

# Whoever complains through somebody else has an account under his phone: the one that is there, or a new one. Nothing
# tells the caller which of the two it was, and nothing of the account is read.
CONSUMER = """
CREATE FUNCTION consumer_by_phone(of_phone bytea, new_id uuid, sealed bytea, of_city text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    found uuid;
BEGIN
    INSERT INTO account (id, kind, city, phone_sealed, phone_index, lang, created_at)
        VALUES (new_id, 'consumer', of_city, sealed, of_phone, 'zh', now())
        ON CONFLICT (phone_index) DO NOTHING;
    SELECT a.id INTO found FROM account a WHERE a.phone_index = of_phone AND a.kind = 'consumer';
    RETURN found;
END $$
"""

BEGUN = ("case_event", "case_clock", "case_commitment", "outbox")
SOURCES = "district_by IN ('store', 'address', 'place', 'chosen')"
ABOUTS = "'question', 'disclosure', 'reconsideration', 'discipline', 'antitrust', 'registration', 'other_department'"


def upgrade() -> None:
    functions()
    taken_down()
    district()
    agents()
    persons()
    assents()
    drafts()
    consultations()
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_filing_filer", "filing", ["filer_id", "received_at"], postgresql_concurrently=True, if_not_exists=True
        )
    for name in ("district_by", "district_by_length"):
        op.execute(f"ALTER TABLE complaint VALIDATE CONSTRAINT ck_complaint_{name}")


def functions() -> None:
    op.execute(NEW)
    op.execute(CONSUMER)
    for signature, names in (
        ("case_is_new(uuid)", ("officer",)),
        ("consumer_by_phone(bytea, uuid, bytea, text)", ("worker", "consumer", "officer")),
    ):
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {roles(names)}")


def taken_down() -> None:
    """An officer files for somebody; the case is the competent bureau's from its first moment on."""
    for table in ("complaint", "report"):
        policy(table, "officer_takes_down", "INSERT", "officer", None, f"version = 1 AND case_is_new({table}.id)")
    for table in BEGUN:
        policy(table, "officer_takes_down", "INSERT", "officer", None, f"case_is_new({table}.case_id)")


def district() -> None:
    op.add_column("complaint", sa.Column("district_by", sa.Text(), nullable=True))
    for name, check in (("district_by", SOURCES), ("district_by_length", "char_length(district_by) <= 10")):
        op.execute(f"ALTER TABLE complaint ADD CONSTRAINT ck_complaint_{name} CHECK ({check}) NOT VALID")


def account(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=nullable)


def case() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("complaint.id"), nullable=False),
    ]


def days(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Date(), nullable=True) for name in names]


def checks(table: str, conditions: dict[str, str]) -> None:
    for name, condition in conditions.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def of_case(table: str) -> None:
    """Rows of a complaint that its complainants and its officers read and write, and the firm does not."""
    secured(table)
    for audience in ("consumer", "officer"):
        case_policies(table, "case_id", audience)
    policy(table, "officer_takes_down", "INSERT", "officer", None, f"case_is_new({table}.case_id)")
    grant("SELECT, INSERT, UPDATE", table, "consumer", "officer")


def agents() -> None:
    op.create_table(
        "complaint_agent",
        *case(),
        account("account_id"),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.ARRAY(sa.Text()), nullable=False),
        *days("from_on", "until_on"),
        sa.Column("signed", sa.Boolean(), nullable=False),
        *days("original_on"),
        account("original_by", nullable=True),
        *days("identity_on"),
        account("identity_by", nullable=True),
        *days("ended_on"),
        account("entered_by"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", name=op.f("uq_complaint_agent_case_id")),
    )
    wholes = {f"{name}_whole": f"num_nonnulls({name}_on, {name}_by) IN (0, 2)" for name in ("original", "identity")}
    checks("complaint_agent", {"period": "until_on >= from_on", **wholes})
    op.create_index("ix_complaint_agent_account", "complaint_agent", ["account_id", "case_id"])
    of_case("complaint_agent")


def persons() -> None:
    op.create_table(
        "co_complainant",
        *case(),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        account("account_id"),
        *(sa.Column(f"{name}_sealed", sa.LargeBinary(), nullable=False) for name in ("name", "phone", "address")),
        sa.Column("representative", sa.Boolean(), nullable=False),
        *days("chosen_on", "joined_on", "left_on"),
        account("entered_by"),
        sa.UniqueConstraint("case_id", "ordinal", name=op.f("uq_co_complainant_case_id_ordinal")),
        sa.UniqueConstraint("case_id", "account_id", name=op.f("uq_co_complainant_case_id_account_id")),
    )
    checks(
        "co_complainant",
        {
            "ordinal": "ordinal BETWEEN 1 AND 50",
            "chosen_in_writing": "NOT representative OR chosen_on IS NOT NULL",
            "in_or_out": "num_nonnulls(joined_on, left_on) < 2",
        },
    )
    op.create_index("ix_co_complainant_account", "co_complainant", ["account_id", "case_id"])
    of_case("co_complainant")


def assents() -> None:
    op.create_table(
        "assent",
        *case(),
        account("account_id"),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        account("entered_by"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    )
    checks(
        "assent",
        {
            "about": "about IN ('withdraw', 'settle', 'represent')",
            "given_by": "given_by IN ('internet', 'phone', 'sms', 'email', 'post')",
            "amount": "(about = 'settle') = (amount_fen IS NOT NULL)",
        },
    )
    unused = sa.text("used_at IS NULL")
    op.create_index("ix_assent_case", "assent", ["case_id", "about"], postgresql_where=unused)
    of_case("assent")


def drafts() -> None:
    """An officer's drafts are his alone."""
    op.create_table(
        "officer_draft",
        sa.Column("id", sa.Uuid(), primary_key=True),
        account("account_id"),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_officer_draft_account", "officer_draft", ["account_id", "updated_at"])
    secured("officer_draft")
    policy("officer_draft", "officer_own", "ALL", "officer", *["account_id = app_account()"] * 2)
    grant("SELECT, INSERT, UPDATE", "officer_draft", "officer")


def consultations() -> None:
    texts = ("number", "channel", "about", "words")
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("chain_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        *days("next_due_on"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        account("asker_id"),
        sa.Column("bureau_id", sa.Uuid(), sa.ForeignKey("bureau.id"), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("asked_on", "answer_by")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("answer", "way")),
        sa.Column("links", sa.ARRAY(sa.Text()), nullable=False),
        *days("answered_on", "closed_on"),
        account("officer_id", nullable=True),
        sa.Column("complaint_id", sa.Uuid(), sa.ForeignKey("complaint.id"), nullable=True),
        sa.UniqueConstraint("number", name=op.f("uq_consultation_number")),
    )
    given = "WHEN state IN ('answered', 'pointed') THEN {0} IS NOT NULL WHEN state IN ('turned', 'closed') THEN true"
    checks(
        "consultation",
        {
            "state": "state IN ('asked', 'answered', 'pointed', 'turned', 'closed')",
            "about": f"about IN ({ABOUTS})",
            "way": f"way IN ({ABOUTS.partition(', ')[2]})",
            "channel": "channel IN ('portal', 'api', 'phone', 'post', 'window')",
            "answer_evidence": f"CASE {given.format('answer')} ELSE answer IS NULL END",
            "answered_on_evidence": f"CASE {given.format('answered_on')} ELSE answered_on IS NULL END",
            "way_evidence": "CASE WHEN state IN ('pointed') THEN way IS NOT NULL WHEN state IN ('closed') THEN true"
            " ELSE way IS NULL END",
            "complaint_id_evidence": "CASE WHEN state IN ('turned') THEN complaint_id IS NOT NULL"
            " ELSE complaint_id IS NULL END",
            "closed_on_evidence": "CASE WHEN state IN ('closed') THEN closed_on IS NOT NULL ELSE closed_on IS NULL END",
            "words_length": "char_length(words) <= 3000",
            "answer_length": "char_length(answer) <= 3000",
        },
    )
    asked = sa.text("state = 'asked'")
    op.create_index("ix_consultation_queue", "consultation", ["bureau_id", "answer_by", "id"], postgresql_where=asked)
    op.create_index("ix_consultation_bureau", "consultation", ["bureau_id", "id"])
    op.create_index("ix_consultation_asker", "consultation", ["asker_id", "id"])
    secured("consultation")
    for audience in ("consumer", "officer"):
        policy("consultation", f"{audience}_reads", "SELECT", audience, seen("consultation", "id", audience))
        writes = seen("consultation", "id", audience, writes=True)
        policy("consultation", f"{audience}_adds", "INSERT", audience, None, writes)
        policy("consultation", f"{audience}_changes", "UPDATE", audience, writes, writes)
    grant("SELECT, INSERT, UPDATE", "consultation", "consumer", "officer")
