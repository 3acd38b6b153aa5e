"""How Alembic runs a migration here: one at a time, each in a transaction, giving up quickly on a lock."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from app.schema import METADATA

LOCK = 7_305_121  # any number that nobody else uses: two migrations at once queue here
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "1s", "600s"


def run() -> None:
    """Run inside the connection we were given, or print SQL."""
    if context.is_offline_mode():
        context.configure(url="postgresql+psycopg://", target_metadata=METADATA, literal_binds=True)
        with context.begin_transaction():
            context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            context.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
            context.run_migrations()
        return
    connection = context.config.attributes["connection"]
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
    connection.commit()


run()
