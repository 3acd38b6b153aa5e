"""Alliances, brands, makers, delegations, statements of standing; what stations take in.

What an organisation belongs to is written by its two sides only, each confirming for itself: the trigger says so.
A statement is shown by a function that records the look; no role of the outside may read it otherwise.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.rights import AUDIENCES, grant, policy, roles, secured

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PARTIES = "ANY ((SELECT app_parties())::uuid[])"
KNOWN = ("alliance", "alliance_row", "maker_agreement", "maker_version")
SHARES = {"alliance_share": ("alliance", "alliance_id"), "maker_share": ("maker", "agreement_id")}
BRANDS = ("delegation", "promise_batch")
STATEMENTS = ("statement", "statement_consent", "statement_look")

FUNCTIONS = (
    # A brand's owner acts for it, and a firm for its stores.
    """
CREATE FUNCTION acts_for(kind text, org uuid) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT coalesce(org = ANY (public.app_parties()), false)
        OR (kind = 'brand' AND EXISTS (SELECT 1 FROM public.brand b WHERE b.id = org
            AND b.owner_id = ANY (public.app_parties())))
        OR (kind = 'store' AND EXISTS (SELECT 1 FROM public.store s WHERE s.id = org
            AND s.enterprise_id = ANY (public.app_parties()))) $$
    """,
    # Who answers for the whole: an alliance's organiser, a brand's own people, a maker.
    """
CREATE FUNCTION hosts_bond(kind text, of_id uuid) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT CASE kind
        WHEN 'brand' THEN public.acts_for('brand', of_id)
        WHEN 'alliance' THEN EXISTS (SELECT 1 FROM public.alliance a WHERE a.id = of_id
            AND public.acts_for(a.organiser_kind, a.organiser_id))
        ELSE EXISTS (SELECT 1 FROM public.maker_agreement m WHERE m.id = of_id
            AND (m.maker_id = ANY (public.app_parties()) OR public.acts_for('brand', m.brand_id))) END $$
    """,
    """
CREATE FUNCTION is_bound(as_kind text, whole uuid) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT 1 FROM public.bond b WHERE b.kind = as_kind AND b.of_id = whole
        AND public.acts_for(b.org_kind, b.org_id)) $$
    """,
    r"""
CREATE FUNCTION each_side_confirms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user NOT LIKE '%\_merchant' THEN
        RETURN NEW;
    END IF;
    IF NEW.host_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.host_at IS DISTINCT FROM OLD.host_at)
        AND NOT hosts_bond(NEW.kind, NEW.of_id) THEN
        RAISE EXCEPTION 'only who answers for the whole confirms for it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.org_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.org_at IS DISTINCT FROM OLD.org_at)
        AND NOT acts_for(NEW.org_kind, NEW.org_id) THEN
        RAISE EXCEPTION 'only the organisation confirms for itself' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
    """,
    "CREATE TRIGGER each_side_confirms BEFORE INSERT OR UPDATE ON bond FOR EACH ROW EXECUTE FUNCTION each_side_confirms()",
    # The owner's manager becomes the brand's first; afterwards its own managers decide.
    """
CREATE FUNCTION brand_join(of_brand uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM membership WHERE org_id = of_brand) OR NOT EXISTS (
        SELECT 1 FROM brand b JOIN membership m ON m.org_id = b.owner_id AND m.rank = 'manager'
        WHERE b.id = of_brand AND m.account_id = app_account()) THEN
        RETURN false;
    END IF;
    INSERT INTO membership (account_id, org_id, org_kind, rank) VALUES (app_account(), of_brand, 'brand', 'manager');
    RETURN true;
END $$
    """,
    "REVOKE ALL ON FUNCTION brand_join(uuid) FROM PUBLIC",
    """
CREATE FUNCTION colleagues(of_org uuid) RETURNS TABLE (id uuid, login text, name_sealed bytea, rank text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT a.id, a.login, a.name_sealed, m.rank FROM membership m JOIN account a ON a.id = m.account_id
          WHERE m.org_id = of_org AND a.disabled_at IS NULL
            AND EXISTS (SELECT 1 FROM membership own WHERE own.org_id = of_org AND own.account_id = app_account())
          ORDER BY a.login LIMIT 200 $$
    """,
    "REVOKE ALL ON FUNCTION colleagues(uuid) FROM PUBLIC",
    # Reading and recording are one: nobody outside reads a statement without a row that says so.
    """
CREATE FUNCTION statement_look(digest bytea, look uuid, from_address bytea)
    RETURNS TABLE (number text, body text, signature bytea, recipient text, recipient_kind text, expires_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE consent statement_consent%ROWTYPE;
BEGIN
    SELECT * INTO consent FROM statement_consent c
        WHERE c.token_digest = digest AND c.ended_at IS NULL AND c.expires_at > now() FOR SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO statement_look (id, consent_id, enterprise_id, at, address)
        VALUES (look, consent.id, consent.enterprise_id, now(), from_address);
    RETURN QUERY SELECT s.number, s.body, s.signature, consent.recipient, consent.recipient_kind, consent.expires_at
        FROM statement s WHERE s.id = consent.statement_id;
END $$
    """,
    "REVOKE ALL ON FUNCTION statement_look(bytea, uuid, bytea) FROM PUBLIC",
)


def upgrade() -> None:
    op.add_column("store", sa.Column("takes", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.execute(f"GRANT UPDATE (takes) ON store TO {roles(('merchant',))}")
    tables()
    for statement in FUNCTIONS:
        op.execute(statement)
    rights()


def tables() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "bond",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("host_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host_by", sa.Uuid(), nullable=True),
        sa.Column("org_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("org_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("kind"), "="),
            (sa.column("of_id"), "="),
            (sa.column("org_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_bond_overlap",
        ),
        sa.CheckConstraint("kind IN ('alliance', 'brand', 'maker')", name=op.f("ck_bond_kind")),
        sa.CheckConstraint("org_kind IN ('enterprise', 'brand', 'store')", name=op.f("ck_bond_org_kind")),
        sa.CheckConstraint("host_at IS NOT NULL OR org_at IS NOT NULL", name=op.f("ck_bond_proposed")),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_bond_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bond")),
    )
    op.create_index("ix_bond_of", "bond", ["of_id", "id"], unique=False)
    op.create_index("ix_bond_org", "bond", ["org_id", "kind"], unique=False)
    op.create_table(
        "alliance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cities", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("organiser_kind", sa.Text(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_file", sa.Uuid(), nullable=True),
        sa.Column("agreement_digest", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("agreement_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_alliance_digest")),
        sa.CheckConstraint("organiser_kind IN ('enterprise', 'brand')", name=op.f("ck_alliance_organiser_kind")),
        sa.CheckConstraint("cardinality(cities) > 0", name=op.f("ck_alliance_cities")),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_alliance_name_length")),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_alliance_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance")),
        sa.UniqueConstraint("name", name=op.f("uq_alliance_name")),
    )
    op.create_index("ix_alliance_organiser", "alliance", ["organiser_id"], unique=False)
    op.create_table(
        "alliance_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alliance_id", sa.Uuid(), nullable=False),
        sa.Column("goods_of", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sold_in", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("handed_in", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("most_fen", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_alliance_row_valid")),
        sa.CheckConstraint("most_fen BETWEEN 1 AND 100000000", name=op.f("ck_alliance_row_most_fen")),
        sa.ForeignKeyConstraint(["alliance_id"], ["alliance.id"], name=op.f("fk_alliance_row_alliance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance_row")),
    )
    op.create_index("ix_alliance_row_alliance", "alliance_row", ["alliance_id", "id"], unique=False)
    op.create_table(
        "alliance_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alliance_id", sa.Uuid(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("seller", sa.BigInteger(), nullable=False),
        sa.Column("taker", sa.BigInteger(), nullable=False),
        sa.Column("fund", sa.BigInteger(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("alliance_id"), "="),
            (sa.column("cost"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_alliance_share_overlap",
        ),
        sa.CheckConstraint("cost IN ('freight', 'handling', 'devaluation')", name=op.f("ck_alliance_share_cost")),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_alliance_share_valid")),
        sa.CheckConstraint("least(seller, taker, fund) >= 0", name=op.f("ck_alliance_share_parts")),
        sa.CheckConstraint("seller + taker + fund = 10000", name=op.f("ck_alliance_share_whole")),
        sa.ForeignKeyConstraint(["alliance_id"], ["alliance.id"], name=op.f("fk_alliance_share_alliance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance_share")),
    )
    op.create_table(
        "maker_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("maker_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_maker_agreement_name_length")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_maker_agreement_brand_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["enterprise.id"], name=op.f("fk_maker_agreement_maker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maker_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_maker_agreement_number")),
    )
    op.create_index("ix_maker_agreement_maker", "maker_agreement", ["maker_id"], unique=False)
    op.create_table(
        "maker_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document_file", sa.Uuid(), nullable=True),
        sa.Column("document_digest", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("agreement_id"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_maker_version_overlap"
        ),
        sa.CheckConstraint("document_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_maker_version_digest")),
        sa.CheckConstraint("isempty(valid) OR lower(valid) IS NOT NULL", name=op.f("ck_maker_version_valid")),
        sa.ForeignKeyConstraint(["agreement_id"], ["maker_agreement.id"], name=op.f("fk_maker_version_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maker_version")),
    )
    op.create_index("uq_maker_version", "maker_version", ["agreement_id", "version"], unique=True)
    op.create_table(
        "maker_share",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("maker", sa.BigInteger(), nullable=False),
        sa.Column("brand", sa.BigInteger(), nullable=False),
        sa.Column("shop", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cost IN ('freight', 'handling', 'devaluation')", name=op.f("ck_maker_share_cost")),
        sa.CheckConstraint("least(maker, brand, shop) >= 0", name=op.f("ck_maker_share_parts")),
        sa.CheckConstraint("maker + brand + shop = 10000", name=op.f("ck_maker_share_whole")),
        sa.ForeignKeyConstraint(["agreement_id"], ["maker_agreement.id"], name=op.f("fk_maker_share_agreement_id")),
        sa.ForeignKeyConstraint(["version_id"], ["maker_version.id"], name=op.f("fk_maker_share_version_id")),
        sa.PrimaryKeyConstraint("version_id", "cost", name=op.f("pk_maker_share")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_delegation_brand_id")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_delegation_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(
        "ix_delegation_to", "delegation", ["to_id", "due_on"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index(
        "uq_delegation_open",
        "delegation",
        ["brand_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "promise_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("todo", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (cardinality(todo) = 0)", name=op.f("ck_promise_batch_finished")
        ),
        sa.CheckConstraint("cardinality(todo) <= total AND total <= 20000", name=op.f("ck_promise_batch_todo")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_promise_batch_brand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_batch")),
    )
    op.create_index("ix_promise_batch_brand", "promise_batch", ["brand_id", "id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_statement_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_statement_number")),
    )
    op.create_index("ix_statement_enterprise", "statement", ["enterprise_id", "id"], unique=False)
    op.create_table(
        "statement_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_kind", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("recipient_kind IN ('lender', 'insurer')", name=op.f("ck_statement_consent_recipient_kind")),
        sa.CheckConstraint("char_length(recipient) <= 100", name=op.f("ck_statement_consent_recipient_length")),
        sa.CheckConstraint("expires_at > given_at", name=op.f("ck_statement_consent_expires")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_statement_consent_enterprise_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_statement_consent_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_consent")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_statement_consent_token_digest")),
    )
    op.create_index("ix_statement_consent_enterprise", "statement_consent", ["enterprise_id", "id"], unique=False)
    op.create_index("ix_statement_consent_statement", "statement_consent", ["statement_id", "id"], unique=False)
    op.create_table(
        "statement_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["statement_consent.id"], name=op.f("fk_statement_look_consent_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_statement_look_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_look")),
    )
    op.create_index("ix_statement_look_consent", "statement_look", ["consent_id", "at"], unique=False)


def rights() -> None:
    for table in ("bond", *KNOWN, *SHARES, *BRANDS, *STATEMENTS):
        secured(table, append_only=table in ("statement", "statement_look"))
    op.execute(f"GRANT EXECUTE ON FUNCTION brand_join(uuid), colleagues(uuid) TO {roles(('merchant',))}")
    op.execute("GRANT EXECUTE ON FUNCTION statement_look(bytea, uuid, bytea) TO " + roles(("public", *AUDIENCES)))
    known()
    bonds()
    agreements()
    brands()
    statements()


def known() -> None:
    """Where goods go back is known to everybody; who bears the cost, to those who are bound and to the bureaus."""
    for audience in ("public", *AUDIENCES):
        for table in KNOWN:
            policy(table, f"{audience}_knows", "SELECT", audience, "true")
            grant("SELECT", table, audience)
        grant("SELECT", "bond", audience)
    for audience in ("public", "consumer"):
        policy("bond", f"{audience}_knows", "SELECT", audience, "host_at IS NOT NULL AND org_at IS NOT NULL")
    policy("bond", "officer_reads", "SELECT", "officer", "true")
    both = "host_at IS NOT NULL AND org_at IS NOT NULL"
    sides = f"{both} OR hosts_bond(kind, of_id) OR acts_for(org_kind, org_id)"
    policy("bond", "merchant_reads", "SELECT", "merchant", sides)
    for table, (kind, column) in SHARES.items():
        policy(table, "officer_reads", "SELECT", "officer", "true")
        bound = f"hosts_bond('{kind}', {column}) OR is_bound('{kind}', {column})"
        policy(table, "merchant_reads", "SELECT", "merchant", bound)
        grant("SELECT", table, "officer", "merchant")


def bonds() -> None:
    """Either side proposes, confirms for itself, and may end it; nothing else of a row changes."""
    sides = "hosts_bond(kind, of_id) OR acts_for(org_kind, org_id)"
    policy("bond", "merchant_proposes", "INSERT", "merchant", None, sides)
    policy("bond", "merchant_changes", "UPDATE", "merchant", sides, sides)
    grant("INSERT, UPDATE (valid, host_at, host_by, org_at, org_by)", "bond", "merchant")


def agreements() -> None:
    """An alliance's organiser and a maker write what is theirs; an old row only gets its end."""
    organises = "acts_for(organiser_kind, organiser_id)"
    policy("alliance", "merchant_founds", "INSERT", "merchant", None, organises)
    policy("alliance", "merchant_ends", "UPDATE", "merchant", organises, organises)
    makes = f"maker_id = {PARTIES}"
    policy("maker_agreement", "merchant_makes", "INSERT", "merchant", None, makes)
    grant("INSERT", "maker_agreement", "merchant")
    grant("INSERT, UPDATE (valid)", "alliance", "merchant")
    for table, kind, column in (
        ("alliance_row", "alliance", "alliance_id"),
        ("alliance_share", "alliance", "alliance_id"),
        ("maker_version", "maker", "agreement_id"),
        ("maker_share", "maker", "agreement_id"),
    ):
        hosts = f"hosts_bond('{kind}', {column})"
        policy(table, "merchant_adds", "INSERT", "merchant", None, hosts)
        grant("INSERT", table, "merchant")
        if table != "maker_share":
            policy(table, "merchant_ends", "UPDATE", "merchant", hosts, hosts)
            grant("UPDATE (valid)", table, "merchant")
    documents()


def documents() -> None:
    """Who is asked to join reads what it would join."""
    joined = (
        "EXISTS (SELECT 1 FROM alliance a WHERE a.agreement_file = evidence.id AND is_bound('alliance', a.id))"
        " OR EXISTS (SELECT 1 FROM maker_version v WHERE v.document_file = evidence.id"
        " AND is_bound('maker', v.agreement_id))"
    )
    policy("evidence", "merchant_joins", "SELECT", "merchant", joined)


def brands() -> None:
    """What a brand's people hand to each other, and what they are changing, is theirs alone."""
    own = f"brand_id = {PARTIES}"
    for table in BRANDS:
        policy(table, "merchant_own", "SELECT", "merchant", own)
        policy(table, "merchant_adds", "INSERT", "merchant", None, own)
        policy(table, "merchant_changes", "UPDATE", "merchant", own, own)
        grant("SELECT, INSERT", table, "merchant")
    grant("UPDATE (done_at)", "delegation", "merchant")
    grant("UPDATE (todo, finished_at)", "promise_batch", "merchant")


def statements() -> None:
    """A statement, its consents and every look are the firm's own."""
    own = f"enterprise_id = {PARTIES}"
    for table in STATEMENTS:
        policy(table, "merchant_own", "SELECT", "merchant", own)
        grant("SELECT", table, "merchant")
    for table in ("statement", "statement_consent"):
        policy(table, "merchant_adds", "INSERT", "merchant", None, own)
        grant("INSERT", table, "merchant")
    policy("statement_consent", "merchant_ends", "UPDATE", "merchant", own, own)
    grant("UPDATE (ended_at)", "statement_consent", "merchant")
    for table in ("statement", "statement_look"):
        for event, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"never_{event.split()[0].lower()}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION never_changes()"
            )
