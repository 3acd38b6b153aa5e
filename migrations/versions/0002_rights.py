"""Rights: grants, row-level security, append-only journal, the one function that opens a case's access."""

from __future__ import annotations

from alembic import op

from migrations.rights import AUDIENCES, EVERYBODY, case_policies, grant, policy, roles, secured, seen

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFERENCE = ("region", "bureau", "enterprise", "store", "calendar_year", "calendar_serial")
"""Public facts: everybody reads them, nobody's row is another's secret."""

OF_A_CASE = {"case_event": "case_id", "case_clock": "case_id", "evaluation": "case_id", "offer": "case_id"}
CASES = {"complaint": AUDIENCES, "report": ("consumer", "officer")}
SECURED = (
    "account", "membership", "web_session", "throttle", "one_time_code", "stand_in_message", "idempotency_key",
    "filing", "complaint", "report", "case_access", "case_event", "case_commitment", "case_clock", "evaluation",
    "offer", "evidence", "notice", "outbox", "job_run", "heartbeat", "measure", "filing_draft",
)  # fmt: skip

FUNCTIONS = (
    """
CREATE FUNCTION app_account() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.account', true), '')::uuid $$
    """,
    """
CREATE FUNCTION app_parties() RETURNS uuid[] LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.parties', true), '')::uuid[] $$
    """,
    # A function and not a plain EXISTS: the planner would hash everything the party may see, however little is asked
    # for; so each row costs one look into an index, and a page of the queue costs the same at any number of cases.
    """
CREATE FUNCTION case_is_open(of_case uuid, as_kind text, to_write boolean) RETURNS boolean LANGUAGE plpgsql STABLE COST 20
    AS $$ BEGIN RETURN EXISTS (SELECT 1 FROM public.case_access a WHERE a.case_id = of_case AND a.kind = as_kind
        AND a.until IS NULL AND (a.writes OR NOT to_write) AND a.party_id = ANY (public.app_parties())); END $$
    """,
    """
CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege'; END $$
    """,
    """
CREATE FUNCTION case_open_access(of_case uuid, ids uuid[], parties uuid[], kinds text[], why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM case_access WHERE case_id = of_case) THEN
        RAISE EXCEPTION 'the case has its access already' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
        SELECT i, of_case, p, k, true, why, now() FROM unnest(ids, parties, kinds) AS t(i, p, k);
END $$
    """,
    r"""
CREATE FUNCTION case_share(of_case uuid, new_id uuid, party uuid, as_kind text, why text, hand_over boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF session_user NOT LIKE '%\_worker' AND NOT EXISTS (SELECT 1 FROM case_access WHERE case_id = of_case
        AND until IS NULL AND writes AND party_id = ANY (app_parties())) THEN
        RAISE EXCEPTION 'only who handles a case may share it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF hand_over THEN
        UPDATE case_access SET writes = false WHERE case_id = of_case AND until IS NULL AND writes
            AND kind = as_kind AND party_id <> party;
    END IF;
    INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
        VALUES (new_id, of_case, party, as_kind, true, why, now())
        ON CONFLICT (case_id, party_id, kind) WHERE until IS NULL DO UPDATE SET writes = true;
END $$
    """,
    """
CREATE FUNCTION report_desk(of_bureau uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT m.account_id FROM membership m JOIN account a ON a.id = m.account_id
          WHERE m.org_id = of_bureau AND a.kind = 'officer' AND a.disabled_at IS NULL
          ORDER BY a.created_at, a.id LIMIT 1 $$
    """,
    """
REVOKE ALL ON FUNCTION case_open_access(uuid, uuid[], uuid[], text[], text) FROM PUBLIC
    """,
    """
REVOKE ALL ON FUNCTION report_desk(uuid) FROM PUBLIC
    """,
    """
REVOKE ALL ON FUNCTION case_share(uuid, uuid, uuid, text, text, boolean) FROM PUBLIC
    """,
)


def upgrade() -> None:
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute("INSERT INTO calendar_serial (serial) VALUES (1)")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {roles(EVERYBODY)}")
    op.execute(
        "GRANT EXECUTE ON FUNCTION case_open_access(uuid, uuid[], uuid[], text[], text)"
        f" TO {roles(('worker', 'public', 'consumer', 'officer'))}"
    )
    op.execute(
        f"GRANT EXECUTE ON FUNCTION case_share(uuid, uuid, uuid, text, text, boolean) TO {roles(('worker', 'officer'))}"
    )
    op.execute(f"GRANT EXECUTE ON FUNCTION report_desk(uuid) TO {roles(('worker', 'public', 'consumer', 'officer'))}")
    reference()
    secure()
    cases()
    people()
    delivery()
    append_only()


def reference() -> None:
    for table in REFERENCE:
        grant("SELECT", table, *EVERYBODY)
    grant("INSERT, UPDATE", "calendar_year", "worker")
    grant("UPDATE", "calendar_serial", "worker")


def secure() -> None:
    """Row-level security on every table of people and cases."""
    for table in SECURED:
        secured(table, append_only=table == "case_event")
    for table in ("measure", "case_commitment", "web_session", "one_time_code", "throttle", "idempotency_key"):
        grant("DELETE", table, "worker")


def cases() -> None:
    for table, audiences in CASES.items():
        for audience in audiences:
            case_policies(table, "id", audience)
            grant("SELECT, UPDATE", table, audience)
    for table, column in OF_A_CASE.items():
        for audience in AUDIENCES:
            case_policies(table, column, audience)
            grant("SELECT, INSERT", table, audience)
    for audience in AUDIENCES:
        grant("UPDATE", "case_clock", audience)
        policy(
            "case_commitment",
            f"{audience}_writes",
            "INSERT",
            audience,
            None,
            seen("case_commitment", "case_id", audience),
        )
        grant("INSERT", "case_commitment", audience)
    for table in CASES:
        grant("INSERT", table, "consumer", "officer")
    filing()
    access()
    anonymous_reports()


def filing() -> None:
    policy("filing", "consumer_own", "ALL", "consumer", "filer_id = app_account()", "filer_id = app_account()")
    legs = " OR ".join(f"EXISTS (SELECT 1 FROM {leg} WHERE {leg}.filing_id = filing.id)" for leg in CASES)
    policy("filing", "officer_reads", "SELECT", "officer", legs)
    policy("filing", "officer_adds", "INSERT", "officer", None, "true")
    policy("filing", "public_anonymous", "INSERT", "public", None, "filer_id IS NULL")
    grant("SELECT, INSERT", "filing", "consumer", "officer")
    grant("INSERT", "filing", "public")


def access() -> None:
    for audience in AUDIENCES:
        own = f"kind = '{audience}' AND party_id = ANY ((SELECT app_parties())::uuid[])"
        policy("case_access", f"{audience}_own", "SELECT", audience, own)
        grant("SELECT", "case_access", audience)


def anonymous_reports() -> None:
    """Without an account one may hand in a report, and read nothing back."""
    policy("report", "public_anonymous", "INSERT", "public", None, "anonymous AND reporter_id IS NULL")
    policy("case_event", "public_anonymous", "INSERT", "public", None, "kind = 'report' AND seq = 1")
    policy("case_clock", "public_anonymous", "INSERT", "public", None, "case_kind = 'report'")
    policy("case_commitment", "public_anonymous", "INSERT", "public", None, "seq = 1")
    for table in ("report", "case_event", "case_clock", "case_commitment"):
        grant("INSERT", table, "public")


def people() -> None:
    """Signing in is the public role's part; an audience sees its own account and nobody else's."""
    for table in ("account", "web_session", "throttle", "one_time_code", "stand_in_message"):
        policy(table, "public_signs_in", "ALL", "public", "true", "true")
        grant("SELECT, INSERT, UPDATE", table, "public")
    policy("membership", "public_signs_in", "SELECT", "public", "true")
    grant("SELECT", "membership", "public")
    grant("DELETE", "throttle", "public")
    for audience in AUDIENCES:
        policy("account", f"{audience}_own", "SELECT", audience, "id = app_account()")
        policy("idempotency_key", f"{audience}_own", "ALL", audience, *["principal = app_account()::text"] * 2)
        grant("SELECT", "account", audience)
        grant("SELECT, INSERT", "idempotency_key", audience)
    policy("idempotency_key", "public_anonymous", "ALL", "public", *["principal LIKE 'anon:%'"] * 2)
    grant("SELECT, INSERT", "idempotency_key", "public")
    evidence()
    drafts()


def drafts() -> None:
    policy("filing_draft", "consumer_own", "ALL", "consumer", *["account_id = app_account()"] * 2)
    grant("SELECT, INSERT, UPDATE", "filing_draft", "consumer")


def evidence() -> None:
    for audience in AUDIENCES:
        own = "owner_id = app_account()"
        policy("evidence", f"{audience}_reads", "SELECT", audience, f"{own} OR {seen('evidence', 'case_id', audience)}")
        policy("evidence", f"{audience}_adds", "INSERT", audience, None, own)
        policy("evidence", f"{audience}_attaches", "UPDATE", audience, own, own)
        grant("SELECT, INSERT, UPDATE", "evidence", audience)


def delivery() -> None:
    for audience in AUDIENCES:
        policy("outbox", f"{audience}_adds", "INSERT", audience, None, seen("outbox", "case_id", audience))
        grant("INSERT", "outbox", audience)
        told = "recipient_id = ANY ((SELECT app_parties())::uuid[])"
        policy("notice", f"{audience}_told", "SELECT", audience, told)
        policy("notice", f"{audience}_has_read", "UPDATE", audience, told, told)
        grant("SELECT", "notice", audience)
        grant("UPDATE (read_at)", "notice", audience)
    policy("outbox", "public_anonymous", "INSERT", "public", None, "topic = 'report.file'")
    grant("INSERT", "outbox", "public")
    policy("measure", "officer_reads", "SELECT", "officer", "true")
    grant("SELECT", "measure", "officer")
    policy("heartbeat", "public_reads", "SELECT", "public", "true")
    grant("SELECT", "heartbeat", "public")


def append_only() -> None:
    for event in ("UPDATE OR DELETE", "TRUNCATE"):
        level = "STATEMENT" if event == "TRUNCATE" else "ROW"
        name = f"never_{event.split()[0].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON case_event FOR EACH {level} EXECUTE FUNCTION never_changes()"
        )
