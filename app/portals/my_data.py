"""Everything that is held about whoever is signed in, as one file to take along (个人信息查阅、复制, PIPL 45).

A ZIP with the facts as JSON for machines, the same as a page to read, and one's own evidence files. It holds what the
person's own pages show, so other people's values are masked in it as they are there; a report is in its reporter's file
and in nobody else's. Each taking is kept in a register with the digest of the facts.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import IO, Any

from flask import Blueprint, Response, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import files
from app.http import context
from app.http.endpoint import endpoint
from app.places import Places
from app.portals import my_cases
from app.subject_tables import SubjectAccess
from workflows.errors import Conflict
from workflows.store.crypto import sm3
from workflows.store.evidence import Evidence

blueprint = Blueprint("my_data", __name__, url_prefix="/my/data")

MOST_A_DAY = 5
MOST_FILES = 200
MOST_BYTES = 200 * 1024 * 1024
"""Bytes of evidence in one file; what does not fit is named in it and can be taken one by one."""

SHOWN = 10
CHUNK = 64 * 1024
STYLE = "data.css"


@blueprint.get("/")
@endpoint("data.own")
def page() -> Any:
    """What is held about me, how long, and the button that gives it."""
    return render_template("shared/my_data.html", **overview())


def overview() -> dict[str, Any]:
    """What the page tells before anything is taken."""
    session, account = context.session(), context.actor().account
    taken = select(SubjectAccess).where(SubjectAccess.account_id == account).order_by(SubjectAccess.at.desc())
    return {
        "counts": my_cases.counts(session, account),
        "periods": my_cases.periods(session),
        "taken": session.scalars(taken.limit(SHOWN)).all(),
        "most": MOST_A_DAY,
        "left": MOST_A_DAY - today(session),
    }


def today(session: Session) -> int:
    """How often it was taken within a day."""
    since = context.clock().now() - timedelta(days=1)
    mine = SubjectAccess.account_id == context.actor().account
    some = select(SubjectAccess.id).where(mine, SubjectAccess.at > since).limit(MOST_A_DAY).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


@blueprint.post("/")
@endpoint("data.own")
def take() -> Response:
    """The file. It is made whole before its first byte is sent, and the taking is kept in the same transaction.

    :raises Conflict: it was taken five times within a day.
    """
    session = context.session()
    if today(session) >= MOST_A_DAY:
        raise Conflict("data.often", f"it was taken {MOST_A_DAY} times within a day: come back tomorrow")
    facts, packed = my_cases.everything(session), chosen(session)
    text = json.dumps(facts.told, ensure_ascii=False, indent=1, default=str).encode()
    body = zipped(text, facts, packed)
    size = body.seek(0, io.SEEK_END)
    body.seek(0)
    keep(session, facts, packed, size, text)
    name = f"wuyou-{context.clock().today():%Y%m%d}.zip"
    answer = Response(Streamed(body), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Length"] = str(size)
    return answer


class Streamed:
    """A file sent piece by piece, and closed however the sending ends."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.file.read(CHUNK):
            yield piece

    def close(self) -> None:
        """Let go of the file, which goes from the disk with it."""
        self.file.close()

    def __del__(self) -> None:
        """A reader who went away before the first piece closes nothing."""
        self.close()


def keep(session: Session, facts: my_cases.Everything, packed: Packed, size: int, text: bytes) -> None:
    """Enter the taking into the register."""
    row = SubjectAccess(
        account_id=context.actor().account,
        at=context.clock().now(),
        cases=facts.cases,
        files=len(packed.rows),
        size=size,
        digest=sm3(text).hex(),
    )
    session.add(row)
    session.flush()


@dataclass(frozen=True)
class Packed:
    """One's own files: those that go along, and how many do not fit."""

    rows: Sequence[Evidence]
    left_out: int


def chosen(session: Session) -> Packed:
    """One's own files that fit, the newest first."""
    own = (Evidence.owner_id == context.actor().account, Evidence.erased_at.is_(None))
    query = select(Evidence).where(*own).order_by(Evidence.id.desc()).limit(MOST_FILES + 1)
    found = session.scalars(query).all()
    rows, size = [], 0
    for row in found[:MOST_FILES]:
        size += row.size
        if size > MOST_BYTES:
            break
        rows.append(row)
    return Packed(rows, len(found) - len(rows))


def zipped(text: bytes, facts: my_cases.Everything, packed: Packed) -> IO[bytes]:
    """The file, open at its end; it lies on the disk and goes when it is closed."""
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("data.json", text)
        pack.writestr("data.html", render_template("shared/my_data_file.html", files=packed, **facts.shown))
        pack.writestr(STYLE, resources.files("app").joinpath("static", "css", STYLE).read_bytes())
        for row, content in contents(packed.rows):
            pack.writestr(zipfile.ZipInfo(f"files/{row.id}-{row.name}"), content)
    return out


def contents(rows: Sequence[Evidence]) -> Iterator[tuple[Evidence, bytes]]:
    """The files as they are shown; one that is not on the disk any more is left out."""
    places = Places(context.installation().told.data)
    for row in rows:
        path = files.shown_path(places, row.shown_digest)
        if path.exists():
            yield row, path.read_bytes()
