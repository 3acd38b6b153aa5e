"""Check the migrations as SQL: one head, and nothing that locks a busy table for long.

The first two migrations make an empty database and are not looked at: nobody waits for their locks.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from app.database import alembic_config

FIRST_RELEASE = "0002"


def main() -> int:
    """Render what came after the first release and let squawk read it."""
    config = alembic_config()
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        print(f"migrations have {len(heads)} heads: {', '.join(heads)}")
        return 1
    if heads[0] == FIRST_RELEASE:
        return 0
    config.output_buffer = io.StringIO()
    command.upgrade(config, f"{FIRST_RELEASE}:head", sql=True)
    squawk = Path(sys.executable).with_name("squawk")
    return subprocess.run([str(squawk)], input=config.output_buffer.getvalue(), text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
