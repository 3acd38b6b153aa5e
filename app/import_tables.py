"""The tables of imports: an operator's runs, and a firm's own lists of stores."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

LIST_STATES = ("faulty", "good", "made", "handed_in", "dropped")


class ImportRun(Base):
    """One run over one file: how far it came. The file itself is not kept, only its digest."""

    __tablename__ = "import_run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str]
    file: Mapped[str]
    rows: Mapped[int]
    done_rows: Mapped[int]
    added: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        at_most("file", 255),
        CheckConstraint("done_rows BETWEEN 0 AND rows", name="done_rows"),
        Index("ix_import_run_open", "digest", "id", postgresql_where=text("finished_at IS NULL")),
    )


class StoreList(Base):
    """A spreadsheet of a firm's stores on its way: looked through, confirmed, signed and handed in.

    :ivar body_sealed: the file, sealed; kept until it is confirmed or dropped, a day at most.
    :ivar faults: by row and column, as :meth:`merchants.importing.Fault.facts` has them.
    :ivar shown: what would be made, row by row: row, name, district, days, what becomes of it; once it is made, the
        application too.
    :ivar cases: the applications that were made from it; ``done`` of them are handed in.
    :ivar licence_file: the firm's licence, handed in with every application; ``fronts`` the pictures of shop fronts by
        application.
    """

    __tablename__ = "store_list"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str]
    state: Mapped[str]
    rows: Mapped[int]
    body_sealed: Mapped[bytes | None]
    faults: Mapped[list[Any]]
    shown: Mapped[list[Any]]
    cases: Mapped[list[Any]]
    done: Mapped[int] = mapped_column(default=0)
    licence_file: Mapped[UUID | None]
    licence_expires_on: Mapped[date | None]
    fronts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    signed_at: Mapped[datetime | None]
    uploaded_at: Mapped[datetime]

    __table_args__ = (
        at_most("name", 100),
        one_of("state", LIST_STATES),
        CheckConstraint("state IN ('faulty', 'good') OR body_sealed IS NULL", name="kept"),
        CheckConstraint("done = 0 OR signed_at IS NOT NULL", name="signed"),
        Index("ix_store_list_account", "account_id", "id"),
        Index("ix_store_list_kept", "uploaded_at", postgresql_where=text("body_sealed IS NOT NULL")),
    )
