"""Everything that proves a case, in one ZIP: made while it is sent, checked with ``wuyou verify bundle``.

The case, its journal with the proofs, the words kept beside it with their salts, clocks, documents as issued, services,
notices, challenges and the files as they were handed in; last a manifest with the SHA-256 of each. Names and numbers of
people are masked in the case's own JSON; a document says what it said when it was issued.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app import files
from app.documents import letter
from app.places import Places
from app.views import papers as words
from complaints import queries
from complaints.operations import challenges
from complaints.operations import papers as operations
from workflows.case import clocks, export, journal
from workflows.delivery.notices import Notice
from workflows.errors import RuleBroken
from workflows.store.crypto import Keys
from workflows.store.evidence import Evidence

MOST_FILES = 200
MOST_BYTES = 300 * 1024 * 1024
MOST_NOTICES = 1000
FORMAT = "wuyou.bundle.v1"
MANIFEST = "manifest.json"
STAMP = (1980, 1, 1, 0, 0, 0)
"""Files carry no time of their own: the manifest says when the bundle was made."""


@dataclass(frozen=True)
class Piece:
    """One file of a bundle; its content is made when its turn comes, without the database."""

    name: str
    made: Callable[[], bytes]


@dataclass(frozen=True)
class Bundle:
    """A bundle before it is sent."""

    about: Mapping[str, Any]
    pieces: Sequence[Piece]


def prepare(session: Session, case: Any, keys: Keys, places: Places, at: datetime) -> Bundle:
    """Read what a bundle needs; nothing large is read yet.

    :raises RuleBroken: the files are too many or too large for one bundle.
    """
    evidence = session.scalars(select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.id)).all()
    if len(evidence) > MOST_FILES or sum(file.size for file in evidence) > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise RuleBroken("bundle.large", f"at most {MOST_FILES} files of {most} MB fit", files=MOST_FILES, most=most)
    here = [file for file in evidence if files.original_path(places, file.original_digest).exists()]
    pieces = [*_facts(session, case), *_documents(session, case, places)]
    pieces += [_file(number, file, keys, places) for number, file in enumerate(here, 1)]
    about = {
        "format": FORMAT,
        "case": str(case.id),
        "kind": case.case_kind,
        "number": case.number,
        "made_at": journal.moment(at),
        "head": {"seq": case.chain_seq, "hash": case.chain_hash.hex()},
        "missing": [str(file.id) for file in evidence if file not in here],
    }
    return Bundle(about, pieces)


def _facts(session: Session, case: Any) -> Iterator[Piece]:
    """The facts as JSON: everything but the files and the letters themselves."""
    lines = "".join(f"{line}\n" for line in export.case_lines(session, case))
    yield Piece("journal.jsonl", lines.encode)
    papers = queries.papers(session, case.id)
    told = select(Notice).where(Notice.case_id == case.id).order_by(Notice.id).limit(MOST_NOTICES)
    services = [_row(service) for _, served in papers for service in served]
    tables = {
        "case": _row(case),
        "words": journal.kept(session, case.id),
        "clocks": [_row(clock) for clock in clocks.of_case(session, case.id)],
        "documents": [_row(paper) for paper, _ in papers],
        "services": services,
        "notices": [_row(notice) for notice in session.scalars(told)],
        "challenges": [_row(row) for row in challenges.of_case(session, case.id)],
    }
    for name, value in tables.items():
        yield Piece(f"{name}.json", _json(value).encode)


def _row(row: Any) -> dict[str, Any]:
    """A row's plain columns; what is sealed, or only makes it findable, is left out."""
    values = {c.key: getattr(row, c.key) for c in inspect(type(row)).column_attrs}
    return {key: value for key, value in values.items() if not isinstance(value, bytes) and key != "grams"}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return (
        journal.moment(value)
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, date | UUID)
        else value
    )


def _documents(session: Session, case: Any, places: Places) -> Iterator[Piece]:
    """Every document as issued: as PDF, and the content that its printed digest is of."""
    for paper, _ in queries.papers(session, case.id):
        content, name = operations.opened(session, paper), f"documents/{paper.form}-{paper.serial}"
        yield Piece(f"{name}.json", content.encode)
        yield Piece(f"{name}.pdf", partial(_pdf, content, places.templates))


def _pdf(content: str, own: Path) -> bytes:
    return letter.as_pdf(words.again(json.loads(content)), own=own)


def _file(number: int, file: Evidence, keys: Keys, places: Places) -> Piece:
    """A file as it was handed in, under its own name."""
    digest = file.original_digest
    return Piece(f"files/{number:03d}-{file.name}", partial(files.original, places, keys, digest))


class _Sink(io.RawIOBase):
    """Keeps what was written until it is taken; there is no way back in it."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, content: Any) -> int:
        """Keep some bytes."""
        self._kept += content
        return len(content)

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = bytes(self._kept)
        self._kept.clear()
        return found


def stream(bundle: Bundle) -> Iterator[bytes]:
    """The ZIP, piece by piece; its manifest comes last."""
    sink, listed = _Sink(), list[dict[str, Any]]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for piece in bundle.pieces:
            content = piece.made()
            listed.append({"name": piece.name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
            packed.writestr(zipfile.ZipInfo(piece.name, STAMP), content, zipfile.ZIP_DEFLATED)
            yield sink.taken()
        manifest = _json({**bundle.about, "files": listed}).encode()
        packed.writestr(zipfile.ZipInfo(MANIFEST, STAMP), manifest, zipfile.ZIP_DEFLATED)
    yield sink.taken()
