"""Install the third-party front-end packages and put the few files the pages need where they are served.

They come from the npm registry by the lock file and are never committed. A machine without npm gets it from
a Python package that brings Node along.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
FILES = {"htmx.org/dist/htmx.min.js": "htmx.min.js", "echarts/dist/echarts.min.js": "echarts.min.js"}


def npm() -> str:
    """Npm's program, brought along where the machine has none."""
    beside = Path(sys.executable).with_name("npm")
    if found := shutil.which("npm"):
        return found
    if not beside.exists():
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "-r",
            "requirements-node.lock",
        ]
        subprocess.run(command, check=True, cwd=ROOT)
    return str(beside)


def main() -> None:
    """Install by the lock file and copy."""
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm(), "ci", *quiet], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)


main()
