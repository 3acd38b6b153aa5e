"""One engine per database role, one transaction per unit of work.

Each audience has a login role of its own with its own row-level policies, so a consumer's connection
has no officer's policy at all. At the start of every transaction the caller's identity is bound to the
connection for that transaction only, and the time and the calendar's serial are read, in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

from workflows.errors import Refused
from workflows.store.crypto import Keys
from workflows.time.calendar import Calendar
from workflows.time.clock import shanghai_date


class Role(Enum):
    """The database roles, each with its own rights and limits."""

    OWNER = "owner"
    WORKER = "worker"
    PUBLIC = "public"
    CONSUMER = "consumer"
    MERCHANT = "merchant"
    OFFICER = "officer"
    EXPORT = "export"
    COUNCIL = "council"


BOUND = frozenset({Role.CONSUMER, Role.MERCHANT, Role.OFFICER, Role.COUNCIL})
"""Roles that see nothing without an identity; asking without one is our mistake and raises."""

POOL_SIZE = 2
POOL_OVERFLOW = 1
POOL_SECONDS = 2.0
CONNECT = {"connect_timeout": 5, "options": "-c timezone=UTC", "prepare_threshold": 3}

BEGIN = text(
    "SELECT set_config('app.account', :account, true), set_config('app.parties', :parties, true), now(),"
    " (SELECT max(serial) FROM calendar_serial)"
)


@dataclass(frozen=True)
class Identity:
    """Who a transaction acts for.

    :param account: the signed-in account.
    :param parties: every party id whose cases it may see: the account, its enterprises or its bureaus.
    """

    account: UUID | None = None
    parties: tuple[UUID, ...] = ()

    def settings(self) -> dict[str, str]:
        """The values bound to the connection; empty text stands for nobody."""
        parties = ",".join(map(str, self.parties))
        return {"account": str(self.account or ""), "parties": f"{{{parties}}}" if parties else ""}


NOBODY = Identity()


class Databases:
    """The engines of one process, by role.

    :param urls: where each role connects.
    :param keys: the installation's keys; sessions carry them.
    :param pooled: False for short-lived processes and tests: no connection outlives its transaction.
    :param pool_size: connections kept open per role.
    """

    def __init__(
        self, urls: Mapping[Role, str], keys: Keys, *, pooled: bool = True, pool_size: int = POOL_SIZE
    ) -> None:
        self.urls = dict(urls)
        self.keys = keys
        self.pooled = pooled
        self.pool_size = pool_size
        self.calendars: dict[int, Calendar] = {}
        self._engines: dict[Role, Engine] = {}

    def engine(self, role: Role) -> Engine:
        """The role's engine, made at first use."""
        if role not in self._engines:
            self._engines[role] = self._make(role)
        return self._engines[role]

    def _make(self, role: Role) -> Engine:
        if not self.pooled:
            return create_engine(self.urls[role], poolclass=NullPool, connect_args=CONNECT)
        return create_engine(
            self.urls[role],
            poolclass=QueuePool,
            pool_size=self.pool_size,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_SECONDS,
            pool_recycle=300,
            pool_pre_ping=False,
            connect_args=CONNECT,
        )

    @contextmanager
    def transaction(self, role: Role, identity: Identity = NOBODY) -> Iterator[Session]:
        """A session whose work is committed whole at the end, or not at all.

        :raises Refused: an audience's role without an identity.
        """
        if role in BOUND and not identity.parties:
            raise Refused("identity.missing", f"the role {role.value} needs an identity")
        info = {"identity": identity, "keys": self.keys, "calendars": self.calendars}
        with Session(self.engine(role), expire_on_commit=False, info=info) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()


@event.listens_for(Session, "after_begin")
def _bind(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Bind the identity for this transaction, and read the time once."""
    identity: Identity | None = session.info.get("identity")
    if identity is None or transaction.nested:
        return
    *_, now, serial = connection.execute(BEGIN, identity.settings()).one()
    session.info["now"] = now
    session.info["calendar_serial"] = serial


@dataclass
class DatabaseClock:
    """The database's time, the same for the whole transaction: no machine's clock can move a legal date."""

    session: Session
    _info: dict[Any, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._info = self.session.info

    def now(self) -> datetime:
        """The transaction's ``now()``, in UTC."""
        if "now" not in self._info:
            self.session.connection()
        moment: datetime = self._info["now"]
        return moment

    def today(self) -> date:
        """Its date in Asia/Shanghai."""
        return shanghai_date(self.now())


def keys_of(session: Session) -> Keys:
    """The installation's keys, as the session carries them."""
    keys: Keys = session.info["keys"]
    return keys
