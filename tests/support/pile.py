"""Many complaints at once, as copies of one that was filed: enough rows for the planner to choose an index."""

from __future__ import annotations

from typing import Any
from uuid import UUID

COPIES = """
INSERT INTO complaint ({columns})
SELECT {values} FROM complaint c, generate_series(1::bigint, %(count)s) n WHERE c.id = %(case)s
"""
ACCESS = """
INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
SELECT gen_random_uuid(), c.id, c.bureau_id, 'officer', true, 'competent bureau', now()
FROM complaint c LEFT JOIN case_access a ON a.case_id = c.id WHERE a.id IS NULL
"""


def copies(root: Any, case: UUID, count: int, **changes: str) -> None:
    """``count`` copies of a complaint, open to its bureau; ``changes`` are SQL expressions by column (``n`` counts)."""
    names = root.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'complaint'::regclass AND attnum > 0 AND NOT attisdropped"
    ).fetchall()
    own = {"id": "uuidv7()", "number": "'P' || n", **changes}
    columns = [name for (name,) in names]
    statement = COPIES.format(columns=", ".join(columns), values=", ".join(own.get(c, f"c.{c}") for c in columns))
    root.execute(statement, {"count": count, "case": case})
    root.execute(ACCESS)
    root.commit()
    root.autocommit = True
    for table in ("complaint", "case_access"):
        root.execute(f"VACUUM ANALYZE {table}")
    root.autocommit = False
