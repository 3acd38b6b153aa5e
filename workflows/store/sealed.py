"""Sealed columns: personal fields that the database cannot read, bound to their row.

A field ``phone`` of a mapped class is two columns, ``phone_sealed`` and, where it is searched,
``phone_index``. Sealing is an explicit act after the row has its id, because the place (table, column,
row) is part of what the seal protects: a ciphertext moved to another row does not open.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy.orm import Session

from workflows.store.crypto import digest
from workflows.store.session import keys_of


def place(row: Any, field: str) -> str:
    """Where a sealed field is kept."""
    return sealed_place(row.__tablename__, field, row.id)


def sealed_place(table: str, field: str, row: Any) -> str:
    """The same, where only the row's id is at hand."""
    return f"{table}|{field}|{row}"


def seal(session: Session, row: Any, field: str, value: str | None) -> None:
    """Seal ``value`` into ``row``; None clears it. The blind index follows where the class has one."""
    keys = keys_of(session)
    setattr(row, f"{field}_sealed", None if value is None else keys.seal(place(row, field), value))
    if hasattr(type(row), f"{field}_index"):
        setattr(row, f"{field}_index", None if value is None else index(session, type(row).__tablename__, field, value))


def unseal(session: Session, row: Any, field: str) -> str | None:
    """The sealed value of a row's field, or None.

    :raises Refused: the ciphertext was altered, or belongs to another row.
    """
    sealed = getattr(row, f"{field}_sealed")
    return None if sealed is None else keys_of(session).open(place(row, field), bytes(sealed))


def index(session: Session, table: str, field: str, value: str) -> bytes:
    """What to look for in ``field_index`` to find exactly this value."""
    return keys_of(session).blind(f"{table}.{field}", normal(value))


def normal(value: str) -> str:
    """One spelling of values that mean the same: compatible characters folded, spaces gone, upper case."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def digests(row: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """Digests of a row's ciphertexts, for the journal: a verifier finds one that was swapped."""
    found = {field: getattr(row, f"{field}_sealed") for field in fields}
    return {f: digest("wuyou.sealed.v1", bytes(c)).hex() for f, c in found.items() if c is not None}
