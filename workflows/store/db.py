"""The base of every mapped class: naming, ids, times in UTC, states by value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, LargeBinary, MetaData, Text, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator
from uuid_utils import compat

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """An id that nobody can guess and that sorts by the time it was made (UUIDv7).

    Made here and never by the database: reading a default back would need a SELECT policy for every INSERT.
    """
    return compat.uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored and read in UTC; a time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Refuse a naive time: nobody could say which moment it means."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Give every moment in UTC, whatever the connection's zone is."""
        return value.astimezone(UTC) if value is not None else None


class Base(DeclarativeBase):
    """Base of all mapped classes.

    A new row has its id at once: seals, journal and messages name it before any flush.
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        str: Text(),
        bytes: LargeBinary(),
        datetime: UtcDateTime(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        int: BigInteger(),
    }


@event.listens_for(Base, "init", propagate=True)
def _identify(target: Any, _args: Any, values: dict[str, Any]) -> None:
    if hasattr(type(target), "id"):
        values.setdefault("id", new_id())


def one_of(column: str, values: tuple[str, ...], name: str | None = None) -> CheckConstraint:
    """A CHECK that a text column has one of the given values."""
    return CheckConstraint(f"{column} IN ({_listed(values)})", name=name or column)


def at_most(column: str, length: int) -> CheckConstraint:
    """A CHECK on the length of a text column, in characters."""
    return CheckConstraint(f"char_length({column}) <= {length}", name=f"{column}_length")


def evidence(column: str, always: tuple[str, ...], maybe: tuple[str, ...] = ()) -> CheckConstraint:
    """A CHECK that binds a case's state to its evidence, so that an impossible case cannot be stored.

    In a state of ``always`` the column must be there, in one of ``maybe`` it may, in all others it must not.
    """
    cases = [(always, f"{column} IS NOT NULL"), (maybe, "true")]
    clauses = " ".join(f"WHEN state IN ({_listed(states)}) THEN {then}" for states, then in cases if states)
    return CheckConstraint(f"CASE {clauses} ELSE {column} IS NULL END", name=f"{column}_evidence")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
