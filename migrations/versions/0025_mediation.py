"""Mediation in its parts; the organisations that cases are entrusted to, with a role of their own; handing reports on."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.rights import AUDIENCES, case_policies, grant, policy, roles, secured, seen

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COUNCIL = "council"
OPEN = sa.text("ended IS NULL")

WIDER = {
    ("account", "ck_account_kind"): "kind IN ('consumer', 'merchant', 'officer', 'supervisor', 'admin', 'council')",
    ("membership", "ck_membership_org_kind"): "org_kind IN ('bureau', 'enterprise', 'brand', 'store', 'council')",
    ("case_access", "ck_case_access_kind"): "kind IN ('consumer', 'merchant', 'officer', 'council')",
}

# Only who handles a case ends another's sight of it; nobody's row of access is ever deleted.
UNSHARE = r"""
CREATE FUNCTION case_unshare(of_case uuid, party uuid, as_kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF session_user NOT LIKE '%\_worker' AND NOT EXISTS (SELECT 1 FROM case_access WHERE case_id = of_case
        AND until IS NULL AND writes AND party_id = ANY (app_parties())) THEN
        RAISE EXCEPTION 'only who handles a case may end a sight of it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF as_kind NOT IN ('officer', 'council') THEN
        RAISE EXCEPTION 'a party is never shut out' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE case_access SET until = now()
        WHERE case_id = of_case AND party_id = party AND kind = as_kind AND until IS NULL;
END $$
"""

# The head of a bureau opens the reports of one of its officers in order to hand them on; the acts that follow are
# in each report's journal. Who is no head opens nothing, and is told nothing of how many there are.
DESK = """
CREATE FUNCTION report_desk_open(of_officer uuid, ids uuid[], why text) RETURNS SETOF uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM membership m JOIN account a ON a.id = m.account_id AND a.kind = 'supervisor'
        JOIN membership o ON o.org_id = m.org_id AND o.account_id = of_officer
        WHERE m.account_id = app_account() AND m.org_kind = 'bureau') THEN
        RAISE EXCEPTION 'only the head of the bureau' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY WITH those AS (
        SELECT r.id, row_number() OVER (ORDER BY r.id) AS n FROM report r
        WHERE r.officer_id = of_officer AND r.state IN ('received', 'case_opened')
          AND r.bureau_id = ANY (app_parties()) ORDER BY r.id LIMIT cardinality(ids)
    ), opened AS (
        INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
        SELECT ids[n], those.id, app_account(), 'officer', true, why, now() FROM those
        ON CONFLICT (case_id, party_id, kind) WHERE until IS NULL DO UPDATE SET writes = true
    ) SELECT those.id FROM those ORDER BY those.n;
END $$
"""


def upgrade() -> None:
    wider()
    organisations()
    sittings()
    bids()
    payments()
    testing()
    entrusting()
    negotiating()
    offers()
    functions()
    council()
    for table, name in WIDER:
        with op.get_context().autocommit_block():
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def wider() -> None:
    """A wider check takes the narrower one's place in the same transaction; old rows are looked at afterwards."""
    for (table, name), check in WIDER.items():
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check}) NOT VALID")


def table(name: str, *columns: sa.Column, checks: dict[str, str], unique: Sequence[str] = ()) -> None:
    """A table of a complaint's mediation."""
    case = sa.Column("case_id", sa.Uuid(), sa.ForeignKey("complaint.id"), nullable=False)
    first = [] if name == "mediation_org" else [case]
    keys = [sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}"))] if unique else []
    op.create_table(name, sa.Column("id", sa.Uuid(), primary_key=True), *first, *columns, *keys)
    for check, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{name}_{check}"), name, condition)


def text(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=null)


def day(name: str, *, null: bool = True) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=null)


def moment(name: str, *, null: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def number(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def refers(name: str, target: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{target}.id"), nullable=null)


def index(name: str, of: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    op.create_index(name, of, columns, unique=unique, postgresql_where=sa.text(where) if where else None)


def of_the_case(name: str, *audiences: str) -> None:
    """Rows of a case: its audiences read them, and write them while they handle it."""
    secured(name)
    for audience in audiences:
        case_policies(name, "case_id", audience)
        grant("SELECT, INSERT, UPDATE", name, audience)


def organisations() -> None:
    table(
        "mediation_org", text("kind"), text("city"), text("name"), text("name_en"), text("phone"), text("address"),
        day("since", null=False), day("until"),
        checks={"kind": "kind IN ('association', 'other')", "name_length": "char_length(name) <= 100"},
    )  # fmt: skip
    index("ix_org_city", "mediation_org", ["city", "id"])
    secured("mediation_org")
    for audience in (*AUDIENCES, COUNCIL):
        policy("mediation_org", f"{audience}_reads", "SELECT", audience, "true")
        grant("SELECT", "mediation_org", audience)


def sittings() -> None:
    attendance = "IN ('came', 'excused', 'absent')"
    table(
        "sitting", refers("bureau_id", "bureau"), refers("org_id", "mediation_org", null=True), text("mode"),
        moment("starts_at", null=False), number("minutes"), text("place"), text("mediators"), text("helpers"),
        refers("mediator_id", "account", null=True), number("seq"), text("complainant", null=True),
        text("respondent", null=True), text("result", null=True), moment("recorded_at"),
        refers("recorded_by", "account", null=True), moment("cancelled_at"), moment("reminded_at"),
        checks={
            "mode": "mode IN ('site', 'phone', 'video', 'internet')",
            "complainant": f"complainant {attendance}",
            "respondent": f"respondent {attendance}",
            "result": "result IN ('agreed', 'go_on', 'failed', 'not_held')",
            "recorded_whole": "num_nonnulls(complainant, respondent, result, recorded_at, recorded_by) IN (0, 5)",
            "held_or_cancelled": "num_nonnulls(recorded_at, cancelled_at) < 2",
            "minutes": "minutes BETWEEN 5 AND 600",
            "place_length": "char_length(place) <= 500",
            "mediators_length": "char_length(mediators) <= 100",
            "helpers_length": "char_length(helpers) <= 200",
        },
    )  # fmt: skip
    index("ix_sitting_case", "sitting", ["case_id", "starts_at"])
    index("ix_sitting_bureau", "sitting", ["bureau_id", "starts_at"])
    index("ix_sitting_remind", "sitting", ["starts_at"], "recorded_at IS NULL AND cancelled_at IS NULL")
    of_the_case("sitting", "officer", COUNCIL)
    for audience in ("consumer", "merchant"):
        policy("sitting", f"{audience}_reads", "SELECT", audience, seen("sitting", "case_id", audience))
        grant("SELECT", "sitting", audience)
    table(
        "recusal", text("side"), text("mediator"), refers("mediator_id", "account", null=True),
        day("asked_on", null=False), sa.Column("granted", sa.Boolean(), nullable=True), day("decided_on"),
        refers("decided_by", "account", null=True),
        checks={
            "side": "side IN ('complainant', 'respondent')",
            "mediator_length": "char_length(mediator) <= 100",
            "decided_whole": "num_nonnulls(granted, decided_on, decided_by) IN (0, 3)",
            "another_person": "decided_by <> mediator_id",
        },
    )  # fmt: skip
    index("uq_recusal_open", "recusal", ["case_id"], "decided_on IS NULL", unique=True)
    index("ix_recusal_case", "recusal", ["case_id", "id"])
    of_the_case("recusal", "officer")
    sides = {"consumer": "complainant", "merchant": "respondent"}
    for audience in (*sides, COUNCIL):
        policy("recusal", f"{audience}_reads", "SELECT", audience, seen("recusal", "case_id", audience))
        grant("SELECT", "recusal", audience)
    for audience, side in sides.items():
        writes = seen("recusal", "case_id", audience, writes=True)
        asks = f"side = '{side}' AND decided_on IS NULL AND {writes}"
        policy("recusal", f"{audience}_asks", "INSERT", audience, None, asks)
        grant("INSERT", "recusal", audience)


def bids() -> None:
    """Each side writes its own limit and reads that it is there; nobody else reads it, and officers nothing of it."""
    table(
        "bid_round", number("number"), day("opened_on", null=False), day("until_on", null=False),
        sa.Column("proposal_sealed", sa.LargeBinary(), nullable=True), moment("proposed_at"),
        moment("complainant_at"), moment("respondent_at"), text("ended", null=True), day("ended_on"),
        checks={
            "ended": "ended IN ('agreed', 'declined', 'apart', 'lapsed')",
            "days": "until_on >= opened_on",
            "ended_whole": "num_nonnulls(ended, ended_on) IN (0, 2)",
            "proposed": "proposal_sealed IS NULL OR proposed_at IS NOT NULL",
            "confirmed_proposal": "proposed_at IS NOT NULL OR num_nonnulls(complainant_at, respondent_at) = 0",
            "agreed_by_both": "ended IS DISTINCT FROM 'agreed' OR num_nonnulls(complainant_at, respondent_at) = 2",
            "nothing_kept_of_what_came_to_nothing": "ended IS NULL OR ended = 'agreed' OR proposal_sealed IS NULL",
        },
        unique=("case_id", "number"),
    )  # fmt: skip
    index("uq_bid_round_open", "bid_round", ["case_id"], "ended IS NULL", unique=True)
    index("ix_bid_round_until", "bid_round", ["until_on"], "ended IS NULL")
    secured("bid_round")
    for audience, own in {"consumer": "complainant", "merchant": "respondent"}.items():
        policy("bid_round", f"{audience}_reads", "SELECT", audience, seen("bid_round", "case_id", audience))
        writes = seen("bid_round", "case_id", audience, writes=True)
        opens = f"proposed_at IS NULL AND ended IS NULL AND {writes}"
        policy("bid_round", f"{audience}_opens", "INSERT", audience, None, opens)
        policy("bid_round", f"{audience}_answers", "UPDATE", audience, f"ended IS NULL AND {writes}", writes)
        changes = f"UPDATE (proposal_sealed, {own}_at, ended, ended_on)"
        grant(f"SELECT, INSERT, {changes}", "bid_round", audience)
    for audience in ("officer", COUNCIL):
        policy("bid_round", f"{audience}_reads", "SELECT", audience, seen("bid_round", "case_id", audience))
        shown = "id, case_id, number, opened_on, until_on, proposed_at, complainant_at, respondent_at, ended, ended_on"
        grant(f"SELECT ({shown})", "bid_round", audience)
    table(
        "bid", refers("round_id", "bid_round"), text("side"),
        sa.Column("limit_sealed", sa.LargeBinary(), nullable=True), moment("made_at", null=False),
        checks={"side": "side IN ('complainant', 'respondent')"}, unique=("round_id", "side"),
    )  # fmt: skip
    secured("bid")
    for audience, side in {"consumer": "complainant", "merchant": "respondent"}.items():
        own = f"side = '{side}' AND {seen('bid', 'case_id', audience, writes=True)}"
        policy("bid", f"{audience}_own", "SELECT", audience, own)
        policy("bid", f"{audience}_bids", "INSERT", audience, None, own)
        grant("SELECT (id, case_id, round_id, side, made_at), INSERT", "bid", audience)


def payments() -> None:
    table(
        "instalment", number("number"), day("due_on", null=False), number("amount_fen"), number("paid_fen", null=True),
        day("paid_on"), refers("proof_file", "evidence", null=True), day("confirmed_on"), day("late_noted_on"),
        checks={
            "amount": "amount_fen BETWEEN 1 AND 100000000000",
            "paid_amount": "paid_fen BETWEEN 0 AND 100000000000",
            "paid_whole": "num_nonnulls(paid_fen, paid_on) IN (0, 2)",
            "proof_of_payment": "paid_on IS NOT NULL OR num_nonnulls(proof_file, confirmed_on) = 0",
        },
        unique=("case_id", "number"),
    )  # fmt: skip
    index("ix_instalment_due", "instalment", ["due_on"], "paid_on IS NULL AND late_noted_on IS NULL")
    secured("instalment")
    of_sides = {"consumer": "confirmed_on, paid_fen, paid_on", "merchant": "paid_fen, paid_on, proof_file"}
    for audience, changes in of_sides.items():
        policy("instalment", f"{audience}_reads", "SELECT", audience, seen("instalment", "case_id", audience))
        writes = seen("instalment", "case_id", audience, writes=True)
        policy("instalment", f"{audience}_changes", "UPDATE", audience, writes, writes)
        grant(f"SELECT, UPDATE ({changes})", "instalment", audience)
    case_policies("instalment", "case_id", "officer")
    grant("SELECT, INSERT, UPDATE (paid_fen, paid_on, proof_file)", "instalment", "officer")


def testing() -> None:
    table(
        "appraisal", day("recorded_on", null=False), text("laboratory", null=True), text("chosen", null=True),
        text("cost_by", null=True),
        checks={
            "chosen": "chosen IN ('agreed', 'designated')",
            "cost_by": "cost_by IN ('complainant', 'respondent', 'shared')",
            "laboratory_length": "char_length(laboratory) <= 200",
            "agreed_whole": "num_nonnulls(laboratory, chosen, cost_by) IN (0, 3)",
        },
    )  # fmt: skip
    index("ix_appraisal_case", "appraisal", ["case_id", "id"])
    of_the_case("appraisal", "officer")
    for audience in ("consumer", "merchant", COUNCIL):
        policy("appraisal", f"{audience}_reads", "SELECT", audience, seen("appraisal", "case_id", audience))
        grant("SELECT", "appraisal", audience)


def entrusting() -> None:
    table(
        "entrustment", refers("org_id", "mediation_org"), day("asked_on", null=False), day("return_by", null=False),
        day("complainant_on"), day("respondent_on"), day("entrusted_on"), day("returned_on"), text("result", null=True),
        checks={
            "result": "result IN ('agreed', 'failed', 'unfinished', 'lapsed', 'dropped')",
            "entrusted_with_consents": "entrusted_on IS NULL OR num_nonnulls(complainant_on, respondent_on) = 2",
            "returned_whole": "num_nonnulls(returned_on, result) IN (0, 2)",
        },
    )  # fmt: skip
    waits = "returned_on IS NULL"
    index("uq_entrustment_open", "entrustment", ["case_id"], waits, unique=True)
    index("ix_entrustment_org", "entrustment", ["org_id", "return_by"], waits)
    index("ix_entrustment_due", "entrustment", ["return_by"], waits)
    of_the_case("entrustment", "officer")
    changes = {"consumer": "complainant_on", "merchant": "respondent_on", COUNCIL: "returned_on, result"}
    for audience, columns in changes.items():
        policy("entrustment", f"{audience}_reads", "SELECT", audience, seen("entrustment", "case_id", audience))
        writes = seen("entrustment", "case_id", audience, writes=True)
        policy("entrustment", f"{audience}_changes", "UPDATE", audience, writes, writes)
        grant(f"SELECT, UPDATE ({columns})", "entrustment", audience)


def offers() -> None:
    """Whoever an offer was made to may take it: nothing else of an offer changes."""
    op.add_column("offer", day("taken_on"))
    grant("UPDATE (taken_on)", "offer", *AUDIENCES)


def negotiating() -> None:
    table(
        "negotiation", day("began_on", null=False), text("ended", null=True), day("ended_on"),
        checks={
            "ended": "ended IN ('settled', 'ended', 'lapsed')",
            "ended_whole": "num_nonnulls(ended, ended_on) IN (0, 2)",
        },
        unique=("case_id",),
    )  # fmt: skip
    index("ix_negotiation_open", "negotiation", ["began_on"], "ended IS NULL")
    of_the_case("negotiation", "consumer", "merchant")
    policy("negotiation", "officer_reads", "SELECT", "officer", seen("negotiation", "case_id", "officer"))
    grant("SELECT", "negotiation", "officer")


def functions() -> None:
    op.execute(UNSHARE)
    op.execute("REVOKE ALL ON FUNCTION case_unshare(uuid, uuid, text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION case_unshare(uuid, uuid, text) TO {roles(('worker', 'officer', COUNCIL))}")
    op.execute(DESK)
    op.execute("REVOKE ALL ON FUNCTION report_desk_open(uuid, uuid[], text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION report_desk_open(uuid, uuid[], text) TO {roles(('officer',))}")


def council() -> None:
    """An entrusted organisation reads the complaint leg and adds to its journal: it changes no decision of the bureau.

    It has no right on reports, filings, ratings, return visits or documents at all.
    """
    op.execute(f"GRANT USAGE ON SCHEMA public TO {roles((COUNCIL,))}")
    for name in ("region", "bureau", "enterprise", "store", "calendar_year", "calendar_serial"):
        grant("SELECT", name, COUNCIL)
    for name in ("enterprise", "store", "declared_setting"):
        policy(name, "council_reads", "SELECT", COUNCIL, "true")
    grant("SELECT", "declared_setting", COUNCIL)
    case_policies("complaint", "id", COUNCIL)
    grant("SELECT, UPDATE (version, chain_seq, chain_hash)", "complaint", COUNCIL)
    for name in ("case_event", "case_commitment", "case_clock", "offer", "evidence"):
        policy(name, "council_reads", "SELECT", COUNCIL, seen(name, "case_id", COUNCIL))
        grant("SELECT", name, COUNCIL)
    for name in ("case_event", "case_commitment", "outbox"):
        policy(name, "council_adds", "INSERT", COUNCIL, None, seen(name, "case_id", COUNCIL, writes=True))
        grant("INSERT", name, COUNCIL)
    own = "kind = 'council' AND party_id = ANY ((SELECT app_parties())::uuid[])"
    policy("case_access", "council_own", "SELECT", COUNCIL, own)
    grant("SELECT", "case_access", COUNCIL)
    policy("account", "council_own", "SELECT", COUNCIL, "id = app_account()")
    grant("SELECT", "account", COUNCIL)
    policy("idempotency_key", "council_own", "ALL", COUNCIL, *["principal = app_account()::text"] * 2)
    grant("SELECT, INSERT", "idempotency_key", COUNCIL)
