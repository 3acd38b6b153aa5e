"""Grants and row-level policies, as migrations write them; role names carry the database's name."""

from __future__ import annotations

from alembic import context, op

AUDIENCES = ("consumer", "merchant", "officer")
EVERYBODY = ("worker", "public", *AUDIENCES, "export")


def database() -> str:
    """Role names carry the database's name."""
    return "wuyou" if context.is_offline_mode() else str(op.get_bind().engine.url.database)


def role(name: str) -> str:
    """A role's name, quoted."""
    return f'"{database()}_{name}"'


def roles(names: tuple[str, ...]) -> str:
    """Several roles, as a grant lists them."""
    return ", ".join(map(role, names))


def seen(table: str, column: str, audience: str, *, writes: bool = False) -> str:
    """The predicate that a case is open to one of the caller's parties, in this audience."""
    return f"case_is_open({table}.{column}, '{audience}', {'true' if writes else 'false'})"


def policy(table: str, name: str, command: str, to: str, using: str | None, check: str | None = None) -> None:
    """One policy of a table for one role."""
    clauses = f" USING ({using})" if using else ""
    clauses += f" WITH CHECK ({check})" if check else ""
    op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {role(to)}{clauses}")


def grant(rights: str, table: str, *names: str) -> None:
    """Grant rights on a table to roles."""
    op.execute(f"GRANT {rights} ON {table} TO {roles(names)}")


def secured(table: str, *, append_only: bool = False) -> None:
    """Row-level security on a table; owner, worker and export see all by explicit policy, everybody else nothing yet."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    policy(table, "owner_all", "ALL", "owner", "true", "true")
    policy(table, "worker_all", "ALL", "worker", "true", "true")
    policy(table, "export_reads", "SELECT", "export", "true")
    grant("SELECT", table, "export")
    grant("SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE", table, "worker")


def case_policies(table: str, column: str, audience: str) -> None:
    """An audience reads rows of the cases that are open to it, and writes those it may write."""
    policy(table, f"{audience}_reads", "SELECT", audience, seen(table, column, audience))
    writes = seen(table, column, audience, writes=True)
    policy(table, f"{audience}_adds", "INSERT", audience, None, writes)
    policy(table, f"{audience}_changes", "UPDATE", audience, writes, writes)
