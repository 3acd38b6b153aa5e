"""The database of an installation: its roles, its schema, and the engines of a process.

Whoever starts Wuyou gives one URL of a role that may create roles (the embedded server's, or
``DATABASE_URL``). From it come the roles that the product works as, named after the database, with
generated passwords kept under ``WUYOU_DATA`` and limits of time set on the role itself, so that a setting
forgotten in code still has a limit.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import URL, NullPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

from app.embedded import DATABASE, Postgres
from app.keys import load_keys
from app.places import Places
from app.settings import Settings
from workflows.store.session import Databases, Role

MIGRATIONS = Path(__file__).parent.parent / "migrations"
MIGRATION_TRIES = 30

LIMITS: dict[Role, dict[str, str]] = {
    Role.OWNER: {"statement_timeout": "600s", "lock_timeout": "1s"},
    Role.WORKER: {
        "statement_timeout": "60s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
    },
    Role.EXPORT: {
        "statement_timeout": "300s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "60s",
        "default_transaction_read_only": "on",
    },
} | {
    role: {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}
    for role in (Role.PUBLIC, Role.CONSUMER, Role.MERCHANT, Role.OFFICER, Role.COUNCIL)
}


def root_url(told: Settings, places: Places) -> URL:
    """The URL that may create roles."""
    if told.embedded_database:
        return make_url(Postgres(places).url(DATABASE))
    return make_url(told.database_url).set(drivername="postgresql+psycopg")


def role_name(database: str, role: Role) -> str:
    """A role's name carries the database's: two installations share a server without meeting."""
    return f"{database}_{role.value}"


def role_urls(root: URL, places: Places) -> dict[Role, str]:
    """Where each role connects."""
    database = root.database or DATABASE
    return {role: _role_url(root, database, role, places) for role in Role}


def _role_url(root: URL, database: str, role: Role, places: Places) -> str:
    name = role_name(database, role)
    url = root.set(username=name, password=places.secret(f"postgres-{name}"))
    return url.render_as_string(hide_password=False)


def ensure_roles(root: URL, places: Places) -> None:
    """Make the roles, or give them the passwords and limits that they should have."""
    engine = create_engine(root, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    database = root.database or DATABASE
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for role in Role:
            _ensure_role(raw, database, role, places)
        owner = sql.Identifier(role_name(database, Role.OWNER))
        raw.execute(sql.SQL("GRANT ALL ON DATABASE {} TO {}").format(sql.Identifier(database), owner))
        raw.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(owner))


def _ensure_role(raw: Any, database: str, role: Role, places: Places) -> None:
    """A new role is neither superuser nor above row security by PostgreSQL's own default; a test says so."""
    name = role_name(database, role)
    found = raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    password = sql.Literal(places.secret(f"postgres-{name}"))
    raw.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(name), password))
    for setting, value in LIMITS[role].items():
        change = sql.SQL("ALTER ROLE {} SET {} = {}")
        raw.execute(change.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))


def alembic_config() -> Config:
    """Alembic's settings; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def migrate(owner_url: str) -> None:
    """Bring the schema up to the newest migration; a busy table is waited for, one second at a time."""
    engine = create_engine(owner_url, poolclass=NullPool)
    for attempt in range(MIGRATION_TRIES):
        try:
            with engine.connect() as connection:
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError:
            if attempt + 1 == MIGRATION_TRIES:
                raise
            time.sleep(1)
        else:
            return


def prepare(told: Settings, places: Places) -> dict[Role, str]:
    """Roles and schema, ready to work with; the roles' URLs."""
    root = root_url(told, places)
    ensure_roles(root, places)
    urls = role_urls(root, places)
    migrate(urls[Role.OWNER])
    return urls


def connect(told: Settings, *, pooled: bool = True) -> Databases:
    """The engines of this process."""
    places = Places(told.data)
    return Databases(role_urls(root_url(told, places), places), load_keys(places), pooled=pooled)
