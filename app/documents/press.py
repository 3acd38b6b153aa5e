"""Set one document, in a process of its own under limits of memory and time: ``python -m app.documents.press``.

The job is JSON on standard input: every file by name in base64, where the typefaces lie, what to make, and the
moment the document is of. Each page or file comes out as one line of base64; exit status 1 and the compiler's
words on standard error when the template cannot be set. Templates are text that an installation may change, so
none is trusted with more than what it is handed: no file of the machine, no network, no clock.
"""

from __future__ import annotations

import base64
import json
import re
import resource
import sys
from functools import partial
from pathlib import Path
from typing import Any

import typst

MEMORY = 1_000_000_000
SECONDS = 10
ARCHIVE = ["a-2a", "ua-1"]
"""PDF/A-2a keeps for decades, PDF/UA-1 reads aloud; both refuse a character that cannot be drawn."""

NOWHERE = Path("/nonexistent")
VIEW = re.compile(rb'viewBox="0 0 ([0-9.]+) ')
POINTS_PER_INCH = 72


def limit() -> None:
    """Bound this process, whatever the template asks for; it writes no file at all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def made(job: dict[str, Any]) -> list[bytes]:
    """The PDF, or each page's picture.

    :raises typst.TypstError: the template does not compile, or not without a warning.
    """
    files = {name: base64.b64decode(content) for name, content in job["files"].items()}
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=job["fonts"])
    # Any: the package's types leave out that files may be handed over by name.
    compiler: Any = typst.Compiler(root=job["root"], font_paths=fonts, package_path=NOWHERE, package_cache_path=NOWHERE)
    make = partial(compiler.compile_with_warnings, files, timestamp=job["moment"])
    if job["pixels"] is None:
        return pages(*make(format="pdf", pdf_standards=ARCHIVE))
    density = job["pixels"] * POINTS_PER_INCH / width(pages(*make(format="svg"))[0])
    return pages(*make(format="png", ppi=density))


def pages(result: Any, warnings: list[typst.TypstWarning]) -> list[bytes]:
    """What came out: the compiler gives one page alone and several as a list.

    :raises typst.TypstError: it warned. What it warns of – a typeface that is not there – leaves text out.
    """
    if warnings:
        raise typst.TypstError(warnings[0].message, warnings[0].diagnostic)
    return result if isinstance(result, list) else [result]


def width(drawing: bytes) -> float:
    """The width of a page in points: the compiler tells it in its drawing and nowhere else."""
    found = VIEW.search(drawing)
    if found is None:
        raise ValueError("the drawing does not say how wide it is")
    return float(found[1])


def main() -> int:
    """Do it, or say why not."""
    limit()
    try:
        result = made(json.load(sys.stdin))
    except typst.TypstError as error:
        print(error.message, error.diagnostic, sep="\n", file=sys.stderr)
        return 1
    sys.stdout.buffer.writelines(base64.b64encode(page) + b"\n" for page in result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
