"""Make this checkout's packages importable, and its command runnable, in the environment that runs this.

An editable install without a build: a path file and a small command, so nothing has to be fetched or built.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = """#!{python}
import sys

from app.cli import main

sys.exit(main())
"""


def main() -> None:
    """Write the path file and the command."""
    Path(sysconfig.get_path("purelib"), "wuyou.pth").write_text(f"{ROOT}\n", "utf-8")
    command = Path(sysconfig.get_path("scripts"), "wuyou")
    command.write_text(COMMAND.format(python=sys.executable), "utf-8")
    command.chmod(0o755)


main()
