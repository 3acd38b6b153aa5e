"""Documents from templates and data: PDF for keeping and printing, PNG for looking at.

A template is Typst source under ``templates/``. A file of the same name in the installation's own folder
(``WUYOU_DATA/templates``) takes its place, so a bureau can change a wording or a margin without touching the
product. Data reaches a template as ``data.json`` and is never put into its source: whatever a shop is called,
it stays text. The same data and templates give the same bytes, on every machine.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.documents import code, fonts

SHIPPED = Path(__file__).parent / "templates"
MARK = Path(__file__).parent.parent / "templates" / "shared" / "mark.svg"
KINDS = (".typ", ".svg", ".png", ".jpg")
SECONDS = 15
MOST_DATA = 256 * 1024
MOST_FILES = 8 * 1024 * 1024
MOST_OUTPUT = 32 * 1024 * 1024
MOST_PIXELS = 4096
UNREACHABLE = "http://127.0.0.1:9"
"""The discard port of this very machine: whoever asks the network gets no answer."""

VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class Unrendered(RuntimeError):
    """A document could not be made: the template is broken, or asks for too much. Says which and why."""


def pdf(template: str, data: Mapping[str, Any], *, own: Path | None = None) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1, with every typeface embedded.

    :param template: its name, without ``.typ``.
    :param data: what JSON can hold; ``title`` and ``date`` (ISO) become the document's own, ``url`` is also drawn
        as ``code.svg``.
    :param own: the folder of templates that take the place of the shipped ones.
    :raises Unrendered: see there.
    """
    return _pressed(template, data, None, own)[0]


def png(template: str, data: Mapping[str, Any], pixels: int, *, own: Path | None = None) -> list[bytes]:
    """Each page as a picture, the first exactly ``pixels`` wide (1 to 4096); otherwise like :func:`pdf`."""
    if not 1 <= pixels <= MOST_PIXELS:
        raise ValueError(f"a picture is 1 to {MOST_PIXELS} pixels wide, not {pixels}")
    return _pressed(template, data, pixels, own)


def _pressed(template: str, data: Mapping[str, Any], pixels: int | None, own: Path | None) -> list[bytes]:
    job = json.dumps(
        {
            "files": {
                name: base64.b64encode(content).decode() for name, content in _files(template, data, own).items()
            },
            "fonts": [str(folder) for folder in fonts.folders()],
            "root": str(SHIPPED),
            "pixels": pixels,
            "moment": _moment(data),
        }
    )
    lines = _run(template, job.encode()).splitlines()
    return [base64.b64decode(line) for line in lines]


def _run(template: str, job: bytes) -> bytes:
    command = [sys.executable, "-m", "app.documents.press"]
    try:
        done = subprocess.run(
            command,
            input=job,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={"LANG": "C.UTF-8", "ALL_PROXY": UNREACHABLE, "HTTP_PROXY": UNREACHABLE, "HTTPS_PROXY": UNREACHABLE},
            cwd=Path(__file__).parent.parent.parent,
        )
    except subprocess.TimeoutExpired:
        raise Unrendered(f"{template}: took more than {SECONDS} seconds") from None
    if done.returncode:
        raise Unrendered(f"{template}: {done.stderr.decode(errors='replace')[-2000:] or f'ended by {done.returncode}'}")
    if len(done.stdout) > MOST_OUTPUT:
        raise Unrendered(f"{template}: the document has more than {MOST_OUTPUT} bytes")
    return done.stdout


def _files(template: str, data: Mapping[str, Any], own: Path | None) -> dict[str, bytes]:
    """Every file the press is handed: the templates, ours and theirs, and the data."""
    found = {MARK.name: MARK.read_bytes()}
    for folder in (SHIPPED, own):
        if folder is not None and folder.is_dir():
            found |= {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in KINDS}
    if f"{template}.typ" not in found:
        raise Unrendered(f"{template}: there is no such template")
    if sum(map(len, found.values())) > MOST_FILES:
        raise Unrendered(f"{template}: the templates have more than {MOST_FILES} bytes")
    if "url" in data:
        found["code.svg"] = code.svg(data["url"])
    return {**found, "main.typ": found[f"{template}.typ"], "data.json": _json(template, data)}


def _json(template: str, data: Mapping[str, Any]) -> bytes:
    tidy = tidied(dict(data))
    content = json.dumps({**tidy, "missing": fonts.missing("".join(texts(tidy)))}, ensure_ascii=False, sort_keys=True)
    if len(content) > MOST_DATA:
        raise Unrendered(f"{template}: the data has more than {MOST_DATA} characters")
    return content.encode()


def _moment(data: Mapping[str, Any]) -> int:
    """The document's date as a moment, so that no clock has a part in its bytes."""
    return int(datetime.combine(date.fromisoformat(data["date"]), datetime.min.time(), UTC).timestamp())


def tidied(value: Any) -> Any:
    """The value with every text as it was given, but for what cannot be seen.

    Control characters, those that turn the direction of writing (a name could otherwise show backwards) and
    selectors of variants go; white space becomes a space, line breaks stay.
    """
    if isinstance(value, str):
        return "".join(c if c == "\n" else " " if c.isspace() else c for c in value if c.isspace() or not _unseen(c))
    if isinstance(value, dict):
        return {key: tidied(inner) for key, inner in value.items()}
    return [tidied(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") or any(ord(character) in r for r in VARIATIONS)


def texts(value: Any) -> Iterator[str]:
    """Every text in the value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from texts(inner)
