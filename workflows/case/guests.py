"""A bureau that handles a case for one step only: it comes in, its step is written, and it leaves again.

The database's own function lets in nobody but who has a part in the case by another row: the other side of an open
dispute, whoever is asked for help. Between two steps such a bureau sees nothing of the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.orm import Session

from workflows.store.db import new_id

COMES_IN = text("SELECT case_guest_in(:case, :id, :party)").bindparams(
    *(bindparam(name, type_=Uuid()) for name in ("case", "id", "party"))
)
LEAVES = text("SELECT case_guest_out(:case, :party)").bindparams(
    *(bindparam(name, type_=Uuid()) for name in ("case", "party"))
)


@contextmanager
def for_one_step(session: Session, case: UUID, bureau: UUID) -> Iterator[None]:
    """Let a bureau of the caller handle a case for what is done inside; both ends belong to the caller's transaction.

    :raises InsufficientPrivilege: the bureau has no part in the case.
    """
    session.execute(COMES_IN, {"case": case, "id": new_id(), "party": bureau})
    yield
    session.flush()
    session.execute(LEAVES, {"case": case, "party": bureau})
