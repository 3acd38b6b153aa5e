"""See to the browser that the journeys drive: Chromium and Chinese fonts.

As root on Debian they are installed; otherwise one line says what is missing and how to get it. The
tests never skip in silence: without a browser they fail with the same line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The browser's program, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def has_chinese() -> bool:
    """Whether a font for Chinese is installed."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def install(*arguments: str) -> None:
    """Call Debian's package manager; what it says goes unheard, what is missing afterwards is said by us."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=False, stdout=subprocess.DEVNULL, env=quiet)


def main() -> int:
    """Install what is missing where we may, and say what is missing where we may not."""
    if browser() and has_chinese():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("· Chromium and Chinese fonts …", flush=True)
        install("update", "-q")
        install("install", "-yq", "--no-install-recommends", *PACKAGES)
    if browser() and has_chinese():
        return 0
    print(
        f"The browser tests need Chromium and Chinese fonts: sudo apt-get install {' '.join(PACKAGES)}", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
