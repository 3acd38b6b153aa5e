"""Checkpoints: the heads of all journals, signed and kept outside the database.

A hash chain alone cannot show that its tail was cut off or that all of it was rewritten. So from time to
time the head of every case that moved is appended to a log on disk, one line per head, and the root of
the log's Merkle tree is signed as a note (the C2SP checkpoint form: origin, size, root, signature). Whoever
holds the log and a signed note can tell for every case whether its journal still contains what it was.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.case.merkle import Tree
from workflows.case.tables import CaseEvent
from workflows.store.crypto import Keys

ORIGIN = "wuyou/journal"
LOG = "heads.log"
CHUNK = 5000

Heads = dict[UUID, tuple[int, str]]
"""The last logged sequence and hash (hex) of every case."""


@dataclass(frozen=True)
class Note:
    """A signed checkpoint: the log had ``size`` lines and this root."""

    size: int
    root: bytes
    signature: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{ORIGIN}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def render(self) -> str:
        """The note as it is kept and published."""
        return f"{self.text()}\n— {ORIGIN} {base64.b64encode(self.signature).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a kept note.

        :raises ValueError: it is not one.
        """
        head, _, tail = text.partition("\n\n")
        origin, size, root = head.split("\n")
        if origin != ORIGIN or not tail.startswith(f"— {ORIGIN} "):
            raise ValueError("not a checkpoint of this journal")
        return cls(int(size), base64.b64decode(root), base64.b64decode(tail.split()[-1]))


def lines(folder: Path) -> Iterator[str]:
    """The log's lines, oldest first."""
    path = folder / LOG
    if path.exists():
        with path.open(encoding="ascii") as file:
            yield from (line.rstrip("\n") for line in file)


def logged(folder: Path) -> Heads:
    """The last head of every case that the log names."""
    heads: Heads = {}
    for line in lines(folder):
        case, seq, digest = line.split(" ")
        heads[UUID(case)] = (int(seq), digest)
    return heads


def take(session: Session, kinds: Iterable[Any], keys: Keys, folder: Path) -> Note:
    """Log every head that moved since the last checkpoint, and sign the log.

    The log is written to disk before the note that vouches for it, so a crash between leaves unsigned
    lines, never a note without its lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = logged(folder)
    with (folder / LOG).open("a", encoding="ascii") as file:
        for line in _moved(session, kinds, known):
            file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
    tree = Tree(line.encode() for line in lines(folder))
    unsigned = Note(tree.size, tree.root(), b"")
    note = Note(tree.size, unsigned.root, keys.sign(unsigned.text().encode()))
    (folder / f"{note.size:012d}.txt").write_text(note.render(), "utf-8")
    return note


def _moved(session: Session, kinds: Iterable[Any], known: Mapping[UUID, tuple[int, str]]) -> Iterator[str]:
    for kind in kinds:
        query = select(kind.id, kind.chain_seq, kind.chain_hash).order_by(kind.id).execution_options(yield_per=CHUNK)
        for case, seq, head in session.execute(query):
            if known.get(case) != (seq, head.hex()):
                yield f"{case} {seq} {head.hex()}"


def verify(session: Session, folder: Path, public: Ed25519PublicKey) -> Iterator[str]:
    """Every way in which notes, log and database disagree, each in words."""
    yield from _verify_notes(folder, public)
    for case, (seq, digest) in logged(folder).items():
        found = session.scalar(select(CaseEvent.hash).where(CaseEvent.case_id == case, CaseEvent.seq == seq))
        if found is None:
            yield f"case {case}: event {seq} was logged and is gone: its tail was cut off"
        elif found.hex() != digest:
            yield f"case {case}: event {seq} is not the one that was logged: its chain was rewritten"


def _verify_notes(folder: Path, public: Ed25519PublicKey) -> Iterator[str]:
    notes = {note.size: note for note in (Note.parse(p.read_text("utf-8")) for p in sorted(folder.glob("*.txt")))}
    tree = Tree()
    roots = {0: tree.root()}
    for line in lines(folder):
        tree.append(line.encode())
        if tree.size in notes:
            roots[tree.size] = tree.root()
    for size, note in notes.items():
        if not _signed(note, public):
            yield f"checkpoint {size}: its signature is not ours"
        if roots.get(size) != note.root:
            yield f"checkpoint {size}: the log does not have the root that was signed"


def _signed(note: Note, public: Ed25519PublicKey) -> bool:
    try:
        public.verify(note.signature, note.text().encode())
    except InvalidSignature:
        return False
    return True
