"""Bridges: numbers of other platforms, what they are told, batches from them, hand-overs, and compared days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.rights import grant, policy, secured, seen

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MINE = "party_id = ANY ((SELECT app_parties())::uuid[])"
OWN = "account_id = app_account()"
OF_CITY = "EXISTS (SELECT 1 FROM bureau b WHERE b.city = {table}.city AND b.id = ANY ((SELECT app_parties())::uuid[]))"


def upgrade() -> None:
    bridge_number()
    bridge_push()
    bridge_batch()
    bridge_row()
    bridge_handover()
    bridge_day()
    bridge_difference()
    bridge_look()
    numbers()
    inbound()
    handed()
    compared()
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_report_day", "report", ["city", "received_on"], postgresql_concurrently=True, if_not_exists=True
        )


def numbers() -> None:
    """Whoever sees a case sees its numbers; only an officer who handles it types one in, or takes a wrong one off."""
    secured("bridge_number")
    for audience in ("consumer", "merchant", "officer"):
        policy("bridge_number", f"{audience}_reads", "SELECT", audience, seen("bridge_number", "case_id", audience))
        grant("SELECT", "bridge_number", audience)
    secured("bridge_push")
    policy("bridge_push", "officer_reads", "SELECT", "officer", seen("bridge_push", "case_id", "officer"))
    for table, columns in (("bridge_number", "ended_at, ended_by"), ("bridge_push", "done_at, done_by")):
        writes = seen(table, "case_id", "officer", writes=True)
        policy(table, "officer_adds", "INSERT", "officer", None, writes)
        policy(table, "officer_changes", "UPDATE", "officer", writes, writes)
        grant(f"SELECT, INSERT, UPDATE ({columns})", table, "officer")


def inbound() -> None:
    """A row with a report in it is for the desk of reports alone; who uploads a sheet works on what is in it."""
    secured("bridge_batch")
    policy("bridge_batch", "officer_reads", "SELECT", "officer", f"{OWN} OR {OF_CITY.format(table='bridge_batch')}")
    policy("bridge_batch", "officer_adds", "INSERT", "officer", None, OWN)
    policy("bridge_batch", "officer_confirms", "UPDATE", "officer", OWN, OWN)
    grant("SELECT, INSERT, UPDATE (confirmed_at)", "bridge_batch", "officer")
    secured("bridge_row")
    policy("bridge_row", "officer_reads", "SELECT", "officer", MINE)
    policy("bridge_row", "officer_adds", "INSERT", "officer", None, "party_id = app_account()")
    policy("bridge_row", "officer_mends", "UPDATE", "officer", MINE, MINE)
    changes = "state, body_sealed, faults, number, kind, received_on, version, dropped_by, reason"
    grant(f"SELECT, INSERT, UPDATE ({changes})", "bridge_row", "officer")
    mine = f"SELECT 1 FROM bridge_row r WHERE r.batch_id = outbox.case_id AND r.{MINE}"
    policy("outbox", "officer_files_rows", "INSERT", "officer", None, f"topic = 'bridge.file' AND EXISTS ({mine})")


def handed() -> None:
    """A consumer's filing on its way elsewhere is his own, and for whoever keys it in there."""
    secured("bridge_handover")
    policy("bridge_handover", "consumer_own", "SELECT", "consumer", OWN)
    policy("bridge_handover", "consumer_adds", "INSERT", "consumer", None, f"{OWN} AND state = 'waiting'")
    policy("bridge_handover", "officer_reads", "SELECT", "officer", MINE)
    policy("bridge_handover", "officer_keys", "UPDATE", "officer", MINE, MINE)
    grant("SELECT, INSERT", "bridge_handover", "consumer")
    grant("SELECT, UPDATE (state, number, received_on)", "bridge_handover", "officer")
    mine = f"SELECT 1 FROM bridge_handover h WHERE h.id = outbox.case_id AND h.{MINE}"
    policy("outbox", "officer_numbers", "INSERT", "officer", None, f"topic = 'bridge.numbered' AND EXISTS ({mine})")
    own = f"SELECT 1 FROM bridge_handover h WHERE h.id = outbox.case_id AND h.{OWN}"
    policy("outbox", "consumer_hands", "INSERT", "consumer", None, f"topic = 'bridge.hand_over' AND EXISTS ({own})")


def compared() -> None:
    """That a day was compared, its city knows; what differs, those alone whose case it is."""
    secured("bridge_day")
    policy("bridge_day", "officer_reads", "SELECT", "officer", OF_CITY.format(table="bridge_day"))
    grant("SELECT", "bridge_day", "officer")
    secured("bridge_difference")
    policy("bridge_difference", "officer_reads", "SELECT", "officer", MINE)
    policy("bridge_difference", "officer_settles", "UPDATE", "officer", MINE, MINE)
    grant("SELECT, UPDATE (settled_at, settled_by, act, reason)", "bridge_difference", "officer")
    secured("bridge_look", append_only=True)
    policy("bridge_look", "officer_own", "SELECT", "officer", OWN)
    policy("bridge_look", "officer_looks", "INSERT", "officer", None, OWN)
    grant("SELECT, INSERT", "bridge_look", "officer")


def bridge_number() -> None:
    op.create_table(
        "bridge_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("case_kind IN ('complaint', 'report')", name=op.f("ck_bridge_number_case_kind")),
        sa.CheckConstraint("source IN ('inbound', 'answer', 'typed')", name=op.f("ck_bridge_number_source")),
        sa.CheckConstraint("system IN ('national', 'hotline')", name=op.f("ck_bridge_number_system")),
        sa.CheckConstraint("char_length(number) <= 40", name=op.f("ck_bridge_number_number_length")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_bridge_number_ended_by")),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_bridge_number_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_number")),
    )
    op.create_index(
        "ix_bridge_number_day",
        "bridge_number",
        ["system", "received_on"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_bridge_number",
        "bridge_number",
        ["number", "system", "case_kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_bridge_number_case",
        "bridge_number",
        ["case_id", "system"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def bridge_push() -> None:
    op.create_table(
        "bridge_push",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.CheckConstraint("case_kind IN ('complaint', 'report')", name=op.f("ck_bridge_push_case_kind")),
        sa.CheckConstraint("system IN ('national', 'hotline')", name=op.f("ck_bridge_push_system")),
        sa.CheckConstraint("what IN ('file', 'status')", name=op.f("ck_bridge_push_what")),
        sa.CheckConstraint("char_length(refused) <= 50", name=op.f("ck_bridge_push_refused_length")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_bridge_push_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_push")),
        sa.UniqueConstraint("case_id", "system", "what", "seq", name=op.f("uq_bridge_push_case_id_system_what_seq")),
    )
    op.create_index(
        "ix_bridge_push_untold",
        "bridge_push",
        ["party_id", "system", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_bridge_push_waiting", "bridge_push", ["made_at"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )


def bridge_batch() -> None:
    op.create_table(
        "bridge_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("system IN ('national', 'hotline')", name=op.f("ck_bridge_batch_system")),
        sa.CheckConstraint("char_length(key) <= 100", name=op.f("ck_bridge_batch_key_length")),
        sa.CheckConstraint("char_length(name) <= 100", name=op.f("ck_bridge_batch_name_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bridge_batch_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_batch")),
        sa.UniqueConstraint("system", "key", name=op.f("uq_bridge_batch_system_key")),
    )


def bridge_row() -> None:
    op.create_table(
        "bridge_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("dropped_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'dropped') = (num_nonnulls(dropped_by, reason) = 2)", name=op.f("ck_bridge_row_dropped_evidence")
        ),
        sa.CheckConstraint("kind IN ('complaint', 'report', 'both')", name=op.f("ck_bridge_row_kind")),
        sa.CheckConstraint("state <> 'filed' OR case_id IS NOT NULL", name=op.f("ck_bridge_row_filed_evidence")),
        sa.CheckConstraint(
            "state IN ('checked', 'waiting', 'aside') OR body_sealed IS NULL", name=op.f("ck_bridge_row_body_kept")
        ),
        sa.CheckConstraint(
            "state IN ('checked', 'waiting', 'filed', 'seen', 'aside', 'dropped')", name=op.f("ck_bridge_row_state")
        ),
        sa.CheckConstraint("char_length(number) <= 40", name=op.f("ck_bridge_row_number_length")),
        sa.CheckConstraint("char_length(reason) <= 300", name=op.f("ck_bridge_row_reason_length")),
        sa.ForeignKeyConstraint(["batch_id"], ["bridge_batch.id"], name=op.f("fk_bridge_row_batch_id")),
        sa.ForeignKeyConstraint(["dropped_by"], ["account.id"], name=op.f("fk_bridge_row_dropped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_row")),
        sa.UniqueConstraint("batch_id", "line", name=op.f("uq_bridge_row_batch_id_line")),
    )
    op.create_index(
        "ix_bridge_row_aside",
        "bridge_row",
        ["party_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'aside'"),
    )
    op.create_index(
        "ix_bridge_row_waiting",
        "bridge_row",
        ["batch_id", "line"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def bridge_handover() -> None:
    op.create_table(
        "bridge_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'arrived') = (complaint_id IS NOT NULL)", name=op.f("ck_bridge_handover_arrived_evidence")
        ),
        sa.CheckConstraint("(state = 'waiting') = (number IS NULL)", name=op.f("ck_bridge_handover_number_evidence")),
        sa.CheckConstraint("kind IN ('complaint', 'report', 'both')", name=op.f("ck_bridge_handover_kind")),
        sa.CheckConstraint("state IN ('waiting', 'handed', 'arrived')", name=op.f("ck_bridge_handover_state")),
        sa.CheckConstraint(
            "(number IS NULL) = (received_on IS NULL)", name=op.f("ck_bridge_handover_received_evidence")
        ),
        sa.CheckConstraint("char_length(number) <= 40", name=op.f("ck_bridge_handover_number_length")),
        sa.CheckConstraint("char_length(refused) <= 50", name=op.f("ck_bridge_handover_refused_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bridge_handover_account_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_bridge_handover_bureau_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_bridge_handover_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_handover")),
    )
    op.create_index("ix_bridge_handover_account", "bridge_handover", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_bridge_handover_waiting",
        "bridge_handover",
        ["party_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_bridge_handover_number", "bridge_handover", ["number"], unique=True)


def bridge_day() -> None:
    op.create_table(
        "bridge_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("system IN ('national', 'hotline')", name=op.f("ck_bridge_day_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_day")),
        sa.UniqueConstraint("city", "system", "day", name=op.f("uq_bridge_day_city_system_day")),
    )


def bridge_difference() -> None:
    op.create_table(
        "bridge_difference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "act IN ('mended', 'accepted', 'renumbered', 'gone')", name=op.f("ck_bridge_difference_act")
        ),
        sa.CheckConstraint(
            "act IS NULL OR act = 'gone' OR num_nonnulls(settled_by, reason) = 2",
            name=op.f("ck_bridge_difference_settled_by_person"),
        ),
        sa.CheckConstraint("case_kind IN ('complaint', 'report')", name=op.f("ck_bridge_difference_case_kind")),
        sa.CheckConstraint(
            "kind IN ('missing_here', 'missing_there', 'no_number', 'twice', 'date', 'state')",
            name=op.f("ck_bridge_difference_kind"),
        ),
        sa.CheckConstraint("(settled_at IS NULL) = (act IS NULL)", name=op.f("ck_bridge_difference_settled_whole")),
        sa.CheckConstraint("char_length(number) <= 40", name=op.f("ck_bridge_difference_number_length")),
        sa.CheckConstraint("char_length(ours) <= 50", name=op.f("ck_bridge_difference_ours_length")),
        sa.CheckConstraint("char_length(reason) <= 300", name=op.f("ck_bridge_difference_reason_length")),
        sa.CheckConstraint("char_length(theirs) <= 50", name=op.f("ck_bridge_difference_theirs_length")),
        sa.ForeignKeyConstraint(["day_id"], ["bridge_day.id"], name=op.f("fk_bridge_difference_day_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_bridge_difference_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_difference")),
    )
    op.create_index("ix_bridge_difference_day", "bridge_difference", ["day_id", "id"], unique=False)
    op.create_index(
        "ix_bridge_difference_open",
        "bridge_difference",
        ["party_id", "day_id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def bridge_look() -> None:
    op.create_table(
        "bridge_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("system IN ('national', 'hotline')", name=op.f("ck_bridge_look_system")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bridge_look_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_look")),
    )
    op.create_index("ix_bridge_look_about", "bridge_look", ["about_id", "at"], unique=False)
