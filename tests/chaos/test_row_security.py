"""T31: as every login role, on every table of the catalogue, under every context: nobody's row is another's."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url, select

from complaints.models import Complaint, Report
from complaints.operations import filing
from merchants.drafts import Contact as ContactDraft
from merchants.models import Contact, Enrolment
from merchants.operations import parties
from tests.factories import DraftFactory, ReportFactory
from workflows.case.tables import CaseEvent
from workflows.errors import Refused
from workflows.store.session import Identity, Role

REFERENCE = {"region", "bureau", "calendar_year", "calendar_serial"}
KNOWN_TO_ALL = {"enterprise", "store", "brand", "standing", "promise", "declared_setting"}
KNOWN_TO_ALL |= {"alliance", "alliance_row", "maker_agreement", "maker_version", "bond", "mediation_org"}
"""Everybody reads them; only who a row belongs to writes it."""

IDENTITY_TABLES = {"account", "web_session", "throttle", "one_time_code", "stand_in_message", "membership"}
AUDIENCES = (Role.CONSUMER, Role.MERCHANT, Role.OFFICER, Role.COUNCIL)
WEB = (*AUDIENCES, Role.PUBLIC)


def tables(root) -> list[str]:
    rows = root.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return sorted(name for (name,) in rows if name != "alembic_version")


@pytest.fixture
def full(world):
    """A database in which every kind of row belongs to somebody else."""
    with world.as_consumer() as session:
        draft = DraftFactory(report=ReportFactory(), respondent=filing.Respondent(store_id=world.store))
        filed = filing.file(session, draft, actor=world.consumer_actor, clock=world.clock)
    world.complaint, world.report = filed.complaint.id, filed.report.id
    world.enrolment = world.enrolled()
    return world


def connection(db, role):
    url = make_url(db.urls[role])
    return psycopg.connect(
        host=url.query["host"], dbname=url.database, user=url.username, password=url.password, autocommit=True
    )


def test_every_table_of_people_and_cases_forces_row_security(root):
    rows = root.execute(
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
    ).fetchall()
    assert {name for name, forced in rows if not forced} == REFERENCE


def test_no_role_of_the_product_is_above_the_rules(root, db):
    names = [make_url(url).username for url in db.urls.values()]
    rows = root.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole)", [names]
    ).fetchall()
    assert rows == []
    owner = make_url(db.urls[Role.OWNER]).username
    owned = root.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert owned == [(owner,)]


CONTEXTS = {
    "none": None,
    "empty": ("", ""),
    "stranger": (str(uuid4()), "{" + str(uuid4()) + "}"),
}


@pytest.mark.parametrize("role", AUDIENCES, ids=lambda r: r.value)
@pytest.mark.parametrize("context", CONTEXTS)
def test_a_stranger_sees_and_changes_no_row_of_any_table(full, root, role, context):
    with connection(full.db, role) as raw:
        if CONTEXTS[context] is not None:
            account, parties = CONTEXTS[context]
            raw.execute(
                "SELECT set_config('app.account', %s, false), set_config('app.parties', %s, false)", [account, parties]
            )
        for table in set(tables(root)) - REFERENCE - {"measure"}:
            if table not in KNOWN_TO_ALL:
                assert attempt(raw, f"SELECT count(*) FROM {table}") in (None, 0), table
            assert attempt(raw, f"DELETE FROM {table}") in (None, 0), table
            column = root.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum LIMIT 1",
                [table],
            ).fetchone()[0]
            assert attempt(raw, f"UPDATE {table} SET {column} = {column}") in (None, 0), table


def attempt(raw, statement):
    """Rows seen or changed; None when the role has no right to ask at all."""
    try:
        cursor = raw.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return None
    return cursor.fetchone()[0] if cursor.description else cursor.rowcount


def test_a_reused_connection_remembers_nobody(full):
    with connection(full.db, Role.CONSUMER) as raw:
        with raw.transaction():
            raw.execute("SELECT set_config('app.parties', %s, true)", ["{" + str(full.consumer) + "}"])
            assert raw.execute("SELECT count(*) FROM complaint").fetchone() == (1,)
        assert raw.execute("SELECT count(*) FROM complaint").fetchone() == (0,)


def test_the_public_role_sees_no_case_and_cannot_add_one_that_is_not_anonymous(full, root):
    with connection(full.db, Role.PUBLIC) as raw:
        for table in set(tables(root)) - REFERENCE - KNOWN_TO_ALL - IDENTITY_TABLES - {"heartbeat"}:
            assert attempt(raw, f"SELECT count(*) FROM {table}") in (None, 0), table


def test_each_party_sees_its_own_and_the_firm_never_the_report(full):
    with full.as_consumer() as session:
        assert session.scalars(select(Complaint.id)).all() == [full.complaint]
        assert session.scalars(select(Report.id)).all() == [full.report]
    with full.as_merchant() as session:
        assert session.scalars(select(Complaint.id)).all() == [full.complaint]
        assert full.report not in {e.case_id for e in session.scalars(select(CaseEvent))}
    with full.as_officer() as session:
        assert session.scalars(select(Report.id)).all() == [full.report]
    with full.as_consumer(full.other_consumer) as session:
        assert session.scalars(select(Complaint.id)).all() == []
    with full.as_merchant(full.other_enterprise) as session:
        assert session.scalars(select(Complaint.id)).all() == []
    with full.as_far_officer() as session:
        assert session.scalars(select(Complaint.id)).all() == []


def test_an_application_is_its_firms_and_its_bureaus_and_a_firms_contact_its_own(full):
    with full.as_merchant() as session:
        contact = ContactDraft("吴掌柜", "+8613900000009")
        parties.reach(session, full.store, full.enterprise, contact, clock=full.clock)
        assert session.scalars(select(Enrolment.id)).all() == [full.enrolment]
    with full.as_officer() as session:
        assert session.scalars(select(Enrolment.id)).all() == [full.enrolment]
        assert len(session.scalars(select(Contact.id)).all()) == 1
    for stranger in (full.as_merchant(full.other_enterprise), full.as_far_officer()):
        with stranger as session:
            assert session.scalars(select(Enrolment.id)).all() == []
            assert session.scalars(select(Contact.id)).all() == []


def test_a_merchants_connection_has_no_right_to_reports_at_all(full):
    with connection(full.db, Role.MERCHANT) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("SELECT 1 FROM report")


def test_an_officer_of_the_same_bureau_who_is_not_assigned_does_not_see_the_report(full):
    colleague = uuid4()
    with full.db.transaction(Role.OFFICER, Identity(colleague, (colleague, full.bureau))) as session:
        assert session.scalars(select(Complaint.id)).all() == [full.complaint]
        assert session.scalars(select(Report.id)).all() == []


def test_nobody_opens_a_case_for_himself(full):
    with connection(full.db, Role.CONSUMER) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(
            "SELECT case_open_access(%s, %s, %s, %s, 'x')",
            [full.complaint, [uuid4()], [full.other_consumer], ["consumer"]],
        )
    with connection(full.db, Role.CONSUMER) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(
            "SELECT case_share(%s, %s, %s, 'consumer', 'x', false)", [full.complaint, uuid4(), full.other_consumer]
        )
    with connection(full.db, Role.OFFICER) as raw:
        raw.execute("SELECT set_config('app.parties', %s, false)", ["{" + str(full.far_bureau) + "}"])
        share = "SELECT case_share(%s, %s, %s, 'officer', 'x', false)"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(share, [full.complaint, uuid4(), full.far_bureau])


@pytest.mark.parametrize("role", AUDIENCES, ids=lambda r: r.value)
def test_asking_without_an_identity_is_our_own_mistake_and_raises(db, role):
    with pytest.raises(Refused, match="needs an identity"), db.transaction(role):
        pass


@pytest.mark.parametrize(("role", "seconds"), [(Role.CONSUMER, 5), (Role.WORKER, 60), (Role.EXPORT, 300)])
def test_every_role_has_its_limit_of_time_on_the_server(db, role, seconds):
    with connection(db, role) as raw:
        assert raw.execute("SHOW statement_timeout").fetchone()[0] in (f"{seconds}s", f"{seconds // 60}min")
