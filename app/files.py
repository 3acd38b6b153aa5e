"""Evidence files on disk: nothing that the client says of them is believed.

A file is streamed to a scratch place under a hard cap, its kind read from its first bytes, a picture
re-encoded by :mod:`app.picture`, and kept under the digest of what is shown. The original, which is the
evidence, is kept sealed beside it; its digest stands in the database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.places import Places
from workflows.errors import FieldError, RuleBroken
from workflows.store.crypto import Keys, sm3
from workflows.store.evidence import MOST_BYTES

CHUNK = 64 * 1024
SECONDS = 25
NAME = 100
PDF = "application/pdf"


@dataclass(frozen=True)
class Stored:
    """A file that was taken in."""

    media_type: str
    name: str
    original_digest: str
    shown_digest: str
    size: int


def refuse(code: str, message: str) -> RuleBroken:
    """The error of a file that cannot be taken."""
    return RuleBroken("validation", message, errors=[FieldError("file", code, message)])


def sniff(head: bytes) -> str | None:
    """The kind of a file by its first bytes; None for all that we do not take."""
    magics = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": PDF}
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in magics.items() if head.startswith(magic)), None)


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and excess: for showing, never for finding."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ")
    return kept[-NAME:] or "file"


def take(places: Places, keys: Keys, stream: IO[bytes], name: str) -> Stored:
    """Take in an uploaded file.

    :raises RuleBroken: too large, empty, of a kind we do not take, or not what it pretends to be.
    """
    folder = evidence_folder(places)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        original, shown = Path(scratch, "original"), Path(scratch, "shown")
        size = _receive(stream, original)
        kind = sniff(original.read_bytes()[:16])
        if kind is None:
            raise refuse("kind", "only JPEG, PNG and WebP pictures and PDF files can be taken")
        shown, kind = _shown(original, shown, kind)
        raw, view = original.read_bytes(), shown.read_bytes()
        stored = Stored(kind, plain_name(name), sm3(raw).hex(), sm3(view).hex(), size)
        _keep(folder / "originals", stored.original_digest, keys.seal_bytes(f"evidence|{stored.original_digest}", raw))
        _keep(folder / "shown", stored.shown_digest, view)
    return stored


def _receive(stream: IO[bytes], target: Path) -> int:
    size = 0
    with target.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise refuse("too_large", f"is larger than {MOST_BYTES // 1024 // 1024} MB")
            file.write(chunk)
    if not size:
        raise refuse("empty", "is empty")
    return size


def _shown(original: Path, target: Path, kind: str) -> tuple[Path, str]:
    """What will be shown: a picture encoded anew; a PDF as it is, which is never opened by us."""
    if kind == PDF:
        return original, PDF
    command = [sys.executable, "-m", "app.picture", str(original), str(target)]
    try:
        made = subprocess.run(
            command,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env=_bare_environment(),
            cwd=Path(__file__).parent.parent,
        )
    except subprocess.TimeoutExpired:
        raise refuse("broken", "took too long to read as a picture") from None
    if made.returncode:
        raise refuse("broken", "cannot be read as a picture of at most 40 million pixels")
    return target, made.stdout.decode().strip()


def _bare_environment() -> Mapping[str, str]:
    """The decoder learns nothing of the installation."""
    return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}


def evidence_folder(places: Places) -> Path:
    """Where evidence is kept: outside the web root, closed to others."""
    folder = places.data / "evidence"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep(folder: Path, digest: str, content: bytes) -> None:
    """Keep content under its digest, whole or not at all; the same content twice is kept once."""
    target = folder / digest[:2] / digest
    if target.exists():
        os.utime(target)  # sent anew: whoever lets go of files nobody needs must see it
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = target.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(target)


def original_path(places: Places, digest: str) -> Path:
    """Where a file as it was handed in is kept, sealed."""
    return evidence_folder(places) / "originals" / digest[:2] / digest


def original(places: Places, keys: Keys, digest: str) -> bytes:
    """A file as it was handed in."""
    return keys.open_bytes(f"evidence|{digest}", original_path(places, digest).read_bytes())


def shown_path(places: Places, digest: str) -> Path:
    """Where the shown form of a file is."""
    return evidence_folder(places) / "shown" / digest[:2] / digest
